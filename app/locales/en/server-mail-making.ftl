## Ways from a message

server-mail-making-event = Make an event
server-mail-making-task = Make a task

## The form

# $from: who wrote it.
server-mail-making-of = From { $from }: { $subject }
server-mail-making-times = When it is
# $when such as “Fri, 6 Mar, 10:00 – 11:00”.
server-mail-making-understood = Understood as { $when }
server-mail-making-other-times = Or is it
server-mail-making-no-time = No time was found in the mail. The form has the next full hour.
server-mail-making-no-due = No time was found in the mail. A task need not have one.
# $zone such as Europe/Paris.
server-mail-making-zone = Times are in { $zone }.
server-mail-making-due = To be done by
server-mail-making-due-time = At
server-mail-making-conference = Video link
server-mail-making-linked = It keeps a link to the mail, which leads you alone back to it.
server-mail-making-no-calendar = None of your calendars takes this.
server-mail-making-make-event = Make the event
server-mail-making-make-task = Make the task
server-mail-making-task-made = The task is made.

## Ways from an event

# $subject: of the mail that it was made of.
server-mail-making-from = From a mail: { $subject }
server-mail-making-write = Write to the attendees
server-mail-making-mails = Mails about it
# $title: of the event.
server-mail-making-about = Mails about “{ $title }”
server-mail-making-about-nothing = There is no mail about it in your accounts.
# $at such as “Friday, 6 March 2026, 10:00”.
server-mail-making-about-row = { $from }, { $at }
