//! What reminders say by mail and to browsers, each in the language of whom it is for.

use super::PATH;
use super::server::{starts, title};
use crate::agenda::links;
use crate::letters::in_language_of;
use crate::locale;
use crate::notation::Format;
use crate::session::Site;
use crate::words;
use chrono::NaiveDate;
use chrono_tz::Tz;
use kalends_domain::accounts::User;
use kalends_domain::agenda::AgendaInstance;
use kalends_domain::reminders::{NOTICE_SNOOZE_MINUTES, NewReminder, ReminderWriter, Written};
use kalends_ical::placement::When;

/// The words of an installation that people reach at `site`.
pub struct Texts(pub Site);

impl Texts {
    fn link(&self, path: &str) -> String {
        format!("{}{path}", self.0.public_url)
    }
}

fn reading(user: &User) -> (Format, Tz) {
    (Format::of(&locale::viewer(user, None)), user.preferences.time_zone.unwrap_or(Tz::UTC))
}

/// When it begins and where it is.
fn facts(to: &User, of: &NewReminder) -> Vec<String> {
    let (format, zone) = reading(to);
    let begins = words::server_reminders_starts(&starts(format, zone, of.starts_at, of.starts_on));
    let place = (!of.location.is_empty()).then(|| words::server_reminders_at_place(&of.location));
    [Some(begins), place].into_iter().flatten().collect()
}

impl ReminderWriter for Texts {
    fn letter(&self, to: &User, of: &NewReminder) -> Written {
        in_language_of(to.preferences.locale.as_deref(), || {
            let path = links::event_of(of.calendar.0, &of.name);
            let more = [
                String::new(),
                words::server_reminders_open(&self.link(&path)),
                words::server_reminders_change(&self.link(PATH)),
                String::new(),
            ];
            let text = [&facts(to, of)[..], &more].concat().join("\n");
            Written { subject: title(&of.title), text, path }
        })
    }

    fn notice(&self, to: &User, of: &NewReminder) -> Written {
        in_language_of(to.preferences.locale.as_deref(), || Written {
            subject: title(&of.title),
            text: facts(to, of).join("\n"),
            path: links::event_of(of.calendar.0, &of.name),
        })
    }

    fn answers(&self, to: &User) -> [String; 2] {
        in_language_of(to.preferences.locale.as_deref(), || {
            let later = words::server_reminders_snooze(&NOTICE_SNOOZE_MINUTES.to_string());
            [words::server_reminders_put_off_for(&later), words::server_reminders_dismiss().to_owned()]
        })
    }

    fn agenda(&self, to: &User, day: NaiveDate, events: &[AgendaInstance]) -> Written {
        in_language_of(to.preferences.locale.as_deref(), || {
            let (format, _) = reading(to);
            let line = |event: &AgendaInstance| {
                let when = match &event.when {
                    When::Days { .. } => words::server_reminders_all_day().to_owned(),
                    When::Times { start, end } if start.date() == day => format.times(*start, *end),
                    When::Times { start, .. } => format.full_date(start.date()),
                };
                let place = event.location.as_ref().map(|place| format!(" · {place}")).unwrap_or_default();
                format!("{when}  {}{place}", title(&event.summary))
            };
            let mut lines: Vec<String> = events.iter().map(line).collect();
            if lines.is_empty() {
                lines.push(words::server_reminders_agenda_nothing().to_owned());
            }
            lines.extend([String::new(), words::server_reminders_change(&self.link(PATH)), String::new()]);
            let subject = words::server_reminders_agenda_subject(&format.full_date(day));
            Written { subject, text: lines.join("\n"), path: "/agenda".to_owned() }
        })
    }

    fn test(&self, to: &User) -> Written {
        in_language_of(to.preferences.locale.as_deref(), || Written {
            subject: words::server_reminders_test_subject().to_owned(),
            text: words::server_reminders_test().to_owned(),
            path: PATH.to_owned(),
        })
    }
}
