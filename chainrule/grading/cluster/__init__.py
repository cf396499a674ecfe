"""Grading on more than one machine, by Dask; the rest of the package knows nothing of it."""
