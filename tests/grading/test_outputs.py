"""What a cell puts out is kept: so much of it, and as far as it is harmless."""

import pytest

from chainrule.grading.notebook import clean
from chainrule.grading.outputs import NOTHING, Outputs, Stream

CUT = "[The output was longer; the rest is left out.]\n"


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def display(**data):
    return {"output_type": "display_data", "data": data, "metadata": {}}


def test_html_stays_without_what_runs():
    markup = "<table><tr><td onclick='x()'>5</td></tr></table><script>x()</script>"
    (output,) = clean([display(**{"text/html": markup, "text/plain": "a table"})], 10_000)
    assert output["data"]["text/plain"] == "a table"
    kept = output["data"]["text/html"]
    assert "<td>5</td>" in kept
    assert "script" not in kept and "onclick" not in kept


def test_what_cannot_be_shown_is_left_out():
    assert clean([display(**{"application/javascript": "x()"}), "no output at all"], 10_000) == []


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
