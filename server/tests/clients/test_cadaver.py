"""cadaver, a WebDAV client that knows nothing of calendars: sessions as a person types them."""

import os
import re
import shutil
import subprocess

import pytest
from objects import calendar as whole_calendar
from objects import component, event

PROMPT = re.compile(r"^dav:\S*> (.*)$", re.MULTILINE)

pytestmark = pytest.mark.skipif(shutil.which("cadaver") is None, reason="cadaver is not installed")


class Cadaver:
    def __init__(self, folder, account):
        self.folder, self.account = folder, account
        netrc = folder / ".netrc"
        netrc.touch(mode=0o600)
        netrc.write_text(f"machine 127.0.0.1\nlogin {account.name}\npassword {account.password}\n")

    def session(self, *commands, at="work/"):
        """Types `commands` in a collection below the home; yields what was printed after each."""
        done = subprocess.run(
            ["cadaver", f"{self.account.home}{at}"],
            input="\n".join([*commands, "quit", ""]),
            cwd=self.folder,
            env=dict(os.environ, HOME=str(self.folder), LC_ALL="C.UTF-8", TERM="dumb", COLUMNS="500"),
            capture_output=True,
            text=True,
            timeout=60,
        )
        parts = PROMPT.split(done.stdout)[1:]
        typed, printed = parts[0::2], [text.strip() for text in parts[1::2]]
        assert typed == [*commands, "quit"], f"{done.stdout}\n{done.stderr}"
        return printed[:-1]

    def session_of_one(self, command, **options):
        (printed,) = self.session(command, **options)
        return printed


@pytest.fixture
def cadaver(tmp_path, account):
    for slug in ("work", "play"):
        account.principal.make_calendar(name=slug.title(), cal_id=slug)
    (tmp_path / "a.ics").write_bytes(event("a", "DTSTART:20260310T100000Z", "SUMMARY:First").encode())
    (tmp_path / "b.ics").write_bytes(event("b", "DTSTART:20260311T100000Z", "SUMMARY:Second").encode())
    return Cadaver(tmp_path, account)


def names(listing):
    return re.findall(r"(?:Coll:|Ref:|Error:)?\s*(\S+)\s+\d+\s+\w{3} +\d+ +[\d:]+", listing)


def test_walks_through_the_tree(cadaver):
    home, work, up = cadaver.session("ls", "ls work", "ls ../..", at="")
    assert {"work", "play"} <= set(names(home))
    assert "collection is empty" in work
    assert "succeeded" in up or "empty" in up


def test_puts_and_gets_the_same_octets(cadaver, kalends):
    put, listing, get, cat = cadaver.session("put a.ics", "ls", "get a.ics back.ics", "cat a.ics")
    assert "succeeded" in put and "succeeded" in get
    assert names(listing) == ["a.ics"]
    assert (cadaver.folder / "back.ics").read_bytes() == (cadaver.folder / "a.ics").read_bytes()
    assert "SUMMARY:First" in cat


def test_puts_over_what_is_there(cadaver):
    (cadaver.folder / "again.ics").write_bytes((cadaver.folder / "a.ics").read_bytes().replace(b"First", b"Changed"))
    printed = cadaver.session("put a.ics", "put again.ics a.ics", "cat a.ics", "ls")
    assert "succeeded" in printed[1]
    assert "SUMMARY:Changed" in printed[2]
    assert names(printed[3]) == ["a.ics"]


def test_many_at_once(cadaver):
    put, listing, delete, empty = cadaver.session("mput a.ics b.ics", "ls", "delete a.ics b.ics", "ls")
    assert put.count("succeeded") == 2
    assert names(listing) == ["a.ics", "b.ics"]
    assert delete.count("succeeded") == 2
    assert "collection is empty" in empty


def test_moves_within_and_between_calendars(cadaver):
    printed = cadaver.session(
        "put a.ics",
        "move a.ics renamed.ics",
        "ls",
        "move renamed.ics ../play/moved.ics",
        "ls",
        "ls ../play",
        "cat ../play/moved.ics",
    )
    assert "succeeded" in printed[1] and names(printed[2]) == ["renamed.ics"]
    assert "succeeded" in printed[3] and "collection is empty" in printed[4]
    assert names(printed[5]) == ["moved.ics"]
    assert "SUMMARY:First" in printed[6]


def test_copies_to_another_calendar(cadaver, kalends):
    printed = cadaver.session("put a.ics", "copy a.ics ../play/a.ics", "ls", "ls ../play", "get ../play/a.ics copy.ics")
    assert "succeeded" in printed[1]
    assert names(printed[2]) == names(printed[3]) == ["a.ics"]
    assert (cadaver.folder / "copy.ics").read_bytes() == (cadaver.folder / "a.ics").read_bytes()


def test_does_not_copy_within_a_calendar(cadaver):
    """The copy would have the UID of the original (RFC 4791 section 5.3.2.1)."""
    printed = cadaver.session("put a.ics", "copy a.ics twin.ics", "ls")
    assert "failed" in printed[1]
    assert names(printed[2]) == ["a.ics"]


def test_does_not_move_over_another_object(cadaver):
    """What stands at a name keeps its UID (RFC 4791 section 5.3.2.1, no-uid-conflict)."""
    printed = cadaver.session("mput a.ics b.ics", "move a.ics b.ics", "ls", "cat b.ics")
    assert "failed" in printed[1]
    assert names(printed[2]) == ["a.ics", "b.ics"]
    assert "SUMMARY:Second" in printed[3]


def test_what_is_not_there(cadaver):
    get, delete, move, listing = cadaver.session(
        "get none.ics none.ics", "delete none.ics", "move none.ics other.ics", "ls ../nowhere"
    )
    for printed in (get, delete, move):
        assert "failed" in printed and "404" in printed
    assert "404" in listing or "failed" in listing


def test_what_a_calendar_does_not_take(cadaver):
    (cadaver.folder / "note.txt").write_text("not a calendar")
    (cadaver.folder / "two.ics").write_bytes(
        whole_calendar(
            component("VEVENT", "x", "DTSTART:20260310T100000Z"), component("VEVENT", "y", "DTSTART:20260310T100000Z")
        ).encode()
    )
    printed = cadaver.session("put note.txt", "put two.ics", "mkcol folder", "ls")
    for refused in (0, 1, 2):
        assert "failed" in printed[refused], printed[refused]
    assert "collection is empty" in printed[3]


def test_a_collection_beside_the_calendars_is_one(cadaver, kalends):
    printed = cadaver.session("mkcol plain", "ls", "put a.ics plain/a.ics", "propget plain DAV:resourcetype", at="")
    assert "succeeded" in printed[0] and "plain" in names(printed[1])
    assert "succeeded" in printed[2]
    assert "plain" in [
        str(each.url).rstrip("/").rsplit("/", 1)[1] for each in cadaver.account.principal.get_calendars()
    ]


def test_properties_of_a_calendar(cadaver):
    printed = cadaver.session(
        "propset . author 'Ada Lovelace'", "propget . author", "propnames .", "propdel . author", "propget . author"
    )
    assert "succeeded" in printed[0]
    assert "Value of author is: Ada Lovelace" in printed[1]
    assert "author" in printed[2] and "DAV: resourcetype" in printed[2]
    assert "succeeded" in printed[3]
    assert "Ada" not in printed[4]


def test_properties_of_an_object(cadaver):
    printed = cadaver.session("put a.ics", "propget a.ics", "propnames a.ics")
    for name in ("getetag", "getcontenttype", "getcontentlength", "getlastmodified", "resourcetype"):
        assert f"DAV: {name} =" in printed[1]
        assert f"DAV: {name}" in printed[2]
    assert "text/calendar" in printed[1]


def test_removes_a_calendar(cadaver):
    printed = cadaver.session("rmcol play", "ls", "ls play", at="")
    assert "succeeded" in printed[0]
    assert "play" not in names(printed[1])
    assert "404" in printed[2] or "failed" in printed[2]


def test_locks_are_not_offered(cadaver, kalends):
    lock, put = cadaver.session("lock a.ics", "put a.ics")
    assert "failed" in lock
    assert "succeeded" in put
