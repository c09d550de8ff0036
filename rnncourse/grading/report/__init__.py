"""One page for the instructor about an assignment: what the class knows and what to look at."""
