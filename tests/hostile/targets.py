"""Everything that can be asked: each page, form, filter and call, found from the URL resolver and in the pages."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.contrib import admin
from django.contrib.admin import FieldListFilter
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from akig.api import whole_schema
from tests.permission_table import TABLE

HOME = "GN_CONAKRY"
Fields = tuple[tuple[str, str], ...]
LOOKUPS = (
    "",
    "__exact",
    "__in",
    "__range",
    "__gte",
    "__year",
    "__isnull",
    "__regex",
    "__contains",
    "__date",
    "__month__gt",
)
LIST_WORDS = (
    "q",
    "o",
    "p",
    "all",
    "e",
    "_facets",
    "_popup",
    "_to_field",
    "_changelist_filters",
    "of",
    "site",
    "site_id",
)
PAGE_WORDS = ("q", "page", "sort", "file", "site", "next", "date", "start", "end", "period", "format", "zz", "lang")


@dataclass(frozen=True)
class Target:
    """An address and what it takes: `kind` is "query", "form", "upload" or "json"."""

    kind: str
    method: str
    path: str
    fields: Fields = ()

    @property
    def same_as(self) -> tuple[str, str, str, tuple[str, ...]]:
        """What tells it from others: not what it would send, such as a token."""
        return self.kind, self.method, self.path, tuple(sorted(name for name, _typical in self.fields))


class PageReader(HTMLParser):
    """The forms of a page with what they would send, and the addresses of its links."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[dict[str, Any]] = []
        self.links: list[str] = []
        self._by_id: dict[str, dict[str, Any]] = {}
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in pairs}
        if tag == "form":
            form = {"action": given.get("action", ""), "method": given.get("method", "get").upper(), "fields": {}}
            form["upload"] = "multipart" in given.get("enctype", "")
            self.forms.append(form)
            self._by_id[given.get("id", "")] = form
        elif tag == "a":
            self.links.append(given.get("href", ""))
        elif tag in ("input", "textarea", "select", "button") and given.get("name"):
            form = self._by_id.get(given.get("form", "")) or (self.forms[-1] if self.forms else None)
            if form is not None:
                form["fields"].setdefault(given["name"], given.get("value", ""))
            self._select = given["name"] if tag == "select" else ""
        elif tag == "option" and self._select and self.forms and given.get("value"):
            fields = self.forms[-1]["fields"]
            if "selected" in given or not fields.get(self._select):
                fields[self._select] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


def targets_on(path: str, page: str) -> Iterator[Target]:
    """The forms of a page, and the parameters of its links to its own address."""
    read = PageReader(page)
    for form in read.forms:
        address = urlsplit(urljoin(path, form["action"]))
        fields = tuple(form["fields"].items())
        kind = "query" if form["method"] == "GET" else "upload" if form["upload"] else "form"
        yield Target(kind, form["method"], address.path, fields)
    parameters = {}
    for link in read.links:
        address = urlsplit(urljoin(path, link))
        if address.path == path:
            parameters |= dict(parse_qsl(address.query))
    if parameters:
        yield Target("query", "GET", path, tuple(parameters.items()))


def named(resolver: Any = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from named(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        else:
            yield f"{namespace}{entry.name}", entry


def pages(rows: dict[str, str]) -> Iterator[Target]:
    """Each address that an app declares, by each of its methods; `rows` has the id of a row by model."""
    for name, row in TABLE.items():
        arguments = dict(row.arguments)
        if row.row:
            arguments["pk"] = rows.get(row.row, "1")
        path = reverse(name, kwargs=arguments)
        if path.startswith("/api/"):
            continue
        words = tuple((word, "1") for word in PAGE_WORDS)
        for method, under in itertools.product(row.methods, ("", f"/{HOME}")):
            yield Target("query" if method == "GET" else "form", method, under + path, words if method == "GET" else ())


def administration(rows: dict[str, str]) -> Iterator[Target]:
    """Each address of the administration; lists with every lookup of every column, and every filter's parameters."""
    tables = {f"{m._meta.app_label}_{m._meta.model_name}": m for m in admin.site._registry}
    for name, entry in named():
        if not name.startswith("admin:") or entry.name is None:
            continue
        model = next((m for stem, m in tables.items() if entry.name.startswith(f"{stem}_")), None)
        wanted = re.findall(r"<(?:\w+:)?(\w+)>", str(entry.pattern)) or re.findall(r"\(\?P<(\w+)>", str(entry.pattern))
        key = rows.get(model._meta.label, "1") if model else "1"
        arguments = {word: {"app_label": "leasing"}.get(word, key) for word in wanted}
        path = f"/{HOME}{reverse(name, kwargs=arguments)}"
        fields = tuple((word, "1") for word in LIST_WORDS)
        if model is not None and entry.name.endswith("_changelist"):
            fields += tuple(list_parameters(model))
            yield Target(
                "form", "POST", path, (("action", "delete_selected"), ("_selected_action", key), ("index", "0"))
            )
        if entry.name == "autocomplete":
            yield from autocompletes(path)
        yield Target("query", "GET", path, fields)
        yield Target("form", "POST", path, ())


def list_parameters(model: Any) -> Iterator[tuple[str, str]]:
    table = admin.site._registry[model]
    for field in model._meta.concrete_fields:
        yield from ((field.name + lookup, "1") for lookup in LOOKUPS)
        if field.many_to_one:
            yield from (
                (f"{field.name}__{field.related_model._meta.pk.name}__exact", "1"),
                (f"{field.attname}__in", "1"),
            )
    for one in table.list_filter:
        named_by = one[0] if isinstance(one, tuple) else one
        if isinstance(named_by, str):
            yield from ((named_by + lookup, "1") for lookup in LOOKUPS)
        elif not issubclass(named_by, FieldListFilter):
            yield named_by.parameter_name, "1"
    if table.date_hierarchy:
        yield from ((f"{table.date_hierarchy}__{part}", "1") for part in ("year", "month", "day"))


def autocompletes(path: str) -> Iterator[Target]:
    for model in admin.site._registry:
        for field in model._meta.concrete_fields:
            if field.many_to_one:
                of = (("app_label", model._meta.app_label), ("model_name", model._meta.model_name or ""))
                yield Target("query", "GET", path, (*of, ("field_name", field.name), ("term", "a"), ("page", "1")))


def calls(rows: dict[str, str], references: dict[str, str]) -> Iterator[Target]:
    """Each call of the API, as its own document names it."""
    document = whole_schema()
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            own = [_looked_up(document, one) for one in call.get("parameters", ())]
            filled = re.sub(r"{(\w+)}", lambda part: references.get(part[1], rows["tasks.Task"]), path)
            query = tuple((one["name"], str(one.get("example", "1"))) for one in own if one["in"] == "query")
            yield Target("query", method.upper(), filled, (*query, ("site", HOME), ("format", "html"), ("zz", "1")))
            for kind in call.get("requestBody", {}).get("content", {}).values():
                schema = _looked_up(document, kind["schema"])
                known = tuple((field, references.get(field, "")) for field in schema.get("properties", {}))
                yield Target("json", method.upper(), filled, known)
    for address in ("/api", "/API/contracts", "//api/contracts", "/Api//tasks", "/api/zz", "/apix", "/api/docs"):
        yield Target("query", "GET", address, (("site", HOME),))


def _looked_up(document: Any, part: Any) -> Any:
    for step in part.get("$ref", "").split("/")[1:]:
        document = document[step]
    return document if "$ref" in part else part
