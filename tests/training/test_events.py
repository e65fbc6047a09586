"""TensorBoard reads what `events` writes."""

import pytest

from lab_colorize.training.events import EVENTS_NAME, EventFile, crc32c


def test_the_checksum_is_castagnolis():
    assert crc32c(b"123456789") == 0xE3069283  # RFC 3720's example
    assert crc32c(bytes(32)) == 0x8A9136AA


def test_tensorflow_reads_the_scalars_back(tmp_path):
    events = pytest.importorskip("tensorflow.core.util.event_pb2")
    tf = pytest.importorskip("tensorflow")
    EventFile(tmp_path, [(1, {"loss": 3.0})])
    file = EventFile(tmp_path, [(7, {"loss": 0.5, "psnr": 21.25})])
    file.add(300, {"loss": 0.25})
    records = tf.data.TFRecordDataset(str(tmp_path / EVENTS_NAME))  # refuses a wrong checksum
    read = [events.Event.FromString(record.numpy()) for record in records]
    assert read[0].file_version == "brain.Event:2"
    scalars = [(event.step, value.tag, value.simple_value) for event in read for value in event.summary.value]
    assert scalars == [(7, "loss", 0.5), (7, "psnr", 21.25), (300, "loss", 0.25)]
    assert all(event.wall_time > 1.7e9 for event in read)
