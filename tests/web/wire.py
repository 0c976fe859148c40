"""A wire between a browser and the service that can be cut: nothing passes, or it breaks within one request."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 16_384
PATIENCE_S = 5.0
VERBS = frozenset({b"GET", b"POST", b"PUT", b"DELETE"})


@dataclass
class Break:
    """Where the wire breaks by itself, once: in a request whose first line has ``words`` in it.

    Attributes
    ----------
    after
        Bytes of the request that still pass; None: all of it passes, the service does what is asked, and its answer
        never arrives.
    """

    words: bytes
    after: int | None


@dataclass
class Wire:
    """What passes between a browser and ``address``; `met` is set when it broke by itself."""

    address: str
    port: int
    cut: bool = False
    breaks: Break | None = None
    met: threading.Event = field(default_factory=threading.Event)
    ends: list[socket.socket] = field(default_factory=list)
    carriers: list[threading.Thread] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address that a browser takes for the service's."""
        return f"http://127.0.0.1:{self.port}"

    def sever(self) -> None:
        """Cut, also what is open; who connects is refused, as without a network."""
        self.cut = True
        for one in [*self.ends]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.ends.clear()

    def mend(self) -> None:
        """Let everything pass again."""
        self.cut, self.breaks = False, None
        self.met.clear()

    def break_at(self, words: bytes, after: int | None) -> None:
        """Break in the next request that has these words in its first line."""
        self.met.clear()
        self.breaks = Break(words, after)

    def carry(self, client: socket.socket) -> None:
        """Hand one connection on in both directions until an end closes it."""
        unanswered = threading.Event()
        with client, socket.create_connection(("127.0.0.1", urlsplit(self.address).port or 80)) as server:
            self.ends += [client, server]
            back = threading.Thread(target=self._answers, args=(server, client, unanswered), daemon=True)
            back.start()
            self._requests(client, server, unanswered)
            with suppress(OSError):
                server.shutdown(socket.SHUT_WR)
            back.join()

    def _requests(self, client: socket.socket, server: socket.socket, unanswered: threading.Event) -> None:
        first, passed = b"", 0
        while (data := _some(client)) and not self.cut:
            # A browser sends the next request on a connection only when the one before was answered.
            if data[:8].split(b" ")[0] in VERBS:
                first, passed = data.split(b"\r\n")[0], 0
            at = self.breaks
            hit = at is not None and at.words in first
            if hit and at is not None and at.after is not None and passed + len(data) > at.after:
                _send(server, data[: max(0, at.after - passed)])
                self._broke()
                return
            if hit and at is not None and at.after is None:
                unanswered.set()
            passed += len(data)
            _send(server, data)

    def _answers(self, server: socket.socket, client: socket.socket, unanswered: threading.Event) -> None:
        while (data := _some(server)) and not self.cut:
            if unanswered.is_set():
                self._broke()
                return
            _send(client, data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_WR)

    def _broke(self) -> None:
        self.breaks = None
        self.sever()
        self.met.set()


def _some(one: socket.socket) -> bytes:
    with suppress(OSError):
        return one.recv(AT_ONCE)
    return b""


def _send(one: socket.socket, data: bytes) -> None:
    with suppress(OSError):
        one.sendall(data)


@contextmanager
def wire_to(address: str) -> Iterator[Wire]:
    """Yield a wire to a service on this machine."""

    def accept() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            if wire.cut:
                client.close()
            else:
                carrier = threading.Thread(target=wire.carry, args=(client,), daemon=True)
                wire.carriers.append(carrier)
                carrier.start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        wire = Wire(address, int(listening.getsockname()[1]))
        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        yield wire
        wire.sever()
        listening.shutdown(socket.SHUT_RDWR)
        for one in [accepting, *wire.carriers]:
            one.join(PATIENCE_S)
