"""Does the sandbox hold? Tried from inside, before the first submission."""

import ctypes
import os
import socket
import time
from pathlib import Path
from typing import Any

from .errors import NoSandbox
from .limits import Limits
from .reach import faults_of_limits
from .sandbox import Sandbox
from .seccomp import NEWUSER
from .wire import Closed, Wire

_WRITABLE = ("/tmp", "/dev/shm")
_SECONDS = 30


def probe(sandbox: Sandbox, limits: Limits, out_of_sight: list[str]) -> None:
    """Try the walls. out_of_sight: paths that no learner may see. Raises NoSandbox."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        channel, line = sandbox.fork()
        with channel, line:
            ends = time.monotonic() + _SECONDS
            request = {
                "do": "probe",
                "port": server.getsockname()[1],
                "out_of_sight": out_of_sight,
                "process": os.getpid(),
                "memory": limits.memory_bytes,
            }
            try:
                wire = Wire(channel)
                wire.send(request, deadline=ends)
                answer, _ = wire.receive(ends)
            except (Closed, OSError):
                line.settimeout(5)
                raise NoSandbox(f"a process in the sandbox ended: {_last_word(line)}") from None
    if answer["faults"]:
        raise NoSandbox(f"it does not hold: {'; '.join(answer['faults'])}")


def _last_word(line: socket.socket) -> str:
    try:
        return line.recv(1 << 16).decode()
    except OSError:
        return "it did not say why"


def faults(request: dict[str, Any]) -> list[str]:
    """What this process can do and should not be able to; asked in the sandbox."""
    found = [f"{path} can be seen" for path in request["out_of_sight"] if os.path.lexists(path)]
    found += _network(request["port"])
    found += [f"{place} can be written to" for place in _places() if _can_write(place)]
    found += _processes(request["process"])
    try:
        bytearray(request["memory"] * 5 // 4)  # what is mapped since the start may be given back
        found.append("memory is not bounded")
    except MemoryError:
        pass
    return found + _privileges() + faults_of_limits(request)


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


def _processes(process: int) -> list[str]:
    found = []
    try:
        others = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        others = []
    if len(others) > 1:
        found.append(f"{len(others) - 1} other processes can be seen")
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
