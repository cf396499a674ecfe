"""One notebook of one submission, run: the learner's cells there, the tests here."""

import re
import struct
import time
import warnings
from typing import Any

from ... import records
from ..limits import SAID, Limits
from ..notebooks import verdict
from ..notebooks.outputs import Cleaner
from ..notebooks.rebuild import BOTH, LEARNER, TEST
from ..notebooks.scope import Scope
from ..shell.outputs import NOTHING
from ..shell.shell import KeepingShell, alarm
from ..wall import carried
from ..wall.messages import Start
from ..wall.trouble import Gone, Machinery, NeedsPerson, OutOfTime
from . import given_text
from .learner import Learner
from .names import TestNames
from .process import GUARD_SECONDS

# What the parent sees meanwhile: the number of the running cell, and since when it runs here.
HERE = struct.Struct("<Id")
_NO_NAME = re.compile(r"name '(\w+)' is not defined")
# A test that looks for the end of an iteration, and does not only let it happen.
_CATCHES_THE_END = re.compile(r"(except|[Rr]aises|suppress)\b[^\n]*\bStop(Async)?Iteration")


def run_notebook(
    shell: KeepingShell,
    plan: dict[str, Any],
    cells: list[dict[str, Any]],
    files: dict[str, bytes],
    start: Start,
    limits: Limits,
    models: dict[str, verdict.Model],
    given_up: dict[int, str],
    here: Any,
) -> dict[str, Any]:
    """Run rebuilt cells: `{"outputs": {number: [...]}, "results": [...], "findings": [...]}`.

    shell: of this process, which must have run no other notebook. models: what the instructor's
    own answer gets, by test. given_up: numbers of trusted cells that ended the process of the tests
    each time -> why; they and what depends on them are for a person. here: HERE, shared with the
    parent. Raises Machinery.
    """
    learner = Learner(start, files, limits)
    names = TestNames(learner, Scope(plan["cells"]))
    shell.enter(names)
    carried.watch_seeds(learner.seeds)
    given_text.watch(lambda: learner.texts, learner.needs_person)
    run = _Run(shell, learner, names, limits, models, here)
    try:
        for number, cell in enumerate(cells):
            here[:] = HERE.pack(number, 0.0)
            run.cell(number, cell, given_up.get(number, ""))
    finally:
        learner.process.close()
    for path, why in sorted(learner.process.left_out.items())[:SAID]:
        words = f"{path} cannot be put into the working folder ({why}): it was left out."
        run.findings.append(records.finding("file", words))
    return {"outputs": run.outputs, "results": run.results, "findings": run.findings}


class _Run:
    def __init__(
        self,
        shell: KeepingShell,
        learner: Learner,
        names: TestNames,
        limits: Limits,
        models: dict[str, verdict.Model],
        here: Any,
    ) -> None:
        self.here = here
        self.shell, self.learner, self.names, self.limits = shell, learner, names, limits
        self.models = models
        self.cleaner = Cleaner(limits.output_bytes)
        self.outputs: dict[int, list[dict[str, Any]]] = {}
        self.results: list[dict[str, Any]] = []
        self.findings: list[dict[str, str]] = []
        # name -> verdict and reason of the answer that was to bind it and never came back
        self.dead: dict[str, tuple[str, str]] = {}
        self.unanswered: set[str] = set()

    def cell(self, number: int, cell: dict[str, Any], given_up: str) -> None:
        known = cell["known"]
        if known is not None:
            self.names.reach(known["grade_id"])
        if known is not None and known["solution"]:
            binds = set(known["names"]["binds"])
            self.unanswered = self.unanswered - binds | (set() if cell["answered"] else binds)
        if cell["kind"] == LEARNER:
            self.outputs[number] = self._learners(cell)
        elif cell["kind"] == BOTH:
            self.outputs[number] = self._locked(cell, given_up)
        elif cell["kind"] == TEST:
            self.outputs[number] = self._test(cell, given_up)

    def _learners(self, cell: dict[str, Any]) -> list[dict[str, Any]]:
        self.learner.process.begin()
        binds = cell["known"]["names"]["binds"] if cell["known"] else []
        try:
            outputs, _ = self.learner.run(cell["source"], cell["known"] is not None)
        except Gone as gone:
            which = (
                f"the cell {cell['known']['grade_id']}" if cell["known"] else "a cell of their own"
            )
            reason = f"{which}: {gone.reason}"
            self.dead |= dict.fromkeys(binds, (gone.verdict, reason))
            self.findings.append(records.finding("limit", f"{gone.verdict}: {reason}"))
            return [_error(gone.verdict, gone.reason)]
        except NeedsPerson as person:
            return [_error(records.NEEDS_PERSON, str(person))]
        for name in binds:
            self.dead.pop(name, None)
        return self.cleaner.clean(outputs)

    def _locked(self, cell: dict[str, Any], given_up: str) -> list[dict[str, Any]]:
        """A cell that runs on both sides: what it binds there is a learner's, here it is ours."""
        theirs = self._learners(cell)
        known = cell["known"]
        if given_up:
            self.names.ended(known, whole=False)
            return theirs
        self.learner.process.begin()
        # It may call answers; they are asked once more where a test needs what comes of it.
        asks = self.names.scope.looks_up_later([*known["names"]["binds"]])
        ours, error, _ = self._trusted(cell, crossing=asks, telling=False)
        self._no_machinery()
        self.names.ended(known, whole=error is None)
        return theirs if error is not None else ours

    def _test(self, cell: dict[str, Any], given_up: str) -> list[dict[str, Any]]:
        known, process = cell["known"], self.learner.process
        model = self.models.get(known["grade_id"])
        if given_up:
            self.names.ended(known, whole=False)
            result = records.result(
                known["grade_id"], 0.0, known["points"], records.NEEDS_PERSON, given_up
            )
            self.results.append(result | {"flags": cell["flags"]})
            return []
        process.begin()
        began = time.monotonic()
        outputs, error, value = self._trusted(cell, crossing=True, telling=True)
        self._no_machinery()
        wanted = self.names.theirs_among(known["names"]["looks_up"])
        ending = verdict.Ending(
            outputs=outputs,
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
        if looks := known["names"]["unlike"].get("main"):
            ending.trouble = [
                *ending.trouble,
                NeedsPerson(f"{looks[0]} looks for what is not here"),
            ]
        result = verdict.judge(known, ending, model)
        result["flags"] = cell["flags"]
        self.results.append(result)
        return outputs

    def _unlike(self, known: dict[str, Any], error: BaseException | None) -> str:
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
        self, cell: dict[str, Any], crossing: bool, telling: bool
    ) -> tuple[list[Any], BaseException | None, Any]:
        self.names.asked, self.names.missing, self.learner.asked = set(), set(), False
        self.names.crossing, self.names.telling = crossing, telling
        self.learner.iterates = bool(_CATCHES_THE_END.search(cell["source"]))
        self.learner.filters = list(warnings.filters)
        self.learner.seeds.clear()  # a locked cell's own are sown on both sides
        in_classes = cell["known"]["names"]["in_classes"]
        began = time.monotonic()
        self._mark(began)
        self.learner.process.away = lambda waiting: self._mark(0.0 if waiting else time.monotonic())
        try:
            # Later than the learner's time-out, and than the search for whose fault one is.
            seconds = self.limits.cell_seconds + GUARD_SECONDS + 1
            with (
                alarm(seconds, self.learner.process.waited),
                self.names.seen_in_classes(in_classes),
            ):
                outputs, error = self.shell.run(cell["source"])
        except (OutOfTime, Gone, NeedsPerson, Machinery) as late:  # where IPython catches nothing
            outputs, error = self.shell.outputs.finish(), late
        finally:
            self.names.crossing = self.names.telling = False
            self.learner.process.away = lambda waiting: None
            self._mark(0.0)
            self.learner.process.not_theirs(time.monotonic() - began)
        value = self.shell.outputs.value
        if self.learner.texts:
            outputs = [self._harmless(output) for output in outputs]
        return outputs, error, None if value is NOTHING else value

    def _mark(self, began: float) -> None:
        """Tell the parent since when a trusted cell runs by itself; 0: it does not."""
        number, _ = HERE.unpack(self.here[:])
        self.here[:] = HERE.pack(number, began)

    def _harmless(self, output: dict[str, Any]) -> dict[str, Any]:
        """A trusted cell's output; what it shows as HTML it may have from the learner's code."""
        data = output.get("data")
        if not isinstance(data, dict) or set(data) <= {"text/plain", records.VERDICT_MIME}:
            return output
        cleaned = (self.cleaner.clean([output]) or [{}])[0]
        kept = {kind: data[kind] for kind in (records.VERDICT_MIME,) if kind in data}
        return output | {"data": kept | cleaned.get("data", {})}

    def _no_machinery(self) -> None:
        """A test can hide an exception, but not that it came."""
        for trouble in self.learner.process.trouble:
            if isinstance(trouble, Machinery):
                raise trouble


def _error(name: str, reason: str) -> dict[str, Any]:
    lines = [f"{name}: {reason}"]
    return {"output_type": "error", "ename": name, "evalue": reason, "traceback": lines}
