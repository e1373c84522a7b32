"""A step of a credential-provider chain: from where, as whom, cached and refreshed how."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.policy_words import Document
from sim.sdk_words import RefreshWords, Retry
from sim.spec import Dist, LogNormal, Name, NonNegative, Positive, Share, Spec

__all__ = ["Chain", "LoginWay", "Step"]


RootTask = Literal[
    "IAMAuditRootUserCredentials",
    "IAMCreateRootUserPassword",
    "IAMDeleteRootUserCredentials",
    "S3UnlockBucketPolicy",
    "SQSUnlockQueuePolicy",
]


class LoginWay(Spec):
    """How a person gets through a login."""

    keeps_idp_session: Share = 1.0
    """Share of people whose tool keeps the identity provider's session, so that a renewal can be silent."""
    keeps_assertion: bool = False
    """Whether the tool keeps the SAML assertion in a file, beside the sessions that it gets (`saml2aws --cache-saml`):
    within its life the person's other profiles need no login, and a thief who finds it gets sessions of his own."""
    attention_s: Dist = LogNormal.model_validate({"lognormal": {"median": 45.0, "sigma": 0.6}})
    """Human time at the prompt of an interactive login (password, MFA)."""
    types_twice: Share = 0.05
    """Share of interactive logins that need a second try."""
    again_after_s: NonNegative = 300.0
    """A person whose login failed tries again after this time; what they run in between fails."""


class Step(Spec):
    """One provider of a chain. The first step that yields a credential wins."""

    from_: Annotated[str, Field(alias="from", pattern=r"^[a-z][a-z0-9_-]*(\.[A-Za-z]+)?$")]
    """Issuer of the scenario, with an operation where it has several (`sts.AssumeRole`, `sts.AssumeRoleWithSAML`,
    `sts.AssumeRoleWithWebIdentity`, `sts.GetSessionToken`, `sts.GetFederationToken`, `sts.AssumeRoot`), or
    `access_key` for a user's long-term key, `password` for a console sign-in, `presigned` for requests signed ahead
    (a presigned URL, a token for an EKS cluster or an MSK broker): no request is made, each lives for `session_s`
    (3600), and AWS refuses it before that when what signed it (`source` or `user`) has ended; or `anonymous`: no
    credential at all, so that requests go out unsigned."""
    role: Name | None = None
    """Role to obtain."""
    user: Name | None = None
    """IAM user, or root user, whose key or password it is."""
    service: str | None = None
    """Service principal that asks (its requests are free of quota)."""
    source: Name | None = None
    """Chain whose credential signs the request; role chaining caps the session at 1 h."""
    idp: Name | None = None
    """Identity provider that vouches, for AssumeRoleWithSAML and AssumeRoleWithWebIdentity."""
    account: Name | None = None
    """Member account whose root user AssumeRoot yields a session of."""
    task_policy: RootTask | None = None
    """What that session may do."""
    mfa: bool = False
    """Whether an MFA code is given with AssumeRole or GetSessionToken: a person types one for every new session;
    a process has somebody at its side when it starts, and nobody later."""
    permission_set: Name | None = None
    """Permission set, for an Identity Center issuer."""
    session_policy: Document | None = None
    """Session policy passed with AssumeRole* or GetFederationToken: the session may do what both it and the role (or
    the user) allow; without one, a federated user may do nothing of its own."""
    session_s: Positive | None = None
    """Session length asked for, where AWS lets one ask; life of a presigned request (X-Amz-Expires), at most 7 days."""
    way: Literal["sso", "saml-file", "process", "console", "login"] | None = None
    """How a person uses it: `sso` (CLI v2 file cache, renewed silently), `saml-file` (a static session in
    the credentials file, no renewal), `process` (credential_process: a tool that logs in when the SDK asks it for
    a new session), `console` (a browser session; with AssumeRole: a role switched to in it), `login` (`aws login` with
    the user's password: sets of 15 min in a file, renewed silently for 12 h). A process has none."""
    place: Name | None = None
    """Where the credential lies; by default process memory, a person's laptop or browser."""
    cache: Literal["none", "thread", "process", "host", "file"] | None = None
    """Who shares what the step yields: nobody, since every call asks anew (`none`), a thread, a process, or all
    processes of a host, through an agent (`host`: one renews for all) or a file (`file`: with the windows of the SDKs'
    file cache; all that find it due ask). A process by default."""
    single_flight: bool | None = None
    """Whether one request is made for all who find it due (a lock), or all of them ask. An agent (`host`) and an SDK
    (`process`) make one, of those who share a file each asks, if it is not said. False with `process`: the threads
    share what they obtain, and race for it; there are as many at once as the population has `threads`."""
    renewed: bool = True
    """Whether a new one is obtained when this one ends. False: a copy of it is used, in environment variables, in a
    file that a running process reads once, or in an object that keeps no way back. Calls go on signing with it."""
    refresh_token: bool = True
    """Whether a person's tool keeps the refresh token of Identity Center (`sso-session` in the profile). False: when
    the portal's access token ends (`access_token_s`), its user has to log in, although the portal session lives."""
    rereads_token: bool = True
    """Whether the token that the kubelet keeps in the pod's file is read for every session. False: a program that read
    it once shows the same one until it restarts, past its end."""
    negative_cache_s: Positive | None = None
    """How long a failure of the step is remembered: until then it fails again without asking."""
    refresh: RefreshWords = RefreshWords()
    """Refresh windows other than the preset's."""
    retry: Retry | None = None
    """Retry rule other than the preset's, field by field."""
    login: LoginWay = LoginWay()
    """How a person gets through a login."""
    mistyped: Literal["secret", "key_id", "session_token"] | None = None
    """What was copied wrongly into the client's configuration: the secret or the id of a user's access key, or the
    token of a session."""

    @model_validator(mode="after")
    def _one_identity(self) -> Step:
        given = [name for name in ("user", "service", "source") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"only one of user, service, source may sign a request; given: {', '.join(given)}")
        return self


Chain = Annotated[tuple[Step, ...], Field(min_length=1)]
