"""What learners are asked for, as data, and the cases on which it is asked."""
