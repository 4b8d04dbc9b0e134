"""What stands on a linked account: specs that provision into it, and runners deployed through it."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from ..domain.errors import Conflict
from ..domain.identity import Identity
from ..domain.lifecycle.spec import SpecStatus
from ..domain.spec import Spec
from .paging import MAX_PAGE, Page, PageRequest
from .ports.runners import RunnerRecord, Runners
from .ports.specs import SpecStore

NAMED = 10
"""Specs, or runners, that a refusal names, at most."""

Item = TypeVar("Item")


class IdentityUses:
    """Refuses what would pull the account from under something. Each refusal names what uses it."""

    def __init__(self, specs: SpecStore, runners: Runners) -> None:
        self._specs = specs
        self._runners = runners

    def refuse_unlinking(self, identity: Identity) -> None:
        """Raises :class:`Conflict` while a spec or a deployed runner uses the identity."""
        specs = self._specs_on(identity)
        if specs:
            names = _named([f"{spec.project_name} ({spec.spec_id})" for spec in specs])
            raise Conflict(
                f"Specs use this cloud identity: {names}. Destroy or delete them, or choose another "
                "identity for them, then unlink it.",
                details={"spec_ids": [spec.spec_id for spec in specs[:NAMED]]},
            )
        self._refuse_runners(identity, "Destroy them (alethia runner destroy), then unlink it.")

    def refuse_moving(self, identity: Identity) -> None:
        """Raises :class:`Conflict` while a runner that was deployed through it stands in its account."""
        self._refuse_runners(
            identity,
            f"They stand in account {identity.account_id}: destroy them (alethia runner destroy) before the "
            "identity names another, or link the other account as an identity of its own.",
        )

    def _refuse_runners(self, identity: Identity, way_out: str) -> None:
        runners = [
            runner
            for runner in _all(lambda page: self._runners.of_zone(identity.zone_id, page))
            if _is_deployed_through(runner, identity)
        ]
        if runners:
            names = _named([f"{runner.name} ({runner.runner_id})" for runner in runners])
            raise Conflict(
                f"Runners were deployed through this cloud identity: {names}. {way_out}",
                details={"runner_ids": [runner.runner_id for runner in runners[:NAMED]]},
            )

    def _specs_on(self, identity: Identity) -> list[Spec]:
        return [
            spec
            for spec in _all(lambda page: self._specs.of_zone(identity.zone_id, page))
            if spec.cloud_identity == identity.identity_id and spec.status is not SpecStatus.DESTROYED
        ]


def _is_deployed_through(runner: RunnerRecord, identity: Identity) -> bool:
    return runner.worker is not None and runner.worker.form.identity_id == identity.identity_id


def _all(read: Callable[[PageRequest], Page[Item]]) -> Iterator[Item]:
    cursor = None
    while True:
        page = read(PageRequest(limit=MAX_PAGE, cursor=cursor))
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _named(things: Sequence[str]) -> str:
    more = f" and {len(things) - NAMED} more" if len(things) > NAMED else ""
    return ", ".join(things[:NAMED]) + more
