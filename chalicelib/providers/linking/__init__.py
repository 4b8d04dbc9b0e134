"""Linking an account of each cloud, behind :class:`chalicelib.providers.linking.base.Linking`.

To add a cloud: its module here, and its line below.
"""

from chalicelib.domain.words import CloudProvider

from .aws import AwsLinking
from .azure import AzureLinking
from .base import Linking, LinkSetup, OurSide, SetupSnippet
from .gcp import GcpLinking

__all__ = ["LinkSetup", "Linking", "OurSide", "SetupSnippet", "linking_of", "linkings"]

linkings: dict[CloudProvider, Linking] = {
    CloudProvider.AWS: AwsLinking(),
    CloudProvider.GCP: GcpLinking(),
    CloudProvider.AZURE: AzureLinking(),
}
"""Every cloud whose accounts can be linked."""


def linking_of(provider: CloudProvider) -> Linking | None:
    """How accounts of `provider` are linked; ``None`` when they can't be yet."""
    return linkings.get(provider)
