"""The guides and the reference as a site: built without a warning, nothing from elsewhere."""

import importlib
import re
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

import chainrule
from tests.support import ROOT, lab

REFERENCE = sorted(ROOT.glob("docs/reference/*.md"))
# What a page asks for by itself, other than where a link leads.
ASKED_FOR = re.compile(r"""(?:src|srcset|data)="([^"]*)"|<link[^>]*href="([^"]*)"|url\(([^)]*)\)""")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_guide_is_a_page_and_the_explorer_is_there(site):
    guides = {path.relative_to(ROOT / "docs") for path in ROOT.glob("docs/**/*.md")}
    assert guides <= {path.relative_to(site).with_suffix(".md") for path in site.rglob("*.html")}
    page, ours = site / "explorer.html", ROOT / "docs" / "explorer.html"
    assert page.read_bytes() == ours.read_bytes()


def test_no_page_asks_for_anything_elsewhere(site):
    for path in [*site.rglob("*.html"), *site.rglob("*.css")]:
        for found in ASKED_FOR.findall(path.read_text()):
            assert not re.match(r"(https?:)?//", "".join(found)), path


def test_mathematics_needs_no_script(site):
    page = (site / "learners.html").read_text()
    assert page.count("<math") >= 8 and "arithmatex" not in page


def test_a_diagram_is_a_picture_that_says_what_is_in_it(site):
    page = (site / "grading.html").read_text()
    (said,) = re.findall(r'<img alt="([^"]*)" src="images/grading.png"', page)
    assert "learner's cells of one notebook" in said and "mermaid" not in page


def imported(module, name):
    try:
        return getattr(importlib.import_module(module), name)
    except AttributeError:
        return importlib.import_module(f"{module}.{name}")


def test_the_reference_has_what_can_be_imported(site):
    """Each name of the imports at the top of a page is there, and each can be imported."""
    named = set()
    for path in REFERENCE:
        page = (site / path.relative_to(ROOT / "docs").with_suffix(".html")).read_text()
        for module, names in re.findall(
            r"^from (\S+) import (.*)$", path.read_text(), re.MULTILINE
        ):
            for name in names.split(", "):
                value = imported(module, name)
                home = getattr(value, "__module__", module)
                names_there = re.findall(rf'id="({home}|{module})\.{name}["\.]', page)
                assert names_there, f"{path.name}: {name}"
                named.add(name)
    assert set(chainrule.__all__) <= named


def test_a_fields_comment_and_a_parameters_name_are_shown(site):
    page = (site / "reference" / "explorer.html").read_text()
    assert "how far the computation has come" in page
    page = (site / "reference" / "grading.html").read_text()
    assert "<code>assignment</code>, <code>student</code>: only this one." in page


@pytest.fixture
def address(site):
    """Of a server of the site on this machine."""
    handler = partial(QuietHandler, directory=site)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.mark.browser
def test_it_is_read_and_searched_without_a_network(site, address):
    asked, said = [], []
    with lab.chromium() as browser:
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("response", lambda answer: answer.status < 400 or said.append(answer.url))
        page.on("pageerror", lambda error: said.append(str(error)))
        for path in sorted(site.rglob("*.html")):
            page.goto(address + str(path.relative_to(site)))
        page.goto(address)
        page.get_by_role("textbox", name="Search").click()
        page.keyboard.type("transposed")
        page.locator(".md-search-result__link").first.wait_for()
    elsewhere = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert elsewhere == said == []
