# Mail about meetings to people who have no account here.
# $sender: who invites or answers; $host such as “cal.example.org”.
server-imip-from = { $sender } via { $host }
server-imip-invitation-subject = Invitation: { $title }, { $when }
server-imip-update-subject = Changed: { $title }, { $when }
server-imip-cancellation-subject = Cancelled: { $title }, { $when }
server-imip-accepted-subject = Accepted: { $title }
server-imip-tentative-subject = Maybe: { $title }
server-imip-declined-subject = Declined: { $title }
server-imip-delegated-subject = Delegated: { $title }
server-imip-answer-subject = Answer: { $title }
server-imip-counter-subject = Another time or place proposed: { $title }
server-imip-decline-counter-subject = It stays as it is: { $title }
server-imip-refresh-subject = What there is now is asked for: { $title }
server-imip-invitation = { $sender } invites you.
server-imip-update = { $sender } has changed what you are invited to. What is new is marked.
server-imip-update-other = { $sender } has changed what you are invited to.
server-imip-cancellation = { $sender } has cancelled this, or does not invite you to it any more.
server-imip-accepted = { $sender } has accepted your invitation.
server-imip-tentative = { $sender } may come.
server-imip-declined = { $sender } has declined your invitation.
server-imip-delegated = { $sender } sends somebody else.
server-imip-answer = { $sender } has answered your invitation.
server-imip-counter = { $sender } proposes another time or place.
server-imip-decline-counter = { $sender } leaves it as it is.
server-imip-refresh = { $sender } asks for what there is now.
server-imip-title = Title
server-imip-when = When
server-imip-repeats = Repeats
server-imip-where = Where
server-imip-description = Description
server-imip-word = A word with it
# What a field said before it was changed.
server-imip-before = New. Before: { $before }
server-imip-new = New
# $date: the day and time that one of a series had at first.
server-imip-instance = It is about the one of { $date } in a series.
# $before, $now: day and time of one meeting of a series, which is otherwise than the others.
server-imip-instance-moved = The meeting of { $before } is now { $now }.
server-imip-instance-moved-to = The meeting of { $before } is now { $now }, at: { $place }
server-imip-instance-place = The meeting of { $before } is now at: { $place }
server-imip-instance-no-place = The meeting of { $before } has no place any more.
server-imip-instance-gone = The meeting of { $before } does not take place.
# $why: what the sender’s own server of mail said.
server-imip-mailed-otherwise = sent by this installation’s mail, { $when }; your own account did not take it: { $why }
# $when such as “Friday, 1 March, 10:00 – 11:00”, $zone such as “Europe/Zurich”.
server-imip-in-zone = { $when } ({ $zone })
server-imip-foot = Sent by { $host } for { $sender }, { $address }. Who answers this mail writes to them.
server-imip-job = Sending invitations and answers by mail
server-imip-history-by-delivery = What became of messages that were sent
server-imip-changes-by-delivery = What became of messages that were sent
# What became of a message by mail.
server-imip-mailed = sent by mail, { $when }
server-imip-mail-again = not taken yet, tried again: { $why }
server-imip-mail-refused = could not be sent: { $why }
# What somebody has answered to what was sent.
server-imip-answered = { $became }; answer: { $answer }
