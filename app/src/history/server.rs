//! The server's side of an event's history: its changes in words, and bringing a version back.

use super::words_of::{Reader, other};
use super::{ObjectHistory, Version, What};
use crate::agenda::format::title_or_none;
use crate::wire::{ApiError, CalendarId};
use crate::words;
use kalends_domain::accounts::User;
use kalends_domain::calendars::{CalendarId as Calendar, Revision};
use kalends_domain::history::ObjectVersion;
use kalends_domain::objects::Precondition;
use kalends_domain::sync::Provenance;
use kalends_domain::{Error, Kalends};

/// Most changes on one page.
const MAX_SHOWN: usize = 100;

/// What became of the object called `name`, or of the last one that was called so; with the text of one version.
pub async fn history(
    kalends: &Kalends,
    user: &User,
    calendar: CalendarId,
    name: &str,
    text: Option<i64>,
) -> Result<ObjectHistory, ApiError> {
    let (caller, id) = (user.on_a_page(), Calendar(calendar));
    let cursor = kalends.told(caller).await?.to_string();
    let held = kalends.calendar_by_id(caller, id).await?;
    let found = kalends.object_versions(caller, id, name).await?;
    let text = match text {
        None => None,
        Some(revision) => match kalends.version_at(caller, id, Revision(revision)).await {
            Ok((_, text)) => Some((revision, text)),
            Err(Error::NotFound(_)) => None,
            Err(error) => return Err(error.into()),
        },
    };
    let title = found.iter().find(|version| version.is_kept).and_then(|version| version.title.as_deref());
    let etag = found.first().and_then(|version| version.change.after).map(|digest| digest.etag());
    let reader = Reader::of(user);
    let origin = match kalends.provenance(caller, id, name).await {
        Ok(found) => found.map(|found| origin(&found, &reader)),
        Err(Error::NotFound(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let versions = (0..found.len().min(MAX_SHOWN)).map(|index| version(&reader, &found[index..], index == 0));
    Ok(ObjectHistory {
        calendar,
        calendar_name: held.details.display_name.clone(),
        name: name.to_owned(),
        title: title_or_none(title.unwrap_or_default()).to_owned(),
        etag,
        editable: held.may_write(),
        cursor,
        versions: versions.collect(),
        more: found.len() > MAX_SHOWN,
        text,
        outcome: None,
        origin,
    })
}

/// Why something is here, and when it last went from one side to the other.
fn origin(of: &Provenance, reader: &Reader) -> String {
    let why = match &of.account_name {
        Some(account) => words::server_sync_origin_account(&of.remote_name, account),
        None => words::server_sync_origin(&of.remote_name),
    };
    let when = |at| reader.moment(reader.local(at));
    let crossed = match of.crossed {
        Some((at, true)) => words::server_sync_crossed_out(&when(at)),
        Some((at, false)) => words::server_sync_crossed_in(&when(at)),
        None => return why,
    };
    format!("{why} {crossed}")
}

/// The first of the versions, which is the newest, beside those before it.
fn version(reader: &Reader, versions: &[ObjectVersion], is_newest: bool) -> Version {
    let (version, earlier) = (&versions[0], &versions[1..]);
    let change = &version.change;
    let had_it = |earlier: &&ObjectVersion| change.after.is_some() && earlier.change.after == change.after;
    let before = earlier.first().filter(|_| change.previous.is_some());
    let differences = match &version.event {
        Some(event) => reader.differences(before.and_then(|before| before.event.as_ref()), event),
        // A task or a journal entry.
        None if version.is_kept && before.is_some() => vec![other()],
        None => Vec::new(),
    };
    Version {
        revision: change.revision.0,
        at: reader.local(change.at),
        what: match (change.removed, change.previous) {
            (true, _) => What::Deleted,
            _ if earlier.iter().any(|earlier| had_it(&earlier)) => What::BroughtBack,
            (false, None) => What::Made,
            (false, Some(_)) => What::Changed,
        },
        by: reader.by(change.cause.as_ref()),
        differences,
        is_current: is_newest && !change.removed,
        is_kept: if change.removed { before.is_some_and(|before| before.is_kept) } else { version.is_kept },
    }
}

/// Brings back what stood there after `revision`, where `etag` still is what stands there now (`None`: nothing). Yields the name of the
/// object that has it.
pub async fn restore(
    kalends: &Kalends,
    user: &User,
    calendar: CalendarId,
    revision: i64,
    etag: Option<&str>,
) -> Result<String, ApiError> {
    let precondition = etag.map_or(Precondition::Absent, |etag| Precondition::Matches(vec![etag.to_owned()]));
    let restored =
        kalends.restore_version(user.on_a_page(), Calendar(calendar), Revision(revision), precondition).await?;
    Ok(restored.name)
}
