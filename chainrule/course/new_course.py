"""`chainrule init`: a course begun in a folder, with nothing but the package that is installed."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import chainrule

from .folders import CourseError

PACKED = Path(__file__).with_name("source")  # in a wheel, where setup.py has put the exercises
BESIDE = Path(chainrule.__file__).parents[1] / "source"  # in the repository
CONFIGURATION = Path(__file__).with_name("nbgrader_config.txt")
IGNORED = """\
# A class's own: never in git.
/submitted/
/collected/
/autograded/
/feedback/
/exchange/
/work/
/gradebook.db*
/grades.csv
/report*.html
/report*.csv
/.chainrule/
/.nbgrader.log
.ipynb_checkpoints/
"""


@dataclass
class Begun:
    """A new course. exercises: those that were put into source/."""

    folder: Path
    exercises: list[str]

    def lines(self) -> list[str]:
        """What was made, and what to do next, with commands that everybody has."""
        exercises = ", ".join(self.exercises)
        empty = "empty; an exercise is a folder in it with a notebook of the same name"
        return [
            f"A course in {self.folder}:",
            "  nbgrader_config.py  the settings, each line with its reason",
            f"  source/             {exercises or empty}",
            "  exchange/           for learners on this machine: nbgrader's Assignments",
            "",
            f"Next, in {self.folder}:",
            "  chainrule doctor    can this machine grade?",
            "  jupyter lab         to write exercises; Formgrader is in its menu Nbgrader",
            "  chainrule release   makes release/, which learners get",
            "  chainrule collect   puts a learning platform's archive into submitted/",
            "  chainrule grade     grades what is there",
        ]


def init(folder: str | Path, exercises: bool = False) -> Begun:
    """Begin a course; nothing that is there is touched. Raises CourseError where one has begun.

    exercises: with those of this package, to teach with them or to look at how they are made.
    """
    folder = Path(folder)
    for name in ("nbgrader_config.py", "source", "gradebook.db"):
        if (folder / name).exists():
            raise CourseError(
                f"{folder} has a {name} already: it is a course, and nothing was written."
            )
    found = next((place for place in (PACKED, BESIDE) if place.is_dir()), None)
    if exercises and found is None:
        raise CourseError("This installation holds no exercises: install the package's wheel.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "exchange").mkdir(exist_ok=True)
    source = folder / "source"
    if exercises and found is not None:
        shutil.copytree(found, source, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    else:
        source.mkdir()
    if not (folder / ".gitignore").exists():
        (folder / ".gitignore").write_text(IGNORED)
    # Last: a folder with its settings is a whole course.
    text = CONFIGURATION.read_text("utf-8").replace("COURSE", course_id(folder))
    (folder / "nbgrader_config.py").write_text(text, "utf-8")
    return Begun(folder, sorted(path.name for path in source.iterdir()))


def course_id(folder: Path) -> str:
    """The folder's name, as far as nbgrader's exchange can use it for a folder of its own."""
    name = re.sub(r"[^\w.-]+", "-", folder.resolve().name).strip("-.")
    return name or "course"
