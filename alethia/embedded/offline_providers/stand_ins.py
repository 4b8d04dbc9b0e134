"""What a cloud would have answered, invented: plausible in form, stable, and recognisable as made up.

Host names end in ``.offline.invalid``, ids are derived from what the resource is called, so that the same
configuration gives the same values.
"""

import base64
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from .values import Fill, Value, unknown

DOMAIN = "offline.invalid"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
PROJECT = "offline-project"

_NAMES = ("name", "account_id", "secret_id", "repository_id", "database", "instance_id", "username", "domain")
"""Arguments that say what a resource is called, the most telling first."""

_NUMBERS = {"port": 6379, "number": 123456789012, "project_number": 123456789012}

_NUMBERS_OF = {("azurerm_managed_redis", "port"): 10000}
"""Type and attribute, where the type has a number of its own."""

_GIVEN_TO_OPTIONAL = {
    "address",
    "id",
    "self_link",
    "project",
    "project_id",
    "region",
    "zone",
    "fqdn",
    "hostname",
    "host",
}
"""Optional attributes that a provider completes when they are left out; others stay unset."""

_UUIDS = ("principal_id", "tenant_id", "client_id", "object_id", "unique_id", "uid", "uuid", "guid")


def stand_ins(type_name: str) -> Fill:
    """Gives the stand-in for an attribute of `type_name`."""

    def fill(name: str, attribute: Mapping[str, Any], owner: Value) -> Any:
        if attribute.get("optional") and name not in _GIVEN_TO_OPTIONAL:
            return None
        return _value(attribute["type"], type_name, name, owner)

    return fill


def _value(kind: Any, type_name: str, name: str, owner: Value) -> Any:
    if kind == "string":
        return _text(type_name, name, owner)
    if kind == "number":
        return _NUMBERS_OF.get((type_name, name), _NUMBERS.get(name, 0))
    if kind == "bool":
        return False
    if not isinstance(kind, list):
        return None
    outer, inner = kind
    if outer in {"list", "set"}:
        return [_value(inner, type_name, name, owner)]
    if outer == "object":
        return {member: _value(of, type_name, member, owner) for member, of in inner.items()}
    return {}


def _text(type_name: str, name: str, owner: Value) -> str:
    called = _called(type_name, owner)
    if type_name.startswith("random_"):
        return _random(name, owner)
    if name in _NUMBERS:
        return str(_NUMBERS[name])
    if name == "id":
        return _identity(type_name, called, owner)
    if name == "self_link" or name.endswith("_self_link") or name == "uri":
        return f"https://{DOMAIN}/{_google_path(type_name, called, owner)}"
    if name in {"project", "project_id"}:
        return PROJECT
    if name == "email":
        return f"{called}@{PROJECT}.iam.gserviceaccount.com"
    if name == "member":
        return f"serviceAccount:{called}@{PROJECT}.iam.gserviceaccount.com"
    if name == "connection_name":
        return f"{PROJECT}:{owner.get('region') or 'region'}:{called}"
    if name in _UUIDS:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{type_name}/{called}/{name}"))
    if name == "subscription_id":
        return SUBSCRIPTION
    if name.endswith("_id"):
        return f"{_identity(type_name, called, owner)}/{name}"
    return _by_form(type_name, name, called)


def _random(name: str, owner: Value) -> str:
    """Really random, as with the real provider; dice need no cloud."""
    length = owner.get("length") or owner.get("byte_length") or 8
    digits = secrets.token_hex(length)
    return digits if name == "hex" else digits[:length]


def _by_form(type_name: str, name: str, called: str) -> str:
    short = type_name.partition("_")[2].replace("_", "-")
    host = f"{called}.{short}.{DOMAIN}"
    if "ip_address" in name or name in {"address", "endpoint", "gateway_ip", "gateway_address"}:
        return _address(f"{type_name}/{called}") if not type_name.startswith("azurerm_cosmos") else _url(host)
    if "certificate" in name or name == "client_key":
        return base64.b64encode(f"stand-in for {name} of {called}".encode()).decode()
    if "connection_string" in name:
        return f"Endpoint={host};stand-in"
    if name.endswith(("_endpoint", "_uri", "_url")):
        return _url(host)
    if name.endswith(("fqdn", "hostname", "_host")) or name in {"host", "login_server", "dns_name"}:
        return host
    if name.endswith(("_time", "_timestamp")) or name == "creation_timestamp":
        return "2000-01-01T00:00:00Z"
    return f"stand-in-{name.replace('_', '-')}"


def _url(host: str) -> str:
    return f"https://{host}/"


def _address(seed: str) -> str:
    digest = uuid.uuid5(uuid.NAMESPACE_URL, seed).bytes
    return f"10.{digest[0]}.{digest[1]}.{digest[2] % 253 + 1}"


def _called(type_name: str, owner: Value) -> str:
    for name in _NAMES:
        value = owner.get(name)
        if isinstance(value, str) and value and not unknown(value):
            return value.rpartition("/")[2]
    known = sorted((name, str(value)) for name, value in owner.items() if isinstance(value, str))
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{type_name}/{known}").hex[:12]


def _identity(type_name: str, called: str, owner: Value) -> str:
    if not type_name.startswith("azurerm_"):
        return _google_path(type_name, called, owner)
    group = owner.get("resource_group_name")
    short = type_name.removeprefix("azurerm_")
    if type_name == "azurerm_resource_group":
        return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{called}"
    scope = group if isinstance(group, str) and not unknown(group) else "offline"
    return (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{scope}/providers/Microsoft.Offline/{short}/{called}"
    )


def _google_path(type_name: str, called: str, owner: Value) -> str:
    place = owner.get("location") or owner.get("region")
    where = f"/locations/{place}" if isinstance(place, str) and not unknown(place) else ""
    project = owner.get("project")
    project = project if isinstance(project, str) and not unknown(project) else PROJECT
    return f"projects/{project}{where}/{type_name.partition('_')[2]}/{called}"
