### The page where people say how they want dates and times, and make passwords for other programs. The server alone says it.

server-settings-you = You
server-settings-name = Name
server-settings-e-mail = E-mail

server-settings-saved = Saved.
server-settings-time-and-region = Time and region
server-settings-time-zone = Time zone
server-settings-time-zone-hint = Type a city, such as Zurich
server-settings-time-zone-unknown = Choose a time zone from the list, such as Europe/Zurich.
server-settings-region = Region
server-settings-region-browser = As in this browser
server-settings-as-in-region = As in the region
server-settings-weeks-begin = Weeks begin on
# How hours are written.
server-settings-times = Times
server-settings-24-hours = 24 hours (15:30)
server-settings-12-hours = 12 hours (3:30pm)
server-settings-24-hours-example = 15:30
server-settings-12-hours-example = 3:30pm
server-settings-effect = Weeks begin on { $day }; dates look like { $date }, times like { $time }.
server-settings-colours = Colours
server-settings-colours-browser = As in the browser
# Colours for bright surroundings.
server-settings-light = Light
server-settings-dark = Dark

server-settings-current-password = Current password
server-settings-current-password-wrong = The current password is wrong.
server-settings-new-password = New password
server-settings-new-password-hint = At least 10 characters. Every other browser is signed out.
server-settings-same-again = The same again
server-settings-change-password = Change password
server-settings-password-changed = The password is changed. Other browsers are signed out.

server-settings-other-programs = Other calendar programs
server-settings-other-programs-lead = Apple Calendar, Thunderbird, DAVx⁵ and other CalDAV programs sign in with your user name and an app password of their own. Your account's password does not work there.
server-settings-caldav-address = CalDAV address
# For screen readers: the button copies it.
server-settings-copy-caldav-address = Copy caldav address
server-settings-copy-user-name = Copy user name
server-settings-copy-app-password = Copy app password
# The server's name follows in bold, then the rest.
server-settings-programs-before = Apple Calendar: add an “Other CalDAV Account”, type “Manual”, with the server
server-settings-programs-after = . Thunderbird: New Calendar › On the Network, with the address above. DAVx⁵: “Login with URL and user name”.
server-settings-app-passwords = App passwords
server-settings-app-password = App password
server-settings-no-app-passwords = There are no app passwords yet.
server-settings-app-password-copy-now = Copy the new app password now.
server-settings-app-password-once = It is not shown again.
server-settings-app-password-was-shown = The new app password was shown once and cannot be shown again. If it was not copied, revoke it and create another.
# What the password is for: the name of a program follows in a field.
server-settings-app-password-for = New app password for
server-settings-app-password-example = Thunderbird on the laptop
server-settings-app-password-used = Created { $created }, last used { $date }, { $time }
server-settings-app-password-unused = Created { $created }, never used
server-settings-revoke = Revoke
server-settings-revoke-what = Whatever signs in with it is signed out at once, and needs another app password.
server-settings-revoke-sure = Yes, revoke
server-settings-revoked = Revoked. Whatever used it is signed out.

# Regions: they say how dates and times are written.
server-settings-region-ar-eg = Arabic (Egypt)
server-settings-region-cs-cz = Czech
server-settings-region-da-dk = Danish
server-settings-region-de-at = German (Austria)
server-settings-region-de-ch = German (Switzerland)
server-settings-region-de-de = German (Germany)
server-settings-region-en-au = English (Australia)
server-settings-region-en-ca = English (Canada)
server-settings-region-en-gb = English (United Kingdom)
server-settings-region-en-in = English (India)
server-settings-region-en-us = English (United States)
server-settings-region-es-es = Spanish (Spain)
server-settings-region-es-mx = Spanish (Mexico)
server-settings-region-fi-fi = Finnish
server-settings-region-fr-ca = French (Canada)
server-settings-region-fr-ch = French (Switzerland)
server-settings-region-fr-fr = French (France)
server-settings-region-he-il = Hebrew
server-settings-region-it-ch = Italian (Switzerland)
server-settings-region-it-it = Italian (Italy)
server-settings-region-ja-jp = Japanese
server-settings-region-ko-kr = Korean
server-settings-region-nb-no = Norwegian
server-settings-region-nl-nl = Dutch
server-settings-region-pl-pl = Polish
server-settings-region-pt-br = Portuguese (Brazil)
server-settings-region-pt-pt = Portuguese (Portugal)
server-settings-region-sv-se = Swedish
server-settings-region-tr-tr = Turkish
server-settings-region-zh-cn = Chinese (China)
