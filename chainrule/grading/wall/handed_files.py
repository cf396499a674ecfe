"""The files of a notebook's working folder, on their way into the learner process.

They may be larger and more than a message is, and than a submission may write: they go in pieces,
and the room that they take is told beforehand, so that a learner's code has all of its own left.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PIECE_BYTES = 8 * 1024 * 1024
_PIECES = 1000  # of a message
_PAGE = 4096

Pieces = list[tuple[str, int]]  # path, and where in the file the piece begins


class Room(NamedTuple):
    """What files take of a file system in memory."""

    size: int = 0
    inodes: int = 0


NONE = Room()


def room_for(files: dict[str, bytes]) -> Room:
    """How much these take: whole pages, and their folders."""
    folders = {parent for path in files for parent in Path(path).parents}
    pages = sum(-(-len(content) // _PAGE) for content in files.values())
    return Room(pages * _PAGE, len(files) + len(folders))


def in_pieces(files: dict[str, bytes]) -> Iterator[tuple[Pieces, list[bytes]]]:
    """Messages' worth of pieces, and their bytes."""
    pieces: Pieces = []
    buffers: list[bytes] = []
    room = PIECE_BYTES
    for path, content in files.items():
        for start in range(0, max(len(content), 1), PIECE_BYTES):
            piece = content[start : start + PIECE_BYTES]
            if len(piece) > room or len(pieces) == _PIECES:
                yield pieces, buffers
                pieces, buffers, room = [], [], PIECE_BYTES
            pieces.append((path, start))
            buffers.append(piece)
            room -= len(piece)
    if pieces:
        yield pieces, buffers


def write(pieces: Pieces, buffers: list[bytes]) -> dict[str, str]:
    """Write them below the working folder; return which files cannot be there, and why."""
    left_out: dict[str, str] = {}
    for (path, start), content in zip(pieces, buffers, strict=True):
        place = Path(path)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("r+b" if start else "wb") as file:
                file.seek(start)
                file.write(content)
        except OSError as error:
            left_out[path] = str(error.strerror)
            with contextlib.suppress(OSError):
                place.unlink()  # half a file is none
    return left_out
