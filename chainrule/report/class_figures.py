"""Every figure of the report: small tables made from the two big ones of `gather`.

Shares are of the marks, from 0 to 1. What waits for a person counts nowhere as wrong.
"""

import math
from dataclasses import dataclass

import pandas as pd

from chainrule import records

from .class_tables import Class, rows_of
from .similar import Pair, similar

# verdict -> the column that counts it
COLUMNS = {
    records.PASSED: "right",
    records.PARTLY: "partly",
    records.NOT_ATTEMPTED: "not attempted",
    records.NEEDS_PERSON: "waits",
}
COUNTS = ["right", "partly", "wrong", "not attempted", "waits"]
KEY = ["assignment", "notebook", "question"]
MANY = 8  # learners, from whom on a correlation says anything


def _of(table: pd.DataFrame, assignment: str) -> pd.DataFrame:
    """The rows of one assignment."""
    return table[table.assignment == assignment]


def marks(found: Class) -> dict[str, dict[str, float]]:
    """By assignment: learners, handed in, graded, most (points there are), waits (submissions with
    something left to mark); mean, median, lowest, highest: of `shares`, NaN where are none."""
    made = {}
    for name in found.assignments:
        graded = _of(found.submissions, name)
        got = shares(found, name)
        made[name] = {
            "learners": len(found.learners),
            "handed in": sum(one == name for _, one in found.handed_in),
            "graded": len(graded),
            "most": graded.max_points.max(),
            "mean": got.mean(),
            "median": got.median(),
            "lowest": got.min(),
            "highest": got.max(),
            "waits": int((graded.waits > 0).sum()),
        }
    return made


def shares(found: Class, assignment: str) -> pd.Series:
    """The share that each graded submission got of the marks that nobody has to give any more.

    None for a submission of which all waits, or which has no marks.
    """
    graded = _of(found.submissions, assignment)
    graded = graded[graded.of > 0]
    return (graded.settled / graded.of).reset_index(drop=True)


def difficulty(found: Class, assignment: str) -> pd.DataFrame:
    """By question, in the order of the notebook: learners, COUNTS, most (its points), share, tells.

    share: the mean share of the marks among those that have been given; NaN for a question that has
    no marks, or of which all wait. tells: see `discrimination`.
    """
    tells = discrimination(found, assignment)
    questions = _of(found.questions, assignment)
    counted = questions.verdict.map(lambda verdict: COLUMNS.get(verdict, "wrong"))
    rows = []
    for key, group in questions.groupby(KEY, sort=False):
        counts = counted[group.index].value_counts()
        given = group[_is_given(group)]
        rows.append(
            dict(zip(KEY, key, strict=True))
            | {"learners": len(group), **{name: int(counts.get(name, 0)) for name in COUNTS}}
            | {"most": group.max_points.max(), "share": (given.points / given.max_points).mean()}
            | {"tells": tells.get((str(key[1]), str(key[2])), math.nan)}
        )
    return pd.DataFrame(rows, columns=[*KEY, "learners", *COUNTS, "most", "share", "tells"])


def _is_given(questions: pd.DataFrame) -> "pd.Series[bool]":
    """Which have marks that nobody has to give any more."""
    return questions.points.notna() & ~questions.waits & (questions.max_points > 0)


def discrimination(found: Class, assignment: str) -> dict[tuple[str, str], float]:
    """(notebook, question) -> how well it tells learners apart who know more from those who do not.

    The correlation of its marks with those of all other questions together, from -1 to 1. None of a
    question on which there are fewer than MANY learners, or where all have the same.
    """
    questions = _of(found.questions, assignment)
    given = questions[_is_given(questions)]
    table = given.pivot_table(
        index="learner", columns=["notebook", "question"], values="points", aggfunc="sum"
    )
    most = given.groupby(["notebook", "question"]).max_points.max()
    made: dict[tuple[str, str], float] = {}
    for key in table.columns:
        rest = table.drop(columns=[key])
        there = rest.notna() & table[key].notna().to_numpy()[:, None]
        possible = (there * most.reindex(rest.columns).to_numpy()).sum(axis=1)
        both = pd.DataFrame({"own": table[key], "rest": rest.where(there).sum(axis=1) / possible})
        both = both[(possible > 0) & table[key].notna()]
        if len(both) >= MANY and both.own.nunique() > 1 and both.rest.nunique() > 1:
            made[str(key[0]), str(key[1])] = float(both.own.corr(both.rest))
    return made


def alike(found: Class, assignment: str) -> list[Pair]:
    """Pairs of submissions that somebody may want to look at side by side."""
    code = {learner: text for (name, learner), text in found.code.items() if name == assignment}
    return similar(code, found.handed_out.get(assignment, ""))


@dataclass(frozen=True)
class Mistake:
    """Named with certainty by a check. who: (learner, question), sorted."""

    id: str
    name: str
    who: tuple[tuple[str, str], ...]

    @property
    def learners(self) -> int:
        return len({learner for learner, _ in self.who})


def mistakes(found: Class, assignment: str) -> list[Mistake]:
    """The mistakes of an assignment, those of most learners first."""
    who: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in rows_of(_of(found.questions, assignment)):
        for mistake in row.mistakes:
            who.setdefault(mistake, []).append((row.learner, row.question))
    made = [Mistake(key, name, tuple(sorted(people))) for (key, name), people in who.items()]
    return sorted(made, key=lambda one: (-one.learners, one.id))


def not_attempted(found: Class, assignment: str) -> dict[str, list[str]]:
    """learner -> the questions left as they were released; ["everything"] for none handed in."""
    there = {learner for learner, name in found.handed_in if name == assignment}
    missing = {learner: ["everything"] for learner in found.learners if learner not in there}
    questions = _of(found.questions, assignment)
    for row in rows_of(questions[questions.verdict == records.NOT_ATTEMPTED]):
        missing.setdefault(row.learner, []).append(row.question)
    return dict(sorted(missing.items()))


def waiting(found: Class, assignment: str) -> dict[str, list[tuple[str, str]]]:
    """question -> (learner, why) for each that waits for a person."""
    questions = _of(found.questions, assignment)
    people: dict[str, list[tuple[str, str]]] = {}
    for row in rows_of(questions[questions.waits]):
        people.setdefault(row.question, []).append((row.learner, row.reason))
    return people


# What an instructor may want to look into: a heading each.
ENDED = {
    records.TIME_OUT: "Out of time",
    records.MEMORY: "Out of memory",
    records.CRASHED: "Crashed",
}
NOTED = {
    "changed": "Changed the instructor's cells",
    "unreadable": "Notebook could not be read",
    "missing": "Notebook missing",
    "unknown": "Notebook that is not of the assignment",
    "file": "Files left out",
    "limit": "Reached a limit",
    "copy": "Handed in a copy of this package's files",
    "timestamp": "Time stamp could not be read",
}
UNCONFINED = "Graded outside of the sandbox"
NOT_GRADED = "Handed in, not graded yet"
LATE = "Handed in late"


def troubles(found: Class, assignment: str) -> dict[str, list[tuple[str, str]]]:
    """heading -> (learner, what) for all that is out of the ordinary."""
    people: dict[str, list[tuple[str, str]]] = {}

    def add(heading: str, learner: str, what: str) -> None:
        people.setdefault(heading, []).append((learner, what))

    graded = _of(found.submissions, assignment)
    for learner in graded[~graded.confined].learner:
        add(UNCONFINED, learner, "")
    questions = _of(found.questions, assignment)
    for row in rows_of(questions[questions.verdict.isin(list(ENDED))]):
        add(ENDED[row.verdict], row.learner, f"{row.question}: {row.reason}".rstrip(": "))
    for learner, name, kind, message in found.findings:
        if name == assignment:
            add(NOTED.get(kind, kind), learner, message)
    for row in rows_of(questions):
        for flag in row.flags:
            what = f"{row.question} {flag.what}".strip()
            add(f"Flagged by a check: {flag.kind}", row.learner, what)
    for (name, learner), seconds in sorted(found.late.items()):
        if name == assignment:
            add(LATE, learner, _duration(seconds))
    known = set(graded.learner)
    for learner in sorted({one for one, name in found.handed_in if name == assignment} - known):
        add(NOT_GRADED, learner, "")
    return people


def _duration(seconds: float) -> str:
    """About how long, in the unit that people would use."""
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {word}s"
    return "a minute" if seconds >= 60 else "less than a minute"


def by_learner(found: Class) -> pd.DataFrame:
    """Points by learner (rows) and assignment (columns); NaN where nothing is graded."""
    table = found.submissions.pivot_table(
        index="learner", columns="assignment", values="points", aggfunc="sum"
    )
    return table.reindex(index=sorted(found.learners), columns=found.assignments)
