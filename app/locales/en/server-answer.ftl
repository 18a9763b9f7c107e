# The page on which people answer an invitation who have no account, and what mail says of it.
server-answer-heading = Invitation: { $title }
server-answer-invites = { $organizer } invites { $address }.
server-answer-so-far = Your answer so far: { $answer }.
server-answer-yours = Your answer
server-answer-yes = Yes
server-answer-maybe = Maybe
server-answer-no = No
server-answer-other = Propose another time
server-answer-series = It is for all of the series.
server-answer-only = It is for this one of a series.
# A short message that goes to whoever invites.
server-answer-word = A word with it (optional)
server-answer-begins = Begins
server-answer-ends = Ends
# $zone such as “Europe/Zurich”.
server-answer-in-zone = Times are those of { $zone }.
server-answer-propose = Propose this time
server-answer-no-time = A start and an end that is not before it are needed.
server-answer-same-time = That is the time that it has.
server-answer-too-long = What you wrote cannot be sent: at most 1,000 characters.
server-answer-noted = It is noted, and { $organizer } sees it.
server-answer-proposed = { $organizer } has your proposal. Until it is decided, the time stays as it is.
server-answer-changed = The event has changed since you opened this page. Look at it again, please, and answer anew.
server-answer-later = It has arrived, and { $organizer } sees it in a moment.
server-answer-not-stored = It could not be put into { $organizer }’s calendar. Write to them, please.
server-answer-gone-title = This invitation is not open
server-answer-unknown = This address is none of an invitation. Perhaps a part of it is missing: open it again from the mail.
server-answer-cancelled = The event was cancelled, or is not there any more.
server-answer-not-invited = You are not invited to this event any more. Whoever invited you can say why.
server-answer-over = The event was too long ago to be answered.
server-answer-slow-title = Too many answers
server-answer-slow = Please wait an hour before you answer this event again.
# In the mail, before the addresses.
server-answer-mail = Answer:
server-answer-mail-foot = Opening these addresses answers nothing yet: the page that they lead to asks you.
server-answer-history = { $address }, by an answer link
server-answer-changes = By an answer link
