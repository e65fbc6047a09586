"""`python -m lab_colorize`, for where the script is not on the path."""

from lab_colorize.cli.group import main

if __name__ == "__main__":
    main()
