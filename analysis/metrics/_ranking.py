"""Access keys by what rotating them removes: age times copies, for each minute of a person's work.

Whoever stole a copy of a key before now is thrown out by its rotation. At one theft for each copy and unit of time, the
thefts so far are age x copies: that is the exposure that one rotation removes, up to a factor that all keys share.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from analysis.metrics._sweep import Floats
from analysis.metrics._users import user_of
from sim.records import Kind

__all__ = ["DEFAULT_TOIL_MIN", "GOAL", "first_above", "keys_at", "ranked", "removed"]

DEFAULT_TOIL_MIN = 20.0
"""Work of a rotation where a user's key says nothing of it."""

GOAL = 0.8
"""Share of the exposure that the headline is about."""


_USERS: Final = 4094
"""Slots from here on are IAM users: their copies, not what a process has loaded."""


def keys_at(
    credentials: pd.DataFrame,
    holdings: pd.DataFrame,
    rotations: pd.DataFrame,
    scenario: Mapping[str, Any],
    at_s: float,
) -> pd.DataFrame:
    """One row per access key that is a user's newest just before an instant: who, age, copies, toil, exposure.

    Args:
        credentials: Rows of `credentials`.
        holdings: Rows of `holdings`.
        rotations: Rows of `rotations`.
        scenario: Resolved scenario.
        at_s: The instant, s.
    """
    before_s = float(np.nextafter(at_s, -np.inf)) if at_s > 0 else 0.0
    ended = credentials["ended_at_s"].astype(float).fillna(np.inf)
    replaced = rotations[rotations["new"].notna() & (rotations["started_at_s"] <= before_s)]["old"]
    held = (credentials["held_from_s"] <= before_s) & (ended > before_s) & ~credentials["credential"].isin(replaced)
    held &= credentials["kind"] == Kind.ACCESS_KEY.value
    keys = credentials.loc[held, ["credential", "population", "principal", "issued_at_s"]]
    lying = holdings[(holdings["slot"] >= _USERS) & (holdings["from_s"] <= before_s) & (holdings["to_s"] > before_s)]
    copies = lying.groupby("credential", observed=True)["copies"].sum()
    toil = [_toil_min(str(principal), scenario) for principal in keys["principal"]]
    age_s = at_s - keys["issued_at_s"].to_numpy(dtype=np.float64)
    counted = copies.reindex(keys["credential"]).fillna(0).to_numpy(dtype=np.float64)
    return keys.assign(age_s=age_s, copies=counted, toil_min=np.asarray(toil, float), exposure=age_s * counted)


def _toil_min(principal: str, scenario: Mapping[str, Any]) -> float:
    user = user_of(principal, scenario) or {}
    rotation = (user.get("key") or {}).get("rotation") or {}
    return float(rotation.get("toil_min", DEFAULT_TOIL_MIN))


def ranked(keys: pd.DataFrame) -> pd.DataFrame:
    """The keys of `keys_at`, the most exposure for a minute of toil first; equal ones by name."""
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.nan_to_num(keys["exposure"].to_numpy() / keys["toil_min"].to_numpy(), posinf=np.inf)
    return keys.assign(worth=worth).sort_values(["worth", "credential"], ascending=[False, True], kind="stable")


def removed(ordered: pd.DataFrame, whole: float) -> tuple[Floats, Floats]:
    """Share of the exposure removed, and hours of toil spent, after each key of an order.

    Args:
        ordered: Rows of `keys_at` in the order in which they are rotated.
        whole: Exposure of all keys.
    """
    share = np.cumsum(ordered["exposure"].to_numpy(dtype=np.float64)) / (whole or 1.0)
    return share, np.cumsum(ordered["toil_min"].to_numpy(dtype=np.float64)) / 60.0


def first_above(share: Floats, goal: float = GOAL) -> int | None:
    """How many keys have to be rotated until a share of the exposure is removed; None if it never is."""
    reached = np.flatnonzero(share >= goal - 1e-12)
    return int(reached[0]) + 1 if len(reached) else None
