"""Outputs that a process sent, as nbformat wants them; whatever is not one is dropped."""

import base64
import binascii

PNG = b"\x89PNG\r\n\x1a\n"
ROOM = 1 << 20  # bytes of errors, beyond what a cell may show


def clean(outputs, most):
    """The outputs among these values that are text or PNG pictures, up to a number of bytes."""
    kept, left = [], most + ROOM
    for output in outputs if type(outputs) is list else ():
        output = _clean(output) if type(output) is dict else None
        size = _size(output)
        if output is not None and size <= left:
            left -= size
            kept.append(output)
    return kept


def error_output(name, message, traceback=()):
    """An output that says what went wrong."""
    lines = list(traceback) or [f"\x1b[31m{name}\x1b[39m: {message}"]
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}


def has_failed(outputs):
    """Whether one of the outputs is an error."""
    return any(output["output_type"] == "error" for output in outputs)


def _clean(output):
    kind = output.get("output_type")
    if kind == "stream" and output.get("name") in ("stdout", "stderr"):
        return {"output_type": kind, "name": output["name"], "text": _text(output.get("text"))}
    if kind == "error":
        traceback = output.get("traceback")
        lines = [_text(line) for line in traceback] if type(traceback) is list else []
        return error_output(_text(output.get("ename")), _text(output.get("evalue")), lines)
    if kind in ("display_data", "execute_result") and (data := _data(output.get("data"))):
        made = {"output_type": kind, "data": data, "metadata": {}}
        if kind == "execute_result":
            number = output.get("execution_count")
            made["execution_count"] = number if type(number) is int else None
        return made
    return None


def _data(data):
    if type(data) is not dict:
        return None
    shown = {}
    if type(data.get("text/plain")) is str:
        shown["text/plain"] = _text(data["text/plain"])
    if type(picture := data.get("image/png")) is str and _is_png(picture):
        shown["image/png"] = picture
    return shown


def _is_png(text):
    try:
        return base64.b64decode(text.replace("\n", ""), validate=True).startswith(PNG)
    except (ValueError, binascii.Error):
        return False


def _text(value):
    # half of a surrogate pair could not be written to a file
    return value.encode("utf-8", "replace").decode() if type(value) is str else ""


def _size(output):
    if isinstance(output, dict):
        return sum(map(_size, output.values()))
    if isinstance(output, list):
        return sum(map(_size, output))
    return len(output) if isinstance(output, str) else 0
