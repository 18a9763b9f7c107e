"""Every operation of /api/v1.0/ answers as its description says, whatever it is sent (schemathesis)."""

import json
import os
import subprocess
import sys

import pytest
from harness import Kalends
from objects import event

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
]
# What exists, so that more is reached than refusals: schemathesis mixes these with values of its own.
SETTINGS = """
[[operations]]
include-path-regex = "/calendars/\\\\{{id\\\\}}"
# It stays there.
include-method = ["GET", "PUT", "POST", "PATCH"]
parameters = {{ "path.id" = {calendar} }}

[[operations]]
include-path-regex = "/(events|objects)/\\\\{{name\\\\}}"
parameters = {{ "path.id" = {calendar}, "path.name" = "one.ics", "header.If-Match" = "*" }}

[[operations]]
include-path-regex = "/accounts/\\\\{{id\\\\}}"
# It stays there.
include-method = ["GET", "PUT", "POST", "PATCH"]
parameters = {{ "path.id" = {account} }}

[[operations]]
include-path-regex = "/links/\\\\{{id\\\\}}"
include-method = ["GET", "PUT", "POST"]
parameters = {{ "path.id" = {link} }}

[[operations]]
include-path-regex = "/groups/\\\\{{name\\\\}}"
include-method = ["GET", "PUT", "POST"]
parameters = {{ "path.name" = "choir", "path.person" = "{name}" }}

[[operations]]
include-path-regex = "/calendars/\\\\{{id\\\\}}/sync"
include-method = ["GET", "PUT", "POST"]
parameters = {{ "path.id" = {in_step} }}

[[operations]]
include-path-regex = "/runs$"
include-method = "GET"
parameters = {{ "query.calendar" = {in_step} }}

[[operations]]
include-path-regex = "/(events|free-busy)$"
include-method = "GET"
parameters = {{ "query.from" = "2026-03-01", "query.to" = "2026-04-01", "query.zone" = "Europe/Zurich" }}
"""

# What is asked beyond examples and coverage ends then. KALENDS_REST_SECONDS is for looking longer.
SECONDS = os.environ.get("KALENDS_REST_SECONDS", "25")

# niquests, which python-caldav needs, puts a urllib3 of its own in the place of the one that schemathesis knows; its pools have no keys,
# which schemathesis asks for to count connections.
LAUNCH = """
from urllib3.util import traffic_police
if not hasattr(traffic_police.TrafficPolice, "keys"):
    traffic_police.TrafficPolice.keys = lambda pools: []
from schemathesis.cli import schemathesis
schemathesis()
"""


@pytest.fixture
def kalends(kalends, tmp_path):
    """One of its own, of which everything may be asked."""
    own = Kalends(kalends.program, tmp_path).start()
    yield own
    assert own.stop() == 0, own.log()
    assert "panicked at" not in own.log(), own.log()


def make(person, path, **body):
    answer = person.request("POST", f"{person.server.url}/api/v1.0{path}", json.dumps(body), Content_Type="application/json")
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def standing(account, other, calendar):
    """Something of each kind that operations are about. The account elsewhere is `other`, here."""
    make(account, "/groups", display_name="Choir")
    link = make(account, f"/calendars/{calendar}/links", name="Choir", access="read")["id"]
    elsewhere = make(account, "/accounts", address=account.server.url, user=other.name, password=other.password)["id"]
    (remote,) = make(account, f"/accounts/{elsewhere}/test")["calendars"]
    settings = {"direction": "both", "interval_seconds": 900, "window_days": None}
    in_step = make(account, "/calendars/sync", account=elsewhere, remote=remote["id"], settings=settings)["calendar"]
    return {"link": link, "account": elsewhere, "in_step": in_step}


def test_no_operation_fails_or_answers_what_is_not_described(kalends, tmp_path):
    account = kalends.account()
    text = event("one", "DTSTART:20260310T100000Z", "RRULE:FREQ=DAILY;COUNT=3")
    put = account.request("PUT", f"{account.home}personal/one.ics", text, Content_Type="text/calendar")
    assert put.status_code == 201, put.text
    listed = account.request("GET", f"{kalends.url}/api/v1.0/calendars").json()
    settings = tmp_path / "schemathesis.toml"
    calendar = listed["calendars"][0]["id"]
    settings.write_text(SETTINGS.format(calendar=calendar, name=account.name, **standing(account, kalends.account(), calendar)))
    command = [
        sys.executable,
        "-c",
        LAUNCH,
        "--config-file",
        settings,
        "run",
        f"{kalends.url}/api/v1.0/openapi.json",
        "--auth",
        f"{account.name}:{account.password}",
        "--checks",
        ",".join(CHECKS),
        # A stream does not end.
        "--exclude-path",
        "/api/v1.0/stream",
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        "10",
        "--max-time",
        SECONDS,
        # Python 3.11 cannot parse in two threads at once: "AST constructor recursion depth mismatch".
        "--workers",
        "1",
        "--seed",
        "1",
        "--continue-on-failure",
        "--request-timeout",
        "20",
        "--warnings",
        "off",
    ]
    done = subprocess.run(list(map(str, command)), cwd=tmp_path, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stdout.decode()[-20_000:] + done.stderr.decode()[-5_000:]
    assert b"Tested" in done.stdout or b"passed" in done.stdout, done.stdout.decode()[-5_000:]
