### The agenda: month, week and day.

# Views, as the buttons above the agenda name them.
agenda-month = Month
agenda-week = Week
agenda-day = Day
# The same with the key that leads there.
agenda-month-key = Month (m)
agenda-week-key = Week (w)
agenda-day-key = Day (d)
agenda-view = View
agenda-today = Today
agenda-today-key = Today (t)
agenda-previous-key = Previous (k)
agenda-next-key = Next (j)
agenda-new-event-key = New event (c)
agenda-previous-month = Previous month
agenda-previous-week = Previous week
agenda-previous-day = Previous day
agenda-next-month = Next month
agenda-next-week = Next week
agenda-next-day = Next day
agenda-side = Calendars and small month
agenda-small-month = Small month
agenda-not-loaded = Not loaded
agenda-not-fetched = The events could not be fetched. { $why }
agenda-retry = Retry
agenda-no-such-view = There is no such view.
agenda-span-too-long = That span of days cannot be shown.

# Beside the row of events that last whole days, and in the place of an event's times.
agenda-all-day = all day
# In the place of an event's start, of one that began on a day before.
agenda-until = until { $time }
# From one day, or moment, to another.
agenda-from-to = { $from } to { $to }
# For screen readers: a day, or a time, where an event can be made.
agenda-new-event-at = { $day }, { $time }. New event
agenda-new-event-all-day = { $day }, all day. New event
agenda-new-event-beside = { $day }, { $events }. New event
# For screen readers, of a day's events.
agenda-events = { $count ->
    [0] no events
    [one] { $count } event
   *[other] { $count } events
}
agenda-all-of-day = { $count ->
    [one] All { $count } event of { $day }
   *[other] All { $count } events of { $day }
}
agenda-all-events-of = All events of { $day }
# How many more there are than a day has room for.
agenda-more = +{ NUMBER($count) } more
# The list of them.
agenda-events-of-day = Events of the day
# For screen readers, of an event.
agenda-tentative = tentative
agenda-cancelled = cancelled
agenda-unanswered = not answered
agenda-repeats = repeats

# What became of an event that was dragged. $when is a time or a day.
agenda-moved-to = Moved to { $when }
agenda-resized-to = Now { $when }
agenda-not-moved = The event was not moved. { $why }
agenda-not-changed = The event was not changed. { $why }
