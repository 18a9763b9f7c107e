"""A calendar here and one on another server are changed at random on both sides at once, with runs in between: in the end both are the
same, nothing is there twice, and nothing that nobody deleted is gone. Without faults, and with whatever happens on the way, Kalends
killed in the middle included.

This is the short form; `cargo xtask soak sync` sets `KALENDS_SOAK_SEEDS` and `KALENDS_SOAK_OPERATIONS` for the long one.
"""

import os
import random
import sys
import time
from pathlib import Path

import pytest
from faulty_proxy import FaultyProxy
from harness import Kalends
from random_operations import Person, Record
from remote_collection import Collection
from synced import MAX_WAIT, Link

sys.path.append(str(Path(__file__).parents[3] / "benches"))
import servers  # noqa: E402

SEEDS = int(os.environ.get("KALENDS_SOAK_SEEDS", "1"))
OPERATIONS = int(os.environ.get("KALENDS_SOAK_OPERATIONS", "60"))
IS_LONG = "KALENDS_SOAK_OPERATIONS" in os.environ
# So many things are done between two runs on average.
BETWEEN_RUNS = 6
# Of the requests on a bad way, so many go wrong.
FAULTS = 0.2
MAX_ROUNDS = 30

REMOTES = {
    "radicale": servers.Radicale,
    "kalends": lambda: servers.Kalends("Kalends elsewhere", os.environ["KALENDS_BIN"]),
    "davical": lambda: servers.Davical(servers.Postgres()),
}
if IS_LONG:
    # It answers 423 and 500 where two write at once, and what it has then is not always the same.
    REMOTES["xandikos"] = servers.Xandikos


# Each on a good way and on a bad one; of the one that takes longest to start, the short form has the bad one.
WAYS = [(name, faults) for name in REMOTES for faults in (0.0, FAULTS) if IS_LONG or faults or name != "davical"]


@pytest.fixture(scope="module")
def remote(request):
    server = REMOTES[request.param]()
    yield server
    server.stop()
    if isinstance(server, servers.Davical):
        server.postgres.stop()


@pytest.fixture
def here(server, tmp_path):
    """A Kalends of the test's own, which can be killed."""
    kalends = Kalends(server.program, tmp_path).start()
    yield kalends
    kalends.stop()


@pytest.mark.parametrize(
    ("remote", "faults"),
    WAYS,
    indirect=["remote"],
    ids=[f"{name}-{'bad' if faults else 'good'} way" for name, faults in WAYS],
)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_both_sides_come_to_the_same(remote, here, seed, faults):
    chance, record = random.Random(f"{remote.name} {seed} {faults}"), Record()
    proxy = FaultyProxy(remote.port, seed)
    try:
        run(remote, here, chance, record, proxy, faults)
    finally:
        proxy.stop()


def run(remote, here, chance, record, proxy, faults):
    signed_in = (servers.NAME, remote.password)
    path = f"{remote.home}soak-{chance.getrandbits(64):x}/"
    moods = () if isinstance(remote, servers.Kalends) else (423, 500)
    there = Collection(f"http://127.0.0.1:{remote.port}{path}", signed_in, moods).make()
    link = Link(here, f"http://127.0.0.1:{proxy.port}{path}", signed_in)
    link.sync()
    people = [Person("here", link.collection(), chance, record), Person("there", there, chance, record)]
    proxy.share = faults
    # What another node leaves is taken up after a minute; in the short form it is said to be over.
    kills = {chance.randrange(OPERATIONS) for _ in range((2 if IS_LONG else 1) if faults else 0)}
    for number in range(OPERATIONS):
        chance.choice(people).act()
        if chance.random() < 1 / BETWEEN_RUNS:
            # It goes on while the next things are done.
            link.begin()
        if number in kills:
            begin_and_kill(link, here, proxy)
    # What a killed process had begun is taken up after a minute: until then nothing is asked that could go wrong.
    until = time.monotonic() + MAX_WAIT
    while faults and not proxy.faults and time.monotonic() < until:
        chance.choice(people).act()
        link.begin()
        time.sleep(0.2)
    proxy.share = 0.0
    # DAViCal gives a cursor while somebody writes, and never names what that was: it is found when everything is compared.
    ours, theirs = come_to_rest(link, there, everything=isinstance(remote, servers.Davical))
    assert ours.keys() == theirs.keys(), repr((ours.keys() ^ theirs.keys(), link.receipts(), link.state()))
    for uid in ours:
        assert ours[uid] == theirs[uid], uid
    assert record.kept() <= ours.keys(), record.kept() - ours.keys()
    strange = {
        (uid, value)
        for uid, parts in ours.items()
        for lines in parts.values()
        for name, _, value in lines
        if name == "SUMMARY" and value not in record.titles[uid]
    }
    assert not strange
    if faults:
        assert proxy.faults > 0


def begin_and_kill(link, here, proxy):
    """Kills the program in a run: once a request of it is on its way."""
    before = proxy.requests
    link.begin()
    until = time.monotonic() + 5
    while proxy.requests == before and time.monotonic() < until:
        time.sleep(0.002)
    here.process.kill()
    here.process.wait()
    if not IS_LONG:
        here.give_up_job("sync", link.id)
    here.start()


def come_to_rest(link, there, *, everything=False):
    """Runs until two runs in a row find nothing to do (the first that ends may have begun before), and what each side has then."""
    quiet = 0
    for _ in range(MAX_ROUNDS):
        quiet = 0 if link.sync(everything=everything) else quiet + 1
        if quiet == 2:
            return link.collection().meanings(), there.meanings()
    raise AssertionError(f"there is always something to do: {link.receipts()[-3:]}")
