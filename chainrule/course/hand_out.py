"""What learners get: copies of the releases in `work/`, and a page that says how to go about it."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from chainrule.checks import progress
from chainrule.course.folders import CourseError
from chainrule.exercises.questions import exercises
from chainrule.whole import write_whole

WELCOME = "welcome.md"

_PAGE = """\
# Backpropagation by hand

You write the gradients of small networks yourself. Under each function stands a check that says
what it saw, and which mistake it is where it knows one.

| in this order | minutes | points | yours so far |
|:--|--:|--:|:--|
{rows}

Some points are for an answer in words, which a person marks. The table is made anew when you save a
notebook; open this page again to see it.

## How to go about it

1. **Open the first notebook** that is not done: a click on its name. Run its cells from the top,
   one after the other, with Shift+Enter.
2. **Write your answer** where a cell says `YOUR CODE HERE`, in place of the line below it. Run it,
   and run the check under it, as often as you like.
3. **Stop and come back** whenever you want: save with Ctrl+S, then *File → Shut Down*. `make lab`
   brings everything back as you left it. Cells build on those above them, so then run those first:
   *Run → Run All Above Selected Cell*.
4. **Hand in** when you are done, or as far as you are: save, press *Validate* above the notebook,
   then *Nbgrader → Assignment List* in the menu, and *Submit*. You may submit again until the
   deadline; the last one counts. Feedback comes back to the same list. (Where nothing is listed,
   your course collects in another way: what it wants is the notebook's file, in `work/`.)

If a cell does not come to its end: *Kernel → Interrupt Kernel*. If nothing works any more: *Kernel
→ Restart Kernel*. What you have written stays.

## What 710, 720 and 740 are

The networks that the notebooks calculate with are called by their numbers in a series of exercises
that they come from:

| number | network | features, right class | at the beginning |
|:--|:--|:--|:--|
| 720 | one layer, two classes | 8 and −2, class 0 | quite sure of the wrong class, loss 10 |
| 710 | the same weights | −10 and 20, class 1 | as good as certain of the wrong class, loss 30 |
| 740 | two layers, two hidden units | −10 and 20, class 1 | certain of the wrong class, loss 58 |
"""


class Copy(NamedTuple):
    """A learner's copy of a notebook, and how it stands."""

    path: Path
    title: str
    minutes: str
    points: float
    so_far: str


def hand_out(course: Path) -> list[str]:
    """Copy each release into `work/` once; what a learner has there already is never touched.

    The welcome page beside them is made anew. Returns the exercises that were copied. Raises
    CourseError where nothing is released.
    """
    released = sorted(path for path in (course / "release").glob("*") if path.is_dir())
    if not released:
        raise CourseError(f"there is nothing in {course / 'release'}: run `make release` first")
    new = [path for path in released if not (course / "work" / path.name).exists()]
    for path in new:
        shutil.copytree(path, course / "work" / path.name)
    welcome(course / "work")
    return [path.name for path in new]


def after_save(os_path: str, model: dict[str, Any], contents_manager: Any, **_: Any) -> None:
    """Jupyter calls this when a file was saved."""
    if model["type"] == "notebook":
        welcome(Path(contents_manager.root_dir))


def welcome(work: Path) -> None:
    """Write the welcome page: what there is, in its order, and how far the learner has come."""
    rows = "\n".join(
        f"| [{one.title}]({one.path.relative_to(work).as_posix()}) | {one.minutes} | "
        f"{one.points:g} | {one.so_far} |"
        for one in copies(work)
    )
    write_whole(work / WELCOME, _PAGE.format(rows=rows))


def copies(work: Path) -> Iterator[Copy]:
    """The learner's notebooks, in the order of the course; those that cannot be read are left."""
    order = exercises()
    folders = [path for path in sorted(work.glob("[!.]*")) if path.is_dir()]
    folders.sort(key=lambda path: order.index(path.name) if path.name in order else len(order))
    for folder in folders:
        for path in sorted(folder.glob("*.ipynb")):
            try:
                yield _copy(path)
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                continue  # half-written, or no notebook


def _copy(path: Path) -> Copy:
    standing = progress.read(path)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    minutes = re.search(r"About (\d+) minutes", text)
    return Copy(
        path,
        title[1] if title else path.stem,
        minutes[1] if minutes else "",
        sum(standing.points.values()),
        standing.said(standing.right) if standing.right else "",
    )
