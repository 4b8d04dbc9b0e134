"""What an execution is started with, and shows beside every state in the console: whose it is, where to look.

Nothing here is secret. The ids and links lie in ``about``, which no step reads: they are for people.
"""

from dataclasses import dataclass
from typing import Any

from ..domain.ids import derived_id
from ..domain.run import RunKind
from .ports.jobs import JobRecord
from .ports.runs import RunRecord
from .ports.workflow import Resume


@dataclass(frozen=True)
class Links:
    """Addresses of things: pages of the console where there is one, else the API's answers."""

    console_url: str = ""
    api_url: str = ""

    def to(self, noun: str, subject_id: str) -> str:
        """``…/jobs/job-1``, for ``jobs`` and the job's id."""
        base = self.console_url.rstrip("/") or f"{self.api_url.rstrip('/')}/api"
        return f"{base}/{noun}/{subject_id}"


def deploy_job_id(run_id: str) -> str:
    """The job that applies the run's plan, once it is approved."""
    return derived_id("job", run_id, "deploy")


def of_run(run: RunRecord, resume: Resume, links: Links) -> dict[str, Any]:
    """For ``{run_id}-{generation}``."""
    jobs = {"destroy_job": run.run_id}
    if run.kind is RunKind.DEPLOY:
        jobs = {"plan_job": run.run_id, "apply_job": deploy_job_id(run.run_id)}
    things = {"run": ("runs", run.run_id), "spec": ("specs", run.spec_id)}
    things |= {name: ("jobs", job_id) for name, job_id in jobs.items()}
    return {
        "run_id": run.run_id,
        "generation": run.generation,
        "resume": str(resume),
        "correlation_id": run.correlation_id,
        "about": {
            "zone_id": run.zone_id,
            "spec_id": run.spec_id,
            **jobs,
            "links": {name: links.to(*thing) for name, thing in things.items()},
        },
    }


def of_worker(job: JobRecord, attempt: int, links: Links) -> dict[str, Any]:
    """For ``{job_id}-{attempt}``, of a job about a deployed runner."""
    runner = f"zones/{job.zone_id}/runners"
    return {
        "job_id": job.job_id,
        "attempt": attempt,
        "correlation_id": job.correlation_id,
        "about": {
            "zone_id": job.zone_id,
            "job_type": str(job.job_type),
            "runner": job.worker_id,
            "links": {
                "job": links.to("jobs", job.job_id),
                "runner": links.to(runner, str(job.worker_id)),
            },
        },
    }
