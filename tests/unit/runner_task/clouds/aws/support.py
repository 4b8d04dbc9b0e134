"""A job's surroundings, as far as its cloud may use them."""

from pathlib import Path
from typing import Any

from chalicelib.domain.identity import AccessMethod
from chalicelib.domain.messages import CloudAccess
from chalicelib.domain.words import CloudProvider
from runner_task.clouds import CloudContext
from runner_task.loopback import Loopback
from runner_task.masking import Masker

ROLE = "arn:aws:iam::123456789012:role/alethia"


def a_context(folder: Path, *, api: Any = None, masker: Masker | None = None, **changes: Any) -> CloudContext:
    """About account 123456789012, by its role; `changes` are to its access."""
    fields: dict[str, Any] = {
        "provider": CloudProvider.AWS,
        "identity_id": "identity-1",
        "method": AccessMethod.ROLE,
        "account_id": "123456789012",
        "role_reference": ROLE,
        "region": "eu-west-1",
    }
    return CloudContext(
        access=CloudAccess(**(fields | changes)),
        api=api,
        zone_id="zone-1",
        job_id="job-1",
        attempt=1,
        folder=folder,
        masker=masker or Masker(),
        loopback=Loopback(None, lambda text: None),  # type: ignore[arg-type]
        say=lambda text: None,
        check=lambda: None,
    )
