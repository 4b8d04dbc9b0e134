"""What Chalice finds first: the app, its authorizer, every noun's routes, and the workflow's functions."""

from chalice.app import Chalice

from chalicelib.api.authorizer import authorizers
from chalicelib.api.nouns import NOUNS
from chalicelib.workflow.rotation import rotate_runner_credential, rotation
from chalicelib.workflow.steps import (
    await_review,
    check_digests,
    dispatch_runner,
    finalize,
    mark_run,
    reconcile,
    record_plan,
    steps,
    task_stopped,
    worker_stack,
)

__all__ = [
    "app",
    "await_review",
    "check_digests",
    "dispatch_runner",
    "finalize",
    "mark_run",
    "reconcile",
    "record_plan",
    "rotate_runner_credential",
    "task_stopped",
    "worker_stack",
]
"""Handlers by name: a Lambda's is ``app.<function>``."""

app = Chalice(app_name="alethia", configure_logs=False)
app.debug = False
app.register_blueprint(authorizers)
for routes in NOUNS:
    app.register_blueprint(routes)
app.register_blueprint(steps)
app.register_blueprint(rotation)
