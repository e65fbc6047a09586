"""Photoshop's image resources, the wrapping in which JPEG keeps IPTC records and Photoshop documents all they say."""

import struct

_IPTC = 0x0404
# Of Photoshop itself, of ImageReady and of older programs beside it; a reader passes over what it does not know.
_SIGNATURES = frozenset({b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"})


def iptc(resources: bytes) -> bytes | None:
    """Take the IPTC records out of a chain of resources, or None."""
    return found(resources, _IPTC)


def found(resources: bytes, wanted: int) -> bytes | None:
    """The contents of the first resource of a kind, or None."""
    at = 0
    while resources[at : at + 4] in _SIGNATURES and at + 7 <= len(resources):
        (kind,) = struct.unpack_from(">H", resources, at + 4)
        name = resources[at + 6] + 1
        at += 6 + name + name % 2  # names and contents are padded to an even length
        if at + 4 > len(resources):
            return None
        (size,) = struct.unpack_from(">I", resources, at)
        at += 4
        if kind == wanted:
            return resources[at : at + size] or None
        at += size + size % 2
    return None


def records(block: bytes | None) -> bytes | None:
    """IPTC records, whether they stand alone or among resources."""
    return iptc(block) if block and block.startswith(b"8BIM") else block


def resource(records: bytes) -> bytes:
    """Wrap IPTC records as the one resource of a chain."""
    return b"8BIM" + struct.pack(">HHI", _IPTC, 0, len(records)) + records + b"\0" * (len(records) % 2)
