"""Times of files, as coarse as file systems keep them."""

COARSEST_NS = 2_000_000_000  # FAT keeps times to two seconds


def same_time(one_ns: int, other_ns: int) -> bool:
    """Whether two times may be one, each kept by another file system."""
    return abs(one_ns - other_ns) <= COARSEST_NS
