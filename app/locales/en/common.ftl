### Words that several pages say.

-kalends = Kalends

# The name of the program, as in its header.
common-kalends = { -kalends }
# The title of a browser's tab: a page of the program.
common-page-title = { $page } · { -kalends }
common-save = Save
common-cancel = Cancel
common-close = Close
common-delete = Delete
# Takes back the wish to delete or revoke something.
common-keep = Keep it
common-back = Back
# Leads to what became of an event or a calendar, and by whom.
common-history = History
common-open-agenda = Open the agenda
common-new-event = New event
common-saving = Saving…
common-create = Create
common-calendar = Calendar
common-calendars = Calendars
common-user-name = User name
common-password = Password
# Keys that do what a button does.
common-ctrl-enter = Ctrl+Enter
# A list in a sentence: what stands before, and the last.
common-list-and = { $first } and { $last }
# A list in a sentence: what stands before, and one of several more.
common-list-more = { $first }, { $next }
# A list of choices in a sentence.
common-list-or = { $first } or { $last }
common-no-title = (No title)
# Copies the value of a field to the clipboard.
common-copy = Copy
common-copied = Copied
common-skip = Skip to the content
common-pages = Pages
common-dashboard = Dashboard
common-agenda = Agenda
common-mail = Mail
common-settings = Settings
common-signed-in-as = Signed in as { $name }
common-sign-out = Sign out
