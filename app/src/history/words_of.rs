//! What the log and the versions say, in words.

use super::Difference;
use crate::event::details::when_words;
use crate::event::rule_words::rule_in_words;
use crate::event::seen::{when, zone_of};
use crate::notation::Format;
use crate::server_context::viewer;
use crate::words;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use kalends_domain::accounts::User;
use kalends_domain::history::{Cause, EventFacts, RunKind};
use kalends_ical::edit::Timing;

/// How one person reads times.
pub struct Reader {
    zone: Tz,
    format: Format,
    today: NaiveDate,
}

impl Reader {
    pub fn of(user: &User) -> Self {
        let viewer = viewer(user);
        Reader { zone: zone_of(user), format: Format::of(&viewer), today: viewer.now.date() }
    }

    /// On the person's wall clock.
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.zone).naive_local()
    }

    pub fn zone(&self) -> Tz {
        self.zone
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// By whom and by which way.
    pub fn by(&self, cause: Option<&Cause>) -> String {
        let Some(cause) = cause else { return words::server_history_unknown().into() };
        let name = match cause.for_name.as_str() {
            "" => cause.principal_name.clone(),
            owner => words::server_history_for(&cause.principal_name, owner),
        };
        let (name, label) = (name.as_str(), cause.label.as_str());
        match (cause.way.as_str(), cause.run) {
            (_, Some((_, RunKind::Import))) => words::server_history_by_import(name, label),
            (_, Some((_, RunKind::TakenBack))) => words::server_history_by_undo(name, label),
            (_, Some((_, RunKind::Sync))) => words::server_history_by_sync(label),
            (_, Some((_, RunKind::Restore))) => {
                let at = label.parse().map_or_else(|_| label.to_owned(), |at| self.moment(self.local(at)));
                words::server_history_by_restore(name, &at)
            }
            ("invitation", None) => words::server_history_by_invitation(name),
            ("answer-link", None) => words::server_answer_history(label.strip_prefix("mailto:").unwrap_or(label)),
            ("mail-account", None) => {
                let (sender, subject) = label.split_once('\n').unwrap_or((label, ""));
                words::server_mail_invitation_history(sender, subject)
            }
            ("delivery", None) => words::server_imip_history_by_delivery().to_owned(),
            ("page", None) => words::server_history_by_page(name),
            ("app-password", None) => words::server_history_by_app(name, label),
            _ => words::server_history_by_command(name),
        }
    }

    /// A day and a time.
    pub fn moment(&self, at: NaiveDateTime) -> String {
        moment(self.format, at)
    }

    /// The same of today by the time alone.
    pub fn moment_of_today(&self, at: NaiveDateTime) -> String {
        if at.date() == self.today { self.format.time(at) } else { self.moment(at) }
    }

    /// When an event is.
    pub fn when(&self, event: &EventFacts) -> String {
        self.timing(event.draft.timing)
    }

    /// A time, as whoever reads it has it.
    pub fn timing(&self, timing: Timing) -> String {
        when_words(when(timing, self.zone).0, self.format, self.today)
    }

    /// What the one says otherwise than the other. Of two texts that say the same here, that something is otherwise.
    pub fn differences(&self, before: Option<&EventFacts>, after: &EventFacts) -> Vec<Difference> {
        let fields: Vec<Difference> = self
            .facts(Some(after))
            .into_iter()
            .zip(self.facts(before))
            .filter(|((_, after), (_, before))| after != before)
            .map(|((field, after), (_, before))| Difference { field: field.to_owned(), before, after })
            .collect();
        if !fields.is_empty() || before.is_none() {
            return fields;
        }
        vec![other()]
    }

    /// Each field with what it says.
    fn facts(&self, event: Option<&EventFacts>) -> Vec<(&'static str, String)> {
        let draft = event.map(|event| &event.draft);
        let text = |text: Option<&String>| text.cloned().unwrap_or_default();
        let repeats = draft.and_then(|draft| rule_in_words(&draft.repeat, self.format));
        let exceptions = event.map(|event| event.exceptions).filter(|count| *count > 0);
        vec![
            (words::event_field_title(), text(draft.map(|draft| &draft.summary))),
            (words::server_history_when(), event.map(|event| self.when(event)).unwrap_or_default()),
            (words::server_history_repeats(), repeats.unwrap_or_default()),
            (words::server_history_exceptions(), exceptions.map(|count| count.to_string()).unwrap_or_default()),
            (words::event_location(), text(draft.and_then(|draft| draft.location.as_ref()))),
            (words::event_description(), text(draft.and_then(|draft| draft.description.as_ref()))),
        ]
    }
}

/// Says that something is otherwise, and not what.
pub fn other() -> Difference {
    Difference { field: words::server_history_other().to_owned(), before: String::new(), after: String::new() }
}

/// `Fri, 27 Nov 2026, 15:04`
pub fn moment(format: Format, at: NaiveDateTime) -> String {
    format!("{}, {}", format.date_text(at.date()), format.time(at))
}
