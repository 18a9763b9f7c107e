//! Reading texts from the remote side, without one that cannot be read standing in the way of the others.

use super::provider::{FetchOutcome, Fetched, MAX_FETCHED, Provider, ProviderError, RemoteCalendarId, RemoteObjectId};

/// What becomes of one object that was asked for.
#[derive(Debug)]
pub(super) enum Read {
    Answer(FetchOutcome),
    /// It alone was not answered; it may be the next time.
    Failed(String),
}

/// How many objects may fail one after the other, each alone, before it is the remote side that does.
const MAX_FAILED: usize = 3;

/// The texts of `ids`, one answer for each, in their order. Where a request for several fails, they are asked for in halves, until what
/// fails stands alone.
///
/// # Errors
/// Those of [`Provider::fetch`]; of a fault over there, when several objects in a row fail.
pub(super) async fn fetch(
    provider: &dyn Provider,
    calendar: &RemoteCalendarId,
    ids: &[RemoteObjectId],
) -> Result<Vec<Read>, ProviderError> {
    let mut answers = Vec::with_capacity(ids.len());
    let mut failed = 0;
    let mut open: Vec<&[RemoteObjectId]> = ids.chunks(MAX_FETCHED).rev().collect();
    while let Some(part) = open.pop() {
        let error = match provider.fetch(calendar, part).await {
            Ok(found) => {
                failed = 0;
                answers.extend(in_order(part, found)?);
                continue;
            }
            Err(error) => error,
        };
        match &error {
            // It says itself that nothing will come for a while.
            ProviderError::Transient { retry_after: Some(_), .. } => return Err(error),
            ProviderError::Transient { .. } | ProviderError::Unreadable(_) | ProviderError::Refused(_) => {}
            _ => return Err(error),
        }
        if let [_] = part {
            failed += 1;
            if failed == MAX_FAILED {
                return Err(error);
            }
            answers.push(Read::Failed(error.to_string()));
        } else {
            let (first, second) = part.split_at(part.len() / 2);
            open.extend([second, first]);
        }
    }
    Ok(answers)
}

fn in_order(ids: &[RemoteObjectId], found: Vec<Fetched>) -> Result<Vec<Read>, ProviderError> {
    let answers_all = found.len() == ids.len() && ids.iter().zip(&found).all(|(id, fetched)| *id == fetched.id);
    if !answers_all {
        return Err(ProviderError::Unreadable("it answers for other objects than it was asked for".into()));
    }
    let read = |fetched: Fetched| match fetched.outcome {
        FetchOutcome::Failed { why } => Read::Failed(why),
        outcome => Read::Answer(outcome),
    };
    Ok(found.into_iter().map(read).collect())
}
