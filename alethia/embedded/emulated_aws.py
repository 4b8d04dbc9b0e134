"""The emulated AWS that the control plane runs on: ministack as a child, and clients for it."""

import threading
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

from chalicelib.adapters.dynamodb.connection import EMULATOR_CREDENTIALS

from .data_dir import DataDir
from .processes import HOST, Child, clean_environment

REGION = "eu-west-1"
ACCOUNT = "000000000000"
"""The control plane's account; the customer's cloud is another one, in another process."""

KEY, SECRET = EMULATOR_CREDENTIALS


class EmulatedAws:
    """One ministack, with its data in the stack's directory."""

    def __init__(self, data: DataDir, port: int) -> None:
        self.endpoint = f"http://{HOST}:{port}"
        data.ministack_tmp.mkdir(mode=0o700, exist_ok=True)
        environ = clean_environment(
            {
                "BIND_HOST": HOST,
                "GATEWAY_PORT": str(port),
                "MINISTACK_HOST": HOST,
                "MINISTACK_REGION": REGION,
                "MINISTACK_ACCOUNT_ID": ACCOUNT,
                # Presigned addresses are verified against these.
                "AWS_ACCESS_KEY_ID": KEY,
                "AWS_SECRET_ACCESS_KEY": SECRET,
                "PERSIST_STATE": "1",
                "S3_PERSIST": "1",
                "STATE_DIR": str(data.aws_state),
                "S3_DATA_DIR": str(data.store),
                "TMPDIR": str(data.ministack_tmp),
                # With a Docker daemon around, it would pull an image for each task; the agent plays ECS.
                "DOCKER_HOST": "unix:///nonexistent/alethia-starts-no-containers.sock",
                "LOG_LEVEL": "WARNING",
                # Services that listen on ports of their own, on every address.
                "SFTP_ENABLED": "0",
                "IOT_MTLS_ENABLED": "0",
                "SERVICES": "dynamodb,s3,kms,secretsmanager,ecs,lambda,stepfunctions,iam,sts,logs",
            }
        )
        self._child = Child("ministack", "ministack", [], env=environ, log=data.logs / "ministack.log")

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._child.start()
        self._child.wait_ready(f"{self.endpoint}/_ministack/health")

    def stop(self) -> None:
        """Stop it cleanly, which is when it writes its state down."""
        self._child.stop()


def clients(endpoint: str) -> Callable[[str], Any]:
    """boto3 clients of one emulator by service name, each made once."""
    session: Any = boto3.session.Session(
        aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name=REGION
    )
    made: dict[str, Any] = {}
    making = threading.Lock()
    config = Config(
        connect_timeout=2,
        read_timeout=60,
        retries={"mode": "standard", "total_max_attempts": 3},
        s3={"addressing_style": "path"},
    )

    def client(service: str) -> Any:
        with making:
            if service not in made:
                made[service] = session.client(service, endpoint_url=endpoint, config=config)
            return made[service]

    return client
