"""The process dies, anywhere: the next attempt takes the job up from the rows, and the end is the same."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.workers import NEWER_IMAGE, Workers


class Death(BaseException):
    """The process is gone; nothing catches it."""


class Fate:
    """Counts what the steps do outside of themselves, and lets them die right after the `last`."""

    def __init__(self) -> None:
        self.done = 0
        self.last: int | None = None

    def over(self, thing: Any, *methods: str) -> Any:
        """`thing`, its `methods` counted."""
        return Mortal(self, thing, methods)

    def count(self) -> None:
        self.done += 1
        if self.done == self.last:
            raise Death


class Mortal:
    def __init__(self, fate: Fate, thing: Any, methods: tuple[str, ...]) -> None:
        self._fate, self._thing, self._methods = fate, thing, methods

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        if name not in self._methods:
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            answer = found(*args, **kwargs)
            self._fate.count()
            return answer

        return call


CALLS = (
    "create",
    "update",
    "delete",
    "events",
    "put_credential",
    "stop_tasks",
    "remove_task_definitions",
    "left_behind",
)


def mortal(workers: Workers) -> Fate:
    """From now on the steps can die after each call that changes something."""
    fate, steps = Fate(), workers.container.worker_steps
    ports = steps._ports
    for name, methods in (("stacks", CALLS), ("ledger", ("commit",)), ("logs", ("append",))):
        object.__setattr__(ports, name, fate.over(getattr(ports, name), *methods))
    return fate


def deployed(workers: Workers) -> None:
    workers.seed_ready()


def with_a_newer_image(workers: Workers) -> None:
    deployed(workers)
    workers.container.workers._image = NEWER_IMAGE


def that_fails(workers: Workers) -> None:
    workers.stacks.fails = "Cluster"


STORIES: dict[str, tuple[str, Callable[[Workers], None]]] = {
    "deploy": ("deploy", lambda workers: None),
    "deploy that rolls back": ("deploy", that_fails),
    "update": ("update", with_a_newer_image),
    "destroy": ("destroy", deployed),
}
"""What is done, and what comes before."""


def lived(workers: Workers) -> dict[str, Any]:
    """What a person, an account and a runner see afterwards."""
    runner, job = workers.runner, workers.job
    worker = runner.worker.model_dump(exclude={"outputs"}) if runner and runner.worker else None
    return {
        "status": job.status,
        "error": job.error and job.error.message,
        "progress": job.progress,
        "result": workers.result,
        "log": workers.log,
        "worker": worker,
        "stacks": [(one.status, one.parameters) for one in workers.stacks.standing],
        "orders": workers.stacks.orders,
        "revisions": workers.stacks.revisions,
        "audited": sorted(workers.audited()),
        "credential": not workers.stacks.secrets or workers.its_credential_counts(),
    }


@pytest.mark.parametrize("story", STORIES)
def test_a_death_after_any_call_changes_nothing_of_the_end(workers: Workers, story: str) -> None:
    """One zone's runner lives the story whole, then dies after each of its calls in turn."""
    what, before = STORIES[story]
    fate = Fate()
    whole: dict[str, Any] | None = None
    last = 0
    while True:
        world = workers if whole is None else workers.afresh()
        before(world)
        world.stacks.pace = 30
        fate = mortal(world)
        fate.last = last or None
        job_id = world.begin(what)
        try:
            world.play()
        except Death:
            world.machine.lose()
            world.pass_on()
        seen = lived(world)
        if whole is None:
            whole = neutral(seen, world, job_id)
            calls = fate.done
            assert calls > 8
        else:
            assert neutral(seen, world, job_id) == whole, f"died after call {last} of {calls}"
        last += 1
        if last > calls:
            return


def neutral(seen: dict[str, Any], world: Workers, job_id: str) -> str:
    """Without the ids that differ between two zones."""
    text = repr(seen)
    for name, value in (("ZONE", world.zone_id), ("RUNNER", world.runner_id), ("JOB", job_id)):
        text = text.replace(value, name)
    for name, value in (("IDENTITY", world.identity.identity_id), ("EXTERNAL", world.identity.external_id)):
        text = text.replace(str(value), name)
    return text
