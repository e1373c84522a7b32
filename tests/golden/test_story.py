"""The whole story of a person and a worker, event by event. It changes only by decision: see CHANGELOG.md."""

from pathlib import Path

import pytest

from tests.support.command import credflow

HERE = Path(__file__).parent


@pytest.mark.parametrize("client", ["person", "worker"])
def test_the_story_is_told_as_before(client, tmp_path):
    told = credflow("explain", HERE / "story.yaml", "--client", f"{client}/0", folder=tmp_path)
    assert told.returncode == 0, told.stderr
    assert told.stdout == (HERE / f"story-{client}.txt").read_text(encoding="utf-8")
