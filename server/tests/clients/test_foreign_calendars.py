"""Calendars that other projects test themselves with: what is put comes back as it was, what is imported is all there,
and what the server expands is what an implementation of other hands expands."""

import re
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import corpora
import icalendar
import pytest
import recurring_ical_events

# What is wrong with files that hold objects of the right shape, so that nothing is refused without a reason.
TWO_STARTS = "an event has two DTSTART"
NOT_A_TIME = "a time is none"
NOT_A_LINE = "a line is not a content line, so that it cannot be told what it says"
NO_ZONE = "a TZID names no time zone and no VTIMEZONE defines it"
NO_RULE = "a RRULE is none"
MIXED = "a date stands where a time should be, or the other way round"
BOTH_ENDS = "DTEND and DURATION contradict each other"
BACKWARDS = "an event ends before it starts"
FREE_BUSY = "VFREEBUSY is not stored in calendars (RFC 4791 section 4.1 leaves that to the server)"
REFUSED = {
    "icalendar/calendars/america_new_york_forward_reference.ics": TWO_STARTS,
    "icalendar/calendars/broken_dtstart.ics": NOT_A_TIME,
    "icalendar/calendars/invalid_duration.ics": "a DURATION is larger than any number",
    "icalendar/calendars/issue_1081_freebusy_comma_separated.ics": FREE_BUSY,
    "icalendar/calendars/issue_1081_invalid_rrule_freq.ics": NO_RULE,
    "icalendar/calendars/issue_1081_invalid_start_and_end.ics": NOT_A_TIME,
    "icalendar/calendars/issue_1081_invalid_start_valid_end.ics": NOT_A_TIME,
    "icalendar/calendars/issue_1633_freebusy_with_dates.ics": MIXED,
    "icalendar/calendars/issue_1633_rdate_with_dates.ics": MIXED,
    "icalendar/calendars/issue_1633_rdate_with_dates_and_tzid.ics": MIXED,
    "icalendar/calendars/issue_168_input.ics": NOT_A_LINE,
    "icalendar/calendars/issue_27_multiple_periods_in_freebusy_multiple_freebusies.ics": FREE_BUSY,
    "icalendar/calendars/issue_27_multiple_periods_in_freebusy_one_freebusy.ics": FREE_BUSY,
    "icalendar/calendars/issue_351_whitespace_in_property_and_params.ics": NOT_A_LINE,
    "icalendar/calendars/issue_526_calendar_with_different_events.ics": NO_ZONE,
    "icalendar/calendars/issue_526_calendar_with_event_subset.ics": NO_ZONE,
    "icalendar/calendars/issue_526_calendar_with_events.ics": NO_ZONE,
    "icalendar/calendars/issue_526_calendar_with_shuffeled_events.ics": NO_ZONE,
    "icalendar/calendars/multiple_timezones.ics": "RDATE has times without a date",
    "icalendar/calendars/pacific_fiji.ics": TWO_STARTS,
    "icalendar/calendars/timezone_rdate.ics": NOT_A_LINE,
    "recurring-ical-events/Germany_Holidays.ics": NO_RULE,
    "recurring-ical-events/bad_rrule_missing_until_event.ics": NO_RULE,
    "recurring-ical-events/end_before_start_event.ics": BACKWARDS,
    "recurring-ical-events/issue_164_duplicated_event.ics": "two overrides of one instance",
    "recurring-ical-events/issue_201_mixed_datetime_and_date.ics": MIXED,
    "recurring-ical-events/issue_28_rrule_with_UTC_endinginZ.ics": MIXED,
    "recurring-ical-events/issue_36_recurrence_ID_format.ics": MIXED,
    "recurring-ical-events/issue_61_time_zone_error.ics": NOT_A_LINE,
    "recurring-ical-events/recurring_events_changed_duration.ics": BOTH_ENDS,
    "recurring-ical-events/recurring_events_moved.ics": BOTH_ENDS,
    "ical.js/google_birthday.ics": NOT_A_TIME,
    "icalendar-python/fuzzing__corpus__america_new_york.ics": TWO_STARTS,
}

# Imported, although the icalendar package cannot read it: a line of the calendar itself, outside of the event, is none.
BEYOND_ICALENDAR = ["icalendar/calendars/issue_104_broken_calendar.ics"]

# Where the two expansions differ: the starts that only the server has, those that only the other has, and why.
UNLIKE = {
    # An override stands for itself, even where the rule was cut short and no longer reaches it.
    "recurring-ical-events/issue_253_additional_recurrence_id.ics": (["2024-07-29"], []),
    # UNTIL as a day beside a DTSTART with a time: the whole of that day belongs to the series.
    "recurring-ical-events/issue_75_range_parameter.ics": (["2025-09-21T14:22:00Z"], []),
    # COUNT counts DTSTART as the first instance of each rule, even where the rule does not yield it (RFC 5545 section 3.3.10).
    "recurring-ical-events/multiple_rrule.ics": ([], ["2023-03-13T10:00:00Z"]),
    # RSCALE and SKIP, which the other refuses: the days that RFC 7529 section 4.3 names for them, and those that follow.
    "icalendar/calendars/rfc_7529.ics": (
        ["2012-02-29", "2013-02-10", "2013-03-01", "2014-01-31", "2014-02-08", "2014-03-01", "2021-03-01"],
        [],
    ),
}

CONDITIONS = ("valid-calendar-data", "valid-calendar-object-resource", "supported-calendar-component")

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
    surprises = []
    for octets, answer in refused:
        assert answer.status_code in (403, 409), f"{answer.status_code} {answer.text}"
        assert condition(answer) in CONDITIONS, answer.text
        if corpora.unfit(octets) is None:
            surprises.append(answer.text)
    assert not [corpora.unfit(octets) for octets in accepted.values() if corpora.unfit(octets)]
    if name in REFUSED:
        assert surprises, f"accepted although {REFUSED[name]}"
    else:
        assert not surprises, "\n".join(surprises)


def components(octets):
    """Each component that can be stored, as the icalendar package reads it, without what an import has to add."""
    found = []
    for root in icalendar.Calendar.from_ical(octets, multiple=True):
        for component in [root, *root.subcomponents]:
            if component.name not in ("VEVENT", "VTODO", "VJOURNAL"):
                continue
            component.pop("DTSTAMP", None)
            if str(component.get("UID", "")).endswith("@kalends"):
                del component["UID"]
            found.append(component.to_ical(sorted=True).decode())
    return sorted(found)


@pytest.mark.parametrize("name", corpora.FILES)
def test_import_and_read_back(name, collector, put, kalends, tmp_path):
    octets = corpora.FILES[name]
    calendar = collector.principal.make_calendar(name="Import")
    slug = str(calendar.url).rstrip("/").rsplit("/", 1)[1]
    file = tmp_path / "file.ics"
    file.write_bytes(octets)
    try:
        report = kalends.run("import", collector.name, slug, file)
    except AssertionError as refusal:
        assert re.search(r"kalends: not valid iCalendar: line \d+: ", str(refusal)), refusal
        assert corpora.parts(octets) is None, refusal
        return
    counts, *refusals = report.splitlines()
    added, replaced, unchanged, refused = map(int, re.findall(r"\d+", counts))
    assert (replaced, unchanged, refused) == (0, 0, len(refusals))
    assert all(re.match(r"  line \d+: .*: .+", refusal) for refusal in refusals), report

    # What can be put can be imported; what cannot be put is refused here as well, unless an import can mend it.
    _, accepted, put_refused = put(name)
    assert added >= len(accepted)
    foreign = [refusal for refusal in refusals if refusal.endswith("components")]
    assert put_refused or len(foreign) == refused, report

    listed = calendar.get_objects_by_sync_token(disable_fallback=True)
    assert len(listed) == added
    objects = calendar.multiget([each.url for each in listed]) if added else []
    read = sorted(component for each in objects for component in components(each.raw_data))
    if added and not refused and name not in BEYOND_ICALENDAR:
        assert read == components(octets)

    again = kalends.run("import", collector.name, slug, file)
    assert list(map(int, re.findall(r"\d+", again.splitlines()[0]))) == [0, 0, added, refused], again
    assert components(kalends.run("export", collector.name, slug).encode()) == read


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


CALENDAR_DATA = "{urn:ietf:params:xml:ns:caldav}calendar-data"

QUERY = """<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
  <prop><C:calendar-data><C:expand start="{start}" end="{end}"/></C:calendar-data></prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
    <C:time-range start="{start}" end="{end}"/>
  </C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>"""


def utc(moment):
    return moment.strftime("%Y%m%dT%H%M%SZ")


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


def expand_elsewhere(name, whole, start, end):
    try:
        return sorted(instance(each) for each in recurring_ical_events.CalendarQuery(whole).between(start, end))
    except recurring_ical_events.errors.BadRuleStringFormat:
        if name not in UNLIKE:
            raise
        return []


@pytest.mark.parametrize("name", corpora.FILES)
def test_expansion(name, collector, put):
    calendar, accepted, _ = put(name)
    together = b"".join(accepted.values())
    whole = icalendar.Calendar()
    for octets in accepted.values():
        for component in icalendar.Calendar.from_ical(octets).subcomponents:
            whole.add_component(component)
    only_server, only_other = set(), set()
    for start, end in windows(whole):
        expected = expand_elsewhere(name, whole, start, end)
        answer = collector.request("REPORT", calendar.url, QUERY.format(start=utc(start), end=utc(end)), depth=1)
        assert answer.status_code == 207, answer.text
        texts = [each.text for each in ElementTree.fromstring(answer.content).iter(CALENDAR_DATA)]
        got = sorted(instance(event) for text in texts for event in icalendar.Calendar.from_ical(text).walk("VEVENT"))
        assert len(got) == len(set(got)) or len(expected) != len(set(expected)), f"twice in {start:%F} to {end:%F}"
        only_server |= set(got) - set(expected)
        only_other |= set(expected) - set(got)
    starts = sorted({each[0] for each in only_server}), sorted({each[0] for each in only_other})
    assert starts == UNLIKE.get(name, ([], [])), (
        f"{sorted(only_server)[:9]}, {sorted(only_other)[:9]}\n{together.decode()[:6000]}"
    )
