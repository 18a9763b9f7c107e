#!/usr/bin/env python3
"""How much the database grows when every object is edited, as each text that an object had is kept.

    cargo build --release --package kalends-server && python3 benches/history.py [PROGRAM]

5,000 events as calendar programs write them, a third of them with a VTIMEZONE, are put and then edited ten times each: another title,
time, place, description, reminder, each with a new DTSTAMP and SEQUENCE. What is counted is the file and its write-ahead log after
`kalends` has ended, so that the log is folded in.
"""

import http.client
import random
import sys

from servers import NAME, ROOT, Kalends

OBJECTS = 5_000
EDITS = 10
ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Europe/Zurich\r\nBEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\n"
    "DTSTART:19810329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\n"
    "TZOFFSETTO:+0100\r\nTZNAME:CET\r\nDTSTART:19961027T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n"
    "END:VTIMEZONE\r\n"
)
WORDS = "plan review budget team call lunch report draft travel visit north office client weekly notes release".split()


def words(chance, count):
    return " ".join(chance.choice(WORDS) for _ in range(count))


def times(chance, zoned):
    day, hour = chance.randrange(1, 29), chance.randrange(7, 19)
    at = (";TZID=Europe/Zurich:{}", ":{}Z")[not zoned]
    return {name: at.format(f"202603{day:02}T{hour:02}{minute}00") for name, minute in (("DTSTART", "00"), ("DTEND", "45"))}


def event(chance, number):
    """The lines of a VEVENT by the names of their properties."""
    zoned = number % 3 == 0
    return {
        "zone": ZONE if zoned else "",
        "UID": f":{chance.getrandbits(128):032x}@example.org",
        "DTSTAMP": ":20260101T000000Z",
        "CREATED": ":20260101T000000Z",
        "LAST-MODIFIED": ":20260101T000000Z",
        "SEQUENCE": ":0",
        **times(chance, zoned),
        "SUMMARY": f":{words(chance, 4)}",
        "LOCATION": f":Room {chance.randrange(30)}",
        "DESCRIPTION": f":{words(chance, 12)}",
        "STATUS": ":CONFIRMED",
        "TRIGGER": ":-PT15M",
    }


def text(event):
    event = dict(event)
    zone, trigger = event.pop("zone"), event.pop("TRIGGER")
    alarm = f"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Reminder\r\nTRIGGER{trigger}\r\nEND:VALARM\r\n"
    lines = "".join(f"{name}{value}\r\n" for name, value in event.items())
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Calendar 4.2//EN\r\n"
        f"{zone}BEGIN:VEVENT\r\n{lines}{alarm}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def edit(chance, event, time):
    stamp = f":202601{time // 24 % 28 + 1:02}T{time % 24:02}{chance.randrange(60):02}{chance.randrange(60):02}Z"
    event |= {"DTSTAMP": stamp, "LAST-MODIFIED": stamp, "SEQUENCE": f":{time}"}
    what = chance.choice(["SUMMARY", "DTSTART", "LOCATION", "DESCRIPTION", "TRIGGER"])
    if what == "DTSTART":
        event |= times(chance, bool(event["zone"]))
    elif what == "TRIGGER":
        event[what] = f":-PT{chance.choice([5, 10, 30, 60])}M"
    elif what == "LOCATION":
        event[what] = f":Room {chance.randrange(30)}"
    else:
        event[what] = f":{words(chance, 4 if what == 'SUMMARY' else 12)}"


def put(server, connection, number, event):
    headers = {"Authorization": server.authorization, "Content-Type": "text/calendar"}
    connection.request("PUT", f"{server.home}personal/{number}.ics", text(event), headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status not in (201, 204):
        raise SystemExit(f"PUT was answered with {answer.status}: {body[:300]}")


def octets(server):
    """Of the database when nobody has it open."""
    for process in server.processes:
        process.terminate()
        process.wait(30)
    server.processes.clear()
    files = list(server.folder.glob("**/kalends.sqlite*"))
    size = sum(file.stat().st_size for file in files)
    server.serve()
    return size


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else ROOT / "target" / "release" / "kalends"
    server = Kalends("kalends", program)
    chance = random.Random(7)
    events = [event(chance, number) for number in range(OBJECTS)]

    def put_all():
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        for number, one in enumerate(events):
            put(server, connection, number, one)

    put_all()
    before = octets(server)
    texts = sum(len(text(event)) for event in events)
    print(f"{OBJECTS} objects, {texts / OBJECTS:.0f} octets each: the database has {before / 2**20:.1f} MiB")
    for time in range(1, EDITS + 1):
        for one in events:
            edit(chance, one, time)
        put_all()
    after = octets(server)
    print(f"each edited {EDITS} times: {after / 2**20:.1f} MiB, {after / before:.2f} times as much")
    server.stop()


if __name__ == "__main__":
    main()
