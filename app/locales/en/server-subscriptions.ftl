### Calendars that somebody follows. The server alone says it.

server-subscriptions-title = Calendars that you follow
server-subscriptions-lead = What others publish at an address, such as a club’s fixtures or the days on which the bins are emptied. It is looked at again and again, and can be read and shared here, but not changed.
server-subscriptions-list = What you follow
# Where a calendar comes from: { $host } is the name of a server.
server-subscriptions-at = At { $host }
server-subscriptions-by-program = From this program, without asking anybody
server-subscriptions-reading = It is being read.
server-subscriptions-in-step = As it was there { $when }.
server-subscriptions-waiting = It could not be read, and is tried again { $when }. { $why }
server-subscriptions-paused = It is not looked at for now.
server-subscriptions-asks = Much of it has gone there. Nothing is taken away here before you say so.
server-subscriptions-attention = It cannot be read any more. { $why }
server-subscriptions-no-calendar = Its calendar was deleted.
server-subscriptions-refresh = Look now
server-subscriptions-refresh-what = Look now for what is new in { $name }
server-subscriptions-end = Stop
server-subscriptions-end-what = Stop following { $name }
server-subscriptions-by-address = Follow a calendar by its address
server-subscriptions-address = Address
server-subscriptions-address-hint = It begins with webcal:// or https://. It is kept like a password and shown to nobody: for some calendars, whoever has the address can read them.
server-subscriptions-name = Name
server-subscriptions-name-hint = As it is called there
server-subscriptions-subscribe = Follow
server-subscriptions-unreadable = There is no calendar at that address. { $why }
server-subscriptions-password = That calendar is not open to everybody: write the name and the password into the address, as in https://name:password@example.org/calendar.ics. { $why }
server-subscriptions-missing = There is nothing at that address. { $why }
server-subscriptions-wrong-address = That is no address of a calendar. It begins with webcal:// or https://.
server-subscriptions-holidays = Public holidays
server-subscriptions-holidays-lead = They come with the program: no other server learns where you live. Each year has one more.
server-subscriptions-holidays-of = Holidays: { $place }
server-subscriptions-country = Country
server-subscriptions-choose-country = Choose
server-subscriptions-region = Region
server-subscriptions-whole-country = The whole country
server-subscriptions-language = Language
server-subscriptions-add-holidays = Add the holidays
server-subscriptions-done = You follow it now. It is there in a moment.
server-subscriptions-refreshed = It is being looked at.
server-subscriptions-ended = You follow it no more. Its calendar is in the bin.

## Files that somebody brings

server-subscriptions-by-file = Follow a file
server-subscriptions-by-file-lead = A file that you were sent, and get anew when it changes. It can be read and shared here, but not changed; what another version of it changes is shown, and can be taken back.
server-subscriptions-file-name = Name of the calendar
server-subscriptions-file-name-hint = As it is called in the file
server-subscriptions-follow-file = Follow this file
server-subscriptions-file-of = From the file { $name }
server-subscriptions-bring = Bring the new version
server-subscriptions-bring-what = New version of { $name }
server-subscriptions-brought = The new version is being compared with the one before.
server-subscriptions-no-file = That file cannot be followed. { $why }
server-subscriptions-details-of = What changed in { $name }
