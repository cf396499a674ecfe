"""What a learner's process could reach of others, or take from them; tried from inside."""

import ctypes
import errno
import mmap
import os
import resource
import socket
from collections.abc import Callable, Iterator

from ..limits import TERMINALS

_SETTINGS = (
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/vm/drop_caches",
    "/proc/sysrq-trigger",
    "/proc/irq/default_smp_affinity",
    "/proc/self/oom_score_adj",
)
_BOUNDED = {
    "descriptors": resource.RLIMIT_NOFILE,
    "processor time": resource.RLIMIT_CPU,
    "pending signals": resource.RLIMIT_SIGPENDING,
    "message queues": resource.RLIMIT_MSGQUEUE,
    "locked memory": resource.RLIMIT_MEMLOCK,
}
_SYS_INOTIFY, _SYS_KEYCTL = {"x86_64": (294, 250), "aarch64": (26, 219)}.get(
    os.uname().machine, (-1, -1)
)
_JOIN_SESSION_KEYRING, _GET_PRIVATE = 1, 0
_SHARED_WITHOUT_FILE = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS
_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long


def faults_of_limits(counted: bool) -> list[str]:
    """What this process can do and should not be able to; asked in the sandbox.

    counted: terminals are, from outside, in place of a bound that the kernel keeps.
    """
    found = [*_others(counted), *_settings(), *_refused(), *_shared_memory(), *_unbounded()]
    return found if counted else [*found, *_terminals()]


def _others(wrapped: bool) -> Iterator[str]:
    if os.getpgid(0) != os.getpid() or os.getsid(0) != os.getpid():
        yield "its process group or session is that of others"
    if os.getppid() > (1 if wrapped else 0):
        yield "it is not the first of its PID namespace"
    inherited = [number for number in range(3, 4096) if _is_open(number)]
    if len(inherited) > 1:  # the one that it is asked over
        yield f"it has inherited {len(inherited) - 1} descriptors"


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _settings() -> Iterator[str]:
    for path in _SETTINGS:
        try:
            os.close(os.open(path, os.O_WRONLY))
            yield f"{path} can be written to"
        except OSError:
            pass


def _refused() -> Iterator[str]:
    """System calls that reach what all processes of a user share, or what is not counted."""
    tries: dict[str, Callable[[], int]] = {
        "watches on files": lambda: _libc.syscall(_SYS_INOTIFY, 0),
        "keyrings": lambda: _libc.syscall(_SYS_KEYCTL, _JOIN_SESSION_KEYRING, None),
        "semaphores of System V": lambda: _libc.semget(_GET_PRIVATE, 1, 0o600),
        "queues of System V": lambda: _libc.msgget(_GET_PRIVATE, 0o600),
    }
    for what, call in tries.items():
        if call() >= 0:
            yield f"{what} can be had"
    for family in ("AF_VSOCK", "AF_ALG", "AF_PACKET"):
        try:
            socket.socket(getattr(socket, family), socket.SOCK_STREAM).close()
        except OSError as error:
            if error.errno in (errno.EAFNOSUPPORT, errno.EPERM):
                continue
        yield f"sockets of {family} can be had"


def _shared_memory() -> Iterator[str]:
    """Without a file, in a folder of bounded size, no limit counts it."""
    protection = mmap.PROT_READ | mmap.PROT_WRITE
    failed = ctypes.c_void_p(-1).value
    if _libc.mmap(None, mmap.PAGESIZE, protection, _SHARED_WITHOUT_FILE, -1, 0) != failed:
        yield "there is shared memory that no limit counts"
    zero = os.open("/dev/zero", os.O_RDWR)
    if _libc.mmap(None, mmap.PAGESIZE, protection, mmap.MAP_SHARED, zero, 0) != failed:
        yield "/dev/zero is shared memory that no limit counts"
    os.close(zero)


def _unbounded() -> Iterator[str]:
    for what, kind in _BOUNDED.items():
        if resource.getrlimit(kind)[1] == resource.RLIM_INFINITY:
            yield f"{what} are not bounded"


def _terminals() -> Iterator[str]:
    """A few are there, and they are no others'."""
    held: list[int] = []
    try:
        while len(held) <= 2 * TERMINALS:
            held += os.openpty()
        yield f"it can have more than {TERMINALS} pseudo-terminals"
    except OSError as error:
        if not held:
            yield f"it has no pseudo-terminals: {error}"
    finally:
        for number in held:
            os.close(number)
