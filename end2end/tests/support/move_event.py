"""Moves an event to another time, as somebody with python-caldav does: URL, name, password, UID, and the new start and end."""

import sys
from datetime import datetime

import caldav

url, name, password, uid, start, end = sys.argv[1:]
with caldav.DAVClient(url=url, username=name, password=password) as client:
    calendar = next(one for one in client.principal().calendars() if one.name == "Work")
    event = calendar.event_by_uid(uid)
    component = event.icalendar_component
    zone = component["DTSTART"].dt.tzinfo
    component["DTSTART"].dt = datetime.fromisoformat(start).replace(tzinfo=zone)
    component["DTEND"].dt = datetime.fromisoformat(end).replace(tzinfo=zone)
    event.save()
