### When people could meet.

server-find-time-title = Find a time
server-find-time-lead = See when people are free, side by side, and take a time that suits them.
# $title of the meeting that is to be at another time.
server-find-time-moving = Another time for { $title }
server-find-time-who = Who has to come
server-find-time-who-hint = Addresses of e-mail, or names of people, groups and missions here, one on each line
server-find-time-optional = Who may be missing
server-find-time-suggested-people = People whom you may add
server-find-time-minutes = Length in minutes
server-find-time-from = First day
server-find-time-days = Days
server-find-time-zone = Time zone
server-find-time-show = Show
server-find-time-usual = You have not said when you work: it is taken to be from 9 to 5, Monday to Friday.
server-find-time-usual-link = Say when you work
server-find-time-suggestions = Times that fit
server-find-time-nothing = There is no time at which everybody who has to come is free. Try more days, or a shorter meeting.
server-find-time-everybody = Everybody can come
# $people is a list of names.
server-find-time-busy = Busy: { $people }
server-find-time-tentative = Maybe busy: { $people }
server-find-time-outside = Outside of working hours: { $people }
server-find-time-unknown = Not known: { $people }
server-find-time-you = You
# Somebody without whom the meeting takes place.
server-find-time-may-miss = { $name } (may be missing)
server-find-time-day-by-day = Day by day
server-find-time-busy-key = Busy
server-find-time-tentative-key = Maybe busy
server-find-time-outside-key = Outside of working hours
server-find-time-unknown-key = Not known
server-find-time-free-key = Free
# What a screen reader says of a day; $times such as “09:00 – 10:00 and 14:00 – 15:00”.
server-find-time-says-busy = Busy { $times }.
server-find-time-says-tentative = Maybe busy { $times }.
server-find-time-says-outside = Outside of working hours { $times }.
server-find-time-says-unknown = Not known { $times }.
server-find-time-says-free = Free all day.
server-find-time-says-nothing = Nothing is known.
server-find-time-fits = Fits
# $number of the suggestion in the list, $when such as “Monday, 2 March, 10:00 – 11:00”.
server-find-time-take = { $number }: { $when }
server-find-time-elsewhere-lead = These people are not here, or have not shared with you when they are busy. Of whoever publishes it, say where: an address of a VFREEBUSY or a calendar. Nobody else sees what you say.
server-find-time-published = Where people publish when they are busy
server-find-time-address-of = Address for { $name }
server-find-time-save = Keep the address
server-find-time-forget = Forget the address
server-find-time-forget-of = Forget the address for { $name }
server-find-time-no-answer = No answer: { $why }
server-find-time-not-a-calendar = What is there is not a calendar.
server-find-time-saved = The address is kept.
server-find-time-forgotten = The address is forgotten.
server-find-time-wrong = Days, length or time zone cannot be read.
server-find-time-another = Find another time
server-find-time-guests = Guests
server-find-time-guests-hint = They are invited when you save: addresses of e-mail or names of people here, one on each line
server-find-time-guests-wrong = Each has to be an address such as ada@example.org, or the name of somebody here.
