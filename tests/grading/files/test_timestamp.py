"""A learner may write anything into timestamp.txt: it costs nobody more than the time in it."""

import datetime
import random

import pytest

from chainrule.grading.files import timestamp
from chainrule.grading.files.submission import Submission

UNREADABLE = {
    "words": b"the day before yesterday",
    "no text": b"\xff\xfe",
    "a number": b"9" * 400,
    "too long": b"2026-01-02 03:04:05." + b"9" * timestamp.MOST_BYTES,
    "a million digits": b"9" * 1_000_000,
    "thirty digits": b"9" * 29 + b"m",
    "beyond all years": b"9999-12-31 23:59:59 -86399",
}


def test_what_nbgrader_writes_is_read():
    when, fault = timestamp.read(b"2026-01-02 03:04:05.678900 UTC\n")
    assert when == datetime.datetime(2026, 1, 2, 3, 4, 5, 678900) and not fault
    assert timestamp.read(None) == timestamp.read(b" \n") == (None, "")


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_is_left_out_and_said(kind):
    found = Submission(files={"timestamp.txt": UNREADABLE[kind], "own.txt": b"mine"})
    timestamp.leave_out_if_unreadable(found)
    assert found.files == {"own.txt": b"mine"}
    assert [one["message"] for one in found.findings] == [
        "timestamp.txt holds no time that can be read: graded as not late."
    ]


@pytest.mark.parametrize("content", [b"2026-01-02 03:04:05 UTC", b"", b"\n"])
def test_what_can_be_read_and_what_is_empty_stays(content):
    found = Submission(files={"timestamp.txt": content})
    timestamp.leave_out_if_unreadable(found)
    assert found.files == {"timestamp.txt": content} and not found.findings


def test_no_file_is_opened_for_a_time_zone(tmp_path, monkeypatch):
    """The name of a zone is looked up by dateutil, which would take a path for one as well."""
    opened = []
    monkeypatch.setattr(timestamp, "MOST_BYTES", 1000)
    monkeypatch.setattr("dateutil.tz.tz.tzfile", lambda *args, **rest: opened.append(args))
    zone = tmp_path / "zone"
    zone.write_bytes(b"TZif" + b"\xff" * 100)
    for name in (zone, f":{zone}", f"../../../../..{zone}", f"Europe/../../../../..{zone}"):
        when, fault = timestamp.read(f"2026-01-02 03:04:05 {name}".encode())
        assert when is None and fault
    assert opened == []


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "+3600", "-3600", "Etc/GMT+5"])
def test_time_zones_are_read(zone):
    when, fault = timestamp.read(f"2026-01-02 03:04:05.678900 {zone}\n".encode())
    assert when is not None and when.tzinfo is None and not fault


def test_whatever_is_written_is_a_time_or_one_sentence():
    draw = random.Random(0)
    letters = "0123456789:-+/.,TZ amUC\n\u0660"
    for _ in range(3000):
        text = "".join(draw.choices(letters, k=draw.randint(1, 40)))
        when, fault = timestamp.read(text.encode())
        assert when is None or when.tzinfo is None
        assert len(fault.splitlines()) <= 1
