"""One file or folder for each cloud, all behind :class:`chalicelib.providers.base.Provider`.

To add a cloud: its folder here, its template, its word in ``CloudProvider``, and its line below.
"""

from chalicelib.domain.words import CloudProvider

from .aws import Aws
from .base import Provider

registry: dict[CloudProvider, Provider] = {CloudProvider.AWS: Aws()}
"""Every cloud that Alethia provisions."""


def provider_of(name: CloudProvider) -> Provider:
    """The provider called `name`; every member of the enum has one."""
    return registry[name]
