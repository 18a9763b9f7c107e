### Groups and missions. The server alone says it.

server-teams-title = Groups and missions
server-teams-lead = A group is a team that stays; a mission has a first and a last day. Their calendars belong to all, and live on when somebody goes.
server-teams-none = You do not belong to any yet.
server-teams-new = New group or mission
server-teams-kind = What it is
server-teams-name = Name
server-teams-description = Description
server-teams-starts = First day
server-teams-ends = Last day
server-teams-ends-hint = After it, only managers change anything; the others read on.
# $from, $to: dates.
server-teams-from-to = { $from } – { $to }
server-teams-from = from { $from }
server-teams-to = until { $to }
server-teams-over = over

# What somebody is in a group, and what that means.
server-teams-guest = Guest
server-teams-guest-what = Reads its calendars.
server-teams-member = Member
server-teams-member-what = Also changes what is in its calendars.
server-teams-manager = Manager
server-teams-manager-what = Also makes, shares and deletes its calendars, and says who belongs to it.

server-teams-members = Members
server-teams-role = Role
server-teams-add = Add somebody
server-teams-add-button = Add
server-teams-remove = Remove
server-teams-remove-what = Its calendars go from theirs; what they wrote stays.
server-teams-leave = Leave
server-teams-leave-what = Its calendars go from yours; what you wrote stays.

server-teams-no-calendars = It has no calendars yet.
server-teams-new-calendar = New calendar
server-teams-calendar-name = Name of the calendar
# Opens the form of its name, description and days.
server-teams-details = Change name and details
server-teams-delete = Delete it
server-teams-delete-what = Whatever was shared with it ends for its members. It can be deleted once it has no calendars any more, not even in the bin.
server-teams-delete-sure = Delete for good

# What became of a form.
server-teams-made = { $name } is made. You manage it.
server-teams-saved = Saved.
server-teams-added = { $name } belongs to it.
server-teams-removed = { $name } does not belong to it any more.
server-teams-left = You left { $name }.
server-teams-deleted = { $name } is deleted.
server-teams-calendar-made = { $calendar } is made.

# Why something was not done.
server-teams-forbidden = Only its managers may do that.
server-teams-no-role = It is a guest, a member or a manager.
