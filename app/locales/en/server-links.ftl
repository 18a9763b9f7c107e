### Public links of a calendar, and the pages that they lead to. The server alone says it.

server-links-heading = Public links
server-links-lead = Whoever has the address sees it, without an account. Private and confidential events are only “busy”; reminders, guests and attachments are not shown.
server-links-none = There is no public link.
server-links-new = New public link
server-links-make = Make the link
# What the link is called, for everybody who opens it.
server-links-name = Name, for everybody to see
server-links-level = What it shows
server-links-read-what = All events; of private and confidential ones only when they are.
server-links-busy-what = When there is something, and never what it is.
server-links-ends-hint = Empty: until you revoke it.
# Of a link: $count how often it was opened, $day when last.
server-links-used = { $count ->
    [one] Opened once, on { $day }
   *[other] Opened { $count } times, last on { $day }
}
server-links-unused = Not opened yet
server-links-ended = has ended
# $maker: a person.
server-links-by = Made by { $maker }, who alone can change it
# Gives the link another address.
server-links-rotate = New address
server-links-rotate-what = The address that it has leads nowhere from then on, wherever it was given.
server-links-revoke = Revoke
server-links-revoke-what = It leads nowhere from then on, and goes from open pages.
# Takes a calendar out of a link that somebody else made.
server-links-withdraw = Take out
server-links-withdraw-what = The link shows this calendar no longer.
server-links-changed = { $name } is changed.
server-links-revoked = { $name } leads nowhere any more.
server-links-withdrawn = { $name } does not show this calendar any more.

# Where a link leads, shown once.
server-links-addresses = Addresses of { $name }
server-links-once = Copy what you need now: the address is kept as a fingerprint alone and cannot be shown again. You can always make a new one.
server-links-page = Page
server-links-copy-page = Copy the address of the page
server-links-feed = Feed for calendar programs
server-links-copy-feed = Copy the address of the feed
server-links-wall = Wall display
server-links-copy-wall = Copy the address of the wall display
server-links-webcal = Follow in a calendar program
server-links-open = Open the page
server-links-embed = In another website
server-links-embed-what = The first code shows the next events in the style of the page around it and follows what changes. The second is a frame, for websites that this server is told to allow.
server-links-element = Code
server-links-copy-element = Copy the code
server-links-iframe = Code of a frame
server-links-copy-iframe = Copy the code of the frame
server-links-preview = This is what it looks like

# The pages that everybody sees.
server-links-list = List
server-links-views = Views
server-links-previous = Earlier
server-links-next = Later
server-links-follow = Follow in a calendar program
server-links-file = Calendar file
server-links-zone = Time zone
server-links-zone-set = Show
# $zone: the name of a time zone.
server-links-times-in = Times in { $zone }
server-links-nothing = Nothing is planned.
# Beneath the first events of a day: $count are more.
server-links-more = { NUMBER($count) } more
# $day: a date. Leads to all events of the day.
server-links-more-on = All events on { $day }
server-links-whole = Open the calendar
# Where there was a link that holds no more, or never was one.
server-links-gone-title = There is nothing at this address
server-links-gone = It may have been revoked, have ended, or be mistyped. Whoever gave it to you may have a new one.
server-links-slow-title = Too many addresses that lead nowhere
server-links-slow = Try again in { NUMBER($minutes) } minutes.
# What the script says that shows events in other websites.
server-links-loading = Loading the events…
server-links-offline = No connection. What is shown may be out of date.
server-links-revoked-here = This calendar is not shared any more.
