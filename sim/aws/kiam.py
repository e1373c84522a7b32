"""kiam: a broker that stands in for the instance metadata service of a Kubernetes node (archived in 2024)."""

from __future__ import annotations

from sim.aws.fact import documented

_SERVER = "github.com/uswitch/kiam@2950404: cmd/kiam/server.go"
_CACHE = "github.com/uswitch/kiam@2950404: pkg/aws/sts/cache.go"

SESSION_S = documented(900, "s", f"{_SERVER} session-duration", "default, and the least it takes", read="2026-11-28")
RENEW_BEFORE_END_S = documented(
    300, "s", f"{_SERVER} session-refresh", "an entry with less life left is no longer served", read="2026-11-28"
)
PURGE_EVERY_S = documented(
    60, "s", f"{_CACHE} DefaultPurgeInterval", "entries past their time are then fetched anew", read="2026-11-28"
)
