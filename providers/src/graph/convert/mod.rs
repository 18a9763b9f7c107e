//! Events of Microsoft Graph and calendar object resources, each as the other.
//!
//! Between the two stands what both can say, [`HeldObject`]: an object is read from either side, and written to either. So what Graph could
//! hold of a text is the text read and written again ([`as_held`]), and what is to be changed over there is what differs between two of
//! them. What a text says beyond that is for `Provider::restored` to keep.

use super::wire;

mod body;
mod held;
mod marks;
mod people;
mod read_event;
mod read_text;
mod recurrence;
mod reminders;
mod time;
mod write_json;
mod write_text;

pub use body::for_online_meeting;
pub use held::{HeldEvent, HeldObject, RemoteSeries};
pub use people::{Person, Response, same_address};
pub use read_event::{date_of_occurrence, of_series};
pub use read_text::{has_conference, of_text};
pub use reminders::without_other_reminders;
pub use write_json::{TEAMS, UID_PROPERTY, changed_fields, fields, hold_in_teams};
pub use write_text::to_text;

/// Why a text cannot be held by Microsoft 365; fit to show to a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Microsoft 365 cannot hold {0}")]
pub struct Unfit(pub String);

impl Unfit {
    pub fn new(what: impl Into<String>) -> Self {
        Unfit(what.into())
    }
}

/// The text of an event as Graph gives it, with `exceptionOccurrences` and `cancelledOccurrences` where it is a series.
///
/// # Errors
/// What of it is not as documented.
pub fn text_of_event(event: serde_json::Value) -> Result<String, String> {
    let mut master: wire::Event = serde_json::from_value(event).map_err(|error| error.to_string())?;
    let exceptions = std::mem::take(&mut master.exception_occurrences);
    of_series(&RemoteSeries { master, exceptions }).map(|object| to_text(&object)).map_err(|unfit| unfit.to_string())
}

/// What Graph is told of a text, without its instances.
///
/// # Errors
/// What Graph cannot hold.
pub fn event_of_text(text: &str) -> Result<serde_json::Map<String, serde_json::Value>, String> {
    of_text(text).map(|object| fields(&object)).map_err(|unfit| unfit.to_string())
}

/// How `fetched` would read if Exchange had not made a meeting in Teams of it: without where to join, and with the text that was `sent`.
/// `None`: it has made none.
pub fn without_additions(sent: &str, fetched: &str) -> Option<String> {
    let (sent, mut held) = (of_text(sent).ok()?, of_text(fetched).ok()?);
    if sent.master.meeting.is_some() || held.master.meeting.is_none() {
        return None;
    }
    for (date, event) in &mut held.exceptions {
        let before = sent.exceptions.get(date).unwrap_or(&sent.master);
        (event.meeting, event.body) = (None, before.body.clone());
    }
    (held.master.meeting, held.master.body) = (None, sent.master.body);
    Some(to_text(&held))
}

/// How `text` would read if it were stored in Microsoft 365 and fetched again. One that cannot be stored is answered as it is.
pub fn as_held(text: &str) -> String {
    match of_text(text) {
        Ok(held) => to_text(&held),
        Err(_) => text.to_owned(),
    }
}
