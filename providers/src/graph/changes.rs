//! What changed in a calendar.
//!
//! The delta query of Graph 1.0 follows a calendar view, a window of time (<https://learn.microsoft.com/graph/delta-query-events>; the one
//! without a window is in beta alone). In its window it names what was made, changed and deleted, instances of series one by one. Of what
//! lies outside it may say `@removed` whatever happened (<https://learn.microsoft.com/graph/api/event-delta>, Response). So
//!
//! 1. the first listing goes through the delta query for the sake of its delta link alone, and then lists all single events and series
//!    (<https://learn.microsoft.com/graph/api/calendar-list-events>), whenever they are;
//! 2. a round of changes asks of whatever is said to be removed whether it is there, and looks beside the delta query for what was changed
//!    since the last round, whenever it is;
//! 3. once the window is a month old, everything is listed anew, without texts, around another window: what was deleted outside of the
//!    window and not named is found then at the latest.
//!
//! An object is a series with its exceptions: what is said of an instance is said of its master.

use super::Graph;
use super::client::Ask;
use super::cursor::{Position, Tracked};
use super::fetch;
use super::wire::{Event, EventType, Page};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use kalends_domain::sync::provider::{
    ChangePage, Coverage, Cursor, ProviderError, RemoteCalendarId, RemoteHead, RemoteObjectId, RemoteTag,
};
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

/// Of a page of the delta query, which has whole events without being asked.
const DELTA_PAGE: usize = 100;
/// Of a list with texts, and of one without.
const TEXTS_PAGE: &str = "50";
const HEADS_PAGE: &str = "500";
/// What is selected of an event to know which object it is of.
const HEAD: &str = "id,type,seriesMasterId,changeKey";
/// Clocks differ, and what was changed at the moment of asking may not be listed yet.
const OVERLAP: TimeDelta = TimeDelta::minutes(5);

/// What a page names.
#[derive(Default)]
struct Named {
    present: BTreeMap<RemoteObjectId, RemoteHead>,
    removed: BTreeSet<RemoteObjectId>,
}

impl Named {
    fn add(&mut self, head: RemoteHead) {
        self.removed.remove(&head.id);
        // An instance says less of its series than the series itself.
        let is_known = self.present.get(&head.id).is_some_and(|known| known.tag.is_some() && head.tag.is_none());
        if !is_known {
            self.present.insert(head.id.clone(), head);
        }
    }

    fn remove(&mut self, id: RemoteObjectId) {
        if !self.present.contains_key(&id) {
            self.removed.insert(id);
        }
    }

    fn page(self, coverage: Coverage, position: &Position, has_more: bool) -> ChangePage {
        let present = self.present.into_values().collect();
        ChangePage { coverage, present, removed: self.removed.into_iter().collect(), next: position.cursor(), has_more }
    }
}

/// Which object an event is of, and what that is at. Of a series only all its parts together tell.
fn head(event: &Event) -> Option<RemoteHead> {
    let (id, tag) = match (event.kind, &event.series_master_id) {
        (EventType::SingleInstance, None) => (&event.id, event.etag.clone().map(RemoteTag)),
        (EventType::SeriesMaster, _) => (&event.id, None),
        (_, Some(master)) if !master.is_empty() => (master, None),
        _ => (&event.id, None),
    };
    (!id.is_empty()).then(|| RemoteHead { id: RemoteObjectId(id.clone()), tag, text: None })
}

impl Graph {
    pub(super) async fn page_of_changes(
        &self,
        calendar: &RemoteCalendarId,
        since: Option<&Cursor>,
    ) -> Result<ChangePage, ProviderError> {
        let now = Utc::now();
        match since.map(Position::of).transpose()? {
            None => self.prime(self.first_delta(calendar, Tracked::new(now)), Tracked::new(now), true).await,
            Some(Position::Priming { next, tracked, is_first }) => {
                self.prime(self.client.link(&next)?, tracked, is_first).await
            }
            Some(Position::Listing { next, delta, tracked, is_first }) => {
                self.list(calendar, next, delta, tracked, is_first).await
            }
            Some(Position::Round { tracked, begun: None, .. }) if tracked.is_old(now) => {
                let tracked = Tracked::new(now);
                self.prime(self.first_delta(calendar, tracked), tracked, false).await
            }
            Some(Position::Round { link, tracked, begun }) => {
                self.round(calendar, &link, tracked, begun.unwrap_or(now)).await
            }
            Some(Position::Recent { next, delta, tracked, begun }) => {
                self.recent(self.client.link(&next)?, Named::default(), delta, tracked, begun).await
            }
        }
    }

    fn first_delta(&self, calendar: &RemoteCalendarId, tracked: Tracked) -> Url {
        let (start, end) = tracked.window();
        let [start, end] = [start, end].map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
        let path = ["me", "calendars", &calendar.0, "calendarView", "delta"];
        self.client.url(&path, &[("startDateTime", &start), ("endDateTime", &end)])
    }

    /// Goes through the delta query once; the page names nothing.
    async fn prime(&self, url: Url, tracked: Tracked, is_first: bool) -> Result<ChangePage, ProviderError> {
        let page: Page<Event> = self.client.get(Ask::get(url).page_size(DELTA_PAGE)).await?;
        let position = match (page.next_link, page.delta_link) {
            (Some(next), _) => Position::Priming { next, tracked, is_first },
            (None, Some(delta)) => Position::Listing { next: None, delta, tracked, is_first },
            (None, None) => return Err(endless()),
        };
        Ok(Named::default().page(Coverage::Everything, &position, true))
    }

    /// All events of the calendar, page by page.
    async fn list(
        &self,
        calendar: &RemoteCalendarId,
        next: Option<String>,
        delta: String,
        tracked: Tracked,
        is_first: bool,
    ) -> Result<ChangePage, ProviderError> {
        let url = match &next {
            Some(next) => self.client.link(next)?,
            None if is_first => {
                let options = [("$select", fetch::SELECT_SINGLE), ("$expand", fetch::EXPAND_UID), ("$top", TEXTS_PAGE)];
                self.client.url(&["me", "calendars", &calendar.0, "events"], &options)
            }
            None => {
                self.client.url(&["me", "calendars", &calendar.0, "events"], &[("$select", HEAD), ("$top", HEADS_PAGE)])
            }
        };
        let page: Page<Event> = self.client.get(Ask::get(url)).await?;
        let mut named = Named::default();
        for event in page.value {
            let Some(mut head) = head(&event) else { continue };
            if is_first && event.kind == EventType::SingleInstance && event.series_master_id.is_none() {
                head.text = fetch::single_text(event);
            }
            named.add(head);
        }
        let has_more = page.next_link.is_some();
        let position = match page.next_link {
            Some(next) => Position::Listing { next: Some(next), delta, tracked, is_first },
            None => Position::Round { link: delta, tracked, begun: None },
        };
        Ok(named.page(Coverage::Everything, &position, has_more))
    }

    /// A page of a round of changes.
    async fn round(
        &self,
        calendar: &RemoteCalendarId,
        link: &str,
        tracked: Tracked,
        begun: DateTime<Utc>,
    ) -> Result<ChangePage, ProviderError> {
        let page: Page<Event> = self.client.get(Ask::get(self.client.link(link)?).page_size(DELTA_PAGE)).await?;
        let (removed, present): (Vec<Event>, Vec<Event>) =
            page.value.into_iter().partition(|event| event.removed.is_some());
        let mut named = Named::default();
        for head in present.iter().filter_map(head) {
            named.add(head);
        }
        let removed: Vec<String> = removed.into_iter().map(|event| event.id).filter(|id| !id.is_empty()).collect();
        self.add_removed(calendar, removed, &mut named).await?;
        match (page.next_link, page.delta_link) {
            (Some(next), _) => {
                let position = Position::Round { link: next, tracked, begun: Some(begun) };
                Ok(named.page(Coverage::Changes, &position, true))
            }
            (None, Some(delta)) => {
                let since = (tracked.since - OVERLAP).to_rfc3339_opts(SecondsFormat::Secs, true);
                let filter = format!("lastModifiedDateTime ge {since}");
                let options = [("$filter", filter.as_str()), ("$select", HEAD), ("$top", HEADS_PAGE)];
                let url = self.client.url(&["me", "calendars", &calendar.0, "events"], &options);
                self.recent(url, named, delta, tracked, begun).await
            }
            (None, None) => Err(endless()),
        }
    }

    /// What is said to be removed may lie outside of the window, and be there.
    async fn add_removed(
        &self,
        calendar: &RemoteCalendarId,
        removed: Vec<String>,
        named: &mut Named,
    ) -> Result<(), ProviderError> {
        let path = |id: &String| self.client.url(&["me", "calendars", &calendar.0, "events", id], &[("$select", HEAD)]);
        let urls: Vec<Url> = removed.iter().map(path).collect();
        for (id, answer) in removed.into_iter().zip(self.client.batch(&urls).await?) {
            let event = serde_json::from_value::<Event>(answer.body).unwrap_or_default();
            match (answer.status, head(&event)) {
                (200, Some(head)) => named.add(head),
                (404 | 410, _) => named.remove(RemoteObjectId(id)),
                // It cannot be looked at, so that nothing can be said of it; the next listing tells.
                _ => {}
            }
        }
        Ok(())
    }

    /// What was changed since the last round, wherever it is.
    async fn recent(
        &self,
        url: Url,
        mut named: Named,
        delta: String,
        tracked: Tracked,
        begun: DateTime<Utc>,
    ) -> Result<ChangePage, ProviderError> {
        let page: Page<Event> = self.client.get(Ask::get(url)).await?;
        for head in page.value.iter().filter_map(head) {
            named.add(head);
        }
        let has_more = page.next_link.is_some();
        let position = match page.next_link {
            Some(next) => Position::Recent { next, delta, tracked, begun },
            None => Position::Round { link: delta, tracked: tracked.after_round(begun), begun: None },
        };
        Ok(named.page(Coverage::Changes, &position, has_more))
    }
}

fn endless() -> ProviderError {
    ProviderError::Unreadable("Microsoft 365 ended a list of changes without saying where the next one begins".into())
}
