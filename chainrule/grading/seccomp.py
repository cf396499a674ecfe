"""A filter of system calls, kept by a process and all that it starts.

It refuses those that reach the kernel's rarer parts, other processes, mounts, or memory that no
other limit counts (memfd, shared segments); honest code does without.
"""

import ctypes
import os
import platform
import struct
from functools import cache

# Their numbers on x86_64, on aarch64.
_REFUSED = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "unshare": (272, 97),
    "setns": (308, 268),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "io_uring_setup": (425, 425),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
}
# Index into the above, the kernel's name for the machine in a filter, the number of clone.
_MACHINES = {"x86_64": (0, 0xC000003E, 56), "aarch64": (1, 0xC00000B7, 220)}
_CLONE3 = 435
_libc = ctypes.CDLL(None, use_errno=True)
# Flags of clone, each for a new namespace.
NEWNS, NEWIPC, NEWUSER, NEWPID = 0x20000, 0x8000000, 0x10000000, 0x20000000
NEWNET, NEWCGROUP, NEWUTS = 0x40000000, 0x2000000, 0x4000000
_NEW_NAMESPACES = NEWNS | NEWIPC | NEWUSER | NEWPID | NEWNET | NEWCGROUP | NEWUTS
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
# Instructions of a filter: load a word, compare and jump, answer.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16  # where they lie in what the filter sees
_EPERM, _ENOSYS, _KILL, _ALLOW = 0x00050001, 0x00050026, 0x80000000, 0x7FFF0000


def is_known_machine() -> bool:
    """Whether the numbers of this machine's system calls are known here."""
    return platform.machine() in _MACHINES


def number_of_clone() -> int:
    return _MACHINES[platform.machine()][2]


def get_ready() -> None:
    """Do ahead what forks would each do again."""
    _code()


def refuse_system_calls() -> None:
    """From here on, in this process. Needs no_new_privs. Raises OSError."""
    code = _code()
    buffer = ctypes.create_string_buffer(code)
    filled = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    if _libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, filled, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")


@cache
def _code() -> bytes:
    return b"".join(struct.pack("<HBBI", *line) for line in _program(platform.machine()))


def _program(machine: str) -> list[tuple[int, int, int, int]]:
    """The filter: instruction, how many to skip if it holds, if not, and its value."""
    column, name, clone = _MACHINES[machine]
    program = [
        (_LOAD, 0, 0, _MACHINE),
        (_EQUAL, 1, 0, name),
        (_ANSWER, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":  # the numbers of its 32-bit twin
        program += [(_AT_LEAST, 0, 1, 0x40000000), (_ANSWER, 0, 0, _KILL)]
    for numbers in _REFUSED.values():
        program += [(_EQUAL, 0, 1, numbers[column]), (_ANSWER, 0, 0, _EPERM)]
    # clone3 hides its flags from filters; told that there is none, libraries use clone.
    program += [(_EQUAL, 0, 1, _CLONE3), (_ANSWER, 0, 0, _ENOSYS)]
    program += [(_EQUAL, 0, 3, clone), (_LOAD, 0, 0, _FIRST_ARGUMENT)]
    program += [(_ANY_BIT, 0, 1, _NEW_NAMESPACES), (_ANSWER, 0, 0, _EPERM)]
    return [*program, (_ANSWER, 0, 0, _ALLOW)]
