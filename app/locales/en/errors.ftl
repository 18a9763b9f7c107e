### Why something was not done. Each is a sentence.

errors-signed-out = You are signed out. Sign in again and repeat.
errors-conflict = This event was changed elsewhere in the meantime.
errors-unreachable = The server cannot be reached. Look at the connection and try again.
errors-failed = Something went wrong on the server. Its log says more.
errors-calendar-not-found = The calendar was not found.



errors-page-not-found = Not found
errors-nothing-here = There is nothing here
errors-nothing-here-lead = The address may be mistyped, or what it led to is gone.
errors-to-dashboard = Go to the dashboard
