//! Taking an edit back, for the script and for plain forms: `POST /undo`.

use crate::return_path::back_path;
use crate::wire::{ApiError, UndoKey};
use crate::word_lists::list_in_words;
use crate::words;
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::calendars::{CalendarId, Revision};
use kalends_domain::undo::{RunUndone, Undo, Undone};
use serde::Serialize;

/// An edit changes two objects at most.
const MAX_STEPS: usize = 8;
/// Titles that are said of what a run left.
const MAX_TITLES: usize = 5;
/// What the key of a run begins with; its calendar and its id follow.
const RUN: &str = "run:";

/// What became of taking an edit back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// What else there is to say; of what has changed since, what is asked.
    pub text: String,
    /// What does it again; empty where there is nothing to do.
    pub undo: UndoKey,
    /// It has changed since, and nothing was written: this as `over` says that it is meant all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<Vec<Option<String>>>,
}

/// The key of an edit: `12:345,13:7`, calendars and revisions.
pub fn key(undo: &Undo) -> UndoKey {
    undo.0.iter().map(|(calendar, revision)| format!("{}:{}", calendar.0, revision.0)).collect::<Vec<_>>().join(",")
}

/// The key of an import.
pub fn key_of_run(calendar: i64, run: impl std::fmt::Display) -> UndoKey {
    format!("{RUN}{calendar}:{run}")
}

fn read(key: &str) -> Option<Undo> {
    let step = |step: &str| {
        let (calendar, revision) = step.split_once(':')?;
        Some((CalendarId(calendar.parse().ok()?), Revision(revision.parse().ok()?)))
    };
    let steps: Vec<_> = key.split(',').map(step).collect::<Option<_>>()?;
    (steps.len() <= MAX_STEPS).then_some(Undo(steps))
}

/// A form that was posted to `/undo`.
pub struct Posted<'a> {
    pub undo: &'a str,
    /// It was taken back before, and is to be done again.
    pub redo: bool,
    /// Empty at first; else what [`Answer::over`] was, as JSON.
    over: &'a str,
    /// The page to go on with.
    pub back: &'a str,
}

impl<'a> Posted<'a> {
    pub fn read(form: &'a [(String, String)]) -> Self {
        let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let text = |name: &str| value(name).unwrap_or_default();
        Posted { undo: text("undo"), redo: text("kind") == "redo", over: text("over"), back: back_path(value("back")) }
    }

    /// Takes the edit back.
    pub async fn take_back(&self, kalends: &Kalends, user: Option<&User>) -> Result<Answer, ApiError> {
        let caller = user.ok_or(ApiError::SignedOut)?.on_a_page();
        let unknown = || ApiError::BadInput { field: "undo".into(), message: words::server_undo_unknown().into() };
        if let Some(run) = self.undo.strip_prefix(RUN) {
            let (calendar, run) = run.split_once(':').ok_or_else(unknown)?;
            let calendar = calendar.parse().map_err(|_| unknown())?;
            let run = run.parse().map_err(|_| unknown())?;
            return Ok(answer_of_run(calendar, kalends.undo_run(caller, CalendarId(calendar), run).await?));
        }
        let undo = read(self.undo).ok_or_else(unknown)?;
        let over: Option<Vec<Option<String>>> = match self.over {
            "" => None,
            over => Some(serde_json::from_str(over).map_err(|_| unknown())?),
        };
        Ok(match kalends.undo(caller, &undo, over.as_deref()).await? {
            Undone::Done(again) => Answer { text: String::new(), undo: key(&again), over: None },
            Undone::Changed(now) => {
                let title = now.iter().filter(|now| now.changed).find_map(|now| now.title.as_deref());
                let text = words::server_undo_changed(title.unwrap_or(words::common_no_title()));
                let over = now.into_iter().map(|now| now.etag).collect();
                Answer { text, undo: String::new(), over: Some(over) }
            }
        })
    }
}

fn answer_of_run(calendar: i64, undone: RunUndone) -> Answer {
    let RunUndone { run, removed, restored, left } = undone;
    let mut text = words::server_undo_run(removed, restored);
    let (count, untitled) = (left.len(), words::common_no_title());
    let title = |title: String| if title.is_empty() { untitled.to_owned() } else { title };
    let mut titles: Vec<String> = left.into_iter().take(MAX_TITLES).map(title).collect();
    if count > MAX_TITLES {
        titles.push("…".into());
    }
    if let Some(titles) = list_in_words(titles) {
        text = format!("{text} {}", words::server_undo_left(count, &titles));
    }
    let undo = if removed + restored == 0 { String::new() } else { key_of_run(calendar, run) };
    Answer { text, undo, over: None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_key_comes_back_and_nothing_else_is_one() {
        let undo = Undo(vec![(CalendarId(12), Revision(345)), (CalendarId(13), Revision(7))]);
        assert_eq!(key(&undo), "12:345,13:7");
        assert_eq!(read(&key(&undo)), Some(undo));
        for text in ["", "12", "12:", ":3", "a:b", "12:3,", "1:1,".repeat(9).as_str(), "1:2:3"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn of_a_run_it_is_said_what_it_left() {
        let left = |count: usize| RunUndone {
            run: Default::default(),
            removed: 3,
            restored: 1,
            left: (0..count).map(|n| format!("E{n}")).collect(),
        };
        assert_eq!(answer_of_run(1, left(0)).text, "3 removed, 1 put back.");
        assert_eq!(answer_of_run(1, left(2)).text, "3 removed, 1 put back. 2 left because changed since: E0 and E1.");
        assert!(answer_of_run(1, left(9)).text.ends_with("E4 and …."));
    }
}
