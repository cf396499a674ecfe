"""`python -m chainrule.explorer FILE` writes the explorer as one file that needs no Python."""

import sys

from chainrule.explorer import Explorer

TITLE = "A small network in which every number can be moved"

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m chainrule.explorer FILE")
    Explorer("small").to_html(sys.argv[1], TITLE)
