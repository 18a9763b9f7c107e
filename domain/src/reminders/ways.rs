//! What reminders go out by, and how much of it was done on this node.

use super::push::{PushError, PushTransport};
use super::{Channel, DeliveryState, NewReminder, PushSubscription, ReminderId};
use crate::accounts::{Secret, User};
use crate::agenda::AgendaInstance;
use crate::outgoing_mail::{Letter, Mailbox};
use chrono::{NaiveDate, TimeDelta};
use futures::future::BoxFuture;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// For how long a reminder is put off from the notice of a browser, in minutes.
pub const NOTICE_SNOOZE_MINUTES: u32 = 15;
/// Longest title and longest text of a notice: together they stay below what services take, whatever characters they are.
const MAX_NOTICE_CHARACTERS: usize = 300;

/// What is said to somebody, in their language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub subject: String,
    pub text: String,
    /// Where it leads: a path of the installation.
    pub path: String,
}

/// Writes what reminders say: the domain knows no words.
pub trait ReminderWriter: Send + Sync {
    /// A reminder by mail.
    fn letter(&self, to: &User, of: &NewReminder) -> Written;

    /// A reminder as a browser shows it: in few words.
    fn notice(&self, to: &User, of: &NewReminder) -> Written;

    /// What the buttons of such a reminder say: one that puts it off for [`NOTICE_SNOOZE_MINUTES`], and one that dismisses it.
    fn answers(&self, to: &User) -> [String; 2];

    /// The events of a day.
    fn agenda(&self, to: &User, day: NaiveDate, events: &[AgendaInstance]) -> Written;

    /// Whether reminders arrive.
    fn test(&self, to: &User) -> Written;
}

/// Of an installation without words: titles and times.
pub(crate) struct NoWriter;

impl NoWriter {
    fn plain(of: &NewReminder) -> Written {
        let text = format!("{} {}", of.starts_at.to_rfc3339(), of.location);
        Written { subject: of.title.clone(), text, path: "/reminders".to_owned() }
    }
}

impl ReminderWriter for NoWriter {
    fn letter(&self, _: &User, of: &NewReminder) -> Written {
        Self::plain(of)
    }

    fn notice(&self, _: &User, of: &NewReminder) -> Written {
        Self::plain(of)
    }

    fn answers(&self, _: &User) -> [String; 2] {
        [format!("+{NOTICE_SNOOZE_MINUTES}"), "×".to_owned()]
    }

    fn agenda(&self, _: &User, day: NaiveDate, events: &[AgendaInstance]) -> Written {
        let text = events.iter().map(|event| format!("{}\n", event.summary)).collect();
        Written { subject: day.to_string(), text, path: "/agenda".to_owned() }
    }

    fn test(&self, to: &User) -> Written {
        Written { subject: "Test".to_owned(), text: to.principal.slug.clone(), path: "/reminders".to_owned() }
    }
}

/// Of an installation that sends no push messages.
pub(crate) struct NoPush;

impl PushTransport for NoPush {
    fn new_key(&self) -> Option<Secret> {
        None
    }

    fn public_key(&self, _: &Secret) -> Option<Vec<u8>> {
        None
    }

    fn send<'a>(
        &'a self,
        _: &'a PushSubscription,
        _: &'a Secret,
        _: &'a [u8],
        _: (TimeDelta, &'a str),
    ) -> BoxFuture<'a, Result<(), PushError>> {
        Box::pin(async { Err(PushError::Refused("push messages are not sent here".into())) })
    }
}

/// A letter to the address that is shown of somebody.
pub(super) fn letter_to(user: &User, written: Written) -> Option<Letter> {
    let to = Mailbox { name: user.principal.display_name.clone(), address: user.principal.email.clone()? };
    Some(Letter { to, subject: written.subject, text: written.text })
}

/// What a browser is told, as JSON. Of a reminder: by which it is known, and what its buttons say.
pub(super) fn notice(written: &Written, reminder: Option<(ReminderId, [String; 2])>) -> Vec<u8> {
    let path = Some(written.path.as_str()).filter(|path| path.len() <= MAX_NOTICE_CHARACTERS);
    let mut message = serde_json::json!({ "path": path.unwrap_or("/reminders") });
    if let Some((id, answers)) = reminder {
        message["id"] = id.0.into();
        message["minutes"] = NOTICE_SNOOZE_MINUTES.into();
        message["answers"] = answers.into_iter().collect();
    }
    // A title or a place may be longer than any message.
    for (name, text) in [("title", &written.subject), ("body", &written.text)] {
        let shown = text.chars().filter(|c| *c == '\n' || !c.is_control());
        message[name] = shown.take(MAX_NOTICE_CHARACTERS).collect::<String>().into();
    }
    message.to_string().into_bytes()
}

/// What became of reminders on this node.
#[derive(Debug, Default)]
pub struct ReminderCounter {
    ended: [[AtomicU64; DeliveryState::ALL.len()]; Channel::ALL.len()],
    /// How long after they were due those that were sent last were sent, in milliseconds.
    lag: AtomicI64,
}

impl ReminderCounter {
    pub(crate) fn add(&self, channel: Channel, state: DeliveryState, late: TimeDelta) {
        self.ended[channel as usize][state as usize].fetch_add(1, Ordering::Relaxed);
        if state == DeliveryState::Sent {
            self.lag.store(late.num_milliseconds(), Ordering::Relaxed);
        }
    }

    /// How many came to each state on each way.
    pub fn get(&self) -> impl Iterator<Item = (Channel, DeliveryState, u64)> + '_ {
        let ends = [DeliveryState::Sent, DeliveryState::Failed, DeliveryState::Uncertain, DeliveryState::Skipped];
        Channel::ALL.into_iter().flat_map(move |channel| {
            ends.map(|state| (channel, state, self.ended[channel as usize][state as usize].load(Ordering::Relaxed)))
        })
    }

    pub fn lag(&self) -> TimeDelta {
        TimeDelta::milliseconds(self.lag.load(Ordering::Relaxed))
    }
}
