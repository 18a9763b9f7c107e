//! What changed in a calendar: by the server's word (RFC 6578) where it has one, else by listing the calendar when its tag says that
//! anything changed, else by listing what touches a window.

use super::CalDav;
use super::client::{Ask, Client, LISTING, SMALL};
use super::cursor::Position;
use super::href::{self, Place};
use super::multistatus::{self, Response};
use super::requests;
use crate::failure;
use crate::outbound::Answer;
use kalends_domain::sync::provider::{
    ChangePage, Coverage, Cursor, ProviderError, RemoteCalendarId, RemoteHead, RemoteObjectId, RemoteTag,
};
use kalends_ical::instances::Window;
use kalends_webdav::Namespace;
use std::collections::BTreeMap;
use url::Url;

/// How many changes are wanted at once; servers may have their own mind.
const MAX_PAGE: usize = 1_000;
/// Most objects that a calendar may have.
const MAX_OBJECTS: usize = 200_000;
/// What a poor server is asked for in a window. To-dos without a date are in none, so they are asked for whatever their time is.
const QUERIED: [(&str, bool); 2] = [("VEVENT", true), ("VTODO", false)];

/// What a response says of a member of the calendar.
enum Member {
    Present(RemoteObjectId, Option<RemoteTag>),
    Removed(RemoteObjectId),
    /// There is more than what was answered (RFC 6578 section 3.6).
    More,
    /// It is the calendar, or a collection in it.
    Collection,
    /// It is elsewhere.
    Stray,
}

/// The members of a calendar, as an answer names them.
#[derive(Default)]
struct Members {
    /// By their ids; `None`: removed.
    named: BTreeMap<RemoteObjectId, Option<RemoteHead>>,
    has_more: bool,
    strays: usize,
}

/// Why a way of asking led to nothing.
enum NoPage {
    /// The server does not go this way; another may lead to the aim.
    NoSuchWay,
    Failed(ProviderError),
}

impl From<ProviderError> for NoPage {
    fn from(error: ProviderError) -> Self {
        NoPage::Failed(error)
    }
}

impl CalDav {
    pub(super) async fn page_of_changes(
        &self,
        calendar: &RemoteCalendarId,
        since: Option<&Cursor>,
        window: Window,
    ) -> Result<ChangePage, ProviderError> {
        let url = CalDav::url(calendar)?;
        match since.map(Position::of).transpose()? {
            None => match self.synced(&url, "", true).await {
                Err(NoPage::NoSuchWay) => self.listed(&url, None, window).await,
                Err(NoPage::Failed(error)) => Err(error),
                Ok(page) => Ok(page),
            },
            Some(Position::SyncToken { token, is_listing }) => {
                self.synced(&url, &token, is_listing).await.map_err(|no_page| match no_page {
                    // Whatever it went by is not there any more.
                    NoPage::NoSuchWay => ProviderError::CursorRejected,
                    NoPage::Failed(error) => error,
                })
            }
            Some(Position::Listing { ctag }) => self.listed(&url, ctag, window).await,
            Some(Position::Window { ctag, start, end }) => {
                let ctag = ctag.filter(|_| Window { start, end } == window);
                self.windowed(&url, ctag, window).await
            }
        }
    }

    /// By a sync-token, which is empty at the beginning.
    async fn synced(&self, url: &Url, token: &str, is_listing: bool) -> Result<ChangePage, NoPage> {
        let ask = |max| Ask::report(url.clone(), "0", requests::sync_collection(token, max), LISTING);
        let mut answer = self.client.ask(ask(Some(MAX_PAGE))).await?;
        let mut condition = refusal(&answer);
        if condition.as_deref() == Some("number-of-matches-within-limits") {
            // It cannot give as few as that, only all at once.
            answer = self.client.ask(ask(None)).await?;
            condition = refusal(&answer);
        }
        if !answer.status.is_success() {
            return Err(no_page(&answer, condition.as_deref(), token));
        }
        let (members, next) = members(answer, url).await.map_err(|error| match error {
            ProviderError::Unreadable(_) if token.is_empty() => NoPage::NoSuchWay,
            error => NoPage::Failed(error),
        })?;
        let Some(next) = next else {
            return Err(if token.is_empty() { NoPage::NoSuchWay } else { ProviderError::CursorRejected.into() });
        };
        let Members { named, has_more, .. } = members;
        if has_more && next == token {
            let why = "the server says that there are more changes, and gives none".into();
            return Err(ProviderError::Unreadable(why).into());
        }
        let coverage = if is_listing { Coverage::Everything } else { Coverage::Changes };
        let position = Position::SyncToken { token: next, is_listing: is_listing && has_more };
        Ok(page(named, coverage, &position, has_more))
    }

    /// By what the whole calendar is at, and where that is not `known`, by all its members.
    async fn listed(&self, url: &Url, known: Option<String>, window: Window) -> Result<ChangePage, ProviderError> {
        let ctag = self.ctag(url).await?;
        if known.is_some() && ctag == known {
            return Ok(page(BTreeMap::new(), Coverage::Changes, &Position::Listing { ctag }, false));
        }
        // The tag is from before the list: what changes in between is seen the next time as well.
        let ask = Ask::propfind(url.clone(), "1", requests::propfind(requests::HEADS), LISTING);
        let answer = match self.client.try_ask(ask).await? {
            Ok(answer) => answer,
            Err(error) if !error.is_transient() => return self.windowed(url, None, window).await,
            Err(error) => return Err(error.into()),
        };
        // RFC 4918 section 9.1 lets a server refuse what is too deep for it, and it may have too much for one answer.
        if matches!(answer.status.as_u16(), 400 | 403 | 405 | 501 | 507) {
            return self.windowed(url, None, window).await;
        }
        if !answer.status.is_success() {
            return Err(failure::of_status(&answer));
        }
        let (members, _) = members(answer, url).await?;
        if members.has_more {
            return self.windowed(url, None, window).await;
        }
        Ok(page(members.named, Coverage::Everything, &Position::Listing { ctag }, false))
    }

    /// By what touches a window.
    async fn windowed(&self, url: &Url, known: Option<String>, window: Window) -> Result<ChangePage, ProviderError> {
        let ctag = self.ctag(url).await?;
        let position = Position::within(ctag.clone(), window);
        if known.is_some() && ctag == known {
            return Ok(page(BTreeMap::new(), Coverage::Changes, &position, false));
        }
        let mut named = BTreeMap::new();
        for (component, is_timed) in QUERIED {
            let within = if is_timed { window } else { Window { start: None, end: None } };
            let ask = Ask::report(url.clone(), "1", requests::query(component, within), LISTING);
            let answer = self.client.ask(ask).await?;
            // A calendar need not have to-dos.
            if !is_timed && matches!(answer.status.as_u16(), 400 | 403 | 409 | 422) {
                continue;
            }
            if !answer.status.is_success() {
                return Err(failure::of_status(&answer));
            }
            let (members, _) = members(answer, url).await?;
            if members.has_more {
                let why = format!("{} has more in the chosen time than it gives at once", super::client::host(url));
                return Err(ProviderError::Refused(why));
            }
            named.extend(members.named);
        }
        Ok(page(named, Coverage::Within(window), &position, false))
    }

    /// CS:getctag of a calendar, where it has one.
    async fn ctag(&self, url: &Url) -> Result<Option<String>, ProviderError> {
        let ask = Ask::propfind(url.clone(), "0", requests::propfind(requests::CTAG), SMALL);
        let ctag = |_: &Url, response: Response| response.text(&Namespace::CalendarServer, "getctag");
        Ok(Client::multistatus(&self.client, ask, ctag).await?.0.into_iter().next())
    }
}

fn refusal(answer: &Answer) -> Option<String> {
    (!answer.status.is_success()).then(|| multistatus::condition(answer)).flatten().map(|condition| condition.name)
}

/// What it means that sync-collection was refused with `condition`.
fn no_page(answer: &Answer, condition: Option<&str>, token: &str) -> NoPage {
    let status = answer.status.as_u16();
    if matches!(status, 401 | 404 | 408 | 421 | 423 | 425 | 429 | 500 | 502..=504) {
        return failure::of_status(answer).into();
    }
    // RFC 6578 section 3.2 has 403 and 409 with the condition; others do without.
    let is_rejected = condition == Some("valid-sync-token") || matches!(status, 400 | 409 | 410 | 412 | 507);
    match token {
        "" => NoPage::NoSuchWay,
        _ if is_rejected => ProviderError::CursorRejected.into(),
        _ if condition == Some("supported-report") || matches!(status, 405 | 415 | 501) => NoPage::NoSuchWay,
        _ => failure::of_status(answer).into(),
    }
}

/// Reads what an answer about the calendar at `url` names, and DAV:sync-token.
async fn members(answer: Answer, url: &Url) -> Result<(Members, Option<String>), ProviderError> {
    let calendar = href::collection(url.clone());
    // Where it was sent on to, it names its members so.
    let sent_on = href::collection(answer.url.clone());
    let host = super::client::host(url).to_owned();
    let each = move |base: &Url, response: Response| Some(member(&calendar, &sent_on, base, &response));
    let (found, token) = multistatus::read(answer, each).await?;
    let mut members = Members::default();
    for found in found {
        match found {
            Member::Present(id, tag) => {
                let head = RemoteHead { id: id.clone(), tag, text: None };
                members.named.insert(id, Some(head));
            }
            Member::Removed(id) => drop(members.named.insert(id, None)),
            Member::More => members.has_more = true,
            Member::Collection => {}
            Member::Stray => members.strays += 1,
        }
    }
    // Taken for an empty calendar, it would cost all that was in it.
    if members.named.is_empty() && members.strays > 0 {
        return Err(ProviderError::Unreadable(format!("{host} names nothing in the calendar but what is elsewhere")));
    }
    if members.named.len() > MAX_OBJECTS {
        return Err(ProviderError::Refused(format!("the calendar has more than {MAX_OBJECTS} objects")));
    }
    Ok((members, token))
}

fn member(calendar: &Url, sent_on: &Url, base: &Url, response: &Response) -> Member {
    let Some(url) = href::resolve(base, &response.href) else { return Member::Stray };
    let place = match href::place(calendar, &url) {
        Place::Elsewhere => href::place(sent_on, &url),
        place => place,
    };
    match place {
        _ if response.status == Some(507) => Member::More,
        Place::Member(_) if response.is_collection() => Member::Collection,
        Place::Member(name) if response.is_gone() => Member::Removed(RemoteObjectId(name)),
        Place::Member(name) => Member::Present(RemoteObjectId(name), response.tag()),
        Place::Itself | Place::Collection => Member::Collection,
        Place::Elsewhere => Member::Stray,
    }
}

fn page(
    named: BTreeMap<RemoteObjectId, Option<RemoteHead>>,
    coverage: Coverage,
    position: &Position,
    has_more: bool,
) -> ChangePage {
    let (mut present, mut removed) = (Vec::new(), Vec::new());
    for (id, head) in named {
        match head {
            Some(head) => present.push(head),
            None => removed.push(id),
        }
    }
    ChangePage { coverage, present, removed, next: position.cursor(), has_more }
}
