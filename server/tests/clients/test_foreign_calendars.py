"""Calendars that other projects test themselves with: what is put comes back as it was, what is imported is all there,
and what the server expands is what an implementation of other hands expands."""

import re
import warnings
from datetime import UTC, date, datetime, timedelta

import corpora
import icalendar
import pytest
import recurring_ical_events
from caldav.lib import error

# Not calendar objects: what is wrong with each, so that nothing is refused without a reason.
REFUSED = {}

# What the two expansions differ in, and why the server's is right.
UNLIKE = {}

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def collector(server):
    return server.account()


@pytest.fixture(scope="module")
def put(collector):
    """Puts the objects of a file into a calendar of its own, once; yields the calendar and what was accepted and refused."""
    done = {}

    def put(name):
        if name not in done:
            calendar = collector.principal.make_calendar(name=name[-200:], cal_id=f"put-{len(done)}")
            accepted, refused = {}, []
            for number, octets in enumerate(corpora.objects(corpora.FILES[name])):
                url = calendar.url.join(f"{number}.ics")
                answer = collector.request("PUT", url, octets, content_type="text/calendar; charset=utf-8")
                if answer.status_code == 201:
                    accepted[str(url)] = octets
                else:
                    refused.append((octets, answer))
            done[name] = calendar, accepted, refused
        return done[name]

    return put


def condition(answer):
    found = re.search(r"<(?:\w+:)?error[^>]*>\s*<(?:\w+:)?([\w-]+)", answer.text)
    return found and found.group(1)


@pytest.mark.parametrize("name", corpora.FILES)
def test_put_and_get(name, collector, put):
    _, accepted, refused = put(name)
    for url, octets in accepted.items():
        assert collector.request("GET", url).content == octets
    reasons = []
    for octets, answer in refused:
        assert answer.status_code in (403, 409), f"{answer.status_code} {answer.text}"
        assert condition(answer) in ("valid-calendar-data", "valid-calendar-object-resource", "supported-calendar-component")
        reasons.append(answer.text)
    if name in REFUSED:
        assert refused, f"accepted although {REFUSED[name]}"
    else:
        assert not refused, "\n".join(reasons)


def components(octets):
    """Each component with a UID, as the icalendar package reads it."""
    found = []
    for calendar in icalendar.Calendar.from_ical(octets, multiple=True):
        for component in calendar.subcomponents:
            if component.name in ("VEVENT", "VTODO", "VJOURNAL") and component.get("UID"):
                found.append(component.to_ical(sorted=True).decode())
    return sorted(found)


@pytest.mark.parametrize("name", [name for name in corpora.FILES if name not in REFUSED])
def test_import_and_read_back(name, collector, kalends, tmp_path, request):
    octets = corpora.FILES[name]
    calendar = collector.principal.make_calendar(name="Import")
    slug = str(calendar.url).rstrip("/").rsplit("/", 1)[1]
    file = tmp_path / "file.ics"
    file.write_bytes(octets)
    report = kalends.run("import", collector.name, slug, file)
    assert " 0 refused" in report, report
    read = [component for each in calendar.search() for component in components(each.data)]
    assert sorted(read) == components(octets)

    again = kalends.run("import", collector.name, slug, file)
    assert again.startswith("0 added, 0 replaced"), again
    exported = kalends.run("export", collector.name, slug).encode()
    assert components(exported) == components(octets)


def comparable(moment):
    """Floating times and days are read in UTC on both sides."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instance(component):
    start = component["DTSTART"].dt
    if "DTEND" in component:
        end = component["DTEND"].dt
    elif "DURATION" in component:
        end = start + component["DURATION"].dt
    else:
        end = start if isinstance(start, datetime) else start + timedelta(days=1)
    if not isinstance(end, datetime) and end <= start:
        end = start + timedelta(days=1)
    return comparable(start), comparable(end), str(component.get("UID")), str(component.get("SUMMARY", ""))


def windows(calendar):
    """Around the first start, a year after it, and far beyond."""
    starts = [event["DTSTART"].dt for event in calendar.walk("VEVENT") if "DTSTART" in event]
    if not starts:
        return []
    days = [start.date() if isinstance(start, datetime) else start for start in starts]
    first = max(min(days), date(1902, 1, 1))
    spans = [(-3, 45), (45, 400), (700, 735), (365 * 9, 365 * 9 + 31)]
    midnight = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return [(midnight + timedelta(days=start), midnight + timedelta(days=end)) for start, end in spans]


@pytest.mark.parametrize("name", [name for name in corpora.FILES if name not in REFUSED])
def test_expansion(name, put):
    calendar, accepted, _ = put(name)
    if name in UNLIKE:
        pytest.skip(UNLIKE[name])
    together = b"".join(accepted.values())
    whole = icalendar.Calendar()
    for octets in accepted.values():
        for component in icalendar.Calendar.from_ical(octets).subcomponents:
            whole.add_component(component)
    for start, end in windows(whole):
        expected = sorted(instance(each) for each in recurring_ical_events.CalendarQuery(whole).between(start, end))
        found = calendar.search(
            start=start,
            end=end,
            event=True,
            expand=True,
            server_expand=True,
            post_filter=False,
            compatibility_workarounds=False,
        )
        got = sorted(instance(each.icalendar_component) for each in found)
        missing = [each for each in expected if each not in got]
        extra = [each for each in got if each not in expected]
        assert not missing and not extra, f"{start:%F} to {end:%F}: missing {missing[:9]}, too many {extra[:9]}\n{together.decode()[:6000]}"
