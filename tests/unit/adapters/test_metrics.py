"""Metrics as CloudWatch reads them from a function's output."""

import json
from typing import Any

import pytest

from chalicelib.adapters.metrics import EmfMetrics
from chalicelib.services.ports.metrics import Metric


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(capsys.readouterr().out)
    return line


def test_a_count_is_readable_for_the_deployment_and_by_its_dimensions(
    capsys: pytest.CaptureFixture[str],
) -> None:
    EmfMetrics("alethia-dev").count(Metric.JOBS_ENDED, 2, job_type="PLAN", end="failed")
    line = told(capsys)
    [meaning] = line["_aws"]["CloudWatchMetrics"]
    assert meaning["Namespace"] == "Alethia"
    assert meaning["Metrics"] == [{"Name": "JobsEnded", "Unit": "Count"}]
    assert [set(dimensions) for dimensions in meaning["Dimensions"]] == [
        {"service"},
        {"service", "job_type", "end"},
    ]
    assert (line["service"], line["job_type"], line["end"], line["JobsEnded"]) == (
        "alethia-dev",
        "PLAN",
        "failed",
        [2.0],
    )


def test_nothing_is_no_dimension(capsys: pytest.CaptureFixture[str]) -> None:
    EmfMetrics("alethia").seconds(Metric.OLDEST_JOB, 0.0)
    line = told(capsys)
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]
    assert line["OldestJob"] == [0.0]


def test_a_number_that_cannot_be_told_fails_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.print", lambda *_, **__: 1 / 0)
    EmfMetrics("alethia").count(Metric.STALE_REFUSED)


def test_one_number_does_not_leak_into_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = EmfMetrics("alethia")
    metrics.count(Metric.LEASES_LOST, job_type="PLAN")
    capsys.readouterr()
    metrics.count(Metric.FINALIZE_FAILED)
    line = told(capsys)
    assert "LeasesLost" not in line
    assert "job_type" not in line
