"""Children that die with their parent, even when the parent is killed outright."""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(sig: int = signal.SIGKILL) -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel sends `sig` when this process ends, however it ends (Linux only).

    The kernel watches the thread that forked rather than the process, so only the main thread may use it.
    """
    if _LIBC is None:
        return None
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("A child that dies with its parent must be started by the main thread.")
    parent, prctl = os.getpid(), _LIBC.prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
        if os.getppid() != parent:  # the parent was gone before the kernel was asked
            os.kill(os.getpid(), sig)

    return ask
