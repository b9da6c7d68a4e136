"""Processes of one kind: one is killed now and then, and another takes its place."""

import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path


class Crew:
    """`words(slot, turn)` is the command line of the process that stands in that slot for the so-manieth time."""

    def __init__(self, size: int, log: Path, words: Callable[[int, int], list[str]]) -> None:
        self.words, self.log = words, log
        self.killed = 0
        # Ended by themselves: nothing that happens to the others should end a process.
        self.gave_up: list[int] = []
        self.running = [self._start(slot) for slot in range(size)]

    def _start(self, slot: int) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", *self.words(slot, self.killed)]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)

    def kill_one(self, dice: random.Random) -> None:
        slot = dice.randrange(len(self.running))
        self._end(self.running[slot])
        self.killed += 1
        self.running[slot] = self._start(slot)

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        if process.poll() is not None:
            self.gave_up.append(process.returncode)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.running:
            self._end(process)
        self.running = []
