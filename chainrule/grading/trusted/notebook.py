"""One notebook of one submission, run: the learner's cells there, the tests here."""

import mmap
import re
import struct
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ... import records
from ...records import Finding, Result, Verdict
from ..limits import SAID, Limits
from ..notebooks import verdict
from ..notebooks.outputs import Cleaner
from ..notebooks.scope import Scope
from ..plain_data import (
    BOTH,
    LEARNER,
    TEST,
    Cell,
    ErrorOutput,
    ModelResult,
    NotebookPlan,
    Output,
    PlannedCell,
    Ran,
)
from ..shell.outputs import NOTHING
from ..shell.shell import KeepingShell, alarm
from ..wall import carried
from ..wall.messages import Start
from ..wall.trouble import Gone, Machinery, NeedsPerson, OutOfTime
from . import given_text, opened_files
from .learner import LearnersNotebook
from .names import TestNames
from .process import GUARD_SECONDS
from .rehearse import rehearsed

# What the parent sees meanwhile: the number of the running cell, and since when it runs here.
HERE = struct.Struct("<Id")
_NO_NAME = re.compile(r"name '(\w+)' is not defined")


@dataclass(frozen=True)
class Notebook:
    """One notebook of a submission, rebuilt and ready to be run.

    models: what the instructor's own answer gets, by test. files: of the learner's working folder,
    path -> content. ignored: pattern of what costs no points on stderr. without: tests that are not
    asked here. rehearses: say what would have made it quicker.
    """

    plan: NotebookPlan
    cells: list[Cell]
    models: dict[str, ModelResult]
    files: dict[str, bytes]
    limits: Limits
    ignored: str
    without: Collection[str] = ()
    rehearses: bool = False


def run_notebook(
    notebook: Notebook,
    start: Start,
    shell: KeepingShell,
    given_up: dict[int, str],
    here: mmap.mmap,
) -> Ran:
    """Run it: the learner's cells there, the trusted ones here.

    shell: of this process, which must have run no other notebook. given_up: numbers of trusted
    cells that ended the process of the tests each time -> why; they and what depends on them are
    for a person. here: HERE, shared with the parent. Raises Machinery.
    """
    learner = LearnersNotebook(start, notebook.files, notebook.limits)
    names = TestNames(learner, Scope(notebook.plan["cells"]))
    shell.enter(names)
    carried.watch_seeds(learner.seeds)
    given_text.watch(lambda: learner.texts, learner.needs_person)
    run = _Run(shell, learner, names, notebook, here)

    def all_cells() -> None:
        for number, cell in enumerate(notebook.cells):
            here[:] = HERE.pack(number, 0.0)
            run.cell(number, cell, given_up.get(number, ""))

    rehearsal = None
    try:
        if notebook.rehearses:
            rehearsal = rehearsed(all_cells, learner)
        else:
            all_cells()
    finally:
        learner.process.close()
    for path, why in sorted(learner.process.left_out.items())[:SAID]:
        words = f"{path} cannot be put into the working folder ({why}): it was left out."
        run.findings.append(records.finding("file", words))
    outputs = list(run.outputs.items())
    ran: Ran = {"outputs": outputs, "results": run.results, "findings": run.findings}
    return ran if rehearsal is None else {**ran, "rehearsal": rehearsal}


class _Run:
    def __init__(
        self,
        shell: KeepingShell,
        learner: LearnersNotebook,
        names: TestNames,
        notebook: Notebook,
        here: mmap.mmap,
    ) -> None:
        self.shell, self.learner, self.names, self.here = shell, learner, names, here
        self.limits, self.models = notebook.limits, notebook.models
        self.ignored, self.without = notebook.ignored, notebook.without
        self.opened: set[str] = set()  # files of the working folder, by the running cell
        opened_files.watch(self.opened)
        self.cleaner = Cleaner(self.limits.output_bytes)
        self.outputs: dict[int, list[Output]] = {}
        self.results: list[Result] = []
        self.findings: list[Finding] = []
        # name -> verdict and reason of the answer that was to bind it and never came back
        self.dead: dict[str, tuple[Verdict, str]] = {}
        self.unanswered: set[str] = set()

    def cell(self, number: int, cell: Cell, given_up: str) -> None:
        known = cell["known"]
        if known is not None:
            self.names.reach(known["grade_id"])
        if known is not None and known["solution"]:
            binds = set(known["names"]["binds"])
            self.unanswered = self.unanswered - binds | (set() if cell["answered"] else binds)
        if cell["kind"] == LEARNER:
            self.outputs[number] = self._learners(cell)
        elif known is not None and cell["kind"] == BOTH:
            self.outputs[number] = self._locked(cell, known, given_up)
        elif known is not None and cell["kind"] == TEST:
            self.outputs[number] = self._test(cell, known, given_up)

    def _learners(self, cell: Cell) -> list[Output]:
        self.learner.process.begin()
        binds = cell["known"]["names"]["binds"] if cell["known"] else []
        try:
            outputs, _ = self.learner.run(cell["source"], cell["known"] is not None)
        except Gone as gone:
            reason, finding, shown = ended_as(cell, gone)
            self.dead |= dict.fromkeys(binds, (gone.verdict, reason))
            self.findings.append(finding)
            return [shown]
        except NeedsPerson as person:
            return [_error(records.NEEDS_PERSON, str(person))]
        for name in binds:
            self.dead.pop(name, None)
        return self.cleaner.clean(outputs)

    def _locked(self, cell: Cell, known: PlannedCell, given_up: str) -> list[Output]:
        """A cell that runs on both sides: what it binds there is a learner's, here it is ours."""
        theirs = self._learners(cell)
        if given_up:
            self.names.ended(known, whole=False)
            return theirs
        self.learner.process.begin()
        # It may call answers; they are asked once more where a test needs what comes of it.
        asks = self.names.scope.looks_up_later([*known["names"]["binds"]])
        ours, error, _ = self._trusted(known, crossing=asks, telling=False)
        self._no_machinery()
        self.names.ended(known, whole=error is None)
        return theirs if error is not None else ours

    def _test(self, cell: Cell, known: PlannedCell, given_up: str) -> list[Output]:
        process = self.learner.process
        model = self.models.get(known["grade_id"])
        if given_up:
            self.names.ended(known, whole=False)
            (result,) = verdict.unmarked([known], records.NEEDS_PERSON, given_up)
            self.results.append(result | {"flags": cell["flags"]})
            return []
        is_asked = known["grade_id"] not in self.without
        if not is_asked and not (known["names"]["binds"] or known["names"]["imports"]):
            return []
        process.begin()
        self.opened.clear()
        began = time.monotonic()
        outputs, error, value = self._trusted(known, crossing=True, telling=True)
        self._no_machinery()
        wanted = self.names.theirs_among(known["names"]["looks_up"])
        ending = verdict.Ending(
            outputs=verdict.without_ignored(outputs, self.ignored),
            error=error,
            value=value,
            trouble=process.trouble,
            asked=self.learner.asked,
            answered=self._answered(self.names.theirs_among(self.names.asked) or wanted),
            blamed=next((self.dead[n] for n in sorted(self.names.missing) if n in self.dead), None),
            spent=process.spent,
            crossings=process.crossings,
            seconds=round(time.monotonic() - began, 1),
            unlike=self._unlike(known, error),
        )
        self.names.ended(known, whole=error is None and not process.trouble)
        if not process.trouble and (written := self._read_of_theirs()):
            words = f"the test reads {min(written)}, which the learner's code has written"
            ending.trouble = [*ending.trouble, NeedsPerson(words)]
        if looks := known["names"]["unlike"].get("main"):
            ending.trouble = [
                *ending.trouble,
                NeedsPerson(f"{looks[0]} looks for what is not here"),
            ]
        if is_asked:
            result = verdict.judge(known, ending, model)
            self.results.append(result | {"flags": cell["flags"]})
        return outputs

    def _read_of_theirs(self) -> set[str]:
        """The files that the test has read, and that the learner's code has another copy of."""
        return self.opened & self.learner.written() if self.opened else set()

    def _unlike(self, known: PlannedCell, error: BaseException | None) -> str:
        """Why the learner's code may see another state than the test does; "" if it does not."""
        missing = _NO_NAME.match(str(error)) if isinstance(error, NameError) else None
        if missing and hasattr(error, "learner_type") and self.names.is_ours(missing[1], known):
            return f"the learner's code asks for `{missing[1]}`, which a cell of the course defines"
        changed = known["names"]["unlike"]
        for name in changed.get("objects", ()):
            if self.names.was_asked(name):
                return f"the test changes `{name}`, and the learner's code keeps its own"
        if changed.get("state"):
            return f"the test sets what does not reach the learner's code ({changed['state'][0]})"
        return ""

    def _answered(self, names: set[str]) -> bool:
        return not names or not names <= self.unanswered

    def _trusted(
        self, known: PlannedCell, crossing: bool, telling: bool
    ) -> tuple[list[Output], BaseException | None, Any]:
        """Its outputs, the exception that ended it, and the value of its last expression."""
        # Later than the learner's time-out, and than the search for whose fault one is.
        seconds = self.limits.cell_seconds + GUARD_SECONDS + 1
        outputs: list[Output]
        error: BaseException | None
        with (
            self.names.asked_by(crossing, telling),
            self.learner.asked_by(known["source"], self._mark),
        ):
            try:
                with (
                    alarm(seconds, self.learner.process.waited),
                    self.names.seen_in_classes(known["names"]["in_classes"]),
                ):
                    outputs, error = self.shell.run(known["source"])
            except (OutOfTime, Gone, NeedsPerson, Machinery) as late:  # IPython catches none
                outputs, error = self.shell.outputs.finish(), late
        value = self.shell.outputs.value
        if self.learner.texts:
            outputs = [self._harmless(output) for output in outputs]
        return outputs, error, None if value is NOTHING else value

    def _mark(self, waiting: bool) -> None:
        """Tell the parent since when a trusted cell runs by itself; 0: it does not."""
        number, _ = HERE.unpack(self.here[:])
        self.here[:] = HERE.pack(number, 0.0 if waiting else time.monotonic())

    def _harmless(self, output: Output) -> Output:
        """A trusted cell's output; what it shows as HTML it may have from the learner's code."""
        if output["output_type"] == "stream" or output["output_type"] == "error":
            return output
        data = output["data"]
        if set(data) <= {"text/plain", records.VERDICT_MIME}:
            return output
        harmless = {kind: data[kind] for kind in (records.VERDICT_MIME,) if kind in data}
        for cleaned in self.cleaner.clean([output])[:1]:
            if cleaned["output_type"] == output["output_type"]:
                harmless |= cleaned["data"]
        output["data"] = harmless
        return output

    def _no_machinery(self) -> None:
        """A test can hide an exception, but not that it came."""
        for trouble in self.learner.process.trouble:
            if isinstance(trouble, Machinery):
                raise trouble


def _error(name: str, reason: str) -> ErrorOutput:
    lines = [f"{name}: {reason}"]
    return {"output_type": "error", "ename": name, "evalue": reason, "traceback": lines}


def ended_as(cell: Cell, gone: Gone) -> tuple[str, Finding, ErrorOutput]:
    """How a cell that learners may change ended its process: in words, a finding, an output."""
    known = cell["known"]
    which = f"the cell {known['grade_id']}" if known else "a cell of their own"
    reason = f"{which}: {gone.reason}"
    finding = records.finding("limit", f"{gone.verdict}: {reason}")
    return reason, finding, _error(gone.verdict, gone.reason)
