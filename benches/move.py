#!/usr/bin/env python3
"""What moving in from another server takes: `kalends import --from caldav`, with 1,000 events and with 10,000.

    cargo build --release --package kalends-server && python3 benches/move.py [PROGRAM]

The other server is Kalends as well; between both stands a proxy that counts requests and octets. A vdirsyncer that copies the same
calendar into a folder stands beside it, where it is installed (`pip install vdirsyncer`, `VDIRSYNCER` names the program).
"""

import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import threading
import time

from servers import NAME, ROOT, Kalends

REQUEST = re.compile(rb"(?m)^[A-Z]+ [^ \r\n]+ HTTP/1\.1\r$")
EVENT = (
    "BEGIN:VEVENT\r\nUID:event-{0}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:2026{1:02}{2:02}T090000Z\r\nDURATION:PT1H\r\n"
    "SUMMARY:Event {0}\r\nDESCRIPTION:{3}\r\nEND:VEVENT\r\n"
)


class Counting:
    """A proxy that counts what goes through it."""

    def __init__(self, port, request=REQUEST):
        self.to, self.request = port, request
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.requests = self.octets = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            here, _ = self.listener.accept()
            there = socket.create_connection(("127.0.0.1", self.to))
            threading.Thread(target=self.pipe, args=(here, there, True), daemon=True).start()
            threading.Thread(target=self.pipe, args=(there, here, False), daemon=True).start()

    def pipe(self, source, target, counts):
        try:
            while piece := source.recv(65536):
                self.octets += len(piece)
                if counts:
                    self.requests += len(self.request.findall(piece))
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def taken(self):
        """Requests and octets since the last time."""
        taken = self.requests, self.octets
        self.requests = self.octets = 0
        return taken


def calendar(count):
    events = [EVENT.format(n, n % 12 + 1, n // 12 % 28 + 1, "x" * 200) for n in range(count)]
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//bench//EN\r\n" + "".join(events) + "END:VCALENDAR\r\n"


def measured(command, environment):
    """Runs a command; seconds, and the most memory that it took in MiB."""
    begun = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = process.stdout.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} failed:\n{said}")
    return time.perf_counter() - begun, used.ru_maxrss / 1024, said


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else ROOT / "target" / "release" / "kalends"
    vdirsyncer = os.environ.get("VDIRSYNCER") or shutil.which("vdirsyncer")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    print("| events | program | seconds | most memory, MiB | requests | KiB |\n| --- | --- | --- | --- | --- | --- |")
    for count in (1_000, 10_000):
        other = Kalends(f"with {count} events", binary)
        other.fill(NAME, calendar(count))
        proxy = Counting(other.port)
        here = Kalends(f"for {count} events", binary)
        there = f"http://127.0.0.1:{proxy.port}/"
        environment = os.environ | {"KALENDS_REMOTE_PASSWORD": other.password, "KALENDS_PRIVATE_HOSTS": "127.0.0.1"}
        move = [binary, *here.options, "import", "--from", "caldav", there, NAME]
        seconds, memory, said = measured(move, environment)
        if f"{count} added" not in said or "both sides are the same" not in said:
            raise SystemExit(said)
        requests, octets = proxy.taken()
        print(f"| {count:,} | Kalends | {seconds:.1f} | {memory:.0f} | {requests} | {octets // 1024:,} |", flush=True)
        if vdirsyncer:
            folder = here.folder / "vdirsyncer"
            folder.mkdir()
            (folder / "config").write_text(
                f'[general]\nstatus_path = "{folder}/status"\n[pair p]\na = "a"\nb = "b"\ncollections = ["from a"]\n'
                f'[storage a]\ntype = "caldav"\nurl = "{there}"\nusername = "{NAME}"\npassword = "{other.password}"\n'
                f'[storage b]\ntype = "filesystem"\npath = "{folder}/objects"\nfileext = ".ics"\n'
            )
            command = [vdirsyncer, "-c", folder / "config"]
            subprocess.run([*command, "discover", "p"], input=b"y\n" * 9, check=True, capture_output=True)
            proxy.taken()
            seconds, memory, _ = measured([*command, "sync"], os.environ)
            requests, octets = proxy.taken()
            print(f"| {count:,} | vdirsyncer | {seconds:.1f} | {memory:.0f} | {requests} | {octets // 1024:,} |", flush=True)
        here.stop()
        other.stop()


if __name__ == "__main__":
    main()
