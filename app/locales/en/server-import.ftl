### A calendar file into a calendar, and calendars as files. The server alone says it.

server-import-title = Import and export
server-import-heading = Import a file
server-import-lead = Every event, task and journal entry of the file comes in. One that is there already, by its UID, is replaced; the same file again changes nothing.
server-import-file = Calendar file (.ics)
# The calendar that the file goes into.
server-import-into = Into
server-import-new-calendar = A new calendar
server-import-name = Name, if it is a new calendar
server-import-name-hint = Named like the file
server-import-button = Import
# The name of a calendar that is made for a file without a name.
server-import-imported = Imported
server-import-export-heading = Export a calendar
server-import-download = Download
server-import-download-what = Download { $calendar }
server-import-summary = Imported into { $calendar }: { NUMBER($added) } new, { NUMBER($replaced) } replaced, { NUMBER($unchanged) } unchanged, { NUMBER($refused) } refused.
server-import-report = Report of the import
server-import-take-back = Take this import back
# What was done, where it can be taken back. $file is the name of the file.
server-import-done = Import of { $file }.
server-import-without-title = Without title
server-import-refused = Refused
# $why comes from the reader of calendar files, in English.
server-import-refusal = Line { NUMBER($line) }: { $why }
# Headings of the lists of what came in.
server-import-new = New ({ NUMBER($count) })
server-import-replaced = Replaced ({ NUMBER($count) })
server-import-more = and { NUMBER($count) } more
server-import-choose-file = Choose a file that is not empty.
server-import-too-large = The file is larger than the limit of { NUMBER($megabytes) } MiB. Nothing was imported.
server-import-unreadable = The upload could not be read: { $why }
