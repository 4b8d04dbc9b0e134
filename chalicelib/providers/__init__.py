"""One file or folder for each cloud, all behind :class:`chalicelib.providers.base.Provider`.

To add a cloud: its folder here, its template, its word in ``CloudProvider``, and its line below. What its
values are on other clouds goes to :mod:`chalicelib.providers.equivalents`; without it, a conversion asks.
Accounts can be linked from more clouds than that: :mod:`chalicelib.providers.linking`.
"""

from chalicelib.domain.errors import FieldProblem, InvalidInput
from chalicelib.domain.words import CloudProvider

from .aws import AWS
from .azure import AZURE
from .base import Provider
from .gcp import GCP

registry: dict[CloudProvider, Provider] = {provider.name: provider for provider in (AWS, GCP, AZURE)}
"""Every cloud that Alethia provisions."""


def provider_of(name: CloudProvider) -> Provider:
    """The provider called `name`.

    Raises
    ------
    InvalidInput
        Nothing is provisioned in that cloud yet; the problem is of the field ``provider``.
    """
    provider = registry.get(name)
    if provider is None:
        known = ", ".join(registry)
        problem = (
            f"is {name}, where accounts can be linked but nothing is provisioned yet; use one of: {known}"
        )
        raise InvalidInput([FieldProblem(("provider",), problem)])
    return provider
