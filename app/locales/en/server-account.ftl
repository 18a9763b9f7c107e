### Signing in, and choosing a password through a one-time link. The server alone says it.

server-account-sign-in = Sign in
server-account-welcome-title = Welcome
server-account-welcome = Welcome, { $name }
# A sentence; the user name follows in bold, then a full stop.
server-account-choose-before = Choose the password that you will sign in with as
server-account-choose-after = .
server-account-password-hint = At least 10 characters. A sentence is easier to remember than a riddle.
server-account-same-again = The same again
server-account-set-password = Set password and sign in
server-account-link-spent = This link is no longer valid
server-account-link-spent-why = It was used already, or it is older than a day. Whoever runs this server can make a new one.
server-account-to-sign-in = Go to sign-in
server-account-passwords-differ = The two passwords differ.
