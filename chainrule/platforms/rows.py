"""Which row of a teacher's file is which learner's, and in which column the marks stand.

Titles are in the teacher's language, so that a column is told by its place and by what is in it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .collected import Row
from .people import Learner, words_of
from .teachers_file import FileError, Table, number

_CANVAS_TITLE = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)")
_TRAILING = re.compile(r"(\d+)\s*$")


@dataclass
class Matched:
    """learners: row -> learner. lines: rows that nobody was found for with certainty."""

    learners: dict[int, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def marks_column(table: Table, kind: str, assignment: str, title: str | None) -> int:
    """The column for the marks of an assignment. title: as asked for. Raises FileError."""
    titles = table.titles
    if title is not None:
        at = [number for number, one in enumerate(titles) if title in (one, _bare(one))]
        if len(at) == 1:
            return at[0]
        raise FileError(
            f"{len(at)} columns are called {title!r}; the file has: {', '.join(titles)}."
        )
    if kind == "moodle":
        return _before_maximum(table)
    at = [number for number, one in enumerate(titles) if _plain(_bare(one)) == _plain(assignment)]
    if kind == "canvas":
        at = [number for number in at if _CANVAS_TITLE.fullmatch(titles[number])]
    if len(at) == 1:
        return at[0]
    choices = [t for t in titles if kind != "canvas" or _CANVAS_TITLE.fullmatch(t)]
    raise FileError(
        f"{len(at)} columns are called like {assignment}: give --column with one of"
        f" {', '.join(map(repr, choices)) or 'its titles (there are none)'}."
    )


def _before_maximum(table: Table) -> int:
    """In Moodle's worksheet the marks stand before the maximum, which is the same everywhere."""
    rows = range(1, len(table.rows))
    for column in range(3, len(table.titles)):
        values = {table.value(row, column) for row in rows if len(table.rows[row]) > 1}
        before = {table.value(row, column - 1) for row in rows}
        numeric = [value for value in before if value and number(value) is None and value != "-"]
        if len(values) == 1 and number(values.pop()) is not None and not numeric:
            return column - 1
    raise FileError(
        "No column before a maximum that is the same for everybody: is it a grading worksheet of"
        " Moodle, for marks that are numbers? --column says which column it is."
    )


def _bare(title: str) -> str:
    found = _CANVAS_TITLE.fullmatch(title)
    return found["title"] if found else title


def _plain(title: str) -> str:
    return "".join(c for c in title.casefold() if c.isalnum())


def maximum(table: Table, kind: str, column: int, row: int) -> float | None:
    """The most points that the platform takes; None where the file does not say."""
    if kind == "moodle":
        return number(table.value(row, column + 1))
    if kind == "canvas":
        for one in range(1, min(len(table.rows), 6)):
            if not table.value(one, 1) and (most := number(table.value(one, column))) is not None:
                return most
    return None


def people_rows(table: Table, kind: str) -> list[int]:
    """The rows that are somebody's: Canvas has some for itself first, without a number."""
    rows = [row for row in range(1, len(table.rows)) if any(f.value for f in table.rows[row])]
    return [row for row in rows if kind != "canvas" or table.value(row, 1)]


def match(
    table: Table,
    kind: str,
    column: int,
    learners: Sequence[Learner],
    collected: Mapping[str, Row],
) -> Matched:
    """Find the learner of each row: by the platform's number, an address, an id, or a name.

    What decides first decides alone; what fits two learners, or two rows, decides nothing.
    """
    sheet = _Sheet(table, kind, column, people_rows(table, kind))
    known = {learner.id: learner for learner in learners}
    for one in collected.values():
        mine = known.setdefault(one.learner, Learner(one.learner))
        known[one.learner] = replace(
            mine, name=mine.name or one.name, email=mine.email or one.email
        )
    found = Matched()
    left, taken = dict.fromkeys(sheet.rows), set[str]()
    for of_learners, of_rows in sheet.ways(list(known.values()), collected):
        having = defaultdict(set)
        for learner, key in of_learners:
            having[key].add(learner)
        fits = {row: having[key] for row, key in of_rows if row in left and key}
        counts = Counter(learner for some in fits.values() for learner in some)
        for row, some in fits.items():
            learner, *others = some or {""}
            if learner and not others and counts[learner] == 1 and learner not in taken:
                found.learners[row] = learner
                taken.add(learner)
                del left[row]
    for row in left:
        words = ", ".join(filter(None, (table.value(row, c) for c in range(min(3, column)))))
        why = sheet.others.get(row, "is nobody in this course for certain")
        found.lines.append(f"{words}: {why}: the row stays as it is.")
    return found


Key = tuple[str, str]  # a learner, and what a row of theirs says


@dataclass
class _Sheet:
    """What rows say of whose they are. others: row -> why its number is not believed."""

    table: Table
    kind: str
    column: int
    rows: list[int]
    others: dict[int, str] = field(default_factory=dict)

    def ways(
        self, learners: Sequence[Learner], collected: Mapping[str, Row]
    ) -> Iterator[tuple[list[Key], list[tuple[int, str]]]]:
        """What is compared with what, the surest first."""
        ours = [one for one in collected.values() if one.platform == self.kind]
        numbers = [(one.learner, one.number) for one in ours]
        if self.kind == "moodle":
            names = {one.number: one.name for one in ours}
            yield numbers, [(row, self._participant(row, names)) for row in self.rows]
        if self.kind == "canvas":
            lasting = [(one.id, one.number) for one in learners]
            yield [*numbers, *lasting], [(row, self.table.value(row, 1)) for row in self.rows]
        for mine in ((one.email for one in learners), (one.id for one in learners)):
            keys = [(one.id, key.casefold()) for one, key in zip(learners, mine, strict=True)]
            yield keys, self._column_of(keys, str.casefold)[1]
        names_of = [(one.id, words_of(one.name)) for one in learners]
        best, single = self._column_of(names_of, words_of)
        by_id = {one.id: one for one in learners}
        yield self._not_against(names_of, single, by_id)
        # First and last name may have columns of their own.
        double = [
            (row, words_of(f"{self.table.value(row, at)} {self.table.value(row, at + 1)}"))
            for at in range(min(self._width() - 1, 6))
            for row in self.rows
        ]
        wanted = {key for _, key in names_of}
        yield self._not_against(names_of, [one for one in double if one[1] in wanted], by_id)

    def _width(self) -> int:
        return len(self.table.titles) if self.kind == "csv" else self.column

    def _column_of(
        self, keys: list[Key], plain: Callable[[str], str]
    ) -> tuple[int, list[tuple[int, str]]]:
        """The column that says most of these, and what it says."""
        wanted = {key for _, key in keys if key}
        said = [
            [(row, plain(self.table.value(row, column))) for row in self.rows]
            for column in range(self._width())
        ]
        counts = [sum(key in wanted for _, key in column) for column in said]
        best = counts.index(max(counts))
        return best, said[best]

    def _not_against(
        self, keys: list[Key], said: list[tuple[int, str]], learners: Mapping[str, Learner]
    ) -> tuple[list[Key], list[tuple[int, str]]]:
        """Names, where nothing surer in the row speaks against them."""
        of_name: dict[str, list[str]] = defaultdict(list)
        for learner, name in keys:
            of_name[name].append(learner)
        kept = []
        for row, name in said:
            there = [field.value.strip() for field in self.table.rows[row][: self._width()]]
            addresses = {value.casefold() for value in there if "@" in value}
            for learner in of_name.get(name, ()):
                email, lasting = learners[learner].email.casefold(), learners[learner].number
                if email and addresses and email not in addresses:
                    self.others[row] = f"has another address than {learner}"
                elif self.kind == "canvas" and lasting and lasting not in there:
                    self.others[row] = f"has another number than {learner}"
                else:
                    kept.append((row, name))
        return keys, list(dict.fromkeys(kept))

    def _participant(self, row: int, names: Mapping[str, str]) -> str:
        """Moodle's number in a row, but if it was somebody else's: each assignment has its own."""
        told = _TRAILING.search(self.table.value(row, 0))
        key = told[1] if told else ""
        if key not in names:
            return ""
        there = set(words_of(names[key]).split("-"))
        for column in range(3):
            here = set(words_of(self.table.value(row, column)).split("-")) - {""}
            if here and (here <= there or there <= here):
                return key
        self.others[row] = (
            f"{key} was {names[key]} when it was collected; is it another assignment's file?"
        )
        return ""
