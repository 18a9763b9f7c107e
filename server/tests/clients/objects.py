"""iCalendar objects that the tests put."""

UTC_STAMP = "20260101T000000Z"


def component(name, uid, *lines):
    """One component with its UID and DTSTAMP; `lines` are content lines as they are."""
    return "\r\n".join([f"BEGIN:{name}", f"UID:{uid}", f"DTSTAMP:{UTC_STAMP}", *lines, f"END:{name}", ""])


def calendar(*parts):
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//Client tests//EN\r\n"
        + "".join(parts)
        + "END:VCALENDAR\r\n"
    )


def event(uid, *lines):
    return calendar(component("VEVENT", uid, *lines))


# Wall-clock time in Berlin: +01:00 until the last Sunday in March, then +02:00.
BERLIN = "\r\n".join(
    [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Berlin",
        "BEGIN:DAYLIGHT",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "DTSTART:19810329T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "DTSTART:19961027T030000",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]
)
