"""Makes the README's pictures of the explorer in docs/images/: `make pictures`."""

import sys
import tempfile
from pathlib import Path

import numpy as np

from chainrule import Explorer

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "explorer"))

import lab  # noqa: E402


def backward(x, W1, b1, W2, b2, one_hot):
    """A learner's function that forgets the ReLU's mask."""
    hidden_act = np.maximum(x @ W1 + b1, 0)
    exps = np.exp(hidden_act @ W2 + b2)
    grad_logits = exps / exps.sum() - one_hot
    grad_hidden = grad_logits @ W2.T
    return x.T @ grad_hidden, grad_hidden, hidden_act.T @ grad_logits, grad_logits


def linked() -> Explorer:
    explorer = Explorer("small", phase="grad_W1")
    explorer.step(3)
    explorer.selection = "W1[1,0]"
    return explorer


def marked() -> Explorer:
    explorer = Explorer("dead_relu", code="none")
    explorer.check(backward)
    explorer.selection = "W1[0,1]"
    return explorer


PICTURES = {"explorer": (linked, "light"), "explorer-marks": (marked, "dark")}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, lab.chromium() as browser:
        for name, (explorer, scheme) in PICTURES.items():
            path = Path(folder) / f"{name}.html"
            explorer().to_html(path)
            page = browser.new_page(viewport={"width": 1200, "height": 800}, color_scheme=scheme)
            page.goto(path.as_uri())
            image = ROOT / "docs" / "images" / f"{name}.png"
            page.locator(".chainrule-explorer").screenshot(path=image)
            print(f"{image.relative_to(ROOT)}: {image.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
