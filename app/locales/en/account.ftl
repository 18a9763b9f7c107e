### Signing in, and choosing a password through a one-time link.

account-sign-in = Sign in
account-welcome-title = Welcome
account-welcome = Welcome, { $name }
# A sentence; the user name follows in bold, then a full stop.
account-choose-before = Choose the password that you will sign in with as
account-choose-after = .
account-password-hint = At least 10 characters. A sentence is easier to remember than a riddle.
account-same-again = The same again
account-set-password = Set password and sign in
account-link-spent = This link is no longer valid
account-link-spent-why = It was used already, or it is older than a day. Whoever runs this server can make a new one.
account-to-sign-in = Go to sign-in
account-passwords-differ = The two passwords differ.
