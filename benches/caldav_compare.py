#!/usr/bin/env python3
"""How fast Kalends answers CalDAV requests, as a multiple of Radicale on the same machine in the same run.

    cargo xtask tools && cargo build --release --package kalends-server
    .tools/venv/bin/python benches/caldav_compare.py target/release/kalends

Both servers start empty on a free port with a fresh data folder and get the same calendar: one-off events over ten years and,
one in ten, weekly series without end. Each operation is timed from one client on one connection (Radicale closes its after each
answer) and given as the median of its requests. Radicale comes from PyPI into `.tools/radicale`, once.
"""

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
RADICALE = "3.9.0"
YEARS = 10
FIRST = datetime(2018, 1, 1, 8, tzinfo=UTC)
MONTH = ("20260301T000000Z", "20260401T000000Z")

QUERY = f"""<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
  <prop><getetag/><C:calendar-data/></prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
    <C:time-range start="{MONTH[0]}" end="{MONTH[1]}"/>
  </C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>"""
SYNC = """<sync-collection xmlns="DAV:"><sync-token>{token}</sync-token><sync-level>1</sync-level>
  <prop><getetag/></prop></sync-collection>"""


def event(number, events):
    start = FIRST + timedelta(days=number * 365 * YEARS // events, hours=number % 10)
    end = start + timedelta(hours=1)
    rule = "RRULE:FREQ=WEEKLY\r\n" if number % 10 == 0 else ""
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//Benchmark//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:benchmark-{number}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{start:%Y%m%dT%H%M%SZ}\r\n"
        f"DTEND:{end:%Y%m%dT%H%M%SZ}\r\n{rule}SUMMARY:Event {number}\r\nLOCATION:Room {number % 7}\r\n"
        "DESCRIPTION:Something about what is going to happen and who should bring what.\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


class Client:
    """One connection, made anew when the server has closed it."""

    def __init__(self, url, name, password):
        self.address = urlsplit(url)
        self.headers = {"Authorization": "Basic " + b64encode(f"{name}:{password}".encode()).decode()}
        self.connection = None

    def request(self, method, path, body=None, expect=(200, 201, 204, 207), **headers):
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=600)
            self.connection.connect()
        headers = self.headers | {"Content-Type": "text/calendar" if method == "PUT" else "application/xml"} | headers
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.will_close:
            self.connection.close()
            self.connection = None
        if answer.status not in expect:
            raise SystemExit(f"{method} {path} was answered with {answer.status}:\n{text.decode()[:2000]}")
        return text


def timed(requests):
    """The median of the seconds that each call takes."""
    seconds = []
    for request in requests:
        start = time.perf_counter()
        request()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def measure(client, calendar, events):
    client.request("MKCALENDAR", calendar)
    objects = {number: event(number, events) for number in range(events)}

    def store(number):
        return lambda: client.request("PUT", f"{calendar}{number}.ics", objects[number])

    def get(number):
        return lambda: client.request("GET", f"{calendar}{number}.ics")

    def report(body, **headers):
        return lambda: client.request("REPORT", calendar, body, **headers)

    results = {"PUT": timed(map(store, range(events)))}
    results["GET"] = timed(map(get, range(0, events, 5)))
    report(QUERY, Depth="1")()
    results["calendar-query, one month"] = timed([report(QUERY, Depth="1")] * 5)
    results["sync-collection, the first"] = timed([report(SYNC.format(token=""))] * 5)
    token = report(SYNC.format(token=""))().decode().rsplit("sync-token>", 2)[1].split("<")[0]
    objects[1] = objects[1].replace(b"Room", b"Hall")
    store(1)()
    results["sync-collection, one change"] = timed([report(SYNC.format(token=token))] * 5)
    return results


def kalends(program, folder):
    sys.path.insert(0, str(ROOT / "server" / "tests" / "clients"))
    from harness import Kalends

    server = Kalends(program, folder).start()
    account = server.account("bench")
    client = Client(server.url, account.name, account.password)
    return client, "/api/v1.0/caldav/calendars/bench/compare/", server.process


def radicale(folder):
    environment = ROOT / ".tools" / "radicale"
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"radicale=={RADICALE}"], check=True)
    port = 5232
    options = ["--server-hosts", f"127.0.0.1:{port}", "--auth-type", "none", "--storage-filesystem-folder", str(folder)]
    with (folder / "radicale.log").open("wb") as log:
        process = subprocess.Popen(
            [python, "-m", "radicale", "--config", os.devnull, "--logging-level", "error", *options],
            stdout=log,
            stderr=log,
        )
    client = Client(f"http://127.0.0.1:{port}", "bench", "bench")
    for _ in range(200):
        try:
            client.request("PROPFIND", "/bench/", Depth="0")
            return client, "/bench/compare/", process
        except OSError:
            client.connection = None
            time.sleep(0.1)
    raise SystemExit((folder / "radicale.log").read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path, help="the kalends program, a release build")
    parser.add_argument("--events", type=int, default=5000)
    arguments = parser.parse_args()
    results = []
    for start in (lambda folder: kalends(arguments.program, folder), radicale):
        with tempfile.TemporaryDirectory() as folder:
            client, calendar, process = start(Path(folder))
            try:
                results.append(measure(client, calendar, arguments.events))
            finally:
                process.terminate()
                process.wait()
    ours, theirs = results
    print(f"{arguments.events} events; milliseconds per request\n")
    print(f"{'':32}{'Kalends':>10}{'Radicale':>10}{'ratio':>8}")
    for name, seconds in ours.items():
        print(f"{name:32}{seconds * 1000:10.2f}{theirs[name] * 1000:10.2f}{theirs[name] / seconds:8.1f}")


if __name__ == "__main__":
    main()
