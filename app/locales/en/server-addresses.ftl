# Addresses of e-mail: of oneself, and of somebody for administrators. The server alone says this.

server-addresses-title = Addresses of e-mail
server-addresses-lead = People find you, and calendars are shared with you, by the addresses that are known to be yours.
# Under the field of the main address.
server-addresses-entered = An address that you enter is shown once it is known to be yours.
server-addresses-main = Shown to others
server-addresses-verified = Yours
server-addresses-not-verified = Not known to be yours yet: ask an administrator, or sign in with a provider that says so.
server-addresses-new = Another address
server-addresses-add = Add address
server-addresses-make-main = Show this one
server-addresses-remove = Remove
server-addresses-added = The address is kept until it is known to be yours.
server-addresses-added-own = The address is yours.
server-addresses-removed = The address is removed.
server-addresses-link-gone = That link was for somebody else, was used already, or is too old. Ask for a new one.
# $address: of e-mail.
server-addresses-proven = { $address } is known to be yours now.
# For administrators.
server-addresses-of = What is verified here is taken to be theirs: they are found by it and get what was shared with it.
server-addresses-verify = It is theirs
server-addresses-link = Make a link
server-addresses-link-done = Send the link to that address. Whoever opens it within a day, signed in with this account, shows that it is theirs.
