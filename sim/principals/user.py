"""IAM users: access keys with an age, copies and rotation; passwords."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.aws import iam
from sim.policy_words import Document
from sim.principals.role import Patterns
from sim.spec import Dist, LogNormal, Name, NonNegative, Positive, Share, Spec

__all__ = ["AccessKey", "AsFound", "Password", "Rotation", "User", "principal_of"]


class Rotation(Spec):
    """A rotation policy for access keys and the people who follow it."""

    period_s: Positive
    """Age at which the policy asks for a new key."""
    late_s: Dist = 0.0
    """How late people are."""
    overlap_s: NonNegative = 604800.0
    """How long both keys are active: from the new key's creation to the old one's deactivation."""
    confirm_s: NonNegative = 0.0
    """Time between deactivation, which can be undone, and deletion of the old key. A user has two keys at most, active
    or not: as long as the old one exists, a further one is refused."""
    toil_min: NonNegative = 20.0
    """Work of a person per rotation, minutes."""


class AsFound(Spec):
    """Keys as they are found in real accounts: a share under the policy, the rest kept for years."""

    policy_share: Share
    """Share of keys that follow the rotation policy."""
    mean_life_s: Positive
    """Mean of the exponential life of all other keys."""


class AccessKey(Spec):
    """A long-term access key of an IAM user."""

    number: Annotated[int, Field(ge=1, le=iam.ACCESS_KEYS_PER_USER.value)] = 1
    """Keys per user; AWS allows two. With two, a third one is refused (LimitExceeded), so nothing is rotated."""
    life: AsFound | Literal["policy", "never"] = "never"
    """What ends a key: `policy` (rotation), a mixture as found in real accounts, or nothing."""
    rotation: Rotation | None = None
    """The rotation policy; needed unless `life` is `never`."""
    age_s: Dist | None = None
    """Age at time 0 of a key; drawn from the stationary law of `life` where not given. At 0 it has just been made: IAM
    has yet to make it known to clients with a `reload`."""
    copies: dict[Name, Dist] = {}
    """Place -> copies of the key that lie there (rounded down): laptop, repository, image, ..."""


class Password(Spec):
    """A console password. It ends when it is changed; its maximum age stands in the account's password policy."""

    mfa: bool = True
    """Whether signing in asks for an MFA code; without one a stolen password is enough."""
    age_s: Dist | None = None
    """Age at time 0; uniform below the policy's maximum age where not given."""
    change_s: Dist = LogNormal.model_validate({"lognormal": {"median": 60.0, "sigma": 0.6}})
    """Human time to choose a new password when the sign-in asks for one."""
    copies: dict[Name, Dist] = {}
    """Place -> copies of the password that lie there (rounded down): browser, laptop, repository, ..."""


class User(Spec):
    """An IAM user, or a set of alike users: one for each client of every population that uses it."""

    account: Name
    """Account it lives in."""
    per: Literal["client", "population"] = "client"
    """One IAM user for each client, or one shared by all clients of the population."""
    root: bool = False
    """Whether it is the root user of its account, of whom an account has one: its owner, no IAM user. It may do
    everything in the account but what service and resource control policies or a resource's own policy deny; no policy
    is attached to it, no group has it, it assumes no role, and its sessions from STS last an hour at most."""
    groups: tuple[Name, ...] = ()
    """Groups of the scenario whose policies it has."""
    allow: Patterns = ()
    """Actions it allows on every resource."""
    deny: Patterns = ()
    """Actions it denies on every resource."""
    policies: tuple[dict[str, Any], ...] = ()
    """Further identity policies, as IAM policy documents."""
    boundary: Document | None = None
    """Permissions boundary, as a document: what it does not allow is denied, whatever else allows it."""
    key: AccessKey | None = None
    """Its access key."""
    password: Password | None = None
    """Its console password. The account's password policy is for IAM users, not for the root user."""

    @model_validator(mode="before")
    @classmethod
    def _one_root(cls, data: Any) -> Any:
        """An account has one root user, whoever uses it."""
        return {"per": "population", **data} if isinstance(data, dict) and data.get("root") is True else data


def principal_of(name: str, user: User) -> str:
    """Who a service sees when a user signs: `user/NAME`, or `root/ACCOUNT` for the root user.

    Args:
        name: Name of the user in the scenario.
        user: The user.
    """
    return f"root/{user.account}" if user.root else f"user/{name}"
