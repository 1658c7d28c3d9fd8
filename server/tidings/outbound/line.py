"""One connection out, to an address that was judged, with one end to all waits on it and a limit to what is read."""

import socket
import ssl
import time

import httpcore2

from tidings.outbound.guard import Target

READ_AT_ONCE = 16 * 1024
ADDRESSES_TRIED = 3


class TooMuch(Exception):
    """More has come than is read."""


class TlsFailed(Exception):
    """No trusted connection: `reason` says what was wrong, in OpenSSL's words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Deadline:
    """The end of a call: `seconds` from now, on a clock that nobody sets."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._started = time.monotonic()

    def left(self) -> float:
        """Seconds that are left, more than 0; raises TimeoutError when there are none."""
        left = self.seconds - (time.monotonic() - self._started)
        if left <= 0:
            raise TimeoutError
        return left

    @property
    def milliseconds(self) -> int:
        """How long it has been."""
        return round((time.monotonic() - self._started) * 1000)


class Line(httpcore2.NetworkStream):
    """What httpcore reads from and writes to. The time-outs it passes are not asked: `deadline` ends every wait.

    allowance: bytes that may still be read; raises TooMuch beyond. taken: bytes that were read.
    Raises OSError (TimeoutError among them) as the socket does; WriteError, which httpcore forgives, for a closed door.
    """

    def __init__(self, connected: socket.socket, deadline: Deadline, allowance: int) -> None:
        self._socket = connected
        self._deadline = deadline
        self.allowance = allowance
        self.taken = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - as said above
        """Some bytes, none at the end."""
        if self.allowance <= 0:
            raise TooMuch
        self._socket.settimeout(self._deadline.left())
        piece = self._socket.recv(min(max_bytes, READ_AT_ONCE, self.allowance))
        self.taken += len(piece)
        self.allowance -= len(piece)
        return piece

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - as said above
        """All of `buffer`, however slowly the other side takes it."""
        rest = memoryview(buffer)
        while rest:
            self._socket.settimeout(self._deadline.left())
            try:
                rest = rest[self._socket.send(rest[:READ_AT_ONCE]) :]
            except OSError as error:  # it may have answered before it closed; where time is over, the next read says so
                raise httpcore2.WriteError(str(error)) from error

    def secure(self, trust: ssl.SSLContext, name: str) -> None:
        """Goes over to TLS: `name` is asked for, and its certificate must be of those that `trust` knows.

        Raises TlsFailed, TimeoutError.
        """
        self._socket.settimeout(self._deadline.left())
        try:
            self._socket = trust.wrap_socket(self._socket, server_hostname=name)
        except TimeoutError:
            raise
        except ssl.SSLCertVerificationError as error:
            raise TlsFailed(error.verify_message) from error
        except (OSError, ValueError) as error:
            words = getattr(error, "reason", None) or getattr(error, "strerror", None)
            raise TlsFailed(words or type(error).__name__) from error

    def close(self) -> None:
        """Lets go of the socket; says no good-bye that could wait."""
        self._socket.close()


def connect(target: Target, deadline: Deadline, allowance: int) -> Line:
    """A line to the first of the judged addresses that takes one, still without TLS. Raises OSError."""
    addresses = target.addresses[:ADDRESSES_TRIED]
    failure: OSError = TimeoutError()
    for number, address in enumerate(addresses):
        left = deadline.left()
        # an address that swallows everything leaves time for those after it
        share = left / (len(addresses) - number)
        attempt = None
        try:
            attempt = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
            # no more of an endless answer waits in the kernel than is read of it
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * READ_AT_ONCE)
            attempt.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            attempt.settimeout(share)
            attempt.connect((address, target.port))
            return Line(attempt, deadline, allowance)
        except OSError as error:
            if attempt is not None:  # else this machine does not speak IPv6
                attempt.close()
            failure = error
    raise failure
