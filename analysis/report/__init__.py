"""The report page: verdict first, then tables, charts, assumptions and limits."""

from analysis.report.page import write

__all__ = ["write"]
