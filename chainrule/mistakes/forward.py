"""Mistakes on the way forward: the layers, softmax, the loss."""

from chainrule.mistakes.entry import Mistake, instead

FORWARD = (
    Mistake(
        "W1",
        "no ReLU in the forward pass",
        "Between the two layers stands a nonlinearity. Where is it in your function?",
        instead("hidden_act", "hidden_pre"),
    ),
    Mistake(
        "W2",
        "ReLU on the logits as well",
        "Logits may be negative. ReLU belongs to the hidden layer only.",
        instead("logits", "np.maximum(hidden_act @ W2 + b2, 0)", "np.maximum(x @ W + b, 0)"),
    ),
    Mistake(
        "W3",
        "bias left out",
        "Each layer adds its bias to the product. Count the arguments that you used.",
        (
            {"hidden_pre": "x @ W1"},
            {"logits": "hidden_act @ W2"},
            {"hidden_pre": "x @ W1", "logits": "hidden_act @ W2"},
            {"logits": "x @ W"},
        ),
    ),
    Mistake(
        "W4",
        "probabilities returned in place of logits",
        "The forward pass stops before softmax; the loss takes it from there.",
        (
            {
                "unshifted": "hidden_act @ W2 + b2",
                "unscaled": "np.exp(unshifted - unshifted.max(axis=1, keepdims=True))",
                "logits": "unscaled / unscaled.sum(axis=1, keepdims=True)",
            },
        ),
    ),
)

SOFTMAX = (
    Mistake(
        "F1",
        "softmax applied twice",
        "Probabilities are not logits: feeding them to softmax again flattens them.",
        (
            {
                "once": "exps / exps.sum(axis=1, keepdims=True)",
                "probs": "np.exp(once) / np.exp(once).sum(axis=1, keepdims=True)",
                "log_probs": "once - np.log(np.exp(once).sum(axis=1, keepdims=True))",
            },
        ),
    ),
    Mistake(
        "F2",
        "softmax down the columns",
        "Each row is one example, and its probabilities sum to 1. Which axis did you sum over?",
        (
            {
                "exps": "np.exp(logits - logits.max(axis=0, keepdims=True))",
                "probs": "exps / exps.sum(axis=0, keepdims=True)",
                "log_probs": "np.log(probs)",
            },
        ),
    ),
    Mistake(
        "F3",
        "softmax over the whole matrix",
        "Each row is one example, and its probabilities sum to 1 on their own.",
        (
            {
                "exps": "np.exp(logits - logits.max())",
                "probs": "exps / exps.sum()",
                "log_probs": "logits - logits.max() - np.log(exps.sum())",
            },
        ),
    ),
)

LOSSES = (
    Mistake(
        "L1",
        "loss without the minus sign",
        "The logarithm of a probability is never positive. What should a loss be?",
        instead("loss", "(one_hot * log_probs).sum() / len(one_hot)"),
    ),
    Mistake(
        "L2",
        "probability in place of its logarithm",
        "A target with probability near 0 must cost far more than 1.",
        instead(
            "loss",
            "-(one_hot * probs).sum() / len(one_hot)",
            "1 - (one_hot * probs).sum() / len(one_hot)",
        ),
    ),
    Mistake(
        "L3",
        "loss averaged over the classes",
        "Only the target's term counts, and the mean is over examples. What did you divide by?",
        instead("loss", "-(one_hot * log_probs).mean()"),
    ),
    Mistake(
        "L4",
        "another base of logarithm",
        "Cross-entropy here uses the natural logarithm.",
        instead(
            "loss",
            "-(one_hot * log_probs).sum() / len(one_hot) / np.log(2)",
            "-(one_hot * log_probs).sum() / len(one_hot) / np.log(10)",
        ),
    ),
    Mistake(
        "L5",
        "overflow: exp of a large number",
        "exp(1000) is infinite. Which change of all logits leaves the probabilities as they are?",
        instead("shifted", "logits"),
    ),
    Mistake(
        "L6",
        "the logarithm of a probability that has become 0",
        "exp(-800) is 0 in floating point. Can you have the logarithm without taking exp first?",
        (
            {"log_probs": "np.log(probs)"},
            {"loss": "-np.log((one_hot * probs).sum(axis=1)).sum() / len(one_hot)"},
        ),
    ),
)
