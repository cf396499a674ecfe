"""The page as one module and as one file: nothing to fetch, and small."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from chainrule import Explorer
from chainrule.explorer import bundle
from chainrule.networks.network import network
from tests.support import ROOT
from tests.support.nodejs import PAGE


def parses(text: str, path: Path) -> None:
    path.write_text(text)
    done = subprocess.run(["node", "--check", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_bundle_is_one_module(tmp_path: Path) -> None:
    text = bundle.module()
    parses(text, tmp_path / "bundle.mjs")
    assert not re.search(r"^import ", text, re.MULTILINE)
    assert re.findall(r"^export .*", text, re.MULTILINE) == ["export default { render, modelOf };"]


def test_every_module_is_in_the_bundle_after_what_it_imports() -> None:
    there = {path.relative_to(PAGE).with_suffix("").as_posix() for path in PAGE.rglob("*.js")}
    assert there == set(bundle.MODULES)
    for place, name in enumerate(bundle.MODULES):
        text = (PAGE / f"{name}.js").read_text()
        for imported in re.findall(r'from "([^"]+)\.js"', text):
            path = (PAGE / name).parent.joinpath(imported).resolve().relative_to(PAGE)
            assert path.as_posix() in bundle.MODULES[:place], f"{name} imports {imported}"


def test_the_model_does_not_know_the_view() -> None:
    for path in (PAGE / "model").glob("*.js"):
        text = path.read_text()
        assert "../view/" not in text and "document" not in re.sub(r"//.*", "", text), path.name


def test_a_saved_page_is_self_contained(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    rng = np.random.default_rng(2)
    shapes = ((1, 6), (6, 6), (1, 6), (6, 6), (1, 6))
    x, *parameters = (rng.normal(size=shape) for shape in shapes)
    explorer = Explorer(network(x, [0], *parameters), learning_rate=1e-5)
    explorer.step(1000)
    for _ in range(120):
        explorer.step()
    explorer.to_html(path, title="<b>&")
    text = path.read_text()
    addresses = set(re.findall(r"https?://[^\s\"'<>]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}  # the name of SVG, which nobody fetches
    assert not re.search(r"\b(src|href)=|url\(|@import|\bimport\(", text)
    assert "<title>&lt;b>&amp;</title>" in text
    assert path.stat().st_size < 150_000


def test_script_in_the_state_stays_data(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    explorer = Explorer("720")
    explorer.check(lambda *_: "</script><script>alert(1)</script>")
    explorer.marks = explorer.marks | {"message": "</script><script>alert(1)</script>"}
    explorer.to_html(path)
    assert "<script>alert" not in path.read_text()


def test_the_page_in_docs_is_up_to_date(tmp_path: Path) -> None:
    made = tmp_path / "explorer.html"
    subprocess.run([sys.executable, "-m", "chainrule.explorer", str(made)], check=True)
    kept = ROOT / "docs" / "explorer.html"
    assert kept.read_text() == made.read_text(), "docs/explorer.html is stale: make page"
