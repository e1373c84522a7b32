"""The row of a credential that its holder lets go of."""

from __future__ import annotations

from sim.credentials import Credential
from sim.recorder import Recorder
from sim.records import EndReason

__all__ = ["write_credential", "write_ended"]

_CAUSE = {
    "expiry": EndReason.EXPIRED,
    "rotation": EndReason.ROTATED,
    "deactivation": EndReason.DEACTIVATED,
    "deletion": EndReason.DELETED,
    "revocation": EndReason.REVOKED,
}


def write_credential(
    recorder: Recorder, credential: Credential, held_from: float, at: float, reason: EndReason, due: float
) -> None:
    """Write the row of a credential that its holder stopped holding at `at`."""
    if recorder.credentials is None:
        return
    holder = credential.holder
    row = (
        credential.id,
        holder.population,
        holder.client,
        holder.slot,
        credential.ordinal,
        credential.principal,
        credential.account,
        credential.kind,
        credential.provider,
        credential.issuer,
        credential.operation,
        credential.parent,
        credential.issued_at_s,
        credential.expires_at_s,
        credential.valid_until_s,
        credential.mint_until_s,
        max(held_from, 0.0),
        None if reason is EndReason.OPEN else max(at, held_from, 0.0),
        reason,
        credential.calls_signed,
    )
    recorder.credentials.add(due, holder.rank, row)


def write_ended(
    recorder: Recorder, credential: Credential, held_from: float, at: float, reason: EndReason, now: float
) -> None:
    """Write the row of a credential that nobody holds any more from `at` on; `now` is the clock's instant."""
    due = max(at, now)
    if reason is not EndReason.OPEN:
        due = max(due, held_from)  # it was under way when the process ended
    if credential.valid_until_s <= at and reason is not EndReason.OPEN:
        reason = _CAUSE[credential.end_cause]
        at = credential.valid_until_s if reason is EndReason.EXPIRED else at
    write_credential(recorder, credential, held_from, at, reason, due)
