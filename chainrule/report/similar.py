"""Submissions that are alike beyond what was handed out and what many wrote: to be looked at.

Likeness is no proof of anything: pairs that worked together, a common source, one idea had twice.
Names, comments and layout do not count; what is compared are short runs of the code's signs that
few learners have.
"""

import io
import keyword
import tokenize
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

RUN = 8  # signs one after the other
FEW = 3  # learners who have a run that tells something; in a large class one in forty
ENOUGH = 16  # such runs that two have in common
ALIKE = 0.5  # of what the shorter one has of them
_QUIET = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENCODING, tokenize.ENDMARKER,
}  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """Two learners. share: of the shorter one's telling runs, those that both have."""

    first: str
    second: str
    share: float


def similar(code: Mapping[str, str], handed_out: str) -> list[Pair]:
    """The pairs of learners whose code is alike, the most alike first."""
    given = runs(handed_out)
    of_learner = {learner: runs(text) - given for learner, text in sorted(code.items())}
    counts = Counter(run for found in of_learner.values() for run in found)
    few = max(FEW, len(code) // 40)
    telling = {
        learner: {run for run in found if counts[run] <= few}
        for learner, found in of_learner.items()
    }
    having: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for learner, found in telling.items():
        for run in found:
            having[run].append(learner)
    common = Counter(pair for learners in having.values() for pair in combinations(learners, 2))
    pairs = [
        Pair(first, second, count / min(len(telling[first]), len(telling[second])))
        for (first, second), count in common.items()
        if count >= ENOUGH
    ]
    pairs = [pair for pair in pairs if pair.share >= ALIKE]
    return sorted(pairs, key=lambda pair: (-pair.share, pair.first, pair.second))


def runs(text: str) -> set[tuple[str, ...]]:
    """All runs of signs in a program's text; names are all the same sign, and so are numbers."""
    found = signs(text)
    return {tuple(found[at : at + RUN]) for at in range(len(found) - RUN + 1)}


def signs(text: str) -> list[str]:
    """A program as signs, as far as it can be read."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in _QUIET:
                continue
            if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
                found.append("name")
            elif token.type == tokenize.STRING:
                found.append("text")
            else:
                found.append(token.string)
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass  # what is no Python from here on
    return found
