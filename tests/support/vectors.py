"""Ways in which text from a learner has become script in somebody's browser.

Each says its own name on the console when it runs.
"""

import base64


def run(name):
    return f"console.log('ran {name}')"


def script(name):
    return f"<script>{run(name)}</script>"


def image(name):
    return f'<img src="nowhere" onerror="{run(name)}">'


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def svg(name):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" onload="{run(name)}">{script(name)}'
        '<circle r="5"/></svg>'
    )


TEXT = {
    "script": script("script"),
    "image": image("image"),
    "svg": svg("svg"),
    "frame": f'<iframe srcdoc="{script("frame")}"></iframe>',
    "frame of data": f'<iframe src="data:text/html,{script("frame of data")}"></iframe>',
    "details": f'<details open ontoggle="{run("details")}">more</details>',
    "link": f"[a link](javascript:{run('link').replace('(', '%28').replace(')', '%29')})",
    "raw link": f'<a href="javascript:{run("raw link")}">a link</a>',
    "hidden link": f'<a href=" java&#10;script:{run("hidden link")}">a link</a>',
    "mathml link": f'<math><mtext href="javascript:{run("mathml link")}">a link</mtext></math>',
    "mutation": (
        "<math><mtext><table><mglyph><style><!--</style>"
        f'<img title="--&gt;&lt;img src=1 onerror={run("mutation")}&gt;">'
    ),
    "template": f"<template>{image('template')}</template><noscript><p title='</noscript>"
    f"{image('template')}'></noscript>",
    "formula": rf"$\text{{{image('formula')}}}$",
    "formula link": rf"$\href{{javascript:{run('formula link')}}}{{x}}$",
    "environment": f"\\begin{{align}}{image('environment')}\\end{{align}}",
    "focus": f'<input autofocus onfocus="{run("focus")}">',
    "animation": (
        "<style>@keyframes a { from { color: red } to { color: blue } }</style>"
        f'<b style="animation: a 1ms" onanimationstart="{run("animation")}">b</b>'
    ),
    "video": f'<video><source onerror="{run("video")}"></video>',
    "object": f'<object data="data:text/html,{script("object")}"></object>',
    "embed": f'<embed src="data:text/html,{script("embed")}">',
    "alternative text": f'![x" onerror="{run("alternative text")}](nowhere)',
    "title": f"![x](nowhere '\" onerror=\"{run('title')}')",
    "code language": f"```<img/src=nowhere/onerror={run('code language')}>\n1\n```",
    "table": f"| a |\n|:--|\n| {image('table')} |",
    "body": f'<body onload="{run("body")}">',
    "marquee": f'<marquee onstart="{run("marquee")}">m</marquee>',
    "mermaid": f"```mermaid\n</pre>{image('mermaid')}\n```",
    "attachment": "![x](attachment:page.html)",
    "attached svg": "![x](attachment:drawing.svg)",
    "attachment name": f'![x](attachment:a"onerror="{run("attachment name")})',
}
ATTACHMENTS = {
    "page.html": {"text/html": encoded(script("attachment"))},
    "drawing.svg": {"image/svg+xml": encoded(svg("attached svg"))},
    f'a"onerror="{run("attachment name")}': {"image/png": f'"><script>{run("attachment name")}'},
}


def _display(**data):
    data = {kind.replace("__", "+").replace("_", "/"): value for kind, value in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": data}


OUTPUTS = {
    "output html": _display(text_html=script("output html")),
    "output image": _display(text_html=image("output image")),
    "output isolated": _display(text_html=script("output isolated"))
    | {"metadata": {"text/html": {"isolated": True}}},
    "output javascript": _display(application_javascript=run("output javascript")),
    "output svg": _display(image_svg__xml=svg("output svg")),
    "output markdown": _display(text_markdown=image("output markdown")),
    "output latex": _display(text_latex=rf"$\text{{{image('output latex')}}}$"),
    "output png": _display(image_png=f'"><img src=nowhere onerror="{run("output png")}">'),
    "output size": _display(image_png="iVBORw0KGgo=")
    | {"metadata": {"image/png": {"width": f"1 onerror={run('output size')}"}}},
    "output plain": _display(text_plain=image("output plain")),
    "stream": {"output_type": "stream", "name": "stdout", "text": image("stream")},
    "stream escape": {
        "output_type": "stream", "name": "stdout", "text": f"\x1b[31m{script('stream escape')}",
    },
    "error": {
        "output_type": "error", "ename": image("error"), "evalue": image("error"),
        "traceback": [image("error"), f"\x1b[31m{image('error')}"],
    },
}  # fmt: skip

LEARNER = f'a";{run("name in script")};"\'><img src=nowhere onerror={run("name")}>'
FILES = {"page.html": script("file"), "drawing.svg": svg("file svg")}
NOTED = f"The file {image('finding')}.txt was left out."
REASON = image("reason")
MESSAGE = f"square: not right yet.\nWhat came back: {image('message')}"
MISTAKE = {"id": image("mistake id"), "name": image("mistake name"), "hint": image("hint")}
EXAMPLE = {
    "inputs": {image("input"): image("input value")},
    "result": image("result"),
    "yours": [[1.0]],
    "true": [[2.0]],
    "differ": [[0, 0]],
}
