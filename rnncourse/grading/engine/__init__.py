"""Judges one notebook: the student's cells in one process, the tests in another.

`with Engine() as engine: verdict = engine.run(cells)`. What crosses between the two processes is
plain data; the outputs and the fate of a graded cell come from the tester's process alone.
"""

from rnncourse.grading.engine.cells import Cell, CellResult, Verdict
from rnncourse.grading.engine.runner import Engine

__all__ = ["Cell", "CellResult", "Engine", "Verdict"]
