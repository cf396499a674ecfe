"""A course folder: nbgrader's own configuration of it, and the submissions in it."""

import glob
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from traitlets import TraitError
from traitlets.config import Config

from ... import records
from ..errors import CourseError
from ..limits import Limits

_TAIL_BYTES = 1024 * 1024  # of an autograded notebook: what follows its cells is shorter
# A definition of an exercise holds the right answers: it is there for tests, and for nobody else.
_FOR_TESTS = re.compile(rb"^\s*(from|import) chainrule\.exercises\b", re.MULTILINE)
_METADATA = re.compile(rb'^ ?"metadata": (?=\{)', re.MULTILINE)


@dataclass
class Course:
    """config: nbgrader's. directory: nbgrader's view of the folder."""

    config: Config
    directory: CourseDirectory
    limits: Limits

    @property
    def root(self) -> Path:
        return Path(self.directory.root)

    def place(self, step: str, student: str, assignment: str) -> Path:
        """The folder of a submission in one of nbgrader's steps, or of an assignment."""
        return Path(os.path.normpath(self.directory.format_path(step, student, assignment)))

    def submitted(self, assignment: str | None, student: str | None) -> list[tuple[str, str]]:
        """The (student, assignment) pairs with a folder in submitted/, sorted.

        Without the learners whom nbgrader's configuration excludes.
        """
        excluded = self.directory.student_id_exclude.split(",")
        pairs = self.pairs(self.directory.submitted_directory, assignment, student)
        return [pair for pair in pairs if pair[0] not in excluded]

    def ignored_on_stderr(self) -> str:
        """The pattern of nbgrader's IgnorePattern; "" where that is not enabled.

        Raises CourseError if it is none.
        """
        chosen = self.config.get("IgnorePattern", {})
        pattern = str(chosen.get("pattern", "")) if chosen.get("enabled") is True else ""
        try:
            re.compile(pattern)
        except re.error as error:
            raise CourseError(
                f"c.IgnorePattern.pattern is no regular expression ({error})."
            ) from None
        return pattern

    def left_to_learners(self, assignment: str) -> list[str]:
        """The files that learners hand in, and that the instructor's do not overwrite."""
        kept = self.config.get("Autograde", {}).get("exclude_overwriting", {})
        return list(kept.get(assignment, []))

    def pairs(
        self, step: str, assignment: str | None = None, student: str | None = None
    ) -> list[tuple[str, str]]:
        """The (student, assignment) pairs with a folder in one of nbgrader's steps, sorted.

        Without those of `nameless`.
        """
        return sorted(pair for pair in self._pairs(step, assignment, student) if _is_text(*pair))

    def nameless(self) -> list[str]:
        """Folders in submitted/ whose names no gradebook can hold: they are no text in UTF-8."""
        found = self._pairs(self.directory.submitted_directory)
        return sorted(ascii("/".join(pair)) for pair in found if not _is_text(*pair))

    def _pairs(
        self, step: str, assignment: str | None = None, student: str | None = None
    ) -> set[tuple[str, str]]:
        shape = self.directory.format_path(step, "STUDENT", "ASSIGNMENT")
        shape = os.path.relpath(shape, self.root)  # the course's own folder may have any name
        asked = {"STUDENT": student, "ASSIGNMENT": assignment}
        shape = re.sub("|".join(asked), lambda m: glob.escape(asked[m[0]] or "") or "*", shape)
        pattern = self.directory.format_path(
            step, "(?P<student>[^/]*)", "(?P<assignment>[^/]*)", escape=True
        )
        pairs = set()
        # As nbgrader looks for them: a hidden folder is found by its name only.
        for path in (self.root / name for name in glob.glob(shape, root_dir=self.root)):
            match = re.fullmatch(pattern, str(path))
            if match and (path.is_dir() or path.is_symlink()):
                pairs.add((match["student"], match["assignment"]))
        return pairs

    def graded_version(self, student: str, assignment: str) -> str | None:
        """The digest of the submission that the autograded notebooks were made from."""
        digests = set()
        place = str(self.autograded(student, assignment))
        try:
            for name in os.listdir(place):
                if name.endswith(".ipynb"):
                    digests.add(_record(os.path.join(place, name))["submission"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return digests.pop() if len(digests) == 1 else None

    def autograded(self, student: str, assignment: str) -> Path:
        return self.place(self.directory.autograded_directory, student, assignment)

    def masters(self, assignment: str) -> list[str]:
        """The paths of all the instructor's files of an assignment, notebooks too."""
        source = self.place(self.directory.source_directory, ".", assignment)
        return [*self.master_files(assignment), *(path.name for path in source.glob("*.ipynb"))]

    def master_files(self, assignment: str) -> dict[str, bytes]:
        """The instructor's files of an assignment that are no notebooks; learners' never win."""
        source = self.place(self.directory.source_directory, ".", assignment)
        files = {}
        for path in sorted(source.rglob("*")) if source.is_dir() else ():
            ignored = any(part in path.parts for part in (".ipynb_checkpoints", "__pycache__"))
            if path.is_file() and path.suffix != ".ipynb" and not ignored:
                files[path.relative_to(source).as_posix()] = path.read_bytes()
        kept = self.left_to_learners(assignment)
        return {name: text for name, text in files.items() if name not in kept}


def for_tests_only(files: dict[str, bytes]) -> set[str]:
    """Those of the instructor's files that no learner gets to see."""
    return {
        name for name, text in files.items() if name.endswith(".py") and _FOR_TESTS.search(text)
    }


def open_course(folder: Path, **limits: Any) -> Course:
    """The course in a folder, as nbgrader's configuration files say. Raises CourseError."""
    if not folder.is_dir():
        raise CourseError(f"{folder} is no folder.")
    root = folder.resolve()
    before = Path.cwd()
    os.chdir(root)
    try:
        app = NbGrader()
        app.log_level = 50
        app.load_config_file()
        config = app.config
    except Exception as error:
        raise CourseError(f"nbgrader's configuration cannot be read: {error}") from None
    finally:
        os.chdir(before)
    if not config.get("CourseDirectory", {}).get("root"):
        config.CourseDirectory.root = str(root)
    try:
        directory = CourseDirectory(config=config)
    except TraitError as error:
        raise CourseError(f"nbgrader's configuration cannot be used: {error}") from None
    return Course(config, directory, limits_in(config, **limits))


def _is_text(*names: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for name in names for character in name)


def _record(path: str) -> Any:
    """What grading says of a notebook that it wrote; the learner's text before it is not read.

    Whoever wrote the file last, the notebook's own metadata come after its cells, and no text
    of a cell begins a line. Raises OSError, ValueError, KeyError, TypeError.
    """
    with open(path, "rb", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read(_TAIL_BYTES)
    *_, start = _METADATA.finditer(tail)
    text = tail[start.end() :].decode()
    return json.JSONDecoder().raw_decode(text)[0][records.KEY]


def limits_in(config: Config, **limits: Any) -> Limits:
    """Limits as given; the time is nbgrader's `Execute.timeout`, a notebook has four times that.

    The setting counts by the names of the classes that nbgrader's is made from, as it does there.
    """
    for name in ("Execute", "ExecutePreprocessor", "NotebookClient"):
        seconds = config.get(name, {}).get("timeout")
        if isinstance(seconds, (int, float)) and seconds > 0:
            limits = {"cell_seconds": seconds, "notebook_seconds": 4 * seconds} | limits
            break
    return Limits(**limits)
