"""A calendar collection on any server, as somebody who changes it sees it, and what a text in it means."""

import re
import urllib.parse
from collections import Counter
from xml.etree import ElementTree

import icalendar
import requests

TIMEOUT = 60
LIST = b'<propfind xmlns="DAV:"><prop><getetag/><resourcetype/></prop></propfind>'
MULTIGET = '<C:calendar-multiget xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns="DAV:"><prop><C:calendar-data/></prop>{}</C:calendar-multiget>'
MAX_FETCHED = 50
# What programs note of their own writing.
NOTES = {"DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE", "X-MOZ-GENERATION"}


class Collection:
    """`url` ends with a slash; `signed_in` is (name, password). `moods`: what the server answers when two write at once; then nothing was
    stored, as far as anybody was told."""

    def __init__(self, url, signed_in, moods=()):
        self.url, self.moods = url, moods
        self.http = requests.Session()
        self.http.auth, self.http.trust_env = signed_in, False

    def request(self, method, href, body=None, **headers):
        if isinstance(body, str):
            body = body.encode()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, urllib.parse.urljoin(self.url, href), data=body, headers=names, timeout=TIMEOUT)

    def make(self):
        answer = self.request("MKCALENDAR", "")
        assert answer.status_code == 201, (answer.status_code, answer.text)
        return self

    def members(self):
        """Path and entity tag of all objects."""
        answer = self.request("PROPFIND", "", LIST, Depth="1", Content_Type="application/xml")
        assert answer.status_code == 207, (answer.status_code, answer.text)
        found = {}
        for response in ElementTree.fromstring(answer.content).iter("{DAV:}response"):
            tag = response.find(".//{DAV:}getetag")
            if response.find(".//{DAV:}collection") is None and tag is not None:
                found[response.find("{DAV:}href").text] = tag.text
        return found

    def get(self, href):
        """Text and entity tag; `None` where there is nothing (any more)."""
        answer = self.request("GET", href)
        if answer.status_code == 404:
            return None
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.content.decode(), answer.headers["ETag"]

    def put(self, href, text, tag=None):
        """Whether it was stored; not so where somebody else was there before."""
        condition = {"If_Match": tag} if tag else {"If_None_Match": "*"}
        answer = self.request("PUT", href, text, Content_Type="text/calendar; charset=utf-8", **condition)
        assert answer.status_code in (200, 201, 204, 404, 409, 412, *self.moods), (answer.status_code, answer.text, text)
        return answer.ok

    def delete(self, href, tag):
        answer = self.request("DELETE", href, If_Match=tag)
        assert answer.status_code in (200, 204, 404, 412, *self.moods), (answer.status_code, answer.text)
        return answer.ok

    def texts(self):
        """The texts of all objects by their paths."""
        hrefs, texts = sorted(self.members()), {}
        for start in range(0, len(hrefs), MAX_FETCHED):
            some = "".join(f"<href>{href}</href>" for href in hrefs[start : start + MAX_FETCHED])
            answer = self.request("REPORT", "", MULTIGET.format(some), Depth="1", Content_Type="application/xml")
            assert answer.status_code == 207, (answer.status_code, answer.text)
            for response in ElementTree.fromstring(answer.content).iter("{DAV:}response"):
                data = response.find(".//{urn:ietf:params:xml:ns:caldav}calendar-data")
                if data is not None:
                    texts[response.find("{DAV:}href").text] = data.text
        return texts

    def meanings(self):
        """What the objects mean by their UIDs; two with one UID are an error."""
        found, doubled = {}, []
        for href, text in self.texts().items():
            uid, meaning = meaning_of(text)
            if uid in found:
                doubled.append((uid, href))
            found[uid] = meaning
        assert not doubled, doubled
        return found


def written(value):
    """A value as iCalendar has it, whatever the folding, the order of lists and the kind of quotes."""
    text = value.to_ical()
    return re.sub(r"\s+", " ", text.decode() if isinstance(text, bytes) else text)


def meaning_of(text):
    """The UID, and what each component says: a multiset of (name, parameters that count, value)."""
    components, uids = {}, set()
    for part in icalendar.Calendar.from_ical(text).walk():
        if part.name not in ("VEVENT", "VTODO", "VJOURNAL"):
            continue
        uids.add(str(part["UID"]))
        lines = Counter()
        for name, value in part.property_items(recursive=False, sorted=False):
            if name in ("BEGIN", "END") or name in NOTES:
                continue
            zone = value.params.get("TZID") if hasattr(value, "params") else None
            if name in ("EXDATE", "RDATE"):
                for one in value.dts:
                    lines[name, zone, written(one)] += 1
            elif name == "RRULE":
                lines[name, zone, ";".join(sorted(written(value).split(";")))] += 1
            elif name == "CATEGORIES":
                for one in value.cats:
                    lines[name, zone, str(one)] += 1
            else:
                lines[name, zone, written(value)] += 1
        identity = part.get("RECURRENCE-ID")
        key = (part.name, written(identity) if identity else None)
        assert key not in components, f"two components for {key}:\n{text}"
        components[key] = lines
    assert len(uids) == 1, text
    return uids.pop(), components
