"""What a form can offer for each cloud."""

from collections.abc import Mapping
from typing import Any

from ..domain.errors import NotFound
from ..domain.model import Model
from ..domain.words import CloudProvider, Stage
from ..providers import provider_of, registry
from ..providers.base import Catalogue
from .callers import UserCaller
from .routing import Routes

routes = Routes("catalogue")


class ProviderCatalogue(Model):
    """A cloud's choices, and the defaults of each stage."""

    provider: CloudProvider
    catalogue: Catalogue
    defaults: Mapping[Stage, Mapping[str, Mapping[str, Any]]]


@routes.get("/api/catalogue/{provider}")
def read_catalogue(caller: UserCaller, provider: str) -> ProviderCatalogue:
    """Show what a form can offer for a cloud."""
    if provider not in registry:
        raise NotFound(f"There is no catalogue of such a provider; known are: {', '.join(registry)}.")
    cloud = provider_of(CloudProvider(provider))
    return ProviderCatalogue(
        provider=cloud.name,
        catalogue=cloud.catalogue,
        defaults={stage: cloud.defaults(stage) for stage in Stage},
    )
