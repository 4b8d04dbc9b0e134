"""Things for tests to be about, each complete and valid; say only what the test is about.

``a_form(region="eu-north-1")`` is the raw body that a person's form sends; ``a_spec(status=…)``,
``a_plan_job(…)``, ``a_deploy_job(…)``, ``a_run(…)`` are domain records.
``FakeClock`` is time that a test moves.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain.ids import new_id
from chalicelib.domain.job import Job
from chalicelib.domain.lifecycle.job import JobStatus
from chalicelib.domain.lifecycle.run import RunStatus
from chalicelib.domain.lifecycle.spec import SpecStatus
from chalicelib.domain.run import Run, RunKind
from chalicelib.domain.snapshot import build_snapshot
from chalicelib.domain.spec import Spec
from chalicelib.domain.words import CloudProvider, JobType, Stage

NOW = "2026-03-01T12:00:00.000Z"
HASH = "5e" * 32
ACCOUNT = "210987654321"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/alethia-runner"


class FakeClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **duration: float) -> None:
        """``advance(seconds=61)``, ``advance(days=8)``."""
        self.at += timedelta(**duration)


def a_form(**changes: Any) -> dict[str, Any]:
    """The smallest body that makes a spec: a name, a stage, a region."""
    return {"project_name": "shop", "environment_stage": "development", "region": "eu-west-1", **changes}


def a_full_form(**changes: Any) -> dict[str, Any]:
    """A body with every kind of component, two databases and two caches."""
    components: dict[str, Any] = {
        "network": {"cidr_block": "10.20.0.0/16"},
        "cluster": {"cluster_version": "1.33", "instance_types": ["t3.medium"]},
        "dns": {"domain_name": "shop.example.com"},
        "repositories": {"apps_destination_repo": "https://git.example.com/shop/apps"},
        "databases": [
            {"name": "orders", "engine": "aurora-postgresql", "engine_version": "16.6"},
            {"name": "reports", "engine": "aurora-mysql", "engine_version": "8.0.mysql_aurora.3.08.2"},
        ],
        "caches": [
            {"name": "sessions", "engine": "valkey", "engine_version": "8.0", "node_type": "cache.t4g.micro"},
            {"name": "pages", "engine": "redis", "engine_version": "7.1", "node_type": "cache.t4g.micro"},
        ],
        "queues": [{"name": "emails", "dead_letter": {"max_receive_count": 3}}],
        "topics": [{"name": "events", "subscriptions": [{"protocol": "sqs", "endpoint": "emails"}]}],
        "nosql_tables": [{"name": "carts", "hash_key": "cart_id"}],
        "container_registries": [{"name": "web"}],
        "storage_buckets": [{"name": "media"}],
        "secrets": [{"name": "signing-key"}],
    }
    return a_form(**{**components, **changes})


def a_spec(**changes: Any) -> Spec:
    """A DRAFT spec at revision 1."""
    fields: dict[str, Any] = {
        "spec_id": new_id("spec"),
        "zone_id": new_id("zone"),
        "project_name": "shop",
        "environment_stage": Stage.DEVELOPMENT,
        "provider": CloudProvider.AWS,
        "region": "eu-west-1",
        "terraform_version": "1.11.4",
        "cloud_identity": new_id("identity"),
        "status": SpecStatus.DRAFT,
        "settled_status": SpecStatus.DRAFT,
        "current_rev": 1,
        "config_hash": HASH,
        "created_at": NOW,
        "created_by": "ada",
        "updated_at": NOW,
    }
    return Spec.model_validate(fields | changes)


def a_snapshot(form: dict[str, Any] | None = None, **changes: Any) -> str:
    """The canonical text of a form (a small one by default) under the account :data:`ACCOUNT`."""
    body = {"terraform_version": "1.11.4", **(form or a_form()), **changes}
    return build_snapshot(form=body, provider="aws", account_id=ACCOUNT, role_reference=ROLE)


def a_plan_job(**changes: Any) -> Job:
    """A PLAN that waits for its first runner."""
    job_id = changes.get("job_id") or new_id("job")
    fields: dict[str, Any] = {
        "job_id": job_id,
        "job_type": JobType.PLAN,
        "spec_id": new_id("spec"),
        "zone_id": new_id("zone"),
        "run_id": job_id,
        "status": JobStatus.QUEUED,
        "config_hash": HASH,
        "runner": "platform",
        "created_at": NOW,
        "created_by": "ada",
    }
    return Job.model_validate(fields | changes)


def a_deploy_job(plan: Job | None = None, **changes: Any) -> Job:
    """The DEPLOY that applies `plan`, waiting for its runner."""
    plan = plan or a_plan_job(status=JobStatus.SUCCESS, attempt=1)
    return a_plan_job(
        **{
            "job_type": JobType.DEPLOY,
            "spec_id": plan.spec_id,
            "zone_id": plan.zone_id,
            "run_id": plan.run_id,
            "config_hash": plan.config_hash,
            "plan_job_id": plan.job_id,
            **changes,
        }
    )


def a_run(plan: Job | None = None, **changes: Any) -> Run:
    """The run that `plan` belongs to, still planning."""
    plan = plan or a_plan_job()
    fields: dict[str, Any] = {
        "run_id": plan.run_id,
        "kind": RunKind.DEPLOY,
        "spec_id": plan.spec_id,
        "zone_id": plan.zone_id,
        "status": RunStatus.PLANNING,
        "config_hash": plan.config_hash,
        "plan_job_id": plan.job_id,
        "created_at": NOW,
        "created_by": "ada",
    }
    return Run.model_validate(fields | changes)
