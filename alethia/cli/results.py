"""What a job by itself found, for a person to read."""

from collections.abc import Callable, Mapping
from typing import Any

from . import output


def show_result(result: Mapping[str, Any] | None) -> None:
    """A typed result, for a person to read."""
    if result is not None:
        _SHOWN[result["kind"]](result)


def _show_connection(result: Mapping[str, Any]) -> None:
    say = output.console.print
    if result.get("principal"):
        say(f"Account {result['account_id']}, as {result['principal']}", markup=False)
    if result.get("cause"):
        say(f"Cause: {result['cause'].replace('_', ' ')}", markup=False)
    if result.get("unchecked"):
        say(result["unchecked"], markup=False)
    elif result.get("permissions_checked") and not result["missing"]:
        say(f"All {result['permissions_checked']} permissions are there.")
    if result["missing"]:
        output.table(
            ("Permission", "On"),
            ((one["action"], one["resource"]) for one in result["missing"]),
            title="Missing",
        )


def _show_resources(result: Mapping[str, Any]) -> None:
    found = result["resources"]
    output.console.print(f"{len(found['regions'])} regions are enabled.")
    output.table(
        ("Network", "Name", "Region", "Addresses", "Public subnets", "Private subnets"),
        (
            (
                network["network_id"] + (" (default)" if network["is_default"] else ""),
                network["name"],
                network.get("region"),
                network.get("cidr_block"),
                *_counted(network["network_id"], found["subnets"]),
            )
            for network in found["networks"]
        ),
        title="Networks",
    )
    output.table(
        ("Hosted zone", "Domain", "Kind"),
        (
            (zone["hosted_zone_id"], zone["domain_name"], "private" if zone["private"] else "public")
            for zone in found["hosted_zones"]
        ),
        title="Hosted zones",
    )
    for name in found["truncated"]:
        output.console.print(f"There are more {name.replace('_', ' ')} than are listed.", style="yellow")
    for sentence in found["unreadable"]:
        output.console.print(sentence, style="yellow", markup=False)


def _counted(network_id: str, subnets: list[dict[str, Any]]) -> tuple[int, int]:
    of_network = [subnet for subnet in subnets if subnet["network_id"] == network_id]
    public = sum(subnet["public"] for subnet in of_network)
    return public, len(of_network) - public


def _show_bootstrap(result: Mapping[str, Any]) -> None:
    serial = result.get("state_serial")
    state = "nothing was ever applied" if serial is None else f"serial {serial}"
    rows = [
        ("Store", "sealed, stored, read back and opened"),
        ("State", f"{result['state_name']}: locked and unlocked; {state}"),
        ("Template", f"valid under terraform {result['terraform_version']}"),
        ("Providers", "kept for the next job" if result["provider_cache_warm"] else "not kept"),
    ]
    rows += [
        ("Repository", f"{one['repository']}: {'public' if one['access'] == 'public' else 'with a token'}")
        for one in result["repositories"]
    ]
    output.table(("Part", "Proved"), rows)


def _show_worker(result: Mapping[str, Any]) -> None:
    where = f"account {result['account_id']}, {result['region']}"
    if result.get("image") is None:
        output.console.print(f"Nothing of runner {result['worker_id']} is left in {where}.", markup=False)
        return
    output.table(
        ("Part", "Is"),
        [
            ("Runner", result["worker_id"]),
            ("Where", where),
            ("Stack", f"{result['stack_name']} ({result['stack_status']})"),
            ("Cluster", result["cluster"]),
            ("Image", result["image"]),
        ],
    )


_SHOWN: dict[str, Callable[[Mapping[str, Any]], None]] = {
    "connection": _show_connection,
    "resources": _show_resources,
    "bootstrap": _show_bootstrap,
    "worker": _show_worker,
}
