"""What the docstrings and comments of this package mean, for the reference. A griffe extension."""

import io
import re
import tokenize
from typing import Any

import griffe


class Comments(griffe.Extension):
    def on_attribute_instance(self, *, attr: griffe.Attribute, **_: Any) -> None:
        """A field without a docstring has the comment at its end as one."""
        if attr.docstring is None and isinstance(attr.parent, griffe.Class) and attr.lineno:
            tokens = tokenize.generate_tokens(io.StringIO("\n".join(attr.lines)).readline)
            said = [one.string.lstrip("# ") for one in tokens if one.type == tokenize.COMMENT]
            if said:
                attr.docstring = griffe.Docstring(" ".join(said), parent=attr)

    def on_function_instance(self, *, func: griffe.Function, **_: Any) -> None:
        """`name: what it is` in a docstring is about a parameter."""
        if func.docstring:
            names = "|".join(re.escape(one.name.lstrip("*")) for one in func.parameters)
            about = re.compile(rf"(?<![\w`.])((?:{names})(?:, (?:{names}))*)(?=: )")
            func.docstring.value = about.sub(
                lambda match: re.sub(r"\w+", r"`\g<0>`", match[1]), func.docstring.value
            )

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """A block after `::` is code."""
        if obj.docstring:
            obj.docstring.value = obj.docstring.value.replace("::\n\n    ", ":\n\n    ")
