"""A user of the machine who is nobody else, for learners' code where root starts the grading.

Root inside a sandbox is root on the machine in all that the kernel asks about files: it would write
the kernel's settings and change the modes of devices. `nobody` is no way out, for other services
run as that user, and so share with it whatever the kernel counts by user.
"""

import grp
import os
import pwd
import random
from collections.abc import Iterator
from pathlib import Path

# In the order in which they are taken. No scheme of numbering hands out the first two; a container
# may map fewer numbers than that, and the third is then what is left, above the usual accounts.
_RANGES = (range(0x70000000, 0x7FFD0000), range(65520, 65534), range(20_000, 61_000))
_TRIES = 200  # in each of them, at random: who starts at the same moment takes another
_LINE_ENDS = 1 << 32
_SYS_ADMIN = 1 << 21


def is_needed() -> bool:
    """Whether this process is root of more than itself: of a machine, or of a container's users."""
    return os.geteuid() == 0 and any(len(mapped) > 1 for mapped in _mapped("uid_map"))


def nobody_elses() -> int | None:
    """A number that is no user and no group here, and no process runs as; None if there is none.

    Each call gives another, so that what the kernel counts by user it counts for each caller alone.
    """
    users, groups = _mapped("uid_map"), _mapped("gid_map")
    running = set(_owners())
    for wanted in _RANGES:
        for number in random.sample(wanted, min(_TRIES, len(wanted))):
            mapped = _is_in(number, users) and _is_in(number, groups)
            if mapped and number not in running and not _is_known(number):
                return number
    return None


def can_mount() -> bool:
    """Whether this process may make mounts without being root of a user namespace of its own."""
    for row in Path("/proc/self/status").read_text().splitlines():
        if row.startswith("CapEff:"):
            return bool(int(row.split()[1], 16) & _SYS_ADMIN)
    return False


def _mapped(name: str) -> list[range]:
    """The numbers that this process's user namespace has."""
    rows = [row.split() for row in Path(f"/proc/self/{name}").read_text().splitlines()]
    return [range(int(first), min(int(first) + int(count), _LINE_ENDS)) for first, _, count in rows]


def _is_in(number: int, ranges: list[range]) -> bool:
    return any(number in one for one in ranges)


def _owners() -> Iterator[int]:
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                yield os.stat(f"/proc/{name}").st_uid
            except OSError:  # it has just ended
                continue


def _is_known(number: int) -> bool:
    """Whether it is an account or a group, also of a directory service that lists none."""
    for look_up in (pwd.getpwuid, grp.getgrgid):
        try:
            look_up(number)
        except KeyError:
            continue
        return True
    return False
