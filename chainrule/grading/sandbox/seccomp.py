"""A filter of system calls, kept by a process and all that it starts.

It refuses those that reach the kernel's rarer parts, other processes, mounts, what the kernel
counts for all processes of a user together (watches on files, asynchronous reading), or memory that
no other limit counts: memfd, segments and queues, pages given to a pipe, shared memory without a
file. Honest code does without, or is given another way (`counted_memory`).
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
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "vmsplice": (278, 75),
    "inotify_init": (253, 26),  # ARM64 has only the next one
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "io_setup": (206, 0),
    "syslog": (103, 116),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "fsconfig": (431, 431),
    "fspick": (433, 433),
    "io_uring_setup": (425, 425),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
}
# Of which some uses are refused.
_CLONE, _MMAP, _SOCKET = (56, 220), (9, 222), (41, 198)
# Index into the above, the kernel's name for the machine in a filter.
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_CLONE3 = 435
_libc = ctypes.CDLL(None, use_errno=True)
# Flags of clone, each for a new namespace.
NEWNS, NEWIPC, NEWUSER, NEWPID = 0x20000, 0x8000000, 0x10000000, 0x20000000
NEWNET, NEWCGROUP, NEWUTS = 0x40000000, 0x2000000, 0x4000000
_NEW_NAMESPACES = NEWNS | NEWIPC | NEWUSER | NEWPID | NEWNET | NEWCGROUP | NEWUTS
_MAP_SHARED, _MAP_TYPE, _MAP_ANONYMOUS, _MAP_HUGETLB = 0x01, 0x0F, 0x20, 0x40000
# Unix, IPv4, IPv6, netlink. Others know no namespaces (vsock), or are rare ways into the kernel.
_FAMILIES = (1, 2, 10, 16)
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
# Instructions of a filter: load a word, keep some bits, compare and jump, answer.
_LOAD, _AND, _EQUAL, _AT_LEAST, _ANY_BIT, _ANSWER = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE, _FIRST, _FOURTH = 0, 4, 16, 40  # number, machine, arguments: where they lie
_EPERM, _ENOMEM, _ENOSYS, _EAFNOSUPPORT = 0x00050001, 0x0005000C, 0x00050026, 0x00050061
_KILL, _ALLOW = 0x80000000, 0x7FFF0000
_Lines = list[tuple[int, int, int, int]]


def is_known_machine() -> bool:
    """Whether the numbers of this machine's system calls are known here."""
    return platform.machine() in _MACHINES


def number_of_clone() -> int:
    return _CLONE[_MACHINES[platform.machine()][0]]


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


def _program(machine: str) -> _Lines:
    """The filter: instruction, how many to skip if it holds, if not, and its value."""
    column, name = _MACHINES[machine]
    program = [
        (_LOAD, 0, 0, _MACHINE),
        (_EQUAL, 1, 0, name),
        (_ANSWER, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":  # the numbers of its 32-bit twin
        program += [(_AT_LEAST, 0, 1, 0x40000000), (_ANSWER, 0, 0, _KILL)]
    program += _for_one(_MMAP[column], _of_mmap())  # the most frequent of them comes first
    for numbers in _REFUSED.values():
        program += [(_EQUAL, 0, 1, numbers[column]), (_ANSWER, 0, 0, _EPERM)]
    # clone3 hides its flags from filters; told that there is none, libraries use clone.
    program += [(_EQUAL, 0, 1, _CLONE3), (_ANSWER, 0, 0, _ENOSYS)]
    program += _for_one(_CLONE[column], _of_clone())
    program += _for_one(_SOCKET[column], _of_socket())
    return [*program, (_ANSWER, 0, 0, _ALLOW)]


def _for_one(number: int, lines: _Lines) -> _Lines:
    """Lines for one system call, which give its answer."""
    return [(_EQUAL, 0, len(lines), number), *lines]


def _of_clone() -> _Lines:
    refused = [(_ANY_BIT, 0, 1, _NEW_NAMESPACES), (_ANSWER, 0, 0, _EPERM)]
    return [(_LOAD, 0, 0, _FIRST), *refused, (_ANSWER, 0, 0, _ALLOW)]


def _of_mmap() -> _Lines:
    """Shared memory without a file stays when it is unmapped but for a page, and is not counted."""
    kind, refused = _MAP_TYPE | _MAP_ANONYMOUS, _MAP_SHARED | _MAP_ANONYMOUS
    return [
        (_LOAD, 0, 0, _FOURTH),
        (_ANY_BIT, 0, 1, _MAP_HUGETLB),  # the machine's, if it has any; no limit counts them
        (_ANSWER, 0, 0, _ENOMEM),
        (_AND, 0, 0, kind),
        (_EQUAL, 0, 1, refused),
        (_ANSWER, 0, 0, _EPERM),
        (_ANSWER, 0, 0, _ALLOW),
    ]


def _of_socket() -> _Lines:
    lines: _Lines = [(_LOAD, 0, 0, _FIRST)]
    for family in _FAMILIES:
        lines += [(_EQUAL, 0, 1, family), (_ANSWER, 0, 0, _ALLOW)]
    return [*lines, (_ANSWER, 0, 0, _EAFNOSUPPORT)]
