"""TensorBoard's event files, written without TensorFlow: TFRecords that hold Event messages with scalars.

Only what is needed of both formats is here: a record is its length, its bytes and a checksum of each; a message is
a run of numbered fields. https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
"""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping, Sequence
from functools import cache, reduce
from pathlib import Path

from lab_colorize.errors import OutputError
from lab_colorize.files.writing import write_whole

EVENTS_NAME = "events.out.tfevents.0.lab-colorize"  # TensorBoard wants `tfevents` in the name
POLYNOMIAL = 0x82F63B78  # Castagnoli's, lowest bit first
VARINT, EIGHT_BYTES, BYTES, FOUR_BYTES = 0, 1, 2, 5  # protobuf's wire types


class EventFile:
    """The scalars of one run: rewritten with what is known when a session begins, then only added to."""

    def __init__(self, folder: Path, known: Sequence[tuple[int, Mapping[str, float]]]) -> None:
        self._path = folder / EVENTS_NAME
        records = [record(_event(file_version="brain.Event:2"))]
        records += [record(_event(step=step, scalars=scalars)) for step, scalars in known]
        write_whole(self._path, b"".join(records), overwrite=True)

    def add(self, step: int, scalars: Mapping[str, float]) -> None:
        """Figures of one step, named as TensorBoard is to show them."""
        try:
            with self._path.open("ab") as file:
                file.write(record(_event(step=step, scalars=scalars)))
        except OSError as error:
            raise OutputError(
                f"{self._path} cannot be written: {error.strerror}.",
                remedy="Make room, then go on with --resume.",
            ) from error


def record(data: bytes) -> bytes:
    """One TFRecord."""
    length = struct.pack("<Q", len(data))
    return length + _masked(crc32c(length)) + data + _masked(crc32c(data))


def _masked(checksum: int) -> bytes:
    """TFRecord's disguise of a checksum, so that checksums of data with checksums in it still work."""
    return struct.pack("<I", ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def crc32c(data: bytes) -> int:
    """The Castagnoli checksum (RFC 3720), which zlib does not have."""
    checksum, table = 0xFFFFFFFF, _crc_table()
    for byte in data:
        checksum = table[(checksum ^ byte) & 0xFF] ^ checksum >> 8
    return checksum ^ 0xFFFFFFFF


@cache
def _crc_table() -> tuple[int, ...]:
    return tuple(reduce(lambda rest, _bit: rest >> 1 ^ POLYNOMIAL * (rest & 1), range(8), byte) for byte in range(256))


def _event(*, step: int = 0, scalars: Mapping[str, float] | None = None, file_version: str = "") -> bytes:
    """Event: 1 wall_time, 2 step, 3 file_version, 5 summary."""
    message = _field(1, EIGHT_BYTES, struct.pack("<d", time.time())) + _field(2, VARINT, _varint(step))
    if file_version:
        message += _field(3, BYTES, file_version.encode())
    if scalars:
        message += _field(5, BYTES, b"".join(_value(tag, value) for tag, value in scalars.items()))
    return message


def _value(tag: str, value: float) -> bytes:
    """Summary's field 1, a Value: 1 tag, 2 simple_value."""
    return _field(1, BYTES, _field(1, BYTES, tag.encode()) + _field(2, FOUR_BYTES, struct.pack("<f", value)))


def _field(number: int, kind: int, content: bytes) -> bytes:
    length = _varint(len(content)) if kind == BYTES else b""
    return _varint(number << 3 | kind) + length + content


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    content = bytearray()
    while number > 0x7F:
        content.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(content) + bytes([number])
