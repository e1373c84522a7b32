"""The front door: arguments in, exit code out, one clear message for whatever went wrong."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import FrameType

from sim.cli.parser import Arguments, build_parser
from sim.problems import ScenarioError

__all__ = ["BAD_INPUT", "CHECK_FAILED", "DEFECT", "FINE", "INTERRUPTED", "main"]

FINE = 0
CHECK_FAILED = 1
BAD_INPUT = 2
DEFECT = 70
"""A mistake of the program itself (EX_SOFTWARE of sysexits.h), told apart from a failed check."""
INTERRUPTED = 130
BROKEN_PIPE = 141
"""Whoever read our output went away: 128 + SIGPIPE, as the shell would say it."""

if multiprocessing.parent_process() is not None:
    # A worker that was spawned imports this module again. Ctrl-C reaches it too, but its parent ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments without the program's name; those of the process if absent.

    Returns:
        0 fine, 1 a check failed, 2 bad input, 130 interrupted.
    """
    arguments = build_parser().parse_args(argv)
    if stranger := _foreign_analysis():
        return _refuse(stranger)
    try:
        with _children_end_on_interrupt():
            code = _guarded(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return code


def _command(arguments: Arguments) -> Callable[[Arguments], int]:
    """The function behind a command; imported late, so that `--help` and `validate` stay quick."""
    if arguments.command in {"validate", "schema", "facts"}:
        from sim.cli import inputs

        return inputs.COMMANDS[arguments.command]
    if arguments.command in {"check", "decide", "headroom", "rehearse"}:
        command: Callable[[Arguments], int] = getattr(
            importlib.import_module(f"sim.cli.{arguments.command}"), arguments.command
        )
        return command
    if arguments.command == "verify":
        from sim.cli.verification import verify

        return verify
    from sim.cli import outputs

    return outputs.COMMANDS[arguments.command]


def _guarded(arguments: Arguments) -> int:
    """Run a command; whatever goes wrong becomes one message and an exit code."""
    try:
        return _command(arguments)(arguments)
    except ScenarioError as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        sys.stderr.write("credflow: interrupted; nothing was kept\n")
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except BrokenProcessPool:
        return _refuse(
            "credflow: a worker process was killed, perhaps for want of memory; try --jobs 1 or --record summary"
        )
    except OSError as error:
        return _refuse(f"credflow: {error.strerror or error}" + (f": {error.filename}" if error.filename else ""))
    except Exception:
        traceback.print_exc()
        sys.stderr.write(
            "credflow: this is a defect of credflow, not of your input; please report it with the lines above\n"
        )
        return DEFECT


def _refuse(text: str) -> int:
    sys.stderr.write(text.rstrip("\n") + "\n")
    return BAD_INPUT


def _foreign_analysis() -> str | None:
    """What to say if the import name `analysis` belongs to somebody else's package; None if it is ours."""
    ours = Path(__file__).resolve().parents[2] / "analysis"
    spec = importlib.util.find_spec("analysis")
    found = Path(spec.origin).resolve().parent if spec is not None and spec.origin else None
    if found == ours:
        return None
    return (
        f"credflow: the package `analysis` is taken from {found or 'nowhere'} instead of {ours}; "
        "install credflow into a virtual environment of its own"
    )


@contextlib.contextmanager
def _children_end_on_interrupt() -> Iterator[None]:
    """On Ctrl-C or SIGTERM end the worker processes first, then unwind: nobody waits for their tasks."""
    owner = os.getpid()

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        if os.getpid() != owner:
            os._exit(INTERRUPTED)
        threading.excepthook = lambda _error: None  # the pool's own thread finds its workers gone: that is no news
        for child in multiprocessing.active_children():
            child.terminate()
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield  # somebody embeds us: only the main thread may handle signals
        return
    hook = threading.excepthook
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        threading.excepthook = hook
