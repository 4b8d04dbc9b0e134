"""A spec with a terraform state, and runners that work on it: real rows, a real store, real keys.

::

    world = a_state_world(store, kms, clock)         # fixtures: tables, s3_store or supabase, kms
    deploy = world.a_runner(JobType.DEPLOY)          # a PROCESSING job with a lease
    deploy.lock("l-1"); deploy.commit(a_state(serial=1)); deploy.unlock()
    world.lease_ends(deploy)
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.adapters.crypto import AesGcm
from chalicelib.adapters.dynamodb.audit import DynamoAudit
from chalicelib.adapters.dynamodb.jobs import DynamoJobs
from chalicelib.adapters.dynamodb.rows import job_row
from chalicelib.adapters.dynamodb.specs import DynamoSpecs
from chalicelib.adapters.dynamodb.states import DynamoStates
from chalicelib.adapters.dynamodb.tables import (
    AttemptRow,
    JobRow,
    SpecRow,
    StateRow,
    attempt_sk,
    job_pk,
    spec_pk,
    state_pk,
)
from chalicelib.adapters.dynamodb.zones import DynamoZones
from chalicelib.domain.audit import AuditEntry
from chalicelib.domain.ids import new_id
from chalicelib.domain.lifecycle.job import JobStatus
from chalicelib.domain.messages import CommitAnswer, CommitRequest, ObjectPurpose
from chalicelib.domain.plan import StoredObject
from chalicelib.domain.spec import Spec
from chalicelib.domain.state import LockInfo, StateHead, StateVersion
from chalicelib.domain.words import JobType, Role
from chalicelib.services.access import Access, Principal
from chalicelib.services.attempts import AttemptCaller, Attempts
from chalicelib.services.audit import Audit
from chalicelib.services.objects import Objects
from chalicelib.services.plan_review import PlanReview
from chalicelib.services.ports.clock import unix
from chalicelib.services.ports.jobs import JobRecord
from chalicelib.services.sealed import SealedObjects
from chalicelib.services.state_admin import StateAdmin
from chalicelib.services.state_heads import StateHeads
from chalicelib.services.state_history import StateHistory
from chalicelib.services.state_reader import StateReader
from chalicelib.services.states import States

from .builders import FakeClock, a_form, a_plan_job, a_spec
from .people import join
from .s3 import TestKms, TestStore

LINEAGE = "3f1d4a52-0b1e-4c55-9d0a-6a1a5f0c7a11"
CANARY = "hunter2-canary-5f6e"
LEASE_SECONDS = 300


def a_state(serial: int = 1, *, lineage: str = LINEAGE, **resources: dict[str, Any]) -> bytes:
    """terraform's state file with one ``aws_sqs_queue`` for each of `resources`, and a secret output."""
    return json.dumps(
        {
            "version": 4,
            "terraform_version": "1.11.4",
            "serial": serial,
            "lineage": lineage,
            "outputs": {"password": {"value": CANARY, "type": "string", "sensitive": True}},
            "resources": [
                {
                    "mode": "managed",
                    "type": "aws_sqs_queue",
                    "name": name,
                    "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                    "instances": [{"schema_version": 0, "attributes": {"id": name, **attributes}}],
                }
                for name, attributes in resources.items()
            ],
        },
        indent=2,
    ).encode()


class StateWorld:
    """A zone with one spec, and everything that states need, wired as bootstrap does it."""

    def __init__(self, store: TestStore, kms: TestKms, clock: FakeClock) -> None:
        self.store, self.kms, self.clock = store, kms, clock
        self.rows, self.jobs, self.specs = DynamoStates(), DynamoJobs(), DynamoSpecs()
        self.sealed = SealedObjects(store.store, kms.keys, AesGcm())
        access = Access(DynamoZones())
        self.audit = Audit(DynamoAudit(), access, clock)
        self.attempts = Attempts(self.jobs, self.audit)
        heads = StateHeads(self.specs, self.rows)
        self.objects = Objects(store.store, kms.keys, self.attempts, heads)
        self.states = States(self.rows, store.store, self.sealed, self.attempts, heads, clock)
        self.reader = StateReader(self.rows, self.sealed)
        self.history = StateHistory(access, self.specs, self.rows, self.attempts, clock)
        self.admin = StateAdmin(self.history, self.rows, self.reader, self.sealed, self.audit, clock)
        self.review = PlanReview(access, self.jobs, self.sealed)
        self.spec = self.a_spec()

    def a_spec(self, **changes: Any) -> Spec:
        """A spec whose state's name is claimed, in the same zone as the first."""
        zone_id = (getattr(self, "spec", None) and self.spec.zone_id) or new_id("zone")
        spec = a_spec(**{"zone_id": zone_id, **changes})
        return self.specs.create(spec, a_form(), "r", self.an_entry(spec, "spec.created"))

    def an_entry(self, spec: Spec, action: str) -> AuditEntry:
        """What goes with a change of the spec."""
        return self.audit.entry(spec.zone_id, actor="user:ada", action=action, subject=spec.spec_id)

    def a_runner(
        self, job_type: JobType = JobType.DEPLOY, spec: Spec | None = None, **changes: Any
    ) -> "Runner":
        """A runner that works on a job of the spec, its lease good for five minutes."""
        spec = spec or self.spec
        fields: dict[str, Any] = {
            "job_type": job_type,
            "spec_id": spec.spec_id,
            "zone_id": spec.zone_id,
            "status": JobStatus.PROCESSING,
            "attempt": 1,
            "lease_expires_at": unix(self.clock.now()) + LEASE_SECONDS,
        }
        job = JobRecord.model_validate(a_plan_job(**(fields | changes)).model_dump())
        job_row(job).save()
        for number in range(1, job.attempt + 1):
            AttemptRow(
                job_pk(job.job_id),
                attempt_sk(number),
                number=number,
                runner="platform",
                dispatched_at=job.created_at,
            ).save()
        return Runner(self, AttemptCaller(job.job_id, job.attempt))

    def a_person(self, role: Role) -> Principal:
        """Somebody with this role in the zone."""
        user = f"{role}-{new_id('user')}"
        return join(self.spec.zone_id, user, role)

    def head(self) -> StateHead:
        """The row that decides, as it is now."""
        head = self.rows.head(self.spec.zone_id, self.spec.state_name)
        assert head is not None
        return head

    def head_clear(self) -> bytes:
        """The head's state file."""
        head = self.head()
        assert head.version
        return self.reader.clear(head, head.version)

    def versions(self) -> list[StateVersion]:
        """Every version, highest serial first."""
        from chalicelib.services.paging import PageRequest

        return self.rows.versions(self.head(), PageRequest(limit=100)).items

    def change_job(self, job_id: str, **values: Any) -> None:
        """Move a job's row by hand, as the workflow would."""
        attributes = JobRow.get_attributes()
        JobRow(job_pk(job_id), "JOB").update(
            [
                attributes[name].remove() if value is None else attributes[name].set(value)
                for name, value in values.items()
            ]
        )

    def lease_ends(self, runner: "Runner") -> None:
        """Time passes until the runner's lease is over."""
        job = self.jobs.get(runner.caller.job_id)
        assert job and job.lease_expires_at
        self.clock.advance(seconds=max(0.0, job.lease_expires_at - self.clock.now().timestamp()) + 1)

    def task_stops(self, runner: "Runner") -> None:
        """ECS says that the runner's task is gone."""
        self.jobs.stopped(runner.caller.job_id, runner.caller.attempt, "2026", "essential container exited")

    def set_live_run(self, run_id: str | None) -> None:
        """A run takes hold of the spec, or lets go."""
        action = SpecRow.live_run.set(run_id) if run_id else SpecRow.live_run.remove()
        SpecRow(spec_pk(self.spec.spec_id), "SPEC").update([action])

    def rows_as_text(self) -> str:
        """All that is written about the state in the tables."""
        pk = state_pk(self.spec.zone_id, self.spec.state_name)
        return json.dumps(StateRow._get_connection().query(pk))


@dataclass
class Runner:
    """One attempt of a job, as its container acts: seals, puts to the presigned address, commits."""

    world: StateWorld
    caller: AttemptCaller
    epoch: int = 0
    lock_id: str = ""
    sequence: int = 0

    def lock(self, lock_id: str) -> int:
        """Take the lock."""
        info = LockInfo(id=lock_id, operation="OperationTypeApply", who="runner")
        self.epoch = self.world.states.lock(self.caller, info).epoch
        self.lock_id = lock_id
        return self.epoch

    def unlock(self) -> None:
        """Let go of it."""
        self.world.states.unlock(self.caller, self.lock_id, self.epoch)

    def upload(self, clear: bytes, purpose: ObjectPurpose = ObjectPurpose.STATE) -> StoredObject:
        """Seal and store an object of its own."""
        import httpx

        from chalicelib.domain.envelope import new_header, pack

        self.sequence += 1
        key = self.world.objects.data_key(self.caller, purpose, self.sequence)
        nonce = hashlib.sha256(f"{key.name}{key.wrapped_key}".encode()).digest()[:12]
        header = new_header(context=key.context, nonce=nonce, wrapped_key=base64.b64decode(key.wrapped_key))
        cipher = AESGCM(base64.b64decode(key.key))
        sealed = pack(header, cipher.encrypt(nonce, clear, header.encoded()))
        digest = hashlib.sha256(sealed).hexdigest()
        upload = self.world.objects.upload(self.caller, key.name, digest, len(sealed))
        httpx.put(upload.url, content=sealed, headers=upload.headers).raise_for_status()
        return upload.object

    def request(self, clear: bytes, stored: StoredObject | None = None, **changes: Any) -> CommitRequest:
        """A commit of `clear`, uploaded unless `stored` says it is."""
        state = json.loads(clear)
        fields: dict[str, Any] = {
            "attempt": self.caller.attempt,
            "lock_id": self.lock_id,
            "epoch": self.epoch,
            "serial": state["serial"],
            "lineage": state["lineage"],
            "sha256": hashlib.sha256(clear).hexdigest(),
            "resources": len(state["resources"]),
            "object": stored or self.upload(clear),
        }
        return CommitRequest.model_validate(fields | changes)

    def commit(self, clear: bytes, stored: StoredObject | None = None, **changes: Any) -> CommitAnswer:
        """Upload and commit."""
        return self.world.states.commit(self.caller, self.request(clear, stored, **changes))
