"""What runs is the instructor's notebook with the learner's answers; what was changed is said."""

import json

import pytest

from chainrule.grading.notebooks.rebuild import read_notebook, rebuild
from chainrule.grading.plain_data import BOTH, LEARNER, TEST, TEXT


def planned(grade_id, kind, source, **about):
    whole = {"grade_id": grade_id, "kind": kind, "source": source, "released": source}
    whole |= {"cell_type": "markdown" if kind == TEXT else "code", "solution": False, "id": None}
    return whole | about


PLAN = {
    "cells": [
        planned("imports", BOTH, "import math"),
        planned("mean", LEARNER, "def mean(values): ...", solution=True),
        planned("test_mean", TEST, "assert mean([1]) == 1\nassert hidden", released="assert mean"),
        {"kind": None, "names": {}},
        planned("why", TEXT, "YOUR ANSWER HERE", solution=True),
    ]
}
ANSWER = "def mean(values): return 1"


def submitted(grade_id, source, kind="code", **more):
    metadata = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
    return {"cell_type": kind, "metadata": metadata, "source": source} | more


def handed_in(**sources):
    """The cells as released, but for these sources."""
    return {
        "imports": submitted("imports", sources.get("imports", "import math")),
        "mean": submitted("mean", sources.get("mean", "def mean(values): ...")),
        "test_mean": submitted("test_mean", sources.get("test_mean", "assert mean")),
        "why": submitted("why", sources.get("why", "YOUR ANSWER HERE"), "markdown"),
    }


def rebuilt(cells):
    """The rebuilt cells, and the findings' sentences."""
    notebook = {"cells": list(cells), "nbformat": 4, "metadata": {}}
    whole, findings = rebuild(PLAN, read_notebook(json.dumps(notebook).encode()))
    assert {finding["kind"] for finding in findings} <= {"changed"}
    return whole, [finding["message"] for finding in findings]


def ids(cells):
    return [cell["known"]["grade_id"] if cell["known"] else cell["source"] for cell in cells]


def one(cells, grade_id):
    (found,) = [c for c in cells if c["known"] and c["known"]["grade_id"] == grade_id]
    return found


ALL = ["imports", "mean", "test_mean", "why"]


def test_as_released_nothing_is_answered():
    cells, said = rebuilt(handed_in().values())
    assert ids(cells) == ALL and said == []
    assert not any(cell["answered"] for cell in cells)


def test_an_answer_takes_its_place():
    cells, said = rebuilt(handed_in(mean=ANSWER).values())
    mean = one(cells, "mean")
    assert (mean["source"], mean["kind"], mean["answered"]) == (ANSWER, LEARNER, True)
    assert said == []


def test_the_test_that_runs_is_the_instructors_with_what_is_hidden():
    cells, _ = rebuilt(handed_in().values())
    assert one(cells, "test_mean")["source"] == "assert mean([1]) == 1\nassert hidden"


@pytest.mark.parametrize("name", ["imports", "test_mean"])
def test_an_edited_cell_is_put_right(name):
    cells, said = rebuilt(handed_in(**{name: "2.0"}).values())
    cell = one(cells, name)
    assert cell["source"] == cell["known"]["source"]
    assert cell["flags"] == ["changed"]
    assert said == [f"The cell {name} was edited."]


def test_of_doubled_cells_the_last_is_the_answer_and_the_others_run_as_the_learners_own():
    first, *rest = handed_in(mean=ANSWER).values()
    cells, said = rebuilt([first, submitted("mean", "x = 1"), *rest])
    assert ids(cells) == ["imports", "x = 1", "mean", "test_mean", "why"]
    assert one(cells, "mean")["source"] == ANSWER
    assert (cells[1]["kind"], cells[1]["known"]) == (LEARNER, None)
    assert said == ["The cell mean was doubled."]


def test_a_doubled_test_runs_as_the_learners_own():
    cells, said = rebuilt([*handed_in().values(), submitted("test_mean", "assert mean")])
    assert [c["kind"] for c in cells if c["source"] == "assert mean"] == [LEARNER]
    assert "The cell test_mean was doubled." in said


def test_moved_cells_are_put_back():
    whole = handed_in()
    cells, said = rebuilt(whole[name] for name in ["mean", "imports", "test_mean", "why"])
    assert ids(cells) == ALL
    assert said == ["The cell imports was moved.", "The cell mean was moved."]


def test_a_deleted_test_runs_all_the_same():
    whole = handed_in()
    del whole["test_mean"]
    cells, said = rebuilt(whole.values())
    assert ids(cells) == ALL and one(cells, "test_mean")["kind"] == TEST
    assert said == ["The cell test_mean was deleted."]


def test_a_deleted_answer_is_shown_as_released_and_does_not_run():
    whole = handed_in()
    del whole["mean"]
    cells, said = rebuilt(whole.values())
    mean = one(cells, "mean")
    assert (mean["source"], mean["kind"]) == ("def mean(values): ...", TEXT)
    assert not mean["answered"] and said == ["The cell mean was deleted."]


def test_a_retyped_cell_is_put_right():
    whole = handed_in(mean=ANSWER)
    whole["mean"]["cell_type"] = "markdown"
    whole["why"]["cell_type"] = "code"
    cells, said = rebuilt(whole.values())
    assert (one(cells, "mean")["cell_type"], one(cells, "mean")["kind"]) == ("code", LEARNER)
    assert (one(cells, "why")["cell_type"], one(cells, "why")["kind"]) == ("markdown", TEXT)
    assert said == [
        "The cell mean was turned from code into markdown.",
        "The cell why was turned from markdown into code.",
    ]


def test_tags_points_and_roles_do_not_count():
    whole = handed_in(mean=ANSWER)
    for cell in whole.values():
        cell["metadata"]["tags"] = ["skip-execution"]
        cell["metadata"]["nbgrader"] |= {"points": 1000, "solution": True, "grade": True}
        cell["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "2.0"}}]
    assert rebuilt(whole.values()) == rebuilt(handed_in(mean=ANSWER).values())


def test_an_answer_that_lost_its_id_runs_as_the_learners_own():
    whole = handed_in()
    whole["mean"] = submitted(None, ANSWER)
    cells, said = rebuilt(whole.values())
    assert ids(cells) == ["imports", ANSWER, "mean", "test_mean", "why"]
    assert one(cells, "mean")["kind"] == TEXT
    assert said == ["The cell mean was deleted."]


def test_cells_with_swapped_ids_are_edited():
    whole = handed_in()
    whole["imports"], whole["test_mean"] = (
        submitted("test_mean", "import math"),
        submitted("imports", "assert mean"),
    )
    cells, said = rebuilt(whole.values())
    assert [cell["source"] for cell in cells[:3:2]] == [
        "import math",
        "assert mean([1]) == 1\nassert hidden",
    ]
    assert "The cell imports was edited." in said and "The cell test_mean was edited." in said


def test_cells_of_the_learners_own_keep_their_place():
    a, b, c, d = handed_in().values()
    own = [submitted(None, f"own {n}") for n in range(4)]
    cells, said = rebuilt([own[0], a, own[1], own[2], b, c, d, own[3]])
    assert ids(cells) == [
        "own 0", "imports", "own 1", "own 2", "mean", "test_mean", "why", "own 3",
    ]  # fmt: skip
    assert said == []


def test_cells_of_the_learners_own_go_with_the_cell_before_them_that_moved():
    a, b, c, d = handed_in().values()
    cells, _ = rebuilt([b, submitted(None, "after mean"), a, c, d])
    assert ids(cells) == ["imports", "mean", "after mean", "test_mean", "why"]


@pytest.mark.parametrize("grade_id", ["another_course", "", 3, None, ["mean"], {"a": 1}])
def test_a_cell_with_an_id_that_nobody_gave_is_the_learners_own(grade_id):
    strange = submitted("x", "strange")
    strange["metadata"]["nbgrader"]["grade_id"] = grade_id
    cells, said = rebuilt([*handed_in().values(), strange])
    assert (cells[-1]["kind"], cells[-1]["known"], cells[-1]["source"]) == (
        LEARNER,
        None,
        "strange",
    )
    assert said == []


def test_text_of_the_learners_own_is_not_run():
    cells, _ = rebuilt([*handed_in().values(), submitted(None, "*text*", "markdown")])
    assert (cells[-1]["kind"], cells[-1]["cell_type"]) == (TEXT, "markdown")


def test_pictures_stay_in_written_answers_and_nothing_else_does():
    bundle = {"image/png": "aGk=", "text/html": "<script>", "image/svg+xml": "<svg>"}
    whole = handed_in(why="![](a.png)", test_mean="assert mean")
    whole["why"]["attachments"] = {"a.png": bundle, "b": {"text/html": "x"}, "c": 3}
    whole["test_mean"]["attachments"] = {"a.png": bundle}
    cells, _ = rebuilt(whole.values())
    assert one(cells, "why")["attachments"] == {"a.png": {"image/png": "aGk="}}
    assert one(cells, "test_mean")["attachments"] == {}


def test_without_a_notebook_all_is_as_released_and_nothing_is_said():
    cells, findings = rebuild(PLAN, None)
    assert ids(cells) == ALL and findings == []
    assert [cell["kind"] for cell in cells] == [BOTH, TEXT, TEST, TEXT]


# What is read of a cell.
SOURCES = {
    "text": ("a\nb", "a\nb"),
    "lines": (["a\n", "b"], "a\nb"),
    "lines, some of which are none": (["a\n", 3, None, "b"], "a\nb"),
    "a number": (3, ""),
    "nothing": (None, ""),
    "a lone surrogate": ("a\ud800b", "a?b"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_read_as_text(name):
    written, read = SOURCES[name]
    notebook = {"nbformat": 4, "cells": [{"cell_type": "code", "source": written}]}
    (cell,) = read_notebook(json.dumps(notebook).encode())
    assert cell["source"] == read


def test_a_cell_of_no_known_type_is_raw_and_a_cell_that_is_none_is_left_out():
    notebook = {"nbformat": 4, "cells": [{"cell_type": "evil"}, {}, 3, None, [], "cell"]}
    cells = read_notebook(json.dumps(notebook).encode())
    assert [cell["cell_type"] for cell in cells] == ["raw", "raw"]


@pytest.mark.parametrize(
    ("written", "read"),
    [("abc-1_X", "abc-1_X"), ("", None), ("x" * 65, None), ("<b>", None), ("a\n", None), (3, None)],
)
def test_a_cells_id_is_one_by_nbformats_rules_or_none(written, read):
    notebook = {"nbformat": 4, "cells": [{"cell_type": "code", "id": written}]}
    assert read_notebook(json.dumps(notebook).encode())[0]["id"] == read


def test_old_notebooks_are_read_too():
    cell = {"cell_type": "code", "input": "x = 1", "language": "python", "outputs": []}
    notebook = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {},
        "worksheets": [{"cells": [cell]}],
    }
    assert [c["source"] for c in read_notebook(json.dumps(notebook).encode())] == ["x = 1"]


def test_a_byte_order_mark_is_no_fault():
    assert read_notebook(b'\xef\xbb\xbf{"nbformat": 4, "cells": []}') == []
