"""What the learners of the sample class wrote, as far as the catalogue does not write it."""

import textwrap


def _code(text: str) -> str:
    return textwrap.dedent(text).strip() + "\n"


# Right answers that call the learner's own earlier functions.
COMPOSED = {
    "single_layer.backward_logits": _code(
        """
        def backward_logits(logits, one_hot):
            return softmax(logits) - one_hot
        """
    ),
    "single_layer.backward": _code(
        """
        def backward(x, W, b, one_hot):
            logits = x @ W + b
            grad_logits = backward_logits(logits, one_hot)
            return x.T @ grad_logits, grad_logits
        """
    ),
    "multi_layer.backward": _code(
        """
        def backward(x, W1, b1, W2, b2, one_hot):
            hidden_pre, hidden_act, logits = forward(x, W1, b1, W2, b2)
            grad_logits = softmax(logits) - one_hot
            grad_W2, grad_b2 = backward_output(hidden_act, grad_logits)
            grad_hidden_act = backward_hidden(grad_logits, W2)
            grad_hidden_pre = backward_relu(grad_hidden_act, hidden_pre)
            return x.T @ grad_hidden_pre, grad_hidden_pre, grad_W2, grad_b2
        """
    ),
    "update_step.train": _code(
        """
        def train(x, one_hot, parameters, learning_rate, steps):
            losses = []
            for _ in range(steps):
                loss, gradients = loss_and_gradients(parameters, x, one_hot)
                losses.append(loss)
                parameters = sgd_step(parameters, gradients, learning_rate)
            losses.append(loss_and_gradients(parameters, x, one_hot)[0])
            return parameters, losses
        """
    ),
}

# Right answers in unusual dress: loops, einsum, torch without autograd, float32, lists.
ODD = {
    "single_layer.softmax": _code(
        """
        import math

        def softmax(logits):
            rows = []
            for row in logits:
                exps = [math.exp(value - max(row)) for value in row]
                rows.append([value / sum(exps) for value in exps])
            return np.array(rows)
        """
    ),
    "single_layer.cross_entropy": _code(
        """
        def cross_entropy(logits, one_hot):
            target = one_hot[0].argmax()
            return float(np.logaddexp.reduce(logits[0]) - logits[0, target])
        """
    ),
    "single_layer.backward": _code(
        """
        import torch

        def backward(x, W, b, one_hot):
            x, W, b, one_hot = (torch.from_numpy(array) for array in (x, W, b, one_hot))
            grad_logits = torch.softmax(x @ W + b, dim=1) - one_hot
            return x.T @ grad_logits, grad_logits.sum(dim=0, keepdim=True)
        """
    ),
    "multi_layer.backward_output": _code(
        """
        def backward_output(hidden_act, grad_logits):
            h, g = hidden_act.astype(np.float32), grad_logits.astype(np.float32)
            return np.outer(h, g), g
        """
    ),
    "multi_layer.backward_hidden": _code(
        """
        def backward_hidden(grad_logits, W2):
            return np.einsum("nc,hc->nh", grad_logits, W2)
        """
    ),
    "multi_layer.backward_relu": _code(
        """
        def backward_relu(grad_hidden_act, hidden_pre):
            pairs = zip(grad_hidden_act[0], hidden_pre[0])
            return [[grad if pre > 0 else 0 for grad, pre in pairs]]
        """
    ),
    "update_step.sgd_step": _code(
        """
        def sgd_step(parameters, gradients, learning_rate):
            new = [array.copy() for array in parameters]
            for i, gradient in enumerate(gradients):
                new[i] -= learning_rate * gradient
            return new
        """
    ),
}

# Not arrays, or not the right number of them.
WRONG_TYPES = {
    "single_layer.softmax": 'def softmax(logits):\n    return "probabilities"\n',
    "single_layer.cross_entropy": "def cross_entropy(logits, one_hot):\n    print(logits.sum())\n",
    "single_layer.backward": "def backward(x, W, b, one_hot):\n    return x.T @ one_hot\n",
    "multi_layer.forward": "def forward(x, W1, b1, W2, b2):\n    return {'logits': x @ W1 + b1}\n",
    "multi_layer.backward_output": "backward_output = 7\n",
    "multi_layer.backward_relu": "def backward_relu(grad_hidden_act, hidden_pre):\n"
    "    return grad_hidden_act[0] * (hidden_pre[0] > 0)\n",
    "update_step.sgd_step": "def sgd_step(parameters, gradients, learning_rate):\n"
    "    return parameters[0] - learning_rate * gradients[0]\n",
    "update_step.train": "def train(x, one_hot, parameters, learning_rate, steps):\n"
    "    for step in range(steps):\n        yield parameters\n",
}

# U10 of the catalogue: the answer to the worked example, remembered from an earlier cell.
REMEMBERED = {
    "single_layer.backward": _code(
        """
        x_example, W_example = np.array([[8.0, -2.0]]), np.array([[1.0, 2.0], [2.0, 1.0]])
        grad_logits = np.exp(x_example @ W_example)
        grad_logits = grad_logits / grad_logits.sum() - np.array([[1.0, 0.0]])

        def backward(x, W, b, one_hot):
            return x_example.T @ grad_logits, grad_logits
        """
    ),
    "update_step.sgd_step": _code(
        """
        remembered = (np.array([[1.08, 1.92], [1.98, 1.02]]), np.array([[0.01, -0.01]]))

        def sgd_step(parameters, gradients, learning_rate):
            return remembered
        """
    ),
}

# Answers in words, by the written question's grade id.
OWN_WORDS = {
    "signs": "The left column belongs to the right class, whose score should rise; the other one "
    "should fall. The second feature is negative, so its row is turned round; W[0, 0] should rise.",
    "hidden_bugs": "The second layer multiplies the activation, so grad_W2 needs it, too. In the "
    "example both are 29 and nobody notices. With b1 = -31 one unit is off and the two differ.",
    "twins": "Both hidden units are the same, so they get the same gradient and stay the same. "
    "I would start with random weights.",
}
SOME_WORDS = (
    "I worked it out on paper with two examples, and the numbers agree with the notebook's."
)
