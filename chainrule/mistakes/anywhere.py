"""Mistakes that any function can hold, whatever it computes."""

from chainrule.mistakes.entry import Mistake

IN_PLACE = Mistake(
    "U9",
    "changes the caller's array in place",
    "`-=` writes into the array that was passed in. The caller still needs the old one.",
    edits=({"p - learning_rate * g": "np.subtract(p, learning_rate * g, out=p)"},),
)
FROM_OUTSIDE = Mistake(
    "U10",
    "does not use its arguments (a global, or an earlier cell's result)",
    "The answer stays the same when the arguments change. Which name comes from outside?",
)
ANYWHERE = (IN_PLACE, FROM_OUTSIDE)
