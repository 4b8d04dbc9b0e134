"""The OpenAPI 3.1 document, made from the same annotations that the routes validate with."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from ..domain.ids import ID_PATTERN
from .callers import JobCaller, RunnerCaller, UserCaller
from .errors import ErrorAnswer
from .reading import KEY_HEADER, MAX_KEY
from .routing import Operation

TITLE = "Alethia"
VERSION = "0.1.0"

SCHEMES = {
    UserCaller.kind: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A person's sign-in token from the configured OIDC issuer (RS256 or ES256).",
    },
    RunnerCaller.kind: {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Runner <id>.<secret>`: a registered runner. It may only claim.",
    },
    JobCaller.kind: {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Job <token>`: one attempt of one job; the token comes with the claim.",
    },
}

ERRORS = {
    400: "The body is not JSON.",
    401: "Not signed in.",
    403: "Signed in, and a rule says no.",
    404: "Absent, or belonging to somebody else.",
    409: "The world is not as the request assumed.",
    413: "Over a documented limit.",
    415: "The body is not application/json.",
    422: "Fields are wrong; `problems` names each.",
    423: "Another job holds the terraform state.",
    500: "A fault of ours; quote the request id.",
    503: "A dependency did not answer; repeating is safe.",
}


def document(operations: Iterable[Operation]) -> dict[str, Any]:
    """The document of `operations`."""
    operations = list(operations)
    schemas = _Schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": VERSION,
            "description": "Infrastructure from a form: plan, review, apply.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "securitySchemes": SCHEMES,
            "responses": {str(status): _error(text) for status, text in ERRORS.items()},
        },
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in operations)],
    }


class _Schemas:
    """One set of definitions for every model that a route takes or gives."""

    def __init__(self, operations: list[Operation]) -> None:
        inputs: list[tuple[Any, JsonSchemaMode, TypeAdapter[Any]]] = []
        for operation in operations:
            if operation.body_model:
                inputs.append((operation.body_model, "validation", TypeAdapter(operation.body_model)))
            if operation.answer:
                inputs.append((operation.answer, "serialization", TypeAdapter(operation.answer)))
        inputs.append((ErrorAnswer, "serialization", TypeAdapter(ErrorAnswer)))
        unique = {(repr(kind), mode): (kind, mode, adapter) for kind, mode, adapter in inputs}
        found, rest = TypeAdapter.json_schemas(
            [((name, mode), mode, adapter) for (name, mode), (_, mode, adapter) in unique.items()],
            ref_template="#/components/schemas/{model}",
        )
        self._found = {key: schema for (key, _), schema in found.items()}
        self.definitions: dict[str, Any] = rest.get("$defs", {})

    def of(self, kind: Any, mode: JsonSchemaMode) -> Any:
        return self._found[(repr(kind), mode)]


def _operation(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    summary, _, description = (operation.view.__doc__ or operation.view.__name__).strip().partition("\n")
    answer: dict[str, Any] = {"description": "Done."}
    if operation.answer:
        content = {"schema": schemas.of(operation.answer, "serialization")}
        answer = {"description": "Success.", "content": {"application/json": content}}
    entry: dict[str, Any] = {
        "operationId": operation.view.__name__,
        "summary": summary.rstrip("."),
        "tags": [operation.tag],
        "parameters": [*_path(operation), *_query(operation), *_key(operation)],
        "responses": {
            str(operation.status): answer,
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in _errors(operation)},
        },
        "security": [{operation.caller.kind: []}] if operation.caller else [],
    }
    if description.strip():
        entry["description"] = "\n".join(line.strip() for line in description.strip().splitlines())
    if operation.body_model:
        content = {"schema": schemas.of(operation.body_model, "validation")}
        entry["requestBody"] = {"required": True, "content": {"application/json": content}}
    return entry


def _path(operation: Operation) -> list[dict[str, Any]]:
    schema = {"type": "string", "pattern": ID_PATTERN}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in operation.path_names]


def _query(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    schema = operation.query.model_json_schema()
    required, definitions = schema.get("required", []), schema.get("$defs", {})
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _in_place(field, definitions)}
        for name, field in schema["properties"].items()
    ]


def _in_place(field: dict[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """A field of a query with its own definition, such as a word's choices, where it is used."""
    reference = field.get("$ref")
    if reference is None:
        return field
    return {
        **definitions[reference.rpartition("/")[2]],
        **{key: field[key] for key in field.keys() - {"$ref"}},
    }


def _key(operation: Operation) -> list[dict[str, Any]]:
    if not operation.takes_key:
        return []
    return [
        {
            "name": KEY_HEADER,
            "in": "header",
            "required": False,
            "description": "Your name for this write: its repeat gets the first answer, not a second effect.",
            "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY},
        }
    ]


def _errors(operation: Operation) -> list[int]:
    statuses = {422, 500, 503, *operation.errors}
    if operation.body_model:
        statuses |= {400, 413, 415}
    if operation.caller:
        statuses |= {401, 403}
    if operation.path_names:
        statuses.add(404)
    if operation.method != "GET":
        statuses.add(409)
    return sorted(statuses)


def _error(text: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{ErrorAnswer.__name__}"}
    return {"description": text, "content": {"application/json": {"schema": schema}}}
