"""Times of files, as coarse as file systems keep them."""

COARSEST_NS = 2_000_000_000  # FAT keeps times to two seconds
_COARSE_NS = 10_000_000  # exFAT to ten milliseconds; others to seconds, or much finer than anybody works
_FINE_NS = 1_000


def same_time(one_ns: int, other_ns: int) -> bool:
    """Whether two times may be one, each kept by another file system: what one of them rounds is a round number."""
    apart = abs(one_ns - other_ns)
    rounded = 0 in {one_ns % _COARSE_NS, other_ns % _COARSE_NS}
    return apart < _FINE_NS or (rounded and apart <= COARSEST_NS)
