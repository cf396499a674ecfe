"""The catalogue of mistakes that learners make: an id, a name, a hint, and what each computes.

A mistake in a network is a table of formulas that take the place of right ones
(`chainrule.networks.network`); where a learner could type it in several ways, there are several
variants, the plainest first. A mistake in an update is a table of edits to the lines of a right
program. Hints ask or remind; none holds the answer.
"""

from chainrule.mistakes import backward, forward, update
from chainrule.mistakes.entry import Mistake

__all__ = ["CATALOGUE", "PROGRAMS", "Mistake"]

PROGRAMS = update.PROGRAMS
# With a single example these compute the same numbers as the right formula.
SAME_AT_ONE = {"D1", "D2", "D4", "F3", "G2", "G3"}
CATALOGUE: dict[str, Mistake] = {
    mistake.id: mistake
    for group in (
        backward.RELU,
        backward.PRODUCTS,
        backward.MEANS,
        backward.LOGITS,
        forward.SOFTMAX,
        backward.BIASES,
        forward.LOSSES,
        forward.FORWARD,
        update.UPDATES,
    )
    for mistake in group
}
