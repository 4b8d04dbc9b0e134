"""DEPLOY_WORKER, step by step: ask CloudFormation for the stack, watch it, register the runner.

The same steps serve a first deploy, another try after a failure, and an update. What can't be kept of a first
deploy is handed to :mod:`.worker_removal`; a failed update is rolled back by CloudFormation itself, and the
runner goes on as it was.
"""

import json
import secrets
from typing import Any

from ..domain.job import ApplyProgress
from ..domain.lifecycle.job import JobEvent
from ..domain.lifecycle.worker import WorkerEvent
from ..domain.snapshot import sha256_hex
from ..domain.stack_work import is_under_way, stands, succeeded
from ..domain.worker import StackFacts, WorkerForm, WorkerOutputs
from ..providers.aws import runner_stack
from .runners import SECRET_BYTES
from .worker_ends import as_it_was
from .worker_job import WorkerJob
from .worker_words import BUSY, DELETE, DONE, WORKING

NOT_HALF_WAY = "An update can't be stopped half-way: it goes on to its end."


class WorkerDeploy:
    """The steps; each can be repeated."""

    def ask(self, it: WorkerJob) -> str:
        """Order the stack, or its update, unless it was ordered before."""
        if it.job.cancel_requested and not it.work.asked:
            return it.end(
                JobEvent.CANCEL,
                WorkerEvent.FAIL,
                worker=as_it_was(it.worker, it.work),
                problem="Cancelled before anything was asked of the account.",
                action="runner.deploy_cancelled",
            )
        if not it.work.asked and it.is_first and (problem := self._network_problem(it)):
            return it.end(JobEvent.FAIL, WorkerEvent.FAIL, problem=problem, action="runner.deploy_failed")
        facts = it.facts()
        if not it.work.asked:
            instead = self._prepare(it, facts)
            if instead is not None:
                return instead
        if facts is None:
            stack_id = it.stacks.create(
                it.place, it.worker.stack_name, **_order(it), token=f"{it.job.job_id}-create"
            )
            it.note(stack_id=stack_id, called=True)
            return WORKING
        ours_already = it.work.stack_id is None
        changes = ours_already or is_under_way(facts.status)
        if not changes:
            changes = it.stacks.update(
                it.place, facts.stack_id, **_order(it), token=f"{it.job.job_id}-update"
            )
        it.note(stack_id=facts.stack_id, called=True)
        return WORKING if changes else DONE

    def watch(self, it: WorkerJob) -> str:
        """Tell what CloudFormation did since, and say whether it is done."""
        facts = it.facts()
        if it.work.stack_id is not None:
            it.tell(it.work.stack_id)
        if facts is None:
            return self._failed(it, f"Stack {it.worker.stack_name} was deleted in the account meanwhile.")
        if is_under_way(facts.status):
            if it.job.cancel_requested and it.is_first:
                return self._cancelled(it)
            if it.job.cancel_requested:
                it.say(NOT_HALF_WAY)
            return WORKING
        if succeeded(facts.status):
            return DONE
        return self._failed(it, it.work.failure or facts.reason or f"The stack is {facts.status}.")

    def register(self, it: WorkerJob) -> str:
        """Make the stack the runner's: its outputs, and its credential in the customer's Secrets Manager."""
        if it.job.cancel_requested and it.is_first:
            return self._cancelled(it)
        facts = it.facts()
        if facts is None or not stands(facts.status):
            return self.watch(it)
        try:
            outputs = runner_stack.outputs_of(facts.outputs)
        except ValueError as error:
            return self._failed(it, str(error))
        sha256 = self._credential(it, outputs)
        updated = {"outputs": outputs, "stack_id": facts.stack_id}
        it.say("The runner is ready.")
        return it.end(
            JobEvent.SUCCEED,
            WorkerEvent.DEPLOYED,
            worker=it.worker.model_copy(update=updated),
            action="runner.deployed" if it.is_first else "runner.updated",
            stack_status=facts.status,
            credential_sha256=sha256,
        )

    def _network_problem(self, it: WorkerJob) -> str | None:
        """What is wrong with the customer's subnets, which CloudFormation never looks at."""
        form = it.worker.form
        if (network := form.network) is None:
            return None
        there = it.stacks.subnets(it.place, network.subnet_ids)
        wrong = [one for one in dict.fromkeys(network.subnet_ids) if there.get(one) != network.vpc_id]
        if not wrong:
            return None
        return (
            f"{network.vpc_id} in account {it.worker.account_id}, {form.region} has no subnet "
            f"{', '.join(wrong)}. Deploy again with subnets of one network there, or without any: then the "
            "runner gets a network of its own."
        )

    def _prepare(self, it: WorkerJob, facts: StackFacts | None) -> str | None:
        """Note that we ask, before we do; else what is to be done instead."""
        name = it.worker.stack_name
        where = f"account {it.worker.account_id}, {it.worker.form.region}"
        if facts is None:
            if not it.is_first:
                return self._failed(
                    it, f"Stack {name} is gone from {where}: destroy the runner, then deploy it again."
                )
            planned = ApplyProgress(planned=resources_of(it.worker.form))
            it.say(f"Asking CloudFormation for stack {name} in {where}.", planned, asked=True)
            return None
        if is_under_way(facts.status):
            it.say(f"Stack {name} in {where} is {facts.status}; waiting for its end.")
            return BUSY
        told = it.newest_event(facts.stack_id)
        if stands(facts.status):
            it.say(
                f"Asking CloudFormation to update stack {name} in {where}.",
                asked=True,
                stack_id=facts.stack_id,
                after=told,
            )
            return None
        if not it.is_first:
            return self._failed(
                it,
                f"Stack {name} is {facts.status}, so it can't be updated: continue its roll-back in "
                "CloudFormation's console of the account, or destroy the runner.",
            )
        it.say(
            f"Stack {name} in {where} is {facts.status}, left by an earlier job: it is deleted first.",
            deleting=True,
            leftover=True,
            stack_id=facts.stack_id,
            after=told,
        )
        return DELETE

    def _credential(self, it: WorkerJob, outputs: WorkerOutputs) -> str | None:
        """Put a new credential where the runner's tasks find it; its sha256, for the row.

        It is there before the row knows it, so that nothing can start with one that counts no more. Whoever
        dies in between puts another.
        """
        known = it.worker.outputs
        same_secret = known is not None and known.credential_secret == outputs.credential_secret
        if not it.is_first and same_secret and not it.work.new_credential:
            return None
        secret = secrets.token_urlsafe(SECRET_BYTES)
        it.stacks.put_credential(it.place, outputs.credential_secret, f"{it.runner.runner_id}.{secret}")
        return sha256_hex(secret)

    def _failed(self, it: WorkerJob, why: str) -> str:
        """Take a first deploy away again; leave the runner of an update as it was."""
        if it.is_first:
            it.say("It failed. What was made is deleted again.", it.undone, deleting=True, failure=why)
            return DELETE
        return it.end(
            JobEvent.FAIL,
            WorkerEvent.FAIL,
            worker=as_it_was(it.worker, it.work),
            problem=why,
            action="runner.update_failed",
        )

    def _cancelled(self, it: WorkerJob) -> str:
        it.say("Cancelled. What was made is deleted again.", it.undone, deleting=True, cancelled=True)
        return DELETE


def resources_of(form: WorkerForm) -> int:
    """How many resources a first deploy makes: without a network, where the customer brings one."""
    made = json.loads(runner_stack.template())["Resources"].values()
    return sum(form.network is None or "Condition" not in one for one in made)


def _order(it: WorkerJob) -> dict[str, Any]:
    worker, runner = it.worker, it.runner
    return {
        "template": runner_stack.template(),
        "parameters": runner_stack.parameters(
            worker.form, runner.runner_id, it.job.zone_id, worker.image, worker.role
        ),
        "tags": it.tags,
    }
