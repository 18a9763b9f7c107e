### Accounts at services elsewhere, whose calendars stay in step. The server alone says it.

server-accounts-not-found = There is no such account.
server-accounts-quota = You can have { NUMBER($limit) } accounts elsewhere and no more.

## What is wrong with an account

server-accounts-wrong-address = That is neither an address nor a host nor an e-mail address. Write it like ada@example.org or cal.example.org.
server-accounts-wrong-service = There is no such service. Choose one from the list.
server-accounts-no-service = { $domain } says itself that it has no calendars. If they are elsewhere, write that address.
server-accounts-nothing = No calendars were found there. Look in your service’s help for its “CalDAV address”, and write that. Tried: { $tried }
server-accounts-other-host = { $from } says that the calendars are at { $to }, which belongs to somebody else.
server-accounts-unauthenticated = The service does not take this name and password. Many services want a password that is made for one app.
server-accounts-forbidden = The service lets you in, but not at the calendars. { $why }
server-accounts-transient = The service does not answer just now. Try again in a while. { $why }
server-accounts-missing = There is no account (any more) at that address. { $why }
server-accounts-refused = That address cannot be asked. { $why }
server-accounts-unreadable = What is there does not speak CalDAV as it should. { $why }
