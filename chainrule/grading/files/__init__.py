"""nbgrader's folders and gradebook: what is read from them, and written to them."""
