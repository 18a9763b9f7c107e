//! What the import page shows. The file itself is posted to `/import` as a plain multipart form.

use crate::calendars;
use crate::json::Json;
use crate::server_context::signed_in;
use crate::undo::server::key_of_run;
use crate::wire::{ApiError, CalendarInfo, UndoKey};
use kalends_domain::calendars::Calendar;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// The calendar that it went into.
    pub calendar: String,
    /// Titles of new objects; long lists are cut after [`MAX_TITLES`].
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

/// How many titles of a kind a report carries.
pub const MAX_TITLES: usize = 200;

impl ImportReport {
    pub fn new(calendar: Calendar, file: String, mut report: kalends_domain::transfer::ImportReport) -> Self {
        let (added_count, replaced_count) = (report.added.len(), report.replaced.len());
        let refused_count = report.refused.len();
        report.added.truncate(MAX_TITLES);
        report.replaced.truncate(MAX_TITLES);
        report.refused.truncate(MAX_TITLES);
        let has_changed = added_count + replaced_count > 0;
        ImportReport {
            file,
            undo: if has_changed { key_of_run(calendar.id.0, report.run) } else { UndoKey::new() },
            calendar: calendar.details.display_name,
            added: report.added,
            added_count,
            replaced: report.replaced,
            replaced_count,
            unchanged: report.unchanged,
            refused: report
                .refused
                .into_iter()
                .map(|refusal| Refusal { what: refusal.what, line: refusal.line, why: refusal.why })
                .collect(),
            refused_count,
        }
    }
}
