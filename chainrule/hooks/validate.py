"""Validate says in a sentence what it stumbled over, where nbgrader's own shows a traceback.

A cell that is there twice, one that does not come to its end, a file that is no notebook: each is
shown as Validate shows a failed cell.
"""

import html
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError
from nbgrader.validator import Validator
from traitlets.config import Config

from . import replaced

Result = dict[str, list[dict[str, str]]]


def install(config: Config) -> None:
    """Have the button and the command say it. config: nothing in it is changed."""
    for place in replaced.VALIDATE:
        replaced.replace(place, PlainValidator)


class _Stopped(Exception):
    """A cell did not come to its end; the message says why."""

    def __init__(self, source: str, said: str) -> None:
        super().__init__(said)
        self.source = source


class PlainValidator(Validator):  # type: ignore[misc]
    """nbgrader's own, in plain words where it cannot go on."""

    def validate(self, filename: str) -> Result:
        try:
            if twice := _twice(Path(filename)):
                name, source = twice
                return _failed(
                    source,
                    f"{name} is there twice: this cell is a copy. Delete one of the two; handed in "
                    "like this, the last one counts. For notes and trials make a cell of your own, "
                    "with + above the notebook.",
                )
            found: Result = super().validate(filename)
            return found
        except (SchemaTooOldError, SchemaTooNewError):
            raise  # nbgrader says these plainly
        except _Stopped as stopped:
            return _failed(stopped.source, str(stopped))
        except Exception as error:
            self.log.exception("%s cannot be validated", filename)
            said = str(error).strip().partition("\n")[0][:300]
            return _failed(
                Path(filename).name,
                f"This notebook cannot be validated: {type(error).__name__}: {said}",
            )

    def _preprocess(self, nb: Any) -> Any:
        try:
            return super()._preprocess(nb)
        except CellTimeoutError:
            said = "It did not come to its end in time, and Validate stops here. Is there a loop "
            said += "that never ends? Run the cell by itself to see; Kernel → Interrupt ends it."
            raise _Stopped(_not_run(nb), said) from None
        except DeadKernelError:
            said = "It ended the whole kernel, and Validate stops here: something calls exit, or "
            said += "wants more memory than there is."
            raise _Stopped(_not_run(nb), said) from None


def _twice(path: Path) -> tuple[str, str] | None:
    """The grade id that two cells have, and the text of the second."""
    seen = set()
    for cell in nbformat.read(path, as_version=4).cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in seen:
            return str(name), str(cell.source)
        if name:
            seen.add(name)
    return None


def _not_run(notebook: Any) -> str:
    """The text of the first code cell that has no execution count: the one that was run last."""
    code = (cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip())
    return next((str(cell.source) for cell in code if cell.get("execution_count") is None), "")


def _failed(source: str, said: str) -> Result:
    return {"failed": [{"source": source, "error": html.escape(said), "raw_error": said}]}
