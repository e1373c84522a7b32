"""In which Region an attempt was made: each Region has buckets of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

__all__ = ["with_region"]


def with_region(requests: pd.DataFrame, scenario: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of `requests_per_second` with a column `region`, empty where the issuer names none."""
    issuers = scenario.get("issuers") or {}
    named = {name: region for name, about in issuers.items() if (region := about.get("region"))}
    return requests.assign(region=requests["issuer"].astype(str).map(named).fillna("") if named else "")
