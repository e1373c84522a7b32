"""Leaks, abuse and detection: published observations and the laws fitted to them by eye."""

from __future__ import annotations

from sim.aws.fact import assumed, documented, second_hand

_XEBIA = (
    "https://xebia.com/blog/what-happens-when-you-leak-aws-credentials-and-how-aws-minimizes-the-damage/ "
    "(one test, 2023)"
)
_CYBENARI = "https://cybenari.com/2024/08 (summary at threatdown.com)"
_M_TRENDS = "Mandiant M-Trends, global median dwell time"

QUARANTINE_S = second_hand(67, "s", _XEBIA, "push to GitHub to quarantine policy")
FIRST_USE_S = second_hand(80, "s", _XEBIA, "push to GitHub to first call of an attacker")
MAIL_S = second_hand(116, "s", _XEBIA, "push to GitHub to AWS's mail")
QUARANTINE_2026_S = second_hand(10, "s", "application text that cites Unit 42 (2026)", "weak")
ELEKTRA_LEAK_S = second_hand(300, "s", "https://thecyberwire.com (Unit 42, EleKtra-Leak, 2023)", "within 5 min")
COMPARITECH_S = second_hand(
    60, "s", "https://www.comparitech.com/blog/information-security/github-honeypot/", "GitHub honeypot"
)
CANARY_GITHUB_S = second_hand(127, "s", _CYBENARI)
CANARY_PYPI_S = second_hand(119, "s", _CYBENARI)
CANARY_NPM_S = second_hand(60, "s", _CYBENARI)
EXPOSED_SERVER_S = second_hand(
    67, "s", "https://blog.cyberdesserts.com/exposed-credentials-pipeline/ (2026-05)", "fastest harvest to use"
)
SCANNABLE_MEDIAN_S = second_hand(
    20, "s", "Meli et al., NDSS 2019 (summary at wiki.dornea.nu)", "secret findable by scanning GitHub", span=(0.5, 240)
)
STILL_PRESENT_SHARE = second_hand(0.81, "", "Meli et al., NDSS 2019 (summary at wiki.dornea.nu)", "after 16 days")
STILL_VALID_SHARE = second_hand(0.64, "", "GitGuardian (third-party copy)", "of secrets valid in 2022, in January 2026")
GITHUB_NEW_SECRETS_2023 = second_hand(12778599, "secrets", "GitGuardian, State of Secrets Sprawl 2024")
GITHUB_NEW_SECRETS_2024 = second_hand(23800000, "secrets", "GitGuardian (third-party copy)")
REMEDIATION_MEDIAN_DAYS = second_hand(
    94, "days", "Verizon DBIR 2025 (hivesecurity.gitlab.io)", "secrets found in repositories"
)
FIRST_USE_MEDIAN_S = assumed(
    100, "s", "lognormal, fitted by eye to about six single observations", span=(10, 300), source=f"{_XEBIA} and others"
)
FIRST_USE_SIGMA = assumed(
    0.5, "", "standard deviation of the logarithm", span=(0.3, 1.0), source=f"{_XEBIA} and others"
)
QUARANTINE_MEDIAN_S = assumed(60, "s", "fitted by eye", span=(10, 70), source=f"{_XEBIA} and others")
FOUND_ON_GITHUB_SHARE = assumed(1.0, "", "also npm and PyPI", span=(0.9, 1.0), source=_CYBENARI)
FOUND_ON_GITLAB_SHARE = assumed(0.0, "", "also Bitbucket", span=(0.0, 0.1), source=_CYBENARI)
DWELL_MEDIAN_DAYS = second_hand(
    (416, 243, 229, 205, 146, 99, 101, 78, 56, 24, 21, 16, 10, 11, 14),
    "days",
    f"{_M_TRENDS} (taosecurity.blogspot.com; cert.bournemouth.ac.uk; scmagazine.com; techtarget.com; xutslabs.com)",
    "2011 to 2025; 2020 remembered; intrusions of all kinds, not cloud keys",
)
DWELL_INTERNAL_DAYS = second_hand(9, "days", f"{_M_TRENDS} 2025 (xutslabs.com)", "detected by the victim")
DWELL_EXTERNAL_DAYS = second_hand(25, "days", f"{_M_TRENDS} 2025 (xutslabs.com)", "told by others")
DWELL_ESPIONAGE_DAYS = second_hand(122, "days", f"{_M_TRENDS} 2025 (xutslabs.com)")
REVOKE_EFFECT = documented(
    "a few minutes",
    "",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html",
    "may be needed for a policy update to take effect; AWS gives no number",
)
