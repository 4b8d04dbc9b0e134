"""Alethia's API, one method for each thing that a person can ask. Answers are the API's JSON."""

from collections.abc import Iterator
from typing import Any

from .transport import Transport

Json = dict[str, Any]


class Client:
    """One Alethia, as one person.

    Parameters
    ----------
    url : str
        Such as ``http://127.0.0.1:4000`` or ``https://api.example.com/prod``.
    token : str or None
        A JWT of the issuer that this Alethia trusts.
    """

    def __init__(self, url: str, token: str | None, *, transport: Transport | None = None) -> None:
        self.url = url.rstrip("/")
        self._ask = transport or Transport(url, token)

    def me(self) -> Json:
        return self._json(self._ask.get("/api/me"))

    # --- zones -------------------------------------------------------------------------------------------

    def zones(self) -> Json:
        return self._all("/api/zones")

    def create_zone(self, name: str) -> Json:
        return self._json(self._ask.post("/api/zones", {"name": name}))

    def rename_zone(self, zone_id: str, name: str) -> Json:
        return self._json(self._ask.put(f"/api/zones/{zone_id}", {"name": name}))

    def rules(self, zone_id: str) -> Json:
        """The zone's rules, their version, and what they say in words."""
        return self._json(self._ask.get(f"/api/zones/{zone_id}/rules"))

    def set_rules(self, zone_id: str, rules: Json, *, expected_version: int) -> Json:
        """All of the rules; `expected_version` is that of those that were edited."""
        body = {"expected_version": expected_version, "rules": rules}
        return self._json(self._ask.put(f"/api/zones/{zone_id}/rules", body))

    def audit(self, zone_id: str, *, since: str | None = None, until: str | None = None) -> Iterator[Json]:
        """Every entry between two times, newest first; pages are fetched as they are needed."""
        return self._each(f"/api/zones/{zone_id}/audit", since=since, until=until)

    # --- people ------------------------------------------------------------------------------------------

    def members(self, zone_id: str) -> Json:
        return self._all(f"/api/zones/{zone_id}/members")

    def add_member(self, zone_id: str, user: str, role: str) -> Json:
        return self._json(self._ask.post(f"/api/zones/{zone_id}/members", {"user": user, "role": role}))

    def change_member(self, zone_id: str, member_id: str, role: str) -> Json:
        return self._json(self._ask.put(f"/api/zones/{zone_id}/members/{member_id}", {"role": role}))

    def remove_member(self, zone_id: str, member_id: str) -> None:
        """Take a member out of the zone; ``me`` leaves it."""
        self._ask.delete(f"/api/zones/{zone_id}/members/{member_id}")

    def invitations(self, zone_id: str) -> Json:
        return self._all(f"/api/zones/{zone_id}/invitations")

    def invite(self, zone_id: str, form: Json) -> Json:
        """The invitation and its code, which is shown this once."""
        return self._json(self._ask.post(f"/api/zones/{zone_id}/invitations", form))

    def revoke_invitation(self, zone_id: str, invitation_id: str) -> None:
        self._ask.delete(f"/api/zones/{zone_id}/invitations/{invitation_id}")

    def accept_invitation(self, code: str) -> Json:
        return self._json(self._ask.post("/api/invitations/accept", {"code": code}))

    # --- cloud identities --------------------------------------------------------------------------------

    def identities(self, zone_id: str) -> Json:
        return self._all(f"/api/zones/{zone_id}/identities")

    def link_account(self, zone_id: str, form: Json) -> Json:
        return self._json(self._ask.post(f"/api/zones/{zone_id}/identities", form))

    def identity(self, zone_id: str, identity_id: str) -> Json:
        return self._json(self._ask.get(f"/api/zones/{zone_id}/identities/{identity_id}"))

    def edit_identity(self, zone_id: str, identity_id: str, form: Json) -> Json:
        """Replace everything that people say of it."""
        return self._json(self._ask.put(f"/api/zones/{zone_id}/identities/{identity_id}", form))

    def delete_identity(self, zone_id: str, identity_id: str) -> None:
        self._ask.delete(f"/api/zones/{zone_id}/identities/{identity_id}")

    def identity_setup(self, zone_id: str, identity_id: str) -> Json:
        return self._json(self._ask.get(f"/api/zones/{zone_id}/identities/{identity_id}/setup"))

    def identity_runner_setup(self, zone_id: str, identity_id: str) -> Json:
        return self._json(self._ask.get(f"/api/zones/{zone_id}/identities/{identity_id}/runner-setup"))

    def identity_resources(self, zone_id: str, identity_id: str) -> Json:
        return self._json(self._ask.get(f"/api/zones/{zone_id}/identities/{identity_id}/resources"))

    # --- runners -----------------------------------------------------------------------------------------

    def runners(self, zone_id: str) -> Json:
        return self._all(f"/api/zones/{zone_id}/runners")

    def register_runner(self, zone_id: str, name: str) -> Json:
        """The answer holds the credential, this once."""
        return self._json(self._ask.post(f"/api/zones/{zone_id}/runners", {"name": name}))

    def rotate_runner(self, zone_id: str, runner_id: str) -> Json:
        return self._json(self._ask.post(f"/api/zones/{zone_id}/runners/{runner_id}/rotate"))

    def drain_runner(self, zone_id: str, runner_id: str) -> Json:
        return self._json(self._ask.post(f"/api/zones/{zone_id}/runners/{runner_id}/drain"))

    def undrain_runner(self, zone_id: str, runner_id: str) -> Json:
        return self._json(self._ask.post(f"/api/zones/{zone_id}/runners/{runner_id}/undrain"))

    def delete_runner(self, zone_id: str, runner_id: str) -> None:
        self._ask.delete(f"/api/zones/{zone_id}/runners/{runner_id}")

    def deploy_runner(self, zone_id: str, form: Json) -> Json:
        """Start a DEPLOY_WORKER: a runner in a linked AWS account."""
        return self._json(self._ask.post(f"/api/zones/{zone_id}/runners/deploy", form))

    def update_runner(self, zone_id: str, runner_id: str, changes: Json) -> Json:
        """Roll a deployed runner to this Alethia's image."""
        return self._json(self._ask.post(f"/api/zones/{zone_id}/runners/{runner_id}/update", changes))

    def destroy_runner(self, zone_id: str, runner_id: str, *, name: str) -> Json:
        """Start a DESTROY_WORKER; `name` is what the person typed."""
        body = {"confirm_name": name}
        return self._json(self._ask.post(f"/api/zones/{zone_id}/runners/{runner_id}/destroy", body))

    # --- git hosts ---------------------------------------------------------------------------------------

    def git_links(self, zone_id: str) -> Json:
        return self._all(f"/api/zones/{zone_id}/git-links")

    def git_link(self, zone_id: str, host: str) -> Json:
        return self._json(self._ask.get(f"/api/zones/{zone_id}/git-links/{host}"))

    def link_git(self, zone_id: str, host: str, form: Json) -> Json:
        """Link a host, or replace its token; `form` holds secrets."""
        return self._json(self._ask.put(f"/api/zones/{zone_id}/git-links/{host}", form))

    def unlink_git(self, zone_id: str, host: str) -> None:
        self._ask.delete(f"/api/zones/{zone_id}/git-links/{host}")

    # --- specs -------------------------------------------------------------------------------------------

    def specs(self, zone_id: str) -> Json:
        return self._all(f"/api/zones/{zone_id}/specs")

    def create_spec(self, zone_id: str, form: Json) -> Json:
        return self._json(self._ask.post("/api/specs", {**form, "zone_id": zone_id}))

    def spec(self, spec_id: str) -> Json:
        return self._json(self._ask.get(f"/api/specs/{spec_id}"))

    def edit_spec(self, spec_id: str, form: Json, *, current_rev: int) -> Json:
        """Replace the configuration, if `current_rev` is still the newest."""
        return self._json(self._ask.put(f"/api/specs/{spec_id}", {**form, "expected_rev": current_rev}))

    def delete_spec(self, spec_id: str) -> None:
        self._ask.delete(f"/api/specs/{spec_id}")

    def preview(self, spec_id: str) -> Json:
        return self._json(self._ask.get(f"/api/specs/{spec_id}/preview"))

    def kubeconfig(self, spec_id: str) -> Json:
        """How ``kubectl`` signs in to the spec's cluster: ``document`` and what it ``needs``."""
        return self._json(self._ask.get(f"/api/specs/{spec_id}/kubeconfig"))

    def conversion(
        self, spec_id: str, provider: str, *, region: str | None = None, project_name: str | None = None
    ) -> Json:
        """What the spec would be on another cloud; nothing is made."""
        path = f"/api/specs/{spec_id}/conversion"
        return self._json(self._ask.get(path, provider=provider, region=region, project_name=project_name))

    def convert(
        self, spec_id: str, provider: str, *, region: str | None = None, project_name: str | None = None
    ) -> Json:
        """Make a draft for another cloud: ``spec``, and the ``report`` of each field."""
        body = {"provider": provider, "region": region, "project_name": project_name}
        return self._json(self._ask.post(f"/api/specs/{spec_id}/convert", body))

    # --- runs --------------------------------------------------------------------------------------------

    def plan(
        self,
        spec_id: str,
        *,
        runner: str | None = None,
        auto_approve: bool = False,
        background: bool = False,
    ) -> Json:
        body = {"runner": runner, "auto_approve": auto_approve, "background": background}
        return self._json(self._ask.post(f"/api/specs/{spec_id}/plan", body))

    def destroy(self, spec_id: str, *, project_name: str, runner: str | None = None) -> Json:
        """Destroy everything; `project_name` is what the person typed."""
        body = {"confirm_project_name": project_name, "runner": runner}
        return self._json(self._ask.post(f"/api/specs/{spec_id}/destroy", body))

    def run(self, run_id: str) -> Json:
        return self._json(self._ask.get(f"/api/runs/{run_id}"))

    def runs(self, *, zone_id: str | None = None, spec_id: str | None = None) -> Json:
        """The newest runs of a zone or of a spec."""
        return self._json(self._ask.get("/api/runs", zone_id=zone_id, spec_id=spec_id, limit=50))

    def approve(self, run_id: str, *, plan_digest: str, comment: str = "", runner: str | None = None) -> Json:
        body = {"plan_digest": plan_digest, "comment": comment, "runner": runner}
        return self._json(self._ask.post(f"/api/runs/{run_id}/approve", body))

    def reject(self, run_id: str, *, plan_digest: str, comment: str = "") -> Json:
        body = {"plan_digest": plan_digest, "comment": comment}
        return self._json(self._ask.post(f"/api/runs/{run_id}/reject", body))

    # --- jobs --------------------------------------------------------------------------------------------

    def jobs(self, *, zone_id: str | None = None, spec_id: str | None = None) -> Json:
        """The newest jobs of a zone or of a spec."""
        return self._json(self._ask.get("/api/jobs", zone_id=zone_id, spec_id=spec_id, limit=50))

    def job(self, job_id: str) -> Json:
        return self._json(self._ask.get(f"/api/jobs/{job_id}"))

    def cancel(self, job_id: str) -> Json:
        return self._json(self._ask.post(f"/api/jobs/{job_id}/cancel", {}))

    def rerun(self, job_id: str, *, project_name: str | None = None) -> Json:
        return self._json(self._ask.post(f"/api/jobs/{job_id}/rerun", {"confirm_project_name": project_name}))

    def logs(self, job_id: str, *, after: str | None = None) -> Json:
        return self._json(self._ask.get(f"/api/jobs/{job_id}/logs", after=after, limit=100))

    def events(self, job_id: str, *, after: str | None = None) -> Json:
        return self._json(self._ask.get(f"/api/jobs/{job_id}/events", after=after, limit=100))

    def review(self, job_id: str) -> Json:
        """A PLAN job's counts, groups, cost and digest."""
        return self._json(self._ask.get(f"/api/jobs/{job_id}/plan"))

    def review_page(self, job_id: str, number: int) -> Json:
        return self._json(self._ask.get(f"/api/jobs/{job_id}/plan/pages/{number}"))

    def review_resources(self, job_id: str) -> Iterator[Json]:
        """Every resource of the review, page by page."""
        pages = self.review(job_id)["review_pages"]
        for number in range(1, pages + 1):
            yield from self.review_page(job_id, number)["resources"]

    # --- jobs by themselves ------------------------------------------------------------------------------

    def test_identity(self, zone_id: str, identity_id: str, *, runner: str | None = None) -> Json:
        """Start a CONNECTION_TEST of a linked account."""
        path = f"/api/zones/{zone_id}/identities/{identity_id}/test"
        return self._json(self._ask.post(path, {"runner": runner}))

    def fetch_resources(self, zone_id: str, identity_id: str, *, runner: str | None = None) -> Json:
        """Start a FETCH_RESOURCES of a linked account."""
        path = f"/api/zones/{zone_id}/identities/{identity_id}/fetch-resources"
        return self._json(self._ask.post(path, {"runner": runner}))

    def bootstrap(self, spec_id: str, *, runner: str | None = None) -> Json:
        """Start a BOOTSTRAP of a spec."""
        return self._json(self._ask.post(f"/api/specs/{spec_id}/bootstrap", {"runner": runner}))

    # --- states ------------------------------------------------------------------------------------------

    def state(self, spec_id: str) -> Json:
        return self._json(self._ask.get(f"/api/specs/{spec_id}/state"))

    def state_versions(self, spec_id: str) -> Json:
        return self._all(f"/api/specs/{spec_id}/state/versions")

    def pull_state(self, spec_id: str, *, reason: str, version_id: str | None = None) -> Json:
        path = f"/api/specs/{spec_id}/state/pull"
        return self._json(self._ask.get(path, reason=reason, version=version_id))

    def diff_state(self, spec_id: str, before: str, after: str) -> Json:
        return self._json(self._ask.get(f"/api/specs/{spec_id}/state/diff", before=before, after=after))

    def roll_back_state(
        self, spec_id: str, *, version_id: str, head_version_id: str | None, reason: str
    ) -> Json:
        body = {"version_id": version_id, "head_version_id": head_version_id, "reason": reason}
        return self._json(self._ask.post(f"/api/specs/{spec_id}/state/rollback", body))

    def break_lock(self, spec_id: str, *, lock_id: str, reason: str, even_if_alive: bool = False) -> Json:
        body = {"lock_id": lock_id, "reason": reason, "even_if_alive": even_if_alive}
        return self._json(self._ask.post(f"/api/specs/{spec_id}/state/break-lock", body))

    def download(self, url: str) -> bytes:
        """The bytes behind an address that an answer named."""
        return self._ask.raw(url)

    def _all(self, path: str) -> Json:
        """Every page of a list, as one."""
        return {"items": list(self._each(path)), "next_cursor": None}

    def _each(self, path: str, **query: Any) -> Iterator[Json]:
        """Every item of a list, page after page."""
        cursor = None
        while True:
            page = self._json(self._ask.get(path, cursor=cursor, limit=100, **query))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    @staticmethod
    def _json(answer: Any) -> Json:
        assert isinstance(answer, dict)
        return answer
