"""What learners wrote runs nowhere: Formgrader, feedback and report in a real browser.

The notebook is made by hand and holds more than `chainrule grade` lets through, as if it had been
graded by nbgrader alone. The same pages of a plain installation do run some of it.
"""

import subprocess
import sys
from urllib.parse import quote

import pytest

from chainrule import records
from chainrule.report import cell_outputs, harmless
from chainrule.report.class_report import report
from tests.report.test_class_report import pytestmark as known_warnings
from tests.support import made, vectors
from tests.support.lab import chromium
from tests.support.server import formgrader

pytestmark = [pytest.mark.browser, known_warnings]

SAFE = """
from chainrule.hooks import feedback, formgrader
feedback.install(c)
formgrader.install(c)
"""
SHOWN = r"""
The formula $\frac{a}{b}$ and

| a | b |
|:--|:--|
| 1 | 2 |

```python
for i in range(3): pass
```

![dot](attachment:dot.png)
"""
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="


def notebook():
    record = {
        "message": vectors.MESSAGE, "mistakes": [vectors.MISTAKE], "properties": [],
        "flags": [vectors.image("flag")], "example": vectors.EXAMPLE,
    }  # fmt: skip
    result = records.result("test_square", 1, 4, "partly", vectors.REASON)
    finding = {"kind": "file", "cell": "", "message": vectors.NOTED}
    attachments = vectors.ATTACHMENTS | {"dot.png": {"image/png": DOT}}
    texts = [made.text(text) | {"attachments": attachments} for text in vectors.TEXT.values()]
    cells = [
        *texts,
        made.answer("square", vectors.script("source"), list(vectors.OUTPUTS.values())),
        made.test("test_square", result, 4, [made.shown(record)]),
        made.text("Why?"),
        made.written("why", SHOWN + "\n\n".join(vectors.TEXT.values()), attachments=attachments),
        {"cell_type": "raw", "metadata": {}, "source": vectors.script("raw")},
        made.answer("other", "1") | {"metadata": {"tags": [f'"><{vectors.image("tag")[1:]}']}},
    ]
    whole = made.notebook(*cells, findings=[finding])
    whole["metadata"]["title"] = vectors.script("title of the notebook")
    whole["metadata"]["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {
            "state": {},
            "a": f"</script>{vectors.script('widget')}",
        }
    }
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
        if cell["cell_type"] == "code":
            cell["execution_count"] = None
    return whole


def make(root, config):
    root.mkdir()
    (root / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.course_id = "small"\n{config}'
    )
    book = made.gradebook(root, "ps1", {"test_square": ("code", 4), "why": ("markdown", 2)})
    book.add_solution_cell("square", "nb", "ps1")
    book.add_student(vectors.LEARNER)
    submission = book.add_submission("ps1", vectors.LEARNER)
    grade = book.find_grade("test_square", "nb", "ps1", vectors.LEARNER)
    grade.auto_score, grade.needs_manual_grade = 1, False
    book.db.commit()
    number = submission.notebooks[0].id
    book.close()
    path = made.put(root, vectors.LEARNER, "ps1", notebook())
    for name, text in vectors.FILES.items():
        path.with_name(name).write_text(text)
    return root, number


def ran(started, *addresses):
    """Which vectors ran while pages were opened and their links clicked; and the last page."""
    page = started.new_page()
    heard = []
    page.on("console", lambda said: heard.append(said.text))
    page.on("dialog", lambda dialog: dialog.dismiss())
    for address in addresses:
        page.goto(address, wait_until="networkidle")
        if address.endswith(tuple(vectors.FILES)):
            continue  # a sandboxed file runs nothing, not even what a test asks for
        page.evaluate(
            "document.querySelectorAll('a, [href]').forEach((one) => {"
            " if (/^\\s*java/i.test(one.getAttribute('href') || '')) one.click?.(); })"
        )
        # What a click has set off comes before this.
        page.evaluate("() => new Promise((done) => setTimeout(done))")
    return {text.removeprefix("ran ") for text in heard if text.startswith("ran ")}, page


def opened(url, number):
    base = f"{url}/formgrader"
    name = quote(vectors.LEARNER, safe="")
    return [
        f"{base}/submissions/{number}/",
        f"{base}/manage_submissions/ps1",
        f"{base}/gradebook/ps1/nb",
        f"{base}/manage_students",
        f"{base}/manage_students/{name}",
        f"{base}/manage_students/{name}/ps1",
        *(f"{base}/submissions/{number}/{file}" for file in vectors.FILES),
    ]


def feedback(root):
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_feedback", "ps1"],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr
    return (root / "feedback" / vectors.LEARNER / "ps1" / "nb.html").as_uri()


def test_there_are_many():
    assert len(vectors.TEXT) + len(vectors.OUTPUTS) >= 20


def test_nothing_runs(tmp_path):
    root, number = make(tmp_path / "course", SAFE)
    page = report(root, output=tmp_path / "report.html")[0].as_uri()
    with chromium() as started:
        seen, shown = ran(started, feedback(root))
        assert seen == set()
        assert shown.locator(".written math mfrac").count() == 1
        assert shown.locator(".written td").count() == 2 + 1
        assert shown.locator(".written img[src^='data:image/png']").count() >= 1
        seen, _ = ran(started, page)
        assert seen == set()
        with formgrader(root, tmp_path) as url:
            seen, shown = ran(started, *reversed(opened(url, number)))
            assert seen == set()
            answer = shown.locator(".nbgrader_cell").last
            assert answer.locator("math mfrac").count() == 1
            assert answer.locator("td").first.inner_text() == "1"
            assert answer.locator(".highlight .k").count() >= 1
            width = "(one) => one.complete && one.naturalWidth"
            assert answer.locator("img[alt=dot]").evaluate(width) == 1


def test_cleaning_alone_is_enough():
    """Without the browser's help: the page has no Content-Security-Policy."""
    parts = [harmless.markdown(text, vectors.ATTACHMENTS) for text in vectors.TEXT.values()]
    parts += cell_outputs.show(list(vectors.OUTPUTS.values()))
    with chromium() as started:
        page = started.new_page()
        heard = []
        page.on("console", lambda said: heard.append(said.text))
        page.route("**/nowhere", lambda route: route.abort())
        page.route(
            "**/page", lambda route: route.fulfill(body="".join(parts), content_type="text/html")
        )
        page.goto("http://localhost/page", wait_until="networkidle")
        page.evaluate("document.querySelectorAll('a').forEach((one) => one.click())")
    assert not [text for text in heard if text.startswith("ran ")]


def test_a_plain_installation_does_run_some(tmp_path):
    root, number = make(tmp_path / "course", "")
    with chromium() as started:
        seen, _ = ran(started, feedback(root))
        assert len(seen) >= 3, seen
        with formgrader(root, tmp_path) as url:
            seen, _ = ran(started, *opened(url, number))
        assert len(seen) >= 3, seen
