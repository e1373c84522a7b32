"""`credflow decide`: the answer, its exit code, and files that hold no policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main

_PHOTO = "arn:aws:s3:::photos/1.jpg"
_READ = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::photos/*"}],
}
_REGION = """\
Version: 2012-10-17
Statement:
  - {Effect: Allow, Action: "*", Resource: "*"}
  - Effect: Deny
    Action: "s3:*"
    Resource: "*"
    Condition: {StringNotEquals: {"aws:RequestedRegion": [eu-west-1, eu-west-2]}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "read.json").write_text(json.dumps(_READ), encoding="utf-8")
    (tmp_path / "org.yaml").write_text(_REGION, encoding="utf-8")
    trust: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}
    (tmp_path / "trust.json").write_text(json.dumps({"Statement": trust}), encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("folder")
class TestAnswers:
    def test_each_action_has_its_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        words = ["decide", "--policy", "read.json", "--resource", _PHOTO]
        assert main([*words, "--action", "s3:GetObject"]) == 0
        assert capsys.readouterr().out == (
            "s3:GetObject: allowed: identity policy read.json, statement 0 (Read) allows it\n"
        )
        assert main([*words, "--action", "s3:GetObject", "--action", "s3:PutObject"]) == 1
        assert capsys.readouterr().out.splitlines()[1] == (
            "s3:PutObject: implicitly denied: no statement of an identity policy allows it"
        )

    @pytest.mark.parametrize(
        ("more", "effect", "kind"),
        [
            ([], "explicitly_denied", "scp"),
            (["--context", "aws:RequestedRegion=eu-west-2"], "allowed", "identity"),
            (["--context", "aws:requestedregion=us-east-1"], "explicitly_denied", "scp"),
            (["--context", "aws:RequestedRegion=eu-west-2", "--scp", "read.json"], "allowed", "identity"),
            (["--context", "aws:RequestedRegion=eu-west-2", "--boundary", "trust.json"], None, None),
        ],
    )
    def test_json(self, more: list[str], effect: str | None, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
        words = ["decide", "--policy", "read.json", "--scp", "org.yaml", "read.json", "--json", *more]
        code = main([*words, "--resource", _PHOTO, "--action", "s3:GetObject"])
        if effect is None:
            assert code == 2
            return
        (row,) = json.loads(capsys.readouterr().out)
        assert (row["effect"], row["kind"], code) == (effect, kind, 0 if effect == "allowed" else 1)
        assert row["policy"] == {"scp": "org.yaml", "identity": "read.json"}[kind]

    def test_every_level_of_an_organisation_must_allow(self, capsys: pytest.CaptureFixture[str]) -> None:
        words = ["decide", "--policy", "org.yaml", "--context", "aws:RequestedRegion=eu-west-1", "--action", "sqs:X"]
        assert main([*words, "--scp", "org.yaml", "read.json"]) == 0
        assert main([*words, "--scp", "org.yaml", "--scp", "read.json"]) == 1
        assert "no service control policy of level 1 allows it" in capsys.readouterr().out

    def test_a_role_to_be_assumed(self, capsys: pytest.CaptureFixture[str]) -> None:
        role = ["decide", "--action", "sts:AssumeRole", "--resource", "arn:aws:iam::111122223333:role/app"]
        user = ["--principal", "arn:aws:iam::111122223333:user/ann", "--trust", "trust.json"]
        assert main([*role, *user, "--policy", "org.yaml"]) == 0
        assert main([*role, *user]) == 1
        assert "an identity policy" in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
class TestBadInput:
    def test_all_problems_at_once(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (folder / "cut.json").write_text('{\n"Statement":', encoding="utf-8")
        (folder / "wrong.json").write_text(
            '{"Statement": [\n{"Effect": "allow",\n"Action": "*", "Resource": "*"}]}', encoding="utf-8"
        )
        (folder / "tabs.json").write_text('{\n\t"Statement": [{"Effect": "Deny"}]}', encoding="utf-8")
        (folder / "bytes.json").write_bytes(b"\xff\xfe\x00")
        (folder / "list.yaml").write_text("- 1\n", encoding="utf-8")
        words = ["decide", "--action", "a:B", "--policy", "cut.json", "--policy", "wrong.json", "--trust", "tabs.json"]
        assert main([*words, "--scp", "bytes.json", "none.json", "--boundary", "list.yaml"]) == 2
        told = capsys.readouterr().err
        assert "cut.json:2: no JSON: Expecting value" in told
        assert "wrong.json:2: Statement.0.Effect: Effect must be Allow or Deny, not 'allow'" in told
        assert "tabs.json:2: Statement.0: Action or NotAction is missing" in told
        assert "bytes.json: cannot be read: it is no text" in told
        assert "none.json: cannot be read: No such file" in told
        assert "list.yaml" in told
        assert "Traceback" not in told

    @pytest.mark.parametrize(
        ("words", "text"),
        [
            (["--context", "x"], "--context: 'x' is not of the form KEY=VALUE"),
            (["--principal", "arn:aws:iam::111122223333:group/devs"], "is a group, which makes no requests"),
        ],
    )
    def test_arguments(self, words: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["decide", "--action", "a:B", "--policy", "read.json", *words]) == 2
        assert text in capsys.readouterr().err
