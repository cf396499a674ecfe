"""The autograded notebook, and its place in the course folder."""

import contextlib
import html
import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

from ... import records
from ...records import Finding, NotebookRecord, Result
from ..plain_data import Cell, NotebookPlan, Output, Ran

Json = dict[str, Any]  # nbformat's own form, written as it is here and not read again


def compose(plan: NotebookPlan, cells: list[Cell], ran: Ran, about: NotebookRecord) -> Json:
    """The notebook for Formgrader and feedback. about: the notebook's own record."""
    by_id = {result["grade_id"]: result for result in ran["results"]}
    outputs = dict(ran["outputs"])
    composed = [_note(about["findings"])] if about["findings"] else []
    count = 0
    # An id of a learner's own cell stays, unless it is an exercise's.
    taken = {cell["id"] for cell in cells if cell["known"]}
    for number, cell in enumerate(cells):
        own = cell["known"] is None and cell["id"] not in taken
        taken.add(cell["id"])
        whole: Json = {
            "id": (cell["id"] if own or cell["known"] else None) or f"extra-{number}",
            "cell_type": cell["cell_type"],
            "metadata": _metadata(cell, by_id),
            "source": cell["source"],
        }
        if cell["attachments"] and cell["cell_type"] != "code":
            whole["attachments"] = cell["attachments"]
        if cell["cell_type"] == "code":
            count += 1
            whole["outputs"] = bounded(outputs.get(number, []))
            whole["execution_count"] = count if number in outputs else None
            for output in whole["outputs"]:
                if output["output_type"] == "execute_result":
                    output["execution_count"] = count
        composed.append(whole)
    metadata: Json = {"kernelspec": plan["kernelspec"], "language_info": {"name": "python"}}
    metadata[records.KEY] = about
    return {"cells": composed, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def as_text(notebook: Json) -> str:
    """The notebook as JSON, a cell a line: made and compared quickly."""
    rest = {key: value for key, value in notebook.items() if key != "cells"}
    cells = ",\n".join(json.dumps(cell, ensure_ascii=False) for cell in notebook["cells"])
    return f'{{"cells": [\n{cells}\n],\n{json.dumps(rest, ensure_ascii=False)[1:]}\n'


def _metadata(cell: Cell, by_id: dict[str, Result]) -> Json:
    known = cell["known"]
    if known is None:
        return {}
    about: Json = {
        "grade": known["grade"],
        "grade_id": known["grade_id"],
        "locked": known["locked"],
        "solution": known["solution"],
        "task": known["task"],
        "schema_version": 3,
        "cell_type": known["cell_type"],
        "checksum": known["checksum"],
    }
    if known["points"] is not None:
        about["points"] = known["points"]
    metadata: Json = {"nbgrader": about, "deletable": False}
    if known["grade_id"] in by_id:
        metadata[records.KEY] = by_id[known["grade_id"]]
    return metadata


def _note(findings: list[Finding]) -> Json:
    lines = [f"- {html.escape(finding['message'])}" for finding in findings[:20]]
    text = "**Noted while grading**\n\n" + "\n".join(lines)
    return {"id": "note", "cell_type": "markdown", "metadata": {}, "source": text}


def bounded(outputs: list[Output]) -> list[Output]:
    """Outputs without the verdict records that are larger than a record may be."""
    for output in outputs:
        if output["output_type"] not in ("display_data", "execute_result"):
            continue
        data = output["data"]
        if records.VERDICT_MIME in data and len(str(data)) > records.RECORD_BYTES:
            del data[records.VERDICT_MIME]
    return outputs


def stage(place: Path, contents: dict[str, bytes], permissions: int) -> Path:
    """Write the files of an autograded submission beside `place`; return where. Raises OSError."""
    staged = place.with_name(f".{place.name}.new")
    remove(staged)
    for name, content in contents.items():
        path = staged / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(permissions)
    return staged


def put_in_place(staged: Path, place: Path) -> None:
    """Exchange what is at `place`; interrupted half-way, nothing half-written is there."""
    old = place.with_name(f".{place.name}.old")
    remove(old)
    with contextlib.suppress(FileNotFoundError):
        place.rename(old)
    staged.rename(place)
    remove(old)


def remove(place: Path) -> None:
    """Remove a folder, a file or a link, if it is there."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISDIR(os.lstat(place).st_mode):
            shutil.rmtree(place)
        else:
            place.unlink()
