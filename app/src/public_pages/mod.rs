//! What everybody sees who has the address of a public link: a page, what is embedded in other sites, and a wall display. They are
//! written whole on the server, from what it has read before, and work without scripts; a small script writes them anew when
//! something changes.

mod document;
mod embed;
mod grid;
mod look;
mod page;
mod wall;

pub(crate) use document::{Around, document};
pub use document::{Files, not_found, too_many};
pub use embed::{EmbedWords, embed_words, embedded, fragment};
pub use look::{Look, Shape};
pub use page::page;
pub use wall::{WALL_DAYS, wall};

use crate::dashboard::days::Colors;
use crate::wire::{CalendarId, EventInstance};

/// What a link shows.
pub struct Published {
    pub name: String,
    pub calendars: Vec<PublishedCalendar>,
    pub events: Vec<EventInstance>,
    /// Where it leads.
    pub addresses: crate::sharing::links::Addresses,
    /// Where it is told what changes, within the site; `None`: nowhere.
    pub stream: Option<String>,
}

/// A calendar that a link shows.
#[derive(Clone)]
pub struct PublishedCalendar {
    pub id: CalendarId,
    pub name: String,
    /// `#rrggbb`
    pub color: String,
}

impl Published {
    fn colors(&self) -> Colors {
        self.calendars.iter().map(|calendar| (calendar.id, calendar.color.clone())).collect()
    }
}
