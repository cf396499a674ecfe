"""The catalogue of mistakes that learners make: an id, a name, a hint, and what each computes.

A mistake in a network is a table of formulas that take the place of right ones
(`chainrule.networks.network`); where a learner could type it in several ways, there are several
variants, the plainest first. What is made in one exercise only stands in that exercise's own file.
"""

from chainrule.exercises.questions import of_this_course
from chainrule.mistakes import backward, forward
from chainrule.mistakes.anywhere import ANYWHERE
from chainrule.mistakes.entry import Mistake

__all__ = ["CATALOGUE", "SHARED", "Mistake"]

# What any network's function may hold, where it has the formula that is mistaken.
SHARED: tuple[Mistake, ...] = (
    *backward.RELU,
    *backward.PRODUCTS,
    *backward.MEANS,
    *backward.LOGITS,
    *forward.SOFTMAX,
    *backward.BIASES,
    *forward.LOSSES,
    *forward.FORWARD,
)
CATALOGUE: dict[str, Mistake] = {
    mistake.id: mistake
    for group in (SHARED, *(one.mistakes for one in of_this_course().values()), ANYWHERE)
    for mistake in group
}
