"""How long a learner waits: `python benchmarks/checks.py` prints all figures of the checks.

Each figure stands beside its limit. Times are the least of several runs: machines are shared. What
a right answer costs is also told as a ratio to an earlier commit, which is unpacked beside this one
and measured in turns with it: 0.96 to 1.00 when later functions began to be judged with right
earlier ones. The novices' wrong answers were explained in 13 ms of computing (median) and 71 ms
(95th percentile) then.
"""

import io
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from figures import keep

from chainrule import check, mark
from chainrule.checks import mark as hidden_tests
from chainrule.checks.examine import examine
from chainrule.checks.explain import explain
from chainrule.exercises.cases import cases
from chainrule.exercises.questions import QUESTIONS
from chainrule.mistakes.variants import right_function, variants

FIGURES: dict[str, float] = {}  # milliseconds
ROOT = Path(__file__).parents[1]
BEFORE = "c01a752"  # before later functions were judged with right earlier ones
# The milliseconds that all questions' right answers cost to be examined.
RIGHT_ANSWERS = """
import time, torch
from chainrule.checks.examine import examine
from chainrule.exercises.questions import QUESTIONS
from chainrule.mistakes.shown import cases_of
from chainrule.mistakes.variants import right_function

total = 0.0
for question in QUESTIONS.values():
    function, cases, times = right_function(question), cases_of(question, (1, 2), False), []
    # Of a case, since there may be more of them than there were.
    own = {one: right_function(question.home.question(one)) for one in question.earlier}
    for _ in range(30):
        start = time.perf_counter()
        assert examine(question, function, cases, own).right
        times.append((time.perf_counter() - start) / len(cases))
    total += min(times)
print(total * 1000)
"""


def main() -> None:
    print(f"{'':46}{'measured':>10}{'limit':>10}")
    show("import chainrule, above a bare Python", import_time("import chainrule"), 0.5)
    show("from chainrule import check, mark", import_time("from chainrule import check, mark"))
    import torch  # noqa: F401  (the limits below count from here)

    functions = {name: right_function(question) for name, question in QUESTIONS.items()}
    with mock.patch("builtins.print"):
        first = [once(lambda n=name: check(n, functions[n])) for name in QUESTIONS]
        later = [least(lambda n=name: check(n, functions[n])) for name in QUESTIONS]
    show("visible check, the first of its kind, slowest", max(first), 0.1)
    show("visible check, later, slowest", max(later))
    for exercise in dict.fromkeys(question.exercise for question in QUESTIONS.values()):
        show(f"all hidden cells of {exercise}, first time", hidden(exercise, functions), 0.1)
    slowest = max(least(lambda n=name: marked(n, functions[n])) for name in QUESTIONS)
    show("a right answer examined, slowest question", slowest, 0.003)
    if ratio := ratio_before():
        print(f"{f'a right answer, in times of {BEFORE}':46}{ratio:>10.2f}{1.0:>10.1f}")
    show("a mistake named, slowest of all", max(naming()))
    show("a mistake named, median", statistics.median(naming()))
    times = sorted(explaining())
    show("a novice's wrong answer explained, median", times[len(times) // 2])
    show("the same, 95th percentile", times[int(len(times) * 0.95)], 0.3)
    keep("checks", FIGURES)


def marked(name: str, function: Callable) -> None:
    examine(QUESTIONS[name], function, cases(name, (1, 2)))


def ratio_before() -> float | None:
    """What right answers cost, in times of what they cost before; None where that is not known."""
    archive = ["git", "archive", "--format=tar", BEFORE, "chainrule"]
    packed = subprocess.run(archive, cwd=ROOT, capture_output=True)
    if packed.returncode:
        return None
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
            tar.extractall(folder, filter="data")
        both = [(right_answers(ROOT), right_answers(Path(folder))) for _ in range(4)]
    now, before = zip(*both, strict=True)
    return min(now) / min(before)


def right_answers(package: Path) -> float:
    """The milliseconds that right answers cost the package in this folder."""
    command = [sys.executable, "-P", "-c", RIGHT_ANSWERS]
    env = {**os.environ, "PYTHONPATH": str(package)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return float(done.stdout)


def naming() -> list[float]:
    """The seconds to examine a wrong answer and name its mistake, for every mistake."""
    return [
        least(lambda n=name, v=variant: marked(n, v.function), runs=2)
        for name, question in QUESTIONS.items()
        for variant in variants(question)
    ]


def explaining() -> list[float]:
    """The seconds to examine each wrong answer that novices type, and to say what is wrong."""
    sys.path.insert(0, str(ROOT))
    from tests.support.explained import examined
    from tests.support.often_wrong import answers

    return [
        least(lambda one=one: explain(examined(one)), runs=2) for one in answers() if not one.right
    ]


def hidden(exercise: str, functions: dict[str, Callable]) -> float:
    """All hidden cells of a notebook on right answers, with seeds not seen before."""

    def run() -> None:
        for name, question in QUESTIONS.items():
            if question.exercise == exercise:
                points = {prop.name: 1.0 for prop in question.properties}
                earlier = [lambda n=e: functions[f"{exercise}.{n}"] for e in question.earlier]
                mark(name, lambda n=name: functions[n], [17, 23], points, earlier)

    with mock.patch.object(hidden_tests, "_display"):
        return once(run)


def import_time(statement: str) -> float:
    def run(code: str) -> None:
        subprocess.run([sys.executable, "-c", code], check=True)

    return least(lambda: run(statement)) - least(lambda: run("pass"))


def once(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def least(call: Callable[[], object], runs: int = 5) -> float:
    return min(once(call) for _ in range(runs))


def show(what: str, seconds: float, limit: float | None = None) -> None:
    FIGURES[what] = round(seconds * 1000, 2)
    most = f"{limit * 1000:.0f} ms" if limit else ""
    print(f"{what:46}{seconds * 1000:>7.1f} ms{most:>10}")


if __name__ == "__main__":
    main()
