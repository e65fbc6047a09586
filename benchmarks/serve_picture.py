"""The page as a picture for the README: some photographs dropped on it, in Chromium, as a person with a laptop sees it.

    python benchmarks/serve_picture.py docs/demo/serve.jpg PHOTO...

Selenium finds Chromium and its driver by itself.
"""

import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np

WIDTH, HEIGHT, QUALITY = 1280, 720, 80


def main(target: str, photographs: list[str]) -> None:
    """Serve, open, choose, wait and take the picture."""
    command = [sys.executable, "-m", "lab_colorize", "serve", "--port", "0", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            content = picture_of(server.stdout.readline().strip(), photographs)
        finally:
            server.terminate()
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    cv2.imwrite(target, pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


def picture_of(address: str, photographs: list[str]) -> bytes:
    """A PNG of the page once all are done."""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.common.by import By

    options = ChromeOptions()
    for argument in ("--headless", "--no-sandbox", "--hide-scrollbars"):
        options.add_argument(argument)
    with Chrome(options=options) as browser:
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(address)
        while not browser.find_element(By.ID, "drop").is_displayed():
            time.sleep(0.1)
        browser.find_element(By.ID, "files").send_keys("\n".join(str(Path(one).absolute()) for one in photographs))
        while len(browser.find_elements(By.CSS_SELECTOR, "[data-state=done]")) < len(photographs):
            time.sleep(0.1)
        time.sleep(1)
        return browser.get_screenshot_as_png()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
