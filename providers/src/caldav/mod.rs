//! Calendars at a CalDAV server (RFC 4791): how an account is found, and the provider that keeps to the protocol and bears with servers
//! that do not.

mod calendars;
mod changes;
mod client;
mod cursor;
pub mod discovery;
pub mod dns;
mod fetch;
mod href;
mod multistatus;
pub mod presets;
mod requests;
mod store;

pub use client::Trust;

use crate::credentials::Credentials;
use crate::oauth::Session;
use crate::outbound::Outbound;
use client::Client;
use kalends_domain::sync::provider::{
    Answer, Capabilities, ChangePage, Cursor, Fetched, Provider, ProviderError, RemoteCalendar, RemoteCalendarId,
    RemoteObjectId, RemoteTag, Stored,
};
use kalends_ical::instances::Window;
use serde::{Deserialize, Serialize};
use std::sync::atomic::AtomicBool;
use url::Url;

/// Where an account is, as [`discovery`] found it; to be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// CALDAV:calendar-home-set: the collections that hold the calendars.
    pub homes: Vec<Url>,
    /// Calendars that are known by themselves, where a server tells of no home.
    pub calendars: Vec<Url>,
    /// DAV:current-user-principal, where a server tells of it.
    pub principal: Option<Url>,
    /// The name with which the server was asked, of several that a person may have.
    pub user: Option<String>,
    /// Where the credentials may be sent.
    pub trust: Trust,
}

/// The provider for an account at a CalDAV server.
pub struct CalDav {
    client: Client,
    account: Account,
    /// It does not know calendar-multiget: what is asked for is fetched one by one.
    lacks_multiget: AtomicBool,
}

impl CalDav {
    /// # Errors
    /// `Unauthenticated` for credentials that cannot be sent.
    pub fn new(outbound: Outbound, account: Account, credentials: &Credentials) -> Result<Self, ProviderError> {
        let client = Client::new(outbound, account.trust.clone(), credentials)?;
        Ok(CalDav { client, account, lacks_multiget: AtomicBool::new(false) })
    }

    /// For an account whose owner signed in at the service itself.
    pub(crate) fn with_session(outbound: Outbound, account: Account, session: Session) -> Self {
        let client = Client::with_session(outbound, account.trust.clone(), session);
        CalDav { client, account, lacks_multiget: AtomicBool::new(false) }
    }

    /// # Errors
    /// `Missing` for what is no id of a calendar.
    fn url(calendar: &RemoteCalendarId) -> Result<Url, ProviderError> {
        Url::parse(&calendar.0)
            .map_err(|_| ProviderError::Missing(format!("{} is no address of a calendar", calendar.0)))
    }
}

impl Provider for CalDav {
    fn capabilities(&self) -> Capabilities {
        Capabilities { writes: true, keeps_texts: true }
    }

    fn calendars(&self) -> Answer<'_, Vec<RemoteCalendar>> {
        Box::pin(self.list_calendars())
    }

    fn changes<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        since: Option<&'a Cursor>,
        window: Window,
    ) -> Answer<'a, ChangePage> {
        Box::pin(self.page_of_changes(calendar, since, window))
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
}
