"""Small networks and their mathematics: formulas as data, both passes, the truth from torch."""
