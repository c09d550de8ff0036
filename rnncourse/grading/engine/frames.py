"""Frames on a stream socket: a kind, a number, and a body of bytes."""

import struct
import time

from rnncourse.grading.engine.errors import Gone

HEADER = struct.Struct("<IBQ")  # bytes in the body, kind, number
REPLY, FAILURE = 1, 2
REQUEST, FRESH, AGAIN = 3, 4, 5  # FRESH: all shared objects are forgotten; AGAIN: as last time
LARGEST = 64 << 20
STALE = 10_000


class Frames:
    """The two directions of one socket; both wait until the deadline, then raise TimeoutError."""

    def __init__(self, sock, largest=LARGEST):
        self.sock, self.largest, self.deadline = sock, largest, None
        self.pending = bytearray()
        self.stale = 0

    def send(self, kind, number, body):
        """Send one frame."""
        if len(body) > self.largest:
            raise ValueError(
                f"At most {self.largest:,} bytes can cross at once; this is {len(body):,} bytes."
            )
        try:
            self._wait_no_longer()
            self.sock.sendall(HEADER.pack(len(body), kind, number) + body)
        except TimeoutError:
            raise
        except OSError as error:
            raise Gone(f"the connection was closed ({error.strerror})") from None

    def receive(self):
        """The next frame -> kind, number, body."""
        self._wait_for(HEADER.size)
        size, kind, number = HEADER.unpack_from(self.pending)
        if size > self.largest or not REPLY <= kind <= AGAIN:
            raise Gone("something that is no frame arrived")
        end = HEADER.size + size
        self._wait_for(end)
        frame, self.pending = self.pending, self.pending[end:]
        return kind, number, frame[HEADER.size : end]

    def drop(self):
        """Count a frame that nobody waits for; too many of them are an attack."""
        self.stale += 1
        if self.stale > STALE:
            raise Gone("too many frames arrived that nobody waits for")

    def _wait_for(self, count):
        while len(self.pending) < count:
            try:
                self._wait_no_longer()
                part = self.sock.recv(max(65536, min(count - len(self.pending), 1 << 20)))
            except TimeoutError:
                raise
            except OSError as error:
                raise Gone(f"the connection was closed ({error.strerror})") from None
            if not part:
                raise Gone("the connection is closed")
            self.pending += part

    def _wait_no_longer(self):
        if self.deadline is not None:
            self.sock.settimeout(max(1e-3, self.deadline - time.monotonic()))
