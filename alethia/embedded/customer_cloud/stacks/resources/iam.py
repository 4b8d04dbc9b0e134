"""Roles, their policies, and OIDC providers."""

import json
import uuid
from typing import Any

from ..template import Json
from .base import Deed, Made, changes, reported

GONE = ("NoSuchEntity",)


class Role:
    """``AWS::IAM::Role``."""

    def create(self, deed: Deed) -> Made:
        name, iam = deed.name("RoleName"), deed.client("iam")
        boundary, days = deed.get("PermissionsBoundary"), deed.get("MaxSessionDuration")
        with reported():
            role = iam.create_role(
                RoleName=name,
                Path=deed.get("Path", "/"),
                AssumeRolePolicyDocument=json.dumps(deed.get("AssumeRolePolicyDocument")),
                Description=deed.get("Description", ""),
                Tags=deed.tag_list,
                **({"PermissionsBoundary": boundary} if boundary else {}),
                **({"MaxSessionDuration": int(days)} if days else {}),
            )["Role"]
            for arn in deed.get("ManagedPolicyArns", []):
                iam.attach_role_policy(RoleName=name, PolicyArn=arn)
            for policy in deed.get("Policies", []):
                _put(iam, name, policy["PolicyName"], policy["PolicyDocument"])
        return Made(name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})

    def update(self, deed: Deed, there: Made, before: Json) -> Made | None:
        changed = changes(deed, before)
        if changed & {"RoleName", "Path"}:
            return None
        iam, name = deed.client("iam"), there.physical_id
        with reported():
            if "AssumeRolePolicyDocument" in changed:
                document = json.dumps(deed.get("AssumeRolePolicyDocument"))
                iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
            if "PermissionsBoundary" in changed:
                boundary = deed.get("PermissionsBoundary")
                if boundary:
                    iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
                else:
                    iam.delete_role_permissions_boundary(RoleName=name)
            wanted = {one["PolicyName"]: one["PolicyDocument"] for one in deed.get("Policies", [])}
            for policy in {one["PolicyName"] for one in before.get("Policies", [])} - wanted.keys():
                iam.delete_role_policy(RoleName=name, PolicyName=policy)
            for policy, document in wanted.items():
                _put(iam, name, policy, document)
            attached, kept = set(before.get("ManagedPolicyArns", [])), set(deed.get("ManagedPolicyArns", []))
            for arn in attached - kept:
                iam.detach_role_policy(RoleName=name, PolicyArn=arn)
            for arn in kept - attached:
                iam.attach_role_policy(RoleName=name, PolicyArn=arn)
            if "Tags" in changed:
                iam.tag_role(RoleName=name, Tags=deed.tag_list)
        return there

    def delete(self, deed: Deed, there: Made) -> None:
        iam, name = deed.client("iam"), there.physical_id
        with reported(gone=GONE):
            for policy in deed.get("Policies", []):
                iam.delete_role_policy(RoleName=name, PolicyName=policy["PolicyName"])
            for arn in deed.get("ManagedPolicyArns", []):
                iam.detach_role_policy(RoleName=name, PolicyArn=arn)
            iam.delete_role(RoleName=name)


class Policy:
    """``AWS::IAM::Policy``: an inline policy of roles."""

    def create(self, deed: Deed) -> Made:
        self._put(deed)
        return Made(f"{deed.place.stack_name[:5]}-{deed.logical_id[:4]}-{uuid.uuid4().hex[:12].upper()}")

    def update(self, deed: Deed, there: Made, before: Json) -> Made | None:
        if "PolicyName" in changes(deed, before):
            return None
        self._put(deed)
        with reported(gone=GONE):
            for role in set(before.get("Roles", [])) - set(deed.get("Roles", [])):
                deed.client("iam").delete_role_policy(RoleName=role, PolicyName=deed.get("PolicyName"))
        return there

    def delete(self, deed: Deed, there: Made) -> None:
        for role in deed.get("Roles", []):
            with reported(gone=GONE):
                deed.client("iam").delete_role_policy(RoleName=role, PolicyName=deed.get("PolicyName"))

    @staticmethod
    def _put(deed: Deed) -> None:
        with reported():
            for role in deed.get("Roles", []):
                _put(deed.client("iam"), role, deed.get("PolicyName"), deed.get("PolicyDocument"))


class ManagedPolicy:
    """``AWS::IAM::ManagedPolicy``."""

    def create(self, deed: Deed) -> Made:
        iam = deed.client("iam")
        with reported():
            arn = iam.create_policy(
                PolicyName=deed.name("ManagedPolicyName"),
                Path=deed.get("Path", "/"),
                PolicyDocument=json.dumps(deed.get("PolicyDocument")),
                Description=deed.get("Description", ""),
            )["Policy"]["Arn"]
            for role in deed.get("Roles", []):
                iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        return Made(arn, {"PolicyArn": arn})

    def update(self, deed: Deed, there: Made, before: Json) -> Made | None:
        if changes(deed, before) - {"PolicyDocument"}:
            return None
        iam = deed.client("iam")
        with reported():
            versions = iam.list_policy_versions(PolicyArn=there.physical_id)["Versions"]
            for version in versions:
                if not version["IsDefaultVersion"]:
                    iam.delete_policy_version(PolicyArn=there.physical_id, VersionId=version["VersionId"])
            document = json.dumps(deed.get("PolicyDocument"))
            iam.create_policy_version(PolicyArn=there.physical_id, PolicyDocument=document, SetAsDefault=True)
        return there

    def delete(self, deed: Deed, there: Made) -> None:
        iam = deed.client("iam")
        with reported(gone=GONE):
            for role in deed.get("Roles", []):
                iam.detach_role_policy(RoleName=role, PolicyArn=there.physical_id)
            iam.delete_policy(PolicyArn=there.physical_id)


class OidcProvider:
    """``AWS::IAM::OIDCProvider``."""

    def create(self, deed: Deed) -> Made:
        with reported():
            arn = deed.client("iam").create_open_id_connect_provider(
                Url=deed.get("Url"),
                ClientIDList=deed.get("ClientIdList", []),
                ThumbprintList=deed.get("ThumbprintList", ["0" * 40]),
            )["OpenIDConnectProviderArn"]
        return Made(arn, {"Arn": arn})

    def update(self, deed: Deed, there: Made, before: Json) -> Made | None:
        return None

    def delete(self, deed: Deed, there: Made) -> None:
        with reported(gone=GONE):
            deed.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=there.physical_id)


def _put(iam: Any, role: str, name: str, document: Json) -> None:
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
