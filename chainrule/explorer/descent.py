"""Steps of gradient descent on the numbers of an explorer."""

from chainrule.explorer.marks import Function, gradients_by
from chainrule.explorer.numbers import Numbers, network_of, tidy

MOST_STEPS = 1000


def descend(
    numbers: Numbers, n: int, backward: Function | None = None
) -> tuple[Numbers, list[float]]:
    """The numbers after n steps, and the loss before each; by the true gradients or a learner's.

    Raises ValueError where n is not 1 to 1000, the learner's function gives no gradients, or a
    step leads out of range.
    """
    if not 1 <= n <= MOST_STEPS:
        raise ValueError(f"n is {n}, it must be 1 to {MOST_STEPS}")
    losses = []
    for _ in range(n):
        network = network_of(numbers)
        values = network.trace()
        losses.append(float(values["loss"]))
        gradients = (
            gradients_by(backward, network)
            if backward
            else [values[f"grad_{name}"] for name in network.names]
        )
        moved = [
            old - numbers["learning_rate"] * gradient
            for old, gradient in zip(network.parameters, gradients, strict=True)
        ]
        try:
            numbers = tidy(numbers | {"parameters": moved})
        except ValueError as wrong:
            words = f"The step is too long: {wrong}. Take a smaller learning rate."
            raise ValueError(words) from None
    return numbers, losses
