### What people say of themselves, and what they want of the agenda. The server alone says it.

server-profile-save = Save name and e-mail
server-profile-saved = Saved.
# $name: with which one signs in.
server-profile-user-name = User name: { $name }
# $providers: names of providers of sign-in.
server-profile-follows = At the next sign-in with { $providers } the name and the e-mail address are again as they are there.
server-profile-e-mail-taken = Somebody else here has this e-mail address.

server-profile-picture = Picture
server-profile-picture-hint = PNG, JPEG or WebP, at most 8 MB; the middle of it is shown. Everybody with an account here can see it.
server-profile-picture-set = Use this picture
server-profile-picture-remove = Remove picture
server-profile-picture-done = Your picture is shown.
server-profile-picture-removed = Your picture was removed.
server-profile-picture-wrong = Choose a picture of the kind PNG, JPEG or WebP, of at most 8,000 pixels each way.
server-profile-picture-large = This picture is too large. At most 8 MB are taken.
server-profile-picture-not-found = There is no such picture.

server-profile-view = The agenda begins with
server-profile-view-last = What I looked at last
server-profile-calendar = New events go to
# A reminder before new events.
server-profile-reminder = Remind me of new events
server-profile-reminder-none = Not by default
server-profile-reminder-start = When they begin
server-profile-reminder-minutes = { $count ->
    [one] { $count } minute before
   *[other] { $count } minutes before
}
server-profile-reminder-hours = { $count ->
    [one] { $count } hour before
   *[other] { $count } hours before
}
server-profile-reminder-days = { $count ->
    [one] { $count } day before
   *[other] { $count } days before
}
# $days: a number.
server-profile-reminder-wrong = A reminder can be at most { NUMBER($days) } days before.
server-profile-hours = Working hours
server-profile-hours-hint = Shown in the agenda. Leave days on which you do not work empty; an end of 00:00 is midnight.
# For screen readers. $day: a day of the week.
server-profile-from = { $day } from
server-profile-to = { $day } to
# $day: a day of the week.
server-profile-hours-wrong = On { $day } the working hours need a beginning and a later end.
server-profile-save-agenda = Save agenda settings
