"""Stand-ins for terraform's google, azurerm and random providers: the real schemas, and no cloud.

One process serves them all over terraform's plugin protocol; terraform attaches to it by
``TF_REATTACH_PROVIDERS`` instead of installing provider binaries, and touches no lock file. What terraform
then accepts is **schema-checked**: every name, type, required argument and read-only attribute is what the
provider at that version declares. It isn't provider-tested: nothing asks a cloud, and rules that live in the
provider's code (allowed values, conflicts, what forces a replacement) are not known here.

:mod:`.schemas` reads the committed schemas, :mod:`.values` walks and completes values, :mod:`.stand_ins`
invents what a cloud would have answered, :mod:`.provider` speaks the protocol, :mod:`.server` serves it and
:mod:`.process` starts and stops that. ``docs/templates-offline.md`` is for people.
"""

from .process import REATTACH, Running, serving, start

__all__ = ["REATTACH", "Running", "serving", "start"]
