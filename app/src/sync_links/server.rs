//! The server's side of calendars that are in step with others elsewhere.

use super::choices::Choices;
use super::{
    ConflictInfo, LinkContents, LinkInfo, LinkWish, Receipt, Removal, RunInfo, TakingBackInfo, path, receipt_path,
    states,
};
use crate::history::words_of::Reader;
use crate::remote_accounts::paths::account_path;
use crate::wire::{ApiError, CalendarId};
use crate::words;
use chrono::Utc;
use kalends_domain::access::{Caller, Held};
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId as Calendar;
use kalends_domain::history::EventFacts;
use kalends_domain::sync::{
    DeedCount, HeldDeletions, LinkRemoval, LinkState, Resolution, RunEntry, Side, SyncConflict, SyncLink, SyncObjectId,
    SyncRun, SyncRunId, TakingBack, wishes_interval,
};
use kalends_domain::{Error, Kalends, Missing};

/// What the forms of the pages are called where it is said what became of them.
pub const FORM: &str = "sync";
/// How many runs, and how many conflicts, a page shows.
const SHOWN_RUNS: usize = 10;
const SHOWN_CONFLICTS: usize = 20;
/// How many lines of a receipt.
const SHOWN_LINES: usize = 500;
/// How many titles of what is to be deleted.
const SHOWN_HELD: usize = 200;

/// # Errors
/// `NotFound` for what is no id.
pub fn calendar(text: &str) -> Result<CalendarId, ApiError> {
    text.parse().map_err(|_| Error::NotFound(Missing::Calendar).into())
}

/// # Errors
/// `NotFound` for what is no id.
pub fn run(text: &str) -> Result<SyncRunId, ApiError> {
    text.parse().map(SyncRunId).map_err(|_| Error::NotFound(Missing::Run).into())
}

async fn link_of(kalends: &Kalends, caller: Caller, calendar: CalendarId) -> Result<(Held, SyncLink), ApiError> {
    let id = Calendar(calendar);
    let link = kalends.sync_link_of(caller, id).await?.ok_or(Error::NotFound(Missing::SyncLink))?;
    Ok((kalends.calendar_by_id(caller, id).await?, link))
}

pub(crate) fn info(link: &SyncLink, held: &Held, reader: &Reader) -> LinkInfo {
    LinkInfo {
        calendar: link.calendar.0,
        name: held.details.display_name.clone(),
        color: held.details.color.clone(),
        remote_name: link.remote_name.clone(),
        is_writable_there: link.remote_writable,
        standing: states::standing(link.state),
        line: states::line(link, reader),
        why: link.why.clone(),
        progress: link.progress.map(|progress| (progress.done, progress.of)),
    }
}

/// The links of an account, the oldest first.
///
/// # Errors
/// `Unavailable`, `Internal`
pub(crate) async fn of_account(kalends: &Kalends, user: &User, account: i64) -> Result<Vec<LinkInfo>, ApiError> {
    let (caller, reader) = (user.on_a_page(), Reader::of(user));
    let held = kalends.calendars(caller).await?;
    let links = kalends.sync_links(caller).await?;
    let of = |link: &SyncLink| held.iter().find(|held| held.id == link.calendar).map(|held| info(link, held, &reader));
    Ok(links.iter().filter(|link| link.account.0 == account).filter_map(of).collect())
}

async fn run_info(kalends: &Kalends, caller: Caller, run: &SyncRun, reader: &Reader) -> Result<RunInfo, ApiError> {
    let (_, counts) = kalends.sync_run(caller, run.id).await?;
    Ok(RunInfo {
        id: run.id.0,
        began: reader.local(run.began_at),
        outcome: if run.takes_back {
            words::server_sync_run_back().to_owned()
        } else {
            states::outcome(run).to_owned()
        },
        deeds: counts.iter().map(states::deeds).collect(),
        was_taken_back: run.taken_back,
    })
}

/// # Errors
/// `NotFound`, `Forbidden`
pub async fn contents(kalends: &Kalends, user: &User, calendar: CalendarId) -> Result<LinkContents, ApiError> {
    let (caller, reader) = (user.on_a_page(), Reader::of(user));
    let cursor = kalends.told(caller).await?.to_string();
    let (held, link) = link_of(kalends, caller, calendar).await?;
    let account = kalends.remote_account(caller, link.account).await?;
    let wishes = wishes_interval(&account);
    let mut runs = Vec::new();
    for run in kalends.sync_runs(caller, link.id, None, SHOWN_RUNS).await? {
        runs.push(run_info(kalends, caller, &run, &reader).await?);
    }
    let asks = link.state == LinkState::Asks;
    let held_deletions =
        if asks { kalends.held_deletions(caller, link.id, SHOWN_HELD).await? } else { HeldDeletions::default() };
    let taking_back = kalends.taking_back_of(caller, link.id).await?;
    let taking_back = taking_back.map(|(run, progress)| taking_back_info(run, progress));
    let untitled = |title: Option<String>| title.unwrap_or_else(|| words::common_no_title().to_owned());
    let conflicts = kalends.sync_conflicts(caller, link.id).await?;
    let conflicts =
        conflicts.into_iter().take(SHOWN_CONFLICTS).map(|conflict| conflict_info(kalends, conflict, &reader)).collect();
    let aside = kalends.set_aside_objects(caller, link.id).await?;
    let aside = aside.into_iter().map(|object| (untitled(object.title.or(object.uid)), object.aside.why)).collect();
    Ok(LinkContents {
        cursor,
        account: account.id.0,
        account_name: account.name,
        is_paused: link.state == LinkState::Paused,
        is_gone: link.state == LinkState::Gone,
        asks,
        held: held_info(held_deletions),
        taking_back,
        choices: Choices::of(&link),
        wishes,
        is_writable_there: link.remote_writable,
        invites_by_itself: account.provider.invites_by_itself(),
        is_told: link.told_until.is_some_and(|until| until > Utc::now()),
        link: info(&link, &held, &reader),
        runs,
        conflicts,
        aside,
        said: None,
        refused: None,
    })
}

/// Deletions that wait for a yes, in words.
fn held_info(held: HeldDeletions) -> super::Held {
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let sides = [
        (held.here, words::server_sync_deletions_here as fn(usize, usize) -> String),
        (held.there, words::server_sync_deletions_there),
    ];
    let counts = sides.into_iter().filter(|((count, _), _)| *count > 0);
    let counts = counts.map(|((count, of), words)| words(number(count), number(of))).collect();
    let lines = held.named.into_iter().map(|deletion| {
        let (what, why) = match deletion.side {
            Side::Here => (words::server_sync_deleted_here(1), words::server_sync_gone_there()),
            Side::There => (words::server_sync_deleted_there(1), words::server_sync_gone_here()),
        };
        let title = deletion.title.unwrap_or_else(|| words::common_no_title().to_owned());
        (what, title, why.to_owned())
    });
    super::Held { here: held.here.0, there: held.there.0, counts, lines: lines.collect() }
}

fn taking_back_info(run: SyncRunId, progress: TakingBack) -> TakingBackInfo {
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let TakingBack { job, done, of, is_done, waits, outcome } = progress;
    let line = match (&outcome.refused, waits, of) {
        (Some(why), ..) => words::server_sync_back_refused(why),
        (None, Some(why), _) => words::server_sync_back_waits(&why),
        (None, None, _) if is_done => words::server_sync_back_done(number(outcome.here), number(outcome.there)),
        (None, None, Some(of)) => words::server_sync_back_progress(number(of), number(done)),
        (None, None, None) => words::server_sync_back_begins().to_owned(),
    };
    let is_open = !is_done && outcome.refused.is_none();
    TakingBackInfo {
        job: job.0,
        run: run.0,
        is_open,
        line,
        progress: of.filter(|of| is_open && *of > 0).map(|of| (done, of)),
        left: outcome.left.first,
    }
}

fn conflict_info(kalends: &Kalends, conflict: SyncConflict, reader: &Reader) -> ConflictInfo {
    let facts = |text: &Option<String>| EventFacts::of_text(text.as_ref()?, &kalends.limits().text);
    let (ours, theirs) = (facts(&conflict.ours), facts(&conflict.theirs));
    let differences = match (&ours, &theirs) {
        (Some(_), Some(theirs)) => reader.differences(ours.as_ref(), theirs),
        _ => Vec::new(),
    };
    ConflictInfo {
        id: conflict.id.0,
        title: conflict.title.unwrap_or_else(|| words::common_no_title().to_owned()),
        since: reader.local(conflict.at),
        differences,
        is_deleted_here: conflict.ours.is_none(),
        is_deleted_there: conflict.theirs.is_none(),
    }
}

/// # Errors
/// `NotFound`, `Forbidden`
pub async fn receipt(kalends: &Kalends, user: &User, calendar: CalendarId, id: SyncRunId) -> Result<Receipt, ApiError> {
    let (caller, reader) = (user.on_a_page(), Reader::of(user));
    let cursor = kalends.told(caller).await?.to_string();
    let (held, link) = link_of(kalends, caller, calendar).await?;
    let (run, _) = kalends.sync_run(caller, id).await?;
    if run.link != link.id {
        return Err(Error::NotFound(Missing::Run).into());
    }
    let entries = kalends.sync_run_entries(caller, id, 0, SHOWN_LINES).await?;
    let more = entries.len() == SHOWN_LINES;
    let taking_back = kalends.taking_back(caller, id).await?.map(|progress| taking_back_info(id, progress));
    let lines = entries.into_iter().map(line);
    Ok(Receipt {
        calendar,
        calendar_name: held.details.display_name.clone(),
        run: run_info(kalends, caller, &run, &reader).await?,
        lines: lines.collect(),
        more,
        cursor,
        taking_back,
        refused: None,
    })
}

/// What was done, with what, and why.
pub(crate) fn line(entry: RunEntry) -> (String, String, String) {
    let one = DeedCount { side: entry.side, deed: entry.deed, count: 1 };
    let title = entry.title.unwrap_or_else(|| words::common_no_title().to_owned());
    (states::deeds(&one), title, entry.why.unwrap_or_default())
}

/// Does what a form on the page of a link asked for. Yields where to go on, and what is said there.
///
/// # Errors
/// `NotFound`, `Forbidden`; what is wrong with the form.
pub async fn fulfil(
    kalends: &Kalends,
    user: &User,
    calendar: CalendarId,
    wish: &LinkWish,
) -> Result<(String, String), ApiError> {
    let caller = user.on_a_page();
    let (_, link) = link_of(kalends, caller, calendar).await?;
    let said = match wish {
        LinkWish::Now => {
            kalends.sync_now(caller, link.id).await?;
            words::server_sync_begun()
        }
        LinkWish::Compare => {
            kalends.begin_comparing(caller, link.id).await?;
            words::server_sync_begun()
        }
        LinkWish::NowAll => {
            kalends.sync_all_now(caller).await?;
            words::server_sync_all_begun()
        }
        LinkWish::Pause => {
            kalends.pause_sync_link(caller, link.id).await?;
            words::server_sync_paused()
        }
        LinkWish::Resume => {
            kalends.resume_sync_link(caller, link.id).await?;
            words::server_sync_begun()
        }
        LinkWish::Change(choices) => {
            let settings = choices.settings(link.settings, link.remote_writable);
            kalends.change_sync_link(caller, link.id, &settings).await?;
            if choices.is_as_wished() {
                kalends.follow_wished_interval(caller, link.id).await?;
            }
            words::server_sync_changed()
        }
        LinkWish::Delete { here, there } => {
            kalends.approve_shown_deletions(caller, link.id, (*here, *there)).await?;
            words::server_sync_approved()
        }
        LinkWish::DoNotDelete => {
            kalends.refuse_deletions(caller, link.id).await?;
            words::server_sync_refused_deletions()
        }
        LinkWish::Resolve { object, here } => {
            let resolution = if *here { Resolution::Ours } else { Resolution::Theirs };
            kalends.resolve_sync_conflict(caller, link.id, SyncObjectId(*object), &resolution).await?;
            words::server_sync_resolved()
        }
        LinkWish::TakeBack { run } => {
            kalends.begin_taking_back(caller, SyncRunId(*run)).await?;
            return Ok((receipt_path(calendar, *run), words::server_sync_taken_back().to_owned()));
        }
        LinkWish::Remove(removal) => {
            let (removal, said) = match removal {
                Removal::Keep => (LinkRemoval::KeepBoth, words::server_sync_removed_keep()),
                Removal::Bin => (LinkRemoval::BinHere, words::server_sync_removed_bin()),
                Removal::DeleteThere => (LinkRemoval::DeleteThere, words::server_sync_removed_there()),
            };
            kalends.remove_sync_link(caller, link.id, removal).await?;
            return Ok((account_path(link.account.0), said.to_owned()));
        }
    };
    Ok((path(calendar), said.to_owned()))
}
