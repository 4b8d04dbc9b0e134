"""What a deployment and its runs cost: ``python scripts/costs.py``, for docs/deploying.md.

Standard library only. Quantities of a run are counted (``benchmarks/run_counts.json``); prices are AWS's
public on-demand list prices of one region at one date. Neither free tiers nor taxes are looked at, so a small
deployment pays less than this says.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

COUNTS = Path(__file__).parent.parent / "benchmarks" / "run_counts.json"

PRICES_OF = "us-east-1, on demand, June 2026"
PRICE = {
    "kms key month": 1.00,
    "kms request": 0.03 / 10_000,
    "secret month": 0.40,
    "secret request": 0.05 / 10_000,
    "alarm month": 0.10,
    "dashboard month": 3.00,
    "custom metric month": 0.30,
    "log GB": 0.50,
    "lambda request": 0.20 / 1e6,
    "lambda arm64 GB-second": 0.0000133334,
    "dynamodb write unit": 0.625 / 1e6,
    "dynamodb read unit": 0.125 / 1e6,
    "api request": 3.50 / 1e6,
    "state transition": 0.025 / 1000,
    "s3 put": 0.005 / 1000,
    "s3 get": 0.0004 / 1000,
    "fargate arm64 vCPU-hour": 0.03238,
    "fargate arm64 GB-hour": 0.00356,
    "public IPv4 hour": 0.005,
}
"""US dollars."""

ALARMS, ALARM_METRICS = 14, 28
"""Of the control plane's stack; AWS bills each metric that an alarm looks at."""
IDLE_METRICS = 3
"""Sent while nothing happens: the oldest job's age, and cold starts, by deployment and by function."""
FUNCTION_GB, FUNCTION_SECONDS = 0.5, 0.2
"""Of one call: the memory that is set, and a time that is long for a few requests to DynamoDB."""
LOG_BYTES = 1_000
"""Of one call."""
INDEX_FACTOR = 2.0
"""Write units for each one that a table takes: an upper estimate of what its indexes add."""
PASSES_A_MONTH = 60 * 24 * 365 // 12
"""The reconciler runs each minute."""
BEATS_A_MINUTE = 4
"""Heartbeats of a runner that nobody watches."""
BEAT_WRITES, BEAT_READS = 4, 3
"""Units of a heartbeat that brings lines of the log."""


@dataclass(frozen=True)
class Line:
    """One line of a bill."""

    what: str
    quantity: str
    dollars: float


def calls(number: float) -> float:
    """Dollars of so many function calls, with the log that they write."""
    run = PRICE["lambda request"] + FUNCTION_GB * FUNCTION_SECONDS * PRICE["lambda arm64 GB-second"]
    return number * (run + LOG_BYTES / 1e9 * PRICE["log GB"])


def rows(writes: float, reads: float) -> float:
    """Dollars of so many units."""
    return writes * INDEX_FACTOR * PRICE["dynamodb write unit"] + reads * PRICE["dynamodb read unit"]


def idle(counted: dict[str, dict[str, float]]) -> list[Line]:
    """A month in which nobody does anything."""
    reads = counted["one reconciler pass"].get("read units", 0)
    return [
        Line("KMS keys", "2: data keys, OIDC issuer", 2 * PRICE["kms key month"]),
        Line("Secrets", "2: job tokens, the runner's credential", 2 * PRICE["secret month"]),
        Line("Alarms", f"{ALARMS}, over {ALARM_METRICS} metrics", ALARM_METRICS * PRICE["alarm month"]),
        Line("Custom metrics", f"{IDLE_METRICS} that are sent", IDLE_METRICS * PRICE["custom metric month"]),
        Line("Dashboard", "1 (three are free in each account)", PRICE["dashboard month"]),
        Line(
            "Reconciler",
            f"{PASSES_A_MONTH:,} calls, {reads:g} read units each",
            calls(PASSES_A_MONTH) + rows(0, reads * PASSES_A_MONTH),
        ),
    ]


def one_run(counted: dict[str, dict[str, float]]) -> list[Line]:
    """One plan → review → apply, without the time that its runners work."""
    run = counted["one run"]
    return [
        Line("API requests", f"{run['api requests']:g}", run["api requests"] * PRICE["api request"]),
        Line("Function calls", f"{run['function calls']:g}", calls(run["function calls"])),
        Line(
            "DynamoDB",
            f"{run['write units']:g} write units and as many for indexes, {run['read units']:g} read units",
            rows(run["write units"], run["read units"]),
        ),
        Line(
            "State transitions",
            f"{run['state transitions']:g}",
            run["state transitions"] * PRICE["state transition"],
        ),
        Line(
            "Store, KMS, secrets",
            f"{run['store puts']:g} puts, {run['store gets']:g} gets, {run['kms calls']:g} and "
            f"{run['secrets calls']:g} calls",
            run["store puts"] * PRICE["s3 put"]
            + run["store gets"] * PRICE["s3 get"]
            + run["kms calls"] * PRICE["kms request"]
            + run["secrets calls"] * PRICE["secret request"],
        ),
    ]


def runner_minute(vcpu: float = 1, gigabytes: float = 2) -> list[Line]:
    """One minute of one runner, of the default size."""
    hour = vcpu * PRICE["fargate arm64 vCPU-hour"] + gigabytes * PRICE["fargate arm64 GB-hour"]
    beats = BEATS_A_MINUTE * (PRICE["api request"] + rows(BEAT_WRITES, BEAT_READS)) + calls(BEATS_A_MINUTE)
    return [
        Line("Fargate", f"{vcpu:g} vCPU, {gigabytes:g} GB, arm64", hour / 60),
        Line("Public address", "1", PRICE["public IPv4 hour"] / 60),
        Line("Heartbeats", f"{BEATS_A_MINUTE}", beats),
    ]


def table(lines: list[Line], digits: int) -> str:
    """As Markdown."""
    text = "| | | US$ |\n|---|---|---:|\n"
    for line in lines:
        text += f"| {line.what} | {line.quantity} | {line.dollars:.{digits}f} |\n"
    return text + f"| **together** | | **{sum(line.dollars for line in lines):.{digits}f}** |\n"


def report() -> str:
    """All three tables."""
    counted = json.loads(COUNTS.read_text())
    return (
        f"Prices: {PRICES_OF}. Counted: {counted['counted_on']}.\n\n"
        "Idle, a month:\n\n" + table(idle(counted), 2) + "\n"
        "One plan → review → apply of the demo's spec, without its runners' time:\n\n"
        + table(one_run(counted), 5)
        + "\nOne minute of a runner:\n\n"
        + table(runner_minute(), 5)
    )


if __name__ == "__main__":
    sys.stdout.write(report())
