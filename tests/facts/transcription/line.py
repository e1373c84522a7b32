"""What a line of the transcription is, and how sure its source is."""

from __future__ import annotations

DOC = "documentation"
"""Stated in AWS's documentation or in the service models that AWS ships."""

SRC = "source"
"""Read in the source code of the SDK or agent."""

MEAS = "measurement"
"""Measured by running the code."""

SECOND = "second-hand"
"""An article, a thread or a copy; not the primary source."""

MEM = "no source"
"""Nobody published it: remembered, inferred or fitted by eye."""

Line = tuple[object, str, str]
"""Value, unit, basis."""
