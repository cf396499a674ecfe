"""Exercises of somebody's own, of kinds that this course has not, with answers typed by hand."""

from textwrap import dedent
from typing import NamedTuple


class Own(NamedTuple):
    """A definition; by function the answers that are wrong, as expressions; names that they use."""

    name: str
    definition: str
    wrong: dict[str, list[str]]
    known: str = ""


REGRESSION = Own(
    "regression",
    dedent(
        '''
        """Linear regression with mean squared error."""

        from chainrule.exercises import Exercise, asks


        def forward(x, W, b, target):
            pred = x @ W + b
            return {"pred": pred, "loss": ((pred - target) ** 2).mean()}


        EXERCISE = Exercise(
            name="regression",
            shapes={"x": "N D", "W": "D C", "b": "1 C", "target": "N C"},
            forward=forward,
            formulas={
                "pred": "x @ W + b",
                "loss": "((pred - target) ** 2).mean()",
                "grad_pred": "2 * (pred - target) / pred.size",
                "grad_W": "x.T @ grad_pred",
                "grad_b": "grad_pred.sum(axis=0, keepdims=True)",
            },
            questions=(
                asks("predict", "x, W, b", "pred"),
                asks("mse", "pred, target", "loss"),
                asks("backward", "x, W, b, target", "grad_W, grad_b", earlier="predict"),
            ),
        )
        '''
    ).lstrip(),
    {
        "predict": ["x @ W", "x @ W - b", "x @ W + 2 * b", "x * W + b", "(x @ W + b).T"],
        "mse": [
            "(pred - target).mean()",
            "((pred - target) ** 2).sum()",
            "((pred + target) ** 2).mean()",
            "np.abs(pred - target).mean()",
            "((pred - target) ** 2).mean() / 2",
            "-((pred - target) ** 2).mean()",
            "((pred - target) ** 2).sum() / len(pred)",
        ],
        "backward": [
            "x.T @ e(x, W, b, target) / e(x, W, b, target).size, f(e(x, W, b, target))",
            "2 * x.T @ e(x, W, b, target), 2 * e(x, W, b, target).sum(axis=0, keepdims=True)",
            "-2 * x.T @ e(x, W, b, target) / target.size, -2 * f(e(x, W, b, target))",
            "2 * x.T @ e(x, W, b, target) / len(x), 2 * f(e(x, W, b, target)) * target.shape[1]",
            "2 * x.T @ target / target.size, 2 * f(target)",
            "2 * e(x, W, b, target).T @ x / target.size, 2 * f(e(x, W, b, target))",
            "2 * x.T @ e(x, W, b, target) / target.size, 2 * e(x, W, b, target) / target.size",
            "2 * x.T @ e(x, W, b, target) / target.size, 2 * e(x, W, b, target).mean() * b ** 0",
            "2 * x.T @ e(x, W, b, target) / target.size, 2 * f(e(x, W, b, target)) / len(x)",
        ],
    },
    "def e(x, W, b, target):\n    return x @ W + b - target\n"
    "def f(e):\n    return e.sum(axis=0, keepdims=True) / e.size\n",
)

LOGISTIC = Own(
    "logistic",
    dedent(
        """
        import torch

        from chainrule.exercises import Exercise, asks


        def forward(x, w, b, label):
            score = x @ w + b
            prob = torch.sigmoid(score)
            loss = torch.nn.functional.binary_cross_entropy(prob, label)
            return {"score": score, "prob": prob, "loss": loss}


        EXERCISE = Exercise(
            name="logistic",
            shapes={"x": "N D", "w": "D", "b": "", "label": "N: 0 or 1"},
            forward=forward,
            formulas={
                "score": "x @ w + b",
                "prob": "1 / (1 + np.exp(-score))",
                "loss": "-(label * np.log(prob) + (1 - label) * np.log(1 - prob)).mean()",
                "grad_score": "(prob - label) / len(label)",
                "grad_w": "x.T @ grad_score",
                "grad_b": "grad_score.sum()",
            },
            questions=(
                asks("sigmoid", "score", "prob"),
                asks("loss", "prob, label", "loss"),
                asks("backward", "x, w, b, label", "grad_w, grad_b", earlier="sigmoid"),
            ),
        )
        """
    ).lstrip(),
    {
        "sigmoid": [
            "1 / (1 + np.exp(score))",
            "1 / (1 - np.exp(-score))",
            "np.exp(-score) / (1 + np.exp(-score))",
            "np.tanh(score)",
            "1 + np.exp(-score)",
            "np.maximum(score, 0)",
        ],
        "loss": [
            "(label * np.log(prob) + (1 - label) * np.log(1 - prob)).mean()",
            "-(label * np.log(prob) + (1 - label) * np.log(1 - prob)).sum()",
            "-(label * np.log(prob)).mean()",
            "-(label * np.log(prob) - (1 - label) * np.log(1 - prob)).mean()",
            "-(label * np.log(prob) + (1 - label) * np.log(prob)).mean()",
            "-(label * np.log2(prob) + (1 - label) * np.log2(1 - prob)).mean()",
            "-(label * prob + (1 - label) * (1 - prob)).mean()",
        ],
        "backward": [
            "x.T @ d(x, w, b, label), d(x, w, b, label).sum()",
            "-x.T @ d(x, w, b, label) / len(x), -d(x, w, b, label).mean()",
            "x.T @ d(x, w, 0, label) / len(x), d(x, w, 0, label).mean()",
            "x.T @ d(x, w, b, label) / len(x), d(x, w, b, label).sum()",
            "x.T @ (x @ w + b - label) / len(x), (x @ w + b - label).mean()",
            "2 * x.T @ d(x, w, b, label) / len(x), 2 * d(x, w, b, label).mean()",
            "x.T @ s(x @ w + b) / len(x), s(x @ w + b).mean()",
        ],
    },
    "def s(z):\n    return 1 / (1 + np.exp(-z))\n"
    "def d(x, w, b, label):\n    return s(x @ w + b) - label\n",
)

ADAM = Own(
    "adam",
    dedent(
        """
        import torch

        from chainrule.exercises import Exercise, asks


        def forward(p, g, m, v, t, rate):
            new_m = 0.9 * m + 0.1 * g
            new_v = 0.999 * v + 0.001 * g**2
            step = new_m / (1 - 0.9**t) / (torch.sqrt(new_v / (1 - 0.999**t)) + 1e-8)
            return {"new_m": new_m, "new_v": new_v, "new_p": p - rate * step}


        EXERCISE = Exercise(
            name="adam",
            shapes={
                "p": "D C",
                "g": "D C",
                "m": "D C",
                "v": "D C: positive",
                "t": ": 1 to 4",
                "rate": ": 0.1, 0.25",
            },
            forward=forward,
            formulas={
                "new_m": "0.9 * m + 0.1 * g",
                "new_v": "0.999 * v + 0.001 * g**2",
                "m_hat": "new_m / (1 - 0.9**t)",
                "v_hat": "new_v / (1 - 0.999**t)",
                "new_p": "p - rate * m_hat / (np.sqrt(v_hat) + 1e-8)",
            },
            questions=(
                asks("moments", "g, m, v", "new_m, new_v"),
                asks("step", "p, g, m, v, t, rate", "new_p, new_m, new_v", earlier="moments"),
            ),
        )
        """
    ).lstrip(),
    {
        "moments": [
            "0.1 * m + 0.9 * g, 0.999 * v + 0.001 * g**2",
            "0.9 * m + g, 0.999 * v + g**2",
            "0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g",
            "0.9 * m - 0.1 * g, 0.999 * v + 0.001 * g**2",
            "0.1 * g, 0.001 * g**2",
            "0.9 * m + 0.1 * g, 0.9 * v + 0.1 * g**2",
        ],
        "step": [
            "step(p, g, m, v, t, rate, hats=False)",
            "step(p, g, m, v, t, -rate)",
            "step(p, g, m, v, t + 1, rate)",
            "step(p, g, m, v, t - 1, rate)",
            "step(p, g, m, v, t, 1)",
            "step(p, g, m, v, t, rate, root=False)",
        ],
    },
    dedent(
        """
        def step(p, g, m, v, t, rate, hats=True, root=True):
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            one, two = (m / (1 - 0.9**t), v / (1 - 0.999**t)) if hats else (m, v)
            return p - rate * one / ((np.sqrt(two) if root else two) + 1e-8), m, v
        """
    ).replace("def step", "def step"),
)

CONVOLUTION = Own(
    "convolution",
    dedent(
        '''
        import torch

        from chainrule.exercises import Exercise, asks


        def forward(x, kernel, grad_y):
            y = torch.nn.functional.conv1d(x[None, None], kernel[None, None])[0, 0]
            return {"y": y, "loss": (y * grad_y).sum()}


        EXERCISE = Exercise(
            name="convolution",
            shapes={"x": "L", "kernel": "K", "grad_y": "M"},
            sizes=({"L": 6, "K": 3, "M": 4}, {"L": 5, "K": 2, "M": 4}, {"L": 3, "K": 3, "M": 1}),
            forward=forward,
            questions=(
                asks(
                    "convolve",
                    "x, kernel",
                    "y",
                    program="""
                    size = len(x) - len(kernel) + 1
                    y = np.zeros(size)
                    for i in range(size):
                        for j in range(len(kernel)):
                            y[i] += x[i + j] * kernel[j]
                    return y
                    """,
                ),
                asks(
                    "backward",
                    "x, kernel, grad_y",
                    "grad_x, grad_kernel",
                    program="""
                    grad_x = np.zeros_like(x)
                    grad_kernel = np.zeros_like(kernel)
                    for i in range(len(grad_y)):
                        for j in range(len(kernel)):
                            grad_x[i + j] += grad_y[i] * kernel[j]
                            grad_kernel[j] += grad_y[i] * x[i + j]
                    return grad_x, grad_kernel
                    """,
                ),
            ),
        )
        '''
    ).lstrip(),
    {
        "convolve": [
            "np.convolve(x, kernel, 'valid')",
            "np.convolve(x, kernel[::-1], 'valid')[:-1]",
            "-np.convolve(x, kernel[::-1], 'valid')",
            "np.convolve(x, np.ones(len(kernel)), 'valid')",
            "np.convolve(x, kernel[::-1], 'valid') / len(kernel)",
        ],
        "backward": [
            "back(x, kernel, grad_y)[::-1]",
            "back(x, kernel[::-1], grad_y)",
            "back(x, kernel, np.ones_like(grad_y))",
            "tuple(-one for one in back(x, kernel, grad_y))",
        ],
    },
    dedent(
        """
        def back(x, kernel, grad_y):
            grad_kernel = np.array([grad_y @ x[j : j + len(grad_y)] for j in range(len(kernel))])
            return np.convolve(grad_y, kernel), grad_kernel
        """
    ),
)

ALL = (REGRESSION, LOGISTIC, ADAM, CONVOLUTION)
