#!/usr/bin/env python3
"""Times the running server: the month page and the month's calendar-query, with 1,000 and with 10,000 events.

    cargo xtask build && python3 benches/serve.py

Both calendars have the same events in the month that is asked for; the larger one has ten times as many in all, a tenth
of them recurring. The last lines are the ratios between the two, which is what counts: how much the size of a calendar
costs whoever looks at one month of it. Needs nothing but Python.
"""

import argparse
import datetime as dt
import http.client
import os
import random
import statistics
import time
from pathlib import Path

from servers import ROOT, Kalends, basic

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


def timed(server, method, path, headers, body=None):
    """Median milliseconds of a request on a kept connection, and the first, which finds nothing in the server's cache."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
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
    server = Kalends("Kalends", options.binary, front_end=Path(options.dist).resolve())
    try:
        for count in (1_000, 10_000):
            name = f"p{count}"
            link, secret = server.person(name)
            print(" ", server.fill(name, calendar(count)))
            page = timed(server, "GET", "/agenda/month/2026-03-15", {"cookie": server.choose_password(link)})
            home = f"/api/v1.0/caldav/calendars/{name}/personal/"
            headers = {"authorization": basic(name, secret), "depth": "1", "content-type": "application/xml"}
            report = timed(server, "REPORT", home, headers, QUERY)
            results[count] = (page, report)
            for what, (first, median, size) in (("month page", page), ("calendar-query", report)):
                print(f"  {count:>6} events  {what:<15} first {first:7.2f} ms   then {median:7.2f} ms   {size / 1024:7.1f} KiB")
        print(f"  resident after that: {server.memory('VmRSS'):.1f} MiB")
    finally:
        server.stop()
    for index, what in enumerate(("month page", "calendar-query")):
        small, large = results[1_000][index], results[10_000][index]
        print(f"{what}: 10,000 events cost {large[1] / small[1]:.2f} times 1,000 (first request {large[0] / small[0]:.2f} times)")


if __name__ == "__main__":
    main()
