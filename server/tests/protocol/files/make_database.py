#!/usr/bin/env python3
"""Makes a database with an old version of the program, and writes down what that version acknowledged.

    python3 server/tests/protocol/files/make_database.py PROGRAM NAME

PROGRAM is `kalends` of that version. NAME.sql (tables and rows, as SQLite reads them) and NAME.json are written beside this script; the
test `update` opens the one with today's program and compares with the other. Everything is done over CalDAV, the command line and the
page where a password is chosen; only the end of the session is put off in the file, to where the test still finds it open.
"""

import http.client
import json
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[3]
FRONT_END = """<!doctype html><html><head><link rel="modulepreload" href="/kalends.js">
<link rel="preload" href="/kalends.wasm"></head><body></body></html>"""
PASSWORD = "correct horse battery"
ENDS = 4_102_444_800_000  # 2100
WEEK = ("20260309T000000Z", "20260316T000000Z")
NS = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" xmlns:I="http://apple.com/ns/ical/" xmlns:Z="urn:z"'
OF_CALENDARS = (
    "<D:displayname/><D:resourcetype/><D:owner/><D:creationdate/><D:getlastmodified/><D:sync-token/><CS:getctag/>"
    "<C:calendar-description/><C:calendar-timezone/><C:supported-calendar-component-set/><I:calendar-color/><I:calendar-order/>"
    "<Z:note/><Z:rich/>"
)
OF_OBJECTS = "<D:getetag/><D:getcontenttype/><D:getcontentlength/><D:getlastmodified/><D:creationdate/><D:resourcetype/>"

ZONE = """BEGIN:VTIMEZONE
TZID:Depot
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0530
TZOFFSETTO:+0430
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0430
TZOFFSETTO:+0530
END:DAYLIGHT
END:VTIMEZONE
"""


def calendar(text, end="\r\n"):
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Kalends//Test//EN\n{text}END:VCALENDAR\n"
    return text.replace("\n", end)


def component(uid, lines, kind="VEVENT"):
    return f"BEGIN:{kind}\nUID:{uid}\nDTSTAMP:20260101T000000Z\n{lines}\nEND:{kind}\n"


def event(uid, lines, end="\r\n"):
    return calendar(component(uid, lines), end)


def folded(line):
    """A line with folds, as RFC 5545 section 3.1 has them, after 60 characters each."""
    return "\n ".join(line[at : at + 60] for at in range(0, len(line), 60))


SERIES = component(
    "series-1",
    "DTSTART;TZID=Europe/Zurich:20260302T090000\nDURATION:PT45M\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH;COUNT=20\n"
    "EXDATE;TZID=Europe/Zurich:20260312T090000\nRDATE;TZID=Europe/Zurich:20260314T100000\nSUMMARY:Rehearsal",
)
OVERRIDE = component(
    "series-1",
    "RECURRENCE-ID;TZID=Europe/Zurich:20260309T090000\nDTSTART;TZID=Europe/Zurich:20260309T143000\nDURATION:PT2H\nSUMMARY:Rehearsal\\, dress",
)
FOLLOWING = component(
    "series-1",
    "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Zurich:20260402T090000\nDTSTART;TZID=Europe/Zurich:20260402T180000\nDURATION:PT1H\nSUMMARY:Evening rehearsal",
)

# By calendar: the names and the texts that come first.
OBJECTS = {
    "personal": {
        "single.ics": event("single", "DTSTART:20260302T090000Z\nDTEND:20260302T100000Z\nSUMMARY:One hour"),
        "series.ics": calendar(SERIES + OVERRIDE),
        "day.ics": event("day", "DTSTART;VALUE=DATE:20260314\nSUMMARY:A day\nTRANSP:TRANSPARENT"),
        "days.ics": event("days", "DTSTART;VALUE=DATE:20260401\nDTEND;VALUE=DATE:20260408\nRRULE:FREQ=YEARLY\nSUMMARY:A week each year"),
        "floating.ics": event("floating", "DTSTART:20260305T070000\nDURATION:PT15M\nRRULE:FREQ=DAILY\nSUMMARY:Wherever I am"),
        "zone.ics": calendar(ZONE + component("zone", "DTSTART;TZID=Depot:20260310T120000\nDTEND;TZID=Depot:20260310T130000\nSUMMARY:In a zone of its own")),
        "windows.ics": event("windows", "DTSTART;TZID=W. Europe Standard Time:20260311T120000\nDURATION:PT1H\nSUMMARY:Named as in Windows"),
        "folded.ics": event("folded", "DTSTART:20260312T090000Z\n" + folded("DESCRIPTION:" + "Zürich – 東京 🎄 \\n\\; " * 20)),
        "lf.ics": event("lf", "DTSTART:20260313T090000Z\nSUMMARY:Lines end with LF alone", "\n"),
        "naïve café 100%.ics": event("naïve/ça va? \\, #1", "DTSTART:20260315T090000Z\nSUMMARY:A name that is not plain"),
        "{6F1C}@example.org.ics": event("{6F1C}@example.org", "dtstart:20260316T090000Z\nSummary;LANGUAGE=de:Lower case\nX-KEPT;X-P=\"a:b;c\":as it is"),
        "no-extension": event("no-extension", "DTSTART:20260317T090000Z\nSUMMARY:No .ics\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nDESCRIPTION:Soon\nEND:VALARM"),
        "long-" + "n" * 240 + ".ics": event("u" * 300, "DTSTART:20260318T090000Z\nSUMMARY:Long"),
        "guests.ics": event("guests", "DTSTART:20260319T090000Z\nDURATION:PT1H\nORGANIZER;CN=Ada:mailto:ada@example.org\nATTENDEE;PARTSTAT=NEEDS-ACTION;CN=\"B, C\":mailto:ben@example.org"),
        "gone.ics": event("gone", "DTSTART:20260320T090000Z\nSUMMARY:Will be deleted"),
        "again.ics": event("again", "DTSTART:20260321T090000Z\nSUMMARY:Will be deleted and made again"),
    },
    "work": {
        "orphan.ics": calendar(component("orphan", "RECURRENCE-ID:20260303T090000Z\nDTSTART:20260303T100000Z\nSUMMARY:An override alone")),
        "old.ics": event("old", "DTSTART:19010101T000000Z\nDTEND:19010101T010000Z\nSUMMARY:Before 1970"),
        "far.ics": event("far", "DTSTART;VALUE=DATE:92000101\nSUMMARY:Far away"),
        "rule.ics": event("rule", "DTSTART;TZID=America/New_York:20260131T233000\nRRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20280101T000000Z\nSUMMARY:Last Friday"),
        "copied.ics": event("copied", "DTSTART:20260322T090000Z\nSUMMARY:Will be copied to tasks and refused, then moved"),
    },
    "tasks": {
        "todo.ics": calendar(component("todo", "DUE;VALUE=DATE:20260401\nSUMMARY:Taxes\nPRIORITY:1\nSTATUS:NEEDS-ACTION\nPERCENT-COMPLETE:10", "VTODO")),
        "todo-series.ics": calendar(component("todo-series", "DTSTART:20260105T080000Z\nDUE:20260105T090000Z\nRRULE:FREQ=WEEKLY\nSUMMARY:Water the plants", "VTODO")),
        "undated.ics": calendar(component("undated", "SUMMARY:Some day", "VTODO")),
        "journal.ics": calendar(component("journal", "DTSTART;VALUE=DATE:20260301\nSUMMARY:What was\nDESCRIPTION:… and what was not", "VJOURNAL")),
        "busy.ics": calendar(component("busy", "DTSTART:20260302T000000Z\nDTEND:20260303T000000Z\nFREEBUSY;FBTYPE=BUSY:20260302T090000Z/PT1H,20260302T140000Z/20260302T150000Z", "VFREEBUSY")),
    },
}


class Server:
    def __init__(self, program, folder):
        self.command = [program, "--data", folder / "data"]
        (folder / "dist").mkdir()
        (folder / "dist" / "index.html").write_text(FRONT_END)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.link = re.search(r"/welcome/(\S+)", self.run("user", "add", "ada", "--email", "ada@example.org"))[1]
        self.run("user", "add", "ben")
        self.app_passwords = {name: self.run("user", "app-password", name, f"{name}'s telephone").strip() for name in ("ada", "ben")}
        serve = ["serve", "--listen", f"127.0.0.1:{self.port}", "--dist", folder / "dist"]
        self.process = subprocess.Popen([*self.command, *serve], stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the server did not start")

    def run(self, *arguments):
        return subprocess.run([*self.command, *arguments], check=True, capture_output=True, text=True).stdout

    def send(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body and body.encode(), headers)
        answer = connection.getresponse()
        return answer, answer.read().decode()

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Person:
    """What one person's client does, and what it was told."""

    def __init__(self, server, name):
        self.server = server
        self.home = f"/api/v1.0/caldav/calendars/{name}/"
        self.authorization = "Basic " + b64encode(f"{name}:{server.app_passwords[name]}".encode()).decode()
        self.objects = {}
        # For each calendar, its stages: the token and what there was.
        self.stages = {}

    def ask(self, expected, method, path, body=None, **headers):
        kind = "text/calendar; charset=utf-8" if method == "PUT" else "application/xml; charset=utf-8"
        headers = {"Authorization": self.authorization, "Content-Type": kind} | headers
        answer, text = self.server.send(method, path, body, **headers)
        if answer.status not in expected:
            raise SystemExit(f"{method} {path}: {answer.status}: {text}")
        return answer, text

    def put(self, calendar, name, text):
        href = f"{self.home}{calendar}/{quote(name, safe='@')}"
        answer, _ = self.ask([201, 204], "PUT", href, text)
        self.objects[href] = {"etag": answer.headers["ETag"], "text": text}

    def delete(self, calendar, name):
        href = f"{self.home}{calendar}/{quote(name, safe='@')}"
        self.ask([204], "DELETE", href)
        del self.objects[href]

    def move(self, source, target):
        source, target = f"{self.home}{source}", f"{self.home}{target}"
        self.ask([201], "MOVE", source, Destination=target)
        self.objects[target] = self.objects.pop(source)

    def stage(self, calendar):
        """Remembers the token that a client gets now."""
        path = f"{self.home}{calendar}/"
        token = self.properties(path, "0", "<D:sync-token/>")[path]["{DAV:}sync-token"]["text"]
        etags = {href: held["etag"] for href, held in self.objects.items() if href.startswith(path)}
        self.stages.setdefault(path, []).append((token, etags))

    def properties(self, path, depth, names):
        """By address and `{namespace}name`: the text and the names of the elements inside, of those that are found."""
        body = f"<D:propfind {NS}><D:prop>{names}</D:prop></D:propfind>"
        _, text = self.ask([207], "PROPFIND", path, body, Depth=depth)
        found = {}
        for response in ElementTree.fromstring(text).findall("{DAV:}response"):
            of = found.setdefault(response.findtext("{DAV:}href"), {})
            for propstat in response.findall("{DAV:}propstat"):
                if " 200 " in propstat.findtext("{DAV:}status"):
                    for value in propstat.find("{DAV:}prop"):
                        inner = [element for element in value.iter() if element is not value]
                        of[value.tag] = {"text": "".join(value.itertext()), "elements": [described(element) for element in inner]}
        return found

    def report(self, path, token):
        """What a sync from `token` says: the ETags of what changed, and what is gone."""
        body = f"<D:sync-collection {NS}><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
        _, text = self.ask([207], "REPORT", path, body)
        changed, removed = {}, []
        for response in ElementTree.fromstring(text).findall("{DAV:}response"):
            etag = response.findtext(".//{DAV:}getetag")
            href = response.findtext("{DAV:}href")
            if etag is None:
                removed.append(href)
            else:
                changed[href] = etag
        return changed, sorted(removed)

    def syncs(self):
        """For each token what a sync from it must say now, as the client knows it; the server has to agree."""
        found = []
        for path, stages in self.stages.items():
            now = {href: held["etag"] for href, held in self.objects.items() if href.startswith(path)}
            for token, then in stages:
                changed, removed = self.report(path, token)
                known = {href: etag for href, etag in now.items() if then.get(href) != etag}
                # One that was made again since, with the same octets, is reported as changed.
                assert known.items() <= changed.items() and all(now[href] == etag for href, etag in changed.items()), (known, changed)
                assert set(then) - set(now) <= set(removed) and not set(removed) & set(now), (then, removed)
                found.append({"calendar": path, "token": token, "changed": changed, "removed": removed})
        return found

    def found(self, path):
        """What a calendar-query of a week says."""
        body = (
            f'<C:calendar-query {NS}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
            f'<C:time-range start="{WEEK[0]}" end="{WEEK[1]}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>'
        )
        _, text = self.ask([207], "REPORT", path, body, Depth="1")
        return sorted(href.text for href in ElementTree.fromstring(text).iter("{DAV:}href"))

    def told(self):
        properties = self.properties(self.home, "1", OF_CALENDARS)
        del properties[self.home]
        for path in self.stages:
            properties |= {href: of for href, of in self.properties(path, "1", OF_OBJECTS).items() if href != path}
        found = {path: self.found(path) for path in self.stages}
        return {"home": self.home, "objects": self.objects, "syncs": self.syncs(), "properties": properties, "found": found}


def described(element):
    name = element.tag.rsplit("}", 1)[-1]
    return f"{name}[{element.attrib['name']}]" if "name" in element.attrib else name


def fill(ada, ben):
    """The story of the database, in stages."""
    make = (
        f"<C:mkcalendar {NS}><D:set><D:prop><D:displayname>Arbeit &amp; Büro</D:displayname>"
        "<C:calendar-description>What is paid for</C:calendar-description><I:calendar-color>#3366CCFF</I:calendar-color>"
        f"<I:calendar-order>7</I:calendar-order><C:calendar-timezone>{calendar(ZONE)}</C:calendar-timezone>"
        '<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>'
        "</D:prop></D:set></C:mkcalendar>"
    )
    ada.ask([201], "MKCALENDAR", ada.home + "work/", make)
    tasks = (
        f"<C:mkcalendar {NS}><D:set><D:prop><D:displayname>Tasks</D:displayname><C:supported-calendar-component-set>"
        '<C:comp name="VTODO"/><C:comp name="VJOURNAL"/><C:comp name="VFREEBUSY"/></C:supported-calendar-component-set>'
        "</D:prop></D:set></C:mkcalendar>"
    )
    ada.ask([201], "MKCALENDAR", ada.home + "tasks/", tasks)
    dead = (
        f"<D:propertyupdate {NS}><D:set><D:prop><Z:note>kept</Z:note>"
        '<Z:rich xml:lang="de"><Z:part kind="&quot;x&quot;">ein <b xmlns="">Wort</b></Z:part> &amp; mehr</Z:rich>'
        "<I:calendar-color>#AA0000</I:calendar-color><C:calendar-description>Mine</C:calendar-description></D:prop></D:set></D:propertyupdate>"
    )
    ada.ask([207], "PROPPATCH", ada.home + "personal/", dead)
    every = list(OBJECTS)
    for name in every:
        ada.stage(name)
    for name, objects in OBJECTS.items():
        for object_name, text in objects.items():
            ada.put(name, object_name, text)
    for name in every:
        ada.stage(name)
    ada.put("personal", "series.ics", calendar(SERIES + OVERRIDE + FOLLOWING))
    ada.put("personal", "single.ics", event("single", "DTSTART:20260303T090000Z\nDTEND:20260303T100000Z\nSUMMARY:Moved\nSEQUENCE:1"))
    ada.delete("personal", "gone.ics")
    ada.delete("personal", "again.ics")
    ada.put("tasks", "todo.ics", OBJECTS["tasks"]["todo.ics"].replace("NEEDS-ACTION", "COMPLETED"))
    ada.move("work/copied.ics", "personal/moved.ics")
    for name in every:
        ada.stage(name)
    ada.put("personal", "again.ics", OBJECTS["personal"]["again.ics"])
    ada.put("personal", "single.ics", event("single", "DTSTART:20260304T090000Z\nDTEND:20260304T100000Z\nSUMMARY:Moved again\nSEQUENCE:2"))
    ada.put("personal", "brief.ics", event("brief", "DTSTART:20260305T090000Z"))
    ada.delete("personal", "brief.ics")
    ada.delete("tasks", "undated.ics")
    for name in every:
        ada.stage(name)
    ben.put("personal", "ben.ics", event("single", "DTSTART:20260302T090000Z\nSUMMARY:The same UID at another person's"))
    ben.stage("personal")


def dropped_token(ada):
    """A token of a calendar that is gone."""
    ada.ask([201], "MKCALENDAR", ada.home + "trips/", f"<C:mkcalendar {NS}/>")
    ada.put("trips", "trip.ics", event("trip", "DTSTART:20260302T090000Z"))
    ada.stage("trips")
    ada.ask([204], "DELETE", ada.home + "trips/", Depth="infinity")
    del ada.objects[f"{ada.home}trips/trip.ics"]
    return ada.stages.pop(ada.home + "trips/")[0][0]


def session(server):
    """Chooses Ada's password on the page; the secret of the session that it opens."""
    form = urlencode({"secret": server.link, "password": PASSWORD, "repeated": PASSWORD, "time_zone": "Europe/Zurich"})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    answer, _ = server.send("POST", "/fn/choose_password", form, **headers)
    return re.search(r"kalends_session=([^;]+)", answer.headers["Set-Cookie"])[1]


def literal(value):
    """A value as SQLite reads it, on one line."""
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    text = "'" + value.replace("'", "''") + "'"
    for octets, mark, code in (("\r\n", "⏎", "char(13, 10)"), ("\n", "↵", "char(10)")):
        assert mark not in value
        if octets in text:
            text = f"replace({text.replace(octets, mark)}, '{mark}', {code})"
    assert "\r" not in text
    return text


def dump(file):
    """Tables and rows as statements; the interval tree by its rows, and not by the tables that it keeps them in."""
    database = sqlite3.connect(file)
    database.execute("UPDATE sessions SET expires_at = ?", (ENDS,))
    database.commit()
    made = database.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'object\\_extents\\__%' ESCAPE '\\'")
    made = [(kind, name, sql) for kind, name, sql in made if name != "sqlite_sequence"]
    lines = ["PRAGMA foreign_keys = OFF;", "BEGIN;"]
    lines += [f"{sql};" for kind, _, sql in made if kind == "table"]
    for name in [name for kind, name, _ in made if kind == "table"] + ["sqlite_sequence"]:
        rows = database.execute(f"SELECT * FROM {name}")
        columns = ", ".join(column[0] for column in rows.description)
        if name == "sqlite_sequence":
            lines.append("DELETE FROM sqlite_sequence;")
        for row in rows.fetchall():
            lines.append(f"INSERT INTO {name} ({columns}) VALUES ({', '.join(map(literal, row))});")
    lines += [f"{sql};" for kind, _, sql in made if kind != "table"]
    return "\n".join([*lines, "COMMIT;", ""])


def main():
    program, name = Path(sys.argv[1]).resolve(), sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        server = Server(program, Path(folder))
        try:
            ada, ben = Person(server, "ada"), Person(server, "ben")
            told = {"week": WEEK, "password": PASSWORD, "session": session(server), "app_passwords": server.app_passwords}
            told["dropped_token"] = dropped_token(ada)
            fill(ada, ben)
            told["people"] = {"ada": ada.told(), "ben": ben.told()}
        finally:
            server.stop()
        file = next((Path(folder) / "data").glob("*.sqlite"), None) or next((Path(folder) / "data").glob("*.db"))
        (FOLDER / f"{name}.sql").write_text(dump(file))
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
