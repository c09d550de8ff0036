"""Collects what a cell shows."""

import base64
import io

SHOWN = "text/plain", "image/png"


class Outputs:
    """The outputs of the cell that runs, up to a number of bytes."""

    def __init__(self, most):
        self.most = most
        self.take()

    def take(self):
        """The outputs so far; the next ones make a new list."""
        taken, self.items, self.left = getattr(self, "items", []), [], self.most
        return taken

    def text(self, name, text):
        """Add text to a stream; neighbours of one stream are one output."""
        if self.left <= 0 or not text:
            return
        if len(text) > self.left:
            text = text[: self.left] + "\n[the rest of the output is left out]\n"
        self.left -= len(text)
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"].append(text)
        else:
            self.items.append({"output_type": "stream", "name": name, "text": [text]})

    def data(self, kind, data, **more):
        """Add a picture or a value."""
        shown = {mime: _as_text(data[mime]) for mime in SHOWN if mime in data}
        size = sum(map(len, shown.values()))
        if size > self.left:
            self.text("stderr", "[an output that is too large is left out]\n")
        elif shown:
            self.left -= size
            self.items.append({"output_type": kind, "data": shown, "metadata": {}, **more})

    def error(self, name, message, traceback):
        """Add an error; there is always room for one."""
        error = {"ename": name, "evalue": message[:10_000]}
        lines = [line[:10_000] for line in traceback[-100:]]
        self.items.append({"output_type": "error", **error, "traceback": lines})


def _as_text(value):
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of a cell."""

    encoding, errors = "utf-8", "strict"

    def __init__(self, outputs, name, descriptor):
        self.outputs, self.name, self.descriptor = outputs, name, descriptor

    def write(self, text):
        """Add to the outputs."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.outputs.text(self.name, text)
        return len(text)

    def writable(self):
        """It can be written to."""
        return True

    def fileno(self):
        """Where a program that a cell starts writes."""
        return self.descriptor
