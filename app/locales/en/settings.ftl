### The page where people say how they want dates and times, and make passwords for other programs.

settings-you = You
settings-name = Name
settings-e-mail = E-mail

settings-saved = Saved.
settings-time-and-region = Time and region
settings-time-zone = Time zone
settings-time-zone-hint = Type a city, such as Zurich
settings-time-zone-unknown = Choose a time zone from the list, such as Europe/Zurich.
settings-region = Region
settings-region-browser = As in this browser
settings-as-in-region = As in the region
settings-weeks-begin = Weeks begin on
# How hours are written.
settings-times = Times
settings-24-hours = 24 hours (15:30)
settings-12-hours = 12 hours (3:30pm)
settings-24-hours-example = 15:30
settings-12-hours-example = 3:30pm
settings-effect = Weeks begin on { $day }; dates look like { $date }, times like { $time }.
settings-colours = Colours
settings-colours-browser = As in the browser
# Colours for bright surroundings.
settings-light = Light
settings-dark = Dark

settings-current-password = Current password
settings-current-password-wrong = The current password is wrong.
settings-new-password = New password
settings-new-password-hint = At least 10 characters. Every other browser is signed out.
settings-same-again = The same again
settings-change-password = Change password
settings-password-changed = The password is changed. Other browsers are signed out.

settings-other-programs = Other calendar programs
settings-other-programs-lead = Apple Calendar, Thunderbird, DAVx⁵ and other CalDAV programs sign in with your user name and an app password of their own. Your account's password does not work there.
settings-caldav-address = CalDAV address
# For screen readers: the button copies it.
settings-copy-caldav-address = Copy caldav address
settings-copy-user-name = Copy user name
settings-copy-app-password = Copy app password
# The server's name follows in bold, then the rest.
settings-programs-before = Apple Calendar: add an “Other CalDAV Account”, type “Manual”, with the server
settings-programs-after = . Thunderbird: New Calendar › On the Network, with the address above. DAVx⁵: “Login with URL and user name”.
settings-app-passwords = App passwords
settings-app-password = App password
settings-no-app-passwords = There are no app passwords yet.
settings-app-password-copy-now = Copy the new app password now.
settings-app-password-once = It is not shown again.
settings-app-password-was-shown = The new app password was shown once and cannot be shown again. If it was not copied, revoke it and create another.
# What the password is for: the name of a program follows in a field.
settings-app-password-for = New app password for
settings-app-password-example = Thunderbird on the laptop
settings-app-password-used = Created { $created }, last used { $date }, { $time }
settings-app-password-unused = Created { $created }, never used
settings-revoke = Revoke
settings-revoke-what = Whatever signs in with it is signed out at once, and needs another app password.
settings-revoke-sure = Yes, revoke
settings-revoked = Revoked. Whatever used it is signed out.

# Regions: they say how dates and times are written.
settings-region-ar-eg = Arabic (Egypt)
settings-region-cs-cz = Czech
settings-region-da-dk = Danish
settings-region-de-at = German (Austria)
settings-region-de-ch = German (Switzerland)
settings-region-de-de = German (Germany)
settings-region-en-au = English (Australia)
settings-region-en-ca = English (Canada)
settings-region-en-gb = English (United Kingdom)
settings-region-en-in = English (India)
settings-region-en-us = English (United States)
settings-region-es-es = Spanish (Spain)
settings-region-es-mx = Spanish (Mexico)
settings-region-fi-fi = Finnish
settings-region-fr-ca = French (Canada)
settings-region-fr-ch = French (Switzerland)
settings-region-fr-fr = French (France)
settings-region-he-il = Hebrew
settings-region-it-ch = Italian (Switzerland)
settings-region-it-it = Italian (Italy)
settings-region-ja-jp = Japanese
settings-region-ko-kr = Korean
settings-region-nb-no = Norwegian
settings-region-nl-nl = Dutch
settings-region-pl-pl = Polish
settings-region-pt-br = Portuguese (Brazil)
settings-region-pt-pt = Portuguese (Portugal)
settings-region-sv-se = Swedish
settings-region-tr-tr = Turkish
settings-region-zh-cn = Chinese (China)
