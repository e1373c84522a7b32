"""EKS: projected tokens (IRSA), Pod Identity and its agent."""

from __future__ import annotations

from sim.aws.fact import documented, second_hand

_WEBHOOK = "github.com/aws/amazon-eks-pod-identity-webhook@3bf80a3"
_GUIDE = "https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html"
_KUBELET = "github.com/kubernetes/kubernetes@064c7f8: pkg/kubelet/token/token_manager.go"
_READ = "2026-11-28"
_AGENT = "github.com/aws/eks-pod-identity-agent@d4dc0f3 (0.1.37)"
_USE = ("pod_identity",)
_CACHE = f"{_AGENT}: internal/credsretriever/refreshing_cache.go"

PROJECTED_TOKEN_S = documented(86400, "s", f"{_WEBHOOK}: main.go --token-expiration, pkg DefaultTokenExpiration")
KUBELET_REFRESH_SHARE = documented(0.8, "", f"{_GUIDE}; {_KUBELET} requiresRefresh", "of the token's life", read=_READ)
KUBELET_REFRESH_MAX_S = documented(86400, "s", f"{_GUIDE}; {_KUBELET} maxTTL", "or when older than 24 h", read=_READ)
KUBELET_JITTER_S = documented(10, "s", f"{_KUBELET} maxJitter", "up to this much earlier, whole seconds", read=_READ)
IRSA_SESSION_S = documented(
    3600, "s", "botocore 1.44.5: credentials.py _assume_role_with_web_identity sends no DurationSeconds"
)
SERVICE_ACCOUNT_TOKEN_S = documented(3600, "s", _GUIDE, "plain token, not IRSA")
SERVICE_ACCOUNT_EXTENDED_DAYS = documented(90, "days", _GUIDE, "accepted by the API server")
OIDC_KEY_ROTATION_DAYS = documented(7, "days", _GUIDE)
POD_IDENTITY_LIFE_S = second_hand(
    21600, "s", "github.com/external-secrets/external-secrets pull request #6595", uses=_USE
)
AGENT_RENEWAL_MAX_S = documented(10800, "s", f"{_AGENT}: cmd/server.go", "after at most 3 h", uses=_USE)
AGENT_CACHE_KEY = documented("token", "", _CACHE, "the token's text: each new one is a miss", uses=_USE)
AGENT_0_2_CACHE_KEY = documented("pod", "", "github.com/aws/eks-pod-identity-agent (0.2)", uses=_USE)
AGENT_CACHE_ENTRIES = documented(2000, "entries", f"{_AGENT}: cmd/server.go")
AGENT_QPS = documented(3, "requests/s", f"{_AGENT}: cmd/server.go", "to EKS Auth", uses=_USE)
AGENT_BURST = documented(3, "requests", f"{_CACHE} rate.NewLimiter", "as many as the refill a second", uses=_USE)
AGENT_SWEEP_S = documented(60, "s", _CACHE, uses=_USE)
AGENT_MIN_TTL_S = documented(15, "s", _CACHE, "shortest usable life", uses=_USE)
AGENT_RETRY_S = documented(
    (60, 120), "s", _CACHE, "60 s + U(0, 60) s after a recoverable error, old set kept", uses=_USE
)
AGENT_TOKENS_PER_RENEWAL = documented(2, "tokens", _CACHE, "Allow() and Wait() on the same limiter", uses=_USE)
POD_TOKEN_S = second_hand(
    86400, "s", "github.com/aws/eks-pod-identity-agent#171 (2026-09)", "dead pods are renewed until it ends"
)
