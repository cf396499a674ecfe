"""One at a time in a course; the next one is told who is there."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from chainrule.grading.files import lock, shared

HOLD = """
import sys
from pathlib import Path
from chainrule.grading.files.lock import held
with held(Path(sys.argv[1]), "chainrule grade", print):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that is at work in the course."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def waited(course):
    """A thread that takes the lock, what it says, and whether it has said it."""
    said, has_said = [], threading.Event()

    def say(line):
        said.append(line)
        has_said.set()

    def take():
        with lock.held(course, "chainrule collect", say):
            pass

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    return thread, said, has_said


@pytest.mark.parametrize("end", ["finished", "killed"])
def test_it_is_waited_for_and_said(tmp_path, other, end):
    thread, said, has_said = waited(tmp_path)
    assert has_said.wait(60)
    assert thread.is_alive()
    (line,) = said
    assert f"(process {other.pid} on " in line and "has been at `chainrule grade` since" in line
    assert line.endswith("in this course: waiting until that has ended.")
    if end == "killed":
        other.send_signal(signal.SIGKILL)
    else:
        other.stdin.close()
    thread.join(60)
    assert not thread.is_alive()


def test_who_is_alone_hears_nothing(tmp_path):
    for _ in range(2):
        thread, said, _ = waited(tmp_path)
        thread.join(60)
        assert said == [] and not thread.is_alive()


@pytest.mark.parametrize("written", [b"", b"{", b"[1]", b"\xff\xfe", b'{"who": "x"}'])
def test_what_cannot_be_read_of_the_holder_is_left_out(tmp_path, other, written):
    (tmp_path / ".chainrule" / "lock").write_bytes(written)
    thread, said, has_said = waited(tmp_path)
    assert has_said.wait(60)
    assert said == ["Somebody else is at work in this course: waiting until that has ended."]


def test_the_lock_is_everybodys_and_no_link(tmp_path):
    before = os.umask(0o077)
    try:
        with lock.held(tmp_path, "x", print):
            pass
    finally:
        os.umask(before)
    assert (tmp_path / ".chainrule/lock").stat().st_mode & 0o777 == 0o666
    target = tmp_path / "target"
    target.write_text("mine")
    (tmp_path / ".chainrule/lock").unlink()
    (tmp_path / ".chainrule/lock").symlink_to(target)
    with lock.held(tmp_path, "x", print):  # then without a lock
        assert target.read_text() == "mine"


def test_what_is_shared_can_be_written_by_the_group(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a").chmod(0o755)
    shared.share(tmp_path / "a")
    assert {path.stat().st_mode & 0o7777 for path in (tmp_path / "a", tmp_path / "a/b")} == {0o2775}
