"""How fast a class is graded: `python benchmarks/grade.py` prints plain nbgrader beside ours.

Both grade the same made-up submissions in one run, on the same machine; plain nbgrader grades a
part of them, since it takes seconds for each. Times are wall time, start included; memory is the
peak of the sum of PSS of all processes, read once a second.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
from figures import keep

from chainrule.course.folders import release
from chainrule.course.sample_class import sample_class

FIGURES: dict[str, float] = {}
ROOT = Path(__file__).parents[1]
GRADE = [sys.executable, "-P", "-c", "import sys; from chainrule.cli import main; sys.exit(main())"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=200, help="in the class (default: 200)")
    parser.add_argument("--plain", type=int, default=8, help="of them for plain nbgrader too")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chainrule-bench-") as scratch:
        course = made_course(Path(scratch, "course"), options.learners)
        few = learners(course)[:: max(1, options.learners // options.plain)][: options.plain]
        show("", "learners", "notebooks", "seconds", "a second", "peak MiB")
        plain = row("nbgrader autograde", plain_course(course, few), nbgrader_autograde)
        ours = row("chainrule grade", course, lambda c: chainrule_grade(c, options.jobs))
        FIGURES["times as fast"] = round(ours / plain, 1)
        print(f"\nchainrule grade is {ours / plain:.0f} times as fast.\n")
        larger = made_course(Path(scratch, "larger"), 2 * options.learners)
        row("chainrule grade, twice the class", larger, lambda c: chainrule_grade(c, options.jobs))
        one = plain_course(course, few[:1], assignments=1)
        row("nbgrader autograde, one notebook", one, nbgrader_autograde)
        shutil.rmtree(one / "autograded")
        row("chainrule grade, one notebook", one, lambda c: chainrule_grade(c, options.jobs))
    keep("grade", FIGURES)


def made_course(folder: Path, count: int) -> Path:
    """A released course of this repository's exercises with a class of `count` learners."""
    folder.mkdir()
    shutil.copytree(ROOT / "source", folder / "source")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    release(folder)
    sample_class(folder, count, 0)
    return folder


def plain_course(course: Path, few: list[str], assignments: int | None = None) -> Path:
    """The same course with these learners only, graded as nbgrader's defaults say."""
    folder = Path(tempfile.mkdtemp(dir=course.parent))
    shutil.copytree(course / "source", folder / "source")
    text = (course / "nbgrader_config.py").read_text().partition("# nbgrader's commands")[0]
    text = text.replace("from chainrule import hooks\n", "")
    (folder / "nbgrader_config.py").write_text(text)
    release(folder)
    for learner in few:
        for place in sorted((course / "submitted" / learner).iterdir())[:assignments]:
            shutil.copytree(place, folder / "submitted" / learner / place.name)
    return folder


def learners(course: Path) -> list[str]:
    return sorted(place.name for place in (course / "submitted").iterdir())


def nbgrader_autograde(course: Path) -> list[str]:
    return [sys.executable, "-P", "-m", "nbgrader", "autograde", "--assignment=*", "--force"]


def chainrule_grade(course: Path, jobs: int) -> list[str]:
    return [*GRADE, "grade", "--course-dir", str(course), "--force", "--jobs", str(jobs)]


def row(name: str, course: Path, command) -> float:
    """Run the command on the course and print its figures; returns notebooks a second."""
    notebooks = len(list((course / "submitted").glob("*/*/*.ipynb")))
    seconds, memory = measured(command(course), course)
    FIGURES[f"{name}: learners"] = len(learners(course))
    FIGURES[f"{name}: notebooks"] = notebooks
    FIGURES[f"{name}: seconds"] = round(seconds, 1)
    FIGURES[f"{name}: MiB"] = round(memory / 2**20)
    figures = (f"{seconds:.1f}", f"{notebooks / seconds:.2f}", f"{memory / 2**20:.0f}")
    show(name, len(learners(course)), notebooks, *figures)
    return notebooks / seconds


def measured(command: list[str], course: Path) -> tuple[float, int]:
    """Seconds and peak bytes of a command and all that it starts."""
    peak, over = 0, threading.Event()
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=course, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )

    def watch() -> None:
        nonlocal peak
        while not over.wait(1.0):
            peak = max(peak, memory_of(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    said, _ = process.communicate()
    seconds = time.perf_counter() - began
    over.set()
    watcher.join()
    if process.returncode:
        sys.exit(f"{' '.join(command[-4:])} failed:\n{said.decode()}")
    return seconds, peak


def memory_of(process: int) -> int:
    total = 0
    try:
        found = psutil.Process(process)
        for one in [found, *found.children(recursive=True)]:
            try:
                total += one.memory_full_info().pss
            except psutil.Error:
                continue
    except psutil.Error:
        pass
    return total


def show(name: str, *figures: object) -> None:
    print(f"{name:34}" + "".join(f"{figure!s:>11}" for figure in figures), flush=True)


if __name__ == "__main__":
    main()
