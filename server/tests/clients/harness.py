"""The server under test, and accounts on it."""

import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import time
from functools import cached_property
from pathlib import Path
from urllib.parse import urljoin

import caldav
import requests

START_SECONDS = 60
STOP_SECONDS = 20

# python-caldav works around servers that it does not know. Told that all works, it reports what does not.
FEATURES = {
    "sync-token": {"support": "full"},
    "save.no-uid-conflict": {"support": "full"},
    "save.if-none-match": {"support": "full"},
}


class Account:
    """A person's name and app password, and clients that sign in with them."""

    def __init__(self, server, name, password):
        self.server, self.name, self.password = server, name, password
        self.http = requests.Session()
        self.http.auth = (name, password)

    def client(self, url=None):
        """python-caldav, starting at `url`, by default where discovery starts."""
        url = url or self.server.entry
        return caldav.DAVClient(url=url, username=self.name, password=self.password, features=FEATURES)

    @cached_property
    def principal(self):
        return self.client().get_principal()

    @cached_property
    def home(self):
        """URL of the calendar home, with a slash at its end."""
        return str(self.principal.calendar_home_set.url).rstrip("/") + "/"

    def request(self, method, url, data=None, **headers):
        """One request with a body and headers as they are; `depth=0` is sent as `Depth: 0`."""
        url = urljoin(self.home, str(url))
        if isinstance(data, str):
            data = data.encode()
        names = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        return self.http.request(method, url, data=data, headers=names, allow_redirects=False)


# All that the server reads of a front-end that was built.
FRONT_END = """<!doctype html><html><head><link rel="modulepreload" href="/kalends.js">
<link rel="preload" href="/kalends.wasm"></head><body></body></html>"""


class Kalends:
    """The program itself, on a free port of this machine and a data folder of its own."""

    is_kalends = True

    def __init__(self, program, folder: Path):
        self.program, self.folder = Path(program).resolve(), folder
        self.log_file = folder / "server.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.entry = f"{self.url}/.well-known/caldav"
        self.process = None
        # These tests open no pages; a front-end that is not built must not be in their way.
        self.front_end = folder / "front-end"
        self.front_end.mkdir()
        (self.front_end / "index.html").write_text(FRONT_END)

    def environment(self):
        environment = dict(os.environ, KALENDS_DATA=str(self.folder / "data"))
        environment.setdefault("KALENDS_LOG", "info")
        # The server must give the same answers wherever it runs.
        environment["TZ"] = "Pacific/Apia"
        environment["KALENDS_DIST"] = str(self.front_end)
        # The tests make a calendar for each file and share an account.
        environment["KALENDS_ACCOUNT_CALENDARS"] = "10000"
        environment.setdefault("RUST_BACKTRACE", "1")
        # On PostgreSQL several servers are nodes of one installation, each of which may do what another was asked for.
        environment["KALENDS_SECRET_KEY"] = "the key of all servers of these tests"
        environment["KALENDS_PRIVATE_HOSTS"] = "127.0.0.1"
        return environment

    def start(self):
        log = self.log_file.open("ab")
        self.process = subprocess.Popen(
            [self.program, "serve", "--listen", f"127.0.0.1:{self.port}"],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log()}")
            try:
                if requests.get(f"{self.url}/healthz", timeout=5).ok:
                    return self
            except requests.ConnectionError:
                time.sleep(0.05)
        self.stop()
        raise AssertionError(f"the server did not answer within {START_SECONDS} s:\n{self.log()}")

    def stop(self):
        """Asks the server to stop and yields its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not stop within {STOP_SECONDS} s:\n{self.log()}") from None

    def log(self, since=0):
        with self.log_file.open("rb") as log:
            log.seek(since)
            return log.read().decode(errors="replace")

    def log_size(self):
        return self.log_file.stat().st_size if self.log_file.exists() else 0

    def give_up_job(self, kind, calendar):
        """The job of a calendar's link is whoever's takes it now, as it is a minute after its node was last heard of."""
        statement = (
            "UPDATE jobs SET leased_until = 0 WHERE state = 'running'"
            f" AND kind = '{kind}' AND payload = (SELECT CAST(id AS TEXT) FROM sync_links WHERE calendar_id = {calendar})"
        )
        shared = os.environ.get("KALENDS_DATABASE_URL")
        if shared:
            subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", shared, "-c", statement], check=True)
        else:
            with sqlite3.connect(self.folder / "data" / "kalends.sqlite", timeout=30) as database:
                database.execute(statement)
            database.close()

    def run(self, *arguments):
        """A `kalends` command on the server's data, while it runs; yields standard output as it is."""
        done = subprocess.run(
            [self.program, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
        )
        if done.returncode:
            command = " ".join(map(str, arguments))
            raise AssertionError(f"`kalends {command}` ended with {done.returncode}:\n{done.stderr.decode()}")
        return done.stdout.decode()

    def account(self, name=None):
        name = name or f"user-{secrets.token_hex(4)}"
        self.run("user", "add", name, "--email", f"{name}@example.org")
        return Account(self, name, self.run("user", "app-password", name, "pytest").strip())


class OtherServer:
    """Another CalDAV server that takes any name and password, to see whether a test or the server errs."""

    is_kalends = False

    def __init__(self, url):
        self.url = url.rstrip("/")
        # The redirect of others may lose the body of a PROPFIND.
        self.entry = f"{self.url}/"

    def log(self, since=0):
        return ""

    def log_size(self):
        return 0

    def account(self, name=None):
        name = name or f"user-{secrets.token_hex(4)}"
        return Account(self, name, "secret")
