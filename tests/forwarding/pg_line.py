"""A line to PostgreSQL that can be cut: what a network does, without stopping anybody's server."""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import suppress
from enum import Enum
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


class State(Enum):
    WELL = "passes everything on"
    GONE = "refuses, and drops what is open"
    SILENT = "accepts, and passes nothing on any more"


class Line:
    """Listens in ``directory`` and passes bytes on to the server that listens in ``server``."""

    def __init__(self, directory: Path, server: Path) -> None:
        self.directory = directory
        self._path = directory / SOCKET
        self._server = server / SOCKET
        self._state = State.WELL
        self._open: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self._over = threading.Event()

    def __enter__(self) -> Line:
        self._listen()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._hang_up()

    def set(self, state: State) -> None:
        self._state = state
        if state is State.GONE:
            self._hang_up()
        elif self._listener is None:
            self._listen()
        if state is State.WELL:
            # What was silent is of no use to anybody any more.
            self._drop()

    def _listen(self) -> None:
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self._path))
        self._listener.listen(128)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _address = listener.accept()
                self._open.append(client)
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with (
            suppress(OSError, ValueError),
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server,
            selectors.DefaultSelector() as ready,
        ):
            server.connect(str(self._server))
            ready.register(client, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, client)
            while not self._over.is_set():
                for key, _events in ready.select(0.2):
                    if self._state is State.SILENT:
                        self._over.wait(0.05)
                        continue
                    data = key.fileobj.recv(65_536)  # type: ignore[union-attr]
                    if not data:
                        return
                    key.data.sendall(data)
        with suppress(OSError):
            client.close()

    def _hang_up(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self._path.unlink(missing_ok=True)
        self._drop()

    def _drop(self) -> None:
        connections, self._open = self._open, []
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
