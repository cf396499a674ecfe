"""Walls around the process that runs a learner's code, put up by that process itself.

It is a fork of a process in bubblewrap, which has no network, no course folder and no capability.
Here it gets namespaces of its own, an empty /tmp and /dev/shm, its own /proc, limits, and a filter
of system calls that honest code does not need. All of it is kept by whatever it starts.
"""

import contextlib
import ctypes
import errno
import os
import platform
import re
import resource
import signal
import stat
import struct
from functools import cache
from pathlib import Path

from ..forks.isolated import mapped_bytes
from ..limits import INODES, TERMINALS, Limits
from ..wall.handed_files import NONE, Room
from . import seccomp
from .seccomp import NEWIPC, NEWNET, NEWNS, NEWPID, NEWUSER

_NOSUID, _NODEV, _NOEXEC, _RDONLY, _BIND = 2, 4, 8, 1, 0x5000  # with all that is below
_REMOUNT, _BIND_ONE = 0x20, 0x1000
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 4, 24, 38
_USER, _GROUP = os.getuid(), os.getgid()  # a new user namespace does not know them at first
_DEVICES = (
    ("/dev/null", os.O_RDWR, os.makedev(1, 3)),
    ("/dev/zero", os.O_RDONLY, os.makedev(1, 7)),
    ("/dev/urandom", os.O_RDONLY, os.makedev(1, 9)),
)
_RELEASE = [int(number) for number in re.findall(r"\d+", platform.release())[:2]]
_BOUNDS_EACH_NAMESPACE = _RELEASE >= [6, 14]
_libc = ctypes.CDLL(None, use_errno=True)
# These keep Python's lock, as a fork has to. They are looked up once, here, and not in each fork.
_syscall = ctypes.PyDLL(None, use_errno=True).syscall
_before_fork = ctypes.pythonapi.PyOS_BeforeFork
_after_in_parent = ctypes.pythonapi.PyOS_AfterFork_Parent
_after_in_child = ctypes.pythonapi.PyOS_AfterFork_Child


def fork_into_namespaces() -> int:
    """os.fork(), with user, PID, IPC, network and mount namespaces of the child's own.

    The kernel gives a PID namespace to a new process only, and only one to all the children of a
    process that asks for it with unshare; Python has no other call than this one for a child each.
    Must be called in a process with one thread. Raises OSError.
    """
    flags = NEWUSER | NEWPID | NEWIPC | NEWNET | NEWNS | signal.SIGCHLD
    clone = seccomp.number_of_clone()
    _places_below("/tmp")  # kept, as the filter is: no fork has to work them out again
    seccomp.get_ready()
    _before_fork()
    child = int(_syscall(clone, flags, 0, 0, 0, 0))
    if child == 0:
        _after_in_child()
        return 0
    number = ctypes.get_errno()
    _after_in_parent()
    if child < 0:
        raise OSError(number, f"clone: {os.strerror(number)}")
    return child


def close_in(limits: Limits, room: Room = NONE) -> None:
    """Put up the walls, in the first process of the new namespaces. Raises OSError.

    room: in /tmp, for files that are given to it, beyond what it may write itself.
    """
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{_USER} {_USER} 1")
    _write("/proc/self/gid_map", f"{_GROUP} {_GROUP} 1")
    _bound_processes(limits.processes)
    mapped = mapped_bytes()
    plain = _NOSUID | _NODEV
    below = [(Path(place), os.open(place, os.O_PATH)) for place in _places_below("/tmp")]
    for place, more in (("/tmp", room), ("/dev/shm", NONE)):
        size = f"size={limits.disk_bytes + more.size},nr_inodes={INODES + more.inodes},mode=700"
        _mount("tmpfs", place, plain, size)
    for shown, descriptor in below:
        _show_again(shown, descriptor)
    # All that is in it can be read and nothing written: some of it is settings of the machine.
    try:
        _mount("proc", "/proc", plain | _NOEXEC | _RDONLY, "")
    except OSError:  # the system hides parts of /proc: then none is better than another's
        _mount("tmpfs", "/proc", plain | _NOEXEC | _RDONLY, "size=4096")
    _own_devices()
    _give_up_rights(limits, mapped, limits.disk_bytes + room.size)


def close_in_alone(limits: Limits, room: Room = NONE) -> None:
    """Put up what bubblewrap has not, in the one process that it was started for (`one_each`).

    Raises OSError.
    """
    mapped = mapped_bytes()
    for path in (os.path.join("/dev", name) for name in os.listdir("/dev")):
        about = os.lstat(path)
        if stat.S_ISCHR(about.st_mode) and about.st_uid == _USER:  # the machine's, and so root's
            flags = _REMOUNT | _BIND_ONE | _RDONLY | _NOSUID | _NOEXEC
            done = _libc.mount(None, path.encode(), None, flags, None)
            _checked(done, f"mount {path}")
    _give_up_rights(limits, mapped, limits.disk_bytes + room.size)


def _give_up_rights(limits: Limits, mapped: int, disk_bytes: int) -> None:
    _set_limits(limits, mapped, disk_bytes)
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    _drop_capabilities()
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    # The guard, outside, reads how much memory is in use; that takes a process that is dumpable.
    _checked(_libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0), "dumpable")
    seccomp.refuse_system_calls()


@cache
def _places_below(folder: str) -> list[str]:
    """What bubblewrap shows below a folder, such as packages of an environment in /tmp.

    The outermost mounts only: what is mounted below these, or covers a part, is shown with them.
    """
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    found = {line.split()[4] for line in lines if line.split()[4].startswith(folder + "/")}
    return sorted(one for one in found if not any(one.startswith(f"{two}/") for two in found))


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


def _own_devices() -> None:
    """Pseudo-terminals of its own, of which the machine has some thousands; and /dev is whole.

    /dev/zero is /dev/full, which reads the same: only the first could be mapped as shared memory
    that no limit counts.
    """
    options = f"newinstance,ptmxmode=0666,mode=600,max={TERMINALS}"
    _mount("devpts", "/dev/pts", _NOSUID | _NOEXEC, options)
    done = _libc.mount(b"/dev/full", b"/dev/zero", None, _BIND, None)
    _checked(done, "mount /dev/zero")
    for name, flags, number in _DEVICES:
        device = os.open(name, flags)
        try:
            if os.fstat(device).st_rdev != number:
                raise OSError(errno.ENODEV, f"{name} is not the device of this name")
        finally:
            os.close(device)


def _bound_processes(count: int) -> None:
    """Bound the process numbers of this namespace, where the kernel can: since Linux 6.14.

    RLIMIT_NPROC alone does not hold a fork bomb when root started the grading: the kernel spares
    root's processes, whatever user they are inside. The kernel's least bound is 301. An older
    kernel has one bound for the whole machine.
    """
    if _BOUNDS_EACH_NAMESPACE:
        with contextlib.suppress(OSError):
            _write("/proc/sys/kernel/pid_max", str(max(count, 301)))


def _set_limits(limits: Limits, mapped: int, disk_bytes: int) -> None:
    """None is raised above what the one who grades has."""
    seconds = int(limits.notebook_seconds) + 5  # the guard counts all processes, and comes first
    for kind, soft, hard in (
        (resource.RLIMIT_AS, mapped + limits.memory_bytes, None),
        (resource.RLIMIT_NPROC, limits.processes, None),
        (resource.RLIMIT_FSIZE, disk_bytes, None),
        (resource.RLIMIT_NOFILE, 256, None),
        (resource.RLIMIT_CPU, seconds, seconds + 5),  # a signal that says why, and then SIGKILL
        (resource.RLIMIT_CORE, 0, None),
        (resource.RLIMIT_SIGPENDING, 256, None),  # timers, too: the kernel counts them by user
        (resource.RLIMIT_MSGQUEUE, 0, None),
        (resource.RLIMIT_MEMLOCK, 1 << 16, None),
        (resource.RLIMIT_NICE, 0, None),
        (resource.RLIMIT_RTPRIO, 0, None),
    ):
        _, most = resource.getrlimit(kind)
        most = hard or soft if most == resource.RLIM_INFINITY else min(hard or soft, most)
        resource.setrlimit(kind, (min(soft, most), most))


def _write(path: str, text: str) -> None:
    """Without more of Python than this: each learner process does it anew."""
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def _mount(kind: str, place: str, flags: int, options: str) -> None:
    done = _libc.mount(kind.encode(), place.encode(), kind.encode(), flags, options.encode())
    _checked(done, f"mount {place}")


def _drop_capabilities() -> None:
    head = struct.pack("<Ii", 0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    _checked(_libc.capset(head, bytes(24)), "capset")


def _checked(returned: int, what: str) -> None:
    if returned != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
