"""docs/caldav.md says what is so, and its samples work as they stand."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from objects import event

PAGE = Path(__file__).resolve().parents[3] / "docs" / "caldav.md"
NAMESPACES = {
    "D": "DAV:",
    "C": "urn:ietf:params:xml:ns:caldav",
    "CS": "http://calendarserver.org/ns/",
    "IC": "http://apple.com/ns/ical/",
}
# A name in the tables that is an element, report or error and not a property.
PROPERTY = re.compile(r"`(D|C|CS|IC):([\w-]+)`")


@pytest.fixture
def page():
    return PAGE.read_text()


@pytest.fixture
def resources(account, kalends):
    """One of each kind, as URLs."""
    calendar = account.principal.make_calendar(name="Documented", cal_id="documented")
    made = calendar.add_event(event("e", "DTSTART:20260310T100000Z"))
    root = f"{kalends.url}/api/v1.0/caldav/"
    return [root, str(account.principal.url), account.home, str(calendar.url), str(made.url)]


def properties(account, url, body):
    answer = account.request("PROPFIND", url, body, depth=0)
    assert answer.status_code == 207, answer.text
    found = {}
    for propstat in ElementTree.fromstring(answer.content).iter("{DAV:}propstat"):
        status = propstat.find("{DAV:}status").text.split()[1]
        for element in propstat.find("{DAV:}prop"):
            found[element.tag] = (status, element)
    return found


def rows(page):
    """The names in the second column of each table, with what the third says; the first and second of the last one."""
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        verdict = next((cell for cell in cells if cell in ("yes", "partly", "no")), None)
        if verdict:
            yield cells[cells.index(verdict) - 1], verdict


def test_every_property_is_in_the_tables(page, account, resources):
    named = {f"{{{NAMESPACES[prefix]}}}{name}" for cell, _ in rows(page) for prefix, name in PROPERTY.findall(cell)}
    named.add("{urn:ietf:params:xml:ns:caldav}calendar-user-address-set")
    for url in resources:
        there = properties(account, url, '<propfind xmlns="DAV:"><propname/></propfind>')
        assert set(there) <= named, url


def test_what_is_not_supported_is_not_there(page, account, resources):
    absent = [names for cell, verdict in rows(page) if verdict == "no" for names in PROPERTY.findall(cell)]
    assert len(absent) > 5
    asked = "".join(f'<{name} xmlns="{NAMESPACES[prefix]}"/>' for prefix, name in absent)
    for url in resources:
        for tag, (status, _) in properties(
            account, url, f'<D:propfind xmlns:D="DAV:"><D:prop>{asked}</D:prop></D:propfind>'
        ).items():
            assert status == "404", f"{tag} at {url}"


def test_reports_are_those_in_the_tables(page, account, resources):
    named = {
        f"{{{NAMESPACES[prefix]}}}{name}": verdict
        for cell, verdict in rows(page)
        for prefix, name in PROPERTY.findall(cell)
    }
    body = '<propfind xmlns="DAV:"><prop><supported-report-set/></prop></propfind>'
    offered = set()
    for url in resources:
        (_, element) = properties(account, url, body)["{DAV:}supported-report-set"]
        offered |= {report[0].tag for report in element.iter("{DAV:}report")}
    assert len(offered) == 9
    assert all(named[report] == "yes" for report in offered)


def sample(page, language):
    (text,) = re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return text


def filled_in(text, account, folder):
    return (
        text.replace("https://cal.example.org", account.server.url)
        .replace('"ada"', f'"{account.name}"')
        .replace('"app-password"', f'"{account.password}"')
        .replace("~/", f"{folder}/")
    )


def test_the_python_sample(page, account, kalends, tmp_path):
    script = tmp_path / "sample.py"
    script.write_text(filled_in(sample(page, "python"), account, tmp_path))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"2026-03-{day:02} 18:00:00+00:00 Choir" for day in (2, 9, 16, 23, 30)]


def test_the_vdirsyncer_sample(page, account, kalends, tmp_path):
    account.request("PUT", f"{account.home}personal/e.ics", event("e", "DTSTART:20260310T100000Z"))
    config = tmp_path / "config"
    config.write_text(filled_in(sample(page, "ini"), account, tmp_path))
    (tmp_path / "calendars").mkdir()
    for command in ("discover", "sync", "metasync"):
        done = subprocess.run(
            [sys.executable, "-m", "vdirsyncer", "-c", config, command],
            input="y\n" * 9,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
    (file,) = (tmp_path / "calendars" / "personal").glob("*.ics")
    assert "UID:e" in file.read_text()
    assert (tmp_path / "calendars" / "personal" / "displayname").read_text() == "Personal"
