### What the server alone says: none of it is downloaded by browsers. Why something was not done, each a sentence.

server-not-found = This was not found.
server-account-not-found = The account was not found.
server-app-password-not-found = The app password was not found.
server-event-not-found = The event was not found.
server-instance-not-found = The instance was not found.
server-link-not-found = The link was not found.
server-session-not-found = That browser is signed out already.
server-object-not-found = The object was not found.
server-not-in-bin = It does not rest in the bin any more.
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
server-slug-exists = Another calendar has its address by now. The bin brings it back with a new one.
server-user-name-exists = The user name already exists.
server-sync-token = The sync-token is not valid for this calendar.
server-quota-octets = The account may hold { NUMBER($limit) } octets and no more.
server-quota-objects = The account may hold { NUMBER($limit) } objects and no more.
server-quota-calendars = The account may hold { NUMBER($limit) } calendars and no more.
server-quota-app-passwords = The account may have { NUMBER($limit) } app passwords and tokens and no more.
# $limit is a number.
server-too-many-imports = { NUMBER($limit) } files are being imported already. Begin the next one when one of them is done.
server-quota-shares = A calendar can be shared with { NUMBER($limit) } and no more.
server-quota-links = You can have { NUMBER($limit) } public links and no more.
server-quota-teams = You can belong to { NUMBER($limit) } groups and missions and no more.
server-quota-e-mails = You can have { NUMBER($limit) } addresses of e-mail and no more.
server-quota-busy-addresses = You can keep { NUMBER($limit) } addresses of people elsewhere and no more.
server-quota-members = A group or mission has { NUMBER($limit) } members at the most.
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
server-value-web-address = An address begins with https://, http:// or webcal://.
server-value-length = { NUMBER($least) } to { NUMBER($most) } characters.
server-value-name = { NUMBER($least) } to { NUMBER($most) } characters, none of them a control character.
server-value-segment = 1 to 255 octets without “/” and control characters.
server-value-user-name = 1 to 64 of a–z, 0–9, “.”, “_” and “-”, not beginning with “.”.
server-value-reserved = “{ $name }” means something else in addresses.
server-value-email = An address such as ada@example.org.
server-value-not-verified = That address was not shown to be yours.
# Of an account that is disabled, deleted or not there.
server-value-not-active = Nobody can sign in with that account.
server-value-last-administrator = This is the last administrator who can sign in. Make somebody else one first.
server-value-color = Written #RRGGBB or #RRGGBBAA.
server-value-no-components = At least one type of component.
server-value-whole-series = Only a whole series can move to another calendar.
server-value-holds-it = That calendar holds this event already.
server-value-unstorable = It has a character that cannot be stored.
server-value-access = It can be shared for busy times, for reading, for writing or for administering.
server-value-past = Choose a time to come.
server-value-link-access = A link can be for reading or for busy times.
server-value-calendars = Choose a calendar, and { NUMBER($most) } at the most.
server-value-oneself = Choose somebody else than yourself and whoever it belongs to or who invites.
server-value-personal = It changed only what you have for yourself, of which no version is kept: change it back in the event.
server-value-team-kind = It is a group or a mission.
server-value-last-manager = Somebody has to manage it: make another member its manager first.
# $team: the name of a group or a mission.
server-value-only-manager = Say who manages { $team }, which nobody else does.
server-value-owns-calendars = It still has calendars, here or in the bin. Remove those first.
# The title of an event of which the person learns only when it is.
server-busy-time = Busy
# The heading above calendars that others have shared with the person.
server-shared-with-me = Shared with me
server-e-mail-not-found = There is no such address.
server-person-not-found = Nobody has this name here.
server-team-not-found = There is no such group, or you do not belong to it.

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

# The bin.
server-bin-title = Bin
server-bin-lead = { $days ->
    [one] What is deleted rests here for { $days } day. Programs that sync see it as deleted.
   *[other] What is deleted rests here for { $days } days. Programs that sync see it as deleted.
}
server-bin-empty = Nothing rests here.
server-bin-events = Events
# When something was deleted, and by whom and by which way, such as “Ada, in the agenda”.
server-bin-deleted = Deleted { $when } by { $by }
server-bin-left = { $days ->
    [0] goes today
    [one] { $days } day left
   *[other] { $days } days left
}
server-bin-holds = { $count ->
    [0] empty
    [one] { $count } entry
   *[other] { $count } entries
}
server-bin-restore = Restore
server-bin-purge = Delete for good
server-bin-purge-sure = This cannot be undone.
server-bin-empty-it = Empty the bin
server-bin-empty-sure = Delete everything in it for good? This cannot be undone.
server-bin-pieces = More of the bin
server-bin-newer = Newer
server-bin-older = Older
server-bin-event-back = It is back in its calendar.
server-bin-copy-back = It is back, beside the one that had taken its place meanwhile.
server-bin-calendar-back = The calendar is back, with all that was in it.
server-bin-purged = It is deleted for good.
server-bin-emptied = The bin is empty.

# What the server does beside answering: the page for administrators. The heading above the way to it:
server-settings-server = Server
server-jobs-title = Jobs
server-jobs-lead = What the server does beside answering. Whatever fails is tried again by itself, ten times; what fails then stays here.
server-jobs-none = There are none.
server-jobs-clean = Cleaning up
server-jobs-reindex = Indexing anew
server-jobs-import = Import of a file
server-jobs-move-in = Move from another service
server-jobs-backup = Backup
server-jobs-end-shares = Ending shares whose time is over
server-jobs-mail-look = Looking at a mail account
server-jobs-mail-push = Telling a mail server what was done here
server-jobs-mail-save = Saving a draft on its mail server
server-jobs-mail-send = Sending a mail
server-jobs-sync = Bringing a calendar into step with one elsewhere
server-jobs-subscribe = Having a service tell of changes
server-jobs-take-back = Taking back what that did once
server-jobs-invitations = Handing over invitations and answers
server-jobs-begin-clean = Clean up now
server-jobs-begin-reindex = Index anew
server-jobs-again = Look again
# $when: a day and a time.
server-jobs-waiting = waits until { $when }
server-jobs-failing = failed, is tried again { $when }
server-jobs-running = under way
server-jobs-done = done { $when }
server-jobs-dead = failed for good { $when }
server-jobs-failed = { $attempts ->
    [one] Failed once: { $error }
   *[other] Failed { $attempts } times: { $error }
}
server-jobs-retry = Try now
server-jobs-remove = Remove

# An import that takes longer.
server-import-under-way = { $file } is being imported into { $calendar }. You can leave this page; it goes on.
server-import-progress = { NUMBER($done) } of { NUMBER($of) }
server-import-begins = It begins in a moment.
server-import-failed = { $file } was not imported: { $why }
server-import-kept = What came in before that stays: { NUMBER($count) } new or replaced.

# Closes a message.
server-dismiss = Dismiss
# The browsers that somebody is signed in with.
server-sessions = Signed in
server-sessions-lead = The browsers that are signed in with your account. Sign out what you do not know, and change your password then.
server-sessions-end-others = Sign out all others
server-sessions-ended = Every other browser is signed out.
server-session-browser = { $browser } on { $system }
# A browser that is not known, on a system that is.
server-session-some-browser = A browser on { $system }
server-session-unknown = An unknown browser
server-session-this = This browser
# $opened, $date: days; $time: of the last use; $address: of the network.
server-session-about = Since { $opened }, last used { $date }, { $time }
server-session-about-from = Since { $opened } from { $address }, last used { $date }, { $time }
server-session-end = Sign out
server-session-ended = It is signed out.

# What a new app password or token is for.
server-settings-kind = Kind
server-settings-kind-app-password = App password, for calendar programs
server-settings-kind-token = Token, for scripts
server-settings-may = May
server-settings-may-write = Read and change
server-settings-may-read = Only read
server-settings-for-calendar = For
server-settings-every-calendar = All calendars
server-settings-end = Until the end of (empty: without an end)
server-settings-end-wrong = This is not understood as a day.
# What an app password or token in the list is for.
server-settings-scope-all = Reads and changes everything
server-settings-scope-read = Only reads
server-settings-scope-one = Reads and changes { $calendar }
server-settings-scope-read-one = Only reads { $calendar }
# Stands for the name of a calendar.
server-settings-scope-gone = a calendar that was deleted
server-settings-until = until { $date }, { $time }
server-settings-ended = Ended
server-settings-token = Token
server-settings-copy-token = Copy token
server-settings-token-copy-now = Copy the new token now.

# All that somebody has, as a file.
server-take-out = Take everything out
server-take-out-lead = All your calendars and settings in one archive: an .ics file for each calendar, which every calendar program reads, and the settings as JSON.
server-take-out-do = Download

# The pages on which administrators look after people.
# Leads through the list of people, when it has several pages.
server-people-pages = Pages of people
server-people-title = People
server-people-lead = Everybody who has an account.
server-people-all = All people
server-people-search = Name or e-mail
server-people-find = Find
server-people-none = Nobody is called like that.
server-people-earlier = Earlier
server-people-more = More
server-people-seen = last seen { $when }
server-people-never-seen = never seen
server-people-calendars = { $count ->
    [0] no calendars
    [one] { $count } calendar
   *[other] { $count } calendars
}
server-people-administrator = Administrator
server-people-is-administrator = Looks after people and the server (administrator)
# States of an account, beside a name.
server-people-invited = Invited
server-people-disabled = Disabled
server-people-in-bin = Deleted
server-people-disabled-since = Nobody can sign in with this account since { $when }. Its calendars are as they were.
# $left such as “29 days left”.
server-people-rests = Deleted on { $when }, and for good after that: { $left }.
server-people-invite = Invite somebody
server-people-invite-lead = You get a link, good for a day and once, to hand on: who follows it chooses the password.
server-people-invite-do = Make the account
server-people-slug-hint = Small letters, digits, “.”, “_” and “-”. It cannot be changed.
server-people-link = One-time link
server-people-link-copy = Copy the link now and hand it on.
server-people-link-once = It is good for a day and once, and not shown again.
server-people-link-copy-it = Copy the link
server-people-made = Made
server-people-last-seen = Last seen
server-people-never = Never
server-people-account = Account
server-people-signing-in = Signing in
server-people-signing-in-what = A link lets this person choose a new password; the old one holds until then. Disabling signs every browser and program out at once, and keeps the calendars.
server-people-enable-what = Enabling lets this person sign in again, with the password and the app passwords of before.
server-people-new-link = New one-time link
server-people-disable = Disable
server-people-enable = Enable
server-people-disabled-done = Disabled. Every browser and program is signed out.
server-people-enabled-done = Enabled.
server-people-take-out = All calendars and settings of this person in one archive, before the account goes or when they ask for it.
server-people-delete = Delete the account
server-people-delete-what = { $days ->
    [one] The account rests in the bin for { $days } day, in which you can bring it back. Its user name stays taken until then.
   *[other] The account rests in the bin for { $days } days, in which you can bring it back. Its user name stays taken until then.
}
server-people-delete-open = Delete …
server-people-delete-sure = Yes, delete the account
server-people-fate = What becomes of the calendars?
server-people-fate-bin = They go into the bin with the account, and come back with it
server-people-fate-hand-over = Somebody else gets them, with everything in them and their history
server-people-heir = User name of who gets them
server-people-manager = Who manages the groups that nobody else manages (user name)
server-people-manages-title = Groups
server-people-manages-what = A group or a mission that nobody manages any more can be given to this person.
server-people-manages = Name of the group in its address
server-people-manages-do = Have them manage it
# $team: the name of a group or a mission.
server-people-manages-done = { $team } is managed by this person now.
server-people-heir-unknown = Nobody of that user name gets them: there is no such account.
server-people-deleted = Deleted. Account and calendars rest in the bin.
server-people-handed-over = { $count ->
    [one] Deleted. { $name } has { $count } calendar more.
   *[other] Deleted. { $name } has { $count } calendars more.
}
server-people-over-quota = { $name } holds more than an account may now: nothing can be added until something is removed.
server-people-restore = Bring the account back
server-people-restored = The account is back, with the calendars that went with it.

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
# $by: who changed it and how, as in the lists of changes.
server-undo-changed-by = “{ $title }” has been changed since then. The last change was made by { $by }.
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

# What became of an event: a list of changes, the newest first.
server-history-of = History of { $title }
server-history-made = Created
server-history-changed = Changed
server-history-deleted = Deleted
# It has a version again that it had.
server-history-brought-back = Brought back
# By whom and by which way.
# Somebody who acted for somebody else; stands where the following have $name.
server-history-for = { $name }, for { $owner }
server-history-by-page = { $name }, in the agenda
# $label: what the app password of the program is called.
server-history-by-app = { $name }, with { $label }
# $label: the name of the file.
server-history-by-import = { $name }, by the import of { $label }
server-history-by-undo = { $name }, who took back the import of { $label }
server-history-by-invitation = { $name }, by an invitation or an answer
server-history-by-sync = kept in step with { $label }
# $when such as “Fri, 27 Nov 2026, 15:04”.
server-history-by-restore = { $name }, who brought back what was on { $when }
server-history-by-command = { $name }, by a command on the server
server-history-unknown = Nobody knows who: it is older than this list
server-history-when = When
server-history-repeats = Repeats
# How many of a series differ from the others or are left out.
server-history-exceptions = Exceptions in the series
# Stands in the place of a field.
server-history-other = Something that is not shown here
server-history-current = Current version
server-history-restore = Bring back this version
server-history-restore-deleted = Bring it back
server-history-restored = It is back.
server-history-text = Show the text
server-history-hide-text = Hide the text
server-history-not-kept = This version is not kept any more.
server-history-more = Older changes are not shown.

# What happened in a calendar, and who did it.
server-changes-of = Changes in { $calendar }
server-changes-link = All changes
server-changes-person = By
server-changes-anybody = Anybody
server-changes-way = How
server-changes-any-way = In any way
server-changes-by-page = In the agenda
server-changes-by-import = By an import
server-changes-by-restore = By bringing back
server-changes-by-command = By a command on the server
server-changes-by-invitation = By an invitation or an answer
server-changes-by-sync = Kept in step with a calendar elsewhere
server-changes-day = On
server-changes-show = Show
# Shows the changes of everybody, of every way and day.
server-changes-all = Show all
# What was done at once, such as the import of a file.
server-changes-events = { $count ->
    [one] { $count } change
   *[other] { $count } changes
}
server-changes-before = The calendar before this
server-changes-none = Nothing has changed in this calendar yet.
server-changes-none-such = No such changes.
server-changes-newest = Newest changes
server-changes-older = Older changes

# A calendar as it was at a time.
server-as-of-title = { $calendar } as it was
server-as-of-link = As it was …
server-as-of-when = As it was on
server-as-of-hour-ago = An hour ago
server-as-of-day-ago = Yesterday
server-as-of-week-ago = A week ago
server-as-of-month-ago = 30 days ago
server-as-of-no-time = This is not understood as a date and a time.
# What happened so long ago is not kept any more.
server-as-of-too-old = What happened before that is not kept any more. Choose a later time.
# $when such as “Fri, 27 Nov 2026, 15:04”, $events such as “3 events”.
server-as-of-then = { $count ->
    [one] On { $when } there was { $events }.
   *[other] On { $when } there were { $events }.
}
server-as-of-before-it = There was no such calendar yet.
# What became of them since.
server-as-of-changed = { $count ->
    [one] { $count } was changed since.
   *[other] { $count } were changed since.
}
server-as-of-deleted = { $count ->
    [one] { $count } was deleted since.
   *[other] { $count } were deleted since.
}
server-as-of-added = { $count ->
    [one] { $count } was added since.
   *[other] { $count } were added since.
}
server-as-of-same = Everything is as it was.
server-as-of-empty = There were no events.
# What the list below shows.
server-as-of-which = What is shown
server-as-of-different = What is different now ({ NUMBER($count) })
server-as-of-everything = Everything as it was ({ NUMBER($count) })
# Stand beside an event.
server-as-of-changed-since = Changed since
server-as-of-deleted-since = Deleted since
server-as-of-added-since = Added since
# Above the fields of an event, each with what it said and what it says.
server-as-of-then-now = Then, and now:
server-as-of-back = Bring it back
server-as-of-all-back = Bring back the whole calendar …
server-as-of-all-back-what = What was changed or deleted since is again what it was then, and what was added since is removed. What there is now stays in the history and can be brought back as well.
server-as-of-all-back-sure = Bring it all back
server-as-of-take-back = Look at it as it was before that
server-as-of-left = { $count ->
    [one] { $count } event could not be brought back: its version is not kept any more.
   *[other] { $count } events could not be brought back: their versions are not kept any more.
}
server-as-of-conflict = It has changed since you looked at it, and nothing was brought back. This is how it stands now.
server-as-of-more = More
