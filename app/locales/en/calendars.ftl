### The list of calendars beside the agenda, and the form of one.

calendars-new = New calendar
calendars-saved = Calendar saved.
calendars-created = Calendar created.
calendars-deleted = Calendar deleted. It rests in the bin.
calendars-download = Download as .ics file
calendars-name = Name
calendars-name-missing = Give the calendar a name.
calendars-new-events = New events go here
calendars-field-colour = Colour
calendars-other-colour = Another colour
# The field that picks it.
calendars-the-other-colour = The other colour
# Marks the calendar that new events go to.
calendars-default = default
calendars-show-chosen = Show the chosen ones
calendars-import = Import a calendar file
calendars-bin = Bin
# Leads to what others have shared with the person.
calendars-shared = Shared with me
# Leads to with whom a calendar is shared.
calendars-share = Share
# Leads to where one gives up what was shared.
calendars-leave = Leave
# Leads to the form of a calendar.
calendars-change = Change { $name }
calendars-change-title = Name, colour and more
# $contents such as “34 events and 2 tasks”.
calendars-delete-sure = Delete “{ $name }” with { $contents }? It goes to the bin.
calendars-delete-empty = Delete “{ $name }”? It is empty.
calendars-delete = Delete the calendar
calendars-events = { $count ->
    [one] { $count } event
   *[other] { $count } events
}
calendars-tasks = { $count ->
    [one] { $count } task
   *[other] { $count } tasks
}
calendars-journal-entries = { $count ->
    [one] { $count } journal entry
   *[other] { $count } journal entries
}
calendars-free-busy-entries = { $count ->
    [one] { $count } free-busy entry
   *[other] { $count } free-busy entries
}

# Names of colours, in the order of the form.
calendars-colour-01 = Blue
calendars-colour-02 = Green
calendars-colour-03 = Orange
calendars-colour-04 = Purple
calendars-colour-05 = Pink
calendars-colour-06 = Amber
calendars-colour-07 = Teal
calendars-colour-08 = Grey
calendars-colour-09 = Red
calendars-colour-10 = Olive
calendars-colour-11 = Indigo
calendars-colour-12 = Brown
