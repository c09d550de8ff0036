"""The nbgrader plug-in. Two lines in `nbgrader_config.py` switch it on:

    from rnncourse.grading import plugin
    plugin.switch_on(c)

`nbgrader autograde` then judges submissions in the sandbox, on all processors, and `nbgrader
generate_feedback` writes pages that keep hidden tests hidden. Folders, gradebook, formgrader and
all other commands are nbgrader's own. Options: `c.Autograde.workers`, `c.Autograde.unsafe`,
`c.Autograde.cell_seconds`, `c.Autograde.submission_seconds`, `c.Autograde.regrade`,
`c.Autograde.yes`, `c.Autograde.never_lower`. A file `course.toml` in the course folder holds due
dates, extensions, lateness, points and the seed of the hidden tests.

======================================  =====  =================================================
nbgrader's feature                      works  how
======================================  =====  =================================================
autograder tests, hidden tests          yes    outputs and marks come from the tester's process
partial credit                          yes    a mark outside 0 .. points is left to a person
manually graded code and text           yes    run or kept as handed in; "No response." as before
task cells                              yes    put back when deleted; scores and comments are kept
several notebooks in an assignment      yes    each in processes of its own
files shipped with an assignment        yes    beside the notebook, in both processes
``exclude_overwriting``                 yes    these files, and no others, are the student's
magics and shell lines                  yes    IPython's, inside the sandbox
late penalties, ``timestamp.txt``       yes    by ``course.toml``, or as before the plugin class
``student_id_exclude``, ``--student``   yes
``--notebook``, ``--force``             yes
``--no-execute``                        no     outputs that were handed in prove nothing
``create_student``, permissions         yes
hooks                                   yes    the first one before the class, not each student
``IgnorePattern``, ``LimitOutput``      yes    and your own preprocessors after them
preprocessors before execution          no     repair takes their place
kernels of other languages              no     Python only
outputs that are HTML, SVG, widgets     no     text and PNG are kept
======================================  =====  =================================================
"""


def switch_on(c):
    """Put our steps in place of nbgrader's; c is the object that `get_config()` returns.

    Raises
    ------
    SystemExit
        If a part of the plug-in cannot be imported: nbgrader would only log any other error, and
        grade without it.
    """
    try:
        from nbgrader.apps import api, autogradeapp, generatefeedbackapp

        from rnncourse.grading.autograde import Autograde
        from rnncourse.grading.feedback import GenerateFeedback
        from rnncourse.grading.formgrader import safe_markdown
    except Exception as error:
        raise SystemExit(
            "Nothing was graded: the grading plug-in cannot be loaded "
            f"({type(error).__name__}: {error}). Install it again: pip install 'rnncourse[grade]'"
        ) from error
    for module in autogradeapp, api:
        module.Autograde = Autograde
    for module in generatefeedbackapp, api:
        module.GenerateFeedback = GenerateFeedback
    c.HTMLExporter.filters = {"markdown2html": safe_markdown}
