//! What the import page shows. The file itself is posted to `/import` as a plain multipart form.

use crate::calendars;
use crate::json::Json;
use crate::server_context::signed_in;
use crate::undo::keys::key_of_run;
use crate::wire::{ApiError, CalendarInfo, UndoKey};
use kalends_domain::calendars::CalendarId;
use kalends_domain::jobs::{self, JobId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// The calendar that it went into.
    pub calendar: String,
    /// Titles of new objects; long lists are cut.
    pub added: Vec<String>,
    pub added_count: usize,
    /// Titles of objects that were there and differed.
    pub replaced: Vec<String>,
    pub replaced_count: usize,
    pub unchanged: usize,
    pub refused: Vec<Refusal>,
    pub refused_count: usize,
    pub file: String,
    pub undo: UndoKey,
}

/// An object of the file that did not come in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Title or UID; may be empty.
    pub what: String,
    /// The line in the file, from 1.
    pub line: usize,
    pub why: String,
}

/// The import that the request was about, which the server leaves as a Leptos context for the page that it answers with.
#[derive(Clone, Debug)]
pub struct ImportOutcome(pub Result<ImportReport, ApiError>);

/// Everything on the import page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPageState {
    /// Those that the person may write to.
    pub calendars: Vec<CalendarInfo>,
    /// `None` before anything was imported.
    pub outcome: Option<Result<ImportReport, ApiError>>,
}

#[server(prefix = "/fn", endpoint = "import_page", output = Json)]
pub async fn load_import_page() -> Result<ImportPageState, ApiError> {
    let (kalends, user) = signed_in()?;
    let mut calendars = calendars::server::list(&kalends, &user).await?;
    calendars.retain(|calendar| calendar.editable);
    Ok(ImportPageState { calendars, outcome: use_context::<ImportOutcome>().map(|ImportOutcome(outcome)| outcome) })
}

/// The import of a large file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportUnderWay {
    /// Its number.
    pub job: i64,
    /// The calendar that it goes into.
    pub calendar: String,
    pub file: String,
    /// How many of how many objects were handled; `None`: that is not known yet.
    pub done: usize,
    pub of: Option<usize>,
    pub state: ImportState,
    /// The revisions that this is of.
    pub follows: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportState {
    UnderWay,
    Done(ImportReport),
    /// `kept`: how many objects had come in before.
    Refused {
        why: String,
        kept: usize,
    },
}

/// How far an import has come that the viewer began.
#[server(prefix = "/fn", endpoint = "import_progress", output = Json)]
pub async fn load_import_progress(job: i64) -> Result<ImportUnderWay, ApiError> {
    let (kalends, user) = signed_in()?;
    let caller = user.on_a_page();
    // Before the progress: what comes in between is looked up once more.
    let follows = kalends.told(caller).await?.to_string();
    let progress = kalends.import_progress(caller, JobId(job)).await?;
    let calendar = match kalends.calendar_by_id(caller, progress.calendar).await {
        Ok(calendar) => calendar.details.display_name.clone(),
        Err(_) => progress.file_name.clone(),
    };
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let state = match progress.state {
        jobs::ImportState::UnderWay => ImportState::UnderWay,
        jobs::ImportState::Done => {
            let calendar = (progress.calendar, calendar.clone());
            ImportState::Done(ImportReport::new(calendar, progress.file_name.clone(), progress.report))
        }
        jobs::ImportState::Refused(why) => {
            ImportState::Refused { why, kept: progress.report.added.count + progress.report.replaced.count }
        }
    };
    let (done, of) = (number(progress.handled), progress.of.map(number));
    Ok(ImportUnderWay { job, calendar, file: progress.file_name, done, of, state, follows })
}

impl ImportReport {
    /// Of a `file` that went into the calendar `id`, called `calendar`.
    pub fn new(
        (id, calendar): (CalendarId, String),
        file: String,
        report: kalends_domain::transfer::ImportReport,
    ) -> Self {
        let has_changed = report.added.count + report.replaced.count > 0;
        ImportReport {
            file,
            undo: if has_changed { key_of_run(id.0, report.run) } else { UndoKey::new() },
            calendar,
            added: report.added.first,
            added_count: report.added.count,
            replaced: report.replaced.first,
            replaced_count: report.replaced.count,
            unchanged: report.unchanged,
            refused_count: report.refused.count,
            refused: report
                .refused
                .first
                .into_iter()
                .map(|refusal| Refusal { what: refusal.what, line: refusal.line, why: refusal.why })
                .collect(),
        }
    }
}
