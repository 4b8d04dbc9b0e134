"""The control plane on one machine: everything of ours, over the emulated AWS.

It can be restarted while the customer's cloud and the runners go on, as a deployment's parts can.
"""

import contextlib
import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.settings import Settings

from . import provision, seed
from .agent import EcsAgent
from .data_dir import DataDir
from .emulated_aws import REGION, EmulatedAws, clients
from .errors import StackError
from .issuer import JWKS_PATH
from .processes import HOST, Child, clean_environment
from .runner_env import FILE as RUNNER_ENV
from .runner_env import write_runner_env
from .schedule import Schedule
from .server import ISSUER_PATH
from .tasks import CustomerTasks, PlatformTasks, TaskSource

log = logging.getLogger(__name__)

RECONCILE_SECONDS = 10
RUNNER_POLL_SECONDS = 1.0

FIRST_STEP = "DispatchRunner"
"""The function between a click and its runner."""

RECONCILE = "Reconcile"
"""The function that the schedule rings."""

TASK_STOPPED = "TaskStopped"
"""The function that hears of ends of tasks."""

PLATFORM_RUNNER = "platform"


@dataclass(frozen=True)
class LinkedAccount:
    """The account that the seeded zone can provision into."""

    account_id: str
    name: str


class ControlPlane:
    """ministack, what is provisioned in it, the API, and the two parts of AWS that ministack does not play.

    Parameters
    ----------
    customer_aws : str or None
        The emulator in place of the customers' AWS; ``None`` where runners work in a real one.
    other_clouds : str
        Where the emulated GCP and Azure are.
    runner_environ : Mapping[str, str]
        Environment of every runner, besides what ECS gives it.
    """

    def __init__(
        self,
        data: DataDir,
        *,
        aws_port: int,
        api_port: int,
        account: LinkedAccount,
        customer_aws: str | None,
        other_clouds: str,
        runner_environ: Mapping[str, str],
    ) -> None:
        self._account = account
        self._customer_aws = customer_aws
        self._other_clouds = other_clouds
        self.runner_environ = dict(runner_environ)
        self.url = f"http://{HOST}:{api_port}"
        self.issuer_url = self.url + ISSUER_PATH
        self._data = data
        self._api_port = api_port
        self._aws = EmulatedAws(data, aws_port)
        self.aws_endpoint = self._aws.endpoint
        self._clients = clients(self._aws.endpoint)
        self._api: Child | None = None
        self._schedule: Schedule | None = None
        sources: list[TaskSource] = [
            PlatformTasks(
                self._clients, provision.CLUSTER, deliver=lambda event: self.invoke(TASK_STOPPED, event)
            )
        ]
        if customer_aws is not None:
            sources.append(CustomerTasks(customer_aws))
        self.agent = EcsAgent(sources, runner_environ=runner_environ, logs=data.logs, work=data.runner_work)

    def start(self) -> None:
        """Start everything, in order."""
        self._begin()
        self.agent.start()

    def stop(self) -> None:
        """Stop runners first (they still report), then the rest."""
        try:
            self.agent.stop()
        finally:
            self._end()

    def restart(self) -> None:
        """Stop and start ministack, the API and the schedule; containers go on meanwhile."""
        self.agent.pause()
        self._end()
        self._begin()
        self.agent.resume()

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """Call one of the functions as AWS would, and hand back its answer."""
        answer = self._clients("lambda").invoke(
            FunctionName=f"alethia-{function}", Payload=json.dumps(event).encode()
        )
        payload = answer["Payload"].read()
        if answer.get("FunctionError"):
            raise StackError(f"{function} failed: {payload.decode(errors='replace')[:2000]}")
        return json.loads(payload) if payload else None

    def _begin(self) -> None:
        self._aws.start()
        settings = self._provision()
        write_runner_env(
            self._data.root / RUNNER_ENV, self.runner_environ, real_aws=self._customer_aws is None
        )
        self._api = Child(
            "The API",
            "alethia.embedded.server",
            ["--host", HOST, "--port", str(self._api_port), "--data-dir", str(self._data.root)],
            env=clean_environment(environment(settings)),
            log=self._data.logs / "api.log",
        )
        self._api.start()
        self._api.wait_ready(f"{self.url}/api/openapi.json")
        provision.warm(self._clients, [FIRST_STEP])
        threading.Thread(target=self._warm_the_rest, name="warm", daemon=True).start()
        self._schedule = Schedule(lambda: self.invoke(RECONCILE, {}), seconds=RECONCILE_SECONDS)
        self._schedule.start()

    def _end(self) -> None:
        if self._schedule:
            self._schedule.stop()
        if self._api:
            self._api.stop()
        self._aws.stop()

    def _warm_the_rest(self) -> None:
        """In the background: a stack that stops meanwhile is no fault."""
        with contextlib.suppress(BotoCoreError, ClientError):
            provision.warm(self._clients, [name for name in provision.handlers() if name != FIRST_STEP])

    def _provision(self) -> Settings:
        made = self._clients
        owner = f"{PLATFORM_RUNNER}."
        credential_arn, credential = provision.secret(made, provision.RUNNER_SECRET, prefix=owner)
        provision.secret(made, provision.JOB_TOKEN_SECRET)
        provision.cluster(made)
        settings = Settings(
            region=REGION,
            aws_endpoint_url=self._aws.endpoint,
            store_endpoint_url=self._aws.endpoint,
            store_region=REGION,
            store_bucket=provision.BUCKET,
            kms_key_id=provision.encryption_key(made),
            job_token_secret=provision.JOB_TOKEN_SECRET,
            oidc_issuer=self.issuer_url,
            oidc_jwks_url=self.issuer_url + JWKS_PATH,
            oidc_signing_keys=provision.signing_key(made),
            control_plane_principal=provision.ROLE,
            customer_aws_endpoint_url=self._customer_aws,
            runner_poll_seconds=RUNNER_POLL_SECONDS,
            public_api_url=self.url,
            state_machine_arn=provision.state_machine_arn(provision.PLAN_REVIEW_APPLY),
            worker_state_machine_arn=provision.state_machine_arn(provision.WORKER_STACK),
            # Tasks in a real account could not reach an API on this machine.
            worker_image=provision.WORKER_IMAGE if self._customer_aws else "",
            deployment_name="embedded",
            platform_runner=PLATFORM_RUNNER,
            ecs_cluster=provision.CLUSTER,
            ecs_task_definition=provision.task_definition(made, credential_arn=credential_arn),
            ecs_subnets="subnet-embedded",
            ecs_security_groups="sg-embedded",
        )
        provision.storage(made, settings)
        seed.seed(
            settings,
            runner_secret=credential.removeprefix(owner),
            account_id=self._account.account_id,
            account_name=self._account.name,
            other_clouds=self._other_clouds,
        )
        provision.functions(made, environment(settings))
        provision.state_machines(made)
        return settings


def environment(settings: Settings) -> dict[str, str]:
    """Settings as the variables they are read from."""
    values = settings.model_dump(mode="json", exclude_defaults=True)
    return {f"ALETHIA_{name.upper()}": str(value) for name, value in values.items() if value is not None}
