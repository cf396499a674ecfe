"""What is overridden of nbgrader is there in the nbgrader that this package is made for."""

import importlib
import inspect

import pytest
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from traitlets.config import Config

from chainrule import hooks
from chainrule.hooks import autograde, feedback, replaced, validate

PLACES = [
    *replaced.AUTOGRADE,
    *replaced.FEEDBACK,
    *replaced.VALIDATE,
    replaced.RENDER,
    replaced.ROUTES,
    replaced.FILES,
]
# Of our classes, what is not put in the place of something of nbgrader's or nbconvert's.
OWN = {"_timestamp", "_graded", "unsafe", "parent", "enabled"}
CLASSES = [
    autograde._CopiesFiles,
    autograde.SafeAutograde,
    autograde.SafeExporter,
    autograde.SaveMarks,
    feedback.WholeFeedback,
    validate.PlainValidator,
]


@pytest.mark.parametrize("place", PLACES)
def test_each_name_is_there(place):
    assert replaced.found(place) is not None


@pytest.mark.parametrize("ours", CLASSES)
def test_each_method_overrides_one(ours):
    theirs = [one for one in ours.__mro__ if not one.__module__.startswith("chainrule.")]
    names = {name for name in vars(ours) if not name.startswith("__")} - OWN
    assert names
    for name in names:
        assert any(name in vars(one) for one in theirs), name


def test_nbgraders_autograde_goes_on_to_the_copying_above_it():
    """`SafeAutograde` puts `_CopiesFiles` there, by Python's method order."""
    order = autograde.SafeAutograde.__mro__
    assert order.index(Autograde) < order.index(autograde._CopiesFiles) < order.index(BaseConverter)
    assert "super(Autograde, self).init_assignment" in inspect.getsource(Autograde.init_assignment)


def test_another_nbgrader_is_said():
    with pytest.raises(replaced.WrongNbgrader, match=r"nbgrader \S+ has no Autograde2 in nbgrader"):
        replaced.replace("nbgrader.apps.api:Autograde2", None)


def test_one_line_installs_everything(monkeypatch):
    for place in PLACES:
        holder, name = replaced._holder(place)
        value = getattr(holder, name)
        monkeypatch.setattr(holder, name, list(value) if isinstance(value, list) else value)
    config = Config()
    hooks.install(config)
    for place in [*replaced.AUTOGRADE, *replaced.FEEDBACK]:
        assert replaced.found(place).__module__.startswith("chainrule.hooks")
    assert replaced.found(replaced.RENDER).escapes
    assert config.GenerateFeedback.exporter_class is feedback.FeedbackPage
    assert config.Autograde.exporter_class is autograde.SafeExporter
    assert importlib.import_module("chainrule.hooks.formgrader").SafeNotebook in (
        config.HTMLExporter.preprocessors
    )
