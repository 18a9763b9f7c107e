"""Calendar files that nobody here wrote: those with which other projects test themselves."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import icalendar
import recurring_ical_events

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = {
    "icalendar": Path(icalendar.__file__).parent / "tests",
    "recurring-ical-events": Path(recurring_ical_events.__file__).parent / "test" / "calendars",
}
# A folder of further files, beside the project unless `KALENDS_TEST_ICS` names one.
FURTHER = Path(os.environ.get("KALENDS_TEST_ICS") or ROOT.parent / "shared" / "data" / "ics")

STORED = (b"VEVENT", b"VTODO", b"VJOURNAL", b"VFREEBUSY")


def collect():
    """Name to octets, each content once."""
    folders = [*PACKAGES.items(), *((each.name, each) for each in sorted(FURTHER.glob("*")) if each.is_dir())]
    found = {}
    for name, folder in folders:
        for path in sorted(folder.rglob("*.ics")):
            octets = path.read_bytes()
            if octets not in found:
                found[octets] = f"{name}/{path.relative_to(folder)}"
    return {name: octets for octets, name in found.items()}


@dataclass
class Part:
    name: bytes
    uid: bytes | None
    octets: bytes


def parts(octets):
    """The lines of the first VCALENDAR before its parts, its parts, and what is after them; `None` when it is not one."""
    lines = octets.splitlines(keepends=True)
    before, found, open_parts, current = [], [], [], []
    for number, line in enumerate(lines):
        bare = line.strip().upper()
        if bare.startswith(b"BEGIN:"):
            open_parts.append(bare[6:])
            if open_parts[0] != b"VCALENDAR":
                return None
        depth = len(open_parts)
        if depth < 2 and not bare:
            continue
        if depth == 1 and not bare.startswith(b"END:"):
            if found:
                return None
            before.append(line)
        elif depth >= 2:
            current.append(line)
        if bare.startswith(b"END:"):
            if not open_parts or open_parts.pop() != bare[4:]:
                return None
            if depth == 2:
                found.append(part(bare[4:], b"".join(current)))
                current = []
            if depth == 1:
                rest = b"".join(lines[number + 1 :])
                return None if rest.strip() or not before else (b"".join(before), found, line)
        elif depth == 0:
            return None
    return None


def part(name, octets):
    unfolded = re.sub(rb"\r?\n[ \t]", b"", octets)
    uid = re.search(rb"^UID(?:;[^:\r\n]*)?:([^\r\n]*)", unfolded, re.MULTILINE | re.IGNORECASE)
    return Part(name, uid and uid.group(1).strip(), octets)


METHOD = re.compile(rb"^METHOD[:;][^\r\n]*\r?\n", re.MULTILINE | re.IGNORECASE)


def objects(octets):
    """One calendar object resource for each UID, of octets as they stand in the file; the whole of a file that is not one calendar.

    METHOD is left out, as every client does that stores what was published (RFC 4791 section 4.1).
    """
    taken_apart = parts(octets)
    if taken_apart is None:
        return [octets]
    before, found, after = taken_apart
    before = METHOD.sub(b"", before)
    uids = list(dict.fromkeys(each.uid for each in found if each.name in STORED)) or [None]
    return [
        before + b"".join(each.octets for each in found if each.name not in STORED or each.uid == uid) + after
        for uid in uids
    ]


def unfit(octets):
    """Why an object that [`objects`] made is plainly not a calendar object resource (RFC 4791 section 4.1), if it is not."""
    taken_apart = parts(octets)
    if taken_apart is None:
        return "it is not one calendar"
    stored = [each for each in taken_apart[1] if each.name in STORED]
    if not stored:
        return "there is nothing in it to store"
    if len({each.name for each in stored}) > 1:
        return "it has components of several types"
    for each in stored:
        names = {line.split(b":")[0].split(b";")[0].upper() for line in each.octets.splitlines()}
        if each.uid is None:
            return "a component has no UID"
        if each.name == b"VEVENT" and b"DTSTART" not in names:
            return "an event has no DTSTART"
    masters = [
        each for each in stored if not re.search(rb"^RECURRENCE-ID[:;]", each.octets, re.MULTILINE | re.IGNORECASE)
    ]
    if len(masters) > 1:
        return "it has two masters"
    return None


FILES = collect()
