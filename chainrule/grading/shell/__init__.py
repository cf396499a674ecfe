"""Cells are run, on both sides of the wall: a shell that keeps what they put out."""
