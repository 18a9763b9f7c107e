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
use kalends_ical::join::{FEED_SECONDS, Joined};
use kalends_ical::split::{self, Part};
use kalends_ical::syntax::SyntaxError;
use kalends_ical::unfold;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Longest name of a file that the log keeps, in characters.
const MAX_LABEL: usize = 200;
/// How many objects one transaction takes, so that an import of many does not keep other writers waiting.
const BATCH: usize = 200;

/// Longest title in a report, in characters.
const MAX_TITLE: usize = 200;
/// Most of what became of a file's objects that a report names one by one.
pub const MAX_NAMED: usize = 200;

/// What became of each object in an imported file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// By which it is taken back: see [`Kalends::undo_run`].
    pub run: uuid::Uuid,
    /// Titles of objects that are new.
    pub added: Named<String>,
    /// Titles of objects whose UID was there and whose content differed.
    pub replaced: Named<String>,
    /// How many were there already, the same.
    pub unchanged: usize,
    pub refused: Named<Refusal>,
}

/// How many there are, and the first [`MAX_NAMED`] of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named<T> {
    pub count: usize,
    pub first: Vec<T>,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Named { count: 0, first: Vec::new() }
    }
}

impl<T> Named<T> {
    pub(crate) fn push(&mut self, item: T) {
        self.count += 1;
        if self.first.len() < MAX_NAMED {
            self.first.push(item);
        }
    }

    /// How many are not named.
    pub fn unnamed(&self) -> usize {
        self.count - self.first.len()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Title or UID; empty when the part could not be read that far.
    pub what: String,
    /// The line in the file, from 1.
    pub line: usize,
    pub why: String,
}

/// An import on its way.
pub(crate) struct Import {
    pub calendar: CalendarId,
    pub run: Run,
    /// How many of the file's objects were handled already: they are passed over.
    pub handled: usize,
    pub report: ImportReport,
}

/// Says in the transaction of a batch that an import has come so far: how many of how many objects were handled, and what became of them.
pub(crate) trait SaysHowFar {
    async fn say(&self, write: &mut Write, handled: usize, of: usize, report: &ImportReport) -> Result<()>;
}

/// Nobody asks.
impl SaysHowFar for () {
    async fn say(&self, _: &mut Write, _: usize, _: usize, _: &ImportReport) -> Result<()> {
        Ok(())
    }
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
        let run = import_run(file_name);
        let report = ImportReport { run: run.id, ..ImportReport::default() };
        let import = Import { calendar, run, handled: 0, report };
        self.import_from(caller, import, file, &()).await
    }

    /// Goes on with an import. What was stored counts once, whatever was interrupted: `says` is part of each batch's transaction.
    ///
    /// # Errors
    /// Those of [`Kalends::import`], and of `says`.
    pub(crate) async fn import_from(
        &self,
        caller: Caller,
        mut import: Import,
        file: impl AsRef<[u8]> + Send + 'static,
        says: &impl SaysHowFar,
    ) -> Result<ImportReport> {
        let (batches, mut next) = mpsc::channel(1);
        let (nesting, handled) = (self.limits.text.nesting, import.handled);
        let splitting = tokio::spawn(on_a_thread(move || divide(file.as_ref(), nesting, handled, &batches)));
        while let Some((parts, of)) = next.recv().await {
            self.import_batch(caller, &mut import, parts, of, says).await?;
        }
        splitting.await.map_err(|panicked| Error::Internal(panicked.into()))??;
        Ok(import.report)
    }

    /// Checks and stores some objects of a file of `of`, in one transaction.
    ///
    /// # Errors
    /// Those of the store, and of `says`.
    pub(crate) async fn import_batch(
        &self,
        caller: Caller,
        import: &mut Import,
        parts: Vec<Part>,
        of: usize,
        says: &impl SaysHowFar,
    ) -> Result<()> {
        let handled = import.handled + parts.len();
        let octets = parts.iter().map(|part| part.text.len()).sum();
        let limits = self.limits.clone();
        let check = move || Ok(parts.into_iter().map(|part| check(part, &limits)).collect::<Vec<_>>());
        let mut checked_report = import.report.clone();
        let mut batch = Vec::new();
        for checked in self.parse_on_a_thread(octets, check).await? {
            match checked {
                Ok(checked) => batch.push(checked),
                Err(refusal) => checked_report.refused.push(refusal),
            }
        }
        let batch = Arc::new(batch);
        let report = retry(async || {
            // Read before the write begins: it holds a connection and keeps others waiting.
            let known = self.known(caller, import.calendar, &batch).await?;
            let mut write = self.begin_write(Some(&import.run), caller).await?;
            let calendar = write.calendar(import.calendar, Access::Write).await?;
            let mut report = checked_report.clone();
            for (checked, known) in batch.iter().zip(&known) {
                match import_one(&mut write, &calendar, checked, known.as_ref()).await {
                    // It has come, changed or gone since it was compared.
                    Err(Error::PreconditionFailed) => return Err(Error::Contended),
                    Err(error) if error.is_of_the_store() => return Err(error),
                    outcome => report.add(outcome, &checked.part),
                }
            }
            says.say(&mut write, handled, of, &report).await?;
            write.commit(report).await
        });
        import.report = report.await?;
        import.handled = handled;
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
        Ok(self.export_all(begin, [(caller, calendar.id)].into()))
    }

    /// Several calendars, each as a caller sees it, as one feed. Of two objects with one UID the one of the first calendar is in it.
    pub(crate) fn export_feed(&self, name: &str, color: &str, calendars: VecDeque<(Caller, CalendarId)>) -> Export {
        self.export_all(Joined::begin_feed(name, color, FEED_SECONDS), calendars)
    }

    fn export_all(&self, begin: String, calendars: VecDeque<(Caller, CalendarId)>) -> Export {
        let uids = (calendars.len() > 1).then(HashSet::new);
        let state = ExportState::Begin(begin);
        Export { kalends: self.clone(), calendars, uids, state, joined: Joined::default() }
    }
}

/// Calendars that are being exported. Each piece is read by itself, so that memory does not follow their size and whoever
/// reads slowly keeps nobody waiting; what changes meanwhile is in the file before or after its change.
pub struct Export {
    kalends: Kalends,
    /// Those that are not written whole yet.
    calendars: VecDeque<(Caller, CalendarId)>,
    /// Digests of the UIDs that are in the file, where there are several calendars.
    uids: Option<HashSet<u64>>,
    state: ExportState,
    joined: Joined,
}

enum ExportState {
    Begin(String),
    /// The name of the last object that was written of the calendar that is first now.
    Objects(String),
    Ended,
}

impl Export {
    /// The next piece of the file; `None` after the last.
    ///
    /// # Errors
    /// `NotFound` when a calendar has gone meanwhile.
    pub async fn next(&mut self) -> Result<Option<String>> {
        let (piece, next) = match std::mem::replace(&mut self.state, ExportState::Ended) {
            ExportState::Begin(begin) => (begin, ExportState::Objects(String::new())),
            ExportState::Objects(after) => match self.objects(after).await? {
                (piece, Some(last)) => (piece, ExportState::Objects(last)),
                (end, None) => (end, ExportState::Ended),
            },
            ExportState::Ended => return Ok(None),
        };
        self.state = next;
        Ok(Some(piece))
    }

    /// The objects after the one named `after`, and the name of the last of them; the end of the file where there are none.
    async fn objects(&mut self, mut after: String) -> Result<(String, Option<String>)> {
        let (mut objects, last) = loop {
            let Some((caller, calendar)) = self.calendars.front().copied() else {
                return Ok((Joined::END.to_owned(), None));
            };
            let mut tx = self.kalends.db.read().await?;
            let calendar = access::calendar(&mut tx, caller, calendar, Access::Read).await?;
            let objects = tx.objects_after(calendar.id, &after, PAGE_OCTETS).await?;
            let objects = self.kalends.shown_objects(&mut tx, caller, &calendar, objects).await?;
            if let Some(last) = objects.last().map(|object| object.head.name.clone()) {
                break (objects, last);
            }
            self.calendars.pop_front();
            after.clear();
        };
        if let Some(uids) = &mut self.uids {
            objects.retain(|object| {
                let mut hasher = DefaultHasher::new();
                object.head.uid.hash(&mut hasher);
                uids.insert(hasher.finish())
            });
        }
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

/// The run that an import of a file is.
pub(crate) fn import_run(file_name: &str) -> Run {
    Run::new(RunKind::Import, file_name.chars().take(MAX_LABEL).collect())
}

impl ImportReport {
    fn add(&mut self, outcome: Result<Outcome>, part: &Part) {
        let (title, line) = (part.title.chars().take(MAX_TITLE).collect::<String>(), part.line);
        match outcome {
            Ok(Outcome::Added) => self.added.push(title),
            Ok(Outcome::Replaced) => self.replaced.push(title),
            Ok(Outcome::Unchanged) => self.unchanged += 1,
            Err(error) => {
                self.refused.push(Refusal { what: title, line, why: error.to_string() });
            }
        }
    }
}

/// Divides a file into its objects, and hands those after the first `handled` on in batches, with the number of all, until nobody takes them any more.
fn divide(file: &[u8], nesting: usize, handled: usize, batches: &mpsc::Sender<(Vec<Part>, usize)>) -> Result<()> {
    let text = decode(file)?;
    let parts = split::split(&text, nesting).map_err(Error::InvalidCalendarData)?;
    let of = parts.len();
    let mut parts = parts.skip(handled);
    loop {
        let batch: Vec<Part> = parts.by_ref().take(BATCH).collect();
        if batch.is_empty() || batches.blocking_send((batch, of)).is_err() {
            return Ok(());
        }
    }
}

fn check(part: Part, limits: &Limits) -> Result<Checked, Refusal> {
    let title = || part.title.chars().take(MAX_TITLE).collect();
    let refused = |line: usize, why: String| Refusal { what: title(), line, why };
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
            write.store_seen(calendar, name, &part.text, index, &compared).await?;
            Ok(Outcome::Replaced)
        }
        None => {
            let name = free_name(&mut write.tx, calendar.id, &index.uid).await?;
            write.store_seen(calendar, &name, &part.text, index, &Precondition::Absent).await?;
            Ok(Outcome::Added)
        }
    }
}

/// The text of a file; a byte order mark before it is passed over.
fn decode(file: &[u8]) -> Result<Cow<'_, str>> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    unfold::text(file).map_err(Error::InvalidCalendarData)
}
