//! What the import page shows. The file itself is posted to `/import` as a plain multipart form.

use crate::calendars;
use crate::json::Json;
use crate::server_context::signed_in;
use crate::wire::{ApiError, CalendarInfo};
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

impl ImportReport {
    pub fn new(calendar: String, report: kalends_domain::transfer::ImportReport) -> Self {
        ImportReport {
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
