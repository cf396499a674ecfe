"""A submitted notebook, read where it can do no harm.

95 MB of JSON can become 8 GB of lists when they are read. What is small is read at once; all else
in a process of its own with bounded memory and time, which may die of it.
"""

from functools import partial

from ..forks.isolated import bound_memory, in_fork
from ..notebooks.rebuild import OldFormat, Unreadable, read_notebook
from ..plain_data import SubmittedCell

# However a notebook of this size is written, it takes 200 MiB and about a second at most.
_SMALL = 4 * 1024 * 1024
_MEMORY_BYTES = 2 * 1024**3
_SECONDS = 20


def read_apart(content: bytes) -> list[SubmittedCell]:
    """The cells, as `read_notebook` gives them. Raises Unreadable."""
    if len(content) <= _SMALL:
        try:
            return read_notebook(content, convert=False)
        except OldFormat:  # the converter makes several copies of all that it is given
            pass
    read = in_fork(partial(_read, content), "/", _SECONDS)
    if isinstance(read, list):
        return read
    memory = f"{_MEMORY_BYTES >> 30} GiB"
    said = read if isinstance(read, str) else ""
    raise Unreadable(said or f"The file takes more than {memory} or {_SECONDS} s to be read.")


def _read(content: bytes) -> list[SubmittedCell] | str:
    """The cells, or why there are none; "" where there is no memory for them."""
    bound_memory(_MEMORY_BYTES)
    try:
        return read_notebook(content)
    except Unreadable as error:
        return str(error)
    except MemoryError:
        return ""
