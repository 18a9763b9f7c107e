## Connecting an account by signing in at its service

# $service is its name, such as Microsoft 365.
server-remote-sign-in-connected = Your account at { $service } is connected.
server-remote-sign-in-again = You are signed in at { $service } again.
# $why says it in a sentence without a full stop.
server-remote-sign-in-refused = Your account at { $service } was not connected: { $why }.
server-remote-sign-in-begin-again = Your account at { $service } was not connected, because this browser has not begun it or took too long. Begin again.

## The page of such an account

server-remote-sign-in-title = Sign in again
server-remote-sign-in-lead = { $service } does not let Kalends in any more. Sign in there again with the same account, and everything goes on.
server-remote-sign-in-other = If you have changed there what Kalends may do, sign in again with the same account.
server-remote-sign-in-do = Sign in at { $service }
server-remote-sign-in-unregistered = This server is not registered with { $service } any more. Its administrator has to do that before you can sign in again.
server-remote-sign-in-needed = Needs you to sign in
server-remote-sign-in-what = The service does not let Kalends in any more. Sign in there again.
server-remote-sign-in-remove = Kalends forgets the account and what lets it in there. Nothing changes at the service.
