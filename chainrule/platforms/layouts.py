"""Whose a file is: how each learning platform names what is in its archive.

The platform writes the outer part of a name and a learner the inner one, so that the first part
that looks like the platform's counts. Times without a zone are those of the zone that is given.
"""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import yaml

from chainrule.grading.errors import GradingError

from .entries import Entry, Unreadable
from .names import Platform

Zone = datetime.tzinfo | None  # None: the one of this machine

_METADATA_BYTES = 256 * 2**20  # Gradescope writes all results of all submissions into it
_RECEIPT_BYTES = 2**20


@dataclass(frozen=True)
class Person:
    """Whose a file is, as far as the platform says; "" for what it does not say."""

    name: str = ""
    number: str = ""
    login: str = ""
    email: str = ""


@dataclass(frozen=True)
class Handed:
    """A file that somebody handed in. path: below the folder of that person, in the learner's
    words. attempt, rank: the largest is the newest. typed: no file, but a text typed on a page."""

    person: Person
    path: str
    entry: Entry
    attempt: str = ""
    rank: int = 0
    when: datetime.datetime | None = None
    late: bool = False
    typed: bool = False


@dataclass
class Sorted:
    """The files of an archive by person, and those of nobody."""

    handed: list[Handed] = field(default_factory=list)
    others: list[Entry] = field(default_factory=list)


class LayoutError(GradingError):
    """It cannot be told whose the files are."""


def sort(
    entries: Sequence[Entry], platform: Platform | None = None, zone: Zone = None
) -> tuple[Platform, Sorted]:
    """Say whose each file is; the platform is found out by the names if it is not given.

    Raises LayoutError.
    """
    entries = [entry for entry in entries if entry.parts[0] != "__MACOSX"]
    most = 0
    for name in [platform] if platform else LAYOUTS:
        found = LAYOUTS[name](entries, zone)
        found.others = [entry for entry in found.others if not is_litter(entry.name)]
        named = len({one.entry.name for one in found.handed})
        if named and (platform or named >= len(found.others)):
            return name, found
        most = max(most, named)
    example = f", such as {entries[0].name!r}" if entries else ""
    what = f"as {platform} makes it" if platform else f"of {', '.join(LAYOUTS)}"
    raise LayoutError(
        f"The archive is not {what}: of its {len(entries)} files{example}, {most} name a learner"
        " as it does. Give --from, or sort the files into one folder a learner."
    )


def is_litter(name: str) -> bool:
    """What a computer or Jupyter puts beside files by itself."""
    *folders, last = name.split("/")
    names = {".DS_Store", "Thumbs.db", "desktop.ini", ".localized"}
    around = {"__MACOSX", ".ipynb_checkpoints", "__pycache__", ".git", ".virtual_documents"}
    return last in names or last.startswith("._") or bool(around & set(folders))


_MOODLE = re.compile(r"([^_]+)_(\d+)_assignsubmission_([a-z]+)_?(.*)")


def _moodle(entries: Sequence[Entry], zone: Zone) -> Sorted:
    def whose(entry: Entry) -> Handed | None:
        for number, part in enumerate(entry.parts):
            if found := _MOODLE.fullmatch(part):
                name, participant, kind, first = found.groups()
                path = "/".join(filter(None, [first, *entry.parts[number + 1 :]]))
                person = Person(name=name.strip(), number=participant)
                return Handed(person, path or kind, entry, typed=kind != "file")
        return None

    return _each(entries, whose)


_CANVAS = re.compile(
    r"(?:anon_(?P<anonymous>\w+?)|(?P<name>[^\W_]*)(?P<late>_LATE)?_(?P<number>\d+(?:~\d+)?))"
    r"(?:_(?P<attachment>\d+)_(?P<file>.+)|_(?P<typed>text|link)\.html)"
)


def _canvas(entries: Sequence[Entry], zone: Zone) -> Sorted:
    def whose(entry: Entry) -> Handed | None:
        for number, part in enumerate(entry.parts):
            if found := _CANVAS.fullmatch(part):
                nobody = f"anon-{found['anonymous']}" if found["anonymous"] else ""
                person = Person(
                    name=nobody or found["name"],
                    number=found["anonymous"] or found["number"],
                    login=nobody,
                )
                own = found["file"] or f"{found['typed']}.html"
                return Handed(
                    person,
                    "/".join([own, *entry.parts[number + 1 :]]),
                    entry,
                    rank=int(found["attachment"] or 0),
                    late=bool(found["late"]),
                    typed=bool(found["typed"]) or own in ("text.html", "link.html"),
                )
        return None

    return _each(entries, whose)


_BLACKBOARD = re.compile(
    r"(?P<before>.+?)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|(?P<receipt>\.txt))"
)
_NAMED = re.compile(r"[^:\n]+:[ \t]*(?P<name>[^\n]*?)[ \t]*\((?P<login>[^()\n]+)\)[ \t]*")


def _blackboard(entries: Sequence[Entry], zone: Zone) -> Sorted:
    """A receipt names the learner; a login is not told from the title by the names alone."""
    people: dict[str, Person] = {}
    matches = [(entry, _BLACKBOARD.fullmatch(entry.parts[-1])) for entry in entries]
    for entry, found in matches:
        if found and found["before"] not in people:
            login = found["before"].rpartition("_")[2]
            people[found["before"]] = Person(name="", login=login)
        if found and found["receipt"]:
            named = _NAMED.fullmatch(_first_line(entry))
            if named and f"_{found['before']}".endswith(f"_{named['login']}"):
                people[found["before"]] = Person(name=named["name"], login=named["login"])
    made = Sorted()
    for entry, found in matches:
        if not found:
            made.others.append(entry)
            continue
        when = _time(found["when"], "%Y-%m-%d-%H-%M-%S", zone)
        typed = bool(found["receipt"])
        made.handed.append(
            Handed(
                people[found["before"]],
                "the page's own text" if typed else found["file"],
                entry,
                attempt=found["when"],
                when=when,
                typed=typed,
            )
        )
    return made


def _first_line(entry: Entry) -> str:
    try:
        text = entry.read(_RECEIPT_BYTES).decode("utf-8-sig", "replace")
    except Unreadable:
        return ""
    return text.strip().partition("\n")[0].strip()


_ILIAS = re.compile(r"(?P<last>[^_]+)_(?P<first>[^_]+)_(?P<login>.+)_(?P<number>\d+)")
_STAMPED = re.compile(r"(?P<when>20\d{12})_(?P<file>.+)")


def _ilias(entries: Sequence[Entry], zone: Zone) -> Sorted:
    def whose(entry: Entry) -> Handed | None:
        for number, part in enumerate(entry.parts[:-1]):
            if found := _ILIAS.fullmatch(part):
                name = f"{found['first']} {found['last']}"
                person = Person(name=name, number=found["number"], login=found["login"])
                first, *rest = entry.parts[number + 1 :]
                stamped = _STAMPED.fullmatch(first)
                when = _time(stamped["when"], "%Y%m%d%H%M%S", zone) if stamped else None
                path = "/".join([stamped["file"] if stamped else first, *rest])
                rank = int(stamped["when"]) if stamped else 0
                return Handed(person, path, entry, rank=rank, when=when)
        return None

    return _each(entries, whose)


def _gradescope(entries: Sequence[Entry], zone: Zone) -> Sorted:
    about: dict[str, list[tuple[Person, datetime.datetime | None]]] = {}
    made = Sorted()
    for entry in entries:
        if entry.parts[-1] == "submission_metadata.yml" and len(entry.parts) <= 2:
            about |= _submissions(entry)
    for entry in entries:
        folder = next((part for part in entry.parts[:-1] if part in about), None)
        if folder is None:
            if entry.parts[-1] != "submission_metadata.yml":
                made.others.append(entry)
            continue
        path = "/".join(entry.parts[entry.parts.index(folder) + 1 :])
        made.handed += [
            Handed(person, path, entry, attempt=_stamp(when), when=when)
            for person, when in about[folder]
        ]
    return made


def _stamp(when: datetime.datetime | None) -> str:
    return when.astimezone(datetime.UTC).isoformat() if when else ""


def _submissions(entry: Entry) -> dict[str, list[tuple[Person, datetime.datetime | None]]]:
    """Who handed in each folder of a Gradescope export, and when."""
    try:
        text = entry.read(_METADATA_BYTES)
        written = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (Unreadable, yaml.YAMLError, ValueError, RecursionError) as error:
        words = " ".join(str(error).split())[:120]
        raise LayoutError(
            f"submission_metadata.yml, which says whose each folder is, cannot be read ({words}):"
            " nothing was collected. Export the submissions again."
        ) from None
    found = {}
    for folder, about in written.items() if isinstance(written, dict) else ():
        if isinstance(about, dict):
            when = about.get(":created_at")
            if isinstance(when, datetime.datetime) and when.tzinfo is None:
                when = when.replace(tzinfo=datetime.UTC)  # YAML's own: without a zone it is UTC
            time = when if isinstance(when, datetime.datetime) else None
            people = [one for one in about.get(":submitters") or [] if isinstance(one, dict)]
            found[str(folder)] = [
                (Person(_text(one, "name"), _text(one, "sid"), "", _text(one, "email")), time)
                for one in people
            ]
    return found


def _text(about: Mapping[str, object], key: str) -> str:
    value = about.get(f":{key}")
    return "" if value is None else str(value)


_CLASSROOM = re.compile(r"(?P<name>.+?) - (?P<file>.+)")


def _classroom(entries: Sequence[Entry], zone: Zone) -> Sorted:
    def whose(entry: Entry) -> Handed | None:
        found = _CLASSROOM.fullmatch(entry.parts[-1])
        return Handed(Person(name=found["name"]), found["file"], entry) if found else None

    return _each(entries, whose)


def _folders(entries: Sequence[Entry], zone: Zone) -> Sorted:
    """One folder a learner, perhaps all of them in one more."""
    outer = {entry.parts[0] for entry in entries}
    inner = {entry.parts[1] for entry in entries if len(entry.parts) > 2}
    deep = all(len(entry.parts) > 2 for entry in entries)
    skip = 1 if len(outer) == 1 and len(inner) > 1 and deep else 0

    def whose(entry: Entry) -> Handed | None:
        parts = entry.parts[skip:]
        person = Person(name=parts[0], login=parts[0])
        return Handed(person, "/".join(parts[1:]), entry) if len(parts) > 1 else None

    return _each(entries, whose)


def _each(entries: Sequence[Entry], whose: Callable[[Entry], Handed | None]) -> Sorted:
    made = Sorted()
    for entry in entries:
        one = whose(entry)
        if one is None:
            made.others.append(entry)
        else:
            made.handed.append(one)
    return made


def _time(text: str, shape: str, zone: Zone) -> datetime.datetime | None:
    try:
        written = datetime.datetime.strptime(text, shape)
    except ValueError:
        return None
    return (written.replace(tzinfo=zone) if zone else written).astimezone(datetime.UTC)


# In this order: the first to know most names is the platform, the more particular ones first.
LAYOUTS: dict[Platform, Callable[[Sequence[Entry], Zone], Sorted]] = {
    "moodle": _moodle,
    "gradescope": _gradescope,
    "blackboard": _blackboard,
    "ilias": _ilias,
    "canvas": _canvas,
    "classroom": _classroom,
    "folders": _folders,
}


def newest(handed: Sequence[Handed]) -> list[list[Handed]]:
    """The attempts of one person, the newest first."""
    attempts = sorted({one.attempt for one in handed}, reverse=True)
    return [[one for one in handed if one.attempt == attempt] for attempt in attempts]


def within(one: Handed, entry: Entry) -> Handed:
    """A file of an archive that was handed in, as if it had been handed in itself."""
    folder = one.path.rpartition("/")[0]
    return replace(one, entry=entry, path=f"{folder}/{entry.name}" if folder else entry.name)
