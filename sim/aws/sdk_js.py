"""AWS SDK for JavaScript v3: refresh windows and fetches."""

from __future__ import annotations

from sim.aws.fact import Fact, Resolves, documented

_CHAIN = "npm @aws-sdk/credential-provider-node 3.972.97: credentialsTreatedAsExpired, memoizeChain"
_CORE = "npm @smithy/core 3.41.0"
_IMDS = "npm @smithy/credential-provider-imds 4.5.2: getExtendedInstanceMetadataCredentials"
_USE = ("sdk:js-v3", "sdk:js-v3-explicit")

RESOLVES: Fact[Resolves] = documented(
    "each_fetch",
    "",
    "github.com/aws/aws-sdk-js-v3@5b9b136: packages/credential-provider-node/src/runtime/memoize-chain.ts",
    "what is memoized is the credentials, not the provider; only an error with tryNextLink falls through",
    uses=_USE,
    read="2026-11-28",
)
WINDOW_S = documented(
    300, "s", f"{_CHAIN}; {_CORE}: EXPIRATION_MS", "background in the chain, else blocking", uses=_USE
)
SSO_TOKEN_WINDOW_S = documented(300, "s", "npm @aws-sdk/token-providers 3.1166.0: fromSso")
SSO_TOKEN_ATTEMPT_EVERY_S = documented(30, "s", "npm @aws-sdk/token-providers 3.1166.0: fromSso")
IMDS_TIMEOUT_S = documented(1, "s", "npm @smithy/credential-provider-imds 4.5.2: RemoteProviderInit", uses=_USE)
IMDS_RETRIES = documented(0, "retries", "npm @smithy/credential-provider-imds 4.5.2: RemoteProviderInit", uses=_USE)
IMDS_EXTENSION_S = documented((300, 600), "s", _IMDS, "after a failure or an expired answer, whole seconds", uses=_USE)
CONTAINER_TIMEOUT_S = documented(1, "s", "npm @aws-sdk/credential-provider-http 3.972.86: fromHttp")
CONTAINER_RETRIES = documented(3, "retries", "npm @aws-sdk/credential-provider-http 3.972.86: fromHttp", uses=_USE)
CONTAINER_SLEEP_S = documented(1, "s", "npm @aws-sdk/credential-provider-http 3.972.86: fromHttp", uses=_USE)
OLD_RETRY_BASE_S = documented(0.1, "s", "npm @smithy/util-retry: constants", "before the 2026 rules")
OLD_RETRY_THROTTLE_BASE_S = documented(0.5, "s", "npm @smithy/util-retry: constants", "before the 2026 rules")
CLOCK_CORRECTION_S = documented(
    240,
    "s",
    "npm @aws-sdk/core 3.981.2: AwsSdkSigV4Signer.js errorHandler, successHandler, getUpdatedSystemClockOffset.js; "
    f"{_CORE}: isClockSkewCorrectedError",
    "a refused request is sent again if the clocks differ by this or more; so one that is refused because the clock "
    "was set right meanwhile is not. Every answer tells the time, and later requests are signed by it",
    uses=_USE,
    read="2026-11-29",
)
CLIENT_KEPT = documented(
    True,
    "",
    "npm @aws-sdk/nested-clients 3.998.5: sts/defaultStsRoleAssumers getDefaultRoleAssumer",
    "the STS client is made once and kept; its retry quota lives as long as the process",
    uses=_USE,
    read="2026-11-28",
)
