"""An alarm for code that takes too long."""

import signal
import time

from rnncourse.grading.engine.errors import TimeIsUp


class TimeLimit:
    """Raises TimeIsUp in what runs for longer; code can catch that, so somebody else watches too.

    `over` tells whether the time ran out. Limits may be nested.
    """

    inner = None

    def __init__(self, seconds):
        self.seconds, self.over = max(seconds, 0.001), False

    def __enter__(self):
        self.outer, TimeLimit.inner = TimeLimit.inner, self
        self.began = time.monotonic()
        self.outer_seconds = signal.setitimer(signal.ITIMER_REAL, self.seconds)[0]
        return self

    def __exit__(self, *exception):
        signal.setitimer(signal.ITIMER_REAL, 0)
        TimeLimit.inner = self.outer
        if self.outer_seconds:
            left = self.outer_seconds - (time.monotonic() - self.began)
            signal.setitimer(signal.ITIMER_REAL, max(left, 0.001))

    @staticmethod
    def ring(*_):
        """What the alarm does."""
        __tracebackhide__ = True
        if (limit := TimeLimit.inner) is not None:
            limit.over = True
            raise TimeIsUp(f"This took longer than {limit.seconds:.0f} s and was stopped.")
