"""Requests that STS would refuse: who signs them with what, at which endpoint, with an MFA code or without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.aws import sts
from sim.aws.sts_operations import OPERATIONS, StsOperation
from sim.issuers.spec import IdentityCenter, IdentityProvider, Sts
from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.providers.step import Step
from sim.scenario import Scenario
from sim.sdk_choice import preset_of
from sim.validation.chains import issuer_of, operation_of, steps

__all__ = ["RULES"]

_ASSERTION_S: Final = float(sts.SAML_ASSERTION_S.value)
_WHAT: Final = {
    "key": "the long-term key of an IAM user",
    "session": "the session of a role",
    "session_token": "a session from GetSessionToken",
    "federated": "a session from GetFederationToken",
    "root": "a session from AssumeRoot",
    "console": "a console session",
    "service": "a service principal",
    "presigned": "a request signed ahead",
    "anonymous": "no credential",
}


def _asked(scenario: Scenario) -> Iterator[tuple[Path, Step, StsOperation]]:
    for path, step in steps(scenario):
        operation = OPERATIONS.get(operation_of(scenario, step) or "")
        if operation is not None:
            yield path, step, operation


def _signer(scenario: Scenario, step: Step) -> str:
    """What a step yields, as a signer of other requests."""
    operation = operation_of(scenario, step) or ""
    local = {
        "anonymous": "anonymous",
        "presigned": "presigned",
        "access_key": "key",
        "password": "console",
        "GetSessionToken": "session_token",
    }
    more = {"GetFederationToken": "federated", "AssumeRoot": "root"}
    if step.way == "login":
        return "session"
    return {**local, **more}.get(operation, "session")


def _signers(scenario: Scenario) -> Iterator[Finding]:
    """A request is signed by what AWS lets sign it."""
    for path, step, operation in _asked(scenario):
        if not operation.signers or _switches(step):
            continue
        for one in scenario.credentials.get(step.source or "", ()):
            found = _signer(scenario, one)
            if found not in operation.signers:
                allowed = " or ".join(_WHAT[signer] for signer in operation.signers if signer != "service")
                answer = f"AWS answers {operation.refusal}; " if found not in {"anonymous", "presigned"} else ""
                yield (
                    (*path, "source"),
                    f"{answer}{step.source} yields {_WHAT[found]}, and {operation.name} takes {allowed}",
                )
                break


def _switches(step: Step) -> bool:
    """Whether a person switches to the role in the console."""
    return step.way == "console" and step.from_.endswith(".AssumeRole")


def _switching(scenario: Scenario) -> Iterator[Finding]:
    """A role is switched to from a console session, for as long as AWS says."""
    for path, step, _ in _asked(scenario):
        source = scenario.credentials.get(step.source or "", ())
        if _switches(step) and not any(one.way == "console" for one in source):
            yield (*path, "source"), "a role is switched to from a console session; give a source with way: console"
        if _switches(step) and step.session_s is not None:
            yield (
                (*path, "session_s"),
                "nobody sets the length of a role that is switched to: 1 h, for an IAM user the role's max_session_s, "
                "and never more than is left of the console session; remove session_s",
            )


def _endpoints(scenario: Scenario) -> Iterator[Finding]:
    for path, step, operation in _asked(scenario):
        issuer = scenario.issuers.get(issuer_of(step))
        if isinstance(issuer, Sts) and issuer.endpoint == "global" and not operation.everywhere:
            yield (
                (*path, "from"),
                f"the global endpoint does not serve {operation.name}; use an issuer with endpoint: regional",
            )


def _member(scenario: Scenario) -> Iterator[Finding]:
    """AssumeRoot is called from the management account for another one."""
    for path, step, operation in _asked(scenario):
        user = scenario.users.get(step.user or "")
        if operation.subject == "root" and user is not None and user.account == step.account:
            yield (
                (*path, "account"),
                f"{step.account} is the caller's own account; AssumeRoot is called from the management account "
                "for the root user of a member account",
            )


def _codes(scenario: Scenario) -> Iterator[Finding]:
    """MFA belongs to a user, and to the operations that take a code."""
    for path, step in steps(scenario):
        if not step.mfa:
            continue
        operation = OPERATIONS.get(operation_of(scenario, step) or "")
        if operation is None or not operation.mfa:
            takers = " and ".join(name for name, one in OPERATIONS.items() if one.mfa)
            yield (*path, "mfa"), f"{step.from_} takes no MFA code; {takers} do"
        elif step.user is None:
            yield (
                (*path, "mfa"),
                "an MFA device belongs to an IAM user, so the user's key signs the request; give user, "
                "or give the code with the GetSessionToken of the source",
            )


def _tokens(scenario: Scenario) -> Iterator[Finding]:
    """AWS does not let botocore's users set the length of a web-identity session."""
    for name, population in scenario.populations.items():
        preset = preset_of(population.sdk)
        for index, step in enumerate(scenario.credentials.get(population.credentials, ())):
            asks = operation_of(scenario, step) == "AssumeRoleWithWebIdentity" and step.session_s is not None
            if asks and preset.startswith("botocore"):
                yield (
                    ("credentials", population.credentials, index, "session_s"),
                    f"{preset} (of {name}) never sends DurationSeconds with a web identity, so its sessions last "
                    "3600 s; remove session_s, or use an SDK whose programs can set it (Java, Go)",
                )


def _keys(scenario: Scenario) -> Iterator[Finding]:
    for name, issuer in scenario.issuers.items():
        asked = any(step.idp == name for _, step, op in _asked(scenario) if op.quota_group == "web_identity")
        if isinstance(issuer, IdentityProvider) and issuer.keys is not None and not asked:
            yield ("issuers", name, "keys"), f"no step asks AssumeRoleWithWebIdentity with idp: {name}; remove keys"


def _assertions(scenario: Scenario) -> Iterator[Finding]:
    for name, issuer in scenario.issuers.items():
        shown = any(step.idp == name for _, step, op in _asked(scenario) if op.quota_group == "saml")
        read = shown or any(isinstance(one, IdentityCenter) and one.idp == name for one in scenario.issuers.values())
        if isinstance(issuer, IdentityProvider) and issuer.assertion_s != _ASSERTION_S and not shown:
            yield (
                ("issuers", name, "assertion_s"),
                f"no step with AssumeRoleWithSAML shows an assertion of {name}, so its life changes nothing; remove it",
            )
        if isinstance(issuer, IdentityProvider) and issuer.session_not_on_or_after_s is not None and not read:
            yield (
                ("issuers", name, "session_not_on_or_after_s"),
                f"no step with AssumeRoleWithSAML and no Identity Center reads an assertion of {name}; remove it",
            )


def _kept(scenario: Scenario) -> Iterator[Finding]:
    """A tool keeps a SAML assertion; a browser posts it once."""
    for path, step in steps(scenario):
        if step.login.keeps_assertion and (step.way == "console" or not step.from_.endswith(".AssumeRoleWithSAML")):
            what = "a browser posts its assertion once" if step.way == "console" else f"{step.from_} takes no assertion"
            yield (
                (*path, "login", "keeps_assertion"),
                f"{what}; it goes with AssumeRoleWithSAML by way saml-file or process",
            )


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    _signers,
    _switching,
    _endpoints,
    _member,
    _codes,
    _tokens,
    _keys,
    _assertions,
    _kept,
)
"""Every rule of this file."""
