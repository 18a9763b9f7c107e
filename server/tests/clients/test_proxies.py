"""The samples in deploy/ with the real proxies: what a client sees through nginx and Caddy is what Kalends says."""

import http.client
import os
import socket
import ssl
import subprocess
import threading
import time
from base64 import b64encode
from contextlib import closing, suppress
from html import unescape
from queue import Empty, Queue
from urllib.parse import urljoin, urlsplit

import caldav
import pytest
import requests
from harness import FEATURES, Account, Kalends
from objects import event
from proxies import Caddy, Certificate, Nginx, for_several_nodes, sample

PROXIES = [Nginx, Caddy]
ICS = "text/calendar; charset=utf-8"
START = "DTSTART:20260310T100000Z"
MIB = 1024 * 1024
QUERY = """<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<D:prop><D:getetag/><C:calendar-data/></D:prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
<C:time-range start="20260301T000000Z" end="20260401T000000Z"/>
</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""


class Outside:
    """A proxy and the server behind it, as those see it who come from outside."""

    is_kalends = True

    def __init__(self, server, proxy):
        self.server, self.proxy = server, proxy
        self.url = proxy.url
        self.entry = f"{proxy.url}/.well-known/caldav"
        self.certificate = str(proxy.certificate.chain)

    def account(self):
        inside = self.server.account()
        account = Trusting(self, inside.name, inside.password)
        account.http.verify, account.http.trust_env = self.certificate, False
        return account


class Trusting(Account):
    """An account whose clients know the certificate."""

    def client(self, url=None):
        return caldav.DAVClient(
            url=url or self.server.entry,
            username=self.name,
            password=self.password,
            features=FEATURES,
            ssl_verify_cert=self.server.certificate,
        )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module", params=PROXIES, ids=lambda proxy: proxy.name)
def outside(request, server, tmp_path_factory, certificate):
    """A server that knows its outer address, behind one proxy after the other."""
    if not server.is_kalends:
        pytest.skip("the samples are for Kalends")
    proxy = request.param(tmp_path_factory.mktemp(request.param.name), certificate)
    kalends = PublicKalends(proxy.url, server.program, tmp_path_factory.mktemp("kalends")).start()
    try:
        proxy.start(sample(proxy.sample), urlsplit(kalends.url).netloc)
        try:
            yield Outside(kalends, proxy)
        finally:
            proxy.stop()
    finally:
        assert kalends.stop() == 0, kalends.log()
    assert "panicked at" not in kalends.log(), kalends.log()


class PublicKalends(Kalends):
    """The program with `--public-url`."""

    def __init__(self, public_url, program, folder):
        super().__init__(program, folder)
        self.public_url = public_url

    def environment(self):
        return dict(super().environment(), KALENDS_PUBLIC_URL=self.public_url)


@pytest.fixture(scope="module")
def person(outside):
    return outside.account()


@pytest.fixture
def shelf(person):
    """A calendar's URL as the server names it, under the outer address."""
    calendar = f"{person.home}personal/"
    assert calendar.startswith(person.server.url), calendar
    return calendar


def put(person, url, text, **headers):
    return person.request("PUT", url, text, content_type=ICS, **headers)


def test_discovery_leads_to_the_outer_address(outside):
    for method in ("GET", "PROPFIND"):
        answer = requests.request(method, outside.entry, verify=outside.certificate, allow_redirects=False, timeout=10)
        assert answer.status_code == 308
        assert urljoin(outside.entry, answer.headers["Location"]) == f"{outside.url}/api/v1.0/caldav/"


def test_http_is_redirected_with_its_method(outside):
    url = f"http://localhost:{outside.proxy.http}/.well-known/caldav"
    answer = requests.request("PROPFIND", url, allow_redirects=False, timeout=10)
    assert answer.status_code == 308
    assert answer.headers["Location"].startswith("https://localhost")
    assert answer.headers["Location"].endswith("/.well-known/caldav")


def test_python_caldav_finds_and_fills_a_calendar(person):
    """It speaks HTTP/2 where the proxy does."""
    calendar = person.principal.make_calendar(name="Through a proxy", cal_id="through-a-proxy")
    calendar.add_event(event("h2", START, "SUMMARY:Choir"))
    (found,) = calendar.events()
    assert found.icalendar_component["SUMMARY"] == "Choir"
    assert str(found.url).startswith(person.server.url)
    answer = person.principal.client.session.get(person.server.url + "/sign-in")
    assert answer.http_version == 20


def test_objects_are_put_listed_got_moved_and_deleted(person, shelf):
    text = event("walk", START, "SUMMARY:Walk")
    url = f"{shelf}walk.ics"
    made = put(person, url, text, if_none_match="*")
    assert made.status_code == 201
    assert put(person, url, text, if_none_match="*").status_code == 412

    listed = person.request("PROPFIND", shelf, depth=1)
    assert listed.status_code == 207
    assert urlsplit(url).path in listed.text and f"<D:href>{urlsplit(shelf).path}</D:href>" in listed.text

    got = person.request("GET", url, accept_encoding="gzip, br")
    assert (got.status_code, got.text) == (200, text)
    etag = got.headers["ETag"]
    assert etag.startswith('"') and etag == made.headers["ETag"]
    assert "Content-Encoding" not in got.headers
    assert person.request("GET", url, if_none_match=etag).status_code == 304
    assert put(person, url, text.replace("Walk", "Long walk"), if_match=etag).status_code == 204
    assert put(person, url, text, if_match=etag).status_code == 412

    found = person.request("REPORT", shelf, QUERY, depth=1, content_type="application/xml")
    assert found.status_code == 207 and "SUMMARY:Long walk" in found.text

    moved = f"{shelf}moved.ics"
    assert person.request("MOVE", url, destination=moved, overwrite="F").status_code == 201
    assert person.request("GET", url).status_code == 404
    copied = f"{shelf}elsewhere.ics"
    elsewhere = copied.replace("localhost", "localhost.example")
    assert person.request("MOVE", moved, destination=elsewhere).status_code == 502
    etag = person.request("GET", moved).headers["ETag"]
    assert person.request("DELETE", moved, if_match='"another"').status_code == 412
    assert person.request("DELETE", moved, if_match=etag).status_code == 204
    assert person.request("GET", moved).status_code == 404


def test_collections_are_made_changed_copied_from_and_deleted(person):
    made = f"{person.home}made/"
    assert person.request("MKCALENDAR", made).status_code == 201
    named = (
        '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:displayname>Läufe</D:displayname></D:prop></D:set>'
        "</D:propertyupdate>"
    )
    assert person.request("PROPPATCH", made, named, content_type="application/xml").status_code == 207
    assert "Läufe" in person.request("PROPFIND", made, depth=0).content.decode()
    assert put(person, f"{made}run.ics", event("run", START)).status_code == 201
    assert person.request("COPY", f"{made}run.ics", destination=f"{person.home}personal/run.ics").status_code == 201
    assert person.request("GET", f"{person.home}personal/run.ics").status_code == 200
    assert person.request("DELETE", made).status_code == 204
    methods = person.request("OPTIONS", person.home).headers
    assert "REPORT" in methods["Allow"] and "calendar-access" in methods["DAV"]


def connect(outside):
    """A connection that speaks HTTP/1.1, where the other clients speak HTTP/2."""
    address = urlsplit(outside.url)
    trusting = ssl.create_default_context(cafile=outside.certificate)
    connection = http.client.HTTPSConnection(address.hostname, address.port, timeout=10, context=trusting)
    connection.connect()
    connection.auto_open = False
    return connection


def signed_in(person):
    return {"Authorization": f"Basic {b64encode(f'{person.name}:{person.password}'.encode()).decode()}"}


def test_http_1_1_is_spoken_on_a_connection_that_stays(person, shelf, outside):
    path = urlsplit(shelf).path
    steps = [
        ("PUT", "old.ics", event("old", START), {"If-None-Match": "*", "Content-Type": ICS}, 201),
        ("MOVE", "old.ics", None, {"Destination": f"{shelf}new.ics"}, 201),
        ("REPORT", "", QUERY, {"Depth": "1", "Content-Type": "application/xml"}, 207),
        ("DELETE", "new.ics", None, {}, 204),
    ]
    with closing(connect(outside)) as connection:
        for method, name, body, headers, status in steps:
            connection.request(method, path + name, body, {**signed_in(person), **headers})
            answer = connection.getresponse()
            answer.read()
            assert (answer.status, answer.version) == (status, 11), method


def test_names_arrive_as_they_were_written(person, shelf):
    for name in ("a%20b.ics", "a%25b.ics", "a%3Fb%23c.ics", "a;b@c.ics", "%C3%BC.ics"):
        assert put(person, f"{shelf}{name}", event(name.replace(";", "-"), START)).status_code == 201, name
        assert person.request("GET", f"{shelf}{name}").status_code == 200, name
        assert person.request("DELETE", f"{shelf}{name}").status_code == 204, name


def with_a_description(uid, octets):
    """An event of so many octets or a line more."""
    padding = "\r\n ".join(["x" * 72] * (octets // 75))
    return event(uid, START, f"DESCRIPTION:{padding}")


def test_large_bodies_are_answered_by_kalends(person, shelf):
    assert put(person, f"{shelf}large.ics", with_a_description("large", 8 * MIB)).status_code == 201
    refused = put(person, f"{shelf}larger.ics", with_a_description("larger", 12 * MIB))
    assert refused.status_code == 413 and b"max-resource-size" in refused.content
    assert person.request("DELETE", f"{shelf}large.ics").status_code == 204


def test_the_session_cookie_stays_on_encrypted_connections(outside):
    """A person comes by a one-time link, chooses a password and is signed in."""
    name = outside.server.account().name
    link = outside.server.run("user", "link", name).split(": ")[1].strip()
    browser = requests.Session()
    browser.verify, browser.trust_env = outside.certificate, False
    browser.headers.update({"Accept": "text/html", "Origin": outside.url})
    page = browser.get(outside.url + urlsplit(link).path, timeout=10)
    assert page.status_code == 200
    secret = unescape(page.text.split('name="secret" value="')[1].split('"')[0])
    chosen = {"secret": secret, "time_zone": "UTC", "password": "correct-horse", "repeated": "correct-horse"}
    signed_in = browser.post(f"{outside.url}/fn/choose_password", chosen, allow_redirects=False, timeout=10)
    assert signed_in.status_code in (302, 303), signed_in.text
    (cookie,) = [cookie for cookie in browser.cookies if "session" in cookie.name]
    assert cookie.secure and cookie.has_nonstandard_attr("HttpOnly")
    assert urljoin(outside.url, signed_in.headers["Location"]).startswith(f"{outside.url}/")
    assert browser.get(f"{outside.url}/settings", allow_redirects=False, timeout=10).status_code == 200


class Events:
    """Server-sent events as they arrive: their kinds, in a queue, by a thread of their own."""

    def __init__(self, person):
        self.kinds = Queue()
        self.connection = connect(person.server)
        headers = {"Accept": "text/event-stream", **signed_in(person)}
        self.connection.request("GET", "/api/v1.0/stream", headers=headers)
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.status
        assert self.answer.headers["Content-Type"].startswith("text/event-stream")
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        # Ends with an error of one kind or another when the connection is closed below it.
        with suppress(OSError, ValueError, http.client.HTTPException):
            for line in self.answer:
                if line.startswith(b"event:"):
                    self.kinds.put(line.split(b":", 1)[1].strip().decode())

    def close(self):
        self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.reader.join()
        self.connection.close()

    def wait_for(self, kind, seconds):
        """The kinds that came before `kind`; fails when that has not come within so many seconds."""
        before, deadline = [], time.monotonic() + seconds
        while True:
            try:
                came = self.kinds.get(timeout=max(0, deadline - time.monotonic()))
            except Empty:
                raise AssertionError(f"no `{kind}` within {seconds} s, but {before}") from None
            if came == kind:
                return before
            before.append(came)


def test_events_are_streamed_as_they_happen(person, shelf):
    asked = time.monotonic()
    with closing(Events(person)) as events:
        events.wait_for("ready", 2 - (time.monotonic() - asked))
        assert put(person, f"{shelf}streamed.ics", event("streamed", START)).status_code == 201
        events.wait_for("calendar", 1)
        # It stays open and tells the next one as well.
        assert person.request("DELETE", f"{shelf}streamed.ics").status_code == 204
        events.wait_for("calendar", 1)


@pytest.mark.parametrize("kind", PROXIES, ids=lambda proxy: proxy.name)
def test_a_node_that_is_away_is_not_noticed(kind, kalends, tmp_path, certificate):
    """The samples' lines for several nodes, with nobody at one of the two addresses."""
    with socket.socket() as nobody:
        # It is bound, so that nobody else comes to listen there.
        nobody.bind(("127.0.0.1", 0))
        away, here = f"127.0.0.1:{nobody.getsockname()[1]}", urlsplit(kalends.url).netloc
        for nodes in ((away, here), (here, away)):
            proxy = kind(tmp_path, certificate).start(sample(kind.sample), None, nodes=nodes)
            try:
                person = Outside(kalends, proxy).account()
                url = f"{person.home}personal/e.ics"
                for _ in range(4):
                    assert put(person, url, event("e", START), if_none_match="*").status_code == 201
                    assert person.request("PROPFIND", url, depth=0).status_code == 207
                    assert person.request("DELETE", url).status_code == 204
            finally:
                proxy.stop()


@pytest.mark.parametrize("several", [False, True], ids=["one node", "several nodes"])
def test_caddy_takes_the_sample_as_it_is(several, tmp_path):
    text = sample(Caddy.sample)
    file = tmp_path / "Caddyfile"
    file.write_text(for_several_nodes(text) if several else text)
    command = [Caddy.program(), "validate", "--adapter", "caddyfile", "--config", file]
    done = subprocess.run(command, env=dict(os.environ, HOME=str(tmp_path)), capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
