### A calendar file into a calendar, and calendars as files.

import-title = Import and export
import-heading = Import a file
import-lead = Every event, task and journal entry of the file comes in. One that is there already, by its UID, is replaced; the same file again changes nothing.
import-file = Calendar file (.ics)
# The calendar that the file goes into.
import-into = Into
import-new-calendar = A new calendar
import-name = Name, if it is a new calendar
import-name-hint = Named like the file
import-button = Import
# The name of a calendar that is made for a file without a name.
import-imported = Imported
import-export-heading = Export a calendar
import-download = Download
import-download-what = Download { $calendar }
import-summary = Imported into { $calendar }: { NUMBER($added) } new, { NUMBER($replaced) } replaced, { NUMBER($unchanged) } unchanged, { NUMBER($refused) } refused.
import-report = Report of the import
import-take-back = Take this import back
# What was done, where it can be taken back. $file is the name of the file.
import-done = Import of { $file }.
import-without-title = Without title
import-refused = Refused
# $why comes from the reader of calendar files, in English.
import-refusal = Line { NUMBER($line) }: { $why }
# Headings of the lists of what came in.
import-new = New ({ NUMBER($count) })
import-replaced = Replaced ({ NUMBER($count) })
import-more = and { NUMBER($count) } more
import-choose-file = Choose a file that is not empty.
import-too-large = The file is larger than the limit of { NUMBER($megabytes) } MiB. Nothing was imported.
import-unreadable = The upload could not be read: { $why }
