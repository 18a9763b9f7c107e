### What an event says, and its form.

event-title = Event
event-edit-heading = Edit event
event-opening = Opening the event…
event-edit = Edit
event-saved = Event saved.
event-created = Event created.
event-deleted = Event deleted.
# Deletes the event, as said before.
event-delete-sure = Yes, delete
event-discard-question = Discard what you typed?
event-keep-editing = Keep editing
event-discard = Discard
# A button: what was typed stays, over the version that somebody else has made.
event-show-new-version = Show the new version
event-conflict = What you left alone shows the new version now. Save again to keep your changes.
event-signed-out = You are signed out.
event-sign-in-elsewhere = Sign in in another tab
# Follows that link.
event-then-save = , then save again.
# A time, and the zone in which it is that.
event-elsewhere = { $when } in { $zone }

# The field of an event's title, and what stands in it at first.
event-add-title = Add a title
event-field-title = Title
# The group of the fields of start and end.
event-when = When
event-starts = Starts
event-ends = Ends
event-start-time = Start time
event-end-time = End time
event-all-day = All day
event-pick-start = Pick the start date
event-pick-end = Pick the end date
event-pick-final = Pick the final date
event-choose-date = Choose a date
event-previous-month = Previous month
event-next-month = Next month
event-time-zone = Time zone
event-time-zones = Time zones
event-no-time-zone = No time zone
event-choose-calendar = Choose a calendar
event-location = Location
event-description = Description

# How an event repeats.
event-repeats = Repeats
event-no-repeat = Does not repeat
event-every-day = Every day
event-every-week = Every week
event-every-month = Every month
event-every-year = Every year
event-as-now = As it does now
# A number and one of the units follow, in fields of their own.
event-every = Every
event-unit-day = day
event-unit-days = days
event-unit-week = week
event-unit-weeks = weeks
event-unit-month = month
event-unit-months = months
event-unit-year = year
event-unit-years = years
event-which-day = On which day of the month
event-same-day = On the same day
event-on-day = On day { NUMBER($day) }
# $place such as “third”.
event-on-the = On the { $place } { $weekday }
event-on-these-days = On these days
# How long it repeats: a choice, then a date or a number.
event-ends-never = Never
event-ends-on = On
event-ends-after = After
event-last-day = Last day
event-how-many = How many times
# After a number.
event-times = times

# Which events of a series a change is for.
event-scope-this = This event
event-scope-following = This and following events
event-scope-all = All events
event-scope-change = Change a recurring event
event-scope-move = Move a recurring event
event-scope-delete = Delete a recurring event
event-scope-do-move = Move
event-scope-which = Which events?
event-scope-what-for = What this is for
event-scope-impossible = This change can't be made to that part of the series alone.

# What is wrong with a field.
event-too-long-title = At most 1,000 characters.
event-too-long-text = At most 100,000 characters.
event-no-calendar = Choose a calendar.
event-end-before-start = The end is before the start.
event-bad-interval = A whole number from 1 to 999.
event-no-weekday = Choose at least one day.
event-no-day-of-month = Choose a day of the month.
event-no-repeat-chosen = Choose how it repeats.
event-until-before-event = This is before the event.
event-bad-count = A whole number from 1 to 9,999.
event-no-end-chosen = Choose how it ends.
# The examples are what can be typed: see date.ftl.
event-no-date = Type a date, such as 21 Nov 2026, tomorrow, fri or +2.
event-bad-date = “{ $text }” is not understood as a date. Type one such as 21 Nov 2026, tomorrow, fri or +2.
event-no-time = Type a time, such as 9:30, 1330 or 7pm.
event-bad-time = “{ $text }” is not understood as a time. Type one such as 9:30, 1330 or 7pm.
event-clocks-forward = The clocks go forward over this time on that day.
event-unknown-zone = “{ $name }” is not a time zone that is known here. Choose one of the list.
