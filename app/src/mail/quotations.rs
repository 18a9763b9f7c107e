//! The lines over what a mail quotes or forwards, in the language and on the clock of whoever writes it.

use super::times::long;
use crate::letters::in_language_of;
use crate::locale::viewer;
use crate::notation::Format;
use crate::words;
use chrono_tz::Tz;
use kalends_domain::accounts::User;
use kalends_domain::mail::{AnswerKind, MailAddress, QuotationWriter, QuotedMail};

/// Most people of a forwarded message that are named.
const MAX_NAMED: usize = 20;

/// The words of the lines over quotations.
pub struct Quotations;

fn written(people: &[MailAddress]) -> String {
    let one = |who: &MailAddress| match who.name.as_str() {
        "" => who.address.clone(),
        name => format!("{name} <{}>", who.address),
    };
    people.iter().take(MAX_NAMED).map(one).collect::<Vec<_>>().join(", ")
}

/// Before a forwarded message, in all languages: programs know it by that.
const RULE: &str = "----------";

impl QuotationWriter for Quotations {
    fn head(&self, quoted: &QuotedMail, kind: AnswerKind, reader: &User) -> String {
        in_language_of(reader.preferences.locale.as_deref(), || {
            let zone = reader.preferences.time_zone.unwrap_or(Tz::UTC);
            let format = Format::of(&viewer(reader, None));
            let when = quoted.sent_at.map(|at| long(at.with_timezone(&zone).naive_local(), format));
            // Where nobody has said a zone, it is said which it is.
            let when = when.map(|when| match reader.preferences.time_zone {
                Some(_) => when,
                None => format!("{when} UTC"),
            });
            let from = written(&quoted.from);
            if kind == AnswerKind::Forward {
                let fields = [
                    (words::server_mail_from(), from),
                    (words::server_mail_date(), when.unwrap_or_default()),
                    (words::server_mail_subject(), quoted.subject.clone()),
                    (words::server_mail_to(), written(&quoted.to)),
                    (words::server_mail_cc(), written(&quoted.cc)),
                ];
                let lines = fields.into_iter().filter(|(_, value)| !value.is_empty());
                let lines: String =
                    lines.map(|(name, value)| words::server_mail_forwarded_field(name, &value) + "\n").collect();
                return format!("{RULE} {} {RULE}\n{lines}", words::server_mail_forwarded());
            }
            let who = if from.is_empty() { words::server_mail_nobody().to_owned() } else { from };
            let line = match when {
                Some(when) => words::server_mail_wrote(&when, &who),
                None => words::server_mail_wrote_once(&who),
            };
            line + "\n"
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use chrono::{TimeZone, Utc};
    use kalends_domain::access::{Principal, PrincipalId};
    use kalends_domain::accounts::{AccountState, Preferences};

    fn reader(time_zone: Option<Tz>, locale: &str) -> User {
        let preferences = Preferences { time_zone, locale: Some(locale.to_owned()), ..Preferences::default() };
        let principal = Principal { id: PrincipalId(1), slug: "ada".into(), display_name: "Ada".into(), email: None };
        User { principal, is_admin: false, state: AccountState::Active, preferences, picture: None }
    }

    fn bob() -> MailAddress {
        MailAddress { name: "Bob".into(), address: "bob@x".into() }
    }

    #[test]
    fn a_quotation_says_who_wrote_when_as_its_reader_has_it() {
        let sent_at = Some(Utc.with_ymd_and_hms(2026, 7, 1, 22, 30, 0).unwrap());
        let quoted = QuotedMail { from: vec![bob()], sent_at, subject: "Plan".into(), ..QuotedMail::default() };
        let head = |kind, zone, locale: &str| Quotations.head(&quoted, kind, &reader(zone, locale));
        let zurich = Some(chrono_tz::Europe::Zurich);
        assert_eq!(head(AnswerKind::Reply, zurich, "en-GB"), "On Thu, 2 Jul 2026, 00:30, Bob <bob@x> wrote:\n");
        assert_eq!(head(AnswerKind::ReplyAll, zurich, "en-US"), "On Thu, Jul 2, 2026, 12:30am, Bob <bob@x> wrote:\n");
        assert_eq!(head(AnswerKind::Reply, None, "en-GB"), "On Wed, 1 Jul 2026, 22:30 UTC, Bob <bob@x> wrote:\n");
        assert_eq!(
            head(AnswerKind::Forward, zurich, "en-GB"),
            "---------- Forwarded message ----------\nFrom: Bob <bob@x>\nDate: Thu, 2 Jul 2026, 00:30\nSubject: Plan\n"
        );
        let undated = QuotedMail { sent_at: None, ..quoted.clone() };
        assert_eq!(Quotations.head(&undated, AnswerKind::Reply, &reader(None, "en-GB")), "Bob <bob@x> wrote:\n");
    }
}
