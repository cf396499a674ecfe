"""A submitted notebook may swell when it is read: that costs this process nothing."""

import json
import os

import pytest

from chainrule.grading.notebooks import rebuild
from chainrule.grading.notebooks.rebuild import Unreadable, read_notebook
from chainrule.grading.trusted import read_apart as module
from chainrule.grading.trusted.read_apart import read_apart

MIB = 1024 * 1024


def notebook(*cells, nbformat=4, **more):
    return json.dumps({"nbformat": nbformat, "cells": cells} | more).encode()


def cell(source="x = 1", kind="code", **more):
    return {"cell_type": kind, "source": source, "metadata": {}} | more


@pytest.fixture
def small_bounds(monkeypatch):
    monkeypatch.setattr(module, "_SMALL", 1000)
    monkeypatch.setattr(module, "_MEMORY_BYTES", 64 * MIB)


@pytest.fixture
def processes(monkeypatch):
    """Counts the processes that are started."""
    started = []
    fork = os.fork
    monkeypatch.setattr(os, "fork", lambda: started.append(1) or fork())
    return started


def test_a_small_notebook_is_read_at_once(processes):
    assert [c["source"] for c in read_apart(notebook(cell()))] == ["x = 1"]
    assert processes == []


@pytest.mark.usefixtures("small_bounds")
def test_a_larger_one_is_read_by_another_process_and_is_the_same(processes):
    content = notebook(*[cell(f"x = {n}") for n in range(100)])
    assert read_apart(content) == read_notebook(content)
    assert processes == [1]


def test_an_old_one_is_converted_by_another_process(processes):
    sheet = {"cells": [{"cell_type": "code", "input": "x = 1", "outputs": []}]}
    content = json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [sheet]}).encode()
    assert [c["source"] for c in read_apart(content)] == ["x = 1"]
    assert processes == [1]


SWELLING = {
    "nested lists": b"[" + (b"[" * 900 + b"]" * 900 + b",") * 5000 + b"0]",
    "objects": b"[" + b'{"":0},' * 1_000_000 + b"0]",
    "cells": b'{"nbformat":4,"cells":[' + b"{}," * 3_000_000 + b"{}]}",
}


@pytest.mark.usefixtures("small_bounds")
@pytest.mark.parametrize("name", SWELLING)
def test_what_swells_is_one_sentence(name):
    with pytest.raises(Unreadable, match=r"^The file takes more than .* to be read\.$"):
        read_apart(SWELLING[name])


@pytest.mark.usefixtures("small_bounds")
def test_a_process_that_dies_of_it_is_one_sentence(monkeypatch):
    monkeypatch.setattr(module, "read_notebook", lambda content: os._exit(1))
    with pytest.raises(Unreadable, match="to be read"):
        read_apart(notebook(cell("x" * 2000)))


@pytest.mark.usefixtures("small_bounds")
def test_a_process_that_never_comes_back_is_one_sentence(monkeypatch):
    monkeypatch.setattr(module, "_SECONDS", 0.2)
    monkeypatch.setattr(module, "read_notebook", lambda content: os.read(os.pipe()[0], 1))
    with pytest.raises(Unreadable, match="to be read"):
        read_apart(notebook(cell("x" * 2000)))


@pytest.mark.usefixtures("small_bounds")
def test_what_cannot_be_read_says_why_from_there_too():
    with pytest.raises(Unreadable, match="not JSON"):
        read_apart(b"{" * 2000)


# What is kept is bounded: all that follows handles it several times.


def test_so_much_text_is_kept(monkeypatch):
    monkeypatch.setattr(rebuild, "CHARACTERS", 10)
    assert len(read_notebook(notebook(cell("12345"), cell("12345")))) == 2
    with pytest.raises(Unreadable, match="hold 11 characters; the most are 10"):
        read_notebook(notebook(cell("12345"), cell("123456")))


def test_a_source_of_many_lines_is_one_text():
    (read,) = read_notebook(notebook(cell(["x\n"] * 1_000_000)))
    assert read["source"] == "x\n" * 1_000_000


def test_pictures_beyond_their_room_are_left_out_and_said(monkeypatch):
    monkeypatch.setattr(rebuild, "PICTURE_BYTES", 10)
    pictures = {f"{n}.png": {"image/png": "AAAA"} for n in range(4)}
    read = read_notebook(notebook(cell(kind="markdown", attachments=pictures)))
    assert list(read[0]["attachments"]) == ["0.png", "1.png"] and read[0]["left_out"] == 2
    _, findings = rebuild.rebuild({"cells": []}, read)
    assert [finding["message"] for finding in findings] == [
        "Pictures in written answers beyond 0 MiB: 2 left out."
    ]


def test_a_picture_is_base64():
    """It is put between quotation marks when it is shown."""
    pictures = {"a.png": {"image/png": 'AAAA"><script>x()</script>'}}
    (read,) = read_notebook(notebook(cell(kind="markdown", attachments=pictures)))
    assert read["attachments"] == {}


ODD = {
    "duplicate keys": b'{"nbformat": 4, "cells": [], "cells": [{"cell_type": "code"}]}',
    "a float beyond all floats": b'{"nbformat": 1e999999, "cells": []}',
    "no number": b'{"nbformat": NaN, "cells": []}',
    "lone surrogates": b'{"nbformat": 4, "cells": [{"source": "\\ud800", "id": "\\ud800"}]}',
    "a very long format": b'{"nbformat": "' + b"4" * 3_000_000 + b'"}',
    "a very long name": json.dumps(
        {"nbformat": 4, "cells": [cell(metadata={"nbgrader": {"grade_id": "x" * 1_000_000}})]}
    ).encode(),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_json_gives_plain_cells_or_one_sentence(name):
    try:
        read = read_apart(ODD[name])
    except Unreadable as error:
        assert len(str(error)) < 300 and len(str(error).splitlines()) == 1
    else:
        assert len(json.dumps(read, ensure_ascii=False).encode()) < 1000
