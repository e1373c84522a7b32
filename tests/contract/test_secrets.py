"""No file and no output holds anything of the shape of a secret: published scanner rules find nothing."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.private_key import PrivateKeyDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from tests.support.command import ROOT, credflow, write_tiny

ACCOUNTS = {"111122223333", "444455556666", "777788889999", "123456789012"}

# The identifiers' prefixes are those of the IAM user guide, "Unique identifiers".
PREFIXES = "AKIA|ASIA|AROA|AIDA|AGPA|AIPA|ANPA|ANVA|ABIA|ACCA|APKA|ASCA"
RULES = {
    "identifier of a key or principal": re.compile(rf"(?<![A-Za-z0-9/+=])(?:{PREFIXES})[A-Z0-9]{{16}}"),
    "secret access key": re.compile(
        r"(?<![A-Za-z0-9/+=])(?=[A-Za-z0-9/+]{0,39}[a-z])(?=[A-Za-z0-9/+]{0,39}[A-Z])(?=[A-Za-z0-9/+]{0,39}[0-9])"
        r"[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
    ),
    "session token": re.compile(r"(?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[A-Za-z0-9/+=]{20,}"),
    "JSON web token": re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}"),
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
}
DETECTORS = (
    AWSKeyDetector(),
    AzureStorageKeyDetector(),
    GitHubTokenDetector(),
    JwtTokenDetector(),
    PrivateKeyDetector(),
    SlackDetector(),
    StripeDetector(),
    TwilioKeyDetector(),
)
ACCOUNT = re.compile(r"(?<![\w.#-])\d{12}(?![\w.-])")


def findings(text: str) -> Iterator[str]:
    """What our rules and detect-secrets' own find in a text; the paths of web addresses are no secrets."""
    text = re.sub(r"(?:https?://|\bgithub\.com/|\bdocs\.aws)[^\s)\"']+", "", text)
    for name, rule in RULES.items():
        yield from (f"{name}: {found[0][:12]}..." for found in rule.finditer(text))
    for detector in DETECTORS:
        yield from (f"{detector.secret_type}: {found[:12]}..." for found in detector.analyze_string(text))


def foreign_accounts(text: str) -> set[str]:
    return {number for number in ACCOUNT.findall(text) if number not in ACCOUNTS and not number.startswith("000000000")}


def without_pictures(text: str) -> str:
    """A page without its embedded pictures and glyph outlines: megabytes of base64 and of coordinates."""
    text = re.sub(r"data:[a-z/+-]+;base64,[A-Za-z0-9+/=\s]+", "data:", text)
    return re.sub(r'\bd="[MmLlHhVvCcSsQqTtZz\d\s.,-]+"', 'd=""', text)


def scanned(path: Path) -> str:
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        words = {
            word for name in table.column_names for word in table[name].unique().to_pylist() if isinstance(word, str)
        }
        return "\n".join(sorted(words))
    return without_pictures(path.read_text(encoding="utf-8", errors="replace"))


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    skipped = {".png", ".lock"}
    paths = [ROOT / name for name in listed.stdout.splitlines()]
    return [path for path in paths if path.is_file() and path.suffix not in skipped]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Everything that a comparison of the README's scenario writes."""
    folder = tmp_path_factory.mktemp("secrets")
    write_tiny(folder)
    words = ("compare", "tiny.yaml", "--replications", "2", "--record", "calls", "--jobs", "1")
    done = credflow(*words, "--set", "populations.workers.count=4", folder=folder)
    assert done.returncode == 0, done.stderr
    (folder / "stdout.txt").write_text(done.stdout, encoding="utf-8")
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".png"]


@pytest.mark.parametrize(
    "planted",
    [
        "AKIA" + "ABCDEFGH" * 2,
        "key = ASIA" + "Q3EGRIF7" * 2,
        "wJalrXUtnFEMI/K7MDENG" + "/bPxRfiCYQWERTYU" + "KEY",
        "IQoJb3JpZ2lu" + "X2VjE" * 8,
        "-----BEGIN RSA " + "PRIVATE KEY-----",
    ],
)
def test_the_rules_find_what_is_planted(planted: str) -> None:
    assert list(findings(planted))


def test_the_rules_leave_our_own_identifiers_alone() -> None:
    assert not list(findings("key-000042-2 ses-000042-0017 AKIA-SIM-00000042 role/reports-reader"))
    assert foreign_accounts("in 999988887777") == {"999988887777"}
    assert not foreign_accounts("in 111122223333 and 000000000123")


def test_the_repository_holds_no_secret() -> None:
    found = {str(path.relative_to(ROOT)): list(findings(scanned(path))) for path in tracked()}
    assert {path: what for path, what in found.items() if what} == {}


def test_scenarios_hold_documentation_accounts_only() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "scenarios").glob("*.yaml")}
    assert {path: foreign_accounts(text) for path, text in texts.items() if foreign_accounts(text)} == {}


def test_outputs_hold_no_secret(outputs: list[Path]) -> None:
    assert {path.suffix for path in outputs} >= {".parquet", ".json", ".html", ".svg", ".txt"}
    found = {path.name: list(findings(scanned(path))) for path in outputs}
    assert {path: what for path, what in found.items() if what} == {}


def test_outputs_hold_documentation_accounts_only(outputs: list[Path]) -> None:
    tables = [path for path in outputs if path.suffix in {".parquet", ".txt"}]
    assert {path.name: foreign_accounts(scanned(path)) for path in tables if foreign_accounts(scanned(path))} == {}
