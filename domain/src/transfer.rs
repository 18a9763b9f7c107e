//! Whole calendars as files: ICS import and export.

use crate::access::{self, Access, Caller, Held};
use crate::calendars::CalendarId;
use crate::model::version::{Run, RunKind};
use crate::objects::{Object, ObjectHead, Precondition, free_name, index};
use crate::parsed::PAGE_OCTETS;
use crate::retry::retry;
use crate::store::Index;
use crate::thread::on_a_thread;
use crate::write::Write;
use crate::{Error, Kalends, Limits, Result};
use kalends_ical::join::Joined;
use kalends_ical::split::{self, Part};
use kalends_ical::syntax::SyntaxError;
use kalends_ical::unfold;
use std::borrow::Cow;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Longest name of a file that the log keeps, in characters.
const MAX_LABEL: usize = 200;
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

/// An object that the calendar has of the same UID.
struct Known {
    name: String,
    etag: String,
    /// Whether the file brings nothing else.
    same: bool,
}

enum Outcome {
    Added,
    Replaced,
    Unchanged,
}

impl Kalends {
    /// Reads `file`, called `file_name`, of one or more VCALENDARs, makes one object of each UID and stores them; one object's fault does
    /// not stop the others.
    ///
    /// An object whose UID the calendar has already replaces it, unless its components are the same. Objects are stored
    /// in batches: when the store fails, those before stay, and the same file imported again goes on from there. The log has them as
    /// one run.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `TooLarge`, and `InvalidCalendarData` for a file in which no calendar can be recognised.
    pub async fn import(
        &self,
        caller: Caller,
        calendar: CalendarId,
        file_name: &str,
        file: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<ImportReport> {
        // Whoever may not write here learns so before the file is read.
        access::calendar(&mut self.db.read().await?, caller, calendar, Access::Write).await?;
        if file.as_ref().len() > self.limits.import_octets {
            return Err(Error::TooLarge { limit: self.limits.import_octets });
        }
        let run = Run::new(RunKind::Import, file_name.chars().take(MAX_LABEL).collect());
        let (batches, mut next) = mpsc::channel(1);
        let nesting = self.limits.text.nesting;
        let splitting = tokio::spawn(on_a_thread(move || divide(file.as_ref(), nesting, &batches)));
        let mut report = ImportReport::default();
        while let Some(parts) = next.recv().await {
            self.import_batch(caller, calendar, &run, parts, &mut report).await?;
        }
        splitting.await.map_err(|panicked| Error::Internal(panicked.into()))??;
        Ok(report)
    }

    async fn import_batch(
        &self,
        caller: Caller,
        calendar: CalendarId,
        run: &Run,
        parts: Vec<Part>,
        report: &mut ImportReport,
    ) -> Result<()> {
        let octets = parts.iter().map(|part| part.text.len()).sum();
        let limits = self.limits.clone();
        let check = move || Ok(parts.into_iter().map(|part| check(part, &limits)).collect::<Vec<_>>());
        let mut batch = Vec::new();
        for checked in self.parse_on_a_thread(octets, check).await? {
            match checked {
                Ok(checked) => batch.push(checked),
                Err(refusal) => report.refused.push(refusal),
            }
        }
        let batch = Arc::new(batch);
        let outcomes = retry(async || {
            // Read before the write begins: it holds a connection and keeps others waiting.
            let known = self.known(caller, calendar, &batch).await?;
            let mut write = self.begin_write(Some(run), caller).await?;
            let calendar = write.calendar(calendar, Access::Write).await?;
            let mut outcomes = Vec::with_capacity(batch.len());
            for (checked, known) in batch.iter().zip(&known) {
                match import_one(&mut write, &calendar, checked, known.as_ref()).await {
                    // It has come, changed or gone since it was compared.
                    Err(Error::PreconditionFailed) => return Err(Error::Contended),
                    Err(error) if error.is_of_the_store() => return Err(error),
                    outcome => outcomes.push(outcome),
                }
            }
            write.commit(outcomes).await
        });
        for (outcome, checked) in outcomes.await?.into_iter().zip(batch.iter()) {
            let Part { title, line, .. } = &checked.part;
            match outcome {
                Ok(Outcome::Added) => report.added.push(title.clone()),
                Ok(Outcome::Replaced) => report.replaced.push(title.clone()),
                Ok(Outcome::Unchanged) => report.unchanged += 1,
                Err(error) => {
                    report.refused.push(Refusal { what: title.clone(), line: *line, why: error.to_string() });
                }
            }
        }
        Ok(())
    }

    /// What the calendar has of the UIDs in `batch`, compared with what they bring.
    async fn known(
        &self,
        caller: Caller,
        calendar: CalendarId,
        batch: &Arc<Vec<Checked>>,
    ) -> Result<Vec<Option<Known>>> {
        let mut tx = self.db.read().await?;
        let calendar = access::calendar(&mut tx, caller, calendar, Access::Write).await?;
        let mut stored = Vec::with_capacity(batch.len());
        for checked in batch.iter() {
            stored.push(tx.object_of_uid(calendar.id, &checked.index.uid).await?);
        }
        drop(tx);
        let octets = stored.iter().flatten().map(|object| object.text.len()).sum();
        let (batch, nesting) = (batch.clone(), self.limits.text.nesting);
        self.parse_on_a_thread(octets, move || {
            let known = stored.into_iter().zip(batch.iter()).map(|(stored, Checked { part, .. })| {
                let Object { head, text } = stored?;
                Some(Known {
                    name: head.name,
                    etag: head.etag,
                    same: split::same_components(&text, &part.text, nesting),
                })
            });
            Ok(known.collect())
        })
        .await
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

/// Divides a file into its objects, and hands them on in batches until nobody takes them any more.
fn divide(file: &[u8], nesting: usize, batches: &mpsc::Sender<Vec<Part>>) -> Result<()> {
    let text = decode(file)?;
    let mut parts = split::split(&text, nesting).map_err(Error::InvalidCalendarData)?;
    loop {
        let batch: Vec<Part> = parts.by_ref().take(BATCH).collect();
        if batch.is_empty() || batches.blocking_send(batch).is_err() {
            return Ok(());
        }
    }
}

fn check(part: Part, limits: &Limits) -> Result<Checked, Refusal> {
    let refused = |line: usize, why: String| Refusal { what: part.title.clone(), line, why };
    if let Some(SyntaxError { line, message }) = &part.fault {
        return Err(refused(*line, message.clone()));
    }
    match index(&part.text, limits) {
        Ok(index) => Ok(Checked { part, index }),
        Err(Error::InvalidCalendarData(error) | Error::InvalidCalendarObject(error)) => {
            Err(refused(part.line_in_file(error.line), error.message))
        }
        Err(error) => Err(refused(part.line, error.to_string())),
    }
}

async fn import_one(write: &mut Write, calendar: &Held, checked: &Checked, known: Option<&Known>) -> Result<Outcome> {
    let Checked { part, index } = checked;
    match known {
        Some(Known { same: true, .. }) => Ok(Outcome::Unchanged),
        Some(Known { name, etag, .. }) => {
            let compared = Precondition::Matches(vec![etag.clone()]);
            write.store(calendar, name, &part.text, index, &compared).await?;
            Ok(Outcome::Replaced)
        }
        None => {
            let name = free_name(&mut write.tx, calendar.id, &index.uid).await?;
            write.store(calendar, &name, &part.text, index, &Precondition::Absent).await?;
            Ok(Outcome::Added)
        }
    }
}

/// The text of a file; a byte order mark before it is passed over.
fn decode(file: &[u8]) -> Result<Cow<'_, str>> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    unfold::text(file).map_err(Error::InvalidCalendarData)
}
