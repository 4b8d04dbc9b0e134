"""The tagging API, as far as stacks change what it lists.

* Whatever a stack made carries AWS's own tags, which say which stack that was.
* What a stack has deleted is listed once more, as AWS lists it for a while. Symptom: whoever takes the list
  for the truth finds things left behind that are gone.
"""

from collections.abc import Iterator
from typing import Any

from moto.cloudformation.models import cloudformation_backends
from moto.core.resource_tagging import TaggedResource, iter_taggable_backends, make_tag_matcher
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

from ..patching import Method, around
from .record import Listed, Resource, Stack, kept


def close_gaps() -> None:
    @around(ResourceGroupsTaggingAPIBackend, "_get_resources_generator")
    def as_stacks_left_it(original: Method, tagging: Any, **filters: Any) -> Iterator[TaggedResource]:
        stacks = list(kept(cloudformation_backends[tagging.account_id][tagging.region_name]).values())
        made = {
            resource.physical_id: _tags(stack, resource)
            for stack in stacks
            for resource in stack.resources.values()
            if resource.physical_id
        }
        for one in original(tagging, **filters):
            one.tags = one.tags | next((tags for end, tags in made.items() if _is(one.arn, end)), {})
            yield one
        matches = make_tag_matcher(filters.get("tag_filters"))
        for stack in stacks:
            gone = [one for one in stack.still_listed if matches(one.tags)]
            stack.still_listed = [one for one in stack.still_listed if one not in gone]
            yield from (TaggedResource(one.arn, one.tags, one.resource_type) for one in gone)


def as_listed(stack: Stack, resource: Resource) -> list[Listed]:
    """How a resource is listed, to go on being so for a look once it is deleted."""
    tags = _tags(stack, resource)
    return [
        Listed(one.arn, one.tags | tags, one.resource_type)
        for backend in iter_taggable_backends(stack.place.account_id, stack.place.region)
        for one in backend.iter_tagged_resources()
        if _is(one.arn, resource.physical_id)
    ]


def _tags(stack: Stack, resource: Resource) -> dict[str, str]:
    return {
        "aws:cloudformation:stack-name": stack.name,
        "aws:cloudformation:stack-id": stack.stack_id,
        "aws:cloudformation:logical-id": resource.logical_id,
    }


def _is(arn: str, physical_id: str) -> bool:
    return arn == physical_id or arn.endswith((f"/{physical_id}", f":{physical_id}"))
