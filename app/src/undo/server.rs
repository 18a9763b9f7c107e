//! Taking an edit back, for the script and for plain forms: `POST /undo`.

use super::keys::{DISCARDED, MAIL, RETURNED, RUN, UNSENT, key, key_of_run, read};
use crate::history::words_of::Reader;
use crate::return_path::back_path;
use crate::wire::{ApiError, UndoKey};
use crate::wire::{DELETED, key_of_deletion};
use crate::word_lists::list_in_words;
use crate::words;
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId;
use kalends_domain::mail::MailDraftId;
use kalends_domain::undo::{RunUndone, Undone};
use kalends_domain::{Error, Kalends};
use serde::Serialize;

/// Titles that are said of what a run left.
const MAX_TITLES: usize = 5;

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
        let user = user.ok_or(ApiError::SignedOut)?;
        let caller = user.on_a_page();
        let unknown = || ApiError::BadInput { field: "undo".into(), message: words::server_undo_unknown().into() };
        if let Some(run) = self.undo.strip_prefix(RUN) {
            let (calendar, run) = run.split_once(':').ok_or_else(unknown)?;
            let calendar = calendar.parse().map_err(|_| unknown())?;
            let run = run.parse().map_err(|_| unknown())?;
            return Ok(answer_of_run(calendar, kalends.undo_run(caller, CalendarId(calendar), run).await?));
        }
        if let Some(deleted) = self.undo.strip_prefix(DELETED) {
            let calendar = deleted.parse().map_err(|_| unknown())?;
            kalends.undo_calendar_deletion(caller, CalendarId(calendar)).await?;
            return Ok(Answer { text: String::new(), undo: format!("{RETURNED}{calendar}"), over: None });
        }
        if let Some(returned) = self.undo.strip_prefix(RETURNED) {
            let calendar = returned.parse().map_err(|_| unknown())?;
            kalends.delete_calendar(caller, CalendarId(calendar)).await?;
            return Ok(Answer { text: String::new(), undo: key_of_deletion(calendar), over: None });
        }
        if let Some(batch) = self.undo.strip_prefix(MAIL) {
            kalends.undo_mail(caller, batch.parse().map_err(|_| unknown())?).await?;
            return Ok(Answer { text: String::new(), undo: String::new(), over: None });
        }
        if let Some(draft) = self.undo.strip_prefix(UNSENT) {
            let draft = MailDraftId(draft.parse().map_err(|_| unknown())?);
            let text = match kalends.unsend_mail(caller, draft).await {
                Ok(_) => words::server_mail_unsent().to_owned(),
                Err(Error::PreconditionFailed) => words::server_mail_too_late().to_owned(),
                Err(error) => return Err(error.into()),
            };
            return Ok(Answer { text, undo: String::new(), over: None });
        }
        if let Some(draft) = self.undo.strip_prefix(DISCARDED) {
            kalends.restore_mail_draft(caller, MailDraftId(draft.parse().map_err(|_| unknown())?)).await?;
            return Ok(Answer { text: words::server_mail_restored().to_owned(), undo: String::new(), over: None });
        }
        let undo = read(self.undo).ok_or_else(unknown)?;
        let over: Option<Vec<Option<String>>> = match self.over {
            "" => None,
            over => Some(serde_json::from_str(over).map_err(|_| unknown())?),
        };
        Ok(match kalends.undo(caller, &undo, over.as_deref()).await? {
            Undone::Done(again) => Answer { text: String::new(), undo: key(&again), over: None },
            Undone::Changed(now) => {
                let changed = now.iter().filter(|now| now.changed);
                let named = changed.clone().find(|now| now.title.is_some()).or_else(|| changed.clone().next());
                let title = named.and_then(|now| now.title.as_deref()).unwrap_or(words::common_no_title());
                let text = match named.and_then(|now| now.cause.as_ref()) {
                    Some(cause) => words::server_undo_changed_by(title, &Reader::of(user).by(Some(cause))),
                    None => words::server_undo_changed(title),
                };
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
