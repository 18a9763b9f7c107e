//! The server's side of choosing which calendars of an account are to be in step.

use super::server::{info, refused};
use super::{AccountCalendars, CalendarThere, Chosen, Preview, account_path};
use crate::history::words_of::Reader;
use crate::sync_links::choices::Choices;
use crate::sync_links::{path, server as links, states};
use crate::wire::ApiError;
use crate::words;
use kalends_domain::access::Held;
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId;
use kalends_domain::sync::{
    DryRun, LinkSettings, LinkTarget, NewLink, OfferedCalendar, RemoteAccount, RemoteAccountId, SyncLink,
};
use kalends_domain::{Error, Kalends};

/// What the field begins with that says into which calendar of one's own one of those there goes.
pub const INTO: &str = "into-";

/// What the form of these calendars asks for.
#[derive(Clone, Debug)]
pub struct ChooseWish {
    pub ids: Vec<String>,
    /// Those that are to be in step with a calendar of one's own that there is.
    pub into: Vec<(String, i64)>,
    pub choices: Choices,
    /// It is only to be said what would be done.
    pub is_preview: bool,
}

impl ChooseWish {
    pub fn read(fields: &[(String, String)]) -> Option<Self> {
        let value = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        let is_preview = match value("do")?.as_str() {
            "preview" => true,
            "start" => false,
            _ => return None,
        };
        let ids = fields.iter().filter(|(name, _)| name == "calendar").map(|(_, value)| value.clone()).collect();
        let into = fields.iter().filter_map(|(name, value)| {
            let id = name.strip_prefix(INTO)?;
            Some((id.to_owned(), value.parse().ok()?))
        });
        Some(ChooseWish { ids, into: into.collect(), choices: Choices::read(value), is_preview })
    }
}

/// Asks the service. That it says no is a part of the page, which says what to do.
///
/// # Errors
/// `NotFound` for somebody else's account.
pub async fn calendars(kalends: &Kalends, user: &User, id: RemoteAccountId) -> Result<AccountCalendars, ApiError> {
    let (caller, reader) = (user.on_a_page(), Reader::of(user));
    let account = kalends.remote_account(caller, id).await?;
    let offered = match kalends.offered_calendars(caller, id).await {
        Err(error @ Error::Remote(_)) => Err(refused(&account, error)),
        offered => Ok(offered?),
    };
    let invites_by_itself = account.provider.invites_by_itself();
    let (held, all) = (kalends.calendars(caller).await?, kalends.sync_links(caller).await?);
    let calendars = offered.map(|offered| offered.into_iter().map(|one| there(one, &held, &all, &reader)).collect());
    let account = info(kalends, user, kalends.remote_account(caller, id).await?);
    let is_free = |held: &&Held| held.is_own() && !held.is_linked();
    let own = held.iter().filter(is_free).map(|held| (held.id.0, held.details.display_name.clone())).collect();
    Ok(AccountCalendars { account, calendars, invites_by_itself, own, said: None, chosen: None })
}

fn there(offered: OfferedCalendar, held: &[Held], all: &[SyncLink], reader: &Reader) -> CalendarThere {
    let OfferedCalendar { remote, link } = offered;
    let link = link.and_then(|(id, calendar)| {
        let link = all.iter().find(|link| link.id == id)?;
        Some(links::info(link, held.iter().find(|held| held.id == calendar)?, reader))
    });
    let what = match (remote.is_writable, remote.is_shared) {
        (true, false) => words::server_accounts_calendar_own(),
        (true, true) => words::server_accounts_calendar_shared(),
        (false, _) => words::server_accounts_calendar_read(),
    };
    CalendarThere {
        id: remote.id.0,
        name: remote.name,
        color: remote.color,
        what: what.to_owned(),
        is_writable: remote.is_writable,
        link,
    }
}

/// Says what would be done, or begins it. `Ok`: where to go on, and what is said there.
///
/// # Errors
/// What is shown on the page again: what would be done, or why not.
pub async fn choose(
    kalends: &Kalends,
    user: &User,
    id: RemoteAccountId,
    wish: ChooseWish,
) -> Result<(String, String), Chosen> {
    let ChooseWish { ids, into, choices, is_preview } = wish;
    let asked = async {
        let (account, chosen) = chosen(kalends, user, id, &ids).await?;
        if is_preview {
            previews(kalends, user, &account, &chosen, (&into, &choices)).await.map(Err)
        } else {
            start(kalends, user, &account, &chosen, (&into, &choices)).await.map(Ok)
        }
    };
    match asked.await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(previews)) => Err(Chosen { ids, into, choices, outcome: Ok(previews) }),
        Err(error) => Err(Chosen { ids, into, choices, outcome: Err(error) }),
    }
}

async fn chosen(
    kalends: &Kalends,
    user: &User,
    id: RemoteAccountId,
    ids: &[String],
) -> Result<(RemoteAccount, Vec<OfferedCalendar>), ApiError> {
    let caller = user.on_a_page();
    let account = kalends.remote_account(caller, id).await?;
    let offered = kalends.offered_calendars(caller, id).await?;
    let is_meant = |one: &OfferedCalendar| one.link.is_none() && ids.contains(&one.remote.id.0);
    let chosen: Vec<OfferedCalendar> = offered.into_iter().filter(is_meant).collect();
    if chosen.is_empty() {
        let message = words::server_sync_none_chosen().to_owned();
        return Err(ApiError::BadInput { field: "calendar".into(), message });
    }
    Ok((account, chosen))
}

/// Into which calendar of one's own each goes that does not get one, and what was chosen of all.
type Wanted<'a> = (&'a [(String, i64)], &'a Choices);

fn new_link(account: &RemoteAccount, offered: &OfferedCalendar, (into, choices): Wanted<'_>) -> NewLink {
    let remote = &offered.remote;
    let existing = into.iter().find(|(id, _)| *id == remote.id.0).map(|(_, calendar)| CalendarId(*calendar));
    let proposed = LinkSettings::proposed(account.provider, remote);
    NewLink {
        account: account.id,
        remote: remote.id.clone(),
        target: existing.map_or(LinkTarget::New { name: None }, LinkTarget::Existing),
        settings: choices.settings(proposed, remote.is_writable),
    }
}

async fn previews(
    kalends: &Kalends,
    user: &User,
    account: &RemoteAccount,
    chosen: &[OfferedCalendar],
    wanted: Wanted<'_>,
) -> Result<Vec<Preview>, ApiError> {
    let mut previews = Vec::new();
    for offered in chosen {
        let new = new_link(account, offered, wanted);
        let found = kalends.dry_run_of_new_link(user.on_a_page(), &new).await?;
        previews.push(preview(offered.remote.name.clone(), found));
    }
    Ok(previews)
}

fn preview(name: String, found: DryRun) -> Preview {
    Preview {
        name,
        counts: found.counts.iter().map(states::deeds).collect(),
        lines: found.entries.into_iter().map(links::line).collect(),
        stops: found.stops.iter().any(Option::is_some),
    }
}

async fn start(
    kalends: &Kalends,
    user: &User,
    account: &RemoteAccount,
    chosen: &[OfferedCalendar],
    wanted: Wanted<'_>,
) -> Result<(String, String), ApiError> {
    let mut made = Vec::new();
    for offered in chosen {
        made.push(kalends.make_sync_link(user.on_a_page(), &new_link(account, offered, wanted)).await?);
    }
    let to = match &made[..] {
        [one] => path(one.calendar.0),
        _ => account_path(account.id.0),
    };
    Ok((to, words::server_sync_started(made.len())))
}
