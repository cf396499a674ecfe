"""How many of the answers that novices type a check explains: `python -m tests.support.explained`.

Each wrong answer counts once: its mistake is named, or listed among a few; or the message points
to the line at fault; or it tells the numbers, the shape or the exception in words; or no more than
that it is wrong. Misnamed is a name, alone or in a list, that is not true of the answer. With the
name of an outcome, the answers and their messages are printed too.
"""

import sys
import time
from collections import Counter
from unittest import mock

from chainrule.checks import examine as examine_module
from chainrule.checks.examine import Examined, examine
from chainrule.checks.explain import explain
from chainrule.checks.findings import looked_at
from chainrule.checks.plain_text import plain_text
from chainrule.exercises.cases import VISIBLE_SEEDS, cases
from chainrule.exercises.questions import QUESTIONS
from chainrule.mistakes.unwritten import is_unwritten
from tests.support.often_wrong import Answer, answers, surroundings

OUTCOMES = ("named", "listed", "line", "told", "wrong line", "numbers", "misnamed", "accepted")
RIGHT = ("right", "a note", "rejected")
# What a message says of numbers and shapes that is more than the numbers.
WORDS = (
    "Your ", "The parameters that you", "All numbers are right", "The same numbers come out",
    "With steps = ", "it returned", "It looks", "is lost", "It should be a single number",
)  # fmt: skip


def examined(answer: Answer) -> Examined:
    question = QUESTIONS[answer.question]
    known = surroundings(question.exercise)
    own = {name: known[name] for name in question.earlier}
    asked = cases(answer.question, VISIBLE_SEEDS, examples=True)
    # Without its net, so that no failure of ours is taken for an answer of which nothing is seen.
    with mock.patch.object(examine_module, "find", looked_at):
        found = examine(question, answer.function(), asked, own)
        assert found.findings is not None
    return found


def outcome(answer: Answer, found: Examined) -> str:
    message = plain_text(explain(found))
    if answer.right:
        if not found.right:
            return "rejected"
        return "a note" if "\n" in message else "right"
    if found.right:
        return "told" if found.changed else "accepted"  # a note, where no marks are for it
    # A name made from a change is true by its numbers, whatever else they could be called.
    named = {mistake.id for mistake in found.mistakes if not is_unwritten(mistake)}
    groups = {judged.mistakes for judged in found.faults if judged.mistakes}
    groups = {group for group in groups if not is_unwritten(group[0])}
    if any(not {one.id for one in group} & answer.ids for group in groups):
        return "misnamed"
    if named:
        return "named" if all(len(group) == 1 for group in groups) else "listed"
    lines = [answer.text.splitlines()[number - 1].strip()[:70] for number in answer.lines]
    if any(line in message for line in lines):
        return "line"
    if any(words in message for words in WORDS) or found.findings.meaning:
        return "told"
    return "wrong line" if found.findings.departures else "numbers"


def show(wanted: set[str]) -> None:
    """Print the table: how many answers to each question have which outcome."""
    counts: dict[str, Counter[str]] = {}
    seconds = []
    for answer in answers():
        start = time.process_time()
        found = examined(answer)
        explain(found)
        if not answer.right:
            seconds.append(time.process_time() - start)
        what = outcome(answer, found)
        rows = [answer.question, "all"] + ["often"] * answer.often
        for row in rows:
            counts.setdefault(row, Counter())[what] += 1
        if what in wanted or answer.name in wanted:
            print(f"===== {answer.name}: {what} ({answer.words})\n{answer.text}")
            print(plain_text(explain(found)), end="\n\n")
    print(f"{'':<30}" + "".join(f"{word:>11}" for word in (*OUTCOMES, *RIGHT)))
    for row in (*(name for name in QUESTIONS if name in counts), "all", "often"):
        print(f"{row:<30}" + "".join(f"{counts[row][word]:>11}" for word in (*OUTCOMES, *RIGHT)))
    for row in ("all", "often"):
        total = sum(counts[row][word] for word in OUTCOMES)
        best = sum(counts[row][word] for word in ("named", "listed", "line"))
        print(f"{row}: named, listed or pointed to the line {best / total:.0%}, "
              f"misnamed {counts[row]['misnamed'] / total:.1%}")  # fmt: skip
    seconds.sort()
    print(f"a wrong answer is explained in {seconds[len(seconds) // 2] * 1000:.0f} ms (median), "
          f"{seconds[int(len(seconds) * 0.95)] * 1000:.0f} ms (95th percentile)")  # fmt: skip


if __name__ == "__main__":
    show(set(sys.argv[1:]))
