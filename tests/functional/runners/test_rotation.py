"""The platform runner's credential: made, let in, proved and taken into use, without anybody seeing it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from app import rotate_runner_credential
from chalicelib import bootstrap
from chalicelib.domain.errors import Conflict, NotSignedIn
from chalicelib.services.ports.secret_versions import VersionState
from chalicelib.services.runner_rotation import RotationStep as Step
from tests.support.api import TestContainer
from tests.support.dynamodb import Tables
from tests.support.outside import MemoryVersions

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:RunnerCredential-1a2b3c"


@dataclass(frozen=True)
class Platform:
    """A deployment whose tables are empty, and Secrets Manager."""

    container: TestContainer

    @property
    def versions(self) -> MemoryVersions:
        return self.container.secret_versions

    def step(self, step: Step, version: str) -> Any:
        event = {"Step": str(step), "SecretId": SECRET, "ClientRequestToken": version}
        return rotate_runner_credential(event, None)

    def rotate(self, version: str, *, twice: bool = False) -> str:
        """All four steps; the credential that containers get from now on."""
        for step in Step:
            for _ in range(2 if twice else 1):
                self.step(step, version)
        return self.versions.values[version]

    def lets_in(self, credential: str) -> bool:
        try:
            return self.container.runner_credentials.verify(credential).runner_id == "platform"
        except NotSignedIn:
            return False


@pytest.fixture
def platform(tables: Tables) -> Iterator[Platform]:
    container = TestContainer(tables.settings, None, clock=None)  # type: ignore[arg-type]  # nobody signs in
    bootstrap.use(container)
    yield Platform(container)
    bootstrap.use(None)


def test_the_first_rotation_registers_the_runner(platform: Platform) -> None:
    assert platform.container.runners.get("platform") is None

    assert platform.lets_in(platform.rotate("v1"))


def test_a_container_that_started_before_the_rotation_is_still_let_in_until_the_next(
    platform: Platform,
) -> None:
    first, second = platform.rotate("v1"), platform.rotate("v2")
    assert (platform.lets_in(first), platform.lets_in(second)) == (True, True)

    third = platform.rotate("v3")
    assert [platform.lets_in(each) for each in (first, second, third)] == [False, True, True]


def test_steps_that_are_repeated_change_nothing(platform: Platform) -> None:
    first = platform.rotate("v1", twice=True)
    second = platform.rotate("v2", twice=True)
    platform.step(Step.SET, "v2")

    assert (platform.lets_in(first), platform.lets_in(second)) == (True, True)


def test_a_rotation_that_stops_half_way_ends_nobodys_credential(platform: Platform) -> None:
    first = platform.rotate("v1")
    platform.step(Step.CREATE, "v2")
    platform.step(Step.SET, "v2")

    assert platform.lets_in(first)
    assert platform.versions.current == "v1"


def test_a_new_credential_that_proves_nobody_is_not_taken_into_use(platform: Platform) -> None:
    platform.step(Step.CREATE, "v1")
    with pytest.raises(NotSignedIn):
        platform.step(Step.TEST, "v1")


def test_what_is_no_rotation_is_refused(platform: Platform) -> None:
    platform.rotate("v1")
    platform.rotate("v2")

    with pytest.raises(Conflict):
        platform.step(Step.CREATE, "v1")


def test_what_else_the_row_says_stays(platform: Platform) -> None:
    platform.rotate("v1")
    runner = platform.container.runners.get("platform")
    assert runner is not None
    platform.container.runners.put(runner.model_copy(update={"draining": True}))

    platform.rotate("v2")

    runner = platform.container.runners.get("platform")
    assert runner is not None and runner.draining


def test_nothing_that_is_answered_or_kept_holds_the_credential(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [platform.step(step, "v1") for step in Step]
    credential = platform.versions.values["v1"]
    runner = platform.container.runners.get("platform")
    assert runner is not None

    said = json.dumps(answers) + runner.model_dump_json() + "".join(capsys.readouterr())
    assert credential.partition(".")[2] not in said
    assert answers[-1] == {"was": VersionState.PENDING}
