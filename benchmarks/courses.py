"""The same marks on real courses: `python benchmarks/courses.py FOLDER` prints plain nbgrader's
marks beside ours, question by question.

FOLDER has a clone of a public course in each of its folders: `owner+name`. Nothing of theirs is
kept here but which commit was looked at. A folder of a course is an assignment where its notebooks
have tests and the instructor's answers; `course_compared` has what is done with each.

The shares are of the tests that the solution passes on plain nbgrader: what fails there, for want
of a package, of the network, or of an older NumPy, says nothing about grading.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import figures
from course_compared import (
    HIGHER,
    MADE,
    OUTCOMES,
    PERSON,
    SAME,
    SILENT,
    Assignment,
    Cell,
    compare,
)
from course_notebooks import RELEASE, SOLUTION, WRONG, is_of_a_course, tests

COLUMNS = ("tests", *OUTCOMES, "apart", "together")


@dataclass(frozen=True)
class Row:
    """What is kept of a course: which commit was looked at, and what came of it."""

    course: str
    commit: str
    counts: dict[str, int]
    skipped: list[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("folder", type=Path, help="of clones, each named owner+name")
    parser.add_argument("--only", default="", help="the courses whose names hold this")
    parser.add_argument("--jobs", type=int, default=1, help="assignments at a time (default: 1)")
    parser.add_argument("--cells", type=Path, help="where each test goes, as a line of JSON")
    options = parser.parse_args()
    places = sorted(path for path in options.folder.resolve().iterdir() if path.is_dir())
    places = [path for path in places if options.only in path.name]
    if not places:
        sys.exit(f"{options.folder} has no folder {options.only or 'of a course'}.")
    lines: list[str] = []
    print(f"{'':45}" + "".join(f"{name:>10}" for name in (*COLUMNS, RELEASE, WRONG)))
    with ThreadPoolExecutor(options.jobs) as pool:
        # Handed out at once, so that no worker waits for the last assignment of a course.
        asked = [[pool.submit(compare, one) for one in assignments(place)] for place in places]
        for place, futures in zip(places, asked, strict=True):
            name = place.name.replace("+", "/", 1)
            found = [future.result() for future in futures]
            cells = [cell for one in found for cell in told(one.cells)]
            skipped = [line for one in found for line in one.skipped]
            counts = counted(cells)
            show(name, counts)
            sums = keep(Row(name, commit(place), dict(counts), skipped))
            lines += [f"{name} {cell}" for cell in cells if cell.outcome != SAME]
            lines += [f"{name} skipped {line}" for line in skipped]
            if options.cells:
                write(options.cells, name, cells)
    show("all that were ever looked at", sums)
    print("", *lines, sep="\n")


def assignments(course: Path) -> Iterator[Assignment]:
    """The folders that hold notebooks with answers and tests.

    A copy that asks nothing new, as that of last year, takes no part.
    """
    seen: set[str] = set()
    for folder in sorted({path.parent for path in course.rglob("*.ipynb")}):
        inside = folder.relative_to(course)
        if any(part in MADE or part.startswith(".") for part in inside.parts):
            continue
        names = []
        for path in sorted(folder.glob("*.ipynb")):
            if is_of_a_course(path) and not seen.issuperset(texts := tests(path).values()):
                seen.update(texts)
                names.append(path.stem)
        if names:
            name = re.sub(r"[^\w.-]+", "-", str(inside)).strip("-.") or "course"
            yield Assignment(course.name, folder, name, tuple(names))


def told(cells: Sequence[Cell]) -> list[Cell]:
    """Those that say something: of tests that the solution passes, and marks above plain's."""
    passed = {cell.where for cell in cells if cell.kind == SOLUTION and 0 < cell.most <= cell.plain}
    return [cell for cell in cells if cell.where in passed or cell.outcome == HIGHER]


def counted(cells: Sequence[Cell]) -> Counter[str]:
    """The figures of a course of which these are all tests."""
    counts = Counter(dict.fromkeys(("notebooks", *COLUMNS), 0))
    counts["notebooks"] = len({(cell.assignment, cell.notebook) for cell in cells})
    for cell in cells:
        if cell.kind != SOLUTION:
            counts[f"{cell.kind}: {cell.outcome}"] += 1
        elif cell.plain < cell.most:
            counts[HIGHER] += 1
        else:
            together = "together" if "together" in cell.ours.flags else "apart"
            counts.update(["tests", cell.outcome, together])
    return counts


def show(name: str, counts: Counter[str]) -> None:
    """A row of the table. Its last columns: how many are higher, silently lower, for a person."""
    columns = [str(counts[column]) for column in COLUMNS]
    for kind in (RELEASE, WRONG):
        found = (counts[f"{kind}: {outcome}"] for outcome in (HIGHER, SILENT, PERSON))
        columns.append("+{} -{} ?{}".format(*found))
    print(f"{name[:44]:45}" + "".join(f"{column:>10}" for column in columns), flush=True)


def keep(row: Row) -> Counter[str]:
    """Keep the figures of a course in place of those of its last run; returns the sums of all."""
    path = figures.FOLDER / "courses.json"
    kept = json.loads(path.read_text(encoding="utf-8"))["courses"] if path.exists() else []
    rows = [Row(**one) for one in kept if one["course"] != row.course] + [row]
    rows.sort(key=lambda one: one.course.lower())
    sums: Counter[str] = Counter()
    for one in rows:
        sums.update(one.counts)
    about = {"machine": figures.machine(), "all": sums, "courses": [asdict(one) for one in rows]}
    text = json.dumps(about, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return sums


def write(path: Path, course: str, cells: Iterable[Cell]) -> None:
    with path.open("a", encoding="utf-8") as file:
        for cell in cells:
            about = {"course": course, "outcome": cell.outcome} | asdict(cell)
            file.write(json.dumps(about, ensure_ascii=False) + "\n")


def commit(course: Path) -> str:
    command = ["git", "-c", "safe.directory=*", "-C", str(course), "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
