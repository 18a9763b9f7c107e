//! The server's side of calendars: the list, and the form of one.

use super::{CalendarFields, CalendarPageData, RefusedCalendar, StoredCalendar};
use crate::history::words_of::Reader;
use crate::sync_links::beside;
use crate::wire::{ApiError, CalendarId, CalendarInfo, UndoKey, key_of_deletion};
use crate::word_lists::list_in_words;
use crate::words;
use kalends_domain::access::{Held, PrincipalId};
use kalends_domain::accounts::User;
use kalends_domain::calendars::{CalendarDetails, CalendarId as Calendar, CalendarPatch, NewCalendar};
use kalends_domain::sharing::PartyKind;
use kalends_domain::{Error, Kalends, Missing};
use kalends_ical::ComponentKind;
use leptos::prelude::use_context;

/// The person's calendars as they see them: their own in display order, those of groups, of missions, those of whom they act for, and
/// what was shared with them by name; then what is offered to them.
pub async fn list(kalends: &Kalends, user: &User) -> Result<Vec<CalendarInfo>, ApiError> {
    let caller = user.on_a_page();
    let (mut calendars, offers) = kalends.calendars_and_offers(caller).await?;
    calendars.sort_by_cached_key(|held| {
        let owner = held.owner();
        match owner.kind {
            _ if owner.id == caller.principal => (0, String::new(), String::new()),
            PartyKind::Group => (1, owner.display_name.to_lowercase(), held.details.display_name.to_lowercase()),
            PartyKind::Mission => (2, owner.display_name.to_lowercase(), held.details.display_name.to_lowercase()),
            _ if held.is_acting() => (3, owner.display_name.to_lowercase(), held.details.display_name.to_lowercase()),
            PartyKind::Person | PartyKind::Everyone => (4, String::new(), held.details.display_name.to_lowercase()),
        }
    });
    let offers = offers.iter().filter(|held| held.is_offered());
    // Most people have none, and are not kept waiting for it.
    let is_synced = calendars.iter().any(|held| held.is_own() && held.is_linked());
    let links = if is_synced { kalends.sync_links(caller).await? } else { Vec::new() };
    let shown: Vec<Held> = calendars.iter().filter(|held| held.is_linked() && !held.view().hidden).cloned().collect();
    if !shown.is_empty() {
        // What is looked at is brought into step more often; the page does not wait for it.
        let kalends = kalends.clone();
        tokio::spawn(async move {
            if let Err(error) = kalends.looked_at(&shown).await {
                tracing::warn!(%error, "that calendars are looked at was not noted");
            }
        });
    }
    let reader = Reader::of(user);
    let link_of = |held: &Held| links.iter().find(|link| link.calendar == held.id);
    // Behind the last of several stands what has all of them run.
    let runs = calendars.iter().filter(|held| link_of(held).is_some_and(|link| !link.state.rests()));
    let last = runs.clone().next_back().filter(|_| runs.count() > 1).map(|held| held.id);
    let listed = calendars.iter().map(|held| {
        let name = &held.details.display_name;
        let sync = link_of(held).map(|link| beside::state(link, name, last == Some(held.id), &reader));
        CalendarInfo { sync: sync.unwrap_or_default(), ..info(held, caller.principal, false) }
    });
    Ok(listed.chain(offers.map(|held| info(held, caller.principal, true))).collect())
}

fn info(held: &Held, viewer: PrincipalId, offered: bool) -> CalendarInfo {
    let owner = held.owner();
    let (section, from) = match owner.kind {
        _ if owner.id == viewer => (None, None),
        PartyKind::Group | PartyKind::Mission => (Some(owner.display_name.clone()), None),
        _ if held.is_acting() => (Some(words::server_delegates_section(&owner.display_name)), None),
        PartyKind::Person | PartyKind::Everyone => {
            (Some(words::server_shared_with_me().to_owned()), Some(owner.display_name.clone()))
        }
    };
    CalendarInfo {
        id: held.id.0,
        visible: !held.view().hidden && !offered,
        editable: held.may_write() && !offered,
        owned: held.is_own(),
        administered: held.may_administer(),
        section,
        from,
        sync: String::new(),
        offered,
        is_default: held.view().is_default,
        name: held.details.display_name.clone(),
        color: held.details.color.clone(),
        order: held.details.order,
        revision: held.revision.0,
    }
}

/// Has a calendar that is in step with one elsewhere run now, or `all` of the person's.
///
/// # Errors
/// `NotFound` for a calendar that is not, or is somebody else's.
pub async fn sync_now(kalends: &Kalends, user: &User, which: &str) -> Result<(), Error> {
    let caller = user.on_a_page();
    if which == beside::ALL {
        return kalends.sync_all_now(caller).await;
    }
    let id = which.parse().map(Calendar).map_err(|_| Error::NotFound(Missing::Calendar))?;
    let link = kalends.sync_link_of(caller, id).await?.ok_or(Error::NotFound(Missing::SyncLink))?;
    kalends.sync_now(caller, link.id).await
}

/// The agenda leaves these calendars out from now on.
pub async fn hide(kalends: &Kalends, user: &User, hidden: &[CalendarId]) -> Result<(), ApiError> {
    let hidden: Vec<Calendar> = hidden.iter().copied().map(Calendar).collect();
    Ok(kalends.hide_calendars(user.on_a_page(), &hidden).await?)
}

/// A calendar and what is in it.
pub async fn contents(kalends: &Kalends, user: &User, id: CalendarId) -> Result<StoredCalendar, ApiError> {
    let found = list(kalends, user).await?.into_iter().find(|calendar| calendar.id == id);
    let calendar = found.ok_or_else(|| ApiError::NotFound(words::errors_calendar_not_found().into()))?;
    let counts = match kalends.object_counts(user.on_a_page(), Calendar(id)).await {
        // Whoever learns only when somebody is busy deletes nothing either.
        Err(Error::Forbidden { .. }) => Vec::new(),
        counts => counts?,
    };
    let kinds = [
        (ComponentKind::Event, words::calendars_events as fn(usize) -> String),
        (ComponentKind::Todo, words::calendars_tasks),
        (ComponentKind::Journal, words::calendars_journal_entries),
        (ComponentKind::FreeBusy, words::calendars_free_busy_entries),
    ];
    let counted = kinds.into_iter().filter_map(|(kind, words)| {
        let (_, count) = counts.iter().find(|(counted, _)| *counted == kind)?;
        Some(words(usize::try_from(*count).unwrap_or(usize::MAX)))
    });
    let contents = list_in_words(counted.collect());
    Ok(StoredCalendar { calendar, contents })
}

/// What the page of the calendar shows; `None` for that of a new one.
pub async fn page(kalends: &Kalends, user: &User, id: Option<CalendarId>) -> Result<CalendarPageData, ApiError> {
    let stored = match id {
        Some(id) => Some(contents(kalends, user, id).await?),
        None => None,
    };
    Ok(CalendarPageData { stored, taken: list(kalends, user).await?.len(), refused: use_context::<RefusedCalendar>() })
}

/// Makes a calendar, or changes the one with this id.
pub async fn save(
    kalends: &Kalends,
    user: &User,
    id: Option<CalendarId>,
    fields: &CalendarFields,
) -> Result<(), ApiError> {
    fields.check().map_err(|error| ApiError::BadInput { field: error.field, message: error.message })?;
    let caller = user.on_a_page();
    let (name, color) = (fields.name.clone(), fields.color.clone());
    let make_default = fields.is_default;
    match id {
        Some(id) => {
            let named = CalendarPatch { display_name: Some(name), color: Some(color), ..CalendarPatch::default() };
            kalends.update_calendar(caller, Calendar(id), CalendarPatch { make_default, ..named }).await?;
        }
        None => {
            let taken = kalends.calendars(caller).await?.len();
            let details = CalendarDetails { color, ..CalendarDetails::named(name, taken) };
            let new = NewCalendar { slug: None, details, dead: Vec::new(), make_default };
            kalends.create_calendar_once(caller, caller.principal, new, None).await?;
        }
    }
    Ok(())
}

pub async fn delete(kalends: &Kalends, user: &User, id: CalendarId) -> Result<(), ApiError> {
    Ok(kalends.delete_calendar(user.on_a_page(), Calendar(id)).await?)
}

/// What a form asks for that was posted without WebAssembly.
///
/// Yields what takes a deletion back.
///
/// # Errors
/// The form as it was, with what is wrong.
pub async fn post(
    kalends: &Kalends,
    user: Option<&User>,
    id: Option<CalendarId>,
    form: &[(String, String)],
) -> Result<Option<UndoKey>, Box<RefusedCalendar>> {
    let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let fields = CalendarFields::read(value);
    let done = async {
        let user = user.ok_or(ApiError::SignedOut)?;
        match id {
            Some(id) if value("action").as_deref() == Some("delete") => {
                delete(kalends, user, id).await.map(|()| Some(key_of_deletion(id)))
            }
            id => save(kalends, user, id, &fields).await.map(|()| None),
        }
    };
    done.await.map_err(|error| Box::new(RefusedCalendar { fields: fields.clone(), error }))
}
