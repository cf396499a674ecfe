"""Safe, fast grading of any nbgrader course of Python notebooks."""
