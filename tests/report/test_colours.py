"""A feedback page can be read, light and dark: every colour of text against what it stands on."""

import re

import pytest

from chainrule.report.pages import environment

ON_PAPER = ("ink", "soft", "good", "part", "bad", "none", "accent")
ON_SHADE = (*ON_PAPER, "word", "numeral", "given")
PAIRS = [
    *((text, "paper") for text in ON_PAPER),
    *((text, "shade") for text in ON_SHADE),
    ("wrong-ink", "wrong"),
    ("ink", "note"),
]


def colours(css):
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", css))


def themes():
    loader = environment().loader
    base, own = (loader.get_source(environment(), name)[0] for name in ("base.css", "feedback.css"))
    light, _, dark = own.partition("(prefers-color-scheme: dark)")
    both = colours(base) | colours(light)
    return {"light": both, "dark": both | colours(dark.partition("\n}\n")[0])}


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(c + c for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_does():
    assert contrast("#000", "#ffffff") == 21
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_enough_contrast(theme):
    found = themes()[theme]
    weak = {pair: contrast(found[pair[0]], found[pair[1]]) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


def test_the_themes_differ():
    both = themes()
    assert luminance(both["dark"]["paper"]) < 0.05 < luminance(both["light"]["paper"])
