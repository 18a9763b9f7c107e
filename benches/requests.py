#!/usr/bin/env python3
"""What single CalDAV requests cost, of one or several versions of the program, beside the cost of `/healthz` on the same server.

    cargo build --release --package kalends-server && python3 benches/requests.py [PROGRAM …] [--postgres URL]

Every program gets a server of its own with 10 calendars and 1,000 events in one of them; the programs take turns, so that a machine
that is slower for a while is so for all. Times are medians in microseconds over one keep-alive connection; after it the ratio to
`/healthz`, and to the first program. With --postgres (`postgres://USER@HOST:PORT/NAME`, a user who may make databases) the last
program runs once more on a database that is made there.
"""

import argparse
import base64
import re
import socket
import statistics
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EVENTS = 1_000
CALENDARS = 10
TURNS = 10
REQUESTS = 60
SYNC = (
    '<sync-collection xmlns="DAV:"><sync-token>{token}</sync-token><sync-level>1</sync-level><prop><getetag/></prop>'
    "</sync-collection>"
)
HOME = '<propfind xmlns="DAV:"><prop><displayname/><resourcetype/><getctag xmlns="http://calendarserver.org/ns/"/></prop></propfind>'


def event(uid, summary):
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260302T090000Z\r\nDURATION:PT1H\r\nSUMMARY:{summary}\r\n"
        "LOCATION:Room 4\r\nDESCRIPTION:What is to be said about it in a sentence or two\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


class Server:
    def __init__(self, name, program, database=None):
        self.name = name
        self.folder = tempfile.TemporaryDirectory(prefix="kalends-bench-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.command = [str(program), "--data", self.folder.name] + (["--database", database] if database else [])
        subprocess.run([*self.command, "user", "add", "ada"], check=True, capture_output=True)
        password = subprocess.run(
            [*self.command, "user", "app-password", "ada", "bench"], check=True, capture_output=True, text=True
        )
        self.authorization = base64.b64encode(f"ada:{password.stdout.strip()}".encode()).decode()
        listen = ["serve", "--listen", f"127.0.0.1:{self.port}", "--dist", str(ROOT / "dist")]
        self.process = subprocess.Popen([*self.command, *listen], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.connection = None
        for _ in range(100):
            try:
                self.connection = socket.create_connection(("127.0.0.1", self.port))
                break
            except OSError:
                time.sleep(0.05)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        home = "/api/v1.0/caldav/calendars/ada/"
        self.personal = home + "personal/"
        for number in range(CALENDARS - 1):
            self.ask("MKCALENDAR", f"{home}c{number}/")
        for number in range(EVENTS):
            self.ask("PUT", f"{self.personal}{number}.ics", event(number, "Something"))
        self.home = home

    def ask(self, method, path, body="", depth="0"):
        """The status and the body."""
        octets = body.encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {self.authorization}\r\nDepth: {depth}\r\n"
            f"Content-Type: {'text/calendar' if method == 'PUT' else 'application/xml'}\r\nContent-Length: {len(octets)}\r\n\r\n"
        )
        self.connection.sendall(head.encode() + octets)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.connection.recv(65536)
        head, _, rest = answer.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if length:
            while len(rest) < int(length[1]):
                rest += self.connection.recv(65536)
        elif re.search(rb"(?i)\r\ntransfer-encoding: *chunked", head):
            while not rest.endswith(b"0\r\n\r\n"):
                rest += self.connection.recv(65536)
        return int(head[9:12]), rest.decode()

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def operations(server, turn):
    """Each operation: its name, what is asked, and the status that it must have."""
    token = re.search(r"<D:sync-token>([^<]*)<", server.ask("PROPFIND", server.personal, SYNC_TOKEN)[1])[1]
    edits = iter(range(REQUESTS))
    news = iter(range(REQUESTS))

    def put(names, summary):
        number = next(names)
        return server.ask("PUT", f"{server.personal}{summary}{number}.ics", event(f"{summary}{number}", summary))

    def edit():
        number = next(edits)
        return server.ask("PUT", f"{server.personal}{number}.ics", event(number, f"Changed in turn {turn}"))

    return [
        ("/healthz", lambda: server.ask("GET", "/healthz"), 200),
        ("GET of an object", lambda: server.ask("GET", f"{server.personal}7.ics"), 200),
        ("PROPFIND of the home", lambda: server.ask("PROPFIND", server.home, HOME, "1"), 207),
        ("sync with nothing new", lambda: server.ask("REPORT", server.personal, SYNC.format(token=token)), 207),
        ("PUT of an edit", edit, 204),
        ("PUT of a new object", lambda: put(news, f"new{turn}-"), 201),
    ]


SYNC_TOKEN = '<propfind xmlns="DAV:"><prop><sync-token/></prop></propfind>'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", type=Path, default=[ROOT / "target/release/kalends"])
    parser.add_argument("--postgres")
    arguments = parser.parse_args()
    servers = [Server(str(program)[-30:], program) for program in arguments.programs]
    if arguments.postgres:
        base, _, name = arguments.postgres.rpartition("/")
        database = f"bench_{uuid.uuid4().hex}"
        subprocess.run(["psql", "-q", f"{base}/{name}", "-c", f"CREATE DATABASE {database}"], check=True)
        servers.append(Server("PostgreSQL", arguments.programs[-1], f"{base}/{database}"))
    times = {}
    for turn in range(TURNS):
        for server in servers:
            for name, ask, expected in operations(server, turn):
                for _ in range(REQUESTS):
                    begun = time.perf_counter()
                    status, body = ask()
                    times.setdefault((name, server.name), []).append(time.perf_counter() - begun)
                    assert status == expected, (name, status, body)
    for server in servers:
        server.stop()
    medians = {key: statistics.median(values) * 1e6 for key, values in times.items()}
    print(f"{'':24}" + "".join(f"{server.name:>42}" for server in servers))
    for name in dict.fromkeys(name for name, _ in medians):
        line = f"{name:24}"
        for server in servers:
            cost, health = medians[name, server.name], medians["/healthz", server.name]
            first = medians[name, servers[0].name]
            line += f"{cost:16.0f} µs {cost / health:8.1f} x {cost / first:9.2f}  "
        print(line)


if __name__ == "__main__":
    main()
