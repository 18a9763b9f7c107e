### Accounts at services elsewhere, whose calendars stay in step. The server alone says it.

server-accounts-not-found = There is no such account.
server-accounts-quota = You can have { NUMBER($limit) } accounts elsewhere and no more.

## What is wrong with an account

server-accounts-wrong-address = That is neither an address nor a host nor an e-mail address. Write it like ada@example.org or cal.example.org.
server-accounts-wrong-service = There is no such service. Choose one from the list.
server-accounts-no-service = { $domain } says itself that it has no calendars. If they are elsewhere, write that address.
server-accounts-no-mail = The domain { $domain } does not say where its mail is; name the servers yourself.
server-accounts-nothing = No calendars were found there. Look in your service’s help for its “CalDAV address”, and write that. Tried: { $tried }
server-accounts-other-host = { $from } says that the calendars are at { $to }, which belongs to somebody else.
server-accounts-unauthenticated = The service does not take this name and password. Many services want a password that is made for one app.
server-accounts-forbidden = The service lets you in, but not at the calendars. { $why }
server-accounts-transient = The service does not answer just now. Try again in a while. { $why }
server-accounts-missing = There is no account (any more) at that address. { $why }
server-accounts-refused = That address cannot be asked. { $why }
server-accounts-unreadable = What is there does not speak CalDAV as it should. { $why }

## The page of accounts

server-accounts-title = Accounts
server-accounts-lead = Connect an account that you have elsewhere, once: its calendars appear here.
server-accounts-own = Your accounts
server-accounts-add = Add an account
server-accounts-add-lead = Where are your calendars?
server-accounts-add-at = Add an account at { $name }
server-accounts-add-other = Add an account at another server
server-accounts-choose = Add
server-accounts-back = All accounts
server-accounts-other = Another CalDAV server
# A service that is not one of those that are known by name.
server-accounts-any-service = CalDAV
server-accounts-app-password = Takes a password that you make for this.
server-accounts-state-works = Works
server-accounts-state-paused = Paused
server-accounts-state-password = Needs your password
server-accounts-state-missing = Not there any more
server-accounts-checked = The service last let you in on { $date } at { $time }.
server-accounts-unchecked = The service was not asked yet.
server-accounts-paused-what = The service is not asked until you resume it.
server-accounts-password-what = The service does not take the password any more. Give the one that it takes now.
server-accounts-missing-what = The service has no such account any more. Look there whether it moved, then test it again.
server-accounts-why = What was said: { $why }

## Where name and password are to be had

server-accounts-help-infomaniak = Infomaniak’s synchronisation assistant shows your user name. Take your Infomaniak password, or an application password if you sign in there in two steps.
server-accounts-help-icloud = Your user name is the e-mail address of your Apple Account. Make an app-specific password at account.apple.com, under “Sign-In and Security”.
server-accounts-help-fastmail = Your user name is your whole e-mail address. Make an app password for calendars in Fastmail’s settings, under “Privacy & Security”.
server-accounts-help-nextcloud = Make an app password in the personal settings of your Nextcloud, under “Security”.
server-accounts-help-mailbox-org = Your user name is your mailbox.org address. Take your mailbox.org password, or an application password if you sign in there in two steps.
server-accounts-help-caldav = Any service that speaks CalDAV. For many your e-mail address is enough: its domain says where the calendars are.

## The form of an account

server-accounts-host = Address of your Nextcloud
server-accounts-host-hint = As your browser shows it, such as cloud.example.org.
server-accounts-address = Where the calendars are
server-accounts-address-hint = Your e-mail address, a host such as cal.example.org, or the whole address.
server-accounts-user = User name there
server-accounts-user-hint = Often your e-mail address.
server-accounts-user-same = Leave it empty if it is the same as before.
server-accounts-app-password-field = App password
server-accounts-name = What you call it
server-accounts-name-hint = Only you see it. Left empty: your user name there.
server-accounts-name-only = Only you see it.
server-accounts-sealed = The password is kept encrypted, and sent to that service alone.
server-accounts-token-instead = With an access token instead
server-accounts-token = Access token
server-accounts-token-hint = For a service that takes a bearer token in the place of name and password. Then leave those empty.
server-accounts-look = Look for calendars
server-accounts-elsewhere = The calendars are at { $to }, which belongs to somebody else than what you wrote. If that is right, type your password once more: it is sent there.
server-accounts-added = The service let you in. These are the calendars that you have there.

## The page of an account

server-accounts-one = Account
server-accounts-to = Back to { $name }
server-accounts-test = Test
server-accounts-new-calendars = { $count ->
    [one] One new calendar there: look at it
   *[other] { NUMBER($count) } new calendars there: look at them
}
server-accounts-tested = { $count ->
    [one] The service lets you in. You have { $count } calendar there.
   *[other] The service lets you in. You have { NUMBER($count) } calendars there.
}
server-accounts-pause = Pause
server-accounts-settings = Name
server-accounts-paused-done = The service is not asked any more until you resume it.
server-accounts-resume = Resume
server-accounts-resumed = The service is asked again.
server-accounts-renamed = It has its new name.
server-accounts-password-title = Password
server-accounts-password-lead = Give the password that the service takes now, and everything goes on.
server-accounts-password-other = When you change the password there, give the new one here.
server-accounts-password-do = Use this password
server-accounts-password-done = The service takes it.
server-accounts-remove = Remove
server-accounts-remove-what = Kalends forgets the account and its password. Say what becomes of each calendar; nothing happens before you have seen what that will be.
server-accounts-remove-sure = The account and its password are forgotten.
server-accounts-remove-bin = Move it to the bin here
server-accounts-removed = { $name } is removed.

## The calendars of an account

server-accounts-calendars = Calendars
server-accounts-no-calendars = There is no calendar yet. Make one there, and come back.
server-accounts-calendar-own = You can change it.
server-accounts-calendar-shared = You can change it. Others have it as well.
server-accounts-calendar-read = You can only read it.

## Removing an account

server-accounts-remove-keep = Keep it here as it is
server-accounts-remove-there = Move it to the bin here, and delete what is in it there
server-accounts-remove-look = What will happen?
server-accounts-remove-will = This will happen
server-accounts-will-keep = It is kept here as it is, and follows nothing any more. There nothing changes.
server-accounts-will-bin = { $count ->
    [one] It goes into the bin here, with { $count } event. There nothing changes.
   *[other] It goes into the bin here, with { NUMBER($count) } events. There nothing changes.
}
server-accounts-will-delete = { $there ->
    [one] It goes into the bin here, with what is in it ({ NUMBER($here) }). There, in “{ $calendar }”, { $there } event is deleted.
   *[other] It goes into the bin here, with what is in it ({ NUMBER($here) }). There, in “{ $calendar }”, { NUMBER($there) } events are deleted.
}
server-accounts-remove-confirm = Type { $name } to confirm
server-accounts-remove-confirm-what = What is deleted there does not come back by itself.
server-accounts-remove-confirm-wrong = That is not the name. Type { $name } as it stands above, or choose otherwise.
server-accounts-removing = { $name } is being removed. It goes when what is there has been deleted.
server-accounts-removing-title = Being removed
server-accounts-removing-what = The account goes when its calendars at the service have been emptied. To remove it without that, choose again below.
