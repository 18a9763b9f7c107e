//! A provider whose questions are counted.

use super::failures::SyncCounter;
use super::provider::{
    Answer, Capabilities, ChangePage, Cursor, Fetched, Notifications, Provider, RemoteCalendar, RemoteCalendarId,
    RemoteObjectId, RemoteTag, Stored,
};
use crate::model::remote_account::ProviderKind;
use chrono::TimeDelta;
use kalends_ical::instances::Window;
use std::sync::Arc;

pub(super) struct Counted {
    pub inner: Arc<dyn Provider>,
    pub kind: ProviderKind,
    pub counter: Arc<SyncCounter>,
}

impl Counted {
    fn asked(&self) -> &dyn Provider {
        self.counter.asked(self.kind);
        &*self.inner
    }
}

impl Provider for Counted {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn calendars(&self) -> Answer<'_, Vec<RemoteCalendar>> {
        self.asked().calendars()
    }

    fn changes<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        since: Option<&'a Cursor>,
        window: Window,
    ) -> Answer<'a, ChangePage> {
        self.asked().changes(calendar, since, window)
    }

    fn notifications(&self) -> Option<&dyn Notifications> {
        self.inner.notifications()
    }

    fn allow_invitations(&self, allowed: bool) {
        self.inner.allow_invitations(allowed);
    }

    fn hold_meetings_online(&self, wanted: bool) {
        self.inner.hold_meetings_online(wanted);
    }

    fn wished_interval(&self) -> Option<TimeDelta> {
        self.inner.wished_interval()
    }

    fn fetch<'a>(&'a self, calendar: &'a RemoteCalendarId, objects: &'a [RemoteObjectId]) -> Answer<'a, Vec<Fetched>> {
        self.asked().fetch(calendar, objects)
    }

    fn create<'a>(&'a self, calendar: &'a RemoteCalendarId, uid: &'a str, text: &'a str) -> Answer<'a, Stored> {
        self.asked().create(calendar, uid, text)
    }

    fn update<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        object: &'a RemoteObjectId,
        tag: Option<&'a RemoteTag>,
        text: &'a str,
    ) -> Answer<'a, Stored> {
        self.asked().update(calendar, object, tag, text)
    }

    fn delete<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        object: &'a RemoteObjectId,
        tag: Option<&'a RemoteTag>,
    ) -> Answer<'a, ()> {
        self.asked().delete(calendar, object, tag)
    }

    fn as_held(&self, text: &str) -> String {
        self.inner.as_held(text)
    }

    fn without_additions(&self, sent: &str, fetched: &str) -> Option<String> {
        self.inner.without_additions(sent, fetched)
    }

    fn restored(&self, base: &str, held: &str, fetched: &str) -> String {
        self.inner.restored(base, held, fetched)
    }
}
