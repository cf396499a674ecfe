"""Archives as learning platforms make them, from what learners handed in.

Written from the platforms' own formats, without the package's reading of them. A platform changes
names: each maker says how.
"""

import io
import json
import re
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class HandedIn:
    """What one learner handed in. number: of the platform. when: YYYY-mm-dd HH:MM:SS in UTC."""

    first: str
    last: str
    number: int
    files: dict[str, bytes] = field(default_factory=dict)
    login: str = ""
    late: bool = False
    when: str = "2026-03-01 11:58:00"
    earlier: dict[str, bytes] = field(default_factory=dict)  # an attempt of the day before
    typed: str = ""  # into a field of the page

    @property
    def name(self):
        return f"{self.first} {self.last}".strip()


Files = list[tuple[str, bytes]]


def zipped(files: Files | dict[str, bytes], **options) -> bytes:
    """A zip archive; a name may be given more than once."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def link(target: str, name: str) -> bytes:
    """A zip archive with a symbolic link in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = 0o120777 << 16
        archive.writestr(info, target)
    return buffer.getvalue()


def tarred(files: dict[str, bytes], mode="w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def moodle(handed: list[HandedIn]) -> Files:
    """A folder a learner; `_` in a name becomes a space, and a typed text is a page beside it."""
    files = []
    for one in handed:
        person = f"{one.name.replace('_', ' ')}_{one.number}_assignsubmission"
        files += [(f"{person}_file/{name}", content) for name, content in one.files.items()]
        if one.typed:
            files.append((f"{person}_onlinetext/onlinetext.html", one.typed.encode()))
    return files


def moodle_without_folders(handed: list[HandedIn]) -> Files:
    return [(name.replace("_file/", "_file_", 1), content) for name, content in moodle(handed)]


def moodle_before_4_1(handed: list[HandedIn]) -> Files:
    return [(name.replace("_file/", "_file_/", 1), content) for name, content in moodle(handed)]


def canvas(handed: list[HandedIn]) -> Files:
    """One folder: the sortable name in lower case without what is no letter, and the numbers."""
    files = []
    for one in handed:
        name = re.sub(r"[\W_]", "", f"{one.last}{one.first}".lower())
        person = f"{name}{'_LATE' if one.late else ''}_{one.number}"
        for count, (path, content) in enumerate(one.files.items()):
            flat = path.rpartition("/")[2]
            files.append((f"{person}_{one.number * 1000 + count}_{flat}", content))
        if one.typed:
            files.append((f"{person}_text.html", one.typed.encode()))
    return files


def blackboard(handed: list[HandedIn]) -> Files:
    """One folder; an attempt's time is in the name, and a receipt lies beside."""
    files = []
    for one in handed:
        today = re.sub(r"[ :]", "-", one.when)
        before = f"2026-02-27{today[10:]}"
        for stamp, attempt in ((before, one.earlier), (today, one.files)):
            if not attempt and not (one.typed and stamp == today):
                continue
            start = f"Single Layer_{one.login}_attempt_{stamp}"
            names = "".join(f"\tOriginal filename: {name}\n" for name in attempt)
            files.append(
                (
                    f"{start}.txt",
                    f"Name: {one.name} ({one.login})\nAssignment: Single Layer\n\n"
                    f"Submission Field:\n{one.typed}\n\nFiles:\n{names}".encode(),
                )
            )
            files += [
                (f"{start}_{name.rpartition('/')[2]}", content) for name, content in attempt.items()
            ]
    return files


def ilias(handed: list[HandedIn]) -> Files:
    """A folder a learner in one of the exercise; each file begins with its time."""
    files = []
    for one in handed:
        folder = f"Single Layer/{one.last}_{one.first}_{one.login}_{one.number}"
        stamp = re.sub(r"\D", "", one.when)
        files += [(f"{folder}/{stamp}_{name}", content) for name, content in one.files.items()]
    return files


def gradescope(handed: list[HandedIn]) -> Files:
    """A folder a submission; a file in YAML says whose each is, with symbols of Ruby."""
    files, lines = [], ["---"]
    for one in handed:
        folder = f"submission_{one.number}"
        lines += [
            f"{folder}:",
            "  :submitters:",
            f"  - :name: {json.dumps(one.name)}",
            f"    :sid: '{one.number + 7}'",
            f"    :email: {one.login}@example.org",
            f"  :created_at: {one.when}.123456000 Z",
            "  :score: 0.0",
        ]
        files += [(f"assignment_77_export/{folder}/{name}", c) for name, c in one.files.items()]
    text = "\n".join(lines) + "\n"
    return [("assignment_77_export/submission_metadata.yml", text.encode()), *files]


def classroom(handed: list[HandedIn]) -> Files:
    """A folder of the drive: the learner's name before each file's."""
    return [
        (f"Single Layer/{one.name} - {name.rpartition('/')[2]}", content)
        for one in handed
        for name, content in one.files.items()
    ]


def folders(handed: list[HandedIn]) -> Files:
    return [
        (f"{one.login}/{name}", content) for one in handed for name, content in one.files.items()
    ]


PLATFORMS: dict[str, Callable[[list[HandedIn]], Files]] = {
    "moodle": moodle,
    "moodle without folders": moodle_without_folders,
    "moodle before 4.1": moodle_before_4_1,
    "canvas": canvas,
    "blackboard": blackboard,
    "ilias": ilias,
    "gradescope": gradescope,
    "classroom": classroom,
    "folders": folders,
}
