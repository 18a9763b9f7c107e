### The start page: what comes next.

dashboard-next-events = Next events
dashboard-try-again = Try again
dashboard-nothing = Nothing is planned. Enjoy the quiet, or make an event.
# Of an event that is under way.
dashboard-now = Now
dashboard-today = Today, { $date }
dashboard-tomorrow = Tomorrow, { $date }
# Stands before an event, in the place of its times.
dashboard-all-day = All day
dashboard-until = until { $when }
dashboard-from = from { $time }
