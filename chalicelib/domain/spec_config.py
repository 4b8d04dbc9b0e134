"""The snapshot as the runner reads it: typed again, unknown fields refused, the hash computed anew."""

import json

from pydantic import ValidationError

from .errors import FieldProblem, InvalidInput, StalePlan
from .model import Model
from .problems import problems_of
from .snapshot import SCHEMA, config_hash
from .spec import Components
from .words import CloudProvider, Stage


class SpecConfig(Components):
    """One configuration, complete: everything that terraform's variables are made of."""

    provider: CloudProvider
    account_id: str | None = None
    """AWS account id, GCP project id or Azure subscription id."""
    role_reference: str | None = None
    git_access_token: str = ""
    project_name: str
    environment_stage: Stage
    region: str
    terraform_version: str


class Owner(Model):
    """Whose resources they are: written on each as tags, and no part of the configuration's hash."""

    zone_id: str
    spec_id: str


def read_snapshot(text: str, expected_hash: str) -> SpecConfig:
    """Turn a stored snapshot back into a typed configuration.

    Raises
    ------
    StalePlan
        The text does not have the hash that it was stored under.
    InvalidInput
        A field is unknown or does not fit; a newer schema says to update the runner.
    """
    if config_hash(text) != expected_hash:
        raise StalePlan(
            "The configuration snapshot does not match its hash; nothing was run. Please re-plan.",
            details={"changed": ["config_snapshot"]},
        )
    fields = json.loads(text)
    schema = fields.pop("schema", None)
    if schema != SCHEMA:
        raise InvalidInput(
            [FieldProblem(("schema",), f"this runner reads schema {SCHEMA}, not {schema}; update the runner")]
        )
    try:
        return SpecConfig.model_validate(fields)
    except ValidationError as error:
        raise InvalidInput(problems_of(error)) from None
