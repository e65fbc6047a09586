"""A real Chromium for tests of pages, and what it was seen to do. Where there is none, that is a failure, not a skip."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

WITHOUT = "LAB_COLORIZE_TESTS_WITHOUT_BROWSER"
# Nothing but the page: no updates, no sync, no first-run talk, so that whatever is asked for is the page's doing.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
]


@contextmanager
def chromium(profile) -> Iterator[Chrome]:
    """A browser of its own profile."""
    options = ChromeOptions()
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.binary_location, driver = _programs()
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    chrome = Chrome(options=options, service=Service(driver))
    try:
        yield chrome
    finally:
        chrome.quit()


def _programs() -> tuple[str, str]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None), shutil.which("chromedriver")
    if not all(found):
        if os.environ.get(WITHOUT):
            pytest.skip("there is no Chromium with its driver here")
        pytest.fail(f"Chromium and chromedriver are needed (apt install chromium-driver); {WITHOUT}=1 does without")
    return found


def requested(browser, page: str) -> set[str]:
    """Every address that the page asked for since the log was last read; Chromium's own start page may still load."""
    messages = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    requests = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    return {each["request"]["url"] for each in requests if each["documentURL"].partition("#")[0] == page}
