"""Taking a runner's stack away, and proving it: all of DESTROY_WORKER, and the end of a failed first deploy.

DESTROY drains first: what the runner has in hand is waited for, what is queued for it is not (it ends, or is
taken to another runner, by its own rules).
"""

from datetime import datetime, timedelta

from ..domain.job import ApplyProgress
from ..domain.lifecycle.job import JobEvent
from ..domain.lifecycle.worker import WorkerEvent
from ..domain.stack_work import is_under_way
from .worker_job import WorkerJob
from .worker_words import AGAIN, BUSY, GONE, IDLE, WORKING

TAGS_LAG = timedelta(minutes=15)
"""How long AWS may go on listing what is gone under its tags."""

SHOWN_ARNS = 10

DELETED_MEANWHILE = ("CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS")
"""Of the stacks that CloudFormation is at work on, those that it takes the order to delete of."""

BEING_DESTROYED = "This runner is being destroyed."


class WorkerRemoval:
    """The steps; each can be repeated."""

    def drain(self, it: WorkerJob) -> str:
        """Wait until the runner has no job in hand."""
        if it.job.cancel_requested:
            return it.end(
                JobEvent.CANCEL,
                WorkerEvent.FAIL,
                problem="Destroying it was cancelled before anything was deleted: "
                "deploy it again to use it, or destroy it.",
                action="runner.destroy_cancelled",
            )
        in_hand = it.in_hand()
        if not in_hand:
            return IDLE
        what = "a job" if len(in_hand) == 1 else f"{len(in_hand)} jobs"
        it.say(f"Waiting for {what} that the runner has in hand: {', '.join(in_hand[:SHOWN_ARNS])}.")
        return BUSY

    def delete(self, it: WorkerJob) -> str:
        """Stop what still runs; once it has stopped, begin to delete the stack."""
        name = it.worker.stack_name
        if not it.work.deleting:
            facts = it.facts()
            it.say(
                f"Deleting stack {name} in account {it.worker.account_id}, {it.worker.form.region}.",
                ApplyProgress(planned=facts.resources if facts else 0),
                deleting=True,
                stack_id=facts.stack_id if facts else None,
                after=it.newest_event(facts.stack_id) if facts else None,
            )
        return self._order(it)

    def watch(self, it: WorkerJob) -> str:
        """Tell what CloudFormation did since, and say whether the stack is gone."""
        facts = it.facts()
        if it.work.stack_id is not None:
            it.tell(it.work.stack_id)
        if facts is None:
            return self._gone(it)
        if facts.status == "DELETE_FAILED" and it.work.ordered:
            return self._stuck(it, facts.reason or "CloudFormation does not say why.")
        return WORKING if is_under_way(facts.status) else self._order(it)

    def verify(self, it: WorkerJob) -> str:
        """See that nothing in the account carries the runner's tag any more; then the job is done."""
        it.stacks.remove_task_definitions(it.place, it.worker.stack_name)
        left = it.stacks.left_behind(it.place, it.tags)
        if not left:
            return self._nothing_left(it)
        shown = ", ".join(left[:SHOWN_ARNS]) + (" …" if len(left) > SHOWN_ARNS else "")
        since = it.work.leftovers_since or it.now
        if datetime.fromisoformat(it.now) - datetime.fromisoformat(since) < TAGS_LAG:
            it.say(f"Still listed under the runner's tag: {shown}.", leftovers_since=since)
            return BUSY
        return self.fail(it, f"This still carries the runner's tag: {shown}. Delete it, then try again.")

    def fail(self, it: WorkerJob, why: str) -> str:
        """End the job without having taken everything away."""
        if it.is_first:
            because = "It was cancelled." if it.work.cancelled else (it.work.failure or "It failed.")
            why = why if it.work.leftover else f"{because} It could not be taken away again: {why}"
        action = "runner.deploy_failed" if it.is_first else "runner.destroy_failed"
        return it.end(JobEvent.FAIL, WorkerEvent.FAIL, problem=why, action=action)

    def _order(self, it: WorkerJob) -> str:
        facts = it.facts()
        if facts is None:
            if it.work.stack_id is not None:
                it.tell(it.work.stack_id)
            return self._gone(it)
        if is_under_way(facts.status) and facts.status not in DELETED_MEANWHILE:
            it.say(f"Stack {it.worker.stack_name} is {facts.status}; waiting for its end.")
            return WORKING
        if facts.status != "DELETE_IN_PROGRESS":
            running = it.stacks.stop_tasks(it.place, it.worker.stack_name, BEING_DESTROYED)
            if running:
                it.say(f"Waiting for {'a task' if running == 1 else f'{running} tasks'} of its to stop.")
                return WORKING
            it.stacks.delete(it.place, facts.stack_id, token=f"{it.job.job_id}-delete")
        it.note(stack_id=facts.stack_id, ordered=True)
        return WORKING

    def _gone(self, it: WorkerJob) -> str:
        if not it.work.leftover:
            return GONE
        it.note(deleting=False, ordered=False, leftover=False, stack_id=None, after=None, failure=None)
        return AGAIN

    def _stuck(self, it: WorkerJob, reason: str) -> str:
        why = reason if it.is_first else it.work.failure or reason
        return self.fail(
            it,
            f"Stack {it.worker.stack_name} can't be deleted: {why.rstrip('.')}. "
            "Remove what holds it in the account, then try again.",
        )

    def _nothing_left(self, it: WorkerJob) -> str:
        it.say("Nothing of the runner is left in the account.")
        if not it.is_first:
            return it.end(JobEvent.SUCCEED, WorkerEvent.GONE, action="runner.destroyed")
        without = it.worker.model_copy(update={"outputs": None, "stack_id": None})
        if it.work.cancelled:
            return it.end(
                JobEvent.CANCEL,
                WorkerEvent.FAIL,
                worker=without,
                problem="The deployment was cancelled; nothing of it is left.",
                action="runner.deploy_cancelled",
            )
        return it.end(
            JobEvent.FAIL,
            WorkerEvent.FAIL,
            worker=without,
            problem=it.work.failure or "It failed.",
            action="runner.deploy_failed",
        )
