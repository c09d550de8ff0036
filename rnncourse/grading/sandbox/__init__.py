"""A place where a stranger's code can run: started once, entered afresh for each submission.

`start` launches a parent process inside bubblewrap. The parent imports what submissions need,
then forks; each fork calls `confine` and is alone from then on.
"""

from rnncourse.grading.sandbox.confine import confine
from rnncourse.grading.sandbox.launch import NoSandbox, start

__all__ = ["NoSandbox", "confine", "start"]
