"""GCP and Azure beside the emulated AWS account: what a job asks of them outside of terraform.

Played at their HTTP boundary, each host below its own name at one loopback address, in the shapes that the
clouds' public documentation records. Nobody is let in but by a token of the stack's own OIDC issuer, verified
as the clouds do it: by the published key set, then issuer, audience, subject and time.

::

    accounts    which projects and subscriptions there are, and the address that all of it answers at
    gcp         one project: token exchange, service account, permissions, lists
    azure       one subscription: sign-in, resource manager
    links       the customer: makes an account's side of a link, as its setup says
    contents    what is in a new account
    keys        the issuer's key set, read as anybody can
    common      refusals, trust, verification

What terraform does there is played by :mod:`alethia.embedded.offline_providers`; the two know nothing of each
other. Everything is kept in memory: accounts are linked again at each start.
"""

from .accounts import Accounts, Serving
from .links import Link, set_up

__all__ = ["Accounts", "Link", "Serving", "set_up"]
