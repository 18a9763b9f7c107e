#!/usr/bin/env python3
"""What CalDAV requests cost on Kalends (on SQLite and on PostgreSQL), Radicale, Xandikos and DAViCal, on one machine in one run.

    sudo apt-get install --no-install-recommends wrk postgresql davical php-fpm nginx-light
    cargo build --release --package kalends-server && python3 benches/compare.py [PROGRAM] [--before PROGRAM]

The script starts every server in a temporary folder and stops it at the end; Radicale and Xandikos come from PyPI into
`.tools/compare`, once. Each gets 10 calendars and the same events in one of them: one-off events over ten years and, one in ten,
weekly series without end. wrk asks from 1 connection and then from 16, in turns: each operation is asked of every server for a few
seconds before the next operation comes, so that a slow minute is slow for all. Each answer is looked at before anything is measured;
one that is not what it must be ends the run. What is new in the calendar is deleted after its turn.

With --before a second version of Kalends takes part. `--operations` with `one month`, `the first` and `one change` (or `all`) measures
what takes long on large calendars. For Kalends alone: `--only kalends,postgresql`.
"""

import argparse
import http.client
import json
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Callable

from servers import ROOT, Davical, Kalends, Postgres, Radicale, Xandikos

LOAD = Path(__file__).with_name("load.lua")
CALENDARS = 10
# Those that edits go to: never recurring and long before the month that is asked for, so that an edit changes no other answer.
EDITED = 50
YEARS = 10
FIRST = datetime(2018, 1, 1, 8, tzinfo=UTC)
MONTH = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
SECONDS_TO_ANSWER = 120

MAKE = """<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>
  <displayname>Calendar {number}</displayname></prop></set></C:mkcalendar>"""
HOME = """<propfind xmlns="DAV:"><prop><displayname/><resourcetype/><getctag xmlns="http://calendarserver.org/ns/"/>
  </prop></propfind>"""
TOKEN = '<propfind xmlns="DAV:"><prop><sync-token/></prop></propfind>'
SYNC = """<sync-collection xmlns="DAV:"><sync-token>{token}</sync-token><sync-level>1</sync-level>
  <prop><getetag/></prop></sync-collection>"""
QUERY = f"""<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
  <prop><getetag/><C:calendar-data/></prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
    <C:time-range start="{MONTH[0]:%Y%m%dT%H%M%SZ}" end="{MONTH[1]:%Y%m%dT%H%M%SZ}"/>
  </C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>"""


def times(number, events):
    start = FIRST + timedelta(days=number * 365 * YEARS // events, hours=number % 10)
    return start, start + timedelta(hours=1)


def recurs(number):
    return number >= EDITED and number % 10 == 0


def event(uid, summary, start=FIRST, end=FIRST + timedelta(hours=1), rule=""):
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//Benchmark//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDTEND:{end:%Y%m%dT%H%M%SZ}\r\n"
        f"{rule}SUMMARY:{summary}\r\nLOCATION:Room 7\r\n"
        "DESCRIPTION:Something about what is going to happen and who should bring what.\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def in_month(events):
    """How many of the events touch the month."""
    one_off = [times(number, events) for number in range(events) if not recurs(number)]
    series = [number for number in range(events) if recurs(number) and times(number, events)[0] < MONTH[1]]
    return len(series) + sum(start < MONTH[1] and end > MONTH[0] for start, end in one_off)


class Client:
    """One connection to a server, made anew when the server has closed it."""

    def __init__(self, server):
        self.server = server
        self.connection = None

    def request(self, method, path, body=None, depth="0"):
        """The status and the body."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=SECONDS_TO_ANSWER)
        kind = "text/calendar" if method == "PUT" else "application/xml"
        headers = {"Authorization": self.server.authorization, "Depth": depth, "Content-Type": f"{kind}; charset=utf-8"}
        headers["User-Agent"] = "benchmark"
        try:
            self.connection.request(method, path, body and body.encode(), headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            # An idle connection that the server gave up.
            self.connection.close()
            self.connection.request(method, path, body and body.encode(), headers)
            answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.will_close:
            self.connection.close()
            self.connection = None
        return answer.status, text

    def expect(self, statuses, method, path, body=None, depth="0"):
        status, text = self.request(method, path, body, depth)
        if status not in statuses:
            raise SystemExit(f"{self.server.name}: {method} {path} was answered with {status}:\n{text[:2000]}")
        return text


@dataclass
class Ask:
    """A kind of request. "@", "@NUMBER@" and "@RUN@" are explained in load.lua."""

    method: str
    path: str
    body: str = ""
    depth: str = "0"
    # How many objects a request that varies goes to in turn; 0: each to another.
    objects: int = 0


class Subject:
    """A server with its calendars."""

    def __init__(self, server, events):
        self.server, self.events = server, events
        self.client = Client(server)
        self.calendar = server.home + "c0/"

    def fill(self):
        if isinstance(self.server, Kalends):
            self.client.expect([204], "DELETE", self.server.home + "personal/", depth="infinity")
        for number in range(CALENDARS):
            self.client.expect([201], "MKCALENDAR", f"{self.server.home}c{number}/", MAKE.format(number=number))
        for number in range(self.events):
            rule = "RRULE:FREQ=WEEKLY\r\n" if recurs(number) else ""
            text = event(f"benchmark-{number}", f"Event {number}", *times(number, self.events), rule)
            self.client.expect([201], "PUT", f"{self.calendar}{number}.ics", text)

    def token(self):
        text = self.client.expect([207], "PROPFIND", self.calendar, TOKEN)
        return re.search(r"<(?:\w+:)?sync-token[^>]*>([^<]+)<", text)[1]

    def edit(self, word):
        """A write, which is answered after those that are still under way. Xandikos refuses it as long as those are (423)."""
        path, text = f"{self.calendar}0.ics", event("benchmark-0", f"Edit {word}")
        until = time.monotonic() + SECONDS_TO_ANSWER
        while self.client.request("PUT", path, text)[0] == 423 and time.monotonic() < until:
            time.sleep(0.05)
        self.client.expect([200, 201, 204], "PUT", path, text)

    def clear(self, word, sent):
        for number in range(sent):
            self.client.expect([200, 204, 404], "DELETE", f"{self.calendar}new-{word}-{number}.ics")


@dataclass
class Operation:
    name: str
    # What is asked in a run that is called so.
    ask: Callable[[Subject, str], Ask]
    # Whether the status and the body are what they must be.
    fits: Callable[[Subject, int, str], bool]


def since_one_change(subject, word):
    token = subject.token()
    subject.edit(word)
    return Ask("REPORT", subject.calendar, SYNC.format(token=token))


def objects_in(text):
    return len(re.findall(r"\.ics</", text))


OPERATIONS = [
    Operation("/healthz", lambda subject, _: Ask("GET", subject.server.health), lambda _, status, text: status == 200),
    Operation(
        "GET of an object",
        lambda subject, _: Ask("GET", f"{subject.calendar}{EDITED + 1}.ics"),
        lambda _, status, text: status == 200 and f"UID:benchmark-{EDITED + 1}\r\n" in text,
    ),
    Operation(
        "PROPFIND of the home",
        lambda subject, _: Ask("PROPFIND", subject.server.home, HOME, "1"),
        lambda _, status, text: status == 207
        and len(re.findall(r"<(?:\w+:)?calendar(?:\s[^>]*)?/>", text)) == CALENDARS
        and all(f"Calendar {number}<" in text for number in range(CALENDARS)),
    ),
    Operation(
        "sync, nothing new",
        lambda subject, _: Ask("REPORT", subject.calendar, SYNC.format(token=subject.token())),
        lambda _, status, text: status == 207 and "sync-token>" in text and objects_in(text) == 0,
    ),
    Operation("sync, one change", since_one_change, lambda _, status, text: status == 207 and objects_in(text) == 1),
    Operation(
        "sync, the first",
        lambda subject, _: Ask("REPORT", subject.calendar, SYNC.format(token="")),
        lambda subject, status, text: status == 207 and objects_in(text) == subject.events,
    ),
    Operation(
        "calendar-query, one month",
        lambda subject, _: Ask("REPORT", subject.calendar, QUERY, "1"),
        lambda subject, status, text: status == 207 and text.count("BEGIN:VCALENDAR") == in_month(subject.events),
    ),
    Operation(
        "PUT of an edit",
        lambda subject, _: Ask("PUT", f"{subject.calendar}@.ics", event("benchmark-@NUMBER@", "Edit @RUN@"), "0", EDITED),
        lambda _, status, text: status in (200, 201, 204),
    ),
    Operation(
        "PUT of a new object",
        lambda subject, word: Ask("PUT", f"{subject.calendar}new-{word}-@.ics", event("new-@RUN@", "New @RUN@")),
        lambda _, status, text: status == 201,
    ),
]
LONG = {"sync, one change", "sync, the first", "calendar-query, one month"}


def is_answered(operation, subject):
    """Whether a server has something like it: only Kalends answers /healthz."""
    return operation.name != "/healthz" or subject.server.health is not None


def verify(operation, subject):
    """Asks once and looks at the answer; what is put must be there."""
    ask = operation.ask(subject, "verify")
    path = ask.path.replace("@", "0")
    body = ask.body.replace("@NUMBER@", "0").replace("@RUN@", "verify-1")
    status, text = subject.client.request(ask.method, path, body or None, ask.depth)
    fits = operation.fits(subject, status, text)
    if fits and ask.method == "PUT":
        fits = "verify-1\r\n" in subject.client.expect([200], "GET", path)
        if not ask.objects:
            subject.clear("verify", 1)
    if not fits:
        raise SystemExit(f"{subject.server.name}: {operation.name}: not what it must be: {status}\n{text[:2000]}")


def load(operation, subject, word, connections, seconds):
    """One cell: what wrk says of a few seconds."""
    ask = operation.ask(subject, word)
    body = ""
    if ask.body:
        body = subject.server.folder / "body"
        body.write_bytes(ask.body.encode())
    wrk = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", f"{SECONDS_TO_ANSWER}s", "-s", LOAD]
    script = [ask.method, ask.path, subject.server.authorization, ask.depth, body, word, ask.objects]
    command = [*wrk, f"http://127.0.0.1:{subject.server.port}/", "--", *script]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"wrk ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    result = json.loads(done.stdout.strip().splitlines()[-1])
    subject.edit(word)
    if "@" in ask.path and not ask.objects:
        subject.clear(word, result["sent"])
    # Others may give up under load (Xandikos lets one write at a time); the table says so.
    if result["lost"] or (result["refused"] and isinstance(subject.server, Kalends)):
        raise SystemExit(f"{subject.server.name}: {operation.name} from {connections}: refused or lost answers: {result}")
    return result


def started(arguments):
    """Starts the servers that take part."""
    wanted = arguments.only
    servers = []
    if "kalends" in wanted:
        servers.append(Kalends("Kalends, SQLite", arguments.program))
    if arguments.before:
        servers.append(Kalends("Kalends before, SQLite", arguments.before))
    postgres = Postgres() if wanted & {"postgresql", "davical"} else None
    if "postgresql" in wanted:
        servers.append(Kalends("Kalends, PostgreSQL", arguments.program, postgres.create("kalends")))
    for name, server in [("radicale", Radicale), ("xandikos", Xandikos), ("davical", lambda: Davical(postgres))]:
        if name in wanted:
            servers.append(server())
    return servers


def summed_up(cells):
    """The cells of all turns as one: microseconds, what was answered as it must be in a second, and the share of the rest."""
    cells = [cell for cell in cells if cell["requests"]]
    if not cells:
        return None
    requests, refused = sum(cell["requests"] for cell in cells), sum(cell["refused"] for cell in cells)
    rate = (requests - refused) / sum(cell["microseconds"] for cell in cells) * 1e6
    median, p99 = (statistics.median(cell[name] for cell in cells) for name in ("median", "p99"))
    return median, p99, rate, refused / requests


def show(connections, operations, subjects, results):
    first = subjects[0].server.name
    print(f"\n{connections} connection{'s' if connections > 1 else ''}")
    print(f"{'':26}{'':24}{'median µs':>12}{'99 % µs':>12}{'a second':>12}{'x /healthz':>12}{'x ' + first:>26}")
    sums = {key[1:]: summed_up(cells) for key, cells in results.items() if key[0] == connections}
    for operation in operations:
        label = operation.name
        for subject in subjects:
            key = (operation.name, subject.server.name)
            if key not in sums:
                continue
            line = f"{label:26}{subject.server.name:24}"
            label = ""
            if sums[key] is None:
                print(line + "no answer in the time of a cell")
                continue
            median, p99, rate, refused = sums[key]
            health = sums.get(("/healthz", subject.server.name)) or sums.get(("/healthz", first))
            beside = sums.get((operation.name, first))
            line += f"{median:12.0f}{p99:12.0f}{rate:12.0f}"
            line += f"{median / health[0]:12.1f}" if health else f"{'':12}"
            line += f"{median / beside[0]:26.2f}" if beside else f"{'':26}"
            print(line + (f"   {refused:.0%} refused" if refused else ""))


def measure(arguments, subjects, operations):
    results, cell = {}, 0
    for turn in range(arguments.turns):
        for connections in arguments.connections:
            for operation in operations:
                for subject in subjects:
                    if not is_answered(operation, subject):
                        continue
                    cell += 1
                    word = f"{turn}-{connections}-{cell}"
                    result = load(operation, subject, word, connections, arguments.seconds)
                    results.setdefault((connections, operation.name, subject.server.name), []).append(result)
    for connections in arguments.connections:
        show(connections, operations, subjects, results)


def chosen(texts):
    """The operations whose names have one of the texts in them."""
    if texts is None:
        return [operation for operation in OPERATIONS if operation.name not in LONG]
    wanted = texts.split(",")
    return [operation for operation in OPERATIONS if wanted == ["all"] or any(text in operation.name for text in wanted)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = {"kalends", "postgresql", "radicale", "xandikos", "davical"}
    split = lambda text: set(text.split(","))
    numbers = lambda text: [int(number) for number in text.split(",")]
    parser.add_argument("program", nargs="?", type=Path, default=ROOT / "target/release/kalends")
    parser.add_argument("--before", type=Path, help="another version of the program, on SQLite")
    parser.add_argument("--only", type=split, default=names, help=f"of {', '.join(sorted(names))}")
    parser.add_argument("--operations", help="parts of their names, or all")
    parser.add_argument("--events", type=int, default=1_000)
    parser.add_argument("--connections", type=numbers, default=[1, 16])
    parser.add_argument("--seconds", type=int, default=3, help="of each operation on each server in one turn")
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    if unknown := arguments.only - names:
        parser.error(f"no such server: {', '.join(unknown)}")
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing: apt-get install wrk")
    if arguments.events <= EDITED + 1:
        parser.error(f"at least {EDITED + 2} events")
    operations = chosen(arguments.operations)
    # The servers are stopped then as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    subjects = [Subject(server, arguments.events) for server in started(arguments)]
    begun = time.monotonic()
    with ThreadPoolExecutor() as pool:
        list(pool.map(Subject.fill, subjects))
    print(f"{arguments.events} events in one of {CALENDARS} calendars, filled in {time.monotonic() - begun:.0f} s", file=sys.stderr)
    for operation in operations:
        for subject in subjects:
            if is_answered(operation, subject):
                verify(operation, subject)
    measure(arguments, subjects, operations)


if __name__ == "__main__":
    main()
