"""The tests of scheduling that python-caldav has for servers (RFC 6638), from its sources: `cargo xtask test` puts them beside its packages.

Those with a reason here ask for what the RFC forbids; every other one has to pass.
"""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NOT_APPLICABLE = {
    "testScheduleTagStableOnPartstateUpdate": "a PUT of an attendee has another Schedule-Tag after it (RFC 6638 section 3.2.10); the one "
    "that stays is of what a message has changed",
}

RESULT = re.compile(r"^(PASSED|FAILED|ERROR|SKIPPED)\b.*?::(test\w+)", re.MULTILINE)


def suite():
    return Path(sys.prefix) / "suites" / f"caldav-{importlib.metadata.version('caldav')}" / "tests"


@pytest.mark.skipif(not suite().is_dir(), reason="the sources of python-caldav are not there; run `cargo xtask test`")
def test_the_scheduling_of_python_caldav(kalends, tmp_path):
    # It looks for its configuration beside its tests, and takes the names of people for their addresses.
    shutil.copytree(suite(), tmp_path / "tests")
    people = [kalends.account() for _ in range(3)]
    users = [
        {"url": kalends.entry, "username": f"{person.name}@example.org", "password": person.password}
        for person in people
    ]
    known = {"type": "external", "enabled": True, "features": {"scheduling": {"support": "full"}}}
    servers = {"test-servers": {"kalends": {**known, **users[0], "scheduling_users": users}}}
    (tmp_path / "tests" / "caldav_test_servers.json").write_text(json.dumps(servers))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-rA", "--tb=short", "-c", os.devnull]
        + ["--rootdir", tmp_path, "tests/test_caldav.py", "-k", "TestSchedulingForServer"],
        cwd=tmp_path,
        # No other server is started beside.
        env=dict(os.environ, HOME=str(tmp_path), PYTHON_CALDAV_TEST_DOCKER="0"),
        capture_output=True,
        text=True,
        timeout=300,
    )
    results = {name: result for result, name in RESULT.findall(done.stdout)}
    passed = sorted(name for name, result in results.items() if result == "PASSED")
    wrong = {name: result for name, result in results.items() if result != "PASSED" and name not in NOT_APPLICABLE}
    assert not wrong and len(passed) >= 8, done.stdout + done.stderr
    ended = [name for name in passed if name in NOT_APPLICABLE]
    assert not ended, f"{ended} pass; they belong no longer on the list"
