"""What the explorer's tests share."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from chainrule import Explorer
from tests.support import lab

HERE = Path(__file__).parent

expect.set_options(timeout=20_000)  # a shared machine may be slow; what holds is seen at once


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; ended with the module, since playwright keeps an event loop meanwhile."""
    if not Path(lab.CHROMIUM).exists():
        pytest.fail("the browser tests need Debian's chromium: apt-get install chromium")
    with lab.chromium() as started:
        yield started


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """A function that opens an explorer as a page of its own; errors in the page fail the test."""
    errors: list[str] = []
    pages = []

    def open_page(explorer: Explorer, width: int = 1280, height: int = 800, **more: Any) -> Any:
        path = tmp_path / f"{len(pages)}.html"
        explorer.to_html(path)
        page = browser.new_page(viewport={"width": width, "height": height}, **more)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: _only_itself(request, errors))
        page.goto(path.as_uri())
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert errors == []


def _only_itself(request: Any, errors: list[str]) -> None:
    if not request.url.startswith("file:"):
        errors.append(f"the page asked for {request.url}")


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, installed on first use."""
    source = HERE / "node_modules" / "axe-core" / "axe.min.js"
    if not source.exists():
        if not shutil.which("npm"):
            pytest.fail("the accessibility tests need npm: apt-get install npm")
        command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=HERE, check=True, timeout=300)
    return source.read_text()
