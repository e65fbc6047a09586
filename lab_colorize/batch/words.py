"""Counts as people say them."""


def number_of(count: int, one: str, many: str = "") -> str:
    """Say 1 photograph, but 2 photographs; `many` for what takes more than an s."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"
