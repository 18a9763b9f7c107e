//! Whole calendars as files: ICS import and export.

use crate::access::PrincipalId;
use crate::calendars::CalendarId;
use crate::{Kalends, Result};

/// What became of each object in an imported file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Titles of objects that are new.
    pub added: Vec<String>,
    /// Titles of objects whose UID was there and whose content differed.
    pub replaced: Vec<String>,
    /// How many were there already, the same.
    pub unchanged: usize,
    pub refused: Vec<Refusal>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Title or UID; empty when the part could not be read that far.
    pub what: String,
    /// The line in the file, from 1.
    pub line: usize,
    pub why: String,
}

impl Kalends {
    /// Reads a file of one or more VCALENDARs, makes one object of each UID and stores them; one object's fault does not stop the others.
    ///
    /// # Errors
    /// `TooLarge`, and `InvalidCalendarData` for a file in which no calendar can be recognised.
    pub async fn import(&self, who: PrincipalId, calendar: CalendarId, file: &[u8]) -> Result<ImportReport> {
        let _ = (who, calendar, file);
        todo!()
    }

    /// The whole calendar as one VCALENDAR, each VTIMEZONE once.
    pub async fn export(&self, who: PrincipalId, calendar: CalendarId) -> Result<String> {
        let _ = (who, calendar);
        todo!()
    }
}
