### Moving in from another service. The server alone says it.

server-moving-title = Move here from another service
server-moving-lead = Everything that your calendars hold there is copied here, and both sides are compared after that. Nothing is changed there, and the password is forgotten when it is done.
server-moving-file-instead = Import a file instead
# What somebody writes who wants their calendars to be found.
server-moving-address = Address
server-moving-address-hint = The address of your service or of its calendars, such as cloud.example.org, or your e-mail address. The service has to speak CalDAV.
server-moving-user = Name there
server-moving-password = Password there
server-moving-password-hint = Many services want a password that is made for one app.
server-moving-look = Look for calendars
server-moving-no-name = Write the name with which you sign in there.
server-moving-no-password = Write the password with which you sign in there.
server-moving-no-calendars = There are no calendars in this account.
server-moving-choose = Which calendars come along?
server-moving-choose-hint = Each goes into your calendar of the same name; where you have none, one is made. What is there already is not doubled.
server-moving-objects = { $count ->
    [0] empty
    [one] { $count } entry
   *[other] { $count } entries
}
server-moving-begin = Move them here
server-moving-too-long = It took too long. Begin anew.
server-moving-to-agenda = To the agenda
server-moving-under-way = Your calendars are on their way. You can leave this page; it goes on.
server-moving-failed = It was given up: { $why }
server-moving-waits = It is tried again in a while: { $why }
server-moving-refused = This calendar does not come: { $why }
server-moving-progress = { NUMBER($done) } of { NUMBER($of) }
server-moving-its-turn = Its turn comes.
# All numbers are the same on both sides.
server-moving-equal = All is here, and happens as often in each month on both sides. Entries: { NUMBER($objects) }; times they happen: { NUMBER($instances) }; months: { NUMBER($months) }.
server-moving-unequal = Not all is the same on both sides.
server-moving-there = There
server-moving-here = Here
server-moving-row-objects = Entries
server-moving-row-instances = Times they happen
server-moving-differing = { $count ->
    [one] { $count } entry is not the same
   *[other] { $count } entries are not the same
}
