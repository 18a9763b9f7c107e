### Signing in by way of a provider (OpenID Connect). The server alone says it. $provider is what people call it.

server-sign-in-with = Sign in with { $provider }
server-sign-in-ways = Other ways to sign in
server-sign-in-or = or
server-sign-in-no-way = Nobody can sign in here at the moment: passwords are switched off, and no provider is configured. Whoever runs this server can make a one-time link.
# $name is what the proxy before the server calls somebody.
server-sign-in-proxy-unknown = You are { $name } to the proxy before this server, and there is no account with that name that can be used. Whoever runs this server can make one.
server-sign-in-back = Back to sign-in

server-sign-in-refused-title = Signing in with { $provider } did not work
server-sign-in-down-title = { $provider } cannot be reached
server-sign-in-state = This sign-in was not begun in this browser, was finished already, or waited for too long.
server-sign-in-declined = { $provider } says that it was not allowed to tell who you are.
server-sign-in-provider = { $provider } says that it could not sign you in.
server-sign-in-down = { $provider } does not answer just now.
server-sign-in-code = { $provider } does not take the code that it sent you back with: it was used already, or is too old.
server-sign-in-client = { $provider } does not take this server for the client that its configuration says it is.
server-sign-in-answer = What { $provider } answered cannot be read.
server-sign-in-issuer = What came back was not from { $provider }.
server-sign-in-audience = What came back was meant for another application.
server-sign-in-nonce = What came back belongs to another sign-in.
server-sign-in-signature = What came back was not signed by { $provider }.
server-sign-in-algorithm = What came back was not signed in a way that proves where it is from.
server-sign-in-expired = What { $provider } said of you was too old when it came back. If that stays so, the clock of one of the two servers is wrong.
server-sign-in-signed-out = You began this with another account, or are not signed in with it any more.
server-sign-in-too-many = There were too many tries from your network; wait { NUMBER($seconds) } s.
server-sign-in-no-account = { $provider } knows you, and there is no account for you here.
server-sign-in-domain = Only people with an e-mail address of certain organisations come in here, and yours is none of these, or is not confirmed.
server-sign-in-not-active = Nobody can sign in with your account at the moment.
server-sign-in-other-account = Somebody signs in with this account of { $provider } here already, as somebody else.
server-sign-in-other-identity = Your account is connected to another account of { $provider } already.

server-sign-in-do-again = You are not signed in. Begin again, in this window.
server-sign-in-do-declined = Begin again and allow it, or sign in in another way.
server-sign-in-do-wait = Wait a little and try again, or sign in in another way.
server-sign-in-do-administrator = You are not signed in. Tell whoever runs this server; its log says more.
server-sign-in-do-sign-in = Sign in with your account, then connect it in the settings.
server-sign-in-do-no-account = If you have an account here already, sign in with it and connect { $provider } in the settings. Otherwise ask whoever runs this server to invite you.
server-sign-in-do-domain = Confirm your address at { $provider }, or sign in there with another account.
server-sign-in-do-not-active = Ask whoever looks after the accounts.
server-sign-in-do-other-account = Sign in with { $provider } to see which account that is, and disconnect it there first.
server-sign-in-do-other-identity = Disconnect { $provider } in the settings first.

# Between two sites.
server-sign-in-going = On the way to { $provider }
server-sign-in-go-on = Go on

# In the settings.
server-sign-in-identities = Ways to sign in
server-sign-in-identities-lead = Once connected, you can also sign in so. Your name and your e-mail address are then as they are known there.
# $date: the last time.
server-sign-in-identities-connected = Connected, used last on { $date }
server-sign-in-identities-not-connected = Not connected
server-sign-in-identities-connect = Connect
server-sign-in-identities-disconnect = Disconnect
server-sign-in-identities-done-connected = { $provider } is connected to your account.
server-sign-in-identities-done-disconnected = It is disconnected.
server-sign-in-identities-not-found = It is disconnected already.
server-sign-in-only-way = You would have no way left to sign in. Connect another provider first, or ask whoever looks after the accounts for a link to choose a password.
server-sign-in-passwords-off = Nobody signs in with a password here.
server-sign-in-welcome-passwords-off = Passwords are switched off on this server: this link signs you in once, and the password is for later.
server-sign-in-out-everywhere = You are signed out, also of { $provider }.
