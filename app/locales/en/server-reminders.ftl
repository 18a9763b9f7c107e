# Reminders: the page, the panel, mails and push messages. The server alone says this.

server-reminders-title = Reminders
server-reminders-lead = Your events and tasks remind you here as their alarms say, whichever program set them.
server-reminders-coming = The next ones
server-reminders-coming-none = Nothing reminds you of anything in the time to come.
server-reminders-past = The last ones
server-reminders-past-none = None came yet.
# $when: the time of the reminder. $starts: when the event begins.
server-reminders-line = { $when } · the event is { $starts }
server-reminders-due = It waits for you.
server-reminders-missed = No server ran when it was due: it was not sent.
server-reminders-dismissed = You have dismissed it.
server-reminders-snoozed = You have put it off.
server-reminders-withdrawn = It is settled: the event was moved, cancelled or declined, or another program has answered.
# How it went out.
server-reminders-page = In the page
server-reminders-mail = By mail
server-reminders-push = To browsers
server-reminders-waiting = waits
server-reminders-sending = is being sent
server-reminders-sent = sent
server-reminders-failed = failed
server-reminders-uncertain = may have been sent: the server went away meanwhile
server-reminders-skipped = not sent
# $way: such as "By mail". $state: such as "failed".
server-reminders-outcome = { $way }: { $state }
# $why: in the words of whoever did not take it.
server-reminders-outcome-why = { $way }: { $state } ({ $why })
server-reminders-how = How they come
server-reminders-in-page = In every page of Kalends that is open
server-reminders-by-mail = By mail
# $address: of e-mail.
server-reminders-by-mail-to = By mail to { $address }
server-reminders-by-push = To the browsers below, also when no page is open
server-reminders-no-mail = This installation sends no mail.
server-reminders-no-address = No address of yours is known to be yours: add one in your settings.
server-reminders-for-all = Also for events without an alarm
# $minutes: a number.
server-reminders-for-all-hint = { $minutes } minutes before, as your profile says for new events.
server-reminders-for-all-none = Your profile says of no time before new events; choose one in your settings.
server-reminders-agenda = A mail with the day's events
server-reminders-agenda-at = At
server-reminders-agenda-hint = In your time zone. Empty: no such mail.
server-reminders-agenda-empty = Also when there is nothing on that day
server-reminders-save = Save
server-reminders-saved = Saved.
server-reminders-bad-time = The time is written 07:00.
server-reminders-browsers = Browsers
server-reminders-browsers-lead = A browser that was signed up shows reminders also when no page of Kalends is open.
server-reminders-browsers-none = None is signed up.
server-reminders-sign-up = Sign this browser up
server-reminders-sign-up-refused = The browser does not allow it: look at its settings for this site.
server-reminders-sign-up-script = Signing up needs scripts, and a browser that takes push messages over a safe connection.
server-reminders-remove = Remove
server-reminders-removed = The browser gets no more reminders.
server-reminders-try-mail = Send a test by mail
server-reminders-try-push = Send a test to the browsers
# $answer: of the server.
server-reminders-tried-mail = Sent: { $answer }
# $count: a number.
server-reminders-tried-push = Sent to { $count } of them.
# $why: in the words of whoever did not take it.
server-reminders-tried-failed = It was not sent: { $why }
server-reminders-gone = That reminder is not there any more.
server-reminders-dismiss = Dismiss
# $minutes: a number.
server-reminders-snooze = { $minutes } min
server-reminders-snooze-hour = 1 h
server-reminders-snooze-day = 1 day
server-reminders-put-off = Put off
# $time: such as "15 min".
server-reminders-put-off-for = Put off for { $time }
server-reminders-untitled = (no title)
# $when: day and time.
server-reminders-starts = Begins { $when }.
# $place: where it is.
server-reminders-at-place = Where: { $place }
# $link: an address.
server-reminders-open = Look at it: { $link }
server-reminders-change = How reminders reach you: { $link }
# $day: in words.
server-reminders-agenda-subject = { $day }
server-reminders-agenda-nothing = There is nothing in your calendars on this day.
server-reminders-all-day = all day
server-reminders-test-subject = A test of reminders
server-reminders-test = Reminders reach you this way.
server-reminders-job-plan = Reminders: planning
server-reminders-job-send = Reminders: sending
