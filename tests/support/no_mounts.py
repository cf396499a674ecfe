"""Runs a command where every mount is refused, as an AppArmor profile does: in a Landlock domain.

    python tests/support/no_mounts.py COMMAND [ARGUMENT ...]

Any domain refuses mounts; this one forbids nothing else but to make block devices.
"""

import ctypes
import os
import struct
import sys

_CREATE_RULESET, _RESTRICT_SELF = 444, 446  # the same on x86-64 and ARM64
_MAKE_BLOCK = 1 << 11
_NO_NEW_PRIVS = 38


def enter():
    """Raises OSError where the kernel has no Landlock."""
    libc = ctypes.CDLL(None, use_errno=True)
    handled = ctypes.create_string_buffer(struct.pack("<Q", _MAKE_BLOCK))
    ruleset = libc.syscall(_CREATE_RULESET, handled, 8, 0)
    if (
        ruleset < 0
        or libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
        or libc.syscall(_RESTRICT_SELF, ruleset, 0)
    ):
        raise OSError(ctypes.get_errno(), "Landlock")


if __name__ == "__main__":
    enter()
    os.execvp(sys.argv[1], sys.argv[1:])
