"""The AWS account that a deployment goes to: who we are there, and whether the CDK can work in it."""

import os
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
"""Parameter that ``cdk bootstrap`` leaves in an account and region."""


class NotReady(Exception):
    """Something has to be done before; the message says what."""


@dataclass(frozen=True)
class Account:
    """Where the credentials at hand lead."""

    id: str
    region: str
    caller: str
    """ARN of whoever they are."""

    def __str__(self) -> str:
        return f"account {self.id}, {self.region}"


def account_of(session: Any) -> Account:
    """The account that a botocore session acts in.

    Raises
    ------
    NotReady
        No region, no credentials, or none that AWS takes.
    """
    try:
        # botocore reads AWS_DEFAULT_REGION only; everything else that speaks to AWS reads AWS_REGION.
        region = os.environ.get("AWS_REGION") or session.get_config_variable("region")
        if not region:
            raise NotReady("No region: set AWS_REGION, or AWS_PROFILE to a profile that names one.")
        caller = session.create_client("sts", region_name=region).get_caller_identity()
    except (NoCredentialsError, PartialCredentialsError):
        raise NotReady(
            "No AWS credentials: sign in (`aws sso login`) and set AWS_PROFILE, or set AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY and, if there is one, AWS_SESSION_TOKEN."
        ) from None
    except ProfileNotFound as error:
        raise NotReady(f"{error}: AWS_PROFILE must name one of ~/.aws/config.") from None
    except ClientError as error:
        raise NotReady(f"AWS does not take the credentials ({_code(error)}): sign in again.") from None
    except BotoCoreError as error:
        raise NotReady(f"AWS can't be asked who you are: {error}") from None
    return Account(id=caller["Account"], region=region, caller=caller["Arn"])


def require_bootstrap(session: Any, account: Account, command: str) -> None:
    """The CDK needs a bucket and roles in an account, made once by ``cdk bootstrap``.

    Raises
    ------
    NotReady
        They were never made. Whoever may not see that is told by `command` what is missing.
    """
    try:
        session.create_client("ssm", region_name=account.region).get_parameter(Name=BOOTSTRAP)
    except ClientError as error:
        if _code(error) == "ParameterNotFound":
            raise NotReady(
                f"The CDK was never used in {account}. Prepare it once, with an administrator's rights:\n"
                f"  {command} bootstrap aws://{account.id}/{account.region}"
            ) from None


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
