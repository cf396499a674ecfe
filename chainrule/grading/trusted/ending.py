"""From the guard's word of how a learner process ended to whose doing that was."""

import signal
from collections.abc import Mapping

from ... import records
from ..limits import INODES, TERMINALS, Limits
from ..wall.messages import BROKEN
from ..wall.trouble import Lost, Machinery


def ending(told: Mapping[str, object], limits: Limits) -> tuple[Lost, str]:
    """Verdict and reason for the guard's word of how a learner process ended.

    Raises Machinery where the learner cannot have done it: whatever is not known to be theirs.
    """
    reason, status = told.get("reason"), told.get("status")
    if reason == "memory":
        return records.MEMORY, f"it used more than {limits.memory_bytes >> 20} MiB"
    if reason == "processes":
        return records.CRASHED, f"it started more than {limits.processes} processes"
    if reason == "files":
        return records.CRASHED, f"it made more than {INODES} files"
    if reason == "terminals":
        return records.CRASHED, f"it opened more than {TERMINALS} terminals"
    if reason == "computing":
        return records.TIME_OUT, f"it took {limits.notebook_seconds:g} s of computing"
    if reason == "confine":
        raise Machinery(f"the sandbox failed: {told.get('error')}")
    if reason != "" or not isinstance(status, int):
        raise Machinery("a learner's process was ended, and nobody said why")
    number = status & 0x7F
    if number == signal.SIGKILL and told.get("confined") is not False:
        # Within its namespaces nothing can send this to the first process, and the guard did not.
        raise Machinery("a learner's process was killed from outside, as for want of memory")
    if number == signal.SIGXCPU:
        return records.TIME_OUT, f"it took {limits.notebook_seconds:g} s of computing"
    if number:
        return records.CRASHED, f"it was ended by {_name(number)}"
    if status >> 8 == BROKEN:
        return records.NEEDS_PERSON, "what answers in its process failed, by its doing or by ours"
    return records.CRASHED, f"it ended itself with exit status {status >> 8}"


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # one of the real-time signals, most of which have no name
        return f"signal {number}"
