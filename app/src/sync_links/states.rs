//! How a link is, in words.

use super::Standing;
use crate::history::words_of::Reader;
use crate::words;
use chrono::{DateTime, Utc};
use kalends_domain::sync::{DeedCount, LinkState, RunOutcome, Side, SyncLink, SyncOutcome, SyncRun, Trouble};

/// At a glance.
pub fn standing(state: LinkState) -> Standing {
    match state {
        LinkState::InStep => Standing::InStep,
        LinkState::New | LinkState::Syncing => Standing::Syncing,
        LinkState::Waiting => Standing::Waiting,
        LinkState::Attention | LinkState::Asks | LinkState::Gone => Standing::Attention,
        LinkState::Paused => Standing::Paused,
    }
}

/// The same in a word or two.
pub fn badge(standing: Standing) -> &'static str {
    match standing {
        Standing::InStep => words::server_sync_state_in_step(),
        Standing::Syncing => words::server_sync_state_syncing(),
        Standing::Waiting => words::server_sync_state_waiting(),
        Standing::Attention => words::server_sync_state_attention(),
        Standing::Paused => words::server_sync_state_paused(),
    }
}

/// In a sentence, with when, why and what to do.
pub fn line(link: &SyncLink, reader: &Reader) -> String {
    let moment = |at: Option<DateTime<Utc>>| at.map(|at| reader.moment(reader.local(at)));
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    match link.state {
        LinkState::New => words::server_sync_new().to_owned(),
        LinkState::InStep => match moment(link.in_step_at) {
            Some(at) => words::server_sync_in_step(&at),
            None => words::server_sync_state_in_step().to_owned(),
        },
        LinkState::Syncing => match link.progress.and_then(|progress| Some((progress.done, progress.of?))) {
            Some((done, of)) => words::server_sync_progress(count(of), count(done)),
            None => words::server_sync_syncing().to_owned(),
        },
        LinkState::Waiting => {
            let trouble = link.trouble.map_or("", trouble);
            match moment(link.next_run_at) {
                Some(at) => words::server_sync_waiting(trouble, &at),
                None => trouble.to_owned(),
            }
        }
        LinkState::Attention => link.trouble.map_or(words::server_sync_state_attention(), trouble).to_owned(),
        LinkState::Asks => words::server_sync_asks().to_owned(),
        LinkState::Paused => words::server_sync_paused().to_owned(),
        LinkState::Gone => words::server_sync_gone().to_owned(),
    }
}

/// [`line`], with what the service said where something is wrong.
pub fn whole_line(link: &SyncLink, reader: &Reader) -> String {
    let line = line(link, reader);
    match link.why.as_deref().filter(|why| !why.is_empty() && link.state != LinkState::InStep) {
        Some(why) => format!("{line} {}", words::server_accounts_why(why)),
        None => line,
    }
}

/// What is the matter, and what to do.
pub fn trouble(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Unreachable => words::server_sync_unreachable(),
        Trouble::Unauthenticated => words::server_sync_unauthenticated(),
        Trouble::Forbidden => words::server_sync_forbidden(),
        Trouble::Missing => words::server_sync_missing(),
        Trouble::Refused => words::server_sync_refused(),
        Trouble::Unreadable => words::server_sync_unreadable(),
        Trouble::Quota => words::server_sync_quota(),
        Trouble::NoAccess => words::server_sync_no_access(),
        Trouble::AccountPaused => words::server_sync_account_paused(),
        Trouble::EmptySource => words::server_sync_empty(),
        Trouble::TooManyDeletions => words::server_sync_asks(),
        Trouble::SomeFailed => words::server_sync_some_failed(),
    }
}

/// How a run ended.
pub fn outcome(run: &SyncRun) -> &'static str {
    match (run.outcome, run.trouble) {
        (None, _) => words::server_sync_run_under_way(),
        (Some(RunOutcome::Done), _) => words::server_sync_run_done(),
        (Some(RunOutcome::Asks), _) => words::server_sync_run_asks(),
        (Some(RunOutcome::Partly), _) => words::server_sync_run_partly(),
        (Some(RunOutcome::Failed), Some(why)) => trouble(why),
        (Some(RunOutcome::Failed), None) => words::server_sync_run_failed(),
    }
}

/// What was done with how many.
pub fn deeds(count: &DeedCount) -> String {
    let number = usize::try_from(count.count).unwrap_or(usize::MAX);
    match (count.deed, count.side) {
        (SyncOutcome::Created, Side::Here) => words::server_sync_created_here(number),
        (SyncOutcome::Created, Side::There) => words::server_sync_created_there(number),
        (SyncOutcome::Changed, Side::Here) => words::server_sync_changed_here(number),
        (SyncOutcome::Changed, Side::There) => words::server_sync_changed_there(number),
        (SyncOutcome::Deleted, Side::Here) => words::server_sync_deleted_here(number),
        (SyncOutcome::Deleted, Side::There) => words::server_sync_deleted_there(number),
        (SyncOutcome::Merged, _) => words::server_sync_merged(number),
        (SyncOutcome::Conflict, _) => words::server_sync_conflicts_made(number),
        (SyncOutcome::SetAside, _) => words::server_sync_set_aside(number),
        (SyncOutcome::Held, _) => words::server_sync_held(number),
        (SyncOutcome::Left, _) => words::server_sync_left(number),
    }
}
