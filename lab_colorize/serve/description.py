"""The interface told as OpenAPI, made of the same tables that requests are read by."""

from http import HTTPStatus
from typing import Any

from lab_colorize.serve.body import NOTHING, STREAM
from lab_colorize.serve.parameters import EPOCH, MINUTES, OF_COLORIZE, OF_HINTS, OF_ORIGINAL, Parameter
from lab_colorize.serve.refusals import ANSWERS
from lab_colorize.version import __version__

_ERROR = {
    "type": "object",
    "required": ["error", "message", "remedy"],
    "properties": {
        "error": {"type": "string", "description": "The kind of error."},
        "message": {"type": "string", "description": "What happened."},
        "remedy": {"type": "string", "description": "What to do about it; may be empty."},
        "retry_with": {"type": "string", "description": "The parameter that, set to true, lets the request pass."},
    },
}
_OF_EVERY_REQUEST = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.MISDIRECTED_REQUEST,
}
_OF_PHOTOGRAPHS = _OF_EVERY_REQUEST | {answer.status for answer in ANSWERS.values()} | {HTTPStatus.REQUEST_TIMEOUT}


def description(*, training: bool) -> dict[str, Any]:
    """The document that /openapi.json answers with."""
    told = _told()
    if training:
        told["paths"] |= _of_training()
    return told


def _of_training() -> dict[str, Any]:
    return {
        "/api/training": {"get": _read("The latest run: state, figures, end of the log.")},
        "/api/training/picture": {"get": _read("A picture of an epoch, a PNG.", (EPOCH,))},
        "/api/training/start": {"post": _act("Start a new run.", (MINUTES,))},
        "/api/training/stop": {"post": _act("Save the state and stop.")},
        "/api/training/resume": {"post": _act("Resume the run that was stopped.")},
    }


def _told() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "lab-colorize", "version": __version__},
        "components": {
            "schemas": {"Error": _ERROR},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
        "paths": {
            "/healthz": {"get": _read("Whether the server is up.")},
            "/openapi.json": {"get": _read("This description.")},
            "/api/about": {"get": _read("Models and limits.")},
            "/api/colorize": {"post": _photograph("Colour a photograph.", OF_COLORIZE)},
            "/api/original": {"post": _photograph("Show a photograph as it is, as a small JPEG.", OF_ORIGINAL)},
            "/api/hints": {"post": _hints()},
        },
    }


def _read(summary: str, parameters: tuple[Parameter, ...] = ()) -> dict[str, Any]:
    found = {"description": summary, "content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        "summary": summary,
        "parameters": [_parameter(parameter) for parameter in parameters],
        "responses": {"200": found} | _errors(_OF_EVERY_REQUEST),
    }


def _act(summary: str, parameters: tuple[Parameter, ...] = ()) -> dict[str, Any]:
    told = _read(summary, parameters)
    refused = {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
    return told | {
        "description": NOTHING.remedy,
        "requestBody": {"required": False, "content": {STREAM: {"schema": {"maxLength": 0}}}},
        "responses": told["responses"] | _errors(refused),
    }


def _photograph(summary: str, parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    made = {
        "description": "The photograph file.",
        "content": {"image/*": binary},
        "headers": {
            "Lab-Colorize-Notes": {"description": "A JSON array of remarks.", "schema": {"type": "string"}},
            "Lab-Colorize-Photograph": {
                "description": "A JSON object: width, height, pages, depth, format; of a preview its caption, too.",
                "schema": {"type": "string"},
            },
        },
    }
    return {
        "summary": summary,
        "parameters": [_parameter(parameter) for parameter in parameters],
        "requestBody": {"required": True, "content": {STREAM: binary, "image/*": binary}},
        "responses": {"200": made} | _errors(_OF_PHOTOGRAPHS),
    }


def _hints() -> dict[str, Any]:
    points = {"schema": {"type": "object"}}
    file = {"schema": {"type": "string", "format": "binary"}}
    return {
        "summary": "Judge a file of hints for a photograph of a size.",
        "parameters": [_parameter(parameter) | {"required": True} for parameter in OF_HINTS],
        "requestBody": {"required": True, "content": {STREAM: file, "application/json": points}},
        "responses": {
            "200": {
                "description": "Its points: x and y in percent, colour as written, shown as #rrggbb or empty for grey.",
                "content": {"application/json": points},
            }
        }
        | _errors(_OF_PHOTOGRAPHS - {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}),
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.means,
        "schema": dict(parameter.schema),
    }


def _errors(statuses: set[HTTPStatus]) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {str(status.value): {"description": status.phrase, "content": content} for status in sorted(statuses)}
