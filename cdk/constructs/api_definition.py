"""From Chalice's Swagger document to the one that API Gateway imports. Plain data; no constructs.

API Gateway refuses some requests before a function sees them. Its standard answers lack CORS headers, so that
a browser hides them from the console, and have another shape than ours. The document puts both right; as
resources of their own, these answers would be lost with the next import.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from chalicelib.api.gateway import ASKED_WITH, GATEWAY_ANSWERS, GatewayAnswer, readable_by

GATEWAY_RESPONSES = "x-amazon-apigateway-gateway-responses"

FUNCTION_ARN = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"
"""What CloudFormation fills in where the document names a function."""


def complete_definition(
    definition: Mapping[str, Any], names: Mapping[str, str], origin: str
) -> dict[str, Any]:
    """The document with the stack's functions in it, our own answers, and those to browsers' questions.

    Functions are called by their names in the account. The API then waits for none of them, and they can be
    told its address.

    Parameters
    ----------
    definition : mapping
        Functions stand in it as ``${Name.Arn}``, by Chalice's names.
    names : mapping
        Chalice's name → the function's name in the account.
    origin : str
        Whose pages may read the gateway's answers.
    """
    text = re.sub(r"\$\{(\w+)\.Arn\}", lambda found: FUNCTION_ARN + names[found[1]], json.dumps(definition))
    completed: dict[str, Any] = json.loads(text)
    for operations in completed["paths"].values():
        operations["options"] = _preflight(sorted(method.upper() for method in operations), origin)
    completed[GATEWAY_RESPONSES] = {
        name: _gateway_response(answer, origin) for name, answer in GATEWAY_ANSWERS.items()
    }
    return completed


def authorizers_of(definition: Mapping[str, Any]) -> list[str]:
    """Names of the functions that check who is calling."""
    return sorted(set(re.findall(r"\$\{(\w+)\.Arn\}", json.dumps(definition.get("securityDefinitions", {})))))


def _preflight(methods: list[str], origin: str) -> dict[str, Any]:
    """What a browser asks before it sends a token along; the gateway answers by itself."""
    headers = {
        **readable_by(origin),
        "Access-Control-Allow-Headers": ",".join(ASKED_WITH),
        "Access-Control-Allow-Methods": ",".join(methods),
        "Access-Control-Max-Age": "600",
    }
    return {
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "responses": {
            "200": {
                "description": "What may be sent from elsewhere",
                "headers": {name: {"type": "string"} for name in headers},
            }
        },
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "passthroughBehavior": "when_no_match",
            # The API takes binary bodies: without this, the mock's template is not read as text.
            "contentHandling": "CONVERT_TO_TEXT",
            "requestTemplates": {"application/json": json.dumps({"statusCode": 200})},
            "responses": {
                "default": {
                    "statusCode": "200",
                    "responseParameters": {
                        f"method.response.header.{name}": f"'{value}'" for name, value in headers.items()
                    },
                }
            },
        },
    }


def _gateway_response(answer: GatewayAnswer, origin: str) -> dict[str, Any]:
    headers = {**readable_by(origin), "Cache-Control": "no-store"}
    return {
        "statusCode": str(answer.status),
        "responseParameters": {
            f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()
        },
        "responseTemplates": {"application/json": answer.template()},
    }
