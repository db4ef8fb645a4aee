"""One hostile request after the other: made by a dice, sent, and judged. Nothing that one writes reaches the next."""

import copy
import io
import json
import logging
import random
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.test import Client

from akig.logs import LineFormatter
from tests.hostile import values
from tests.hostile.targets import HOME, Target
from tests.owner import as_owner

_WRITES = ("INSERT", "UPDATE", "DELETE", "WITH", "SELECT CREATE")
# A failed sign-in is counted, and a session or a token notes that it was used.
_MAY_CHANGE = ("axes_accessattempt", "axes_accessfailurelog", "axes_accesslog", "django_session", "accounts_apitoken")
SLOW_SECONDS = 8.0


class LogLines(logging.Handler):
    """What was logged, as the console shows it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(LineFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def recorded() -> Iterator[LogLines]:
    records = LogLines()
    logging.getLogger().addHandler(records)
    try:
        yield records
    finally:
        logging.getLogger().removeHandler(records)


class Attack:
    """Sends and judges; `faults` counts what went wrong by what it was, with an example of each."""

    def __init__(self, seed: int, cookies: dict[str, Any]) -> None:
        self.dice = random.Random(seed)  # noqa: S311 -- the same requests each time
        self.cookies = cookies
        self.faults: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.sent: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.before = everything()

    def send(self, target: Target, role: str) -> None:
        method, path, extra, note = self._made(target, role)
        client = Client(raise_request_exception=False)
        client.cookies = copy.deepcopy(self.cookies[role])
        wrote: list[str] = []

        def watch(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            if str(sql).lstrip().upper().startswith(_WRITES):
                wrote.append(str(sql))
            return execute(sql, params, many, context)

        what = f"{role} {method} {path[:300]} {note[:300]}"
        with recorded() as records, transaction.atomic():
            began = time.perf_counter()
            with connection.execute_wrapper(watch):
                answer = client.generic(method, path, **extra)
                answer.getvalue() if answer.streaming else answer.content
            took = time.perf_counter() - began
            self._judge(answer, what, extra)
            self._judge_the_log(answer, records, what)
            if took > SLOW_SECONDS:
                self._fault(f"took {took:.0f} s", what)
            if wrote:
                self._judge_the_database(answer, what)
            transaction.set_rollback(True)
        self.sent[target.kind] += 1
        self.statuses[answer.status_code] += 1

    def report(self) -> str:
        counts = f"{self.sent.total()} requests {dict(self.sent)}, answers {dict(sorted(self.statuses.items()))}"
        faults = (f"{count:6} {kind}\n         {self.examples[kind]}" for kind, count in self.faults.most_common())
        return "\n".join((counts, *faults))

    # --- made ---

    def _made(self, target: Target, role: str) -> tuple[str, str, dict[str, Any], str]:
        dice, path = self.dice, target.path
        headers: dict[str, str] = {"X-Site-ID": HOME} if target.path.startswith("/api/") else {}
        if dice.random() < 0.3:
            headers["Accept"] = dice.choice(("text/html", "application/json", "*/*"))
        if dice.random() < 0.15:
            name, value = dice.choice(values.HEADERS)
            headers[name] = value
        if dice.random() < 0.1:
            name, value = dice.choice(values.COOKIES)
            own = "; ".join(f"{one.key}={one.value}" for one in self.cookies[role].values())
            headers["Cookie"] = f"{own}; {name}={value}"
        if dice.random() < 0.08:
            path = self._another_path(path)
        method = target.method
        if dice.random() < 0.03:
            method = dice.choice(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "ZZ"))
        body, kind = b"", "application/x-www-form-urlencoded"
        if target.kind == "query":
            path = f"{path}?{self._pairs(self._some(target)).decode('latin-1')}"
        elif target.kind == "form":
            body = self._pairs(list(target.fields))
        elif target.kind == "upload":
            body, kind = self._upload(target)
        else:
            body, kind = self._json(target), "application/json"
            headers["Idempotency-Key"] = headers.get("Idempotency-Key", f"k{dice.random()}")
        if target.kind != "query" and dice.random() < 0.1:
            body = dice.choice((body, *values.BODIES))
        if dice.random() < 0.06:
            kind = dice.choice(values.KINDS)
        headers.setdefault("Content-Length", str(len(body)))
        # Not the client's own body: that one complains when a header lies about its length.
        extra = {"headers": headers, "content_type": kind, "wsgi.input": io.BytesIO(body)}
        return method, path, extra, f"{kind} {body[:200]!r} {headers}"

    def _some(self, target: Target) -> list[tuple[str, str]]:
        fields = list(target.fields) or [("zz", "1")]
        return self.dice.sample(fields, min(len(fields), self.dice.choice((1, 1, 1, 2, 3, 5))))

    def _pairs(self, fields: list[tuple[str, str]]) -> bytes:
        """The fields with one or two of them hostile; sometimes one twice, one gone, or one more."""
        dice = self.dice
        pairs = [(name.encode(), values.quote_from_bytes(typical.encode()).encode()) for name, typical in fields]
        for _time in range(dice.choice((0, 1, 1, 1, 2, 4))):
            if not pairs:
                break
            at = dice.randrange(len(pairs))
            pairs[at] = (pairs[at][0], values.in_a_form(dice, fields[at][1] if at < len(fields) else ""))
        chance = dice.random()
        if pairs and chance < 0.05:
            pairs.append((dice.choice(pairs)[0], values.in_a_form(dice, "")))
        elif pairs and chance < 0.1:
            pairs.pop(dice.randrange(len(pairs)))
        elif chance < 0.15:
            pairs.append((dice.choice(values.RAW), b"1"))
        return b"&".join(name + b"=" + value for name, value in pairs)

    def _json(self, target: Target) -> bytes:
        dice = self.dice
        if dice.random() < 0.08:
            return dice.choice(values.JSON_BODIES).encode()
        members = {name: json.dumps(typical) for name, typical in target.fields}
        for name in dice.sample(sorted(members), min(len(members), dice.choice((0, 1, 1, 1, 2, 3)))):
            members[name] = dice.choice(values.JSON_VALUES)
        if members and dice.random() < 0.1:
            members.pop(dice.choice(sorted(members)))
        return ("{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in members.items()) + "}").encode()

    def _upload(self, target: Target) -> tuple[bytes, str]:
        dice = self.dice
        parts = []
        for name, typical in target.fields:
            if name == "files":
                for _file in range(dice.choice((0, 1, 1, 1, 2, 25))):
                    head = f'Content-Disposition: form-data; name="files"; filename="{dice.choice(values.FILE_NAMES)}"'
                    parts.append(head.encode() + b"\r\n\r\n" + dice.choice(values.FILE_CONTENTS))
            else:
                value = dice.choice((typical.encode(), b"\x00", b"\xed\xa0\x80", b"on", b"x" * 5000))
                parts.append(f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value)
        body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
        return body, "multipart/form-data; boundary=b"

    def _another_path(self, path: str) -> str:
        parts = path.split("/")
        at = self.dice.randrange(len(parts))
        parts[at] = self.dice.choice(
            (*values.RAW, *(one.encode() for one in values.IDS), b"", b"_21", b"x" * 3000)
        ).decode()
        return "/" + "/".join(parts).lstrip("/") if self.dice.random() < 0.8 else "/".join(("", *parts))

    # --- judged ---

    def _fault(self, kind: str, example: str) -> None:
        self.faults[kind] += 1
        self.examples.setdefault(kind, example)

    def _judge(self, answer: Any, what: str, extra: dict[str, Any]) -> None:
        if answer.status_code >= 500:
            self._fault(_fault_of(answer), what)
        accept = extra["headers"].get("Accept", "")
        asked = answer.wsgi_request.path.lstrip("/").lower().partition("/")[0]
        is_program = asked == "api" or accept in ("application/json", "application/problem+json")
        is_html = answer.get("Content-Type", "").startswith("text/html")
        if is_program and is_html and answer.status_code >= 400:
            self._fault(f"HTML {answer.status_code} to a program", what)

    def _judge_the_log(self, answer: Any, records: LogLines, what: str) -> None:
        for line in records.lines:
            if answer.status_code < 500 and "Traceback" in line:
                self._fault("a traceback in the log", f"{what}\n{line[-600:]}")
            elif answer.status_code < 500 and not line.isprintable():
                self._fault("a log line that is not one, or not printable", f"{what}\n{line[:600]!r}")
            elif len(line) > 3000:
                self._fault("a log line without end", what)

    def _judge_the_database(self, answer: Any, what: str) -> None:
        try:
            if answer.status_code < 400:
                connection.check_constraints()  # those that the commit would ask
            elif answer.status_code < 500 and everything() != self.before:
                self._fault(f"something was changed by a {answer.status_code}", what)
        except DatabaseError as error:
            self._fault(f"the commit would fail: {type(error).__name__}", f"{what}\n{error}")


def _fault_of(answer: Any) -> str:
    exc_info = getattr(answer, "exc_info", None)
    if not exc_info:
        return f"{answer.status_code}"
    error = exc_info[1]
    frames = traceback.extract_tb(error.__traceback__)
    ours = next(
        (f for f in reversed(frames) if "site-packages" not in f.filename and "/lib/python" not in f.filename), None
    )
    place = f"{ours.filename.rpartition('/')[2]}:{ours.lineno}" if ours else ""
    last = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}"
    return f"{answer.status_code} {type(error).__name__}: {str(error)[:70]!r} at {place} / {last}"


def everything() -> str:
    """A digest of every table that a refused request may not change, as the owner sees it."""
    with as_owner(), connection.cursor() as cursor:
        tables = [table for table in connection.introspection.table_names(cursor) if table not in _MAY_CHANGE]
        digests = " UNION ALL ".join(
            f"SELECT '{table}' AS name, md5(string_agg(t::text, ';' ORDER BY t::text)) AS rows FROM \"{table}\" t"
            for table in tables
        )
        cursor.execute(f"SELECT md5(string_agg(name || rows, ';' ORDER BY name)) FROM ({digests}) every")
        return str(cursor.fetchone()[0])
