//! Reminders: the alarms of everybody's events and tasks, gone off on the server. What comes next for whom is planned, derived from the
//! texts and each person's own alarms; what is due is looked at once more, kept, and sent by those ways that the person wants.

mod answer;
mod daily;
mod delivery;
mod due;
mod made;
mod plan;
mod push;
mod seen;
mod settings;
mod ways;

pub use crate::model::reminder::{
    Channel, Delivery, DeliveryState, NewReminder, PushSubscription, Reminder, ReminderId, ReminderReport,
    ReminderSettings, ReminderState,
};
pub use answer::{MAX_SNOOZE_MINUTES, SNOOZES};
pub use push::{MAX_SUBSCRIPTIONS, NewSubscription, PushError, PushTransport};
pub use settings::{Coming, MAX_LISTED};
pub use ways::{NOTICE_SNOOZE_MINUTES, ReminderCounter, ReminderWriter, Written};

pub(crate) use delivery::deliver;
pub(crate) use due::remind;
pub(crate) use ways::{NoPush, NoWriter};

use chrono::TimeDelta;

/// How late a reminder may be sent, as when no server ran while it was due. What is later is missed.
pub const MAX_LATENESS: TimeDelta = TimeDelta::minutes(60);
/// How long one stands in a page that nobody looked at.
const PAGE_LIFE: TimeDelta = TimeDelta::hours(12);
/// How long what came is kept.
pub(crate) const LOG_LIFE: TimeDelta = TimeDelta::days(30);
