"""Expands recurrence rules with python-dateutil: one JSON request a line on stdin, one answer a line on stdout.

Request: {"rule": RRULE value, "start": DTSTART, "from": ..., "to": ..., "most": n}, times as ISO 8601 without a zone.
Answer: {"found": [...]}, the instances that start in [from, to), at most n; {"empty": reason} when dateutil refuses the rule
because nothing can match it; {"gave_up": true} when it took too long.
"""

import json
import signal
import sys
from datetime import datetime

from dateutil.rrule import rrulestr

# Of processor time, so that a busy machine changes nothing. dateutil walks from DTSTART to the year 9999 when nothing matches.
PATIENCE_SECONDS = 0.1


class GaveUp(Exception):
    pass


def give_up(_signal, _frame):
    raise GaveUp


def occurrences(request):
    start = datetime.fromisoformat(request["start"])
    rule = rrulestr(request["rule"], dtstart=start)
    # RFC 5545 section 3.8.5.3: DTSTART is the first instance and counts, also where the rule does not lead there;
    # dateutil leaves it out then.
    first = next(iter(rule), None)
    within = rule._until is None or start <= rule._until
    if first != start and within:
        yield start
        if rule._count is not None:
            if rule._count == 1:
                return
            rule = rule.replace(count=rule._count - 1)
    yield from rule


def found_in_time(request):
    begin, end = (datetime.fromisoformat(request[name]) for name in ("from", "to"))
    found = []
    signal.setitimer(signal.ITIMER_PROF, PATIENCE_SECONDS)
    try:
        for occurrence in occurrences(request):
            if occurrence >= end or len(found) == request["most"]:
                break
            if occurrence >= begin:
                found.append(occurrence.isoformat())
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return found


def answer(request):
    try:
        return {"found": found_in_time(request)}
    # It may come in the very moment in which the timer is being stopped.
    except GaveUp:
        return {"gave_up": True}
    except ValueError as error:
        return {"empty": str(error)}


signal.signal(signal.SIGPROF, give_up)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
