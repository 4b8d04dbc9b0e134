"""The smoke test leaves nothing behind, whatever fails: played against an API that fails on purpose."""

from typing import Any

import pytest

from alethia.smoke import Check, Smoke
from alethia.transport import NotSignedIn, Refused

Json = dict[str, Any]


class PlayedApi:
    """An Alethia that is done as soon as it is asked; `broken` names the call that says no."""

    def __init__(self, broken: str = "", *, status: str = "SUCCESS", interrupted: str = "") -> None:
        self.broken, self.status, self.interrupted = broken, status, interrupted
        self.specs: dict[str, Json] = {}
        self.applied = False
        self.runs: list[Json] = []

    def __getattribute__(self, name: str) -> Any:
        if name == object.__getattribute__(self, "broken"):
            raise Refused(409, {"message": f"{name} is broken"})
        if name == object.__getattribute__(self, "interrupted"):
            self.interrupted = ""
            raise KeyboardInterrupt
        return object.__getattribute__(self, name)

    def job(self, job_id: str) -> Json:
        status = self.status if job_id == "apply" else "SUCCESS"
        return {"job_id": job_id, "job_type": "A_JOB", "status": status, "error": {"message": "no quota"}}

    def test_identity(self, zone_id: str, identity_id: str, *, runner: str | None) -> Json:
        return {"job_id": "test"}

    def identity(self, zone_id: str, identity_id: str) -> Json:
        return {"status": "VERIFIED", "provider": "aws", "region": None}

    def create_spec(self, zone_id: str, form: Json) -> Json:
        made = {"spec_id": "s", "status": "DRAFT", "live_run": None, "components": [], **form}
        self.specs["s"] = made
        return made

    def bootstrap(self, spec_id: str, *, runner: str | None) -> Json:
        return {"job_id": "bootstrap"}

    def spec(self, spec_id: str) -> Json:
        return self.specs[spec_id]

    def delete_spec(self, spec_id: str) -> None:
        del self.specs[spec_id]

    def plan(self, spec_id: str, *, runner: str | None) -> Json:
        status = "DONE" if self.applied else "AWAITING_REVIEW"
        run = {
            "run_id": f"r{len(self.runs)}",
            "plan_job_id": "plan",
            "plan_digest": "d" * 64,
            "status": status,
        }
        self.runs.append(run)
        self.specs[spec_id]["live_run"] = None if self.applied else run["run_id"]
        return run

    def run(self, run_id: str) -> Json:
        return next(run for run in self.runs if run["run_id"] == run_id)

    def review(self, job_id: str) -> Json:
        return {"summary": {"counts": {"create": 3}}}

    def logs(self, job_id: str) -> Json:
        return {"items": ["a line"]}

    def approve(self, run_id: str, *, plan_digest: str, runner: str | None = None) -> Json:
        run = self.run(run_id)
        if plan_digest != run["plan_digest"]:
            raise Refused(409, {"message": "another plan"})
        done = self.status == "SUCCESS"
        run |= {"status": "DONE" if done else "FAILED", "apply_job_id": "apply"}
        self.specs["s"] |= {"status": "ACTIVE" if done else "FAILED", "live_run": None}
        self.applied = True
        return run

    def reject(self, run_id: str, *, plan_digest: str, comment: str) -> Json:
        self.run(run_id)["status"] = "REJECTED"
        self.specs["s"]["live_run"] = None
        return self.run(run_id)

    def state(self, spec_id: str) -> Json:
        return {"lock": None}

    def state_versions(self, spec_id: str) -> Json:
        return {"items": ["one"]}

    def destroy(self, spec_id: str, *, project_name: str, runner: str | None) -> Json:
        self.applied = False
        self.specs[spec_id]["status"] = "DESTROYED"
        run = {"run_id": "gone", "status": "DONE", "apply_job_id": "destroy"}
        self.runs.append(run)
        return run


class Nobody:
    def zones(self) -> Json:
        raise NotSignedIn(401, {"message": "who are you?"})


def smoke(api: PlayedApi, nobody: Any = None) -> Smoke:
    return Smoke(api, nobody or Nobody(), "zone", "identity")  # type: ignore[arg-type]


def test_a_deployment_that_works_passes_every_check() -> None:
    told: list[Check] = []
    one = smoke(PlayedApi())
    one.tell = told.append
    assert one.run()
    assert len(told) == 9
    assert [check.problem for check in told] == [None] * 9


CALLS = ["bootstrap", "plan", "review", "approve", "state_versions", "logs"]


@pytest.mark.parametrize("call", CALLS)
def test_whatever_fails_the_spec_and_what_it_made_are_taken_away(call: str) -> None:
    api = PlayedApi(call)
    one = smoke(api)
    assert not one.run()
    assert api.specs == {}
    assert not api.applied
    assert f"{call} is broken" in {check.problem for check in one.checks}


@pytest.mark.parametrize("call", ["bootstrap", "state_versions"])
def test_who_stops_it_leaves_nothing_behind(call: str) -> None:
    api = PlayedApi(interrupted=call)
    one = smoke(api)
    assert not one.run()
    assert api.specs == {}
    assert not api.applied
    assert "stopped with Ctrl-C" in {check.problem for check in one.checks}


def test_a_run_that_began_while_nobody_listened_is_withdrawn() -> None:
    """Ctrl-C may end the request, and not what it asked for."""

    class Late(PlayedApi):
        def plan(self, spec_id: str, *, runner: str | None) -> Json:
            if not self.applied:
                return super().plan(spec_id, runner=runner)
            self.runs.append({"run_id": "late", "plan_job_id": "plan", "status": "PLANNING"})
            raise KeyboardInterrupt

        def cancel(self, job_id: str) -> None:
            self.run("late")["status"] = "CANCELLED"

        def destroy(self, spec_id: str, *, project_name: str, runner: str | None) -> Json:
            if self.run("late")["status"] == "PLANNING":
                raise Refused(409, {"message": "a run is at work", "details": {"run_id": "late"}})
            return super().destroy(spec_id, project_name=project_name, runner=runner)

    api = Late()
    one = smoke(api)
    assert not one.run()
    assert api.specs == {}
    assert one.checks[-1].problem is None


def test_who_stops_the_cleaning_up_is_told_what_is_left() -> None:
    one = smoke(PlayedApi("state_versions", interrupted="destroy"))
    assert not one.run()
    assert (one.checks[-1].what, one.checks[-1].problem) == (
        "spec s is taken away again",
        "stopped with Ctrl-C",
    )


def test_an_apply_that_fails_is_destroyed_and_its_reason_is_told() -> None:
    api = PlayedApi(status="FAILED")
    one = smoke(api)
    assert not one.run()
    assert api.specs == {}
    assert "no quota" in str([check.problem for check in one.checks if check.problem])


def test_what_could_not_be_taken_away_is_named() -> None:
    one = smoke(PlayedApi("destroy"))
    assert not one.run()
    assert one.checks[-1].what == "spec s is taken away again"
    assert one.checks[-1].problem == "destroy is broken"


def test_an_api_that_lets_strangers_in_fails_before_anything_is_made() -> None:
    class Open:
        def zones(self) -> Json:
            return {"items": []}

    api = PlayedApi()
    assert not smoke(api, Open()).run()
    assert api.specs == {}
