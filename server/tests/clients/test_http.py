"""What every HTTP client relies on before it gets to calendars."""

import http.client
from base64 import b64encode
from urllib.parse import urlsplit

import pytest
from objects import event


@pytest.fixture
def connection(server):
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    connection.connect()
    yield connection
    connection.close()


def exchange(connection, method, path, body=None, headers=None):
    """One request on the connection as it is: when the server has closed it, this fails."""
    connection.auto_open = False
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    answer.read()
    return answer


@pytest.mark.parametrize("size", [100, 20_000, 2_000_000])
def test_a_refusal_leaves_the_connection_usable(account, connection, kalends, size):
    """Clients send a body before they know that it will be refused: without credentials, to the wrong place, too large."""
    home = urlsplit(account.home).path
    credentials = b64encode(f"{account.name}:{account.password}".encode()).decode()
    signed_in = {"Authorization": f"Basic {credentials}"}
    body = b"x" * size
    for _ in range(5):
        assert exchange(connection, "PUT", f"{home}personal/a.ics", body).status == 401
        assert exchange(connection, "PROPFIND", "/.well-known/caldav", body).status == 308
        assert exchange(connection, "PUT", f"{home}nowhere/at/all/a.ics", body, signed_in).status == 409
        assert exchange(connection, "DELETE", f"{home}personal/a.ics", body, signed_in).status == 404
        assert exchange(connection, "POST", f"{home}personal/a.ics", body, signed_in).status == 405
        answer = exchange(connection, "PROPFIND", home, None, {**signed_in, "Depth": "0"})
        assert answer.status == 207


def test_an_object_over_the_limit_is_refused_with_the_limit(account, kalends):
    properties = account.request(
        "PROPFIND",
        f"{account.home}personal/",
        '<propfind xmlns="DAV:"><prop><max-resource-size xmlns="urn:ietf:params:xml:ns:caldav"/></prop></propfind>',
        depth=0,
    )
    limit = int(properties.text.split("max-resource-size>")[1].split("<")[0])
    padding = "\r\n ".join(["x" * 70] * (limit // 72))
    large = event("large", "DTSTART:20260310T100000Z", f"DESCRIPTION:{padding}")
    answer = account.request("PUT", f"{account.home}personal/large.ics", large, content_type="text/calendar")
    assert answer.status_code == 413
    assert b"max-resource-size" in answer.content
    assert account.request("GET", f"{account.home}personal/large.ics").status_code == 404


def test_every_answer_names_what_the_server_is(account, kalends):
    for method, url in (("OPTIONS", account.home), ("PROPFIND", account.home), ("GET", f"{account.home}none/none.ics")):
        answer = account.request(method, url, depth=0)
        assert "calendar-access" in answer.headers["DAV"]
