"""Notebooks as plain data: what an assignment is, what is run, what comes of it. No process."""
