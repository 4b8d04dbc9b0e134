"""What an operator is told of: each alarm looks at a number that something reports."""

import re
from pathlib import Path
from typing import Any

import pytest

from cdk.constructs import metrics
from cdk.constructs.alarms import ANSWERS_PEOPLE, WOKEN_BY_EVENTS
from chalicelib.adapters import metrics as emitted
from chalicelib.services.ports.metrics import Metric
from scripts.costs import ALARM_METRICS, ALARMS
from tests.infrastructure.conftest import Template
from tests.infrastructure.templates import functions, of_type

DOCS = Path(__file__).parents[2] / "docs"


def told_of(document: str, heading: str) -> list[str]:
    """The alarms in the first column of the table below this head."""
    _, below = (DOCS / document).read_text().split(f"{heading}\n", 1)
    rows = below.split("\n\n")[0].splitlines()
    return [name for row in rows for name in re.findall(r"`([\w-]+)`", row.split("|")[1])]


def alarms(template: Template, name: str = "alethia") -> dict[str, dict[str, Any]]:
    """By their names without the deployment's."""
    found = of_type(template, "AWS::CloudWatch::Alarm").values()
    return {alarm["AlarmName"].removeprefix(f"{name}-"): alarm for alarm in found}


def watched(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics behind an alarm."""
    return [part["MetricStat"]["Metric"] for part in alarm["Metrics"] if "MetricStat" in part]


@pytest.mark.parametrize(
    ("document", "heading"),
    [
        ("operations.md", "| alarm | what it means | what to do |"),
        ("deploying.md", "| alarm (`<name>-…`) | watches |"),
    ],
)
def test_the_documentation_has_these_and_no_others(document: str, heading: str, template: Template) -> None:
    assert sorted(told_of(document, heading)) == sorted(alarms(template))


def test_each_tells_the_topic_when_it_begins_and_when_it_ends(template: Template) -> None:
    (topic,) = of_type(template, "AWS::SNS::Topic")
    for alarm in alarms(template).values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}]


def test_each_says_what_it_means_and_where_to_read_on(template: Template) -> None:
    for name, alarm in alarms(template).items():
        assert alarm["AlarmDescription"].endswith(f"docs/operations.md, {name}")


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("finalize-failed", Metric.FINALIZE_FAILED),
        ("leases-lost", Metric.LEASES_LOST),
        ("oldest-job", Metric.OLDEST_JOB),
        ("reconcile-failed", Metric.RECONCILE_FAILED),
    ],
)
def test_our_own_numbers_are_looked_up_as_they_are_emitted(
    name: str, metric: Metric, template: Template
) -> None:
    (alarm,) = watched(alarms(template)[name])
    assert alarm["Namespace"] == metrics.NAMESPACE == emitted.NAMESPACE
    assert alarm["MetricName"] == str(metric)
    told = functions(template)["Reconcile"][1]["Environment"]["Variables"]["ALETHIA_DEPLOYMENT_NAME"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": told}]


def test_every_functions_errors_are_watched_once(template: Template) -> None:
    seen: list[str] = []
    by_id = {
        next(
            name for name, known in template["Resources"].items() if known.get("Properties") is properties
        ): short
        for short, (_, properties) in functions(template).items()
    }
    for name in ("api-errors", "step-errors", "event-errors"):
        metrics_of = watched(alarms(template)[name])
        assert len(metrics_of) <= 10  # more can't be added up in one alarm
        seen += [by_id[metric["Dimensions"][0]["Value"]["Ref"]] for metric in metrics_of]
    assert sorted(seen) == sorted(functions(template))
    assert set(seen) >= ANSWERS_PEOPLE | WOKEN_BY_EVENTS


def test_silence_of_the_reconciler_is_an_alarm_and_of_nothing_else(template: Template) -> None:
    silent = {name for name, alarm in alarms(template).items() if alarm["TreatMissingData"] == "breaching"}
    assert silent == {"reconcile-not-running"}
    alarm = alarms(template)["reconcile-not-running"]
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)


def test_an_empty_period_is_none_of_something_and_not_what_was_before(template: Template) -> None:
    """CloudWatch else goes on with the last period that was not empty, for some periods more."""
    for name, alarm in alarms(template).items():
        (computed,) = [part["Expression"] for part in alarm["Metrics"] if "Expression" in part]
        ids = [part["Id"] for part in alarm["Metrics"] if "MetricStat" in part]
        assert computed == " + ".join(f"FILL({id}, 0)" for id in ids), name


def test_throttled_requests_are_counted_from_the_access_log(template: Template) -> None:
    (count,) = of_type(template, "AWS::Logs::MetricFilter").values()
    (transformation,) = count["MetricTransformations"]
    (alarm,) = watched(alarms(template)["api-throttled"])
    assert count["FilterPattern"] == '{ $.status = "429" }'
    assert (transformation["MetricNamespace"], transformation["MetricName"]) == (
        alarm["Namespace"],
        alarm["MetricName"],
    )


def test_cloudwatch_may_tell_the_topic_and_only_over_tls(template: Template) -> None:
    (policy,) = of_type(template, "AWS::SNS::TopicPolicy").values()
    allowed, denied = sorted(policy["PolicyDocument"]["Statement"], key=lambda each: str(each["Effect"]))
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_stage_decides_how_soon(template: Template, dev_template: Template) -> None:
    prod, dev = alarms(template), alarms(dev_template, "alethia-dev")
    for name in ("oldest-job", "executions-failed", "step-errors"):
        assert prod[name]["Threshold"] < dev[name]["Threshold"]


def test_only_whom_the_deployment_names_is_sent_mail(template: Template, dev_template: Template) -> None:
    (mail,) = of_type(template, "AWS::SNS::Subscription").values()
    assert (mail["Protocol"], mail["Endpoint"]) == ("email", "operators@example.com")
    assert not of_type(dev_template, "AWS::SNS::Subscription")


def test_one_lost_runner_wakes_nobody_and_three_in_an_hour_do(template: Template) -> None:
    alarm = alarms(template)["leases-lost"]
    (lost,) = [part["MetricStat"] for part in alarm["Metrics"] if "MetricStat" in part]
    assert (lost["Stat"], lost["Period"], alarm["EvaluationPeriods"]) == ("Sum", 3600, 1)
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 2)


def test_the_computed_bill_counts_what_the_alarms_look_at(template: Template) -> None:
    looked_at = [len(watched(alarm)) for alarm in alarms(template).values()]
    assert (len(looked_at), sum(looked_at)) == (ALARMS, ALARM_METRICS)
