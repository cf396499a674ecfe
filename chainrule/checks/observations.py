"""What wrong numbers are, where no mistake of the catalogue gives them.

An observation holds in all the cases that it was made on; it says what is seen and guesses no
reason: "twice the truth", "the numbers of log_probs", "right, but the last row is 0".
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.checks.attempt import Attempt, quiet
from chainrule.checks.compare import as_array, same
from chainrule.checks.quantities import Quantities, quantities, telling
from chainrule.exercises.cases import Case
from chainrule.exercises.questions import Question

MOST_LOSSES = 8  # that are told one by one
Tried = Sequence[tuple[Case, Attempt]]


@dataclass(frozen=True)
class Observation:
    """A sentence about one or more results, by their names."""

    results: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class _Pair:
    """One result of one case; both with as many entries, `yours` in the truth's shape."""

    name: str
    yours: np.ndarray
    true: np.ndarray
    known: Quantities


def observe(question: Question, results: Sequence[str], tried: Tried) -> list[Observation]:
    """What can be said of these wrong results on these cases, one sentence for each at most.

    results: as in the question; a bundle stands for all of its arrays. tried: cases of one kind.
    """
    if not tried or not all(answer.results for _, answer in tried):
        return []  # what was raised, or is missing, is the thing to mend
    if order := _order(question, results, tried):
        return [order]
    found: dict[str, list[str]] = {}
    for result in results:
        if result == "losses" and (words := _losses(question, tried)):
            found[words] = [result]
            continue
        words = _one(question, result, tried)
        if words:
            found.setdefault(words, []).append(result)
    return [Observation(tuple(names), words) for words, names in found.items()]


def _order(question: Question, results: Sequence[str], tried: Tried) -> Observation | None:
    """The right numbers in another order, by value."""
    asked = question.result_names
    if len(asked) < 2 or tried[0][0].expand(asked) != asked or len(results) < 2:
        return None
    order = None
    for case, answer in tried:
        here: dict[str, list[str]] = {}
        for place in asked:
            yours = as_array(answer.results.get(place))
            here[place] = [
                name for name in asked if yours is not None and same(yours, case.truth[name])
            ]
        # Where several results have the same numbers, the place itself comes first.
        found = tuple(
            (place if place in names else names[0]) if names else ""
            for place, names in here.items()
        )
        if "" in found or len(set(found)) < len(found):
            continue
        if order is not None and found != order:
            return None
        order = found
    if order is None or order == asked:
        return None
    given, wanted = ", ".join(order), ", ".join(asked)
    return Observation(
        tuple(results), f"All numbers are right, in another order: you return {given}; "
        f"asked for is {wanted}."
    )  # fmt: skip


def _losses(question: Question, tried: Tried) -> str:
    """Of which moments the recorded losses are, in the case with the most steps."""
    case, answer = max(tried, key=lambda one: int(one[0].arguments["steps"]))
    yours = as_array(answer.results.get("losses"))
    if yours is None or yours.ndim != 1 or not 0 < yours.size <= MOST_LOSSES:
        return ""
    known = quantities(question, case)
    seen = [
        [name for name in known.names_of(np.array(loss)) if name.startswith("the loss ")]
        for loss in yours
    ]
    steps = int(case.arguments["steps"])
    if not all(seen) or same(yours, case.truth["losses"]):
        return ""
    moments = ", ".join(names[0].removeprefix("the loss ") for names in seen)
    return (
        f"With steps = {steps}, your losses are those {moments}; asked for are {steps + 1}: at the "
        "start, and one after each step."
    )


def _one(question: Question, result: str, tried: Tried) -> str:
    """The first observation that holds of a result in all cases; "" where none does."""
    always = _always(result, tried)
    if always:
        return always
    pairs = list(_pairs(question, result, tried))
    if not pairs or all(same(pair.yours, pair.true) for pair in pairs):
        return ""
    if not all(np.isfinite(pair.yours).all() and np.isfinite(pair.true).all() for pair in pairs):
        return ""
    with quiet():
        for look in _LOOKS:
            if words := look(pairs):
                return f"{_called(result, pairs)} {words}"
    return ""


def _called(result: str, pairs: Sequence[_Pair]) -> str:
    """A result as the beginning of a sentence."""
    whole = any(pair.name != result for pair in pairs)
    return f"The {result} that you return" if whole else f"Your {result}"


def _pairs(question: Question, result: str, tried: Tried) -> Iterator[_Pair]:
    for case, answer in tried:
        for name in case.expand((result,)):
            yours, true = as_array(answer.results.get(name)), case.truth[name]
            if yours is None or yours.size != true.size:
                return
            shaped = np.asarray(yours, dtype=float).reshape(true.shape)
            yield _Pair(name, shaped, true, quantities(question, case))


def _always(result: str, tried: Tried) -> str:
    """The same number whatever the arguments are: something caps it."""
    seen, true = [], []
    for case, answer in tried:
        yours = as_array(answer.results.get(result))
        if yours is None or yours.size != 1 or not np.isfinite(yours).all():
            return ""
        seen.append(float(yours.ravel()[0]))
        true.append(float(case.truth[result].ravel()[0]))
    if (
        len(seen) < 2
        or max(seen) - min(seen) > 1e-6 * abs(seen[0])
        or same(*map(np.array, (seen, true)))
    ):
        return ""
    if max(true) - min(true) <= 1e-6 * abs(true[0]):
        return ""
    # On a special kind of case only, the plain ones may well be right.
    plain = tried[0][0].kind == "fresh"
    what = (
        "every time, whatever the arguments are" if plain else "on each of these, whatever is true"
    )
    return f"Your {result} is {seen[0]:.5g} {what}."


def _alike(pairs: Sequence[_Pair]) -> str:
    """One number in all entries, and the same one in all cases."""
    large = [pair for pair in pairs if pair.true.size > 1]
    values = {float(entry) for pair in large for entry in pair.yours.ravel()}
    if len(values) != 1:
        return ""
    return f"{_holds(pairs)} {values.pop():.5g} in every entry, whatever the arguments are."


def _steps(pairs: Sequence[_Pair]) -> str:
    """Parameters of another moment of the training."""
    gaps = set()
    for pair in pairs:
        moments = [_moment(name) for name in pair.known.names_of(pair.yours)]
        if not moments and not telling(pair.yours):
            continue
        last = max(map(_moment, pair.known.values), default=-1)
        if last < 0:
            return ""
        gaps.add(max(moments, default=-1) - last)
        if max(moments, default=-1) < 0:
            return ""
    if gaps and 0 not in gaps and len(gaps) == 1:
        count = -gaps.pop()
        return f"are right, but {count} step{'s' * (count != 1)} too early: the last is missing."
    return ""


def _moment(name: str) -> int:
    if name.startswith(("the ", "minus ", "grad_")):
        return -1
    if name.endswith("at the start"):
        return 0
    found = re.fullmatch(r"\w+ after (\d+) steps?", name)
    return int(found[1]) if found else -1


def _another(pairs: Sequence[_Pair]) -> str:
    """The numbers of another quantity, the same in all cases."""
    common: list[str] | None = None
    for pair in pairs:
        if not telling(pair.yours) and pair.yours.size > 1:
            continue
        names = list(pair.known.names_of(pair.yours))
        if _several(pairs):
            names = [_of_each(name, pair.name) for name in names]
        common = names if common is None else [name for name in common if name in names]
    if not common:
        return ""
    name = common[0]
    if name in ("{}", pairs[0].name):
        return f"{_holds(pairs)} the right numbers, transposed."
    if name in ("the old {}", "{} at the start"):
        return "are the old ones, unmoved."
    if name.startswith("{}"):
        return f"are those{name.removeprefix('{}')}, in every case."
    shown = pairs[0].known.said(name).replace("{}", "each")
    return f"{_holds(pairs)} the numbers of {shown}."


def _holds(pairs: Sequence[_Pair]) -> str:
    return "hold" if _several(pairs) else "holds"


def _is(pairs: Sequence[_Pair]) -> str:
    return "are" if _several(pairs) else "is"


def _several(pairs: Sequence[_Pair]) -> bool:
    return len({pair.name for pair in pairs}) > 1


def _of_each(name: str, parameter: str) -> str:
    """The quantity's name, with a gap where it names the parameter that it belongs to."""
    return re.sub(rf"(?<![^\W_]){re.escape(parameter)}(?!\w)", "{}", name)


def _multiple(pairs: Sequence[_Pair]) -> str:
    """A multiple of the truth: by one factor, by a size, or by another factor in each case."""
    factors = [_factor(pair.yours, pair.true) for pair in pairs]
    if any(factor is None for factor in factors):
        return ""
    known = [float(factor) for factor in factors if factor is not None and not math.isnan(factor)]
    if not known:
        return ""
    if max(known) - min(known) <= 1e-5 * abs(known[0]):
        return _times(known[0])
    for size, of in _SIZES.items():
        sizes = [of(pair.known.values) for pair in pairs]
        if any(one is None for one in sizes):
            continue
        for words, exponent in ((f"times {size}", 1), (f"divided by {size}", -1)):
            if all(
                math.isnan(factor or 0.0) or np.isclose(factor or 0.0, (one or 1.0) ** exponent)
                for factor, one in zip(factors, sizes, strict=True)
            ):
                return f"{_is(pairs)} the truth {words}."
    if sum(pair.yours.size > 1 for pair in pairs) > 1:
        return (
            f"{_is(pairs)} in each case a multiple of the truth, but by a factor that changes: "
            f"{', '.join(f'{factor:.4g}' for factor in known[:3])}."
        )
    return ""


def _factor(yours: np.ndarray, true: np.ndarray) -> float | None:
    """The one factor by which all entries differ; NaN where any would do, None where none does."""
    largest = np.abs(true).max(initial=0.0)
    if largest == 0:
        return math.nan if not yours.any() else None
    at = np.abs(true).argmax()
    factor = float(yours.ravel()[at] / true.ravel()[at])
    off = np.abs(yours - factor * true).max()
    return factor if factor and off <= 1e-6 * largest * max(1.0, abs(factor)) else None


def _times(factor: float) -> str:
    if abs(factor + 1) < 1e-5:
        return "has the right numbers with the opposite sign, everywhere."
    if abs(factor - 1) < 1e-5:
        return ""
    whole = 1 / factor
    if abs(factor) < 1 and abs(whole - round(whole)) < 1e-4:
        return f"is everywhere the truth divided by {round(whole)}."
    return f"is everywhere {factor:.5g} times the truth."


def _columns(*names: str) -> Callable[[Mapping[str, np.ndarray]], float | None]:
    def of(values: Mapping[str, np.ndarray]) -> float | None:
        found = [values[name] for name in names if name in values]
        return float(found[0].shape[-1]) if found and found[0].ndim == 2 else None

    return of


def _rate(values: Mapping[str, np.ndarray]) -> float | None:
    return float(values["learning_rate"]) if "learning_rate" in values else None


_SIZES: dict[str, Callable[[Mapping[str, np.ndarray]], float | None]] = {
    "the number of classes": _columns("logits", "grad_logits", "one_hot"),
    "the number of features": _columns("x"),
    "the number of hidden units": _columns("hidden_pre", "hidden_act", "grad_hidden_act"),
    "the learning rate": _rate,
}


_FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "holds the right numbers without their signs.": np.abs,
    "holds the squares of the right numbers.": np.square,
    "holds the right numbers where they are positive, and 0 elsewhere.": lambda t: np.maximum(t, 0),
    "holds the right numbers cut to whole ones.": np.trunc,
    "holds the right numbers rounded to whole ones.": np.round,
    "holds the right numbers rounded to 1 digit.": lambda t: np.round(t, 1),
    "holds the right numbers rounded to 2 digits.": lambda t: np.round(t, 2),
    "holds the right numbers rounded to 3 digits.": lambda t: np.round(t, 3),
    "holds the right numbers rounded to 4 digits.": lambda t: np.round(t, 4),
    "holds the signs of the right numbers.": np.sign,
    "holds the logarithms of the right numbers.": np.log,
    "holds the exponentials of the right numbers.": np.exp,
    "holds 1 divided by the right numbers.": np.reciprocal,
    "holds 1 minus the right numbers.": lambda t: 1 - t,
    "holds the square roots of the right numbers.": np.sqrt,
}


def _function_of_truth(pairs: Sequence[_Pair]) -> str:
    for words, function in _FUNCTIONS.items():
        if all(_close(pair.yours, function(pair.true)) for pair in pairs):
            # Zeros could be so many things.
            if any(telling(pair.yours) or pair.yours.size == 1 for pair in pairs):
                return words
            if words.endswith("cut to whole ones."):
                return words
    return ""


def _close(yours: np.ndarray, other: np.ndarray) -> bool:
    other = np.asarray(other, dtype=float)
    if yours.shape != other.shape or not np.isfinite(other).all():
        return False
    return bool(np.abs(yours - other).max(initial=0) <= 1e-9 + 1e-6 * np.abs(other).max(initial=0))


def _left_out(pairs: Sequence[_Pair]) -> str:
    """Right, but for entries that were left at 0."""
    found: list[set[str]] = []
    for pair in pairs:
        off = np.abs(pair.yours - pair.true) > 1e-6 * np.abs(pair.true).max(initial=0)
        if pair.yours[off].any():
            return ""
        found += [_places(off)] if off.any() and not off.all() else []
    if not found:
        return ""
    places = set.intersection(*found)
    where = f" ({sorted(places)[0]})" if places else ""
    return f"is right but for entries that are left at 0{where}."


def _places(off: np.ndarray) -> set[str]:
    """In what places entries differ."""
    found = set()
    grid = np.atleast_2d(off)
    for word, lines in (("row", grid), ("column", grid.T)):
        hit = [any(line) for line in lines.tolist()]
        if len(hit) > 1 and sum(hit) == 1:
            found |= {f"the last {word}"} if hit[-1] else {f"the first {word}"} if hit[0] else set()
    return found


def _elsewhere(pairs: Sequence[_Pair]) -> str:
    """The right numbers at other places."""
    large = [pair for pair in pairs if pair.true.size > 1 and telling(pair.true)]
    if not large:
        return ""
    if all(_close(pair.yours, pair.true[..., ::-1]) for pair in large):
        return "holds the right numbers in reverse order, from right to left."
    if all(_close(pair.yours, pair.true[::-1]) for pair in large):
        return "holds the right rows in reverse order."
    if all(_close(np.sort(pair.yours, None), np.sort(pair.true, None)) for pair in large):
        return "holds the right numbers, but not at their places."
    return ""


_COMBINED: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "is the truth plus {}.": np.add,
    "is the truth minus {}.": np.subtract,
    "is the truth times {}.": np.multiply,
    "is the truth divided by {}.": np.divide,
    "is {} minus the truth.": lambda true, other: other - true,
}


def _combined(pairs: Sequence[_Pair]) -> str:
    """The truth and another known quantity, added or multiplied entry by entry."""
    names = set.intersection(*(set(pair.known.values) for pair in pairs))
    for name in pairs[0].known.values:
        if name not in names:
            continue
        for words, combine in _COMBINED.items():
            if all(_is_combined(pair, pair.known.values[name], combine) for pair in pairs):
                return words.format(pairs[0].known.said(name))
    return ""


def _is_combined(
    pair: _Pair, other: np.ndarray, combine: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> bool:
    if other.shape not in (pair.true.shape, (), (1, 1)):
        return False
    if same(other, pair.true) or not other.any():
        return False  # nothing is learnt from the truth divided by itself
    made = combine(pair.true, other.reshape(()) if other.size == 1 else other)
    return _close(pair.yours, np.asarray(made)) and not _close(pair.yours, pair.true)


def _shifted(pairs: Sequence[_Pair]) -> str:
    """All entries of a result are off by the same amount."""
    large = [pair for pair in pairs if pair.true.size > 1]
    if not large:
        return ""
    for pair in large:
        gap = pair.yours - pair.true
        if gap.max() - gap.min() > 1e-6 * max(1.0, np.abs(pair.yours).max()):
            return ""
    return "is off by the same amount in all entries of a case."


_LOOKS: tuple[Callable[[Sequence[_Pair]], str], ...] = (
    _alike,
    _steps,
    _another,
    _multiple,
    _function_of_truth,
    _left_out,
    _elsewhere,
    _combined,
    _shifted,
)
