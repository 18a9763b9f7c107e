### What the server alone says: none of it is downloaded by browsers. Why something was not done, each a sentence.

server-not-found = This was not found.
server-account-not-found = The account was not found.
server-app-password-not-found = The app password was not found.
server-event-not-found = The event was not found.
server-instance-not-found = The instance was not found.
server-link-not-found = The link was not found.
server-object-not-found = The object was not found.
server-forbidden = You may not change this calendar.
server-bad-credentials = The name or the password is wrong.
server-too-many-tries = Too many wrong passwords; wait { NUMBER($seconds) } s and try again.
server-busy = The server is busy; try again in { NUMBER($seconds) } s.
server-contended = The server is busy with other changes; try again.
server-unavailable = The database cannot be reached; try again in { NUMBER($seconds) } s.
# $why comes from the reader of calendar files, in English.
server-invalid-data = Not valid iCalendar: { $why }.
server-invalid-object = Not a valid calendar object resource: { $why }.
# $kind is the name of a component in iCalendar, such as VTODO.
server-unsupported-component = This calendar does not take { $kind } components.
server-uid-conflict = The UID is in use by { $name }.
server-too-large = Larger than the limit of { NUMBER($limit) } octets.
server-property-too-large = The property { $name } is over the limit of { NUMBER($limit) } octets.
server-too-many-properties = A calendar keeps { NUMBER($limit) } properties that are not known here, and no more.
server-too-many-instances = More than { NUMBER($limit) } instances.
server-already-exists = This already exists.
server-calendar-exists = The calendar already exists.
server-user-name-exists = The user name already exists.
server-sync-token = The sync-token is not valid for this calendar.
server-quota-octets = The account may hold { NUMBER($limit) } octets and no more.
server-quota-objects = The account may hold { NUMBER($limit) } objects and no more.
server-quota-calendars = The account may hold { NUMBER($limit) } calendars and no more.
# Of a form that another site sent.
server-other-site = This request came from another site.
# Pages that stand in the place of one that could not be made.
server-page-failed-title = Something went wrong
server-page-failed = This is a fault of { -kalends }, not of yours. Its log says more.
server-page-failed-or = or
server-page-try-again = Try again
server-page-open-agenda = open the agenda
# $id is what the log calls the request: letters, digits and signs, not to be translated.
server-page-request-id = The log has it under { $id }.
server-page-busy-title = Not now
server-page-busy-heading = { -kalends } cannot answer just now
server-page-busy = Nothing was lost or changed. It tries its database again at each request.

# What is wrong with a value. The name of its field stands beside it.
server-value-octets = At most { NUMBER($limit) } octets.
server-value-length = { NUMBER($least) } to { NUMBER($most) } characters.
server-value-name = { NUMBER($least) } to { NUMBER($most) } characters, none of them a control character.
server-value-segment = 1 to 255 octets without “/” and control characters.
server-value-user-name = 1 to 64 of a–z, 0–9, “.”, “_” and “-”, not beginning with “.”.
server-value-reserved = “{ $name }” means something else in addresses.
server-value-email = An address such as ada@example.org.
server-value-color = Written #RRGGBB or #RRGGBBAA.
server-value-no-components = At least one type of component.
server-value-whole-series = Only a whole series can move to another calendar.
server-value-holds-it = That calendar holds this event already.
server-value-unstorable = It has a character that cannot be stored.

# What is wrong with how an event is to be changed.
server-edit-end-before-start = The end is before the start.
server-edit-year = The year must be between 1 and 9998.
server-edit-interval = The interval must be at least 1.
server-edit-no-day = No day is chosen.
server-edit-no-event = There must be at least one event.
server-edit-ends-early = It ends before it begins.
# $why is the reason that the reader of rules gives, in English.
server-edit-rule = The rule is not understood: { $why }.
server-edit-several-rules = A series that repeats by several rules cannot be divided.
server-edit-unmovable = This series repeats by a rule that cannot be moved; change how it repeats as well.
server-edit-within-a-day = An event that repeats within a day cannot last all day.

# The connection over which changes come: what stands in the header of every page while it is not there.
server-live-reconnecting = Reconnecting…
# $time: until when changes came.
server-live-offline = Offline – shown as of { $time }
# The session has ended.
server-live-signed-out = Signed out
# For a moment, once it is there again.
server-live-back = Back online

# Closes a message.
server-dismiss = Dismiss
# Takes back what was just done, and does it again.
server-undo = Undo
server-redo = Redo
# $what is what was said of the edit: Event deleted.
server-undo-done = Undone: { $what }
server-redo-done = Done again: { $what }
# The same where it is not known what it was.
server-undo-done-plainly = Undone.
server-redo-done-plainly = Done again.
server-undo-nothing = There is nothing to undo.
server-redo-nothing = There is nothing to redo.
# Above a question to answer with one of the two that follow.
server-undo-heading = Changed meanwhile
server-undo-changed = “{ $title }” has been changed since then.
server-undo-keep = Keep it as it is now
server-undo-anyway = Take my change back all the same
server-undo-unknown = It is not known what to take back.
# Of a whole import that was taken back, or done again.
server-undo-run = { NUMBER($removed) } removed, { NUMBER($restored) } put back.
# $titles: of some of them.
server-undo-left = { $count ->
    [one] Left because changed since: { $titles }.
   *[other] { $count } left because changed since: { $titles }.
}
server-version-not-found = What it was before is not kept any more.
