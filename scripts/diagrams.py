"""Makes pictures of the diagrams in the guides, for the site: `make pictures`.

They are drawn by JupyterLab's preview of Markdown, which has mermaid, as GitHub has.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.imports import ROOT
from tests.support import lab

DOCS = ROOT / "docs"
_OPEN = """(path) => window.jupyterapp.commands.execute(
    'docmanager:open', {path, factory: 'Markdown Preview'})"""


def guides() -> list[Path]:
    """Those with a diagram."""
    return [path for path in sorted(DOCS.glob("*.md")) if "```mermaid" in path.read_text()]


def picture(guide: Path) -> Path:
    return DOCS / "images" / f"{guide.stem}.png"


@contextmanager
def drawn(guide: Path, home: Path) -> Iterator[Any]:
    """The page of a browser in which the guide is shown, its diagram drawn. home: a new folder."""
    (home / "notebooks").mkdir()
    shutil.copy(guide, home / "notebooks")
    with lab.chromium() as browser, lab.jupyterlab(home) as address:
        page = browser.new_page(viewport={"width": 1600, "height": 1200}, device_scale_factor=2)
        page.goto(f"{address}/lab?reset")
        page.locator(".jp-Launcher").wait_for(timeout=60_000)
        page.evaluate(_OPEN, guide.name)
        page.locator(".jp-RenderedMermaid").wait_for(timeout=60_000)
        yield page


def main() -> None:
    for guide in guides():
        with tempfile.TemporaryDirectory() as home, drawn(guide, Path(home)) as page:
            page.locator(".jp-RenderedMermaid img").screenshot(path=picture(guide))


if __name__ == "__main__":
    main()
