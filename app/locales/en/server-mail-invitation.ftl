## What came about a meeting by mail: what it asks

# $name: who invites.
server-mail-invitation-request = { $name } invites you.
server-mail-invitation-add = { $name } adds a date to a series.
server-mail-invitation-cancel = { $name } has cancelled this.
# $answer such as “accepted”.
server-mail-invitation-reply = { $name } answers: { $answer }.
server-mail-invitation-counter = { $name } would have this at another time or place.
server-mail-invitation-decline-counter = { $name } leaves it as it is.
server-mail-invitation-refresh = { $name } asks for what there is now.
server-mail-invitation-publish = A date for your calendar.
server-mail-invitation-unreadable = There is a calendar in this mail that cannot be read. It is among the attachments, and changes nothing.

## Who it is from

# $sender: an address. $name: who invites or answers.
server-mail-invitation-not-sender = This mail is from { $sender }, not from { $name }. Nothing is done with it unless you say so.
server-mail-invitation-failed = Your mail server has found that this mail is not from { $sender }. Nothing is done with it unless you say so.
server-mail-invitation-not-invited = None of your addresses is among the guests: this was forwarded to you. If you answer, the organizer learns that you would come.
server-mail-invitation-not-organizer = It is about nothing that you organize here, so nothing is done with it.
server-mail-invitation-own = You organize this yourself.
# $server: a host.
server-mail-invitation-proved = From { $sender }; { $server } has confirmed that (DMARC).
# $results such as “DMARC none, SPF pass”.
server-mail-invitation-results = From { $sender }; { $server } says: { $results }.
server-mail-invitation-unproved = From { $sender }; your mail server does not say whether that is so.

## What became of it

server-mail-invitation-unanswered = It stands in your calendar, and you have not answered.
server-mail-invitation-answered = You have answered: { $answer }.
server-mail-invitation-stands = It stands in your calendar.
server-mail-invitation-outdated = Something later has come about this before: this mail does not count any more.
server-mail-invitation-older = Your calendar has what was before this mail.
server-mail-invitation-cancelled = It is marked as cancelled in your calendar.
server-mail-invitation-not-there = It is not in your calendar.
server-mail-invitation-applied = The answer stands with the event.
server-mail-invitation-uninvited = Who answers was not invited, so the answer does not count.
server-mail-invitation-same = It says what your calendar says already.
server-mail-invitation-refreshed = What there is now was sent.
server-mail-invitation-decided = You have decided about this.
server-mail-invitation-problem = It could not be taken up.

## What can be done

server-mail-invitation-conflicts = At the same time
server-mail-invitation-day = Else that day
server-mail-invitation-day-free = Nothing else stands that day.
# Of a series. $all: how many of its dates were looked at.
server-mail-invitation-series = { $count ->
    [0] At none of { NUMBER($all) } dates within a year there is anything else.
    [one] At { $count } of { NUMBER($all) } dates within a year there is something else.
   *[other] At { $count } of { NUMBER($all) } dates within a year there is something else.
}
# $when: a date of the series. $what: titles of what there is then.
server-mail-invitation-series-date = { $when }: { $what }
server-mail-invitation-calendar = Calendar
server-mail-invitation-put = Put into the calendar
server-mail-invitation-apply-request = Take over the change
server-mail-invitation-apply-cancel = Mark as cancelled
server-mail-invitation-apply-reply = Count this answer
server-mail-invitation-apply-counter = Take it as a proposal
server-mail-invitation-apply-refresh = Send what there is now
server-mail-invitation-remove = Remove from the calendar
server-mail-invitation-open = Open the event
server-mail-invitation-done = It is done.
server-mail-invitation-gone = This cannot be done any more: look at the mail again.

## Settings

server-mail-invitation-rule = Invitations stand in the calendar as they come
server-mail-invitation-rule-hint = Unanswered, with a dashed frame. Others wait in the mail until you answer.
server-mail-invitation-rule-nobody = From nobody
server-mail-invitation-rule-known = From people I have written to or meet
server-mail-invitation-rule-everyone = From everyone

## History and jobs

# $sender: an address. $subject: of the mail.
server-mail-invitation-history = By a mail from { $sender }: { $subject }
server-mail-invitation-changes = By mail
server-mail-invitation-job = Taking up what came about meetings by mail
