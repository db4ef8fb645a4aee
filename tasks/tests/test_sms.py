"""Messages reach a gateway whole, what it never takes is told from what may go later, and no log names anybody."""

import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from accounts.models import User
from leasing.tests.factories import make_tenant
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tasks.sms import ConsoleGateway, GatewayAway, HttpGateway, MessageRefused, gateway
from tasks.tests.factories import make_task

NUMBER, TEXT = "+224620000009", "1/3 Loyer de mars: Fatoumata Diallo, 1 500 000 GNF, +224620000002"


class FakeGateway(BaseHTTPRequestHandler):
    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.taken.append((self.path, self.headers["Authorization"], json.loads(body)))
        time.sleep(server.delay)
        self.send_response(server.answers.get(json.loads(body)["to"], server.answer))
        if server.answer == 302:
            self.send_header("Location", f"{server.url}/elsewhere")
        self.end_headers()

    do_GET = do_POST  # noqa: N815

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    """A gateway on this machine; `answer` and `delay` say how it behaves, `taken` what it was sent."""
    monkeypatch.setenv("no_proxy", "*")
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeGateway)
    server.answer, server.answers, server.delay, server.taken = 200, {}, 0, []
    server.url = f"http://127.0.0.1:{server.server_port}/sms"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_message_is_sent_as_json_with_the_token(server):
    HttpGateway(server.url, "s3cret").send(NUMBER, "Échéance: 1 500 000 GNF")
    assert server.taken == [("/sms", "Bearer s3cret", {"to": NUMBER, "text": "Échéance: 1 500 000 GNF"})]
    HttpGateway(server.url).send(NUMBER, TEXT)
    assert server.taken[1][1] is None


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_taken(server, status):
    server.answer = status
    HttpGateway(server.url).send(NUMBER, TEXT)


@pytest.mark.parametrize(
    ("status", "raised"),
    [(400, MessageRefused), (404, MessageRefused), (422, MessageRefused)]
    + [(status, GatewayAway) for status in (302, 401, 403, 408, 429, 500, 503)],
)
def test_what_will_never_be_taken_is_told_from_what_may_be_tried_again(server, status, raised):
    server.answer = status
    with pytest.raises(raised, match=f"^answer {status}$"):
        HttpGateway(server.url, "s3cret").send(NUMBER, TEXT)
    # Asked once, also when it sends us elsewhere.
    assert len(server.taken) == 1


def test_a_gateway_that_is_slow_or_not_there_is_away(server):
    server.delay = 0.5
    with pytest.raises(GatewayAway, match="no answer"):
        HttpGateway(server.url, timeout=0.05).send(NUMBER, TEXT)
    closed = HttpGateway("http://127.0.0.1:1/sms", timeout=1)
    with pytest.raises(GatewayAway, match="no answer") as away:
        closed.send(NUMBER, TEXT)
    assert away.value.__cause__ is None


def test_the_settings_choose_the_gateway(settings):
    assert isinstance(gateway(), ConsoleGateway)
    settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = "https://sms.example/send", "s3cret"
    chosen = gateway()
    assert (chosen.url, chosen.token) == ("https://sms.example/send", "s3cret")
    settings.SMS_GATEWAY_URL = "file:///etc/passwd"
    with pytest.raises(ImproperlyConfigured):
        gateway()


# --- the command --------------------------------------------------------------------------------------------


@pytest.fixture
def kindia(db, settings, server):
    """Two agents with a task each and a phone, one without a phone, one who has left, and a manager."""
    settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = server.url, "s3cret"
    site = Site.objects.get(pk="GN_KINDIA")
    for name, role, phone, active in (
        ("awa", "agent", "+224620000011", True),
        ("boris", "agent", "+224620000012", True),
        ("chloe", "agent", "", True),
        ("david", "agent", "+224620000014", False),
        ("elise", "manager", "+224620000015", True),
    ):
        user = User.objects.create(username=name, phone=phone, is_active=active, preferred_language="en")
        Membership.objects.create(user=user, site=site, role=role)
        with site_scope([site.code]):
            make_task(site, agent=user, title=f"Visit for {name}", tenant=make_tenant(site))
    return site


def send(*arguments):
    out = StringIO()
    call_command("send_manifestos", "--site", "GN_KINDIA", *arguments, stdout=out)
    return out.getvalue()


def test_each_agent_with_a_phone_gets_their_own_tasks(kindia, server):
    assert send() == "2 of 2 messages were sent, 0 refused.\n"
    messages = {body["to"]: body["text"] for _path, _token, body in server.taken}
    assert set(messages) == {"+224620000011", "+224620000012"}
    assert "Visit for awa" in messages["+224620000011"]
    assert all(len(text) <= 160 for text in messages.values())


def test_a_dry_run_prints_and_sends_nothing(kindia, server):
    printed = send("--dry-run").splitlines()
    assert [line.partition(":")[0] for line in printed] == ["+224620000011", "+224620000012"]
    assert server.taken == []


def test_a_refused_number_stops_nobody_else_and_no_log_names_anybody(kindia, server, caplog, capfd):
    server.answers = {"+224620000011": 422}
    with caplog.at_level(logging.DEBUG):
        assert send() == "1 of 2 messages were sent, 1 refused.\n"
    said = caplog.text + "".join(capfd.readouterr())
    assert "answer 422" in said
    for personal in ("22462", "Diallo", "Visit", "awa", "s3cret"):
        assert personal not in said


def test_a_gateway_that_is_away_ends_the_command_with_what_was_sent(kindia, server):
    server.answers = {"+224620000012": 503}
    with pytest.raises(CommandError, match="1 of 2 messages were sent"):
        send()


def test_an_unknown_site_is_named(db):
    with pytest.raises(CommandError, match="GN_NOWHERE"):
        call_command("send_manifestos", "--site", "GN_NOWHERE")
