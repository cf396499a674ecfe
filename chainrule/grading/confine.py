"""Walls around the process that runs a learner's code, put up by that process itself.

It is a fork of a process in bubblewrap, which has no network, no course folder and no capability.
Here it gets namespaces of its own, an empty /tmp and /dev/shm, its own /proc, limits, and a filter
of system calls that honest code does not need. All of it is kept by whatever it starts.
"""

import contextlib
import ctypes
import os
import platform
import resource
import signal
import struct
from pathlib import Path

from .limits import Limits

_NEWNS, _NEWIPC, _NEWUSER, _NEWPID = 0x20000, 0x8000000, 0x10000000, 0x20000000
_NEWNET, _NEWCGROUP, _NEWUTS = 0x40000000, 0x2000000, 0x4000000
_NOSUID, _NODEV, _NOEXEC, _RDONLY, _BIND = 2, 4, 8, 1, 0x5000  # with all that is below
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 4, 22, 24, 38
_USER, _GROUP = os.getuid(), os.getgid()  # a new user namespace does not know them at first
_libc = ctypes.CDLL(None, use_errno=True)
# These keep Python's lock, as a fork has to.
_python, _python_libc = ctypes.pythonapi, ctypes.PyDLL(None, use_errno=True)

# Numbers of the system calls that are refused: on x86_64, on aarch64. They reach the kernel's rarer
# parts, other processes, mounts, or memory that no other limit counts (memfd, shared segments).
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
_ARCHITECTURES = {"x86_64": (0, 0xC000003E, 56), "aarch64": (1, 0xC00000B7, 220)}  # audit id, clone
_CLONE3 = 435


def is_known_machine() -> bool:
    """Whether the numbers of this machine's system calls are known."""
    return platform.machine() in _ARCHITECTURES


def fork_into_namespaces() -> int:
    """os.fork(), with user, PID, IPC, network and mount namespaces of the child's own.

    The kernel gives a PID namespace to a new process only, and only one to all the children of a
    process that asks for it with unshare; Python has no other call than this one for a child each.
    Must be called in a process with one thread. Raises OSError.
    """
    _, _, clone = _ARCHITECTURES[platform.machine()]
    flags = _NEWUSER | _NEWPID | _NEWIPC | _NEWNET | _NEWNS | signal.SIGCHLD
    _python.PyOS_BeforeFork()
    child = int(_python_libc.syscall(clone, flags, 0, 0, 0, 0))
    if child == 0:
        _python.PyOS_AfterFork_Child()
        return 0
    number = ctypes.get_errno()
    _python.PyOS_AfterFork_Parent()
    if child < 0:
        raise OSError(number, f"clone: {os.strerror(number)}")
    return child


def close_in(limits: Limits) -> None:
    """Put up the walls, in the first process of the new namespaces. Raises OSError."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_USER} {_USER} 1")
    Path("/proc/self/gid_map").write_text(f"{_GROUP} {_GROUP} 1")
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    plain = _NOSUID | _NODEV
    size = f"size={limits.disk_bytes},nr_inodes=10000,mode=700"
    below = _mounted_below("/tmp")
    for place in ("/tmp", "/dev/shm"):
        _mount("tmpfs", place, plain, size)
    for shown, descriptor in below:
        _show_again(shown, descriptor)
    try:
        _mount("proc", "/proc", plain | _NOEXEC, "")
    except OSError:  # the system hides parts of /proc: then none is better than another's
        _mount("tmpfs", "/proc", plain | _NOEXEC | _RDONLY, "size=4096")
    _bound_processes(limits.processes)
    _set_limits(limits, mapped)
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    _drop_capabilities()
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    # The guard, outside, reads how much memory is in use; that takes a process that is dumpable.
    _checked(_libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0), "dumpable")
    _filter_system_calls()


def _mounted_below(folder: str) -> list[tuple[Path, int]]:
    """What bubblewrap shows below a folder, such as packages of an environment in /tmp."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    places = sorted({line.split()[4] for line in lines if line.split()[4].startswith(folder + "/")})
    return [(Path(place), os.open(place, os.O_PATH)) for place in places]


def _show_again(place: Path, descriptor: int) -> None:
    """Show it in the new, empty folder as well; it stays read-only."""
    opened = f"/proc/self/fd/{descriptor}"
    if os.path.isdir(opened):
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    done = _libc.mount(opened.encode(), str(place).encode(), None, _BIND, None)
    _checked(done, f"mount {place}")
    os.close(descriptor)


def _bound_processes(count: int) -> None:
    """Bound the process numbers of this namespace, where the kernel can (since Linux 6.14).

    RLIMIT_NPROC alone does not hold a fork bomb when root started the grading: the kernel spares
    root's processes, whatever user they are inside. The kernel's least bound is 301.
    """
    with contextlib.suppress(OSError):
        Path("/proc/sys/kernel/pid_max").write_text(str(max(count, 301)))


def _set_limits(limits: Limits, mapped: int) -> None:
    seconds = int(limits.notebook_seconds) + 5
    for kind, bound in {
        resource.RLIMIT_AS: mapped + limits.memory_bytes,
        resource.RLIMIT_NPROC: limits.processes,
        resource.RLIMIT_FSIZE: limits.disk_bytes,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_CORE: 0,
    }.items():
        resource.setrlimit(kind, (bound, bound))


def _mount(kind: str, place: str, flags: int, options: str) -> None:
    done = _libc.mount(kind.encode(), place.encode(), kind.encode(), flags, options.encode())
    _checked(done, f"mount {place}")


def _drop_capabilities() -> None:
    head = struct.pack("<Ii", 0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    _checked(_libc.capset(head, bytes(24)), "capset")


def _filter_system_calls() -> None:
    column, audit, clone = _ARCHITECTURES[platform.machine()]
    refuse, unknown, kill, allow = 0x00050001, 0x00050026, 0x80000000, 0x7FFF0000
    load, equal, at_least, bit, answer = 0x20, 0x15, 0x35, 0x45, 0x06
    program = [
        (load, 0, 0, 4),  # the architecture
        (equal, 1, 0, audit),
        (answer, 0, 0, kill),
        (load, 0, 0, 0),  # the number
    ]
    if column == 0:  # the numbers of x86_64's 32-bit twin
        program += [(at_least, 0, 1, 0x40000000), (answer, 0, 0, kill)]
    for numbers in _REFUSED.values():
        program += [(equal, 0, 1, numbers[column]), (answer, 0, 0, refuse)]
    # clone3 hides its flags from filters; told that there is none, libraries use clone.
    program += [(equal, 0, 1, _CLONE3), (answer, 0, 0, unknown)]
    new_namespaces = _NEWNS | _NEWIPC | _NEWUSER | _NEWPID | _NEWNET | _NEWCGROUP | _NEWUTS
    program += [(equal, 0, 3, clone), (load, 0, 0, 16), (bit, 0, 1, new_namespaces)]
    program += [(answer, 0, 0, refuse), (answer, 0, 0, allow)]
    code = b"".join(struct.pack("<HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code)
    filled = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    _checked(_libc.prctl(_PR_SET_SECCOMP, 2, filled, 0, 0), "seccomp")


def _checked(returned: int, what: str) -> None:
    if returned != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
