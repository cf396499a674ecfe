"""How long feedback and report take: `python benchmarks/feedback.py [--learners N]` prints them.

A class is made and graded for real in a folder of its own. Plain nbgrader and chainrule then make
the feedback of the same files, each with nbgrader's own command, from its start to its end.
`--course DIR` takes a class that is graded already, and leaves it as it is.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import keep

from chainrule.course.folders import release
from chainrule.course.sample_class import sample_class
from chainrule.grading import grade

HERE = Path(__file__).parents[1]
TIMES, SECONDS, MEBIBYTES = 10, 30, 1024
FIGURES: dict[str, float] = {}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--learners", type=int, default=100)
    parser.add_argument("--course", type=Path, help="a graded class, in place of one made here")
    parser.add_argument("--plain", type=int, help="learners that plain nbgrader gets; default: all")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        course = chosen.course or graded(Path(folder) / "course", chosen.learners)
        feedback(course, Path(folder), chosen.plain)
        report(course, Path(folder))
    keep("feedback", FIGURES)


def graded(course: Path, learners: int) -> Path:
    """A graded class in a new course folder."""
    shutil.copytree(HERE / "source", course / "source")
    shutil.copy(HERE / "nbgrader_config.py", course)
    release(course)
    sample_class(course, learners)
    start = time.perf_counter()
    grade(course)
    seconds = time.perf_counter() - start
    show(f"{learners} learners graded", "grading: seconds", seconds, "s")
    return course


def feedback(course: Path, folder: Path, learners: int | None) -> None:
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", "--assignment=*", "--quiet"]
    plain = folder / "plain"
    names = sorted(path.name for path in (course / "autograded").iterdir())[:learners]
    for name in names:
        shutil.copytree(course / "autograded" / name, plain / "autograded" / name)
    shutil.copy(course / "gradebook.db", plain)
    ours = shutil.copytree(plain, folder / "ours")
    (plain / "nbgrader_config.py").write_text("c = get_config()\n")
    shutil.copy(HERE / "nbgrader_config.py", ours)
    pages = len(list((plain / "autograded").glob("*/*/*.ipynb")))
    theirs, _ = measured(command, plain)
    mine, _ = measured(command, ours)
    for root in (plain, ours):
        made = len(list((root / "feedback").glob("*/*/*.html")))
        assert made == pages, f"{made} of {pages} pages in {root}"
    FIGURES["notebooks"] = pages
    show(f"feedback of {pages} notebooks, plain nbgrader", "plain nbgrader: seconds", theirs, "s")
    show(f"feedback of {pages} notebooks, chainrule", "chainrule: seconds", mine, "s")
    show("    times as fast", "times as fast", theirs / mine, "", f"at least {TIMES}")


def report(course: Path, folder: Path) -> None:
    learners = len(list((course / "autograded").iterdir()))
    code = (
        f"from chainrule.report.class_report import report; report({str(course)!r}, None, 'a.html')"
    )
    command = [sys.executable, "-c", code, "report", "--output", f"{folder}/report.html"]
    seconds, mebibytes = measured([*command, "--course-dir", str(course)], folder)
    FIGURES["learners"] = learners
    what = f"report of {learners} learners"
    show(what, "report: seconds", seconds, "s", f"under {SECONDS} for 1000")
    show("    its memory at most", "report: MiB", mebibytes, "MiB", f"under {MEBIBYTES} for 1000")


def measured(command: list[str], folder: Path) -> tuple[float, float]:
    """Seconds and the most MiB of memory of a command."""
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, f"{command} failed"
    return time.perf_counter() - start, used.ru_maxrss / 1024


def show(what: str, name: str, value: float, unit: str, limit: str = "") -> None:
    """Print a figure, and keep it under its name."""
    FIGURES[name] = round(value, 2)
    print(f"{what:52}{value:>10.1f} {unit:4}{limit:>22}", flush=True)


if __name__ == "__main__":
    main()
