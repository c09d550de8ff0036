"""Numbers that a chapter measures in a cell and quotes in its prose, formatted there."""

import numbers
import sys

MIME = "application/papermill.record/"  # no reader shows this type, so nothing appears on the page


def measured(**values):
    """Record numbers under names; prose then writes {glue:text}`name:.2f`.

    Does nothing outside a notebook.

    Parameters
    ----------
    **values : float or int
        Names must be unique on a page.

    Raises
    ------
    TypeError
        If a value is no number.

    Examples
    --------
    >>> measured(gru_time=0.83, steps=600)
    """
    for name, value in values.items():
        if not isinstance(value, numbers.Real) or isinstance(value, bool):
            raise TypeError(f"{name}: expected a number, got {type(value).__name__}")
    ipython = sys.modules.get("IPython")  # wherever a notebook runs, it is there
    if ipython is None or ipython.get_ipython() is None:
        return
    for name, value in values.items():
        plain = int(value) if isinstance(value, numbers.Integral) else float(value)
        ipython.display.display(
            {f"{MIME}text/plain": repr(plain)},
            raw=True,
            metadata={"scrapbook": {"name": name, "mime_prefix": MIME}},
        )
