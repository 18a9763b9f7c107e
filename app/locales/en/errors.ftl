### Why something was not done. Each is a sentence.

errors-signed-out = You are signed out. Sign in again and repeat.
errors-conflict = This event was changed elsewhere in the meantime.
errors-unreachable = The server cannot be reached. Look at the connection and try again.
errors-failed = Something went wrong on the server. Its log says more.
errors-not-found = This was not found.
errors-account-not-found = The account was not found.
errors-app-password-not-found = The app password was not found.
errors-calendar-not-found = The calendar was not found.
errors-event-not-found = The event was not found.
errors-instance-not-found = The instance was not found.
errors-link-not-found = The link was not found.
errors-object-not-found = The object was not found.
errors-forbidden = You may not change this calendar.
errors-bad-credentials = The name or the password is wrong.
errors-too-many-tries = Too many wrong passwords; wait { NUMBER($seconds) } s and try again.
errors-busy = The server is busy; try again in { NUMBER($seconds) } s.
errors-contended = The server is busy with other changes; try again.
errors-unavailable = The database cannot be reached; try again in { NUMBER($seconds) } s.
# $why comes from the reader of calendar files, in English.
errors-invalid-data = Not valid iCalendar: { $why }.
errors-invalid-object = Not a valid calendar object resource: { $why }.
# $kind is the name of a component in iCalendar, such as VTODO.
errors-unsupported-component = This calendar does not take { $kind } components.
errors-uid-conflict = The UID is in use by { $name }.
errors-too-large = Larger than the limit of { NUMBER($limit) } octets.
errors-property-too-large = The property { $name } is over the limit of { NUMBER($limit) } octets.
errors-too-many-properties = A calendar keeps { NUMBER($limit) } properties that are not known here, and no more.
errors-too-many-instances = More than { NUMBER($limit) } instances.
errors-already-exists = This already exists.
errors-calendar-exists = The calendar already exists.
errors-user-name-exists = The user name already exists.
errors-sync-token = The sync-token is not valid for this calendar.
errors-quota-octets = The account may hold { NUMBER($limit) } octets and no more.
errors-quota-objects = The account may hold { NUMBER($limit) } objects and no more.
errors-quota-calendars = The account may hold { NUMBER($limit) } calendars and no more.

# Of a form that another site sent.
errors-other-site = This request came from another site.

# Pages that stand in the place of one that could not be made.
errors-page-failed-title = Something went wrong
errors-page-failed = This is a fault of { -kalends }, not of yours. Its log says more.
errors-page-failed-or = or
errors-page-try-again = Try again
errors-page-open-agenda = open the agenda
errors-page-busy-title = Not now
errors-page-busy-heading = { -kalends } cannot answer just now
errors-page-busy = Nothing was lost or changed. It tries its database again at each request.

errors-page-not-found = Not found
errors-nothing-here = There is nothing here
errors-nothing-here-lead = The address may be mistyped, or what it led to is gone.
errors-to-dashboard = Go to the dashboard
