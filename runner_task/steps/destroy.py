"""DESTROY: what lives in the cluster first, then everything that the state knows."""

from ..context import JobContext
from .running import failure, new_reader, run


def clean_up_cluster(job: JobContext) -> None:
    """The place for removing what the cluster itself made in the cloud (load balancers, volumes)."""
    job.say("In-cluster cleanup: not done; this runner installs nothing into clusters yet.")


def destroy(job: JobContext) -> None:
    """Run ``terraform destroy``; there is no plan step, the person typed the project's name."""
    reader = new_reader(job)
    job.events = reader.events
    job.stop.check()
    job.link.declare_start()
    timeout = f"-lock-timeout={job.settings.patience.lock}s"
    code = run(job, ["destroy", "-auto-approve", "-input=false", timeout, "-json"], reader)
    if code != 0:
        raise failure(job, "destroy", code, reader)
