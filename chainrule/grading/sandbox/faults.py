"""What a process in the sandbox can do and should not be able to, as it finds out by trying."""

import contextlib
import ctypes
import os
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from ..wall.learners_side import LEARNERS_SIDE, PACKAGE
from ..wall.messages import Probe
from .reach import faults_of_limits
from .seccomp import NEWUSER

_WRITABLE = ("/tmp", "/dev/shm")


def faults(request: Probe) -> list[str]:
    """What this process can do and should not be able to; asked in the sandbox."""
    found = [
        f"{place} can be seen"
        for place in request["out_of_sight"]
        if _is_in_sight(place, request["shown"])
    ]
    found += _network(request["port"])
    found += [f"{place} can be written to" for place in _places() if _can_write(place)]
    found += [f"the machine's {one} can be changed" for one in [*_settings(), *_devices()]]
    found += [f"{name} is there, which knows answers" for name in _teaching()]
    found += _processes(request["process"], 2 if request["counted"] else 1)
    try:
        bytearray(request["memory"] * 5 // 4)  # what is mapped since the start may be given back
        found.append("memory is not bounded")
    except MemoryError:
        pass
    return found + _privileges() + faults_of_limits(request["counted"])


def _is_in_sight(place: str, shown: list[str]) -> bool:
    """Whether there is more than an empty cover, and what is shown below it on purpose."""
    if not os.path.lexists(place):
        return False
    if not os.path.isdir(place):
        return not stat.S_ISCHR(os.lstat(place).st_mode)
    for path in (os.path.join(place, name) for name in os.listdir(place)):
        leads = any(one.startswith(f"{path}/") for one in shown)
        if path not in shown and not (leads and not _is_in_sight(path, shown)):
            return True
    return False


def _settings() -> Iterator[str]:
    """The kernel's settings that could be written to; nothing is written."""
    for top in ("/proc/sys", "/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus"):
        files = [os.path.join(at, name) for at, _, names in os.walk(top) for name in names]
        for path in files or [top]:
            if path.endswith("/ns_last_pid"):
                continue  # anybody may open it: the kernel asks for a right when it is written to
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
            except OSError:
                continue
            yield path


def _devices() -> Iterator[str]:
    """Device files whose mode could be changed; each keeps the one that it has."""
    for name in os.listdir("/dev"):
        path = os.path.join("/dev", name)
        about = os.lstat(path)
        if stat.S_ISCHR(about.st_mode) or stat.S_ISBLK(about.st_mode):
            with contextlib.suppress(OSError):
                os.chmod(path, stat.S_IMODE(about.st_mode))
                yield path


def _teaching() -> Iterator[str]:
    """What of this package is here and should not be: files, and modules that have one."""
    here = PACKAGE
    yield from (str(path) for path in here.iterdir() if path.name not in LEARNERS_SIDE)
    package = __name__.partition(".")[0]
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.startswith(f"{package}.") and file:
            part = Path(file).relative_to(here).parts[0]
            if part not in LEARNERS_SIDE:
                yield name


def _network(port: int) -> list[str]:
    found = [f"there is a network interface {name}" for _, name in socket.if_nameindex()]
    found = [fault for fault in found if not fault.endswith(" lo")]
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        found.append("this machine's ports can be reached")
    except OSError:
        pass
    return found


def _places() -> list[str]:
    """Where things could be written: the mounts, and some folders below them."""
    places = {"/", "/dev", "/etc", "/usr", "/var/tmp", os.path.dirname(__file__)}
    try:
        mounts = Path("/proc/self/mounts").read_text().splitlines()
        places |= {mount.split()[1] for mount in mounts}
    except OSError:
        pass  # no /proc at all
    return sorted(places)


def _can_write(place: str) -> bool:
    if place in _WRITABLE or place.startswith(("/proc", "/dev/")) or not os.path.isdir(place):
        return False
    try:
        handle = os.open(os.path.join(place, ".probe"), os.O_CREAT | os.O_WRONLY)
    except OSError:
        return False
    os.close(handle)
    return True


def _processes(process: int, own: int) -> list[str]:
    found = []
    try:
        others = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        others = []
    if len(others) > own:
        found.append(f"{len(others) - own} other processes can be seen")
    try:
        os.kill(process, 0)
        found.append("other processes can be signalled")
    except OSError:
        pass
    return found


def _privileges() -> list[str]:
    libc = ctypes.CDLL(None, use_errno=True)
    found = []
    if libc.unshare(NEWUSER) == 0:
        found.append("new user namespaces can be made")
    if libc.umount2(b"/proc", 2) == 0 or libc.mount(b"none", b"/tmp", b"tmpfs", 0, b"") == 0:
        found.append("mounts can be changed")
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return found
    if "CapEff:\t0000000000000000" not in status or "NoNewPrivs:\t1" not in status:
        found.append("it has capabilities")
    return found
