"""This repository's own course: its folders, and a made-up class that hands in."""
