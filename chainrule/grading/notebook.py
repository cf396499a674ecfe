"""One notebook of one submission, run: the learner's cells there, the tests here."""

import builtins
import struct
from typing import Any

from chainrule import safe_html

from . import records, verdict
from .limits import Limits
from .names import TestNames
from .outputs import KINDS, NOTHING
from .process import GUARD_SECONDS
from .rebuild import BOTH, LEARNER, TEST
from .remote import Learner
from .sandbox import Start
from .shell import KeepingShell, OutOfTime, alarm
from .trouble import Gone, Machinery, NeedsPerson


def run_notebook(
    shell: KeepingShell,
    plan: dict[str, Any],
    cells: list[dict[str, Any]],
    files: dict[str, bytes],
    start: Start,
    limits: Limits,
    skip: set[int],
    here: Any,
) -> dict[str, Any]:
    """Run rebuilt cells: `{"outputs": {number: [...]}, "results": [...], "findings": [...]}`.

    shell: of this process, which must have run no other notebook. skip: numbers of cells that
    ended an earlier try; they are left out. here: bytes shared with the parent, for
    the number of the running cell.
    """
    learner = Learner(start, files, limits)
    binds: set[str] = set()
    reads: set[str] = set()
    imports: dict[str, str] = {}
    for cell in plan["cells"]:
        if cell["kind"] != TEST:
            binds.update(cell["names"]["binds"])
            reads.update(cell["names"]["reads"])
            imports |= cell["names"]["imports"]
    binds -= {"_", "__", "___"}  # IPython's own, for the last results
    names = TestNames(learner, binds, reads - set(dir(builtins)), imports)
    shell.enter(names)
    run = _Run(shell, learner, names, limits)
    try:
        for number, cell in enumerate(cells):
            here[:4] = struct.pack("<I", number)
            if number not in skip:
                run.cell(number, cell)
    finally:
        learner.process.close()
    return {"outputs": run.outputs, "results": run.results, "findings": run.findings}


class _Run:
    def __init__(
        self, shell: KeepingShell, learner: Learner, names: TestNames, limits: Limits
    ) -> None:
        self.shell, self.learner, self.names, self.limits = shell, learner, names, limits
        self.outputs: dict[int, list[dict[str, Any]]] = {}
        self.results: list[dict[str, Any]] = []
        self.findings: list[dict[str, str]] = []
        self.dead: dict[str, str] = {}  # name -> verdict and reason of the cell that was to bind it
        self.unanswered: set[str] = set()

    def cell(self, number: int, cell: dict[str, Any]) -> None:
        known = cell["known"]
        if known is not None and known["solution"]:
            binds = set(known["names"]["binds"])
            self.unanswered = self.unanswered - binds | (set() if cell["answered"] else binds)
        if cell["kind"] == LEARNER:
            self.outputs[number] = self._learners(cell)
        elif cell["kind"] == BOTH:
            theirs = self._learners(cell)
            ours, error, _ = self._trusted(cell["source"], crossing=False)
            self.outputs[number] = theirs if error is not None else ours
        elif cell["kind"] == TEST:
            self.outputs[number] = self._test(cell)

    def _learners(self, cell: dict[str, Any]) -> list[dict[str, Any]]:
        self.learner.process.begin()
        binds = cell["known"]["names"]["binds"] if cell["known"] else []
        self.names.forget(binds)
        try:
            outputs, _ = self.learner.run(cell["source"], cell["known"] is not None)
        except Gone as gone:
            which = (
                f"the cell {cell['known']['grade_id']}" if cell["known"] else "a cell of their own"
            )
            reason = f"{which}: {gone.reason}"
            self.dead |= dict.fromkeys(binds, f"{gone.verdict}: {reason}")
            self.findings.append(records.finding("limit", f"{gone.verdict}: {reason}"))
            return [_error(gone.verdict, gone.reason)]
        except NeedsPerson as person:
            return [_error(records.NEEDS_PERSON, str(person))]
        for name in binds:
            self.dead.pop(name, None)
        return clean(outputs, self.limits.output_bytes)

    def _test(self, cell: dict[str, Any]) -> list[dict[str, Any]]:
        self.learner.process.begin()
        outputs, error, value = self._trusted(cell["source"], crossing=True)
        if isinstance(error, OutOfTime):
            late = Gone(records.TIME_OUT, f"the test took {self.limits.cell_seconds:g} s")
            self.learner.process.trouble.insert(0, late)
        asked = self.names.asked & self.names.binds
        blamed = next((self.dead[n] for n in sorted(self.names.missing) if n in self.dead), "")
        attempted = not asked or not asked <= self.unanswered
        trouble = self.learner.process.trouble
        result = verdict.judge(cell["known"], outputs, error, value, trouble, blamed, attempted)
        result["flags"] = cell["flags"]
        self.results.append(result)
        return outputs

    def _trusted(self, source: str, crossing: bool) -> tuple[list[Any], BaseException | None, Any]:
        self.names.asked, self.names.missing = set(), set()
        self.names.crossing = crossing
        try:
            # Later than the learner's time-out, and than the search for whose fault one is.
            seconds = self.limits.cell_seconds + GUARD_SECONDS + 1
            with alarm(seconds, self.learner.process.waited):
                outputs, error = self.shell.run(source)
        finally:
            self.names.crossing = False
        for trouble in self.learner.process.trouble:
            if isinstance(trouble, Machinery):  # wherever the test has hidden it
                raise trouble
        value = self.shell.outputs.value
        return outputs, error, None if value is NOTHING else value


def clean(outputs: list[Any], limit: int) -> list[dict[str, Any]]:
    """A learner process's outputs, as far as they are what they should be.

    Text, bitmaps, and HTML of which only what cannot run is kept.
    """
    kept: list[dict[str, Any]] = []
    for output in outputs[:1000]:
        kind = output.get("output_type") if isinstance(output, dict) else None
        if kind == "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            whole = {"output_type": kind, "name": name, "text": _text(output.get("text"))}
        elif kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
            data = {k: _text(output["data"][k]) for k in KINDS if k in output["data"]}
            if "text/html" in data:
                data["text/html"] = safe_html.clean(data["text/html"])
            data = {kind: content for kind, content in data.items() if content}
            if not data:
                continue
            whole = {"output_type": kind, "data": data, "metadata": {}}
            if kind == "execute_result":
                whole["execution_count"] = None
        elif kind == "error":
            frames = output.get("traceback")
            lines = [_text(line) for line in frames[:200]] if isinstance(frames, list) else []
            whole = {"output_type": kind, "ename": _text(output.get("ename"))}
            whole |= {"evalue": _text(output.get("evalue")), "traceback": lines}
        else:
            continue
        limit -= len(str(whole))
        if limit < 0:
            kept.append({"output_type": "stream", "name": "stdout", "text": "[cut]\n"})
            break
        kept.append(whole)
    return kept


def _text(value: Any) -> str:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _error(name: str, reason: str) -> dict[str, Any]:
    lines = [f"{name}: {reason}"]
    return {"output_type": "error", "ename": name, "evalue": reason, "traceback": lines}
