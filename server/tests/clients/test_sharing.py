"""A calendar that one person shares with another, in the clients of both."""

import os
import re
from datetime import datetime, timezone
from xml.sax.saxutils import quoteattr

from caldav.lib import error
import pytest
from objects import event
from test_vdirsyncer import Vdirsyncer

PRINCIPALS = "/api/v1.0/caldav/principals/"
REFUSED = (error.AuthorizationError, error.PutError, error.DeleteError)


def grant(owner, calendar, sharee, *privileges):
    """Shares by ACL (RFC 3744); without privileges it is shared with nobody."""
    granted = "".join(f"<D:privilege><{privilege}/></D:privilege>" for privilege in privileges)
    ace = (
        f"<D:ace><D:principal><D:href>{PRINCIPALS}{sharee.name}/</D:href></D:principal><D:grant>{granted}</D:grant></D:ace>"
        if privileges
        else ""
    )
    body = f'<D:acl xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{ace}</D:acl>'
    answer = owner.request("ACL", calendar, body, content_type="application/xml")
    assert answer.status_code == 200, answer.text


@pytest.fixture
def sharee(kalends):
    return kalends.account()


@pytest.fixture
def shared(kalends, account, sharee):
    """Ada's calendar, read by Ben, who has it in his list; as each of them sees it."""
    ours = account.principal.make_calendar(name="Choir", cal_id="choir")
    grant(account, ours.url, sharee, "D:read")
    offers = sharee.request("GET", f"{kalends.url}/api/v1.0/offers").json()["calendars"]
    (offer,) = [offer for offer in offers if offer["name"] == "Choir"]
    answered = sharee.request(
        "PUT",
        f"{kalends.url}/api/v1.0/calendars/{offer['id']}/answer",
        '{"answer":"accepted"}',
        content_type="application/json",
    )
    assert answered.ok, answered.text
    (theirs,) = [each for each in sharee.principal.get_calendars() if each.get_display_name() == "Choir"]
    return ours, theirs


def texts(calendar):
    return sorted(str(each.icalendar_component["SUMMARY"]) for each in calendar.get_events())


def test_a_sharee_reads_what_the_sharer_writes(shared):
    ours, theirs = shared
    ours.add_event(event("a", "DTSTART:20260310T100000Z", "DTEND:20260310T110000Z", "SUMMARY:Rehearsal"))
    ours.add_event(event("b", "DTSTART:20260311T100000Z", "CLASS:CONFIDENTIAL", "SUMMARY:Secret"))
    assert texts(ours) == ["Rehearsal", "Secret"]
    seen = theirs.get_events()
    assert len(seen) == 2
    assert not any("Secret" in each.data for each in seen)
    day = {"start": datetime(2026, 3, 10, tzinfo=timezone.utc), "end": datetime(2026, 3, 11, tzinfo=timezone.utc)}
    (found,) = theirs.search(event=True, **day)
    assert found.icalendar_component["SUMMARY"] == "Rehearsal"
    changes = theirs.get_objects_by_sync_token(disable_fallback=True)
    ours.get_event_by_uid("a").delete()
    later = theirs.get_objects_by_sync_token(changes.sync_token, disable_fallback=True)
    assert [str(each.url).rsplit("/", 1)[1] for each in later] == ["a.ics"]


def test_what_a_sharee_writes_is_refused_until_they_may(shared, account, sharee):
    ours, theirs = shared
    ours.add_event(event("a", "DTSTART:20260310T100000Z", "SUMMARY:Rehearsal"))
    with pytest.raises(REFUSED):
        theirs.add_event(event("b", "DTSTART:20260310T100000Z", "SUMMARY:Mine"))
    with pytest.raises(REFUSED):
        theirs.get_event_by_uid("a").delete()
    assert texts(ours) == ["Rehearsal"]
    grant(account, ours.url, sharee, "D:read", "D:write")
    theirs.add_event(event("b", "DTSTART:20260310T100000Z", "SUMMARY:Mine"))
    edited = theirs.get_event_by_uid("a")
    with edited.edit_icalendar_component() as component:
        component["SUMMARY"] = "Rehearsal, changed"
    edited.save()
    assert texts(ours) == ["Mine", "Rehearsal, changed"]
    grant(account, ours.url, sharee)
    with pytest.raises(error.NotFoundError):
        theirs.get_events()
    assert "Choir" not in [each.get_display_name() for each in sharee.principal.get_calendars()]
    assert texts(ours) == ["Mine", "Rehearsal, changed"]


def test_vdirsyncer_keeps_a_calendar_that_it_may_only_read(tmp_path, shared, account, sharee):
    ours, theirs = shared
    name = re.search(r"/(shared-\d+)/", str(theirs.url))[1]
    sync = Vdirsyncer(tmp_path, sharee, conflict='conflict_resolution = "b wins"\npartial_sync = "revert"')
    config = sync.config.read_text().replace('["from a", "from b"]', f"[{quoteattr(name)}]")
    sync.config.write_text(config.replace('type = "caldav"', 'type = "caldav"\nread_only = true'))
    ours.add_event(event("a", "DTSTART:20260310T100000Z", "SUMMARY:Rehearsal"))
    sync.run("discover")
    local, _ = sync.settle(name)
    assert len(local) == 1
    # What is changed in the folder goes back to what is shared; what is shared anew arrives.
    (path,) = (sync.calendars / name).glob("*.ics")
    path.write_bytes(path.read_bytes().replace(b"Rehearsal", b"Overwritten"))
    ours.add_event(event("b", "DTSTART:20260311T100000Z", "SUMMARY:Concert"))
    sync.run("sync")
    local, _ = sync.settle(name)
    assert sorted(re.search(rb"SUMMARY:(\w+)", text)[1] for text in local.values()) == [b"Concert", b"Rehearsal"]
    os.remove(path)
    # It forgets what it could not take away, and so finds it again.
    sync.run("sync")
    assert len(sync.settle(name)[0]) == 2
    assert texts(ours) == ["Concert", "Rehearsal"]
