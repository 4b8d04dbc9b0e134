"""A company on one Alethia: its zone, its people with their roles, and its own AWS account."""

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import boto3
import httpx

from alethia.embedded.stack import Stack

from .driver import ENDED, SETTLED, eventually

Json = dict[str, Any]

SMALL: Json = {"queues": [{"name": "emails"}]}
QUICK = 180


class Person:
    """Somebody who is signed in."""

    def __init__(self, stack: Stack, name: str) -> None:
        self.name = name
        self._http = httpx.Client(
            base_url=stack.url,
            headers={"Authorization": f"Bearer {stack.token(name)}"},
            trust_env=False,
            timeout=30,
        )

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return self._http.request(method, f"/api/{path}", json=body, params=query)

    def get(self, path: str, **query: Any) -> Json:
        return done(self.ask("GET", path, **query))

    def post(self, path: str, body: Any = None) -> Json:
        return done(self.ask("POST", path, {} if body is None else body))

    def put(self, path: str, body: Any) -> Json:
        return done(self.ask("PUT", path, body))


def done(answer: httpx.Response) -> Json:
    assert answer.status_code < 300, (answer.request.method, answer.url.path, answer.text)
    found = answer.json()
    assert isinstance(found, dict)
    return found


def refused(answer: httpx.Response, *statuses: int) -> str:
    """What a refusal says."""
    assert answer.status_code in statuses, answer.text
    return str(answer.json()["error"]["message"])


@dataclass
class Company:
    """A zone, its people, and its AWS account."""

    stack: Stack
    name: str
    account_id: str
    zone_id: str = ""
    identity_id: str = ""
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.admin = Person(self.stack, f"admin@{self.name}")
        self.zone_id = self.admin.post("zones", {"name": self.name})["zone_id"]

    def hire(self) -> None:
        """Bring in people of every role."""
        for who, role in (
            ("paul", "approver"),
            ("anna", "approver"),
            ("ben", "approver"),
            ("vera", "viewer"),
        ):
            self.people[who] = self.invite(who, role)

    def invite(self, who: str, role: str) -> Person:
        code = self.admin.post(f"zones/{self.zone_id}/invitations", {"role": role})["code"]
        person = Person(self.stack, f"{who}@{self.name}")
        joined = person.post("invitations/accept", {"code": code})
        assert (joined["zone_id"], joined["role"]) == (self.zone_id, role)
        return person

    def path(self, rest: str) -> str:
        return f"zones/{self.zone_id}/{rest}"

    def link(self) -> None:
        """Link the account as its owner does: say which, deploy what the setup says, name the role."""
        form = {"name": "Account", "account_id": self.account_id, "region": "eu-west-1"}
        self.identity_id = self.admin.post(self.path("identities"), form)["identity_id"]
        setup = self.admin.get(self.path(f"identities/{self.identity_id}/setup"))
        role = deploy_the_link(self.stack, self.account_id, setup)
        self.admin.put(self.path(f"identities/{self.identity_id}"), {**form, "role_reference": role})

    def job_about_the_account(self, what: str, identity_id: str = "", **body: Any) -> Json:
        """Start a job about a linked account and wait for its end."""
        path = self.path(f"identities/{identity_id or self.identity_id}/{what}")
        return self.ended(self.admin.post(path, body)["job_id"])

    def ended(self, job_id: str) -> Json:
        def look() -> Json | None:
            job = self.admin.get(f"jobs/{job_id}")
            return job if job["status"] in ENDED else None

        return eventually(look, within=QUICK, what=f"job {job_id} ends")

    def settled(self, run_id: str, *, passing: tuple[str, ...] = ()) -> Json:
        def look() -> Json | None:
            run = self.admin.get(f"runs/{run_id}")
            return run if run["status"] in SETTLED and run["status"] not in passing else None

        return eventually(look, within=QUICK, what=f"run {run_id} comes to a stop")

    def identity(self) -> Json:
        return self.admin.get(self.path(f"identities/{self.identity_id}"))


def deploy_the_link(stack: Stack, account_id: str, setup: Json) -> str:
    """What the customer does in their own account: deploy the template with the values of the snippet."""
    snippet = next(one["text"] for one in setup["snippets"] if one["language"] == "bash")
    values = dict(re.findall(r"^\s+(\w+)='([^']*)'", snippet, re.MULTILINE))
    client: Any = boto3.client(
        "cloudformation",
        endpoint_url=stack.cloud_url,
        region_name="eu-west-1",
        aws_access_key_id=f"AKIA{account_id}ROOT",
        aws_secret_access_key="any",
    )
    name = f"alethia-{uuid.uuid4().hex[:8]}"
    client.create_stack(
        StackName=name,
        TemplateBody=setup["template"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )

    def made() -> Json | None:
        (found,) = client.describe_stacks(StackName=name)["Stacks"]
        return found if found["StackStatus"] == "CREATE_COMPLETE" else None

    outputs = eventually(made, within=QUICK, what="the link is deployed")["Outputs"]
    return str(next(one["OutputValue"] for one in outputs if one["OutputKey"] == "RoleArn"))


def a_small_spec(company: Company, **more: Any) -> Json:
    """The form of a spec with a project name of its own."""
    return {
        "zone_id": company.zone_id,
        "project_name": f"t{uuid.uuid4().hex[:8]}",
        "environment_stage": "development",
        "region": "eu-west-1",
        "cloud_identity": company.identity_id,
        **SMALL,
        **more,
    }
