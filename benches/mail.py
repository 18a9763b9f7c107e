#!/usr/bin/env python3
"""What a mailbox of 100,000 messages takes: the first look at it, one that finds nothing, five messages that come, and the lists of it.

    apt-get install --no-install-recommends dovecot-imapd
    cargo build --release --package kalends-server && python3 benches/mail.py [PROGRAM] [MESSAGES] [--postgres]

The messages are written as the files in which Dovecot keeps a maildir, of five years, three in ten of them in threads. Between Kalends and
Dovecot stands a proxy that counts commands and octets. Memory is that of the whole server while it looks, of its own and what is resident,
as parts of the mailbox are indexed: it is not to grow with what is done. Lists and pages are asked for one after the other: medians.
"""

import argparse
import getpass
import http.client
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

from move import Counting
from servers import NAME, ORDINARY_USER, ROOT, Kalends, Postgres, Server, program

ADDRESS = f"{NAME}@example.org"
COMMAND = re.compile(rb"(?m)^A\d+ |^[A-Za-z]+\d+ ")
PASSWORD = "correct-horse"
ROUNDS = 30
COMING = 5
STEP = 0.05
# Since when messages come; the newest are of an hour ago, so that none of them is of the future.
YEARS = 5
WORDS = (
    "report budget meeting invoice travel project review notes release contract draft plan summer winter launch garden council school "
    "library engine analysis weaving numbers difference letter translation machine theatre concert kitchen window station bridge river"
).split()
FIRST = "Ada Grace Alan Edsger Barbara Donald Margaret Niklaus Radia Tim Hedy Joan Katherine Mary Annie Emmy Sophie Henri Louis Marie".split()
LAST = "Lovelace Hopper Turing Dijkstra Liskov Knuth Hamilton Wirth Perlman Lee Lamarr Clarke Johnson Jackson Easley Noether Germain".split()


class Dovecot(Server):
    """One mailbox, whose inbox is a maildir."""

    def __init__(self, count):
        super().__init__("Dovecot")
        self.inbox = self.folder / "mail"
        for name in ("cur", "new", "tmp"):
            (self.inbox / name).mkdir(parents=True)
        self.random, self.count, self.threads = random.Random(11), 0, []
        now = time.time() - 3600
        for number in range(count):
            self.write("cur", int(now - (count - number) * YEARS * 365 * 86400 / count))
        user, group = (ORDINARY_USER, ORDINARY_USER) if os.getuid() == 0 else (getpass.getuser(), str(os.getgid()))
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", ORDINARY_USER, self.folder], check=True)
        (self.folder / "dovecot.conf").write_text(self.settings(user, group))
        command = program(["usr/sbin/dovecot", "usr/local/sbin/dovecot"], "dovecot-imapd")
        # It begins as who it is to be: in a folder that is its own nothing of it needs more.
        self.spawn(*(["runuser", "-u", user, "--"] if os.getuid() == 0 else []), command, "-F", "-c", self.folder / "dovecot.conf")
        self.wait()

    def write(self, place, at, subject=None):
        """Writes a message, the next in the order of their coming."""
        number, rng = self.count, self.random
        self.count += 1
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        host = f"example{number % 40}.org"
        references = ""
        if self.threads and rng.random() < 0.3:
            root, title = rng.choice(self.threads[-500:])
            title, references = f"Re: {title}", f"In-Reply-To: <{root}@bench>\nReferences: <{root}@bench>\n"
        else:
            title = " ".join(rng.sample(WORDS, 4)) + f" {number}"
            self.threads.append((number, title))
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(at))
        text = (
            f"From: {name} <{name.lower().replace(' ', '.')}@{host}>\nTo: {ADDRESS}\nSubject: {subject or title}\nDate: {date}\n"
            f"Message-ID: <{number}@bench>\n{references}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
            + " ".join(rng.choices(WORDS, k=120))
            + "\n"
        )
        flags = ":2,S" if place == "cur" and number % 20 else ":2," if place == "cur" else ""
        file = self.inbox / "tmp" / str(number)
        file.write_text(text)
        os.utime(file, (at, at))
        if os.getuid() == 0 and place == "new":
            shutil.chown(file, ORDINARY_USER, ORDINARY_USER)
        file.rename(self.inbox / place / f"{at}.M{number}P1.bench{flags}")

    def settings(self, user, group):
        folder = self.folder
        return f"""base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
mail_location = maildir:{self.inbox}
mail_uid = {user}
mail_gid = {group}
mail_fsync = never
mail_max_userip_connections = 50
maildir_stat_dirs = no
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder} allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-urlauth-login {{
  chroot =
}}
namespace inbox {{
  inbox = yes
}}
"""


def sender():
    """As much of a server for mail as an account has to be let in by; yields its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk(stream):
        stream.sendall(b"220 bench\r\n")
        for line in stream.makefile("rb"):
            word = line.split()[0].upper() if line.split() else b""
            answers = {b"EHLO": b"250-bench\r\n250 AUTH PLAIN\r\n", b"AUTH": b"235 welcome\r\n", b"QUIT": b"221 bye\r\n"}
            stream.sendall(answers.get(word, b"250 yes\r\n"))

    def accept():
        while True:
            threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


class Person:
    """Asks by the interface for programs, and for pages."""

    def __init__(self, server):
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
        self.cookie = server.choose_password(server.link)

    def ask(self, method, path, headers, body=None):
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        octets = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {octets.decode()[:500]}")
        return octets

    def rest(self, method, path, body=None):
        headers = {"Authorization": self.server.authorization, "Content-Type": "application/json"}
        octets = self.ask(method, f"/api/v1.0/mail/{path}", headers, None if body is None else json.dumps(body))
        return json.loads(octets) if octets else None

    def page(self, path):
        return self.ask("GET", path, {"Cookie": self.cookie, "Accept": "text/html"})

    def median(self, ask):
        """The median of asking that often, in milliseconds; nothing is asked for the first time."""
        ask()
        taken = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            ask()
            taken.append(time.perf_counter() - begun)
        return 1000 * statistics.median(taken)


class Mailbox:
    def __init__(self, server, person, proxy, count):
        self.server, self.person, self.proxy, self.count = server, person, proxy, count
        place = {"host": "127.0.0.1", "security": "plain", "user": NAME}
        servers = {"imap": {**place, "port": proxy.port}, "smtp": {**place, "port": sender()}}
        self.before = self.memory()
        self.begun = time.perf_counter()
        self.id = person.rest("POST", "accounts", {"address": ADDRESS, "password": PASSWORD, **servers})["id"]

    def memory(self):
        return self.server.memory("RssAnon"), self.server.memory("VmRSS")

    def state(self):
        return self.person.rest("GET", f"accounts/{self.id}")

    def first_look(self):
        """Seconds, and memory as so much of it was indexed."""
        shares, seen, most = [0.1, 0.25, 0.5, 0.75, 1.0], [], (0, 0)
        while True:
            state = self.state()
            memory = self.memory()
            most = max(most[0], memory[0]), max(most[1], memory[1])
            done = (state["indexed"] or 0) / self.count
            while shares and (done >= shares[0] or state["looked"]):
                seen.append((shares.pop(0), most))
                most = memory
            if state["looked"] and self.indexed() >= self.count:
                return time.perf_counter() - self.begun, seen
            if state["why"]:
                raise SystemExit(state)
            time.sleep(STEP)

    def indexed(self):
        folders = self.person.rest("GET", "folders")["folders"]
        return sum(folder["messages"] for folder in folders)

    def look(self):
        """Seconds of one that finds nothing."""
        before, begun = self.state()["looked"], time.perf_counter()
        self.person.rest("POST", f"accounts/{self.id}/look")
        while self.state()["looked"] == before:
            time.sleep(STEP)
        return time.perf_counter() - begun

    def arrive(self, dovecot):
        """Seconds until messages that come are in the list."""
        begun = time.perf_counter()
        for number in range(COMING):
            dovecot.write("new", int(time.time()), f"just came {number}")
        while self.indexed() < self.count + COMING:
            time.sleep(STEP)
        return time.perf_counter() - begun


def measure(name, binary, database, dovecot, count):
    proxy = Counting(dovecot.port, COMMAND)
    server = Kalends(name, binary, database)
    person = Person(server)
    mailbox = Mailbox(server, person, proxy, count)
    seconds, memory = mailbox.first_look()

    def told(what, seconds):
        commands, octets = proxy.taken()
        print(f"| {name} | {what} | {seconds:.2f} | {commands:,} | {octets / 1024:,.0f} |", flush=True)

    told("first look", seconds)
    # What waits for arrivals begins meanwhile.
    mailbox.look()
    time.sleep(1)
    proxy.taken()
    told("nothing new", mailbox.look())
    told(f"{COMING} that come", mailbox.arrive(dovecot))
    along = ", ".join(f"{int(100 * share)} %: {own:.0f} / {resident:.0f}" for share, (own, resident) in memory)
    print(f"(memory in MiB, own / resident: before {mailbox.before[0]:.0f} / {mailbox.before[1]:.0f}, {along})", file=sys.stderr)
    lists = list_times(person)
    own, resident = mailbox.memory()
    print(f"(after all of it: {own:.0f} / {resident:.0f})", file=sys.stderr)
    server.stop()
    return lists


def list_times(person):
    # In the middle of the list, as a reader comes there who scrolls for long.
    listed = person.rest("GET", "messages?place=inbox&limit=200")
    for _ in range(200):
        further = listed["next"] and person.rest("GET", f"messages?place=inbox&limit=200&after={listed['next']}")
        if not further or not further["next"]:
            break
        listed = further
    deep = urllib.parse.quote(listed["next"] or "")
    search = lambda words: lambda: person.rest("GET", f"messages?place=everywhere&search={urllib.parse.quote(words)}")  # noqa: E731
    asked = {
        "page of the inbox (threads)": lambda: person.page("/mail/inbox"),
        "page far down": lambda: person.page(f"/mail/inbox?from={deep}"),
        "50 messages": lambda: person.rest("GET", "messages?place=inbox"),
        "50 messages, far down": lambda: person.rest("GET", f"messages?place=inbox&after={deep}"),
        "50 threads": lambda: person.rest("GET", "messages?place=inbox&threads=true"),
        "search of a word that one in nine has": search("budget"),
        "of one message": search("1234"),
        "of a word that is begun": search("bud"),
        "of two words": search("budget engine"),
        "of a person": search("Grace Hopper"),
        "of what is not there": search("nowhere"),
        "page of a search": lambda: person.page("/mail/inbox?q=budget"),
    }
    return {what: person.median(ask) for what, ask in asked.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", nargs="?", default=ROOT / "target" / "release" / "kalends")
    parser.add_argument("messages", nargs="?", type=int, default=100_000)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL as well")
    arguments = parser.parse_args()
    os.environ["KALENDS_PRIVATE_HOSTS"] = "127.0.0.1"
    databases = {"SQLite": None}
    if arguments.postgres:
        databases["PostgreSQL"] = Postgres().create("mail")
    print("| | look | seconds | commands | KiB |\n| --- | --- | --- | --- | --- |")
    times = {}
    for name, database in databases.items():
        dovecot = Dovecot(arguments.messages)
        times[name] = measure(name, arguments.program, database, dovecot, arguments.messages)
        dovecot.stop()
    print(f"\n| milliseconds | {' | '.join(times)} |\n| --- |{' --- |' * len(times)}")
    for what in next(iter(times.values())):
        print(f"| {what} | {' | '.join(f'{of[what]:.1f}' for of in times.values())} |")


if __name__ == "__main__":
    main()
