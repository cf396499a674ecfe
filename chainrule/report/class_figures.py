"""Every figure of the report: small tables made from the two big ones of `gather`.

Shares are of the marks, from 0 to 1. What waits for a person counts nowhere as wrong.
"""

from dataclasses import dataclass

import pandas as pd

from chainrule import records

from .class_tables import Class, rows_of

# verdict -> the column that counts it
COLUMNS = {
    records.PASSED: "right",
    records.PARTLY: "partly",
    records.NOT_ATTEMPTED: "not attempted",
    records.NEEDS_PERSON: "waits",
}
COUNTS = ["right", "partly", "wrong", "not attempted", "waits"]
KEY = ["assignment", "notebook", "question"]


def _of(table: pd.DataFrame, assignment: str) -> pd.DataFrame:
    """The rows of one assignment."""
    return table[table.assignment == assignment]


def marks(found: Class) -> dict[str, dict[str, float]]:
    """By assignment: learners, handed in, graded, most (points there are), mean, median, lowest,
    highest, waits (submissions with something left to mark). NaN where nothing is graded."""
    made = {}
    for name in found.assignments:
        graded = _of(found.submissions, name)
        made[name] = {
            "learners": len(found.learners),
            "handed in": sum(one == name for _, one in found.handed_in),
            "graded": len(graded),
            "most": graded.max_points.max(),
            "mean": graded.points.mean(),
            "median": graded.points.median(),
            "lowest": graded.points.min(),
            "highest": graded.points.max(),
            "waits": int((graded.waits > 0).sum()),
        }
    return made


def shares(found: Class, assignment: str) -> pd.Series:
    """The share of the marks that each graded submission got; none where there are no marks."""
    graded = _of(found.submissions, assignment)
    graded = graded[graded.max_points > 0]
    return (graded.points / graded.max_points).reset_index(drop=True)


def difficulty(found: Class, assignment: str) -> pd.DataFrame:
    """By question, in the order of the notebook: learners, COUNTS, most (its points), share.

    share: the mean share of the marks among those that have been given; NaN for a question that has
    no marks, or of which all wait.
    """
    questions = _of(found.questions, assignment)
    counted = questions.verdict.map(lambda verdict: COLUMNS.get(verdict, "wrong"))
    rows = []
    for key, group in questions.groupby(KEY, sort=False):
        counts = counted[group.index].value_counts()
        given = group[group.points.notna() & (group.max_points > 0)]
        rows.append(
            dict(zip(KEY, key, strict=True))
            | {"learners": len(group), **{name: int(counts.get(name, 0)) for name in COUNTS}}
            | {"most": group.max_points.max(), "share": (given.points / given.max_points).mean()}
        )
    return pd.DataFrame(rows, columns=[*KEY, "learners", *COUNTS, "most", "share"])


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
    "cut": "Outputs cut",
    "timestamp": "Time stamp could not be read",
}
UNCONFINED = "Graded outside of the sandbox"
NOT_GRADED = "Handed in, not graded yet"


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
    known = set(graded.learner)
    for learner in sorted({one for one, name in found.handed_in if name == assignment} - known):
        add(NOT_GRADED, learner, "")
    return people


def by_learner(found: Class) -> pd.DataFrame:
    """Points by learner (rows) and assignment (columns); NaN where nothing is graded."""
    table = found.submissions.pivot_table(
        index="learner", columns="assignment", values="points", aggfunc="sum"
    )
    return table.reindex(index=sorted(found.learners), columns=found.assignments)
