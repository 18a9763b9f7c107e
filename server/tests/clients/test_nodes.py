"""Two nodes on one PostgreSQL behind a real proxy: one that is started again is missed by nobody."""

import os
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

import pytest
from harness import Kalends
from objects import event
from proxies import Caddy, Certificate, Nginx, sample

CLIENTS = 8
ROUNDS = 2
WISHES = ["PUT", "GET", "PROPFIND", "DELETE"]
# What a proxy needs to see that a node is there again.
PAUSE = 2

pytestmark = pytest.mark.skipif(
    not os.environ.get("KALENDS_DATABASE_URL", "").startswith("postgres"), reason="several nodes share a PostgreSQL"
)


@pytest.fixture
def nodes(server, tmp_path):
    """Two processes of one installation."""
    started = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        started.append(Kalends(server.program, folder).start())
    yield started
    for node in started:
        if node.process.poll() is None:
            node.stop()


def ask(person, home, url, wish, number):
    """One of several requests that clients send all day."""
    if wish == "PUT":
        text = event(url.rsplit("/", 1)[1], "DTSTART:20260310T100000Z", f"SUMMARY:{number}")
        return person.http.put(url, text.encode(), headers={"Content-Type": "text/calendar"}, timeout=30)
    if wish == "PROPFIND":
        return person.http.request(wish, home, headers={"Depth": "1"}, timeout=30)
    return person.http.request(wish, url, timeout=30)


@pytest.mark.parametrize("kind", [Nginx, Caddy], ids=lambda kind: kind.name)
def test_no_request_fails_while_one_of_two_nodes_is_started_again(kind, nodes, tmp_path):
    one, other = nodes
    people = [one.account() for _ in range(CLIENTS)]
    folder = tmp_path / kind.name
    folder.mkdir()
    proxy = kind(folder, Certificate(folder))
    proxy.start(sample(kind.sample), None, nodes=[urlsplit(node.url).netloc for node in nodes])
    # Caddy 2.6 does not send the body of a PUT again to the node that it turns to.
    wishes = WISHES if kind is Nginx else WISHES[1:]
    stop, answered, failed = threading.Event(), Counter(), []

    def work(person):
        person.http.verify, person.http.trust_env = str(proxy.certificate.chain), False
        home = f"{proxy.url}{urlsplit(person.home).path}personal/"
        number = 0
        while not stop.is_set():
            number += 1
            url = f"{home}{number % 20}.ics"
            wish = number % len(wishes)
            try:
                answer = ask(person, home, url, wishes[wish], number)
            except OSError as error:
                failed.append((number, wish, repr(error)))
                continue
            answered[answer.status_code] += 1
            if answer.status_code >= 500:
                failed.append((number, wish, answer.status_code, answer.text[:200]))

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    try:
        for thread in threads:
            thread.start()
        for round_ in range(ROUNDS):
            node = (one, other)[round_ % 2]
            time.sleep(PAUSE)
            assert node.stop() == 0
            time.sleep(PAUSE)
            node.start()
        time.sleep(PAUSE)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        proxy.stop()
    assert failed == []
    assert sum(answered.values()) > 200, answered
