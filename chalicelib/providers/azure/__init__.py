"""Microsoft Azure: each of a provider's parts comes from the module that is named after it."""

from chalicelib.domain.words import CloudProvider

from ..base import Provider
from .catalogue import CATALOGUE
from .defaults import DEFAULTS
from .groups import GROUPS
from .options import OPTIONS
from .outputs import FACTS, cluster_login
from .rules import problems
from .tfvars import variables

AZURE = Provider(
    name=CloudProvider.AZURE,
    label="Azure",
    template="azure",
    catalogue=CATALOGUE,
    stages=DEFAULTS,
    options=OPTIONS,
    problems=problems,
    variables=variables,
    facts=FACTS,
    groups=GROUPS,
    cluster_login=cluster_login,
)
