"""The files of a notebook's working folder, on their way into the learner process.

They may be larger and more than a message is, and than a submission may write: they go in pieces,
and the room that they take is told beforehand, so that a learner's code has all of its own left.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PIECE_BYTES = 8 * 1024 * 1024
_PIECES = 1000  # of a message
_PAGE = 4096
_WRITTEN = 1000  # files that are told of

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


class Handed:
    """The working folder, in the learner process: what was put there, and what is so no more."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[int, int]] = {}  # path -> size, and when it was written

    def write(self, pieces: Pieces, buffers: list[bytes]) -> dict[str, str]:
        """Write them below the working folder; return which files cannot be there, and why."""
        left_out = _write(pieces, buffers)
        for path, _ in pieces:
            with contextlib.suppress(OSError):
                about = os.stat(path)
                self.known[path] = about.st_size, about.st_mtime_ns
        return left_out

    def written(self) -> list[str]:
        """The paths of files that are new or have changed, so many at most."""
        found = []
        for folder, _, names in os.walk("."):
            for name in names:
                path = os.path.normpath(os.path.join(folder, name))
                try:
                    about = os.stat(path)
                except OSError:
                    continue
                if self.known.get(path) != (about.st_size, about.st_mtime_ns):
                    found.append(path)
                if len(found) == _WRITTEN:
                    return found
        return found


def _write(pieces: Pieces, buffers: list[bytes]) -> dict[str, str]:
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
