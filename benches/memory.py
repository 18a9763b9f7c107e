#!/usr/bin/env python3
"""What the server keeps in memory after bursts of work, and how fast it does them.

    cargo xtask build && python3 benches/memory.py [PROGRAM …]

Each scenario runs on a fresh server of each program (default: target/release/kalends), one after the other, so that two versions or
two allocators are compared in one run. Memory is what /proc says is resident and anonymous, in MiB: at the start, the most
that was seen while the work ran, at its end, and five seconds later.
"""

import concurrent.futures
import http.client
import os
import socket
import sys
import threading
import time
import urllib.parse
from contextlib import contextmanager
from pathlib import Path

from servers import NAME, ROOT, Kalends

DIST = Path(os.environ.get("KALENDS_DIST", ROOT / "dist")).resolve()
PASSWORD = "correct horse battery"
CONNECTIONS = 16
EVENTS = 2_000
MONTH = "/agenda/month/2026-03-01"


def calendar(lines):
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\n" + "".join(lines) + "END:VCALENDAR\r\n"


def event(number, more=""):
    day, hour = number % 28 + 1, number % 12 + 7
    return (
        f"BEGIN:VEVENT\r\nUID:e{number}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:202603{day:02}T{hour:02}0000Z\r\n"
        f"DURATION:PT1H\r\nSUMMARY:Event number {number}\r\nLOCATION:Room {number % 9}\r\n{more}END:VEVENT\r\n"
    )


class Server(Kalends):
    """With an account that has a month full of events and an open session."""

    def __init__(self, program):
        super().__init__(str(program), program, front_end=DIST)
        self.fill(NAME, calendar(event(number) for number in range(EVENTS)))
        self.cookie = self.choose_password(self.link, PASSWORD)

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def request(self, method, path, headers=None, body=None, connection=None):
        connection = connection or self.connect()
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        octets = 0
        while piece := answer.read(1 << 16):
            octets += len(piece)
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, octets

    def post(self, function, form, connection=None):
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
        return self.request("POST", f"/fn/{function}", headers, urllib.parse.urlencode(form), connection)

    def anonymous(self):
        return self.memory("RssAnon")


@contextmanager
def serving(program):
    server = Server(program)
    try:
        yield server
    finally:
        server.stop()


def burst(work, count, connections=CONNECTIONS):
    """Runs `work(connection number, request number)` `count` times in all."""

    def worker(number):
        for request in range(number, count, connections):
            work(number, request)

    with concurrent.futures.ThreadPoolExecutor(connections) as pool:
        for done in [pool.submit(worker, number) for number in range(connections)]:
            done.result()


def sign_ins(server):
    for number in range(CONNECTIONS):
        server.choose_password(server.person(f"person{number}")[0], PASSWORD)
    connections = [server.connect() for _ in range(CONNECTIONS)]

    def sign_in(number, _):
        form = {"name": f"person{number}", "password": PASSWORD}
        while True:
            status, headers, _ = server.post("sign_in", form, connections[number])
            if status < 400 and "kalends_session" in headers.get("set-cookie", ""):
                return
            assert status == 503, status
            time.sleep(float(headers.get("retry-after", 1)))

    burst(sign_in, 200)


def month_pages(server):
    connections = [server.connect() for _ in range(CONNECTIONS)]
    lost = []

    def page(number, _):
        try:
            status, _, octets = server.request("GET", MONTH, {"Cookie": server.cookie}, None, connections[number])
            assert status == 200 and octets > 100_000, (status, octets)
        except (http.client.HTTPException, OSError):
            lost.append(number)
            connections[number] = server.connect()

    burst(page, 320)
    return f"{len(lost)} answers lost" if lost else ""


def gone_clients(server):
    request = f"GET {MONTH} HTTP/1.1\r\nHost: a\r\nCookie: {server.cookie}\r\n\r\n".encode()

    def leave(_, request_number):
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(request)
            time.sleep(0.001 * (request_number % 20))

    burst(leave, 1000)
    # Those that are still being answered end first.
    server.request("GET", MONTH, {"Cookie": server.cookie})


def large_objects(server):
    home, basic = server.home, {"Authorization": server.authorization}
    server.request("MKCALENDAR", home + "large/", basic)
    fill = ("X-FILL:" + "y" * 900 + "\r\n") * 10_300
    for number in range(20):
        text = calendar([event(number, fill)])
        status, _, _ = server.request("PUT", f"{home}large/{number}.ics", basic, text)
        assert status == 201, status
    report = (
        '<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><getetag/><C:calendar-data/></prop>'
        '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
    )
    for method, body in [("GET", None), ("REPORT", report)]:
        headers = basic | {"Depth": "1", "Content-Type": "application/xml"}
        status, _, octets = server.request(method, home + "large/", headers, body)
        assert status in (200, 207) and octets > 180_000_000, (method, status, octets)


SCENARIOS = {
    "200 sign-ins from 16 connections": sign_ins,
    "320 month pages of 2,000 events from 16 connections": month_pages,
    "1,000 requests whose client goes away": gone_clients,
    "20 objects of 9 MiB put, then one GET and one REPORT of all": large_objects,
}


def measure(program, scenario):
    with serving(program) as server:
        start, most, ended = server.anonymous(), 0.0, threading.Event()

        def watch():
            nonlocal most
            while not ended.wait(0.02):
                most = max(most, server.anonymous())

        watcher = threading.Thread(target=watch)
        watcher.start()
        before = time.monotonic()
        remark = scenario(server) or ""
        seconds = time.monotonic() - before
        at_end = server.anonymous()
        ended.set()
        watcher.join()
        time.sleep(5)
        later = server.anonymous()
    return start, most, at_end, later, seconds, remark


def main():
    programs = [Path(argument).resolve() for argument in sys.argv[1:]] or [ROOT / "target/release/kalends"]
    for title, scenario in SCENARIOS.items():
        print(f"\n{title}\n{'program':48}{'start':>8}{'most':>8}{'end':>8}{'later':>8}{'seconds':>9}")
        for program in programs:
            start, most, end, later, seconds, remark = measure(program, scenario)
            name = str(program)[-46:]
            print(f"{name:48}{start:8.1f}{most:8.1f}{end:8.1f}{later:8.1f}{seconds:9.2f}  {remark}", flush=True)


if __name__ == "__main__":
    main()
