"""What is in an archive or a folder: names, and bytes that are read only as far as there is room.

A platform's archive is full of strangers' files. Nothing is unpacked to disk, no link is followed,
and how much is read is bounded before it is read, whatever the archive says of itself.
"""

import bz2
import gzip
import io
import lzma
import os
import re
import stat
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from chainrule.errors import ChainruleError
from chainrule.grading.files.submission import FILES, NAME_BYTES

_PART_BYTES = 200  # of one name: the file system takes 255, and some names get longer
_TARS = (".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz")
_OUTSIDE = re.compile(r"[A-Za-z]:|/")


class ArchiveError(ChainruleError):
    """The archive cannot be read at all; the message says what was seen and what to do."""


class Unreadable(Exception):
    """One entry cannot be read; the message goes on from the entry's name."""


@dataclass(frozen=True)
class Entry:
    """One file. name: its path with `/` between folders, in one Unicode form. fault: why it must
    not be read, or "". content: at most so many bytes of it, and perhaps one more."""

    name: str
    fault: str
    content: Callable[[int], bytes]

    @property
    def parts(self) -> list[str]:
        return self.name.split("/")

    def read(self, room: int) -> bytes:
        """The content, if it has at most `room` bytes. Raises Unreadable."""
        if self.fault:
            raise Unreadable(self.fault)
        try:
            content = self.content(room)
        except Unreadable:
            raise
        except Exception as error:  # whatever a damaged archive makes of its reader
            raise Unreadable(f"cannot be unpacked ({_reason(error)})") from None
        if len(content) > room:
            raise Unreadable(f"is too large (more than {room // 2**20} MiB are left for it)")
        return content


@contextmanager
def opened(path: Path) -> Iterator[list[Entry]]:
    """The files in a folder, a zip or a tar archive. Raises ArchiveError."""
    if path.is_dir():
        yield _folder(path)
        return
    if not path.is_file():
        raise ArchiveError(f"{path} is neither an archive nor a folder: nothing was collected.")
    with path.open("rb") as file:
        start = file.read(8)
        file.seek(0)
        try:
            found = _tar(file) if is_tar(path.name) else _zip(file)
        except Exception as error:
            what = other_archive(start) or f"no archive that can be read ({_reason(error)})"
            raise ArchiveError(
                f"{path} is {what}: nothing was collected. Download it again, or unpack it and"
                " give the folder."
            ) from None
        yield found


def unpacked(name: str, content: bytes, room: int) -> list[Entry]:
    """The files in an archive that a learner handed in. Raises Unreadable."""
    try:
        if not is_tar(name):
            if content.count(b"PK\x01\x02") > FILES:
                raise Unreadable(f"holds more than {FILES} files")
            return _zip(io.BytesIO(content))
        plain = _decompressed(content, room)
        if len(plain) > room:
            raise Unreadable(f"unpacks to more than the {room // 2**20} MiB that are left for it")
        return _tar(io.BytesIO(plain))
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"is an archive that cannot be unpacked ({_reason(error)})") from None


def is_archive(name: str, content: bytes) -> bool:
    """Whether to look into a file; many other formats (.npz, .docx) are zip archives as well."""
    if is_tar(name):
        return True
    ending = Path(name).suffix.lower()
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06")) and ending in (
        ".zip",
        ".ipynb",
        ".txt",
        "",
    )


def is_tar(name: str) -> bool:
    return name.lower().endswith(_TARS)


def other_archive(content: bytes) -> str:
    """What kind of archive it is that is not opened here; "" if it is none."""
    kinds = {b"7z\xbc\xaf\x27\x1c": "a 7z archive", b"Rar!\x1a\x07": "a rar archive"}
    return next((kind for start, kind in kinds.items() if content.startswith(start)), "")


def _folder(folder: Path) -> list[Entry]:
    found = []
    for place, folders, files in os.walk(folder):
        folders.sort()
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for name in sorted(files + links):
            path = Path(place, name)
            mode = path.lstat().st_mode
            fault = "" if stat.S_ISREG(mode) else _kind(mode)
            shown = os.fsencode(path.relative_to(folder)).decode("utf-8", "replace")
            found.append(_entry(shown, fault, partial(_content_of_file, path)))
    return found


def _content_of_file(path: Path, most: int) -> bytes:
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        return file.read(most + 1)


def _zip(file: io.BufferedIOBase) -> list[Entry]:
    archive = zipfile.ZipFile(file)
    return [
        _entry(_name_in_zip(info), _fault_in_zip(info), partial(_content_in_zip, archive, info))
        for info in archive.infolist()
        if not info.is_dir()
    ]


def _name_in_zip(info: zipfile.ZipInfo) -> str:
    """Its name; who wrote it in UTF-8 does not always say so, and then it was read as cp437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _fault_in_zip(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return _kind(kind)
    return "is locked with a password" if info.flag_bits & 1 else ""


def _content_in_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    if info.file_size > most:
        raise Unreadable(
            f"is too large ({info.file_size // 2**20} MiB, where {most // 2**20} are left)"
        )
    with archive.open(info) as file:
        return file.read(most + 1)


def _tar(file: io.BufferedIOBase) -> list[Entry]:
    found = []
    archive = tarfile.open(fileobj=file)  # noqa: SIM115  (read from later, as the file is)
    for member in archive:
        if member.isdir():
            continue
        fault = "" if member.isreg() else "is a link or a special file"
        found.append(_entry(member.name, fault, partial(_content_in_tar, archive, member)))
        if len(found) > 100 * FILES:
            raise Unreadable("holds too many files")
    return found


def _content_in_tar(archive: tarfile.TarFile, member: tarfile.TarInfo, most: int) -> bytes:
    if member.size > most:
        raise Unreadable(
            f"is too large ({member.size // 2**20} MiB, where {most // 2**20} are left)"
        )
    file = archive.extractfile(member)
    return file.read(most + 1) if file else b""


def _decompressed(content: bytes, most: int) -> bytes:
    """A tar archive as it is before it is compressed, but for what is beyond `most` bytes."""
    file = io.BytesIO(content)
    openers: dict[bytes, Callable[[io.BytesIO], io.BufferedIOBase]] = {
        b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
        b"BZh": bz2.BZ2File,
        b"\xfd7zXZ": lzma.LZMAFile,
    }
    for start, opener in openers.items():
        if content.startswith(start):
            return opener(file).read(most + 1)
    return content


def _entry(name: str, fault: str, content: Callable[[int], bytes]) -> Entry:
    name = unicodedata.normalize("NFC", name.replace("\\", "/"))
    name = "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else "_" for c in name)
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or _OUTSIDE.match(name):
        fault = "has a path that leads out of the archive"
    elif any(len(part.encode()) > _PART_BYTES for part in parts):
        fault = fault or f"has a name of more than {_PART_BYTES} bytes"
    elif len(name.encode()) > NAME_BYTES:
        fault = fault or f"has a path of more than {NAME_BYTES} bytes"
    return Entry("/".join(parts) or "_", fault, content)


def _kind(mode: int) -> str:
    return "is a link" if stat.S_ISLNK(mode) else "is no regular file"


def _reason(error: Exception) -> str:
    words = " ".join(str(error).split())[:80]
    return words or type(error).__name__
