"""What people and programs do meanwhile: payments, taps, pages, imports. Each wish is repeated until it is heard."""

import datetime as dt
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from drill.agency import Agency
from drill.asking import Browser, Heard, ask
from drill.managers import MANAGERS

_PAGES = ("/GN_CONAKRY/", "/GN_CONAKRY/kpi/", "/GN_CONAKRY/tasks/", "/GN_CONAKRY/leasing/import/", "/accounts/login/")
_HEARD_WITHIN = 60.0


@dataclass
class Tally:
    """What was asked and answered during one fault, and what the database holds of it afterwards."""

    tried: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    times_there: Counter[str] = field(default_factory=Counter)
    busy: int = 0  # 503 that says when to come again
    errors: Counter[str] = field(default_factory=Counter)  # any other 5xx, by status and address
    refused: Counter[str] = field(default_factory=Counter)
    slowest: float = 0

    @property
    def lost(self) -> set[str]:
        return self.acknowledged - self.times_there.keys()

    @property
    def double(self) -> int:
        return sum(times - 1 for times in self.times_there.values())


class Load:
    """Clients, each a thread, from the beginning of the block to its end; then the rows are counted."""

    def __init__(self, agency: Agency) -> None:
        self.agency, self.tally = agency, Tally()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._end_at = float("inf")
        contracts = dict(
            agency.rows("SELECT site_id, min(id::text) FROM leasing_contract WHERE status = 'active' GROUP BY site_id")
        )
        tasks = agency.rows(
            "SELECT DISTINCT ON (site_id) site_id, id::text FROM tasks_task WHERE completed_at IS NULL ORDER BY site_id"
        )
        clients: list[Callable[[], None]] = [self._pages, self._imports]
        clients += [lambda site=site: self._payments(site, contracts[site]) for site in MANAGERS]
        clients += [lambda site=site, task=task: self._taps(site, task) for site, task in tasks if site in MANAGERS]
        self._threads = [threading.Thread(target=client, daemon=True) for client in clients]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Who is on a wish repeats it until it is heard.
        self._end_at = time.monotonic() + _HEARD_WITHIN
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._count()

    def pause(self, seconds: float) -> None:
        """Let everybody work undisturbed."""
        time.sleep(seconds)

    # --- the clients ---

    def _payments(self, site: str, contract: str) -> None:
        headers = {"Authorization": f"Bearer {self.agency.managers.tokens[site]}", "X-Site-ID": site}
        while not self._over.is_set():
            key = self._wish("payment")
            body = {"contractId": contract, "amount": 1000, "method": "cash", "externalReference": key}
            body |= {"receivedOn": dt.datetime.now(dt.UTC).date().isoformat()}
            self._until_heard(key, "POST", "/api/payments", headers | {"Idempotency-Key": key}, body)
            time.sleep(0.1)

    def _taps(self, site: str, task: str) -> None:
        headers = {"Authorization": f"Bearer {self.agency.managers.tokens[site]}", "X-Site-ID": site}
        day = 1
        while not self._over.is_set():
            key = self._wish("tap")
            day = day % 300 + 1
            due = dt.datetime.now(dt.UTC) + dt.timedelta(days=day)
            body = {"status": "pending", "dueAt": due.isoformat()}
            self._until_heard(key, "PATCH", f"/api/tasks/{task}", headers | {"Idempotency-Key": key}, body)
            time.sleep(0.2)

    def _pages(self) -> None:
        browser = self._browser("GN_CONAKRY")
        while browser and not self._over.is_set():
            for page in _PAGES:
                self._heard(browser.get(page), page)
                time.sleep(0.1)

    def _imports(self) -> None:
        browser = self._browser("GN_KINDIA")
        while browser and not self._over.is_set():
            key = self._wish("import")
            table = f"code;nom\n{key};Mariama Camara\n".encode()
            while time.monotonic() < self._end_at:
                answer = browser.upload("/GN_KINDIA/leasing/import/", "locataires.csv", table)
                self._heard(answer, "/leasing/import/")
                if answer.status == 302 and "/import/" in answer.headers["location"]:
                    with self._lock:
                        self.tally.acknowledged.add(key)
                    break
                time.sleep(0.2)
            self._over.wait(2)

    def _browser(self, site: str) -> Browser | None:
        while not self._over.is_set():
            browser = self.agency.browser(site)
            if browser.signed_in:
                return browser
            time.sleep(0.5)
        return None

    # --- keeping count ---

    def _wish(self, kind: str) -> str:
        key = f"{kind}-{uuid.uuid4().hex[:20]}"
        with self._lock:
            self.tally.tried.add(key)
        return key

    def _until_heard(self, key: str, method: str, path: str, headers: dict[str, str], body: object) -> None:
        while time.monotonic() < self._end_at:
            answer = ask(self.agency.port, method, path, headers=headers, body=body)
            self._heard(answer, path)
            if answer.status in (200, 201):
                with self._lock:
                    self.tally.acknowledged.add(key)
                return
            if answer.status == 429:
                time.sleep(1)
                continue
            if 400 <= answer.status < 500:
                return
            time.sleep(0.2)

    def _heard(self, answer: Heard, path: str) -> None:
        with self._lock:
            self.tally.slowest = max(self.tally.slowest, answer.seconds)
            if answer.says_when_to_retry:
                self.tally.busy += 1
            elif answer.status >= 500:
                self.tally.errors[f"{answer.status} {path}"] += 1
            elif answer.status >= 400 and answer.status != 429:  # asked too often: said, and waited for
                self.tally.refused[f"{answer.status} {path} {answer.body[:200]!r}"] += 1

    def _count(self) -> None:
        keys = list(self.tally.tried)
        for statement in (
            "SELECT external_reference, count(*) FROM leasing_payment WHERE external_reference = ANY(%s) GROUP BY 1",
            "SELECT right(key, 24), count(*) FROM tasks_taskchange WHERE right(key, 24) = ANY(%s) GROUP BY 1",
            "SELECT code, count(*) FROM leasing_tenant WHERE code = ANY(%s) GROUP BY 1",
        ):
            self.tally.times_there.update(dict(self.agency.rows(statement, keys)))
