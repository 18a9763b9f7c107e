//! Whole calendars as files: ICS import and export.

use crate::access::{self, Access, Caller};
use crate::calendars::{Calendar, CalendarId};
use crate::objects::{ObjectHead, Precondition, free_name, index, store};
use crate::parsed::PAGE_OCTETS;
use crate::retry::retry;
use crate::store::{Index, Transaction};
use crate::{Error, Kalends, Result};
use kalends_ical::join::Joined;
use kalends_ical::split::{self, Part};
use kalends_ical::syntax::SyntaxError;
use kalends_ical::unfold;
use std::borrow::Cow;

/// How many objects one transaction takes, so that an import of many does not keep other writers waiting.
const BATCH: usize = 200;

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

/// An object of the file that passed its checks.
struct Checked {
    part: Part,
    index: Index,
}

enum Outcome {
    Added,
    Replaced,
    Unchanged,
}

impl Kalends {
    /// Reads a file of one or more VCALENDARs, makes one object of each UID and stores them; one object's fault does not stop the others.
    ///
    /// An object whose UID the calendar has already replaces it, unless its components are the same. Objects are stored
    /// in batches: when the store fails, those before stay, and the same file imported again goes on from there.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `TooLarge`, and `InvalidCalendarData` for a file in which no calendar can be recognised.
    pub async fn import(&self, caller: Caller, calendar: CalendarId, file: &[u8]) -> Result<ImportReport> {
        // Whoever may not write here learns so before the file is read.
        access::calendar(&mut self.db.read().await?, caller, calendar, Access::Write).await?;
        if file.len() > self.limits.import_octets {
            return Err(Error::TooLarge { limit: self.limits.import_octets });
        }
        let text = decode(file)?;
        let mut parts = split::split(&text, self.limits.text.nesting).map_err(Error::InvalidCalendarData)?;
        let mut report = ImportReport::default();
        loop {
            let mut batch = Vec::with_capacity(BATCH);
            let mut seen = 0;
            for part in parts.by_ref().take(BATCH) {
                seen += 1;
                match self.check(part) {
                    Ok(checked) => batch.push(checked),
                    Err(refusal) => report.refused.push(refusal),
                }
            }
            if seen == 0 {
                return Ok(report);
            }
            let outcomes = retry(async || {
                let mut tx = self.db.write().await?;
                let calendar = access::calendar_to_change(&mut tx, caller, calendar, Access::Write).await?;
                let mut outcomes = Vec::with_capacity(batch.len());
                for checked in &batch {
                    match self.import_one(&mut tx, &calendar, checked).await {
                        Err(error) if error.is_of_the_store() => return Err(error),
                        outcome => outcomes.push(outcome),
                    }
                }
                tx.commit().await?;
                Ok(outcomes)
            });
            for (outcome, checked) in outcomes.await?.into_iter().zip(batch) {
                let Part { title, line, .. } = checked.part;
                match outcome {
                    Ok(Outcome::Added) => report.added.push(title),
                    Ok(Outcome::Replaced) => report.replaced.push(title),
                    Ok(Outcome::Unchanged) => report.unchanged += 1,
                    Err(error) => report.refused.push(Refusal { what: title, line, why: error.to_string() }),
                }
            }
        }
    }

    fn check(&self, part: Part) -> Result<Checked, Refusal> {
        let refused = |line: usize, why: String| Refusal { what: part.title.clone(), line, why };
        if let Some(SyntaxError { line, message }) = &part.fault {
            return Err(refused(*line, message.clone()));
        }
        match index(&part.text, &self.limits) {
            Ok(index) => Ok(Checked { part, index }),
            Err(Error::InvalidCalendarData(error) | Error::InvalidCalendarObject(error)) => {
                Err(refused(part.line_in_file(error.line), error.message))
            }
            Err(error) => Err(refused(part.line, error.to_string())),
        }
    }

    async fn import_one(&self, tx: &mut Transaction, calendar: &Calendar, checked: &Checked) -> Result<Outcome> {
        let Checked { part, index } = checked;
        let name = match tx.name_of_uid(calendar.id, &index.uid).await? {
            Some(name) => {
                let stored = tx.object(calendar.id, &name).await?.ok_or(Error::NotFound("the object"))?;
                if split::same_components(&stored.text, &part.text, self.limits.text.nesting) {
                    return Ok(Outcome::Unchanged);
                }
                name
            }
            None => free_name(tx, calendar.id, &index.uid).await?,
        };
        let written = store(tx, calendar, &name, &part.text, index, &Precondition::None, &self.limits).await?;
        Ok(if written.created { Outcome::Added } else { Outcome::Replaced })
    }

    /// The whole calendar as one VCALENDAR, each VTIMEZONE once, to be read piece by piece.
    ///
    /// # Errors
    /// `NotFound` (the calendar).
    pub async fn export(&self, caller: Caller, calendar: CalendarId) -> Result<Export> {
        let calendar = access::calendar(&mut self.db.read().await?, caller, calendar, Access::Read).await?;
        let begin = Joined::begin(&calendar.details.display_name, &calendar.details.color);
        Ok(Export {
            kalends: self.clone(),
            caller,
            calendar: calendar.id,
            state: ExportState::Begin(begin),
            joined: Joined::default(),
        })
    }
}

/// A calendar that is being exported. Each piece is read by itself, so that memory does not follow the calendar's size and whoever
/// reads slowly keeps nobody waiting; what changes meanwhile is in the file before or after its change.
pub struct Export {
    kalends: Kalends,
    caller: Caller,
    calendar: CalendarId,
    state: ExportState,
    joined: Joined,
}

enum ExportState {
    Begin(String),
    /// The name of the last object that was written.
    Objects(String),
    Ended,
}

impl Export {
    /// The next piece of the file; `None` after the last.
    ///
    /// # Errors
    /// `NotFound` when the calendar has gone meanwhile.
    pub async fn next(&mut self) -> Result<Option<String>> {
        let (piece, next) = match std::mem::replace(&mut self.state, ExportState::Ended) {
            ExportState::Begin(begin) => (begin, ExportState::Objects(String::new())),
            ExportState::Objects(after) => match self.objects(&after).await? {
                (piece, Some(last)) => (piece, ExportState::Objects(last)),
                (end, None) => (end, ExportState::Ended),
            },
            ExportState::Ended => return Ok(None),
        };
        self.state = next;
        Ok(Some(piece))
    }

    /// The objects after the one named `after`, and the name of the last of them; the end of the file where there are none.
    async fn objects(&mut self, after: &str) -> Result<(String, Option<String>)> {
        let mut tx = self.kalends.db.read().await?;
        let calendar = access::calendar(&mut tx, self.caller, self.calendar, Access::Read).await?;
        let objects = tx.objects_after(calendar.id, after, PAGE_OCTETS).await?;
        drop(tx);
        let Some(last) = objects.last().map(|object| object.head.name.clone()) else {
            return Ok((Joined::END.to_owned(), None));
        };
        let mut joined = std::mem::take(&mut self.joined);
        let octets = objects.iter().map(|object| object.text.len()).sum();
        let (piece, joined) = self
            .kalends
            .parse_on_a_thread(octets, move || {
                let mut piece = String::new();
                for object in objects {
                    match joined.add(&object.text) {
                        Ok(components) => piece.push_str(&components),
                        Err(error) => {
                            let ObjectHead { calendar, name, .. } = object.head;
                            tracing::warn!(calendar = calendar.0, name, %error, "missing in an export: it cannot be read");
                        }
                    }
                }
                Ok((piece, joined))
            })
            .await?;
        self.joined = joined;
        Ok((piece, Some(last)))
    }
}

/// The text of a file; a byte order mark before it is passed over.
fn decode(file: &[u8]) -> Result<Cow<'_, str>> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    unfold::text(file).map_err(Error::InvalidCalendarData)
}
