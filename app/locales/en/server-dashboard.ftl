### The start page: what comes next. The server alone says it.

server-dashboard-next-events = Next events
server-dashboard-try-again = Try again
server-dashboard-nothing = Nothing is planned. Enjoy the quiet, or make an event.
# Of an event that is under way.
server-dashboard-now = Now
server-dashboard-today = Today, { $date }
server-dashboard-tomorrow = Tomorrow, { $date }
# Stands before an event, in the place of its times.
server-dashboard-all-day = All day
server-dashboard-until = until { $when }
server-dashboard-from = from { $time }
