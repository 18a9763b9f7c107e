"""CalDAV clients of other hands against the real server.

`KALENDS_BIN` names the program (`cargo xtask test` sets it). With `KALENDS_OTHER_SERVER=http://127.0.0.1:5232` the suite runs
against another CalDAV server, such as Radicale with `auth.type = none`: a test that fails there as well is suspect itself.
"""

import os
import uuid

import pytest
from harness import Kalends, OtherServer

LOG_SHOWN = 20_000

# Processes of one run (pytest-xdist) have a server each, and may not share its database.
if "PYTEST_XDIST_WORKER" in os.environ and "KALENDS_DATABASE_URL" in os.environ:
    os.environ["KALENDS_DATABASE_URL"] += "_" + os.environ["PYTEST_XDIST_WORKER"]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    other = os.environ.get("KALENDS_OTHER_SERVER")
    if other:
        yield OtherServer(other)
        return
    program = os.environ.get("KALENDS_BIN")
    if not program:
        pytest.exit(
            "KALENDS_BIN does not name the program; run `cargo xtask test`, or build it and set the variable.", 2
        )
    server = Kalends(program, tmp_path_factory.mktemp("kalends")).start()
    yield server
    assert server.stop() == 0, server.log()


@pytest.fixture
def kalends(server):
    """The server where a test needs its command line."""
    if not server.is_kalends:
        pytest.skip("needs the kalends command line")
    return server


@pytest.fixture
def account(server):
    """A new person, whom no other test knows."""
    return server.account()


@pytest.fixture
def calendar(account):
    """A new, empty calendar, as python-caldav sees it."""
    return account.principal.make_calendar(name="Test", cal_id=f"test-{uuid.uuid4().hex[:8]}")


@pytest.fixture(autouse=True)
def no_panic(request, server):
    """A test whose requests made the server panic has failed, whatever the client made of the answer."""
    request.node.log_start = server.log_size()
    yield
    assert "panicked at" not in server.log(request.node.log_start), server.log(request.node.log_start)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    server = item.funcargs.get("server")
    if report.failed and server is not None:
        log = server.log(getattr(item, "log_start", 0))
        if log:
            report.sections.append(("server log", log[-LOG_SHOWN:]))
    return report
