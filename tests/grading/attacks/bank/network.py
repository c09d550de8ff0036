"""Reach somebody over a network: out, in, by name, or by an abstract socket."""

from tests.grading.attacks.bank.kit import attack, fill


@attack("leak: a message goes out")
def connects_out(notebook):
    """Opens a TCP connection and sends what it has."""
    fill(
        notebook,
        """
import socket
with socket.create_connection(("127.0.0.1", 15671), timeout=2) as line:
    line.sendall(b"went out by TCP")
""",
    )


@attack("leak: a message goes out")
def datagrams_out(notebook):
    """Sends a datagram, as a look-up of names would."""
    fill(
        notebook,
        """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
    line.sendto(b"went out by UDP", ("127.0.0.1", 15672))
""",
    )


@attack("leak: a message goes out")
def abstract_socket(notebook):
    """Connects to an abstract UNIX socket, which no mount point hides."""
    fill(
        notebook,
        """
import socket
with socket.socket(socket.AF_UNIX) as line:
    line.connect("\\0rnncourse-attack")
    line.sendall(b"went out by an abstract socket")
""",
    )


@attack("leak: somebody comes in")
def listens(notebook):
    """Opens a port and waits for a visitor."""
    fill(
        notebook,
        """
import socket
with socket.socket() as server:
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("0.0.0.0", 15673))
    server.listen()
    server.settimeout(3)
    visitor, _ = server.accept()
    visitor.sendall(b"came in")
""",
    )


@attack("leak: a message goes out")
def sends_the_hidden_tests(notebook):
    """Sends the source of the running test over the network."""
    fill(
        notebook,
        """
import socket

def when_called(*args):
    with socket.create_connection(("127.0.0.1", 15671), timeout=2) as line:
        line.sendall(globals()["In"][-1].encode())
""",
    )
