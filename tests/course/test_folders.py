"""What is stale is said."""

from chainrule.cli import say_what_is_stale


def test_what_is_stale_is_named_with_its_remedy(capsys):
    assert say_what_is_stale("release", [], "chainrule release") == 0
    assert capsys.readouterr().err == ""
    assert say_what_is_stale("release", ["one/one.ipynb"], "chainrule release") == 1
    assert capsys.readouterr().err == "release/ is stale: one/one.ipynb. Run `chainrule release`.\n"
