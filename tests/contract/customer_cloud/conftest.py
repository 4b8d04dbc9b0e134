"""What tests of the emulated cloud say often; the cloud itself is for all contract tests."""

from tests.contract.conftest import REGION, Client

__all__ = ["REGION", "Client"]
