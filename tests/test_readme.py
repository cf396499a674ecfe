"""What the README shows is what happens."""

import re
from pathlib import Path

from chainrule import CheckFailed

ROOT = Path(__file__).parents[1]


def test_the_snippet_prints_what_its_comments_say():
    text = (ROOT / "README.md").read_text()
    (snippet,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    expected = [line.removeprefix("# ") for line in snippet.splitlines() if line.startswith("# ")]
    try:
        exec(snippet, {})
    except CheckFailed as failed:
        assert str(failed).splitlines() == expected
    else:
        raise AssertionError("the snippet shows a failed check")


def test_every_target_and_file_that_is_named_exists():
    makefile = (ROOT / "Makefile").read_text()
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text()
        for target in re.findall(r"`make ([a-z-]+)`", text):
            assert f"\n{target}:" in makefile, (name, target)
        for path in re.findall(r"\]\(([^):]+)\)", text):
            assert (ROOT / path).exists(), (name, path)
