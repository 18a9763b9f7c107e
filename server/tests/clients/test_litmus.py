"""litmus, the WebDAV test suite, as far as it makes sense where every collection is a calendar and holds only calendar objects.

The collection in which litmus works is a calendar, because each collection in a calendar home is one. What its tests need
beyond that, a calendar server has to refuse; those tests are listed with the reason, and every other one has to pass.
"""

import os
import re
import shutil
import subprocess

import pytest

NO_FILES = "puts a file that is not iCalendar (RFC 4791 section 4.1 allows only calendar objects in a calendar)"
NO_FOLDERS = "makes a collection inside a calendar, where RFC 4791 section 5.3.1.2 allows none"
NO_LOCKS = "needs locks, class 2, which Kalends does not offer"
FOLLOWS = "works on what an earlier test of this list would have made"

NOT_APPLICABLE = {
    "basic": {
        "put_get": NO_FILES,
        "put_get_utf8_segment": NO_FILES,
        "mkcol_over_plain": FOLLOWS,
        "delete": NO_FILES,
        "delete_fragment": NO_FOLDERS,
        "mkcol": NO_FOLDERS,
        "mkcol_again": FOLLOWS,
        "delete_coll": FOLLOWS,
    },
    "copymove": {
        "copy_init": NO_FILES,
        "copy_simple": FOLLOWS,
        "copy_overwrite": FOLLOWS,
        "copy_nodestcoll": FOLLOWS,
        "copy_coll": NO_FOLDERS,
        "copy_shallow": NO_FOLDERS,
        "move": NO_FILES,
        "move_coll": NO_FOLDERS,
    },
    "props": {
        "propinit": NO_FILES,
        "propset": FOLLOWS,
        "propget": FOLLOWS,
        "propmove": FOLLOWS,
        "propdeletes": FOLLOWS,
        "propreplace": FOLLOWS,
        "propnullns": FOLLOWS,
        "prophighunicode": FOLLOWS,
        "propremoveset": FOLLOWS,
        "propsetremove": FOLLOWS,
        "propvalnspace": FOLLOWS,
        "propmanyns": FOLLOWS,
    },
    "locks": {"precond": NO_LOCKS},
    "http": {},
}

RESULT = re.compile(r"(\d+)\. (\w+)\.+ (pass|FAIL|SKIPPED)([^\n]*)")


@pytest.mark.skipif(shutil.which("litmus") is None, reason="litmus is not installed")
@pytest.mark.parametrize("suite", NOT_APPLICABLE)
def test_litmus(suite, account, kalends, tmp_path):
    done = subprocess.run(
        ["litmus", "-k", account.home, account.name, account.password],
        cwd=tmp_path,
        env=dict(os.environ, TESTS=suite, LC_ALL="C.UTF-8"),
        capture_output=True,
        timeout=120,
    )
    output = done.stdout.decode(errors="replace").replace("\r", "\n")
    # A test that warns prints its name once more before the result.
    output = re.sub(r"(\d+\. \w+\.+) WARNING:[^\n]*\n\s*\.+", r"\1", output)
    results = {name: (result, detail.strip()) for _, name, result, detail in RESULT.findall(output)}
    assert "finish" in results or "precond" in results, output
    expected = NOT_APPLICABLE[suite]
    failed = {name: result for name, result in results.items() if result[0] != "pass" and name not in expected}
    assert not failed, output
    passed = [name for name in expected if results.get(name, ("",))[0] == "pass"]
    assert not passed, f"{passed} pass; they belong no longer on the list"
