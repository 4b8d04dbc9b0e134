"""How CloudFormation refuses."""

from moto.core.exceptions import ServiceException


class ValidationError(ServiceException):
    """CloudFormation's word for nearly everything that is wrong with a call."""

    code = "ValidationError"


class AlreadyExists(ServiceException):
    """A stack of that name is there."""

    code = "AlreadyExistsException"


class InsufficientCapabilities(ServiceException):
    """The template makes roles, and whoever deploys it did not say that they know."""

    code = "InsufficientCapabilitiesException"


class ResourceFailed(Exception):
    """A resource could not be made, changed or deleted; the message is the event's reason."""
