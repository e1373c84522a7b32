"""A thief followed second by second (in steps), on rules written down anew: the check on `sim.thieves`.

Only what the small scenarios of `leak` say is known here: one user with a key, roles that trust a user or roles in the
same account, and six verbs without propagation. Nothing of the engine is used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

__all__ = ["follow", "leak"]

STEP = 300
H36, H1 = 129_600, 3_600
QUARANTINED = ("s3:GetObject", "ec2:RunInstances", "sts:GetSessionToken", "sts:GetFederationToken")


def leak(trust: dict[str, list[str]], plan: list[dict[str, Any]], **incident: Any) -> dict[str, Any]:
    """A user's key lies in a repository and leaks; `trust` is role -> who may assume it (user or roles)."""
    roles = {
        name: {
            "account": "main",
            "trust": {"user": [one for one in who if one == "robot"], "role": [one for one in who if one != "robot"]},
            "allow": ["s3:GetObject", "ec2:RunInstances"],
            "max_session_s": 7200,
        }
        for name, who in trust.items()
    }
    theft = {"at_s": 900, "population": "fleet", "place": "repository", "first_use_s": 300, "detected_after_s": 600}
    return {
        "name": "leak", "question": "?", "run": {"horizon_s": 200_000}, "accounts": {"main": {}},
        "issuers": {"sts": {"kind": "sts"}, "iam": {"kind": "iam", "propagation_s": 0}}, "roles": roles,
        "users": {"robot": {"account": "main", "per": "population", "key": {"copies": {"repository": 1}},
                            "allow": ["s3:GetObject", "ec2:RunInstances", "sts:GetFederationToken"]}},
        "credentials": {"key": [{"from": "access_key", "user": "robot"}]},
        "populations": {"fleet": {"count": 1, "credentials": "key",
                                  "calls": {"kind": "poisson", "rps": 0.001, "action": "s3:GetObject"}}},
        "theft": {"incidents": {"leak": theft | {"plan": "plan"} | incident}, "plans": {"plan": plan}},
    }  # fmt: skip


@dataclass
class Held:
    """Something in the thief's hands: whose, from which operation, from when to when."""

    who: str
    operation: str
    issued: float
    expires: float


class World:
    """What the verbs of a plan do, as questions about an instant."""

    def __init__(self, document: dict[str, Any]) -> None:
        theft = document["theft"]
        incident = theft["incidents"]["leak"]
        self.detected = incident["at_s"] + incident["detected_after_s"]
        self.first = incident["at_s"] + incident["first_use_s"]
        self.roles = document["roles"]
        self.verbs = [{**step, "at": self.detected + step["after_s"]} for step in theft["plans"]["plan"]]

    def since(self, verb: str, target: str, now: float) -> list[dict[str, Any]]:
        """Verbs of a kind that act on a target at an instant."""
        found = [one for one in self.verbs if one.get(verb) == target and one["at"] <= now]
        return [one for one in found if now < one["at"] + one.get("for_s", math.inf)]

    def valid(self, held: Held, now: float) -> bool:
        """Whether AWS accepts a credential."""
        kind = "user" if held.who == "robot" else "role"
        if not held.issued <= now < held.expires:
            return False
        if held.operation == "key":
            return not self.since("deactivate_key", held.who, now)
        if any(held.issued < one["at"] for one in self.since("revoke", f"{kind}/{held.who}", now)):
            return False
        return not any(held.issued < one["at"] for one in self.since("delete_role", held.who, now))

    def allows(self, held: Held, action: str, now: float) -> bool:
        """Whether an action is allowed with a credential that is accepted."""
        kind = "user" if held.who == "robot" else "role"
        if held.who == "robot" and action in QUARANTINED and self.since("quarantine", held.who, now):
            return False
        denied = [a for one in self.since("policy", f"{kind}/{held.who}", now) for a in one["deny"]]
        return action not in denied

    def life(self, held: Held, want: tuple[str, str], now: float) -> float:  # noqa: PLR0911
        """Length of the session that a credential gets."""
        operation, who = want
        if not self.valid(held, now):
            return 0
        if operation != "AssumeRole":
            asked = held.operation == "key" and self.allows(held, f"sts:{operation}", now)
            return H36 if asked else 0
        if held.operation == "GetFederationToken" or not self.allows(held, "sts:AssumeRole", now):
            return 0
        if self.since("remove_trust", who, now) or self.since("delete_role", who, now):
            return 0
        trust = self.roles[who]["trust"]
        if held.who not in trust["role"] + trust["user"]:
            return 0
        if any(held.who == one.get("delete_role") and one["at"] <= now for one in self.verbs):
            return 0
        return self.roles[who]["max_session_s"] if held.operation == "key" else H1


def follow(
    document: dict[str, Any], actions: list[str], until: int, *, mints: bool
) -> tuple[dict[str, list[int]], int]:
    """Steps at which each action is allowed, and how many sessions were obtained."""
    world = World(document)
    wants = [(op, "robot") for op in ("GetSessionToken", "GetFederationToken")]
    wants += [("AssumeRole", name) for name in world.roles]
    held = [Held("robot", "key", -math.inf, math.inf)]
    renew = dict.fromkeys(wants, -math.inf)
    allowed: dict[str, list[int]] = {action: [] for action in actions}
    minted = 0
    for now in range(int(world.first), until, STEP):
        again = mints
        while again:
            again = False
            for want in wants:
                life = max(world.life(one, want, now) for one in held) if renew[want] <= now else 0
                if life:
                    held.append(Held(want[1], want[0], now, now + life))
                    renew[want], minted, again = now + life - 300, minted + 1, True
        held = [one for one in held if now < one.expires]
        live = [one for one in held if world.valid(one, now)]
        for action in actions:
            if any(world.allows(one, action, now) for one in live):
                allowed[action].append(now)
    return allowed, minted
