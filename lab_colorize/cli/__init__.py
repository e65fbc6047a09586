"""The command line: one file a command, and the one boundary where errors become words and exit statuses."""

from lab_colorize.cli.group import main

__all__ = ["main"]
