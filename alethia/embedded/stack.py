"""The whole system on one machine: an emulated customer's cloud, and the control plane."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import httpx
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.services.oidc_issuer import PATH as ISSUER

from . import seed
from .control_plane import ControlPlane, LinkedAccount
from .data_dir import DataDir
from .emulated_aws import REGION
from .errors import StackError
from .issuer import Issuer
from .on_demand import OnDemandProviders
from .other_clouds import Accounts, Serving
from .other_clouds.common import Verifier
from .other_clouds.keys import PublishedKeys
from .processes import HOST, PROJECT, Child, clean_environment, free_port
from .terraform import find_terraform, write_cli_config

CLOUD_ACCOUNT = "123456789012"
"""The emulated customer's account, as the seeded identity names it."""

FROM_A_PERSON = (
    "PATH",
    "HOME",
    "LANG",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
)
"""What a runner needs of the machine it runs on."""


@dataclass
class Stack:
    """A stack that runs.

    Parameters
    ----------
    real_aws : bool
        Runners use the AWS credentials of this process's environment, and there is no emulated cloud.
    """

    data: DataDir
    real_aws: bool = False

    def start(self) -> None:
        """Start it; what was started is stopped again when a later part can't start."""
        account, terraform = self._account(), find_terraform(PROJECT)  # may refuse: before anything is made
        ports = self.data.remembered().get("ports", {})
        aws, cloud, others, api = (free_port(ports.get(name)) for name in ("aws", "cloud", "others", "api"))
        self.cloud_url = f"http://{HOST}:{cloud}"
        self._cloud = Child(
            "The emulated cloud",
            "alethia.embedded.customer_cloud",
            ["--host", HOST, "--port", str(cloud)],
            env=clean_environment({}),
            log=self.data.logs / "cloud.log",
        )
        # Addressed as the control plane is, whose issuer's keys they read.
        keys = PublishedKeys(f"http://{HOST}:{api}{ISSUER}")
        self.other_clouds = Accounts(Verifier(keys))
        self._serving = Serving(self.other_clouds, others)
        self.offline_providers = OnDemandProviders(self.data.providers, self.data.logs)
        self.control_plane = ControlPlane(
            self.data,
            aws_port=aws,
            api_port=api,
            account=account,
            customer_aws=None if self.real_aws else self.cloud_url,
            other_clouds=self._serving.url,
            runner_environ=self._runner_environ(terraform),
        )
        self.data.remember(
            {"ports": {"aws": aws, "cloud": cloud, "others": others, "api": api}, "url": self.url}
        )
        try:
            self._serving.start()
            self.offline_providers.start()
            if not self.real_aws:
                self._cloud.start()
                self._cloud.wait_ready(f"{self.cloud_url}/_alethia/health")
            self.control_plane.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it: runners, control plane, cloud."""
        try:
            self.control_plane.stop()
        finally:
            self._cloud.stop()
            self.offline_providers.stop()
            self._serving.stop()

    @property
    def url(self) -> str:
        """Where the API is."""
        return self.control_plane.url

    def token(self, user: str = seed.USER) -> str:
        """A sign-in token for a person."""
        return Issuer.open(self.data.root, self.control_plane.issuer_url).sign_in(user)

    def inventory(self) -> dict[str, list[str]]:
        """What exists in the emulated customer's account: kind → names."""
        query = {"account": CLOUD_ACCOUNT, "region": REGION}
        answer = httpx.get(f"{self.cloud_url}/_alethia/inventory", params=query, trust_env=False, timeout=30)
        resources: dict[str, list[str]] = answer.raise_for_status().json()["resources"]
        return resources

    def _account(self) -> LinkedAccount:
        if not self.real_aws:
            return LinkedAccount(CLOUD_ACCOUNT, "Emulated AWS account")
        try:
            caller = boto3.client("sts", region_name=REGION).get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise StackError(f"--real-aws needs AWS credentials in this shell; AWS says: {error}") from None
        return LinkedAccount(str(caller["Account"]), "Your AWS account")

    def _runner_environ(self, terraform: Path) -> dict[str, str]:
        config = write_cli_config(
            self.data.root / "terraform.rc",
            templates=PROJECT / "templates",
            plugin_cache=self.data.runner_cache / "plugins",
            running=self.offline_providers.names,
        )
        environ = {name: os.environ[name] for name in FROM_A_PERSON if name in os.environ} | {
            "PYTHONPATH": str(PROJECT),
            "ALETHIA_CACHE_DIR": str(self.data.runner_cache),
            "ALETHIA_TEMPLATES_DIR": str(PROJECT / "templates"),
            "ALETHIA_TERRAFORM": str(terraform),
            "ALETHIA_TF_CLI_CONFIG_FILE": str(config),
            "ALETHIA_REST_STAND_IN_URL": self._serving.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            **self.offline_providers.environment(os.getpid()),
        }
        if self.real_aws:
            return environ | _aws_of(os.environ)
        # No real credential can be meant: a container has no home with a credentials file in it.
        nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        return environ | nothing | {"ALETHIA_CLOUD_ENDPOINT_URL": self.cloud_url}


def _aws_of(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith("AWS_")}


@contextmanager
def running(root: Path, *, real_aws: bool = False) -> Iterator[Stack]:
    """A stack over the directory `root`, for the length of a ``with`` block."""
    data = DataDir.open(root)
    with data.lock():
        stack = Stack(data, real_aws=real_aws)
        stack.start()
        try:
            yield stack
        finally:
            stack.stop()
