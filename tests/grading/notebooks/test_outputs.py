"""What a cell puts out is kept: so much of it, and as far as it is harmless."""

import json
import random

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from chainrule import safe_html
from chainrule.grading.notebooks import outputs
from chainrule.grading.notebooks.outputs import Cleaner
from chainrule.grading.shell.outputs import NOTHING, Outputs, Stream
from chainrule.grading.wall.messages import KINDS

CUT = "[The output was longer; the rest is left out.]\n"


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def display(**data):
    return {"output_type": "display_data", "data": data, "metadata": {}}


def clean(outputs, cell_bytes=10_000):
    return Cleaner(cell_bytes).clean(outputs)


def test_html_stays_without_what_runs():
    markup = "<table><tr><td onclick='x()'>5</td></tr></table><script>x()</script>"
    (output,) = clean([display(**{"text/html": markup, "text/plain": "a table"})])
    assert output["data"]["text/plain"] == "a table"
    kept = output["data"]["text/html"]
    assert "<td>5</td>" in kept
    assert "script" not in kept and "onclick" not in kept


def test_what_cannot_be_shown_is_left_out():
    assert clean([display(**{"application/javascript": "x()"}), "no output at all"]) == []


def test_what_is_written_piece_by_piece_is_one_output():
    outputs = Outputs(1000)
    for piece in ("a", "b\n", "", "c"):
        outputs.stream("stdout", piece)
    assert outputs.finish() == [stream("ab\nc")]


def test_two_streams_and_a_display_keep_their_order():
    outputs = Outputs(1000)
    outputs.stream("stdout", "1")
    outputs.stream("stderr", "2")
    outputs.stream("stdout", "3")
    outputs.add(display(**{"text/plain": "4"}))
    outputs.stream("stdout", "5")
    outputs.stream("stdout", "6")
    assert outputs.finish() == [
        stream("1"),
        stream("2", "stderr"),
        stream("3"),
        display(**{"text/plain": "4"}),
        stream("56"),
    ]


def test_nothing_is_put_out_by_a_cell_that_does_not():
    outputs = Outputs(1000)
    outputs.stream("stdout", "")
    assert outputs.finish() == [] and outputs.value is NOTHING


def test_exactly_as_much_as_there_is_room_for_is_not_cut():
    outputs = Outputs(5)
    outputs.stream("stdout", "12345")
    assert outputs.finish() == [stream("12345")]


@pytest.mark.parametrize("pieces", [["1234567"], ["123", "4567"], ["12345", "67"]])
def test_text_is_cut_where_there_is_no_more_room(pieces):
    outputs = Outputs(5)
    for piece in pieces:
        outputs.stream("stdout", piece)
    assert outputs.finish() == [stream("12345"), stream(CUT)]


def test_the_room_is_for_all_outputs_together():
    outputs = Outputs(200)
    outputs.stream("stdout", "x" * 150)
    outputs.add(display(**{"text/plain": "too large by now"}))
    outputs.stream("stderr", "y" * 100)
    assert outputs.finish() == [stream("x" * 150), stream("y" * 50, "stderr"), stream(CUT)]


def test_a_display_is_kept_whole_or_not_at_all():
    outputs = Outputs(200)
    outputs.add(display(**{"text/plain": "x" * 1000}))
    outputs.add(display(**{"text/plain": "small"}))
    assert outputs.finish() == [display(**{"text/plain": "small"}), stream(CUT)]


def test_displays_take_room_too():
    one = display(**{"text/plain": "x" * 50})
    outputs = Outputs(2 * len(repr(one)) + 5)
    for output in (one, one, one):
        outputs.add(output)
    outputs.stream("stdout", "1234567")
    assert outputs.finish() == [one, one, stream("12345"), stream(CUT)]


@pytest.mark.parametrize("later", ["", "small"])
def test_that_something_was_cut_is_not_forgotten(later):
    outputs = Outputs(10)
    outputs.add(display(**{"text/plain": "too large"}))
    outputs.stream("stderr", later)
    assert outputs.finish()[-1] == stream(CUT)


def test_each_cell_begins_with_all_the_room():
    outputs = Outputs(5)
    outputs.stream("stdout", "1234567")
    outputs.value = 3
    outputs.begin()
    outputs.stream("stdout", "abcde")
    assert outputs.finish() == [stream("abcde")] and outputs.value is NOTHING


def test_print_writes_to_a_stream():
    outputs = Outputs(100)
    print("a", 1, file=Stream(outputs, "stderr"), flush=True)
    assert outputs.finish() == [stream("a 1\n", "stderr")]


def test_only_text_is_written_to_a_stream():
    out = Stream(Outputs(100), "stdout")
    assert out.writable() and out.write("abc") == 3
    with pytest.raises(TypeError, match="must be str, not bytes"):
        out.write(b"abc")


# What a learner process sends may be anything that a message can hold.

LISTED = [[[]]] * 1000
CUT_HERE = stream("[cut]\n")
FORMATTED = (
    "<div>" + "".join(f"<b title={n}>" for n in range(3000)) + "</div>" + "<div>x</div>" * 3000
)
HOSTILE_HTML = {
    "nested": "<div>" * 250_000,
    "begun again and again": FORMATTED,
    "attributes": "<a " + " ".join(f"x{n}" for n in range(200_000)) + ">",
}


def size(outputs):
    return len(json.dumps(outputs))


@pytest.mark.parametrize("kind", HOSTILE_HTML)
def test_html_that_takes_for_ever_is_cut_and_its_text_stays(kind):
    """It would take this process minutes, or all memory, to clean it itself."""
    markup = HOSTILE_HTML[kind]
    assert not safe_html.is_tame(markup)
    both = {"text/html": markup, "text/plain": "a table"}
    (output, *_) = clean([display(**both)], cell_bytes=2_000_000)
    assert output["data"]["text/plain"] == "a table"
    assert output["data"].get("text/html", "[cut]") == "[cut]"


def test_the_time_for_html_is_bounded_for_all_cells_together(monkeypatch):
    """A notebook has so many seconds, however many outputs it has."""
    clock = [0.0]
    asked = []

    def slow(markup):
        asked.append(markup)
        clock[0] += 2.0
        return "[cut]"

    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    monkeypatch.setattr(safe_html, "clean", slow)
    cleaner = Cleaner(10_000)
    kept = [cleaner.clean([display(**{"text/html": "<b>"})]) for _ in range(60)]
    assert len(asked) == 2
    assert kept[-1] == [CUT_HERE]


def test_harmless_html_needs_no_process(monkeypatch):
    """A table as a data frame shows it is cleaned here."""
    monkeypatch.setattr(safe_html.subprocess, "run", lambda *args, **rest: pytest.fail("a process"))
    row = "<tr>" + "<th>1</th>" + "<td>0.123456</td>" * 20 + "</tr>"
    assert "0.123456" in safe_html.clean(f"<table>{row * 60}</table>")


def test_large_html_is_cleaned_by_a_process_of_its_own():
    markup = "<table>" + "<tr><td onclick='x()'>5</td></tr>" * 5000 + "</table><script>x()</script>"
    assert not safe_html.is_tame(markup)
    (output,) = clean([display(**{"text/html": markup})], cell_bytes=1_000_000)
    kept = output["data"]["text/html"]
    assert kept.count("<td>5</td>") == 5000 and "onclick" not in kept and "script" not in kept


def test_a_million_characters_sixty_times_are_cut():
    cleaner = Cleaner(1_000_000)
    kept = [cleaner.clean([stream("x" * 1_000_000)]) for _ in range(60)]
    assert size(kept) < outputs.NOTEBOOK_BYTES + 60_000
    assert kept[0] == [stream("x" * 1_000_000)] and kept[-1][-1] == CUT_HERE


def test_all_outputs_of_a_cell_are_bounded_together():
    outputs = [stream("x" * 3000), display(**{"text/plain": "y" * 8000})] * 500
    kept = clean(outputs)
    assert size(kept) < 15_000 and kept[-1] == CUT_HERE
    assert kept[0] == stream("x" * 3000)


def test_so_many_outputs_are_kept_of_a_cell():
    kept = clean([stream("x")] * 5000, cell_bytes=1_000_000)
    assert len(kept) == outputs.OUTPUTS + 1 and kept[-1] == CUT_HERE


def test_as_much_as_an_honest_process_sends_is_kept_whole():
    """It has cut its outputs to the same size, and says so in one more."""
    outputs = Outputs(10_000)
    outputs.stream("stdout", "x" * 10_001)
    sent = outputs.finish()
    assert clean(sent) == sent


def test_a_bitmap_is_base64():
    """It is put between quotation marks when it is shown."""
    breaking = 'AAAA"><script>x()</script>'
    assert clean([display(**{"image/png": breaking})]) == []
    assert clean([display(**{"image/png": "iVBORw0KGgo=\n"})]) != []


def test_a_bitmap_without_room_is_left_out_whole():
    assert clean([display(**{"image/png": "A" * 20_000})]) == [CUT_HERE]


@pytest.mark.parametrize("odd", [None, 3, [], {}, "text", LISTED, {"output_type": []}])
def test_what_is_no_output_is_none(odd):
    assert clean([odd, stream("x")]) == [stream("x")]


def test_whatever_is_sent_is_an_output_or_nothing():
    draw = random.Random(0)
    odd = [None, 0, "", "x" * 500, "\ud800", [], {}, [[]], LISTED, {"text/html": []}, True]
    keys = ["output_type", "name", "text", "data", "traceback", "ename", "evalue", "metadata"]
    kinds = ["stream", "error", "display_data", "execute_result", "update_display_data"]
    for _ in range(400):
        outputs = []
        for _ in range(draw.randint(0, 5)):
            output = {key: draw.choice(odd) for key in draw.sample(keys, draw.randint(0, 6))}
            output["output_type"] = draw.choice(kinds)
            if draw.random() < 0.5:
                mime = [*KINDS, "application/javascript"]
                output["data"] = {kind: draw.choice(odd) for kind in draw.sample(mime, 3)}
            outputs.append(output)
        kept = clean(outputs)
        whole = new_notebook(cells=[new_code_cell("", outputs=kept)])
        nbformat.validate(whole)
        assert size(kept) < 40_000
        json.dumps(kept, ensure_ascii=False).encode()
