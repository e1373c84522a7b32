"""The command `credflow`: parse, call, print. It holds no logic of its own.

It lives beside the two packages' front doors and is the only part of `sim` that may import `analysis`.
"""

from sim.cli.main import main

__all__ = ["main"]
