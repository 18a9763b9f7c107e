#!/usr/bin/env python3
"""What keeping a calendar of 1,000 and of 10,000 events in step takes: the first run, one that finds nothing, and one that finds five
changes over there.

    cargo build --release --package kalends-server && python3 benches/sync.py [PROGRAM]

The other server is Kalends as well; between both stands a proxy that counts requests and octets. The memory is that of the whole server
that keeps in step: what it has of its own, and what is resident with its program and the parts of its database that the kernel maps for
it, and takes back when others need the room. Beside it vdirsyncer keeps the same calendar in step with another one of the server here, where it is installed (`pip
install vdirsyncer`, `VDIRSYNCER` names the program): what is counted is what it asks of the other server, and its own memory.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
import urllib.request

from move import EVENT, Counting, calendar, measured
from servers import NAME, ROOT, Kalends

CHANGES = 5
STEP = 0.02


class Person:
    """Asks a server for its person by the interface for programs, and by CalDAV."""

    def __init__(self, server):
        self.server = server

    def ask(self, method, path, body=None, kind="application/json"):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.server.port}{path}", data, method=method)
        request.add_header("Authorization", self.server.authorization)
        request.add_header("Content-Type", kind)
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text.startswith(b"{") else text

    def rest(self, method, path, body=None):
        return self.ask(method, f"/api/v1.0/{path}", body)


def change(person, home):
    """Changes some events on the other server."""
    listed = person.rest("GET", "calendars")["calendars"][0]["id"]
    objects = person.rest("GET", f"calendars/{listed}/objects")["objects"][:CHANGES]
    for number, found in enumerate(objects):
        uid = int(found["uid"].removeprefix("event-"))
        text = calendar(0).replace(
            "END:VCALENDAR", EVENT.format(uid, uid % 12 + 1, uid // 12 % 28 + 1, f"{time.time()} {number}") + "END:VCALENDAR"
        )
        person.ask("PUT", f"{home}personal/{found['name']}", text, "text/calendar; charset=utf-8")


class Most:
    """The most memory that a server has at a time, of its own and all that is resident, in MiB."""

    FIELDS = ("RssAnon", "VmRSS")

    def __init__(self, server):
        self.server, self.most = server, dict.fromkeys(self.FIELDS, 0.0)
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        while True:
            try:
                for field in self.FIELDS:
                    self.most[field] = max(self.most[field], self.server.memory(field))
            except (OSError, TypeError):
                # It has ended.
                return
            time.sleep(STEP)

    def __str__(self):
        return " / ".join(f"{self.most[field]:.0f}" for field in self.FIELDS)


class Link:
    def __init__(self, here, port, other):
        self.person, self.here = Person(here), here
        account = {"address": f"http://127.0.0.1:{port}/", "user": NAME, "password": other.password}
        account = self.person.rest("POST", "accounts", account)["id"]
        remote = self.person.rest("POST", f"accounts/{account}/test", {})["calendars"][0]["id"]
        settings = {"direction": "both", "policy": "newest", "interval_seconds": None, "window_days": None}
        self.begun = time.perf_counter()
        made = self.person.rest("POST", "calendars/sync", {"account": account, "remote": remote, "settings": settings})
        self.calendar = made["calendar"]

    def state(self):
        return self.person.rest("GET", f"calendars/{self.calendar}/sync")

    def wait(self, last):
        """Until a run after `last` has ended; seconds."""
        while True:
            state = self.state()
            if state["last_run"] != last and state["state"] != "syncing":
                if state["state"] != "in-step":
                    raise SystemExit(state)
                return time.perf_counter() - self.begun
            time.sleep(STEP)

    def run(self):
        last, self.begun = self.state()["last_run"], time.perf_counter()
        self.person.rest("PUT", f"calendars/{self.calendar}/sync")
        return self.wait(last)


def row(count, program, what, seconds, memory, taken):
    print(f"| {count:,} | {program} | {what} | {seconds:.2f} | {memory} | {taken[0]} | {taken[1] / 1024:,.1f} |", flush=True)


def kalends(count, binary, other, person):
    proxy = Counting(other.port)
    here = Kalends(f"in step with {count} events", binary)
    before = " / ".join(f"{here.memory(field):.0f}" for field in Most.FIELDS)
    most = Most(here)
    link = Link(here, proxy.port, other)
    proxy.taken()
    row(count, "Kalends", "first", link.wait(None), most, proxy.taken())
    row(count, "Kalends", "nothing", link.run(), most, proxy.taken())
    change(person, other.home)
    row(count, "Kalends", f"{CHANGES} changes", link.run(), most, proxy.taken())
    print(f"(before the first run the server had {before} MiB)", file=sys.stderr)
    return here


def vdirsyncer(count, program, other, here, person):
    proxy = Counting(other.port)
    folder = here.folder / "vdirsyncer"
    folder.mkdir()
    side = '[storage {0}]\ntype = "caldav"\nurl = "{1}"\nusername = "{2}"\npassword = "{3}"\n'
    there = f"http://127.0.0.1:{proxy.port}{other.home}"
    ours = f"http://127.0.0.1:{here.port}{here.home}"
    (folder / "config").write_text(
        f'[general]\nstatus_path = "{folder}/status"\n[pair p]\na = "a"\nb = "b"\n'
        'collections = [["c", "personal", "personal"]]\n'
        + side.format("a", there, NAME, other.password)
        + side.format("b", ours, NAME, here.password)
    )
    command = [program, "-c", folder / "config"]
    subprocess.run([*command, "discover", "p"], input=b"y\n" * 9, check=True, capture_output=True)
    for what in ("first", "nothing", f"{CHANGES} changes"):
        if what.endswith("changes"):
            change(person, other.home)
        proxy.taken()
        seconds, memory, _ = measured([*command, "sync"], os.environ)
        row(count, "vdirsyncer", what, seconds, f"{memory:.0f}", proxy.taken())


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else ROOT / "target" / "release" / "kalends"
    program = os.environ.get("VDIRSYNCER") or shutil.which("vdirsyncer")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    os.environ["KALENDS_PRIVATE_HOSTS"] = "127.0.0.1"
    print("| events | program | run | seconds | memory, own / resident, MiB | requests | KiB |\n| --- | --- | --- | --- | --- | --- | --- |")
    for count in (1_000, 10_000):
        other = Kalends(f"with {count} events", binary)
        other.fill(NAME, calendar(count))
        here = kalends(count, binary, other, Person(other))
        if program:
            vdirsyncer(count, program, other, here, Person(other))
        here.stop()
        other.stop()


if __name__ == "__main__":
    main()
