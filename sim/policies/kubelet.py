"""When the kubelet writes a new service-account token into a pod.

Source: github.com/kubernetes/kubernetes@064c7f8 pkg/kubelet/token/token_manager.go requiresRefresh. It renews up to
10 s earlier by a jitter, and looks only when it syncs the pod; both are left out here.
"""

from __future__ import annotations

__all__ = ["renewed_after_s"]


def renewed_after_s(life_s: float, share: float, longest_s: float) -> float:
    """Age at which a token is replaced.

    Args:
        life_s: Its life.
        share: Share of its life.
        longest_s: Greatest age, whatever its life.
    """
    return min(share * life_s, longest_s)
