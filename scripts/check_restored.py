"""Compare restored tables with each other and with the store: ``python -m scripts.check_restored``.

It reads the tables and the store that the environment names, as a deployment's functions do
(``ALETHIA_SPECS_TABLE``, ``ALETHIA_JOBS_TABLE``, ``ALETHIA_STORE_…``), with your own credentials. It writes
nothing, and says what a person has to look at; docs/operations.md says what to do about each. The exit code
is 1 when there is any.

``--keep KEY`` makes a version of a state's object that no row names: kept as *rejected*, so that a person can
look at it and go back to it (``alethia state rollback``). The head stays what it is.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from chalicelib.adapters.aws import client
from chalicelib.adapters.s3_store import credentials_of, store_client
from chalicelib.bootstrap import container
from chalicelib.domain.errors import NotFound
from chalicelib.domain.lifecycle.run import RUN, RunStatus
from chalicelib.domain.messages import ObjectPurpose
from chalicelib.domain.plan import StoredObject
from chalicelib.domain.snapshot import sha256_hex
from chalicelib.domain.state import StateVersion, VersionStatus
from chalicelib.domain.state_file import facts_of
from chalicelib.domain.store_names import digest_of
from chalicelib.services.ports.clock import Clock, iso
from chalicelib.services.ports.states import StateRows
from chalicelib.services.ports.store import ObjectStore
from chalicelib.services.sealed import SealedObjects
from chalicelib.settings import Settings, settings

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Stored:
    """An object as the store lists it."""

    key: str
    modified: datetime


@dataclass(frozen=True)
class Finding:
    """One difference. `serious`: somebody has to do something about it."""

    kind: str
    subject: str
    detail: str
    serious: bool = True


def compare(
    specs: Iterable[Row], jobs: Iterable[Row], listed: Callable[[str], Iterable[Stored]]
) -> Iterator[Finding]:
    """All differences. `listed` gives the objects whose keys begin with a text."""
    specs = list(specs)
    for head in (row for row in specs if row["sk"] == "HEAD"):
        versions = [
            StateVersion.model_validate_json(row["version"])
            for row in specs
            if row["pk"] == head["pk"] and row["sk"].startswith("VERSION#")
        ]
        yield from _of_state(head, versions, listed)
    yield from _of_runs(specs, jobs)


def _of_state(
    head: Row, versions: list[StateVersion], listed: Callable[[str], Iterable[Stored]]
) -> Iterator[Finding]:
    subject = f"{head['zone_id']}/{head['name']}"
    there = {found.key: found for found in listed(f"{subject}/terraform.tfstate/{ObjectPurpose.STATE}/")}
    for version in versions:
        if version.object.key not in there:
            yield Finding("missing", subject, f"serial {version.serial}: {version.object.key}")
    newest = StateVersion.model_validate_json(head["version"]) if head.get("version") else None
    since = datetime.fromisoformat(newest.created_at) if newest else None
    for key in sorted(there.keys() - {version.object.key for version in versions}):
        after = since is None or there[key].modified > since
        which = "newer than the head" if after else "older"
        yield Finding(
            "unknown", subject, f"{which}, of {there[key].modified:%Y-%m-%d %H:%M:%S}: {key}", after
        )


def _of_runs(specs: Iterable[Row], jobs: Iterable[Row]) -> Iterator[Finding]:
    runs = {row["run_id"]: row for row in jobs if row["sk"] == "RUN"}
    live = {run_id for run_id, run in runs.items() if RunStatus(run["status"]) not in RUN.terminal}
    holders = {row["spec_id"]: row.get("live_run") for row in specs if row["sk"] == "SPEC"}
    for spec_id, run_id in holders.items():
        if run_id and run_id not in live:
            how = runs[run_id]["status"] if run_id in runs else "not there"
            yield Finding("live run", spec_id, f"is held by {run_id}, which is {how}")
    for run_id in sorted(live):
        spec_id = runs[run_id]["spec_id"]
        if holders.get(spec_id) != run_id:
            yield Finding("live run", spec_id, f"is not held by {run_id}, which is {runs[run_id]['status']}")


def rows(dynamodb: Any, table: str) -> Iterator[Row]:
    """Every row of a table, by reading all of it."""
    read = TypeDeserializer().deserialize
    for page in dynamodb.get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            yield {name: read(value) for name, value in item.items()}


def lister(s3: Any, bucket: str) -> Callable[[str], Iterator[Stored]]:
    """What lists a bucket's objects by the beginning of their keys."""

    def listed(prefix: str) -> Iterator[Stored]:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                yield Stored(item["Key"], item["LastModified"])

    return listed


def look(where: Settings) -> list[Finding]:
    """The differences of the deployment that the settings name."""
    dynamodb = client("dynamodb", where)
    access_key_id, secret_access_key = credentials_of(where)
    s3 = store_client(
        endpoint_url=where.store_endpoint_url,
        region=where.store_region,
        access_key_id=access_key_id,
        secret_access_key=secret_access_key,
    )
    tables = (rows(dynamodb, where.specs_table), rows(dynamodb, where.jobs_table))
    return list(compare(*tables, lister(s3, where.store_bucket)))


def keep(
    key: str, states: StateRows, store: ObjectStore, sealed: SealedObjects, clock: Clock
) -> StateVersion:
    """Make a version of the state's object under `key`, which is none yet; never the head.

    Raises
    ------
    NotFound
        There is no such state, or no such object.
    Damaged
        The object is not what its key says, or is no state.
    """
    folder, found, _ = key.partition(f"/terraform.tfstate/{ObjectPurpose.STATE}/")
    zone_id, _, name = folder.partition("/")
    head = states.head(zone_id, name) if found else None
    if head is None:
        raise NotFound("No state of these tables has an object of this name.")
    stored = StoredObject(key=key, sha256=digest_of(key), size=store.size(key))
    clear = sealed.read(stored, zone_id=zone_id, spec_id=head.spec_id)
    facts = facts_of(clear)
    version = StateVersion(
        serial=facts.serial,
        lineage=facts.lineage,
        spec_id=head.spec_id,
        sha256=sha256_hex(clear),
        object=stored,
        status=VersionStatus.REJECTED,
        by="operator",
        reason="Found in the store, and in no row, after a restore.",
        resources=facts.resources,
        created_at=iso(clock.now()),
        epoch=head.epoch,
    )
    states.keep(head, version)
    return version


def main(arguments: list[str]) -> int:
    """Print what was found, or what was kept."""
    if arguments[:1] == ["--keep"] and len(arguments) == 2:
        here = container()
        kept = keep(arguments[1], here.state_rows, here.object_store, here.sealed_objects, here.clock)
        print(f"kept      version {kept.id}: serial {kept.serial}, {kept.resources} resources")
        return 0
    if arguments:
        raise SystemExit("usage: python -m scripts.check_restored [--keep KEY]")
    found = look(settings())
    for finding in found:
        print(f"{finding.kind:9} {finding.subject}: {finding.detail}")
    serious = sum(finding.serious for finding in found)
    print(json.dumps({"differences": len(found), "to look at": serious}))
    return 1 if serious else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
