"""CloudFormation, as far as stacks of this project rely on it.

moto makes a stack within the call that asks for it, without events for its resources, and leaves what it made
when one of them fails. Symptom: whoever forgets to wait, to read the reason of a failure or to look for what
was left behind never notices. So this cloud has a CloudFormation of its own:

``template``
    What a template says: parameters, conditions, references.
``record``
    A stack, its resources and its events.
``life``
    Create, update, roll back and delete, one resource at a time. The call itself makes the first few
    resources; each look at the stack's status (DescribeStacks) makes the next few, so that a stack takes
    its time without anything running by itself.
``resources``
    One handler for each resource type. A handler speaks to this cloud's own API with the key of whoever
    asked, as AWS's do: what that role may not do fails there, and what exists already is in the way.
``listed``
    What the tagging API says of a stack's resources.
``api``
    CloudFormation's calls.

To make a resource fail in a test: let something of its name exist, or let the role lack a permission.
"""

from .api import close_gaps

__all__ = ["close_gaps"]
