"""What a student is told about a failed check: its words, not the numbers it compared."""

import re

LONGEST = 400
# What the engine itself says; its words are for students already.
ENGINE = {"CellTimeoutError", "DeadKernelError", "NoAnswerError", "NotRunError", "NoVerdictError"}
NUMBERS = re.compile(r"^\s*(ACTUAL|DESIRED|x|y)\s*:.*", re.MULTILINE | re.DOTALL)
MISMATCHES = re.compile(r"^.*\((ACTUAL|DESIRED)\).*$|^\s*First \d+ mismatches.*$", re.MULTILINE)
UNITTEST = re.compile(
    r"^.*?(?: != | == | is | is not | not in | not found in | not (?:less|greater) than ).*?"
    r"(?: : (?P<own>[^:]*))?$",
    re.DOTALL,
)


def message(cell):
    """The message of a graded cell that failed, or "" where the assertion has none."""
    errors = [output for output in cell.get("outputs", ()) if output.output_type == "error"]
    if not errors:
        return "The check wrote a warning." if _warned(cell) else ""
    name, text = errors[0].ename, errors[0].evalue
    if name == "NotImplementedError":
        return "This part is not written yet."
    if name == "NotRun":
        return f"This check was not run. {text}"
    if name in ENGINE:
        return text
    text = without_numbers(text, "".join(errors[0].get("traceback", ())))
    if name != "AssertionError":
        text = f"{name}: {text}" if text else name
    return text if len(text) <= LONGEST else text[:LONGEST] + " ..."


def without_numbers(text, traceback=""):
    """The message of an assertion without the values that NumPy and unittest put into it."""
    text = MISMATCHES.sub("", NUMBERS.sub("", text))
    if "unittest" in traceback and (built := UNITTEST.match(text)):
        text = built["own"] or ""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _warned(cell):
    outputs = cell.get("outputs", ())
    return any(o.output_type == "stream" and o.name == "stderr" for o in outputs)
