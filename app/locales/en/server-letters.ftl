# Mail that the installation sends. The server alone says this.

server-letters-job = Sending mail
# $why: what the server of mail said.
server-letters-not-sent = The mail was not sent: { $why }
# The first line of a letter. $name: of the person.
server-letters-hello = Hello { $name },
# $host: where the installation is.
server-letters-invitation-subject = Your calendar at { $host }
server-letters-invitation = An account was made for you. Choose its password here, within a day:
server-letters-user-name = Your user name is { $user }.
server-letters-password-subject = A new password for { $host }
server-letters-password = Choose a new password for your account { $user } here, within a day:
server-letters-password-unasked = Your password of now holds until then. If you did not ask for this, tell whoever looks after the accounts.
server-letters-address-subject = Is this your address?
server-letters-address = Somebody with the account { $user } at { $host } says that this address is theirs. If that is you, open this link within a day, signed in with that account:
server-letters-address-unasked = If it is not, do nothing.
server-letters-test-subject = A test of { $host }
server-letters-test = This is a test: mail from { $host } reaches you.
# Beside a link that was made. $address: of e-mail.
server-letters-sent-as-well = The link is on its way to { $address } as well.
server-letters-address-sent = A link was sent to the address. Open it within a day, signed in, and the address is yours.
server-letters-send-again = Send link
