//! Calendars at Microsoft 365, by Microsoft Graph 1.0: signing in, the provider, and events as calendar object resources and back.
//!
//! What of Microsoft's documentation is relied on is named where it is. The tests ask a stand-in that was written from it.

mod calendars;
mod changes;
mod client;
mod convert;
mod cursor;
mod fetch;
mod instances;
mod oauth;
mod settings;
mod store;
mod subscriptions;
mod wire;

pub use convert::{as_held, event_of_text, text_of_event};
pub use settings::{Account, Microsoft};
pub use subscriptions::{LIFETIME, read_notices};

use crate::oauth::{Session, Tokens};
use crate::outbound::Outbound;
use client::Client;
use kalends_domain::sync::connector::CredentialKeeper;
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::{
    Answer, Capabilities, ChangePage, Cursor, Fetched, Notifications, Provider, ProviderError, RemoteCalendar,
    RemoteCalendarId, RemoteObjectId, RemoteTag, Stored,
};
use kalends_ical::instances::Window;
use kalends_ical::merge::{self, Versions, Winner};
use kalends_ical::{CalendarObject, Limits};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Microsoft 365 among the services that are known by name.
pub const PRESET: &str = "microsoft";

/// The provider for an account at Microsoft 365.
pub struct Graph {
    client: Client,
    account: Account,
    /// What is written there may invite people.
    invites: AtomicBool,
    /// New meetings are to be held in Teams.
    online: AtomicBool,
    /// Whether they can be: what the calendar says of that, asked once.
    teams: tokio::sync::OnceCell<bool>,
}

impl Graph {
    /// `keeper` is told of every new token before it is used.
    ///
    /// # Errors
    /// `Unauthenticated` for credentials of another kind.
    pub fn new(
        outbound: Outbound,
        microsoft: Microsoft,
        account: Account,
        credentials: Credentials,
        keeper: Arc<dyn CredentialKeeper>,
    ) -> Result<Self, ProviderError> {
        let base = microsoft.graph.clone();
        let service = microsoft.service().map_err(ProviderError::Refused)?;
        let session = Session::new(service, outbound.clone(), keeper, Tokens::of(credentials, "Microsoft 365")?);
        let (invites, online) = Default::default();
        Ok(Graph { client: Client::new(outbound, base, session), account, invites, online, teams: Default::default() })
    }
}

impl Provider for Graph {
    fn capabilities(&self) -> Capabilities {
        Capabilities { writes: true, keeps_texts: false }
    }

    fn calendars(&self) -> Answer<'_, Vec<RemoteCalendar>> {
        Box::pin(self.list_calendars())
    }

    fn changes<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        since: Option<&'a Cursor>,
        _: Window,
    ) -> Answer<'a, ChangePage> {
        Box::pin(self.page_of_changes(calendar, since))
    }

    fn notifications(&self) -> Option<&dyn Notifications> {
        Some(self)
    }

    fn allow_invitations(&self, allowed: bool) {
        self.invites.store(allowed, Ordering::Relaxed);
    }

    fn hold_meetings_online(&self, wanted: bool) {
        self.online.store(wanted, Ordering::Relaxed);
    }

    fn fetch<'a>(&'a self, calendar: &'a RemoteCalendarId, objects: &'a [RemoteObjectId]) -> Answer<'a, Vec<Fetched>> {
        Box::pin(self.fetch_texts(calendar, objects))
    }

    fn create<'a>(&'a self, calendar: &'a RemoteCalendarId, uid: &'a str, text: &'a str) -> Answer<'a, Stored> {
        Box::pin(self.store_new(calendar, uid, text))
    }

    fn update<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        object: &'a RemoteObjectId,
        tag: Option<&'a RemoteTag>,
        text: &'a str,
    ) -> Answer<'a, Stored> {
        Box::pin(self.store_again(calendar, object, tag, text))
    }

    fn delete<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        object: &'a RemoteObjectId,
        tag: Option<&'a RemoteTag>,
    ) -> Answer<'a, ()> {
        Box::pin(self.delete_object(calendar, object, tag))
    }

    fn as_held(&self, text: &str) -> String {
        convert::as_held(text)
    }

    fn without_additions(&self, sent: &str, fetched: &str) -> Option<String> {
        convert::without_additions(sent, fetched)
    }

    fn restored(&self, base: &str, held: &str, fetched: &str) -> String {
        restored(base, held, fetched)
    }
}

/// See [`Provider::restored`]. Graph knows one reminder: where it is another one than that of `base`, it takes its place and does not come
/// beside it.
pub fn restored(base: &str, held: &str, fetched: &str) -> String {
    let base = convert::without_other_reminders(base, fetched);
    let versions = Versions { base: Some(held), ours: Some(&base), theirs: Some(fetched) };
    let is_readable = CalendarObject::parse(fetched, &Limits::default()).is_ok();
    let restored = merge::resolve(&versions, &Limits::default(), &mut |_| Winner::Theirs);
    restored.ok().flatten().filter(|_| is_readable).unwrap_or_else(|| fetched.to_owned())
}
