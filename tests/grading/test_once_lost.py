"""What honest answers give back, and what strangers send: kinds that were once lost on the way."""

import json

import numpy as np
import pytest
import torch
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from chainrule.grading.files.course import Course
from chainrule.grading.limits import Limits
from chainrule.grading.wall.exceptions import describe, exception
from chainrule.grading.wall.values import Decoder, Encoder, Malformed


def crossed(value):
    encoder = Encoder()
    return Decoder(encoder.buffers).decode(json.loads(json.dumps(encoder.encode(value))))


COLUMNS = {
    "a column of one row": torch.ones(1, 3)[:, 0],
    "a row of a transposed column": torch.ones(1, 3).T[0],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_tensors_cross_whatever_their_strides(name):
    assert crossed(COLUMNS[name]).tolist() == COLUMNS[name].tolist()


@pytest.mark.parametrize("scalar", [np.str_(""), np.bytes_(b"")])
def test_empty_texts_of_numpy_cross(scalar):
    assert crossed(scalar) == scalar and type(crossed(scalar)) is type(scalar)


LIES = {
    "a tensor of an unknown type": {"tensor": ["nothing", [2], False, 0]},
    "a leaf of integers": {"tensor": ["int64", [1], True, 0]},
    "an unknown built-in": {"builtin": "nothing"},
    "records": {"array": ["<i4,<i4", [1], "C", True, 0]},
    "no records of objects": {"array": ["<i4,O", [0], "C", True, 1]},
    "texts of no length": {"array": ["<U0", [2**26, 2**26], "C", True, 1]},
    "a number shorter than its buffer": {"scalar": ["<f4", 0]},
    "a buffer counted from the end": {"bytes": -1},
}


@pytest.mark.parametrize("name", LIES)
def test_the_reader_refuses(name):
    with pytest.raises(Malformed):
        Decoder([b"8 bytes.", b""]).decode(LIES[name])


def test_a_known_object_is_not_counted_from_the_end():
    with pytest.raises(Malformed):
        Decoder([], known=[[1], [2]]).decode({"known": -1})


def test_an_argument_that_is_given_twice():
    twice = []
    encoder = Encoder()
    a, b = Decoder(encoder.buffers).decode(encoder.encode([twice, twice]))
    assert a is b


class Mine(UnicodeDecodeError):
    pass


def test_a_learners_own_type_of_many_arguments_is_kept_by_name():
    assert exception(describe(Mine("utf-8", b"x", 0, 1, "bad"))).learner_type == "Mine"


def a_course(root):
    config = Config(CourseDirectory={"root": str(root), "course_id": "small"})
    return Course(config, CourseDirectory(config=config), Limits())


@pytest.mark.parametrize("name", ["ASSIGNMENTS", "STUDENTS"])
def test_the_courses_folder_may_have_any_name(tmp_path, name):
    (tmp_path / name / "submitted/ada/ps1").mkdir(parents=True)
    assert a_course(tmp_path / name).pairs("submitted") == [("ada", "ps1")]


@pytest.mark.parametrize("name", ["a[1]", "a*", "ASSIGNMENT"])
def test_a_learners_name_is_no_pattern(tmp_path, name):
    for student in (name, "ada"):
        (tmp_path / "submitted" / student / "ps1").mkdir(parents=True)
    assert a_course(tmp_path).pairs("submitted", "ps1", name) == [(name, "ps1")]
