"""The OpenAPI document as a page shows it: each call with its parameters, bodies, answers and refusals. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any


@dataclass(frozen=True)
class Named:
    """A parameter or a field: what it may hold, and what it means."""

    name: str
    where: str
    kind: str
    is_required: bool
    text: str


@dataclass(frozen=True)
class Answer:
    """What comes back with a status, with an example as JSON."""

    status: str
    text: str
    example: str


@dataclass(frozen=True)
class Call:
    """A method of an address."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    parameters: Sequence[Named]
    body: Sequence[Named]
    body_example: str
    answers: Sequence[Answer]


@dataclass(frozen=True)
class Section:
    """The calls of one subject."""

    name: str
    calls: Sequence[Call]


def sections_of(schema: Mapping[str, Any]) -> list[Section]:
    """By the first part of their addresses."""
    calls = [
        (call["tags"][0], _call(schema, path, method, call))
        for path, item in schema["paths"].items()
        for method, call in item.items()
    ]
    return [Section(tag, [call for _tag, call in of]) for tag, of in groupby(calls, key=lambda pair: pair[0])]


def _call(schema: Mapping[str, Any], path: str, method: str, call: Mapping[str, Any]) -> Call:
    content = call.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Call(
        id=call["operationId"],
        method=method.upper(),
        path=path,
        summary=call.get("summary", ""),
        text=call.get("description", ""),
        parameters=[_parameter(_resolved(schema, parameter)) for parameter in call["parameters"]],
        body=_fields(_resolved(schema, content.get("schema", {}))),
        body_example=_example(content),
        answers=[_answer(status, _resolved(schema, answer)) for status, answer in sorted(call["responses"].items())],
    )


def _resolved(schema: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = part
    while "$ref" in found:
        place: Any = schema
        for name in found["$ref"].removeprefix("#/").split("/"):
            place = place[name]
        found = place
    return found


def _parameter(parameter: Mapping[str, Any]) -> Named:
    shape = parameter.get("schema", {})
    text = parameter.get("description") or shape.get("description", "")
    return Named(parameter["name"], parameter["in"], _kind(shape), parameter.get("required", False), text)


def _fields(shape: Mapping[str, Any]) -> list[Named]:
    required = shape.get("required", ())
    return [
        Named(name, "body", _kind(field), name in required, field.get("description", ""))
        for name, field in shape.get("properties", {}).items()
    ]


def _kind(shape: Mapping[str, Any]) -> str:
    if "enum" in shape:
        return " | ".join(str(value) for value in shape["enum"])
    kind = shape.get("format") or shape.get("type", "")
    return " | ".join(kind) if isinstance(kind, list) else kind


def _answer(status: str, answer: Mapping[str, Any]) -> Answer:
    content: Mapping[str, Any] = next(iter(answer.get("content", {}).values()), {})
    return Answer(status, answer.get("description", ""), _example(content))


def _example(content: Mapping[str, Any]) -> str:
    examples = [each["value"] for each in content.get("examples", {}).values()]
    example = examples[0] if examples else content.get("example")
    return "" if example is None else json.dumps(example, ensure_ascii=False, indent=2)
