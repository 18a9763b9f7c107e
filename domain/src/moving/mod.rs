//! Moving in from another service: everything that its calendars hold is imported here, and both sides are compared after that. Nothing
//! is written there, and no tie stays.

mod comparison;

pub use comparison::{Comparison, Difference, Month};

use crate::access::{Access, Caller};
use crate::calendars::{Calendar, CalendarId, CalendarPatch};
use crate::model::remote_account::{AccountState, RemoteAccount, RemoteAccountId};
use crate::model::version::Run;
use crate::sync::connector::{CredentialKeeper, FindError, Found, Wanted};
use crate::sync::credentials::Credentials;
use crate::sync::provider::{
    Answer, ChangePage, FetchOutcome, MAX_FETCHED, Provider, ProviderError, RemoteCalendar, RemoteCalendarId,
    RemoteObjectId,
};
use crate::transfer::{Import, ImportReport, Refusal, import_run};
use crate::{Error, Kalends, Result};
use chrono::{DateTime, TimeDelta, Utc};
use comparison::Side;
use kalends_ical::instances::Window;
use kalends_ical::split::{self, Part};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Of the months that are compared: from so long ago to so far ahead, in days.
const PAST: TimeDelta = TimeDelta::days(20 * 365);
const AHEAD: TimeDelta = TimeDelta::days(2 * 365);
/// How many objects a calendar has at most that moves in.
const MAX_OBJECTS: usize = 200_000;
const EVERYTHING: Window = Window { start: None, end: None };

/// An account elsewhere that was found, and the calendars in it.
pub struct Elsewhere {
    pub found: Found,
    pub provider: Arc<dyn Provider>,
    pub calendars: Vec<RemoteCalendar>,
}

/// Nothing moves in; the text is fit to show to a person.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    #[error(transparent)]
    There(#[from] ProviderError),
    #[error(transparent)]
    Here(#[from] Error),
}

/// How far a calendar has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub remote_id: RemoteCalendarId,
    /// What it is called there.
    pub name: String,
    /// Into which it moves.
    pub calendar: i64,
    run: uuid::Uuid,
    /// When it began: the months that are compared follow from it.
    began_at: DateTime<Utc>,
    /// The last object that was handled; they come in the order of their ids.
    after: Option<RemoteObjectId>,
    /// How many were handled, of how many; `None`: not known yet.
    pub handled: usize,
    pub of: Option<usize>,
    pub import: ImportReport,
    pub comparison: Comparison,
}

impl Moved {
    /// One that begins at `now`.
    pub fn new(remote: &RemoteCalendar, calendar: CalendarId, now: DateTime<Utc>) -> Self {
        let run = import_run(&remote.name).id;
        Moved {
            remote_id: remote.id.clone(),
            name: remote.name.clone(),
            calendar: calendar.0,
            run,
            began_at: now,
            after: None,
            handled: 0,
            of: None,
            import: ImportReport { run, ..ImportReport::default() },
            comparison: Comparison::default(),
        }
    }

    pub fn is_done(&self) -> bool {
        self.of.is_some_and(|of| self.handled >= of)
    }

    fn window(&self) -> Window {
        Window { start: Some(self.began_at - PAST), end: Some(self.began_at + AHEAD) }
    }
}

/// Keeps nothing: who asks once has the credentials.
struct NoKeeper;

impl CredentialKeeper for NoKeeper {
    fn replace(&self, _: Credentials) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

impl Kalends {
    /// Looks for somebody's account elsewhere, and for the calendars in it.
    ///
    /// # Errors
    /// Why none is found, or nobody is let in.
    pub async fn elsewhere(&self, caller: Caller, wanted: &Wanted) -> Result<Elsewhere, FindError> {
        let found = self.connector().find(wanted).await?;
        let provider = self.provider_of(caller, &found).await?;
        let mut calendars = provider.calendars().await?;
        calendars.sort_by(|one, other| (one.order, &one.name).cmp(&(other.order, &other.name)));
        Ok(Elsewhere { found, provider, calendars })
    }

    /// What speaks to an account that was found and is not kept.
    ///
    /// # Errors
    /// Those of the connector.
    pub(crate) async fn provider_of(&self, caller: Caller, found: &Found) -> Result<Arc<dyn Provider>, ProviderError> {
        let now = Utc::now();
        let account = RemoteAccount {
            id: RemoteAccountId(0),
            owner: caller.principal,
            provider: found.provider,
            preset: found.preset.clone(),
            name: String::new(),
            settings: found.settings.clone(),
            state: AccountState::Active,
            why: None,
            created_at: now,
            changed_at: now,
            checked_at: None,
            new_calendars: 0,
        };
        self.connector().connect(&account, Some(found.credentials.clone()), Arc::new(NoKeeper)).await
    }

    /// The calendar into which one from elsewhere moves: the caller's own that has its name, or a new one with its name and colour.
    ///
    /// # Errors
    /// Those of [`Kalends::create_calendar`].
    pub async fn calendar_to_move_into(&self, caller: Caller, remote: &RemoteCalendar) -> Result<Calendar> {
        let name = remote.name.trim();
        let own = self
            .calendars(caller)
            .await?
            .into_iter()
            .find(|calendar| calendar.owner == caller.principal && calendar.details.display_name == name);
        if let Some(own) = own {
            return Ok(own.into_calendar());
        }
        let made = self.create_named_calendar(caller, name).await?;
        let patch = CalendarPatch {
            color: remote.color.clone(),
            description: remote.description.clone().map(Some),
            ..CalendarPatch::default()
        };
        if patch == CalendarPatch::default() {
            return Ok(made);
        }
        match self.update_calendar(caller, made.id, patch).await {
            // What is too long here or no colour is left out.
            Err(Error::BadInput { .. }) => Ok(made),
            updated => updated,
        }
    }

    /// Imports what a calendar elsewhere holds, and compares. It goes on where it was; `keep` is told how far it has come, once for
    /// each batch.
    ///
    /// # Errors
    /// Those of the provider; `NotFound`, `Forbidden` of the calendar here; those of the store, and of `keep`.
    pub async fn move_calendar(
        &self,
        caller: Caller,
        provider: &dyn Provider,
        moved: &mut Moved,
        keep: &(impl KeepsMoved + Sync),
    ) -> Result<(), MoveError> {
        let mut ids = list(provider, &moved.remote_id).await?;
        moved.of = Some(ids.len());
        if let Some(after) = &moved.after {
            ids.retain(|id| id > after);
            // What has gone there meanwhile was handled.
            moved.handled = moved.of.unwrap_or_default() - ids.len();
        }
        if ids.is_empty() {
            keep.keep(moved).await?;
        }
        for batch in ids.chunks(MAX_FETCHED) {
            let fetched = provider.fetch(&moved.remote_id, batch).await?;
            let mut texts = Vec::new();
            for fetched in fetched {
                match fetched.outcome {
                    FetchOutcome::Text { text, .. } => texts.push((fetched.id, text)),
                    FetchOutcome::Gone => {}
                    FetchOutcome::Unreadable { why } | FetchOutcome::Failed { why } => {
                        moved.comparison.there += 1;
                        moved.import.refused.push(Refusal { what: fetched.id.0.clone(), line: 0, why: why.clone() });
                        moved.comparison.differing.push(Difference { what: fetched.id.0, why });
                    }
                }
            }
            self.move_batch(caller, moved, texts).await?;
            moved.handled += batch.len();
            moved.after = batch.last().cloned();
            keep.keep(moved).await?;
        }
        Ok(())
    }

    /// Imports some texts and compares what is here then.
    async fn move_batch(&self, caller: Caller, moved: &mut Moved, texts: Vec<(RemoteObjectId, String)>) -> Result<()> {
        let octets = texts.iter().map(|(_, text)| text.len()).sum();
        let nesting = self.limits().text.nesting;
        let (parts, broken) = self
            .parse_on_a_thread(octets, move || {
                let (mut parts, mut broken) = (Vec::new(), Vec::new());
                for (id, text) in texts {
                    match split::split(&text, nesting) {
                        Ok(found) => parts.extend(found),
                        Err(error) => broken.push(Refusal { what: id.0, line: error.line, why: error.message }),
                    }
                }
                Ok((parts, broken))
            })
            .await?;
        for refusal in broken {
            moved.comparison.there += 1;
            moved.comparison.differing.push(Difference { what: refusal.what.clone(), why: refusal.why.clone() });
            moved.import.refused.push(refusal);
        }
        let calendar = CalendarId(moved.calendar);
        let run = Run { id: moved.run, ..import_run(&moved.name) };
        let mut import = Import { calendar, run, handled: 0, report: moved.import.clone() };
        let theirs: Vec<Part> = parts.clone();
        if !parts.is_empty() {
            self.import_batch(caller, &mut import, parts, 0, &()).await?;
        }
        moved.import = import.report;
        self.compare(caller, moved, theirs).await
    }

    /// Counts what is there and here of what came.
    async fn compare(&self, caller: Caller, moved: &mut Moved, theirs: Vec<Part>) -> Result<()> {
        let mut tx = self.db.read().await?;
        let held = crate::access::calendar(&mut tx, caller, CalendarId(moved.calendar), Access::Read).await?;
        let mut pairs = Vec::with_capacity(theirs.len());
        for part in theirs {
            let ours = match &part.uid {
                Some(uid) => tx.object_of_uid(held.id, uid).await?.map(|object| object.text),
                None => None,
            };
            pairs.push((part, ours));
        }
        drop(tx);
        let octets = pairs.iter().map(|(part, ours)| part.text.len() + ours.as_ref().map_or(0, String::len)).sum();
        let (window, limits, mut comparison) = (moved.window(), self.limits().text, moved.comparison.clone());
        let compared = self.parse_on_a_thread(octets, move || {
            for (part, ours) in pairs {
                let there = Side::read(&part.text, window, &limits);
                let here = ours.as_deref().map(|text| Side::read(text, window, &limits));
                comparison.add(&part, there, here);
            }
            Ok(comparison)
        });
        moved.comparison = compared.await?;
        Ok(())
    }

    /// How many objects a calendar elsewhere holds.
    ///
    /// # Errors
    /// Those of the provider.
    pub async fn count_elsewhere(provider: &dyn Provider, calendar: &RemoteCalendarId) -> Result<usize, ProviderError> {
        Ok(list(provider, calendar).await?.len())
    }
}

/// Is told how far a calendar has come, after each batch.
pub trait KeepsMoved {
    /// # Errors
    /// Where it could not be kept.
    fn keep(&self, moved: &Moved) -> impl Future<Output = Result<()>> + Send;
}

/// Nobody asks.
impl KeepsMoved for () {
    async fn keep(&self, _: &Moved) -> Result<()> {
        Ok(())
    }
}

/// The ids of all that a calendar holds, in their order.
async fn list(provider: &dyn Provider, calendar: &RemoteCalendarId) -> Result<Vec<RemoteObjectId>, ProviderError> {
    let mut ids = std::collections::BTreeSet::new();
    let mut page: ChangePage = provider.changes(calendar, None, EVERYTHING).await?;
    loop {
        ids.extend(page.present.into_iter().map(|head| head.id));
        for removed in &page.removed {
            ids.remove(removed);
        }
        if ids.len() > MAX_OBJECTS {
            return Err(ProviderError::Refused(format!("the calendar has more than {MAX_OBJECTS} objects")));
        }
        if !page.has_more {
            return Ok(ids.into_iter().collect());
        }
        page = provider.changes(calendar, Some(&page.next), EVERYTHING).await?;
    }
}
