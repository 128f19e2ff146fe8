"""Keeps several processes running together: one goes down, it comes back; all stop as one.

Each child leads a process group of its own, so that its own children can be ended with it, and is
told by the kernel when this process dies, even by SIGKILL. Everything happens in one thread.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from config.processes import die_with_parent, kill_group

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
# Whoever lived this long was well; its next death starts with the first pause again.
HEALTHY_SECONDS = 60.0
TICK = 0.25


@dataclass
class Child:
    """One process to keep running. Children stop by ``stage``, the lowest first.

    ``grace`` is how many seconds it may take to stop before it is killed.
    """

    name: str
    command: Sequence[str]
    stage: int = 0
    grace: float = 10.0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started: float = field(default=0.0, init=False)
    pause: float = field(default=FIRST_PAUSE, init=False)
    due: float = field(default=0.0, init=False)
    rest: bytes = field(default=b"", init=False)


class Supervisor:
    """Runs `children` until it is told to stop by SIGTERM, SIGINT or `stop`."""

    def __init__(
        self, children: Sequence[Child], *, environment: Mapping[str, str], output: IO[str]
    ) -> None:
        self.children = list(children)
        self.environment = dict(environment)
        self.output = output
        self.stopping = False
        self.impatient = False
        self._parent = os.getpid()
        self._selector = selectors.DefaultSelector()
        self._width = max(len(child.name) for child in children)

    def run(self, each_tick: Callable[[], None] | None = None) -> None:
        """Start everyone, restart whoever dies, return once all have stopped.

        ``each_tick`` is called a few times a second while they run.
        """
        if threading.active_count() > 1:
            raise RuntimeError("children are started by fork: there must be no other thread")
        previous = {
            number: signal.signal(number, self._told_to_stop)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        }
        try:
            while not self.stopping:
                self._start_who_is_due()
                self._listen(TICK)
                self._notice_deaths()
                if each_tick is not None and not self.stopping:
                    each_tick()
        finally:
            self._stop_everyone()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        self.stopping = True

    def say(self, name: str, text: str) -> None:
        try:
            self.output.write(f"{name:<{self._width}} | {text}\n" if name else f"{text}\n")
            self.output.flush()
        except OSError:
            # Nobody reads any more (a closed pipe): go on, quietly.
            self.output = open(os.devnull, "w")  # noqa: SIM115, PTH123

    def _told_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.impatient = self.stopping and number == signal.SIGINT
        self.stopping = True

    def _start_who_is_due(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process is None and child.due <= now and not self.stopping:
                self._start(child)

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(
            list(child.command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment,
            start_new_session=True,
            # Safe: this process has one thread.
            preexec_fn=self._in_child,
        )
        child.started = time.monotonic()
        assert child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _in_child(self) -> None:
        die_with_parent()
        if os.getppid() != self._parent:
            os._exit(1)

    def _listen(self, seconds: float) -> None:
        if not self._selector.get_map():
            time.sleep(seconds)
            return
        for key, _events in self._selector.select(seconds):
            child: Child = key.data
            data = os.read(key.fd, 65_536)
            if not data:
                self._selector.unregister(key.fileobj)
                continue
            self._print(child, data)

    def _print(self, child: Child, data: bytes) -> None:
        *lines, child.rest = (child.rest + data).split(b"\n")
        for line in lines:
            if text := line.decode(errors="replace").rstrip():
                self.say(child.name, text)

    def _notice_deaths(self) -> None:
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            code = child.process.returncode
            lived = time.monotonic() - child.started
            self._bury(child)
            if lived >= HEALTHY_SECONDS:
                child.pause = FIRST_PAUSE
            child.due = time.monotonic() + child.pause
            self.say(
                "", f"tollgate: {child.name} ended ({_reason(code)}); again in {child.pause:.0f} s."
            )
            child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _bury(self, child: Child) -> None:
        """Take what it still said, and end what it left behind."""
        process = child.process
        assert process is not None
        assert process.stdout is not None
        kill_group(process.pid, signal.SIGKILL)
        try:
            while data := os.read(process.stdout.fileno(), 65_536):
                self._print(child, data)
        except BlockingIOError:
            pass
        if child.rest:
            self._print(child, b"\n")
        if process.stdout in {key.fileobj for key in self._selector.get_map().values()}:
            self._selector.unregister(process.stdout)
        process.stdout.close()
        child.process = None

    def _stop_everyone(self) -> None:
        self.stopping = True
        for stage in sorted({child.stage for child in self.children}):
            self._stop_stage([child for child in self.children if child.stage == stage])

    def _stop_stage(self, children: list[Child]) -> None:
        running = [child for child in children if child.process is not None]
        began = time.monotonic()
        for child in running:
            assert child.process is not None
            child.process.send_signal(signal.SIGTERM)
        while running:
            self._listen(0.05)
            for child in list(running):
                assert child.process is not None
                if child.process.poll() is not None:
                    self._bury(child)
                    running.remove(child)
                elif self.impatient or time.monotonic() - began > child.grace:
                    kill_group(child.process.pid, signal.SIGKILL)


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def python(*arguments: str) -> list[str]:
    """A command line for this interpreter."""
    return [sys.executable, *arguments]
