"""The runner's own log: JSON lines that lead to the job, and hold no secret."""

import json

from runner_task.masking import Masker
from runner_task.own_log import OwnLog


def test_each_line_carries_the_ids_known_so_far() -> None:
    lines: list[str] = []
    log = OwnLog(lines.append, Masker(), job_id="job-1", attempt=2)
    log.say("First.")
    log.belongs_to(correlation_id="request-1")
    log.say("Second.", seconds=0.5)
    first, second = map(json.loads, lines)
    assert {"message": "First.", "job_id": "job-1", "attempt": 2}.items() <= first.items()
    assert "correlation_id" not in first
    assert {"correlation_id": "request-1", "seconds": 0.5, "job_id": "job-1"}.items() <= second.items()
    assert second["timestamp"].endswith("Z")


def test_a_secret_is_masked_also_where_json_would_write_it_otherwise() -> None:
    masker = Masker()
    masker.add('secret"with\\signs')
    lines: list[str] = []
    OwnLog(lines.append, masker).say('It said secret"with\\signs.')
    assert json.loads(lines[0])["message"] == "It said ***."
