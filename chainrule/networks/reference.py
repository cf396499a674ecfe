"""The truth: values, gradients and updates from torch in float64.

Nothing here is written by hand, so that an error in our own formulas cannot hide. torch is
imported at the first call: it takes about a second, and `import chainrule` does not pay it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.networks.network import Network

# What torch is asked the gradient of, for networks of two and of four parameters.
_INTERMEDIATES = {2: ("logits",), 4: ("hidden_pre", "hidden_act", "logits")}


def trace(network: Network) -> dict[str, np.ndarray]:
    """Every intermediate by name and its gradient as `grad_<name>`, in float64."""
    import torch

    one_hot = torch.from_numpy(network.one_hot)
    leaves = [torch.from_numpy(array.copy()).requires_grad_() for array in network.parameters]
    steps: dict[str, torch.Tensor] = dict(zip(network.names, leaves, strict=True))
    value = torch.from_numpy(network.x)
    activation: Any = getattr(torch.nn.functional, network.activation)
    if len(leaves) == 4:
        steps["hidden_pre"] = value @ leaves[0] + leaves[1]
        value = steps["hidden_act"] = activation(steps["hidden_pre"])
    steps["logits"] = value @ leaves[-2] + leaves[-1]
    for name in _INTERMEDIATES[len(leaves)]:
        steps[name].retain_grad()
    loss = torch.nn.functional.cross_entropy(steps["logits"], one_hot)
    loss.backward()
    truth = {name: step.detach().numpy() for name, step in steps.items()}
    for name, step in steps.items():
        assert step.grad is not None
        truth[f"grad_{name}"] = step.grad.numpy()
    truth["probs"] = torch.softmax(steps["logits"].detach(), dim=1).numpy()
    truth["loss"] = loss.detach().numpy()
    if len(leaves) == 4 and network.activation != "relu":
        pre = steps["hidden_pre"].detach().requires_grad_()
        activation(pre).sum().backward()
        assert pre.grad is not None
        truth["hidden_slope"] = pre.grad.numpy()
    return network.given | truth


def loss_and_gradients(
    parameters: Sequence[np.ndarray], x: np.ndarray, one_hot: np.ndarray
) -> tuple[float, tuple[np.ndarray, ...]]:
    """The mean cross-entropy of a network of 2 or 4 parameters, and its gradients in order.

    x: (N, D); one_hot: (N, C). Each gradient has its parameter's shape.
    """
    network = Network(x, one_hot.argmax(axis=1), tuple(parameters))
    truth = trace(network)
    return float(truth["loss"]), tuple(truth[f"grad_{name}"] for name in network.names)


def sgd_step(
    parameters: Sequence[np.ndarray], gradients: Sequence[np.ndarray], learning_rate: float
) -> tuple[np.ndarray, ...]:
    """The parameters after one step of plain gradient descent; the arguments stay as they are.

    The same as torch.optim.SGD, whose first use costs more than a second.
    """
    import torch

    pairs = zip(parameters, gradients, strict=True)
    return tuple(
        torch.sub(torch.from_numpy(value), torch.from_numpy(gradient), alpha=learning_rate).numpy()
        for value, gradient in pairs
    )


def train(
    x: np.ndarray,
    one_hot: np.ndarray,
    parameters: Sequence[np.ndarray],
    learning_rate: float,
    steps: int,
) -> tuple[tuple[np.ndarray, ...], list[float]]:
    """The parameters after that many steps, and `steps + 1` losses: the first, and one a step."""
    parameters = tuple(parameters)
    loss, gradients = loss_and_gradients(parameters, x, one_hot)
    losses = [loss]
    for _ in range(steps):
        parameters = sgd_step(parameters, gradients, learning_rate)
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
    return parameters, losses
