### Connecting a phone or another program, and letting in one that asks. The server alone says it.

server-connect-title = Connect a device
server-connect-lead = A phone or another program signs in with your user name and an app password of its own, which you can revoke alone.
server-connect-link-lead = A QR code, a profile for iPhone, iPad and Mac, and what to enter elsewhere.
# The form that makes an app password.
server-connect-new = New device
server-connect-label = Name of the device
server-connect-label-example = My phone
server-connect-show = Show QR code and password
server-connect-apple = Download Apple profile
server-connect-apple-hint = For iPhone, iPad and Mac: open this page there. The profile has the app password in it; whoever has the file can sign in.

# $label: what the device is called.
server-connect-made = For { $label }
server-connect-now = Enter this now. It is not shown again.
server-connect-was-shown = The app password was shown once and cannot be shown again. If it was not used, revoke it in the settings and make another.
server-connect-scan = Scan it with the phone that has DAVx⁵, with an app for QR codes that opens links.
# For screen readers, of the picture.
server-connect-qr = QR code with the address, your user name and the app password
server-connect-open-davx = Open in DAVx⁵ on this device
server-connect-server = Server
server-connect-copy-server = Copy server
server-connect-address = CalDAV address
server-connect-copy-address = Copy caldav address

server-connect-how = What to do
server-connect-how-apple = iPhone, iPad and Mac
server-connect-how-apple-begin = Open this page on the device, give it a name, and choose “Download Apple profile”.
server-connect-how-apple-install = iPhone and iPad: open Settings, then “Profile Downloaded”, and install it. Mac: open the file, then System Settings › Privacy & Security › Profiles.
server-connect-how-apple-without = Without a profile: add a calendar account of the kind “Other”, CalDAV, with the server, your user name and the app password.
server-connect-how-davx = Android with DAVx⁵
server-connect-how-davx-scan = Scan the QR code, or open this page on the phone and choose “Open in DAVx⁵”.
# $url: the address of this server.
server-connect-how-davx-flow = Or without any of it: in DAVx⁵ add an account, choose “Nextcloud”, enter { $url }, and let it in with the browser that opens.
server-connect-how-thunderbird = Thunderbird
# $url: the address of this server.
server-connect-how-thunderbird-where = New Calendar › On the Network: your user name, and as location { $url }.
server-connect-how-thunderbird-password = When it asks for a password, enter the app password, and choose the calendars.
server-connect-revoke = Devices that are connected are in the settings, where each can be revoked.

# For administrators.
server-connect-dns = Connecting by e-mail address
# $domain: the part of addresses of e-mail after the @.
server-connect-dns-lead = With these DNS records programs find this server by an address of e-mail at { $domain } (RFC 6764). Whoever looks after the domain adds them.
server-connect-dns-records = DNS records

# The page that lets in a program that asks (Nextcloud’s login flow). $program: what it is called.
server-connect-flow-title = Let { $program } in?
server-connect-flow-some = a program
server-connect-flow-lead = It asks for an app password of its own. Go on only if you began this yourself just now, on a device of yours.
server-connect-flow-calls-itself = Calls itself
server-connect-flow-address = Asks from
server-connect-flow-account = Your account
server-connect-flow-let-in = Let it in
server-connect-flow-send-away = Send it away
server-connect-flow-gone = There is nothing to let in
server-connect-flow-gone-what = The request has ended, or it was answered already. Begin again in the program.
server-connect-flow-waits = It was let in
server-connect-flow-done = It is let in. Go back to the program; this page can be closed.
server-connect-flow-sent-away = It was sent away. This page can be closed.
# In the Apple profile. $label: what the device is called.
server-connect-profile = Calendars of Kalends, with an app password for { $label }
