"""What a service calls an error: in the manifest, in a client's story, on the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.aws.error_names import names_of
from sim.loading.scenario_file import load
from tests.support.command import ROOT, credflow


@pytest.mark.parametrize(
    ("service", "verdict", "name"),
    [
        ("s3", "InvalidClientTokenId", "InvalidAccessKeyId"),
        ("dynamodb", "InvalidClientTokenId", "UnrecognizedClientException"),
        ("dynamodb", "ExpiredToken", "ExpiredTokenException"),
        ("kinesis", "AccessDenied", "AccessDeniedException"),
        ("ssm", "Throttling", "ThrottlingException"),
        ("ec2", "Throttling", "RequestLimitExceeded"),
        ("sts", "RequestTimeTooSkewed", "SignatureDoesNotMatch"),
    ],
)
def test_the_name_in_a_family_of_services(service: str, verdict: str, name: str) -> None:
    assert names_of(service)[verdict] == name


def test_services_have_the_names_of_the_protocol_in_their_models() -> None:
    """Read from the models of the real SDK; those of all its services tell no other ones, and take half a minute."""
    loader = pytest.importorskip("botocore.loaders").create_loader()
    others = ("elb", "cloudsearch", "cloudwatch", "elasticache", "elasticbeanstalk", "redshift", "ses", "sqs", "sts")
    for service in (*others, "dynamodb", "kinesis", "kms", "lambda", "logs"):
        told = loader.load_service_model(service, "service-2")["metadata"]
        speaks_query = told["protocol"] == "query" or "awsQueryCompatible" in told
        prefix = "cloudwatch" if service == "cloudwatch" else told.get("signingName") or told["endpointPrefix"]
        assert ("ExpiredToken" not in names_of(prefix)) == speaks_query, service


def test_a_verdict_keeps_its_name_where_services_agree() -> None:
    assert "InvalidClientTokenId" not in names_of("sts")
    assert not {"ExpiredToken", "AccessDenied", "RequestTimeTooSkewed", "SignatureDoesNotMatch"} & set(names_of("s3"))


def test_the_story_of_a_client_and_the_page_tell_the_service_s_name(tmp_path: Path) -> None:
    whole = dict(load(ROOT / "scenarios" / "rows" / "m03-signing-verdicts.yaml").document)
    few = {name: whole["strategies"][name] for name in ("right", "wrong-id")}
    (tmp_path / "few.yaml").write_text(json.dumps({**whole, "strategies": few, "checks": []}), encoding="utf-8")
    less = ("--set", "populations.app.count=1", "--replications", "1", "--jobs", "1")
    assert credflow("compare", "few.yaml", *less, folder=tmp_path).returncode == 0
    results = tmp_path / "results" / "m03-signing-verdicts" / "latest"
    assert "s3" in json.loads((results / "manifest.json").read_text())["error_names"]
    told = credflow("explain", str(results), "--client", "app/0", "--strategy", "wrong-id", folder=tmp_path).stdout
    assert "InvalidClientTokenId (s3: InvalidAccessKeyId)" in told
    assert "s3 calls InvalidClientTokenId InvalidAccessKeyId" in (results / "report.html").read_text()
