"""The OpenAPI 3.1 document, made of the tables that also validate: routes, operations, members, parameters, answers."""

from collections.abc import Iterable, Mapping
from typing import Any

from tidings import __version__
from tidings.domain.themes import FIRST
from tidings.surfaces.fomo.answers import SCHEMAS, Schema, ref
from tidings.surfaces.fomo.goal_operations import SCHEMAS as GOAL_SCHEMAS
from tidings.surfaces.fomo.operation import Body, Operation
from tidings.surfaces.fomo.operations import OPERATIONS, SECTIONS
from tidings.surfaces.fomo.parameters import Parameter
from tidings.surfaces.fomo.webhook_operations import SCHEMAS as WEBHOOK_SCHEMAS
from tidings.surfaces.kinds import ID_LIMIT, NOT_BLANK, Member
from tidings.surfaces.refusals import envelope

JSON = "application/json"
# Where the API lives; the other spelling of the prefix is told in words.
PREFIX = "/api/v1/applications/{app}"

ABOUT = """\
Tidings answers Fomo's REST API: published clients work when their address is changed.

Send your application's token as `Authorization: Token <auth_token>` (`Bearer` works too). `{app}` is `me`, or the id of the
token's own application. Every success is a 200 with a JSON body; every refusal is JSON with an `error`. Bodies are JSON in
UTF-8, at most 64 KiB and 8 levels deep; unknown members are ignored; text without NUL. The same paths are served below
`/api/v1/users/me/applications/{app}`.
"""

# Of each refusal: what it is about, and an example of its words and code.
REFUSALS: dict[int, tuple[str, str, str, str | None]] = {
    400: ("A value is invalid; `field` names it.", "Url is not valid", "invalid_url", "url"),
    401: ("The token is missing or unknown.", "Token is required.", "token_required", None),
    403: (
        "The path names another application.",
        "Token does not give access to this application.",
        "forbidden",
        None,
    ),
    404: ("There is no such record, or it is another application's.", "Event not found", "event_not_found", None),
    405: ("Not at this path; `Allow` says what can be done.", "Method not allowed.", "method_not_allowed", None),
    409: (
        "It contradicts what is stored.",
        "External id is taken by another event",
        "external_id_taken",
        "external_id",
    ),
    413: ("The body is larger than 64 KiB.", "The body is larger than 64 KiB.", "too_large", None),
    415: ("The body is not JSON in UTF-8.", "Wrong format (only json allowed).", "wrong_format", None),
    429: ("Too many wrong tokens from this address.", "Too many wrong tokens.", "too_many_requests", None),
    503: ("Not right now; nothing was stored.", "The database is busy; try again.", "unavailable", None),
}
EVERYWHERE = (400, 401, 403, 404, 429, 503)
WITH_BODY = (413, 415)
RETRY_AFTER = {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds.", "required": True}
# Headers of a success that say more than the body, by operation.
HEADERS: dict[str, dict[str, Any]] = {
    "createEvent": {
        "Idempotent-Replayed": {
            "schema": {"const": "true"},
            "description": "The event was there already, under this external id.",
        }
    },
    "listEvents": {"Link": {"schema": {"type": "string"}, "description": 'The next page: `<…>; rel="next"`.'}},
}

APP: Schema = {
    "name": "app",
    "in": "path",
    "required": True,
    "description": "`me`, or the id of the token's own application.",
    "schema": {"type": "string", "pattern": "^(me|[1-9][0-9]{0,18})$"},
    "example": "me",
}
RECORD_ID: Schema = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "1 to 2^63-1; one pair of quotes around it is left aside.",
    "schema": {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": ID_LIMIT},
            {"type": "string", "pattern": "^('[0-9]{1,19}'|\"[0-9]{1,19}\")$"},
        ]
    },
    "example": 1,
}


def document(base_url: str, table: Iterable[tuple[str, Mapping[str, Any]]], themes: Iterable[str] = FIRST) -> dict[str, Any]:
    """The document for the routes of `table`, `themes` being what `theme` may say.

    Raises KeyError for a route that no operation describes.
    """
    paths: dict[str, Any] = {}
    schemas = {**SCHEMAS, **GOAL_SCHEMAS, **WEBHOOK_SCHEMAS}
    for path, handlers in table:
        ids = [{**RECORD_ID, "name": name} for name in ("id", "delivery_id") if f"{{{name}}}" in path]
        item: dict[str, Any] = {"parameters": [APP, *ids]}
        for method in handlers:
            operation = OPERATIONS[method, path]
            item[method.lower()] = _operation(operation)
            if operation.body is not None:
                schemas[operation.body.schema] = _members(operation.body)
        paths[PREFIX + path] = item
    if "Settings" in schemas:
        schemas["Settings"]["properties"]["theme"]["enum"] = [*themes, "", None]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tidings REST API", "version": __version__, "summary": "Fomo's API.", "description": ABOUT},
        "servers": [{"url": base_url}],
        "security": [{"token": []}, {"bearer": []}],
        "tags": [{"name": name, "description": about} for name, about in SECTIONS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {str(status): _refusal(status) for status in REFUSALS},
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`Token <auth_token>`",
                },
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    body = operation.body
    refusals = sorted({*EVERYWHERE, *operation.refusals, *(WITH_BODY if body else ())})
    success: dict[str, Any] = {
        "description": operation.title,
        "content": {JSON: {"schema": operation.answer, "examples": _named(operation.examples)}},
    }
    if operation.name in HEADERS:
        success["headers"] = HEADERS[operation.name]
    found: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.section],
        "summary": operation.title,
        "description": operation.about,
        "responses": {
            "200": success,
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in refusals},
        },
    }
    if operation.query:
        found["parameters"] = [_parameter(parameter) for parameter in operation.query]
    if body is not None:
        found["requestBody"] = {
            "required": not body.optional,
            "content": {JSON: {"schema": _body_schema(body), "example": body_example(body)}},
        }
    return found


def _named(examples: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {"value": value} for name, value in examples.items()}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = parameter.kind.schema
    if not parameter.required:
        # Blank means absent.
        schema = {"anyOf": [schema, {"const": ""}]}
    if parameter.default is not None:
        schema = {**schema, "default": parameter.default}
    found = {
        "name": parameter.name,
        "in": "query",
        "description": parameter.about,
        "required": parameter.required,
        "schema": schema,
    }
    return found if parameter.example is None else {**found, "example": parameter.example}


def _members(body: Body) -> Schema:
    """The schema of a table of members. Others are ignored, so they are allowed."""
    schema: Schema = {
        "type": "object",
        "properties": {member.name: _member(member) for member in body.members},
        "examples": [example(body.members)],
    }
    if body.required:
        schema["required"] = list(body.required)
    if body.one_of:
        schema["anyOf"] = [{"required": [name], "properties": {name: NOT_BLANK}} for name in body.one_of]
    if body.never_blank:
        schema["allOf"] = [{"properties": dict.fromkeys(body.never_blank, NOT_BLANK)}]
    return schema


def _member(member: Member) -> Schema:
    found = {**member.kind.schema, "description": member.about}
    return found if member.example is None else {**found, "examples": [member.example]}


def _body_schema(body: Body) -> Schema:
    """Wrapped, or bare: then without a member of the wrapper's name."""
    if not body.wrapper:
        return ref(body.schema)
    wrapped = {"type": "object", "required": [body.wrapper], "properties": {body.wrapper: ref(body.schema)}}
    bare = {"allOf": [ref(body.schema), {"type": "object", "properties": {body.wrapper: False}}]}
    return {"anyOf": [wrapped, bare]}


def example(members: Iterable[Member]) -> dict[str, Any]:
    """An object with the example of each member that has one."""
    return {member.name: member.example for member in members if member.example is not None}


def body_example(body: Body) -> dict[str, Any]:
    """A body that works."""
    bare = example(body.members) if body.example is None else body.example
    return {body.wrapper: bare} if body.wrapper else bare


def _refusal(status: int) -> dict[str, Any]:
    about, message, code, field = REFUSALS[status]
    content = {JSON: {"schema": ref("Error"), "example": envelope(message, code, field)}}
    found: dict[str, Any] = {"description": about, "content": content}
    return {**found, "headers": {"Retry-After": RETRY_AFTER}} if status in (429, 503) else found
