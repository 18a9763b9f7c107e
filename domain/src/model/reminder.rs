//! Reminders: what a person wants of them, and what became of those that came.

use super::calendar::CalendarId;
use super::object::ObjectId;
use super::principal::PrincipalId;
use chrono::{DateTime, NaiveDate, Utc};

/// Identifies a reminder in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReminderId(pub i64);

/// A way on which reminders come to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// In every page that is open.
    Page,
    Mail,
    /// By the push service of a browser, also when no page is open.
    Push,
}

impl Channel {
    pub const ALL: [Channel; 3] = [Channel::Page, Channel::Mail, Channel::Push];

    pub fn name(self) -> &'static str {
        match self {
            Channel::Page => "page",
            Channel::Mail => "mail",
            Channel::Push => "push",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }
}

/// What became of a reminder on one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    Waiting,
    /// A node is at it; should it die, nobody sends it again.
    Sending,
    Sent,
    Failed,
    /// It may have come, and may not.
    Uncertain,
    /// It was not wanted any more.
    Skipped,
}

impl DeliveryState {
    pub const ALL: [DeliveryState; 6] = [
        DeliveryState::Waiting,
        DeliveryState::Sending,
        DeliveryState::Sent,
        DeliveryState::Failed,
        DeliveryState::Uncertain,
        DeliveryState::Skipped,
    ];

    pub fn name(self) -> &'static str {
        match self {
            DeliveryState::Waiting => "waiting",
            DeliveryState::Sending => "sending",
            DeliveryState::Sent => "sent",
            DeliveryState::Failed => "failed",
            DeliveryState::Uncertain => "uncertain",
            DeliveryState::Skipped => "skipped",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What the person has done about a reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReminderState {
    /// Nothing yet.
    Due,
    /// It was due while no server ran, and too long ago to be sent when one did.
    Missed,
    Dismissed,
    Snoozed,
    /// It is not so any more: what it is of was moved, cancelled or declined, or another program has answered.
    Withdrawn,
}

impl ReminderState {
    pub fn name(self) -> &'static str {
        match self {
            ReminderState::Due => "due",
            ReminderState::Missed => "missed",
            ReminderState::Dismissed => "dismissed",
            ReminderState::Snoozed => "snoozed",
            ReminderState::Withdrawn => "withdrawn",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        use ReminderState::{Dismissed, Due, Missed, Snoozed, Withdrawn};
        [Due, Missed, Dismissed, Snoozed, Withdrawn].into_iter().find(|state| state.name() == name)
    }
}

/// What somebody is reminded of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReminder {
    pub principal: PrincipalId,
    pub calendar: CalendarId,
    pub object: ObjectId,
    /// Of the object.
    pub name: String,
    /// RECURRENCE-ID as instances are named in addresses; empty for what does not recur.
    pub recurrence_id: String,
    /// Names the alarm within its component.
    pub alarm: String,
    pub due_at: DateTime<Utc>,
    pub title: String,
    pub location: String,
    pub starts_at: DateTime<Utc>,
    /// Of what covers whole days: the first.
    pub starts_on: Option<NaiveDate>,
}

/// A reminder that came, or was missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    pub id: ReminderId,
    pub of: NewReminder,
    pub state: ReminderState,
    /// What became of it on each way.
    pub deliveries: Vec<Delivery>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub channel: Channel,
    pub state: DeliveryState,
    /// Why, in words; may be empty.
    pub detail: String,
    pub at: DateTime<Utc>,
}

/// What a person wants of reminders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReminderSettings {
    pub in_page: bool,
    pub by_mail: bool,
    pub by_push: bool,
    /// Events without alarms are reminded of as well, as long before as the profile says for new events.
    pub for_all: bool,
    /// When the mail with the day's events goes, in minutes of the wall clock; `None`: none does.
    pub agenda_minute: Option<u16>,
    /// It goes also where there is nothing on that day.
    pub agenda_empty: bool,
}

impl Default for ReminderSettings {
    fn default() -> Self {
        ReminderSettings {
            in_page: true,
            by_mail: false,
            by_push: true,
            for_all: false,
            agenda_minute: None,
            agenda_empty: false,
        }
    }
}

/// How reminders of everybody come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReminderReport {
    /// Events and tasks of which somebody was to be reminded a while ago, and nobody looked.
    pub late: u64,
    /// On all ways, of late.
    pub sent: u64,
    pub failed: u64,
    pub uncertain: u64,
    /// Why the last one failed.
    pub why: Option<String>,
}

/// A row of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    pub principal: PrincipalId,
    pub calendar: CalendarId,
    pub object: ObjectId,
    pub next_at: DateTime<Utc>,
    pub done_until: DateTime<Utc>,
}

/// Of what the plan is to be derived anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale {
    pub principal: Option<PrincipalId>,
    pub calendar: Option<CalendarId>,
    pub object: Option<ObjectId>,
    /// Of a calendar: the object until which it is done.
    pub after: ObjectId,
    /// Since when it is so.
    pub at: DateTime<Utc>,
}

/// Where a browser takes push messages (RFC 8030).
#[derive(Clone, PartialEq, Eq)]
pub struct PushSubscription {
    pub id: i64,
    pub principal: PrincipalId,
    pub endpoint: String,
    /// P-256, uncompressed.
    pub public_key: Vec<u8>,
    /// The authentication secret (RFC 8291 section 3.2).
    pub secret: Vec<u8>,
    /// What the browser calls itself.
    pub label: String,
    pub made_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for PushSubscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PushSubscription({})", self.id)
    }
}
