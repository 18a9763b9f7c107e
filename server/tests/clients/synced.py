"""A calendar of Kalends that is kept in step with one elsewhere, by the interface for programs."""

import os
import time
from urllib.parse import urlsplit

from remote_collection import Collection

# A host that failed several times in a row is left alone for two minutes.
MAX_WAIT = 400 if "KALENDS_SOAK_OPERATIONS" in os.environ else 120
# A run is waited for in steps of so many seconds.
STEP = 0.05
SETTINGS = {"direction": "both", "policy": "newest", "interval_seconds": None, "window_days": None}


class Link:
    """Makes an account at `url`, a collection elsewhere, of whoever is `signed_in` there, and a calendar in step with it."""

    def __init__(self, kalends, url, signed_in):
        self.kalends, self.account = kalends, kalends.account()
        user, password = signed_in
        account = self.ask("POST", "accounts", {"address": url, "user": user, "password": password}, 201)
        offered = self.ask("POST", f"accounts/{account['id']}/test", {})["calendars"]
        remote = next(calendar for calendar in offered if urlsplit(calendar["id"]).path == urlsplit(url).path)
        made = self.ask(
            "POST", "calendars/sync", {"account": account["id"], "remote": remote["id"], "settings": SETTINGS}, 201
        )
        self.id = made["calendar"]

    def ask(self, method, path, body=None, status=200):
        answer = self.account.http.request(method, f"{self.kalends.url}/api/v1.0/{path}", json=body, timeout=60)
        assert answer.status_code == status, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def collection(self):
        """The calendar here, as CalDAV has it."""
        listed = self.ask("GET", "calendars")["calendars"]
        slug = next(calendar["slug"] for calendar in listed if calendar["id"] == self.id)
        return Collection(f"{self.account.home}{slug}/", (self.account.name, self.account.password))

    def state(self):
        return self.ask("GET", f"calendars/{self.id}/sync")

    def begin(self, *, everything=False):
        """Asks for a run, and does not wait for it."""
        self.ask("PUT", f"calendars/{self.id}/sync{'?everything=true' if everything else ''}", None, 202)

    def newest_run(self):
        runs = self.ask("GET", f"runs?calendar={self.id}")["runs"]
        return runs[0] if runs else None

    def sync(self, *, everything=False):
        """Has it run, waits for the end, and yields how many things were done."""
        before, last = self.newest_run(), self.state()["last_run"]
        self.begin(everything=everything)
        until = time.monotonic() + MAX_WAIT
        while time.monotonic() < until:
            state = self.state()
            if state["last_run"] != last and state["state"] != "syncing":
                return self.done_since(before) if state["state"] == "in-step" else 1
            time.sleep(STEP)
        raise AssertionError(f"no run has ended in {MAX_WAIT} s: {self.describe()}")

    def done_since(self, before):
        """What the newest run that is kept has done. One that still goes on is waited for: where it finds nothing to do, it is not kept."""
        until = time.monotonic() + MAX_WAIT
        while time.monotonic() < until:
            run = self.newest_run()
            if not run or before and run["id"] == before["id"]:
                return 0
            if run["ended"]:
                receipt = self.ask("GET", f"runs/{run['id']}")
                return sum(count["count"] for count in receipt["counts"])
            time.sleep(STEP)
        raise AssertionError(f"a run has not ended in {MAX_WAIT} s: {self.describe()}")

    def receipts(self):
        """What all runs have done."""
        runs = self.ask("GET", f"runs?calendar={self.id}")["runs"]
        return [(run, self.ask("GET", f"runs/{run['id']}")["lines"]) for run in reversed(runs)]

    def describe(self):
        """What is known of it, for whoever reads of a failure."""
        return self.state(), self.newest_run(), self.kalends.log()[-4000:]
