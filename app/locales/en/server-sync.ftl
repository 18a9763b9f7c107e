### Calendars that are in step with others elsewhere. The server alone says it.

server-sync-not-found = This calendar is not in step with one elsewhere.
server-sync-run-not-found = That run is not there any more.
server-sync-conflict-not-found = That is decided already.
server-sync-calendar-not-found = The calendar is not there any more at the service.
server-sync-link-exists = That calendar is in step already.
server-sync-title = Synchronisation
server-sync-there = “{ $calendar }” at { $account }
server-sync-calendar = Calendar

## How it is

server-sync-state-in-step = In step
server-sync-state-syncing = Syncing
server-sync-state-waiting = Trying again
server-sync-state-attention = Needs attention
server-sync-state-paused = Paused
server-sync-new = The first run begins in a moment.
server-sync-in-step = In step as of { $at }.
server-sync-progress = { $of ->
    [one] { NUMBER($done) } of { NUMBER($of) } event is done.
   *[other] { NUMBER($done) } of { NUMBER($of) } events are done.
}
server-sync-syncing = Looks at both sides.
# $trouble is a whole sentence.
server-sync-waiting = { $trouble } Next try: { $at }.
server-sync-asks = So much would be deleted that you are asked. Everything else is in step.
server-sync-paused = Nothing is synchronised until you resume it.
server-sync-gone = The calendar is not there any more at the service. Here it is kept, and cannot be changed. Resume it if it has come back, or end the synchronisation.

## What is the matter

server-sync-unreachable = The service does not answer.
server-sync-unauthenticated = The service does not let Kalends in any more. The page of the account says what to do.
server-sync-forbidden = The service does not let you do this. Look at your rights to the calendar there.
server-sync-missing = The service has nothing at that address any more.
server-sync-refused = What the service sends is not taken.
server-sync-unreadable = The service answers with something that is no calendar.
server-sync-quota = There is no more room in your account here.
server-sync-no-access = The calendar here is not yours to change any more.
server-sync-account-paused = The account is paused.
server-sync-empty = One side is suddenly empty, and nothing is deleted on that word alone.
server-sync-some-failed = Some events could not be taken over yet.

## What can be done

server-sync-now = Sync now
server-sync-compare = Compare everything
server-sync-compare-what = Reads the whole list over there, as is done once a day, and not what has changed alone
server-sync-begun = It begins in a moment.
server-sync-all-now = Sync all now
server-sync-all-begun = All that are in step begin in a moment.
server-sync-changed = It is kept so from now on.
server-sync-choices = How it is kept in step
server-sync-proposed = As proposed for each
server-sync-direction = Direction
server-sync-both = Both ways
server-sync-pull = From there to here
server-sync-push = From here to there
server-sync-interval = How often
server-sync-every-minutes = { $count ->
    [one] Every minute
   *[other] Every { $count } minutes
}
server-sync-every-hours = { $count ->
    [one] Every hour
   *[other] Every { $count } hours
}
server-sync-daily = Once a day
server-sync-manual = Only when I say so
server-sync-wished = As it wishes itself
server-sync-more = More
server-sync-brake-what = A run that would delete more events than this number, and more than this share of one side, asks first. So does one that finds the other side empty.
server-sync-brake-percent = Asks above this share, in percent
server-sync-brake-objects = Asks above this number of events
server-sync-window = How far back
server-sync-all = Everything
server-sync-days = { $count ->
    [one] One day
   *[other] { $count } days
}
server-sync-years = { $count ->
    [one] One year
   *[other] { $count } years
}
server-sync-policy = If both sides changed the same
server-sync-newest = The later change wins
server-sync-remote = What is there wins
server-sync-local = What is here wins
server-sync-ask = Ask me
server-sync-invites = Attendees of what you write here
server-sync-invites-no = Stay here; nobody gets mail
server-sync-invites-yes = Go there, and are invited
server-sync-invites-what = Whoever is among the attendees of a meeting of yours over there gets an invitation from the service, and is told of what becomes of it.
server-sync-online = Meetings that you make here
server-sync-online-no = Stay as they are
server-sync-online-yes = Become Teams meetings
server-sync-online-what = Each new meeting with attendees gets an address there at which everybody joins, unless it has one already. It comes back here with the next run.
server-sync-told = The service tells of changes by itself. The time between two runs is only how long one goes without hearing from it.

## Deletions that somebody has to say yes to

server-sync-deletions = { $count ->
    [one] One event would be deleted
   *[other] { NUMBER($count) } events would be deleted
}
server-sync-deletions-what = They are gone on the other side. If that is a mistake, have them come back there.
server-sync-deletions-list = Which
server-sync-deletions-here = { NUMBER($count) } of { NUMBER($of) } here
server-sync-deletions-there = { NUMBER($count) } of { NUMBER($of) } there
server-sync-gone-there = Gone there
server-sync-gone-here = Gone here
server-sync-delete = Delete them
server-sync-do-not-delete = Keep them
server-sync-approved = They are deleted in a moment, and rest in the bin.
server-sync-refused-deletions = They are kept.

## What both sides have changed

server-sync-conflicts = You decide
server-sync-conflicts-what = These were changed on both sides. The version that you do not take stays in the history.
server-sync-conflict-field = What
server-sync-conflict-deleted = Deleted
server-sync-here = Here
server-sync-elsewhere = There
server-sync-take-here = Take what is here
server-sync-take-there = Take what is there
server-sync-resolved = It is decided.
server-sync-aside = Left alone
server-sync-aside-what = These cannot be taken over as they are. They are tried again when they change.

## What runs did

server-sync-runs = Last runs
server-sync-no-runs = There was none yet.
server-sync-nothing = Nothing had changed.
server-sync-run-under-way = Under way, or cut off.
server-sync-run-done = Done.
server-sync-run-asks = Done, but for deletions that wait for you.
server-sync-run-partly = Some of it is tried again.
server-sync-run-failed = It failed.
server-sync-run-back = Took another run back.
server-sync-created-here = { $count ->
    [one] Added here
   *[other] { NUMBER($count) } added here
}
server-sync-created-there = { $count ->
    [one] Added there
   *[other] { NUMBER($count) } added there
}
server-sync-changed-here = { $count ->
    [one] Changed here
   *[other] { NUMBER($count) } changed here
}
server-sync-changed-there = { $count ->
    [one] Changed there
   *[other] { NUMBER($count) } changed there
}
server-sync-deleted-here = { $count ->
    [one] Deleted here
   *[other] { NUMBER($count) } deleted here
}
server-sync-deleted-there = { $count ->
    [one] Deleted there
   *[other] { NUMBER($count) } deleted there
}
server-sync-merged = { $count ->
    [one] Brought together
   *[other] { NUMBER($count) } brought together
}
server-sync-conflicts-made = { $count ->
    [one] Waits for you to decide
   *[other] { NUMBER($count) } wait for you to decide
}
server-sync-set-aside = { $count ->
    [one] Left alone
   *[other] { NUMBER($count) } left alone
}
server-sync-held = { $count ->
    [one] Would be deleted
   *[other] { NUMBER($count) } would be deleted
}
server-sync-left = { $count ->
    [one] Changed since, and left as it is
   *[other] { NUMBER($count) } changed since, and left as they are
}
server-sync-receipt = Receipt
server-sync-receipt-of = What happened on { $when }
server-sync-event = Event
server-sync-what = What was done
server-sync-more-lines = There is more than is shown here.
server-sync-take-back = Take this back
server-sync-take-back-what = Both sides become as they were, but for what has changed since.
server-sync-taken-back = It is being taken back. The synchronisation is paused, so that it does not come again by itself.
server-sync-back-title = Taking it back
server-sync-back-begins = It begins in a moment.
server-sync-back-progress = { $of ->
    [one] { NUMBER($done) } of { NUMBER($of) } event is as it was.
   *[other] { NUMBER($done) } of { NUMBER($of) } events are as they were.
}
server-sync-back-waits = It is tried again in a moment. What was said: { $why }
server-sync-back-refused = It does not go on. What was put back stays so, and you can ask for it again. What was said: { $why }
server-sync-back-done = It is taken back: { NUMBER($here) } here, { NUMBER($there) } there.
server-sync-was-taken-back = Taken back

## How it ends

server-sync-remove = End the synchronisation
server-sync-remove-how = What becomes of the calendars
server-sync-remove-keep = Keep both
server-sync-remove-keep-what = They go separate ways from now on.
server-sync-remove-bin = Remove it here
server-sync-remove-bin-what = Here it rests in the bin. There it stays as it is.
server-sync-remove-there = Remove it here and empty it there
server-sync-remove-there-what = Here it rests in the bin. There all events are deleted that were in step.
server-sync-remove-do = End it
server-sync-removed-keep = Both calendars are kept, and go separate ways.
server-sync-removed-bin = The calendar rests in the bin here.
server-sync-removed-there = The calendar rests in the bin here, and is emptied there.

## Choosing calendars of an account

server-sync-choose = Which are to appear here?
server-sync-into = Where “{ $name }” appears here
server-sync-into-new = As a new calendar here
server-sync-into-own = With your calendar “{ $name }”
server-sync-start = Start
server-sync-preview = What would happen?
server-sync-preview-of = What would happen with “{ $name }”
server-sync-nothing-to-do = Both sides are the same already.
server-sync-would-ask = You would be asked before anything is deleted.
server-sync-started = { $count ->
    [one] The first run begins in a moment.
   *[other] The first runs begin in a moment.
}
server-sync-none-chosen = Choose at least one calendar.
server-sync-linked = Synchronised
server-sync-account-links = Calendars in step
server-sync-account-now = Sync all now
server-sync-why = Why is this here?
server-sync-origin = Why this is here: the calendar is in step with “{ $calendar }” elsewhere.
server-sync-origin-account = Why this is here: the calendar is in step with “{ $calendar }” at { $account }.
server-sync-crossed-out = It last went there on { $at }.
server-sync-crossed-in = It last came from there on { $at }.
