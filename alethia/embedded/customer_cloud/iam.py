"""IAM: AWS's own policies exist, and a role's policies can be simulated.

* moto leaves AWS's policies out unless it is told otherwise before the first call. Symptom: every attachment
  of an AWS managed policy fails with NoSuchEntity.
* moto has no SimulatePrincipalPolicy. Symptom: a connection test can't tell which permissions are missing.
  Evaluated (by :mod:`.policies`) are a role's inline and attached policies, and its permissions boundary.
"""

import os
from itertools import product
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.responses import IamResponse

from .patching import add_actions
from .policies import Request, decision


def close_gaps() -> None:
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    add_actions(IamResponse, _Simulation)


class _Simulation:
    def simulate_principal_policy(self: Any) -> ActionResult:
        source = self._get_param("PolicySourceArn")
        role = next((one for one in self.backend.roles.values() if one.arn == source), None)
        if role is None:
            raise NotFoundException(f"The entity {source} cannot be found.")
        context = {
            entry["ContextKeyName"]: entry["ContextKeyValues"][0]
            for entry in self._get_param("ContextEntries") or []
        }
        asked = product(self._get_param("ActionNames") or [], self._get_param("ResourceArns") or ["*"])
        results = [
            {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": decide(self.backend, role, Request(action, resource, context)),
                "MatchedStatements": [],
                "MissingContextValues": [],
            }
            for action, resource in asked
        ]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def decide(backend: Any, role: Any, request: Request) -> str:
    """What a role's policies and its boundary say of a request, in IAM's words."""
    attached = (_document(backend, arn) for arn in role.managed_policies)
    decided = decision([*role.policies.values(), *attached], request)
    if decided != "allowed" or not role.permissions_boundary_arn:
        return decided
    return decision([_document(backend, role.permissions_boundary_arn)], request)


def _document(backend: Any, arn: str) -> Any:
    policy = backend.managed_policies[arn]
    return next(one.document for one in policy.versions if one.version_id == policy.default_version_id)
