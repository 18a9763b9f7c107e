"""Meetings as python-caldav has them (RFC 6638)."""

import time
from datetime import datetime, timedelta, timezone

import icalendar
import pytest

START = datetime(2030, 3, 1, 10, 0, tzinfo=timezone.utc)


@pytest.fixture
def people(kalends):
    """Two people of one installation."""
    return kalends.account(), kalends.account()


def meeting(uid):
    event = icalendar.Event()
    event.add("uid", uid)
    event.add("dtstamp", datetime.now(timezone.utc))
    event.add("dtstart", START)
    event.add("dtend", START + timedelta(hours=1))
    event.add("summary", "Plan")
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//pytest//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return calendar.to_ical().decode()


def eventually(found, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError("it did not come")


def test_an_invitation_is_found_in_the_inbox_and_accepted(people):
    ada, ben = (account.principal for account in people)
    address = next(a for a in ben.calendar_user_address_set() if a.startswith("mailto:"))
    calendar = ada.calendars()[0]
    calendar.save_with_invites(meeting("python-caldav-meeting"), [address])
    [invitation] = ben.schedule_inbox().get_items()
    assert invitation.is_invite_request()
    invitation.accept_invite()

    def answered():
        event = calendar.event_by_uid("python-caldav-meeting")
        event.load()
        return "PARTSTAT=ACCEPTED" in event.data.replace("\r\n ", "").replace("\n ", "")

    eventually(answered)
    replies = [item for item in ada.schedule_inbox().get_items() if item.is_invite_reply()]
    assert len(replies) >= 1
    invitation.delete()
    assert list(ben.schedule_inbox().get_items()) == []
