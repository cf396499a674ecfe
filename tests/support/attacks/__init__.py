"""Hostile submissions of a small course, each with the marks that are fair.

The course (`course`) asks for `double` (1 point), `mean` (2 points, in parts) and `scale`
(2 points). Every attacker has answered `double` rightly, and keeps its point; `mean` and `scale`
are wrong unless the attack itself is such that the answer is right.

A family is a file: `names`, `values`, `notebooks`, `machine`. An attack's name says what it tries.
"""

from tests.support.attacks.course import (
    CELLS,
    DOUBLE,
    RIGHT,
    RIGHT_MEAN,
    RIGHT_SCALE,
    SECRET,
    WRONG_MEAN,
    WRONG_SCALE,
    Attack,
    both,
)
from tests.support.attacks.machine import attacks_on_the_machine
from tests.support.attacks.names import attacks_on_names
from tests.support.attacks.notebooks import attacks_on_notebooks, foreign_kernel
from tests.support.attacks.values import attacks_by_values

__all__ = [
    "CELLS",
    "DOUBLE",
    "RIGHT",
    "RIGHT_MEAN",
    "RIGHT_SCALE",
    "SECRET",
    "WRONG_MEAN",
    "WRONG_SCALE",
    "Attack",
    "all_attacks",
    "both",
    "foreign_kernel",
]


def all_attacks(root):
    """The attacks on a course in `root`."""
    attacks = attacks_on_names() + attacks_by_values()
    return attacks + attacks_on_notebooks() + attacks_on_the_machine(root)
