"""A process gets ready to be forked many times: what forks share stays shared, and costs little.

A fork copies the tables of all pages, here of some 150 MB, and its end takes them down again; with
huge pages that takes half of the time.
"""

import contextlib
import ctypes
import gc
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

_HUGE = 2 * 1024 * 1024
_MADV_COLLAPSE = 25  # since Linux 6.1; an older kernel refuses, and nothing is different


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Import what stays: meanwhile no garbage is looked for among it, which takes long."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def settle() -> None:
    """Leave alone, in the collections of forks, what is here now."""
    gc.collect()
    gc.freeze()


def use_huge_pages() -> None:
    """For the memory that is in use now. Not in a fork: it would get a copy of what it shares."""
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    for row in Path("/proc/self/maps").read_text().splitlines():
        span, permissions, _, _, _, *name = row.split()
        if permissions != "rw-p" or name not in ([], ["[heap]"]):
            continue
        start, end = (int(number, 16) for number in span.split("-"))
        start, end = -(-start // _HUGE) * _HUGE, end // _HUGE * _HUGE
        if start < end:
            madvise(start, end - start, _MADV_COLLAPSE)


_here_before: set[str] = set()  # modules, before any was imported for a notebook


def warm(imports: list[str]) -> None:
    """Run these import statements; a notebook that needs one that fails will say so itself."""
    if not _here_before:
        _here_before.update(sys.modules)
    with importing():
        for statement in imports:
            with contextlib.suppress(Exception):
                exec(statement, {})
        if "numpy" in sys.modules:
            exec("import numpy.random", {})  # NumPy puts it off, and every fork would import it
        gc.freeze()  # a collection in a fork would write to all of it, and so copy it
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def forget_those_beside(files: Iterable[str]) -> None:
    """In a fork: what was imported ahead, and is another module than the one beside the notebook.

    files: the paths of all that lies there. A kernel would find it first.
    """
    modules = (path.removesuffix("/__init__.py").removesuffix(".py") for path in files)
    names = {name for name in modules if name.isidentifier()} - _here_before
    if names.isdisjoint(sys.modules):
        return
    for module in [*sys.modules]:
        if module.partition(".")[0] in names:
            del sys.modules[module]
