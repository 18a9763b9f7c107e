### With whom a calendar is shared, and what others shared with the reader. The server alone says it.

server-sharing-title = Sharing of { $calendar }
server-sharing-lead = Reminders are each person’s own: nobody gets yours, and nobody’s become yours.
server-sharing-link = Sharing
# Above the list of those it is shared with.
server-sharing-with = Shared with
server-sharing-with-nobody = It is shared with nobody yet.
# What somebody is.
server-sharing-person = Person
server-sharing-group = Group
server-sharing-mission = Mission
server-sharing-everyone = Everyone with an account here
# Stands beside one's own name.
server-sharing-you = you

# What somebody may do with a calendar, and a sentence that says what this shows them.
server-sharing-free-busy = Free or busy
server-sharing-free-busy-what = Sees when there is something, and never what it is.
server-sharing-read = Read
server-sharing-read-what = Sees all events; of private and confidential ones only when they are.
server-sharing-write = Write
server-sharing-write-what = Also adds, changes and deletes events; of private and confidential ones still sees only when they are.
server-sharing-administer = Administer
server-sharing-administer-what = Sees and changes everything, private events too, and shares the calendar with others. Only its owner can delete it.

# $day: a date. The share ends with it.
server-sharing-until = until { $day }
# What somebody said to a calendar that was shared with them.
server-sharing-asked = has not answered yet
server-sharing-accepted = accepted
server-sharing-declined = declined

# Opens the form of one share.
server-sharing-change = Change
server-sharing-level = What they may do
server-sharing-ends = Last day
server-sharing-ends-hint = Empty: until you take it back.
server-sharing-take-back = Take back
server-sharing-take-back-what = It goes from their calendars at once.

# The form that shares with somebody new.
server-sharing-new = Share with somebody
server-sharing-team = With
server-sharing-somebody = A person, by name
server-sharing-name = Name, user name or e-mail
server-sharing-name-hint = A user name, an e-mail address or a whole name is taken at once; of several you choose.
server-sharing-which = Whom do you mean?
server-sharing-share = Share
server-sharing-name-missing = Say with whom.
server-sharing-no-day = This is no date.

# What became of a form. $name: a person, a group or a mission.
server-sharing-done = It is shared with { $name }.
server-sharing-changed = Changed for { $name }.
server-sharing-ended = It is no longer shared with { $name }.

# The page of what others shared with the reader.
server-sharing-shared-title = Shared with you
server-sharing-shared-lead = Calendars of other people, and of your groups and missions. What a person offers you is in your agenda once you have accepted it.
server-sharing-offers = Offered to you
server-sharing-listed = In your calendars
server-sharing-left = Declined or left
server-sharing-nothing = Nobody has shared a calendar with you.
# $name: whose calendar it is.
server-sharing-of = From { $name }
server-sharing-accept = Accept
server-sharing-accept-after-all = Accept after all
server-sharing-decline = Decline
server-sharing-leave = Leave
server-sharing-leave-what = It goes from your calendars until you accept it again.
server-sharing-you-accepted = { $calendar } is in your calendars.
server-sharing-you-declined = { $calendar } is not in your calendars.
