#!/usr/bin/env python3
"""How long a backup takes while others write, and by how much their PUTs take longer meanwhile.

    cargo build --release --package kalends-server && python3 benches/backup.py [PROGRAM] [EVENTS] [--postgres]

Four writers change events of a calendar of 100,000 all the time. Backups are made one after the other, with a pause as long as each
took between them: what PUTs take in the pauses is what they are compared with. At the end the last backup is verified. With SQLite,
copies by its online backup interface (Python's) are made in the same way, to compare.
"""

import contextlib
import http.client
import sqlite3
import statistics
import sys
import threading
import time

from servers import NAME, ROOT, Kalends, Postgres

WRITERS = 4
BACKUPS = 7
EVENT = (
    "BEGIN:VEVENT\r\nUID:event-{n}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20{year:02}{month:02}{day:02}T{hour:02}0000Z\r\n"
    "DURATION:PT1H\r\nSUMMARY:Event {n} {what}\r\nLOCATION:Room {n}\r\nEND:VEVENT\r\n"
)


def event(n, what=""):
    return EVENT.format(n=n, what=what, year=20 + n % 10, month=n % 12 + 1, day=n % 28 + 1, hour=n % 24)


def calendar(events):
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//bench//EN\r\n{events}END:VCALENDAR\r\n"


class Writers:
    """Change events until they are stopped; every PUT with when it began and how long it took."""

    def __init__(self, server, events):
        self.server, self.events, self.going, self.puts = server, events, True, []
        self.threads = [threading.Thread(target=self.write, args=(number,)) for number in range(WRITERS)]
        for thread in self.threads:
            thread.start()

    def write(self, number):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        headers = {"Authorization": self.server.authorization, "Content-Type": "text/calendar"}
        n = number
        while self.going:
            n = (n + 7919 * WRITERS) % self.events
            text = calendar(event(n, f"as {time.time_ns()}"))
            begun = time.perf_counter()
            connection.request("PUT", f"{self.server.home}personal/event-{n}.ics", text, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status not in (201, 204):
                raise SystemExit(f"a PUT was answered {answer.status}")
            self.puts.append((begun, time.perf_counter() - begun))

    def stop(self):
        self.going = False
        for thread in self.threads:
            thread.join()


def measure(server, events, back_up):
    """Seconds of each backup, and the seconds of the PUTs during and between them."""
    writers = Writers(server, events)
    time.sleep(2)
    during, between, seconds = [], [], []
    for _ in range(BACKUPS):
        begun = time.perf_counter()
        back_up()
        done = time.perf_counter()
        time.sleep(max(done - begun, 1))
        during.append((begun, done))
        between.append((done, time.perf_counter()))
        seconds.append(done - begun)
    writers.stop()

    def of(spans):
        return sorted(took for begun, took in writers.puts if any(first <= begun < last for first, last in spans))

    return seconds, of(during), of(between)


def at(values, share):
    return values[min(int(len(values) * share), len(values) - 1)]


def report(name, seconds, during, between):
    print(f"{name}: {statistics.median(seconds):.2f} s a backup ({min(seconds):.2f} to {max(seconds):.2f})")
    for what, share in (("median", 0.5), ("99th percentile", 0.99), ("longest", 1)):
        quiet, busy = 1000 * at(between, share), 1000 * at(during, share)
        print(f"  PUT, {what:15} {quiet:8.2f} ms between, {busy:8.2f} ms during backups: {busy / quiet:.2f} times")
    print(f"  {len(between)} PUTs between, {len(during)} during")


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--postgres"]
    events = int(arguments.pop()) if arguments and arguments[-1].isdigit() else 100_000
    database = Postgres().create("backup") if "--postgres" in sys.argv else None
    server = Kalends("Kalends", arguments[0] if arguments else ROOT / "target/release/kalends", database)
    server.fill(NAME, calendar("".join(map(event, range(events)))))
    file = server.folder / "backup.sqlite"
    report("kalends backup", *measure(server, events, lambda: server.command("backup", "--force", file)))
    print(f"  {file.stat().st_size / 1024 / 1024:.1f} MiB")
    begun = time.perf_counter()
    print(f"  {server.command('verify', file)}, in {time.perf_counter() - begun:.1f} s")
    if database is None:

        def online():
            with contextlib.closing(sqlite3.connect(server.folder / "data" / "kalends.sqlite")) as source:
                with contextlib.closing(sqlite3.connect(server.folder / "online.sqlite")) as copy:
                    source.backup(copy)

        report("SQLite's backup interface, in one step", *measure(server, events, online))


main()
