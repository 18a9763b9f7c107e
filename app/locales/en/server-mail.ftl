### Courrier: the mail of somebody’s accounts. The server alone says it.

server-mail-title = Mail
server-mail-open = Open mail

## Folders

server-mail-folders = Folders
server-mail-inbox = Inbox
server-mail-starred = Starred
# The inboxes of all accounts together.
server-mail-inboxes = All inboxes
server-mail-drafts = Drafts
server-mail-sent = Sent
server-mail-archive-folder = Archive
server-mail-junk-folder = Spam
server-mail-bin = Bin
server-mail-all-mail = All mail
server-mail-add = Add a mail account
server-mail-keys = Keyboard

## Lists

server-mail-messages = Messages
server-mail-message = Message
server-mail-count = { $count ->
    [0] No messages
    [one] { $count } message
   *[other] { $count } messages
}
server-mail-unread = { $count ->
    [0] nothing unread
   *[other] { $count } unread
}
server-mail-found = Found for “{ $words }”
server-mail-search = Search mail
server-mail-search-end = End the search
server-mail-search-texts = Search the texts as well, at the server
server-mail-search-index = Search subjects and people alone
# $account: what an account is called. $why: in the words of a server.
server-mail-not-searched = { $account } was not looked through to the end: { $why }
server-mail-filter = What is shown
server-mail-all = All
server-mail-unread-only = Unread
server-mail-older = Older
server-mail-newest = Newest
server-mail-choose = Choose a message to read it here.
server-mail-nothing = Nothing is in here.
server-mail-nothing-new = You have read and sorted everything.
server-mail-nothing-unread = Nothing unread.
server-mail-nothing-found = Nothing was found.
server-mail-none-title = Your mail, beside your calendar
server-mail-none = Add a mail account to read, write and search your mail here. What you do here is done at your provider too, and the other way round.
server-mail-no-subject = (No subject)
# Where a message says no sender or no recipient.
server-mail-nobody = (Nobody)
server-mail-is-unread = Unread.
server-mail-is-answered = Answered
server-mail-is-flagged = Starred
server-mail-has-files = With attachments
server-mail-choose-one = Choose “{ $subject }”
server-mail-choose-all = Choose all that are shown
server-mail-choose-hint = Choose messages to sort them
server-mail-chosen = With what is chosen
# The script puts the number in.
server-mail-chosen-text = { $count } chosen

## What can be done

server-mail-write = New message
server-mail-archive = Archive
server-mail-delete = Delete
server-mail-junk = Spam
server-mail-not-junk = No spam
server-mail-mark-read = Mark as read
server-mail-mark-unread = Mark as unread
server-mail-flag = Add a star
server-mail-unflag = Remove the star
server-mail-move = Move
server-mail-move-to = Folder to move to
server-mail-thread-ways = With this conversation
server-mail-back = Back to the list
server-mail-reply = Reply
server-mail-reply-all = Reply to all
server-mail-forward = Forward

## What was done

server-mail-done-read = { $count ->
    [one] { $count } message marked as read.
   *[other] { $count } messages marked as read.
}
server-mail-done-unread = { $count ->
    [one] { $count } message marked as unread.
   *[other] { $count } messages marked as unread.
}
server-mail-done-flag = { $count ->
    [one] { $count } message starred.
   *[other] { $count } messages starred.
}
server-mail-done-unflag = { $count ->
    [one] Star removed from { $count } message.
   *[other] Stars removed from { $count } messages.
}
server-mail-done-moved = { $count ->
    [one] { $count } message moved to { $folder }.
   *[other] { $count } messages moved to { $folder }.
}
server-mail-done-gone = { $count ->
    [one] { $count } message deleted for good.
   *[other] { $count } messages deleted for good.
}
server-mail-none-chosen = Choose at least one message first.
server-mail-too-many-chosen = At most { NUMBER($count) } messages can be chosen at once.

## Keys

server-mail-key-next = Next and previous message
server-mail-key-open = Open
server-mail-key-back = Back to the list
server-mail-key-choose = Choose, for several at once
server-mail-key-reply = Reply, reply to all
server-mail-key-inbox = Go to the inbox

## A message

server-mail-from = From
server-mail-to = To
server-mail-cc = Cc
server-mail-bcc = Bcc
server-mail-reply-to = Reply to
server-mail-date = Date
server-mail-to-whom = to { $people }
server-mail-to-nobody = to nobody who is named
server-mail-more-people = and { NUMBER($count) } more
server-mail-header = All header fields
# Goes on with a message of the folder for drafts.
server-mail-edit = Edit this draft
server-mail-original = Original
server-mail-content = What the message says
server-mail-quoted = Show what it answers
server-mail-no-body = What it says could not be fetched.
# Leads to the page on which a message of a conversation is shown with everything.
server-mail-open-whole = Open this message
server-mail-no-text = It has no text.
# Below a text that is too long to be shown whole.
server-mail-cut = [It goes on: the original has all of it.]
server-mail-pictures = { $count ->
    [one] { $count } picture is elsewhere and is not loaded: whoever sent it would learn that you read it.
   *[other] { $count } pictures are elsewhere and are not loaded: whoever sent them would learn that you read it.
}
server-mail-pictures-show = Always show those from { $sender }
server-mail-pictures-once = Show them this once
server-mail-pictures-senders = { $count ->
    [one] Pictures of { $count } sender are always shown
   *[other] Pictures of { $count } senders are always shown
}
server-mail-pictures-hide = Do not show them
server-mail-pictures-hide-of = Do not show pictures from { $sender } any more
server-mail-pictures-hidden = Pictures from { $sender } are not shown any more.
server-mail-pictures-shown = Pictures from { $sender } are shown from now on.
server-mail-files = { $count ->
    [one] { $count } attachment
   *[other] { $count } attachments
}
server-mail-file-unnamed = Without a name
server-mail-file-show = Show
server-mail-file-show-what = Show { $name }
server-mail-file-save = Download
server-mail-file-save-what = Download { $name }

## Writing

server-mail-subject = Subject
server-mail-text = Text
server-mail-copies = Cc and Bcc
# Over what is quoted in an answer. $when: a day and a time. $who: a name with an address. It ends with a colon.
server-mail-wrote = On { $when }, { $who } wrote:
# The same of a mail that says no date.
server-mail-wrote-once = { $who } wrote:
# Over a message that is forwarded.
server-mail-forwarded = Forwarded message
# $name such as “Subject”. $value: what it says.
server-mail-forwarded-field = { $name }: { $value }
server-mail-send = Send
server-mail-save = Save draft
server-mail-discard = Discard
server-mail-later = Send later
server-mail-later-at = At
server-mail-later-wrong = Write when it is to be sent, such as tomorrow at eight.
server-mail-attach = Attachments
server-mail-attach-hint = At most { $size } in all.
server-mail-detach-what = Without { $name }
server-mail-too-large = That is more than may be attached. What you typed is still here; choose the files again.
server-mail-draft-saved = Saved
server-mail-draft-changed = Not saved: changed or sent in another window. Save it to see how to go on.
server-mail-draft-unsaved = Not saved: it stays in this window.
server-mail-sending = It is being sent.
server-mail-sending-later = It will be sent { $when }.
server-mail-discarded = The draft is gone.
server-mail-restored = The draft is back.
server-mail-changed-meanwhile = This draft was changed in another window meanwhile, so this was not kept. What you typed is here: save or send it to have it take the place of what is kept.
server-mail-gone-meanwhile = This draft was sent or discarded in another window meanwhile. What you typed is here, as a new message.
server-mail-typed-again = What you typed is here again. It has not been saved yet.
server-mail-saved = The draft is kept.
server-mail-unsend = Do not send it
server-mail-refused = It was not sent. { $why }
server-mail-unsent = It was not sent, and is a draft again.
server-mail-too-late = It has left already.

server-mail-format = Formatting
server-mail-format-bold = Bold
server-mail-format-italic = Italic
server-mail-format-underline = Underlined
server-mail-format-list = List
server-mail-format-numbers = Numbered list
server-mail-format-quote = Quotation
server-mail-format-link = Link
server-mail-format-none = Without formatting
server-mail-format-address = Where does the link lead?
server-mail-format-lost = This text has formatting. Saved or sent from this page without scripts, it is plain text.

## Accounts

server-mail-account = Mail account
server-mail-accounts-lead = What you read and write under Mail. The mail itself stays at your provider.
server-mail-address = E-mail address
server-mail-your-name = Your name
server-mail-your-name-hint = As those read it to whom you write.
server-mail-add-lead = Its servers are found from the address. The password is asked for in the next step.
server-mail-add-found-lead = Sign in there, and your mail is here.
server-mail-look = Find the servers
server-mail-look-hint = The provider of the address is asked, and nobody else.
server-mail-by-hand = Write them myself
server-mail-found-known = These are the servers of { $service }.
server-mail-found-records = Found in what { $host } says of itself.
server-mail-not-found = No servers were found for this address. Write them as your provider says.
server-mail-add-do = Sign in and add
server-mail-added = The account is there. Its mail is being read.
# $service is its name, such as Outlook and Microsoft 365.
server-mail-sign-in-unregistered = { $service } takes no passwords from other programs, and this server is not registered there. Its administrator has to do that before your mail can be here.
server-mail-sign-in-only = You sign in there, and come back. Kalends does not see your password.
server-mail-sign-in-or = Where the address is at one of these services, you can sign in there instead of giving a password here.
server-mail-sign-in-wrong = The account was not added, because its address is missing. Begin again.
server-mail-password-hint = With two factors, most providers want a password for programs here (an app password).
server-mail-servers = Servers
server-mail-imap = Incoming mail (IMAP)
server-mail-smtp = Outgoing mail (SMTP)
server-mail-host = Server
server-mail-port = Port
server-mail-security = Encryption
server-mail-security-tls = TLS
server-mail-security-starttls = STARTTLS
server-mail-security-plain = None
server-mail-wrong-port = A port is a number from 1 to 65535.
server-mail-color = Colour
server-mail-signature = Signature
server-mail-signature-hint = Stands under what you write.
server-mail-for-invitations = Send invitations by this account
server-mail-for-invitations-hint = They go by whichever account has the address that a meeting is from; where none has, by this one, else by this installation’s mail.
server-mail-interval-hint = Servers that tell of what arrives by themselves are heard at once.
server-mail-identities = Addresses that you write as
server-mail-identities-hint = Your provider has to let you write as each of them. Kalends takes invitations to any of them as yours.
server-mail-identity-add = Add an address
server-mail-identity-signature = Signature (empty: that of the account)
server-mail-identity-sure = Not write as this address any more?
server-mail-purposes = What folders are for
server-mail-purposes-hint = Which folder is for what, where your server does not say it rightly.
# $folder is the name of a folder.
server-mail-purposes-itself = As found: { $folder }
server-mail-purposes-none = None
# $what: in the words of a server; $when: day and time.
server-mail-account-notice = { $when }: { $what }
server-mail-pending = { $count ->
    [one] Its server has still to be told of { NUMBER($count) } change.
   *[other] Its server has still to be told of { NUMBER($count) } changes.
}
server-mail-account-reading = First reading
server-mail-account-reading-what = What is in it is being read for the first time. The newest is there first.
server-mail-account-waiting = Not reachable
server-mail-account-waiting-what = Its server could not be reached, and is asked again soon.
server-mail-account-paused = Paused
server-mail-account-paused-what = It is not looked at for now.
server-mail-account-password = Sign in again
server-mail-account-password-what = Its server does not let Kalends in any more. Sign in again below.
server-mail-account-checked = In step with its server, last { $when }.
server-mail-account-unchecked = It has not been looked at yet.
server-mail-account-tested = Its server let it in, to receive and to send.
server-mail-account-changed = Saved.
server-mail-account-removed = { $name } is gone from here. Its mail is where it was.
server-mail-remove-what = The mail itself stays at your provider. Here go its index, its drafts that were not sent, and its password.
server-mail-remove-sure = Remove the account?
server-mail-remove-unsent = { $count ->
    [one] { $count } draft or message that waits to be sent goes with it.
   *[other] { $count } drafts and messages that wait to be sent go with it.
}
server-mail-remove-feeds = { $count ->
    [one] A calendar account was made with it. It stays in step unless you choose otherwise.
   *[other] { $count } calendar accounts were made with it. They stay in step unless you choose otherwise.
}
# $account: an account of calendars. $calendars: a list of names.
server-mail-remove-feed = { $account }: { $calendars }
server-mail-remove-waiting = { $count ->
    [one] { $count } of them waits to be sent, and will not be.
   *[other] { $count } of them wait to be sent, and will not be.
}
# $addresses: a list of addresses.
server-mail-remove-addresses = You do not write as { $addresses } any more, and invitations to them are not taken as yours.
server-mail-remove-leave = Remove with its calendar accounts
server-mail-remove-leave-sure = Remove both? The calendars stay here as they are.
server-mail-remove-bin = Remove all, calendars too
server-mail-remove-bin-sure = Remove both, and put the calendars into the bin?
server-mail-brings = Calendars with this account
server-mail-brings-what = { $name } has calendars for this account as well. They can be read and written here, and are brought into step every { NUMBER($minutes) } minutes.
server-mail-brings-taken = The calendars at { $name } are here.
server-mail-brings-do = Add them
server-mail-brings-choose = Choose calendars
server-mail-brings-sign-in = Sign in there

## Dashboard

server-mail-card = { $count ->
    [one] Mail: { $count } unread
   *[other] Mail: { $count } unread
}

## What is not there

server-mail-account-not-found = There is no such mail account.
server-mail-folder-not-found = There is no such folder.
server-mail-message-not-found = This message is not there any more.
server-mail-draft-not-found = This draft is not there any more: it was sent, or discarded.
server-mail-file-not-found = There is no such attachment.
