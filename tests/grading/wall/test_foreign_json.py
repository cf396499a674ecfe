"""What a stranger's JSON costs is known before it is read, whatever a course has set."""

import resource
import socket
import subprocess
import sys
import threading

import pytest

from chainrule.grading.wall import foreign_json
from chainrule.grading.wall.values import CannotCross, Malformed
from chainrule.grading.wall.wire import Wire

MANY = foreign_json.MOST_CONTAINERS
HEAVY = {
    "empty lists": b"[" + b"[]," * MANY + b"0]",
    "objects": b"[" + b'{"":0},' * MANY + b"0]",
    "nested lists": b"[" + (b"[" * 900 + b"]" * 900 + b",") * (MANY // 450) + b"0]",
    "long text": b'"' + b"a" * foreign_json.MOST_BYTES + b'"',
}
LIGHT = {
    "a message": b'{"do": "run", "source": "x"}',
    "brackets in a short text": b'"' + b"[" * 1_000_000 + b'"',
    "a million numbers": b"[" + b"0.123456789," * 1_000_000 + b"0]",
    "rows": b"[" + b"[0.5, 0.5, 0.5]," * 100_000 + b"0]",
}


@pytest.mark.parametrize("name", HEAVY)
def test_what_is_heavy_is_known_by_its_bytes(name):
    assert foreign_json.is_heavy(HEAVY[name])


@pytest.mark.parametrize("name", LIGHT)
def test_what_honest_code_sends_is_not(name):
    assert not foreign_json.is_heavy(LIGHT[name])


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_message_is_refused_before_it_is_parsed(name, monkeypatch):
    """Whatever the sender is: only one that has been tampered with sends such a thing."""
    one, other = socket.socketpair()
    monkeypatch.setattr(foreign_json, "loads", lambda text: pytest.fail("it was parsed"))
    text = HEAVY[name]
    message = b"\x01\0\0\0" + len(text).to_bytes(4, "little") + text
    with one, other:
        sender = threading.Thread(target=one.sendall, args=[message])
        sender.start()
        with pytest.raises(Malformed, match="than a test can look through"):
            Wire(other).receive()
        sender.join()


def test_an_honest_sender_says_so_itself():
    one, other = socket.socketpair()
    with one, other, pytest.raises(CannotCross, match="than a test can look through"):
        Wire(one).send({"value": [[]] * (MANY + 1)})


def in_a_process_without_limits(statements):
    """Python in which a course has raised the limit of recursion, on a small stack."""
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.setrecursionlimit(10**8)\n{statements}"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (8 << 20, 8 << 20)),
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("opening", ["[", '{"":'])
def test_deep_nesting_overflows_no_stack(opening):
    done = in_a_process_without_limits(f"""
from chainrule.grading.wall import foreign_json
try:
    foreign_json.loads({opening!r} * 1_000_000)
except RecursionError:
    print("refused", sys.getrecursionlimit())
""")
    assert done.stdout == f"refused {10**8}\n", done


def test_deep_values_overflow_no_stack():
    done = in_a_process_without_limits("""
from chainrule.grading.wall.values import Decoder, Malformed
for nest in (lambda v: [v], lambda v: {"tuple": [v]}, lambda v: {"dict": [[1, v]]}):
    value = 1
    for _ in range(100_000):
        value = nest(value)
    try:
        Decoder([]).decode(value)
    except Malformed:
        print("refused")
import os
os._exit(0)  # without taking the nested values apart
""")
    assert done.stdout == "refused\n" * 3, done
