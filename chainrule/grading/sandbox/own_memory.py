"""Memory that forks would share to write in becomes each fork's own.

A lock of multiprocessing that a module makes when it is imported (tqdm's, say) lies in such memory:
one learner who takes it would let all others wait for it.
"""

import ctypes
import os
from pathlib import Path

_MAP_SHARED, _MAP_FIXED, _MAP_ANONYMOUS = 0x01, 0x10, 0x20
_READ, _WRITE, _EXECUTE = 1, 2, 4
_libc = ctypes.CDLL(None, use_errno=True)
_mmap, _mprotect = _libc.mmap, _libc.mprotect
_mmap.restype = ctypes.c_void_p
_mmap.argtypes = ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long
_mprotect.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
_found: list[tuple[int, int, int]] = []  # start, length, protection


def find_shared_memory() -> None:
    """Look for it, in the process that is forked: once, and not in each fork."""
    _found.clear()
    for row in Path("/proc/self/maps").read_text().splitlines():
        span, permissions = row.split()[:2]
        start, end = (int(number, 16) for number in span.split("-"))
        bits = zip("rwx", (_READ, _WRITE, _EXECUTE), strict=True)
        allowed = sum(bit for letter, bit in bits if letter in permissions)
        if permissions[3] == "s" and _could_be_written(start, end - start, allowed):
            _found.append((start, end - start, allowed))


def _could_be_written(start: int, length: int, allowed: int) -> bool:
    """Whether a fork could write there, if need be after it has allowed that to itself."""
    if _mprotect(start, length, allowed | _WRITE) != 0:
        return False
    _mprotect(start, length, allowed)
    return True


def make_shared_memory_own() -> None:
    """In a fork: the same content, shared with nobody but what this process will start.

    Raises OSError.
    """
    flags = _MAP_SHARED | _MAP_FIXED | _MAP_ANONYMOUS
    for start, length, allowed in _found:
        content = _content(start, length)
        if _mmap(start, length, _READ | _WRITE, flags, -1, 0) != start:
            raise OSError(ctypes.get_errno(), "memory stays shared")
        ctypes.memmove(start, content, len(content))
        _mprotect(start, length, allowed)


def _content(start: int, length: int) -> bytes:
    # Read like this, memory beyond the end of its file is an error, and no fatal signal.
    memory = os.open("/proc/self/mem", os.O_RDONLY)
    try:
        return os.pread(memory, length, start)
    except OSError:
        return b""
    finally:
        os.close(memory)
