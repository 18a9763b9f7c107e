### Who acts for the reader, and for whom the reader acts. The server alone says it.

server-delegates-title = Delegates
server-delegates-lead = Delegates act for you: with all calendars that are yours, those that you make later too. They see private events as well, and what they change says that they did it for you.
server-delegates-for-me = Who acts for you
server-delegates-nobody = Nobody acts for you.
server-delegates-i-for = Whom you act for
server-delegates-i-for-lead = Their calendars stand in your agenda under their names. Programs find them in their own home.
server-delegates-new = Have somebody act for you
server-delegates-add = Add
server-delegates-level = What they may do
server-delegates-read = Read
server-delegates-read-what = Sees all events of your calendars, private ones too.
server-delegates-write = Write
server-delegates-write-what = Also adds, changes and deletes events. Only you make, share and delete calendars.
# The same of those for whom the reader acts.
server-delegates-you-read = You read their calendars, private events too.
server-delegates-you-write = You read and change their calendars, private events too.
server-delegates-end = End
server-delegates-end-what = Your calendars go from theirs at once.
server-delegates-stop = Stop
server-delegates-stop-what = Their calendars go from yours at once.
server-delegates-done = { $name } acts for you.
server-delegates-ended = { $name } acts for you no longer.
server-delegates-stopped = You act for { $name } no longer.
# The heading above the calendars of somebody for whom the reader acts.
server-delegates-section = For { $name }
