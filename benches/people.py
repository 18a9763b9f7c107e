#!/usr/bin/env python3
"""What an organisation costs one of its people: the agenda page and PROPFIND of the home, beside those of a lone person.

    cargo xtask build && python3 benches/people.py [PROGRAM] [--postgres] [--rounds N]

One installation has 1,000 people, 100 groups of thirty members, and each person's calendar shared with ten others, people and groups:
10,000 shares. One of its people has three calendars of their own, one each of three groups, and four that others share with them. The
other installation has one person with ten calendars of the same events. Both are asked in turns, so that whatever else the machine does
meets both alike; what counts are the ratios of the medians, which are to be 1.5 at the most. SQLite, or with --postgres a server of its
own. Needs nothing but Python, and PostgreSQL's programs for the latter.
"""

import argparse
import http.client
import json
import os
import random
import sqlite3
import statistics
import subprocess
import time
from pathlib import Path

from servers import NAME, ROOT, Kalends, Postgres, basic

PEOPLE, GROUPS, MEMBERS, SHARES_EACH = 1_000, 100, 30, 10
EVENTS, IN_MONTH = 200, 12
MOST = 1.5
PAGE = "/agenda/month/2026-03-15"
PROPERTIES = (
    '<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"><D:prop><D:displayname/>'
    "<D:resourcetype/><D:current-user-privilege-set/><D:owner/><D:sync-token/><S:getctag/><C:supported-calendar-component-set/>"
    "</D:prop></D:propfind>"
)


def calendar(number):
    """The events of one of the ten calendars."""
    rng = random.Random(number)
    lines = []
    for n in range(EVENTS):
        date = f"202603{rng.randrange(1, 29):02}" if n < IN_MONTH else f"20{rng.randrange(10, 26)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"
        lines.append(
            f"BEGIN:VEVENT\r\nUID:{number}-{n}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{date}T{rng.randrange(7, 19):02}0000Z\r\n"
            f"DURATION:PT45M\r\nSUMMARY:Event {n} of {number}\r\nLOCATION:Room {n}\r\nEND:VEVENT\r\n"
        )
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//bench//EN\r\n" + "".join(lines) + "END:VCALENDAR\r\n"


class Installation(Kalends):
    """With its database at hand."""

    def __init__(self, name, binary, dist, postgres):
        self.postgres = postgres
        self.database = postgres.create(name) if postgres else None
        super().__init__(name, binary, self.database, front_end=dist)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)

    def sql(self, text):
        """Runs statements, and yields the rows of the last."""
        if self.postgres:
            command = [self.postgres.programs / "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", self.database]
            done = subprocess.run(command, input=text, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(done.stderr)
            return [line.split("|") for line in done.stdout.splitlines()]
        with sqlite3.connect(self.folder / "data" / "kalends.sqlite", timeout=60) as database:
            *before, last = [statement for statement in text.split(";\n") if statement.strip()]
            for statement in before:
                database.execute(statement)
            return database.execute(last).fetchall()

    def ask(self, method, path, headers, body=None):
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        octets = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {octets.decode()}")
        return octets

    def rest(self, method, path, authorization, body=None, kind="application/json"):
        headers = {"Authorization": authorization, "Content-Type": kind}
        octets = self.ask(method, f"/api/v1.0{path}", headers, body if kind != "application/json" else json.dumps(body))
        return json.loads(octets) if octets else None


def rows(table, columns, values):
    """An INSERT for each thousand of them."""
    values = list(values)
    for at in range(0, len(values), 1_000):
        yield f"INSERT INTO {table} ({columns}) VALUES {', '.join(values[at:at + 1_000])};\n"


def crowd(server, ada):
    """Fills the installation with everybody else, and yields the ten calendars of `ada`."""
    rng = random.Random(7)
    names = [f"p{n}" for n in range(PEOPLE)]
    groups = [f"g{n}" for n in range(GROUPS)]
    principals = [f"('person', '{name}', 'Person {name}')" for name in names] + [f"('group', '{name}', 'Group {name}')" for name in groups]
    server.sql("".join(rows("principals", "kind, slug, display_name", principals)) + "SELECT 1")
    ids = {slug: int(id) for slug, id in server.sql("SELECT slug, id FROM principals")}
    people = [ids[name] for name in names]
    users = [f"({id}, 'p{id}@example.org', FALSE, 'Europe/Zurich', 0)" for id in people]
    addresses = [f"({id}, 'p{id}@example.org', 'p{id}@example.org', 0, 0)" for id in people]
    teams = [f"({ids[name]}, '', 0)" for name in groups]
    members = [f"({ids[group]}, {id}, {rng.choice([20, 30, 50])})" for group in groups for id in rng.sample(people, MEMBERS)]
    calendars = [f"({id}, 'personal', 'Personal', '#2F6FDE', 0, 'VEVENT', 0)" for id in people]
    server.sql(
        "".join(
            statement
            for table, columns, values in (
                ("users", "principal_id, email, is_admin, time_zone, created_at", users),
                ("email_addresses", "user_id, address_key, address, verified_at, added_at", addresses),
                ("teams", "principal_id, description, created_at", teams),
                ("memberships", "group_id, member_id, access", members),
                ("calendars", "owner_id, slug, display_name, color, sort_order, components, created_at", calendars),
            )
            for statement in rows(table, columns, values)
        )
        + "SELECT 1"
    )
    own = {int(owner): int(id) for owner, id in server.sql("SELECT owner_id, id FROM calendars")}
    grants, views = [], []
    for person in people:
        with_people = rng.sample([other for other in people if other != person], SHARES_EACH - 2)
        for other in with_people + [ids[group] for group in rng.sample(groups, 2)]:
            grants.append(f"({own[person]}, {other}, {rng.choice([10, 20, 30, 40])}, 0)")
        views += [f"({other}, {own[person]}, FALSE, FALSE, 'accepted')" for other in with_people[::2]]
    server.sql(
        "".join(rows("grants", "calendar_id, principal_id, access, granted_at", grants))
        + "".join(rows("calendar_views", "principal_id, calendar_id, hidden, is_default, answer", views))
        + ("ANALYZE;\n" if server.postgres else "")
        + "SELECT 1"
    )
    found = [server.rest("GET", "/calendars", ada)["calendars"][0]["id"]]
    found += [server.rest("POST", "/calendars", ada, {"name": name})["id"] for name in ("Work", "Home")]
    for name in ("Choir", "Support", "Board"):
        group = server.rest("POST", "/groups", ada, {"display_name": name})["name"]
        found.append(server.rest("POST", f"/groups/{group}/calendars", ada, {"name": name})["id"])
        for other in rng.sample(names, 9):
            server.rest("PUT", f"/groups/{group}/members/{other}", ada, {"role": "member"})
    for name in ("ben", "cleo", "dan", "eve"):
        theirs = basic(name, server.person(name)[1])
        shared = server.rest("GET", "/calendars", theirs)["calendars"][0]["id"]
        server.rest("PUT", f"/calendars/{shared}/shares/{NAME}", theirs, {"access": "write"})
        for other in rng.sample(names, SHARES_EACH - 1):
            server.rest("PUT", f"/calendars/{shared}/shares/{other}", theirs, {"access": "read"})
        server.rest("PUT", f"/calendars/{shared}/answer", ada, {"answer": "accepted"})
        found.append(shared)
    return found


def alone(server, ada):
    first = server.rest("GET", "/calendars", ada)["calendars"][0]["id"]
    return [first] + [server.rest("POST", "/calendars", ada, {"name": f"Number {n}"})["id"] for n in range(1, 10)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="?", default=os.environ.get("KALENDS_BIN", ROOT / "target/release/kalends"))
    parser.add_argument("--dist", default=os.environ.get("KALENDS_DIST", ROOT / "dist"))
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--rounds", type=int, default=300)
    options = parser.parse_args()
    postgres = Postgres() if options.postgres else None
    servers = {}
    try:
        for name, fill in (("crowd", crowd), ("lone", alone)):
            server = Installation(name, options.program, Path(options.dist).resolve(), postgres)
            servers[name] = server
            ada = basic(NAME, server.password)
            calendars = fill(server, ada)
            assert len(calendars) == len(set(calendars)) == 10, calendars
            for number, id in enumerate(calendars):
                server.rest("POST", f"/calendars/{id}/import?name=bench.ics", ada, calendar(number).encode(), "text/calendar")
            listed = server.rest("GET", "/calendars", ada)["calendars"]
            assert sorted(calendars) == sorted(one["id"] for one in listed), "the same calendars"
            server.page = {"Cookie": server.choose_password(server.link)}
            server.dav = {"Authorization": ada, "Depth": "1", "Content-Type": "application/xml"}
        crowded = servers["crowd"]
        counts = "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM teams), (SELECT count(*) FROM grants)"
        people, groups, shares = crowded.sql(counts)[0]
        print(f"{'PostgreSQL' if postgres else 'SQLite'}: {people} people, {groups} groups, {shares} shares")
        is_met = True
        for what, request in (
            ("agenda page", lambda server: server.ask("GET", PAGE, server.page)),
            ("PROPFIND of the home", lambda server: server.ask("PROPFIND", server.home, server.dav, PROPERTIES)),
        ):
            times, sizes = {name: [] for name in servers}, {}
            for turn in range(options.rounds):
                for name in sorted(servers, reverse=turn % 2 == 0):
                    begun = time.perf_counter()
                    sizes[name] = len(request(servers[name]))
                    # What is parsed at first is kept.
                    if turn >= 5:
                        times[name].append((time.perf_counter() - begun) * 1000)
            medians = {name: statistics.median(taken) for name, taken in times.items()}
            ratio = medians["crowd"] / medians["lone"]
            is_met &= ratio <= MOST
            told = ", ".join(f"{name} {medians[name]:.2f} ms ({sizes[name] / 1024:.0f} KiB)" for name in servers)
            print(f"  {what:<21} {told}: {ratio:.2f} times")
        return 0 if is_met else 1
    finally:
        for server in servers.values():
            server.stop()
        if postgres:
            postgres.stop()


if __name__ == "__main__":
    raise SystemExit(main())
