server-invitation-title = Guests of { $title }
server-invitation-organizer = Invited by
server-invitation-guests = Guests
server-invitation-invited-by = Invited by { $name }
# $answer such as “accepted”.
server-invitation-guest = { $name }: { $answer }
# How many more there are than are named.
server-invitation-more = and { NUMBER($count) } more
server-invitation-nobody = Nobody is invited.
server-invitation-yours = Your answer
server-invitation-accept = Accept
server-invitation-maybe = Maybe
server-invitation-decline = Decline
# A short message that goes to whoever invites.
server-invitation-word = A word with it
server-invitation-whole-series = It is for all of the series.
server-invitation-invite = Who is invited
server-invitation-addresses = Addresses of e-mail, one on each line
server-invitation-send = Invite
server-invitation-sent = What was sent
server-invitation-nothing-sent = Nothing was sent yet.
server-invitation-sent-to = To { $recipient }
server-invitation-request = Invitation
server-invitation-cancel = Cancellation
server-invitation-reply = Answer
server-invitation-counter = Proposal of another time or place
server-invitation-decline-counter = Refusal of a proposal
server-invitation-refreshing = Question for what there is now
server-invitation-other = Message
server-invitation-arrived = arrived
server-invitation-waiting = on its way
server-invitation-unreached = reached nobody: there is no way to this address from here
server-invitation-failed = not taken up: { $why }
# What became of a proposal of another time.
server-invitation-taken = taken
server-invitation-not-taken = declined
server-invitation-undecided = not decided yet
server-invitation-accepted = accepted
server-invitation-tentative = maybe
server-invitation-declined = declined
server-invitation-delegated = delegated
server-invitation-needs-action = no answer yet
server-invitation-saved = It is done, and those concerned are told.
server-invitation-back = Back to the event
server-invitation-delegate = Send somebody else
server-invitation-delegate-hint = They are asked in your place, and whoever invites is told.
server-invitation-delegate-address = Their address of e-mail
server-invitation-propose = Propose another time or place
server-invitation-place = Place
server-invitation-begins = Begins
server-invitation-ends = Ends
server-invitation-no-time = A start and an end that is not before it are needed.
server-invitation-refresh = Ask for what there is now
server-invitation-proposals = What guests propose instead
# $when such as “Friday, 1 March, 10:00 – 11:00”.
server-invitation-proposes = { $name }: { $when }
server-invitation-proposes-instead = { $name }: { $when } instead of { $instead }
# $what such as “Ada: Friday, 1 March, 10:00 – 11:00”. $place: where it would be.
server-invitation-proposes-at = { $what }, at { $place }
server-invitation-take = Take it
server-invitation-keep = Leave it as it is
server-invitation-not-yours = Only the organizer can change this meeting. Yours are your answer, your reminders and whether it keeps you busy.
server-invitation-other-organizer = The organizer of a meeting cannot become another.
server-invitation-not-unique = This meeting is in another of your calendars already.
server-invitation-too-many = At most { NUMBER($limit) } people can be invited.
server-invitation-no-address = Who invites needs an address of e-mail that was shown to be theirs: see your profile.
