//! The pure calendar: iCalendar (RFC 5545) is read, checked, searched, edited and written here, and recurrence sets are evaluated.
//! Nothing here reads a clock, a file or a network, and it compiles to WebAssembly.
//!
//! The stored text is the truth. [`syntax`] keeps the octet span of every content line, so that [`edit`] can
//! replace single properties and leave every other octet as it was.

pub mod alarms;
pub mod availability;
pub mod build;
pub mod busy;
pub mod color;
pub mod edit;
pub mod entry;
mod error;
pub mod escape;
pub mod feed;
pub mod instance_key;
pub mod instances;
pub mod itip;
pub mod join;
pub mod meaning;
pub mod meeting_times;
pub mod merge;
pub mod message_link;
pub mod object;
pub mod personal;
pub mod placement;
pub mod project;
pub mod published_busy;
pub mod query;
pub mod recurrence;
pub mod redact;
pub mod reminders;
pub mod split;
pub mod syntax;
pub mod time;
pub mod time_words;
pub mod transparency;
pub mod uid;
pub mod unfold;
pub mod value;
mod write;

pub use entry::{Class, ComponentKind};
pub use error::{Error, Missing, Problem, Result};
pub use object::CalendarObject;

/// The largest and deepest text that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest calendar object resource, in octets (CALDAV:max-resource-size, RFC 4791 section 5.2.5).
    pub object_octets: usize,
    /// Deepest nesting of components inside VCALENDAR.
    pub nesting: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { object_octets: 10 * 1024 * 1024, nesting: 8 }
    }
}
