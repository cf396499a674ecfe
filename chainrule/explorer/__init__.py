"""The explorer: a small network on the screen in which every number can be moved.

The arithmetic and the drawing are ES modules in `page/`; Python keeps the state, checks it, and
runs the learner's own function on it.
"""

from chainrule.explorer.widget import Explorer

__all__ = ["Explorer"]
