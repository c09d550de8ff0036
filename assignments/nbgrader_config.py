"""nbgrader's settings. Run its commands in this folder, one --assignment at a time."""

import os
import sys
from pathlib import Path

from rnncourse.grading import plugin

c = get_config()  # noqa: F821 - nbgrader provides it

c.CourseDirectory.root = str(Path(__file__).resolve().parent)

# Submissions are judged in a sandbox; feedback pages keep hidden tests hidden.
plugin.switch_on(c)

# nbgrader calls `alembic` by name, also when the environment is not activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

# One thread for each submission: small matrices are faster so, and answers repeat exactly.
for name in "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS":
    os.environ[name] = "1"
