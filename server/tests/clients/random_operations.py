"""What people do with calendars all day, at random, on whichever side."""

import datetime
import uuid
import zoneinfo
from collections import defaultdict

import icalendar
from objects import BERLIN, component

DAY = datetime.date(2026, 3, 2)
ZONE = "Europe/Berlin"
RULES = {"FREQ=DAILY;COUNT=10": 1, "FREQ=WEEKLY;COUNT=8": 7}
PLACES = ["Room 1", "Room 2", "Café „Zur Post“", "https://meet.example.org/x?a=b,c;d"]


def unfolded(text):
    """As a Calendar whose parts can be changed."""
    return icalendar.Calendar.from_ical(text)


def masters(calendar):
    return [part for part in calendar.walk("VEVENT") if "RECURRENCE-ID" not in part]


class Person:
    """Somebody who works on one side, and remembers what they have done."""

    def __init__(self, name, collection, random, record):
        self.name, self.collection, self.random, self.record = name, collection, random, record

    def act(self):
        """One thing that was done, or was not because somebody else was there before."""
        kinds = [
            (self.create, 22),
            (self.rename, 18),
            (self.move, 12),
            (self.place, 12),
            (self.invite, 6),
            (self.change_instance, 12),
            (self.remove_instance, 8),
            (self.delete, 8),
            (self.rename_file, 2),
        ]
        kind = self.random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        kind()

    def create(self):
        uid = f"{uuid.UUID(int=self.random.getrandbits(128))}"
        day = DAY + datetime.timedelta(days=self.random.randrange(60))
        hour = self.random.randrange(6, 20)
        rule = self.random.choice([None, None, *RULES])
        kind = self.random.choice(["utc", "zoned", "zoned", "floating", "days"])
        if kind == "days":
            after = day + datetime.timedelta(days=self.random.randrange(1, 4) if not rule else 1)
            times = [f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"]
        else:
            zone, end = {"utc": ("", "Z"), "zoned": (f";TZID={ZONE}", ""), "floating": ("", "")}[kind]
            times = [
                f"DTSTART{zone}:{day:%Y%m%d}T{hour:02}0000{end}",
                f"DTEND{zone}:{day:%Y%m%d}T{hour + 1:02}3000{end}",
            ]
        title = self.token("created")
        lines = [*times, f"SUMMARY:{title}", "X-KEPT-BY-ALL;X-NOTE=\"a;b\":kept"]
        if rule:
            lines.append(f"RRULE:{rule}")
        if self.random.random() < 0.2:
            lines.append("CATEGORIES:Work,Travel")
        if self.random.random() < 0.2:
            lines.extend(["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Soon", "TRIGGER:-PT15M", "END:VALARM"])
        zone = BERLIN if kind == "zoned" else ""
        text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//Soak//EN\r\n{zone}{component('VEVENT', uid, *lines)}END:VCALENDAR\r\n"
        if self.collection.put(f"{uid}.ics", text):
            self.record.created(uid, title)

    def some(self, wanted=lambda calendar: True):
        """An object, if there is one that is wanted among a few: path, tag and contents."""
        hrefs = sorted(self.collection.members())
        for href in self.random.sample(hrefs, min(6, len(hrefs))):
            found = self.collection.get(href)
            if found and wanted(calendar := unfolded(found[0])):
                return href, found[1], calendar
        return None

    def change(self, edit, wanted=lambda calendar: True):
        found = self.some(wanted)
        if not found:
            return
        href, tag, calendar = found
        edit(calendar)
        for part in calendar.walk("VEVENT"):
            part["SEQUENCE"] = int(part.get("SEQUENCE", 0)) + 1
        self.collection.put(href, calendar.to_ical(sorted=False).decode(), tag)

    def token(self, what):
        return f"{what} by {self.name} {self.random.randrange(10**9)}"

    def rename(self):
        def edit(calendar):
            part = self.random.choice(calendar.walk("VEVENT"))
            part["SUMMARY"] = icalendar.vText(title := self.token("renamed"))
            self.record.titled(str(part["UID"]), title)

        self.change(edit)

    def place(self):
        def edit(calendar):
            part = masters(calendar)[0]
            name = self.random.choice(["LOCATION", "DESCRIPTION"])
            part[name] = icalendar.vText(f"{self.random.choice(PLACES)}\n{self.random.randrange(100)}")

        self.change(edit, masters)

    def invite(self):
        def edit(calendar):
            part = masters(calendar)[0]
            part["ORGANIZER"] = icalendar.vCalAddress("mailto:ada@example.org")
            guest = icalendar.vCalAddress(f"mailto:guest{self.random.randrange(5)}@example.org")
            guest.params["PARTSTAT"] = self.random.choice(["NEEDS-ACTION", "ACCEPTED", "DECLINED"])
            present = part.get("ATTENDEE", [])
            present = present if isinstance(present, list) else [present]
            part.pop("ATTENDEE", None)
            for one in [other for other in present if other != guest] + [guest]:
                part.add("ATTENDEE", one)

        self.change(edit, masters)

    def move(self):
        """By ten minutes, or by a day; a series with all of its exceptions."""

        def edit(calendar):
            for part in calendar.walk("VEVENT"):
                is_day = not isinstance(part["DTSTART"].dt, datetime.datetime)
                by = datetime.timedelta(days=1) if is_day else datetime.timedelta(minutes=10)
                for name in ["DTSTART", "DTEND", "RECURRENCE-ID"]:
                    if name in part:
                        moved = type(part[name])(part[name].dt + by)
                        moved.params.update(part[name].params)
                        part[name] = moved
                exceptions = part.get("EXDATE", [])
                exceptions = exceptions if isinstance(exceptions, list) else [exceptions]
                part.pop("EXDATE", None)
                for one in exceptions:
                    for time in one.dts:
                        part.add("EXDATE", time.dt + by, {"VALUE": "DATE"} if is_day else None)

        self.change(edit, masters)

    def instances(self, calendar):
        """Starts of the instances that the rule of the series yields and that no exception takes away."""
        master = masters(calendar)[0]
        start, rule = master["DTSTART"].dt, master["RRULE"]
        step = 7 if rule["FREQ"][0] == "WEEKLY" else 1
        exceptions = master.get("EXDATE", [])
        exceptions = exceptions if isinstance(exceptions, list) else [exceptions]
        gone = {time.dt for one in exceptions for time in one.dts}
        starts = [start + datetime.timedelta(days=step * number) for number in range(int(rule["COUNT"][0]))]
        return [start for start in starts if start not in gone]

    @staticmethod
    def is_series(calendar):
        return bool(masters(calendar)) and "RRULE" in masters(calendar)[0]

    def change_instance(self):
        def edit(calendar):
            starts = self.instances(calendar)
            if not starts:
                return
            start, master = self.random.choice(starts), masters(calendar)[0]
            overrides = [part for part in calendar.walk("VEVENT") if "RECURRENCE-ID" in part]
            part = next((part for part in overrides if part["RECURRENCE-ID"].dt == start), None)
            if part is None:
                length = master["DTEND"].dt - master["DTSTART"].dt
                part = icalendar.Event()
                part.add("UID", str(master["UID"]))
                part.add("DTSTAMP", datetime.datetime.now(zoneinfo.ZoneInfo("UTC")))
                part.add("RECURRENCE-ID", start)
                part.add("DTSTART", start)
                part.add("DTEND", start + length)
                part["SUMMARY"] = master["SUMMARY"]
                calendar.add_component(part)
            part["SUMMARY"] = icalendar.vText(title := self.token("instance"))
            self.record.titled(str(part["UID"]), title)

        self.change(edit, self.is_series)

    def remove_instance(self):
        def edit(calendar):
            starts = self.instances(calendar)
            if len(starts) < 2:
                return
            start, master = self.random.choice(starts), masters(calendar)[0]
            is_day = not isinstance(start, datetime.datetime)
            master.add("EXDATE", start, {"VALUE": "DATE"} if is_day else None)
            calendar.subcomponents = [
                part
                for part in calendar.subcomponents
                if "RECURRENCE-ID" not in part or part["RECURRENCE-ID"].dt != start
            ]

        self.change(edit, self.is_series)

    def delete(self):
        found = self.some()
        if found:
            # Whatever is answered, it may be gone.
            self.record.deleted(str(found[2].walk("VEVENT")[0]["UID"]))
            self.collection.delete(found[0], found[1])

    def rename_file(self):
        """The same object under another name, as some clients do: deleted and made again."""
        found = self.some()
        if not found:
            return
        href, tag, calendar = found
        uid = str(calendar.walk("VEVENT")[0]["UID"])
        self.record.deleted(uid)
        if self.collection.delete(href, tag):
            self.collection.put(f"moved-{self.random.getrandbits(64):x}.ics", calendar.to_ical(sorted=False).decode())


class Record:
    """What people have asked for."""

    def __init__(self):
        self.titles, self.gone = defaultdict(set), set()

    def created(self, uid, title):
        self.titles[uid].add(title)

    def titled(self, uid, title):
        self.titles[uid].add(title)

    def deleted(self, uid):
        self.gone.add(uid)

    def kept(self):
        """UIDs that nobody has deleted."""
        return set(self.titles) - self.gone
