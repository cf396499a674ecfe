"""What both sides of the wall know of each other: messages, and the plain data in them."""
