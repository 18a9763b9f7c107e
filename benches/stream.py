#!/usr/bin/env python3
"""What many readers of the stream of changes take: memory, and the time until a write has reached all of them.

    cargo build --release --package kalends-server && python3 benches/stream.py [PROGRAM] [READERS]

The readers are 25 streams each of as many accounts as it takes, all of which may read the same calendar. A text is put there, twenty times
one after the other, and it is measured when the first, the middle and the last reader has the event, from before the PUT is sent.
"""

import http.client
import resource
import selectors
import socket
import sqlite3
import statistics
import sys
import time

from servers import NAME, ROOT, Kalends, basic

STREAMS = 25
WRITES = 20
EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//bench//EN\r\nBEGIN:VEVENT\r\nUID:one\r\nDTSTAMP:20260101T000000Z\r\n"
    "DTSTART:20260302T120000Z\r\nSUMMARY:{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def open_streams(server, people):
    """Streams that have been told of all that is there."""
    streams = []
    for name, password in people:
        for _ in range(STREAMS):
            stream = socket.create_connection(("127.0.0.1", server.port))
            lines = ["GET /api/v1.0/stream HTTP/1.1", f"Host: 127.0.0.1:{server.port}", f"Authorization: {basic(name, password)}"]
            stream.sendall("\r\n".join([*lines, "", ""]).encode())
            streams.append(stream)
    for stream in streams:
        read = b""
        while b"event: ready" not in read:
            piece = stream.recv(65536)
            if not piece:
                raise SystemExit(f"a stream was refused: {read[:200]}")
            read += piece
    return streams


def reach_all(server, streams, number):
    """Puts a text; the seconds until each stream has the event."""
    waiting = selectors.DefaultSelector()
    for stream in streams:
        stream.setblocking(False)
        waiting.register(stream, selectors.EVENT_READ)
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    begun, reached = time.perf_counter(), []
    headers = {"Authorization": server.authorization, "Content-Type": "text/calendar"}
    connection.request("PUT", server.home + "personal/one.ics", EVENT.format(number), headers)
    while len(reached) < len(streams):
        for key, _ in waiting.select(10) or sys.exit("some heard nothing"):
            if b"event: calendar" in key.fileobj.recv(65536):
                reached.append(time.perf_counter() - begun)
                waiting.unregister(key.fileobj)
    if connection.getresponse().status >= 300:
        raise SystemExit("the PUT was refused")
    return reached


def main():
    arguments = sys.argv[1:]
    readers = int(arguments.pop()) if arguments and arguments[-1].isdigit() else 1000
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    server = Kalends("Kalends", arguments[0] if arguments else ROOT / "target/release/kalends")
    people = [(name, server.person(name)[1]) for name in (f"reader{n}" for n in range(readers // STREAMS))]
    with sqlite3.connect(server.folder / "data" / "kalends.sqlite") as database:
        shared = "SELECT c.id FROM calendars c JOIN principals p ON p.id = c.owner_id WHERE p.slug = ?"
        grant = f"INSERT INTO grants SELECT ({shared}), id, 20 FROM principals WHERE slug LIKE 'reader%'"
        database.execute(grant, (NAME,))
    before = server.memory("RssAnon"), server.memory("VmRSS")
    streams = open_streams(server, people)
    opened = server.memory("RssAnon"), server.memory("VmRSS")
    runs = [sorted(reach_all(server, streams, number)) for number in range(WRITES)]
    after = server.memory("RssAnon"), server.memory("VmRSS")
    print(f"{len(streams)} readers")
    for what, (anonymous, resident) in (("before", before), ("open", opened), ("after the writes", after)):
        print(f"{what:18} {anonymous:7.1f} MiB anonymous, {resident:7.1f} MiB resident")
    for what, position in (("first", 0), ("middle", len(streams) // 2), ("last", -1)):
        print(f"the {what:8} reader has the event after {1000 * statistics.median(run[position] for run in runs):7.2f} ms")
    print(f"{1000 * max(run[-1] for run in runs):.2f} ms at the longest")


main()
