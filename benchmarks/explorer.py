"""How fast the explorer is: in JupyterLab, while the kernel works, through Voilà, and in Python.

Key press to changed views is measured in the page, from the time stamp that the browser gives the
key event to the moment when every linked view of both explorers shows the new number; "painted" is
the start of the first frame after that, at 60 frames a second.

usage: python benchmarks/explorer.py
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from figures import keep  # noqa: E402

from tests.support import lab  # noqa: E402

FIGURES: dict[str, float] = {}  # milliseconds
PRESSES = 100
CELLS = ("from chainrule import Explorer\ne = Explorer('740', phase='hidden_pre')\ne", "e")
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
BUSY = "import time; time.sleep(8)"

# Watches every view of W1[0,1]: the number in the picture, the matrix, the formula and its result.
WATCH = """() => {
  const shown = () => [...document.querySelectorAll(".chainrule-explorer")].map((root) =>
    !root.querySelector('.pill[data-entry="W1[0,1]"]') ? ["not selected"] : [
    root.querySelector('.stage input[data-entry="W1[0,1]"]').value,
    root.querySelector('.pill[data-entry="W1[0,1]"] input').value,
    root.querySelector('.term[data-entry="W1[0,1]"] .figure').textContent,
    root.querySelector(".result").textContent,
    root.querySelector('.stage [data-entry="logits[0,0]"]').textContent]);
  let pressed = 0;
  let before = "";
  window.changed = [];
  window.painted = [];
  window.seen = [];
  window.addEventListener("keydown", (event) => {
    pressed = event.timeStamp;
    before = shown().flat();
  }, true);
  new MutationObserver(() => {
    const views = shown();
    const flat = views.flat();
    const visible = flat.filter((text) => text !== "");
    const agree = views.every((view) => new Set(view.slice(0, 3)).size === 1);
    const moved = flat.every((text, k) => text === "" || text !== before[k]);
    if (!pressed || !visible.length || !agree || !moved) return;
    const start = pressed;
    pressed = 0;
    window.changed.push(performance.now() - start);
    window.seen.push(views[0][0]);
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.painted.push(performance.now() - start);
      channel.port2.postMessage(0);
    });
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


def presses(page: Any, where: str, one_by_one: bool = True, count: int = PRESSES) -> None:
    """Press the arrow key, and print how long the views took and how many values were shown."""
    page.evaluate("() => { changed.length = painted.length = seen.length = 0; }")
    page.locator('.stage input[data-entry="W1[0,1]"]').first.focus()
    for place in range(count):
        page.keyboard.press("ArrowUp")
        if one_by_one:
            page.wait_for_function(f"() => painted.length === {place + 1}")
    page.wait_for_function(f"() => painted.length === {count}")
    changed, painted = page.evaluate("[changed, painted]")
    shown = len(set(page.evaluate("seen")))
    for name, times in (("changed", changed), ("painted", painted)):
        FIGURES[f"{where}, {name}, median"] = round(statistics.median(times), 1)
        FIGURES[f"{where}, {name}, 95 %"] = round(statistics.quantiles(times, n=20)[-1], 1)
        print(
            f"{where:<34} {name:<8} median {statistics.median(times):5.1f} ms, "
            f"95 % {statistics.quantiles(times, n=20)[-1]:5.1f} ms, "
            f"{shown} of {count} presses shown"
        )


def in_jupyterlab(browser: Any, home: Path) -> None:
    lab.write_notebook(home / "notebooks" / "explorer.ipynb", *CELLS)
    with lab.jupyterlab(home) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        lab.open_in_lab(page, address, "explorer.ipynb")
        page.wait_for_function("document.querySelectorAll('.chainrule-explorer').length === 2")
        page.evaluate(WATCH)
        presses(page, "JupyterLab, two views")
        presses(page, "JupyterLab, fast", one_by_one=False, count=30)
        for where, one_by_one, count in (("", True, 60), (", fast", False, 30)):
            page.wait_for_function(f"() => {KERNEL}.status === 'idle'", timeout=60_000)
            page.evaluate(f"(code) => {{ {KERNEL}.requestExecute({{ code }}); }}", BUSY)
            page.wait_for_function(f"() => {KERNEL}.status === 'busy'")
            presses(page, f"JupyterLab, kernel busy{where}", one_by_one, count)
            print(f"{'':<34} after that the kernel is {page.evaluate(f'{KERNEL}.status')}")
        page.close()


# Starts one step of the pass, and watches the frames while products run along the edges.
FRAMES = """async () => {
  document.querySelector('.moves button[title="The next phase"]').click();
  const frames = [];
  let last = performance.now();
  do {
    await new Promise(requestAnimationFrame);
    frames.push(performance.now() - last);
    last = performance.now();
  } while (document.querySelector(".run"));
  return frames.slice(1);
}"""


def in_a_page(browser: Any, home: Path) -> None:
    """The explorer as a file of its own: presses, and frames while it moves."""
    from chainrule import Explorer

    path = home / "explorer.html"
    Explorer("wide", phase="x").to_html(path)
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.goto(path.as_uri())
    frames = sorted(page.evaluate(FRAMES))
    for name, part in (("median", 0.5), ("95 %", 0.95)):
        FIGURES[f"a frame while it moves, {name}"] = round(frames[int(part * len(frames))], 1)
    print(f"{'a frame while it moves':<44} {frames[len(frames) // 2]:7.1f} ms")
    page.close()


def in_voila(browser: Any, home: Path) -> None:
    notebook = home / "explorer.ipynb"
    lab.write_notebook(notebook, CELLS[0])
    with lab.voila(home, notebook) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(address)
        page.locator(".chainrule-explorer").wait_for(timeout=60_000)
        page.evaluate(WATCH)
        presses(page, "Voilà")
        presses(page, "Voilà, fast", one_by_one=False, count=30)
        page.close()


def in_python() -> None:
    def timed(what: str, action: Any, count: int = 1) -> None:
        start = time.perf_counter()
        for _ in range(count):
            action()
        FIGURES[what] = round(1000 * (time.perf_counter() - start) / count, 1)
        print(f"{what:<44} {FIGURES[what]:7.1f} ms")

    def run(code: str) -> Any:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    timed("python -c pass", run("pass"), 5)
    timed("import chainrule", run("import chainrule"), 5)
    timed("import chainrule, chainrule.Explorer", run("import chainrule; chainrule.Explorer"), 5)
    from chainrule import Explorer

    Explorer("740")
    timed("Explorer('740')", lambda: Explorer("740"), 50)
    explorer = Explorer("740")
    timed("the static picture and table", lambda: explorer._picture(), 50)
    timed("a step", explorer.step, 50)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "explorer.html"
        timed("to_html", lambda: explorer.to_html(path), 20)
        print(f"{'its size':<44} {path.stat().st_size / 1000:7.1f} kB")


def main() -> None:
    in_python()
    with tempfile.TemporaryDirectory() as folder, lab.chromium() as browser:
        for name, measure in (
            ("page", in_a_page),
            ("lab", in_jupyterlab),
            ("voila", in_voila),
        ):
            home = Path(folder) / name
            (home / "notebooks").mkdir(parents=True)
            measure(browser, home)
    keep("explorer", FIGURES)


if __name__ == "__main__":
    main()
