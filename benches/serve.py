#!/usr/bin/env python3
"""Times the running server: the month page and the month's calendar-query, with 1,000 and with 10,000 events.

    cargo xtask build && python3 benches/serve.py

Both calendars have the same events in the month that is asked for; the larger one has ten times as many in all, a tenth
of them recurring. The last lines are the ratios between the two, which is what counts: how much the size of a calendar
costs whoever looks at one month of it. Needs nothing but Python.
"""

import argparse
import base64
import datetime as dt
import http.client
import os
import pathlib
import random
import re
import statistics
import subprocess
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
MONTH = dt.date(2026, 3, 1)
IN_MONTH = 120
ROUNDS = 60

QUERY = """<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
  <D:prop><D:getetag/><C:calendar-data/></D:prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
    <C:time-range start="20260301T000000Z" end="20260401T000000Z"/>
  </C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>"""


def event(uid, start, rule=""):
    end = start + dt.timedelta(minutes=45)
    return (
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n"
        f"DTSTART;TZID=Europe/Zurich:{start:%Y%m%dT%H%M%S}\r\nDTEND;TZID=Europe/Zurich:{end:%Y%m%dT%H%M%S}\r\n"
        f"{rule}SUMMARY:Event {uid}\r\nLOCATION:Room {len(uid)}\r\n"
        f"DESCRIPTION:Agenda and papers are in the usual place.\r\nEND:VEVENT\r\n"
    )


def calendar(count):
    """`count` events, a tenth of them recurring: IN_MONTH single ones and twelve series touch the month, the others end before or begin after."""
    rng = random.Random(7)
    hour = lambda: dt.timedelta(hours=rng.randrange(7, 20), minutes=rng.choice([0, 15, 30, 45]))
    day = lambda date: dt.datetime.combine(date, dt.time())
    parts = []
    series = count // 10
    for number in range(series):
        if number < 12:
            start = day(dt.date(2000, 1, 3) + dt.timedelta(days=number)) + hour()
            rule = "RRULE:FREQ=WEEKLY\r\n"
        else:
            start = day(dt.date(2001, 1, 1) + dt.timedelta(days=rng.randrange(8500))) + hour()
            rule = f"RRULE:FREQ={rng.choice(['DAILY', 'WEEKLY'])};COUNT={rng.randrange(5, 30)}\r\n"
        parts.append(event(f"series-{number}", start, rule))
    for number in range(count - series):
        if number < IN_MONTH:
            start = day(MONTH + dt.timedelta(days=rng.randrange(31))) + hour()
        else:
            offset = rng.randrange(60, 4000)
            start = day(MONTH + dt.timedelta(days=offset if rng.random() < 0.3 else -offset)) + hour()
        parts.append(event(f"single-{number}", start))
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//bench//EN\r\n" + "".join(parts) + "END:VCALENDAR\r\n"


class Server:
    def __init__(self, binary, dist, folder):
        self.binary, self.data = binary, folder
        self.process = subprocess.Popen(
            [binary, "--data", folder, "serve", "--listen", "127.0.0.1:0", "--dist", dist],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        for line in self.process.stdout:
            if ready := re.search(r"ready: http://([^/\s]+)", line):
                self.address = ready[1]
                break
        else:
            raise SystemExit("the server did not start; build it first: cargo xtask build")

    def command(self, *words):
        return subprocess.run([self.binary, "--data", self.data, *words], check=True, capture_output=True, text=True).stdout.strip()

    def person(self, name, count):
        """A person with `count` events: their session cookie and their app password."""
        link = re.search(r"/welcome/(\S+)", self.command("user", "add", name))[1]
        password = "correct horse battery"
        form = urllib.parse.urlencode({"secret": link, "password": password, "repeated": password, "time_zone": "Europe/Zurich"})
        connection = http.client.HTTPConnection(self.address)
        connection.request("POST", "/fn/choose_password", form, {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"})
        response = connection.getresponse()
        response.read()
        cookie = response.headers["set-cookie"].split(";")[0]
        with tempfile.NamedTemporaryFile("w", suffix=".ics", newline="") as file:
            file.write(calendar(count))
            file.flush()
            print(" ", self.command("import", name, "personal", file.name))
        return cookie, self.command("user", "app-password", name, "bench")

    def resident(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def timed(address, method, path, headers, body=None):
    """Median milliseconds of a request on a kept connection, and the first, which finds nothing in the server's cache."""
    connection = http.client.HTTPConnection(address)
    times, size = [], 0
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        size = len(response.read())
        times.append((time.perf_counter() - begin) * 1000)
        assert response.status in (200, 207), (method, path, response.status)
    return times[0], statistics.median(times[1:]), size


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.environ.get("KALENDS_BIN", str(ROOT / "target/release/kalends")))
    parser.add_argument("--dist", default=os.environ.get("KALENDS_DIST", str(ROOT / "dist")))
    options = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        server = Server(options.binary, options.dist, folder)
        try:
            for count in (1_000, 10_000):
                name = f"p{count}"
                cookie, secret = server.person(name, count)
                basic = "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()
                page = timed(server.address, "GET", "/agenda/month/2026-03-15", {"cookie": cookie})
                home = f"/api/v1.0/caldav/calendars/{name}/personal/"
                report = timed(server.address, "REPORT", home, {"authorization": basic, "depth": "1", "content-type": "application/xml"}, QUERY)
                results[count] = (page, report)
                for what, (first, median, size) in (("month page", page), ("calendar-query", report)):
                    print(f"  {count:>6} events  {what:<15} first {first:7.2f} ms   then {median:7.2f} ms   {size / 1024:7.1f} KiB")
            print(f"  resident after that: {server.resident():.1f} MiB")
        finally:
            server.process.terminate()
            server.process.wait()
    for index, what in enumerate(("month page", "calendar-query")):
        small, large = results[1_000][index], results[10_000][index]
        print(f"{what}: 10,000 events cost {large[1] / small[1]:.2f} times 1,000 (first request {large[0] / small[0]:.2f} times)")


if __name__ == "__main__":
    main()
