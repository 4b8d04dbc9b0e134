"""The Lambda function that Secrets Manager calls to rotate the platform runner's credential."""

from typing import Any

from chalice.app import Blueprint
from pydantic import BaseModel, ConfigDict, Field

from ..bootstrap import container
from ..services.runner_rotation import RotationStep
from .observed import observed

rotation = Blueprint("app")


class Rotation(BaseModel):
    """A step of a rotation, as Secrets Manager asks for it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    step: RotationStep = Field(alias="Step")
    secret: str = Field(alias="SecretId", min_length=1)
    version: str = Field(alias="ClientRequestToken", min_length=1)


@rotation.lambda_function(name="rotate_runner_credential")
@observed
def rotate_runner_credential(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One of the four steps; answers how the version stood before it."""
    asked = Rotation.model_validate(event)
    return {"was": container().runner_rotation.rotate(asked.step, asked.secret, asked.version)}
