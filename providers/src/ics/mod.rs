//! Calendars that are published as one file of iCalendar at an address (ICS feeds, `webcal:`): they are read, and never written to.
//!
//! The file comes whole or not at all. It is taken apart while it comes and kept on disk, so that memory follows the number of its
//! objects and not their length; what changed is found by comparing what the objects say.

mod address;
mod cursor;
mod download;
mod error;
mod reading;
mod uploaded;

pub use address::{AddressError, FeedAddress};
pub use uploaded::UploadedFile;

use crate::outbound::Outbound;
use chrono::TimeDelta;
use cursor::Position;
use download::{Answered, Client};
use http::HeaderValue;
use kalends_domain::sync::provider::{
    Answer, Capabilities, ChangePage, Coverage, Cursor, FetchOutcome, Fetched, Provider, ProviderError, RemoteCalendar,
    RemoteCalendarId, RemoteHead, RemoteObjectId, RemoteTag,
};
use kalends_ical::feed::Description;
use kalends_ical::instances::Window;
use reading::Reading;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// A feed is asked for no more often than this, whatever it wishes, and no less often than each day.
pub const MIN_INTERVAL: TimeDelta = TimeDelta::minutes(5);
pub const MAX_INTERVAL: TimeDelta = TimeDelta::days(1);

/// The id of the one calendar that a feed is.
const CALENDAR: &str = "feed";

/// The provider for one feed.
pub struct Ics {
    client: Client,
    /// What came last, so that the texts of what changed need not come again.
    last: Mutex<Option<Arc<Reading>>>,
    wished: Mutex<Option<TimeDelta>>,
}

impl Ics {
    /// `authorization`: the value of `Authorization`, which the address's own origin gets and no other.
    pub fn new(outbound: Outbound, url: Url, authorization: Option<HeaderValue>) -> Self {
        let client = Client { outbound, url, authorization };
        Ics { client, last: Mutex::default(), wished: Mutex::default() }
    }

    /// Who is asked.
    pub fn host(&self) -> &str {
        self.client.url.host_str().unwrap_or_default()
    }

    /// The only calendar's id.
    pub fn calendar() -> RemoteCalendarId {
        RemoteCalendarId(CALENDAR.to_owned())
    }

    fn check(calendar: &RemoteCalendarId) -> Result<(), ProviderError> {
        match calendar.0.as_str() {
            CALENDAR => Ok(()),
            _ => Err(ProviderError::Missing("a feed has one calendar".into())),
        }
    }

    async fn describe(&self) -> Result<Vec<RemoteCalendar>, ProviderError> {
        let (description, wished_seconds) = self.client.description().await?;
        self.wish(wished_seconds);
        let host = self.host();
        Ok(vec![described(description, host)])
    }

    async fn page_of_changes(
        &self,
        calendar: &RemoteCalendarId,
        since: Option<&Cursor>,
    ) -> Result<ChangePage, ProviderError> {
        Ics::check(calendar)?;
        let known = since.map(Position::of).transpose()?;
        // What another address said is of no use for this one.
        let known = known.filter(|known| known.address == self.client.address_digest());
        let (reading, position) = match self.client.download(known.as_ref()).await? {
            Answered::AsBefore(position) => {
                self.wish(position.wished_seconds);
                return Ok(nothing_new(position.cursor()));
            }
            Answered::Read(reading, position) => (reading, position),
        };
        self.wish(position.wished_seconds);
        if known.is_some_and(|known| known.content == position.content) {
            return Ok(nothing_new(position.cursor()));
        }
        let page = everything(&reading, position.cursor());
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(reading));
        Ok(page)
    }

    fn wish(&self, seconds: Option<i64>) {
        let wished = seconds.and_then(TimeDelta::try_seconds);
        let wished = wished.map(|wished| wished.clamp(MIN_INTERVAL, MAX_INTERVAL));
        *self.wished.lock().unwrap_or_else(PoisonError::into_inner) = wished;
    }

    async fn fetch_texts(
        &self,
        calendar: &RemoteCalendarId,
        objects: &[RemoteObjectId],
    ) -> Result<Vec<Fetched>, ProviderError> {
        Ics::check(calendar)?;
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let reading = match last {
            Some(reading) => reading,
            // The run before this one ended in between.
            None => match self.client.download(None).await? {
                Answered::Read(reading, _) => {
                    let reading = Arc::new(reading);
                    *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(reading.clone());
                    reading
                }
                Answered::AsBefore(_) => {
                    return Err(ProviderError::Unreadable("the server says that nothing changed since never".into()));
                }
            },
        };
        texts(reading, objects).await
    }
}

impl Provider for Ics {
    fn capabilities(&self) -> Capabilities {
        Capabilities { writes: false, keeps_texts: false }
    }

    fn calendars(&self) -> Answer<'_, Vec<RemoteCalendar>> {
        Box::pin(self.describe())
    }

    fn changes<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        since: Option<&'a Cursor>,
        _: Window,
    ) -> Answer<'a, ChangePage> {
        Box::pin(self.page_of_changes(calendar, since))
    }

    fn wished_interval(&self) -> Option<TimeDelta> {
        *self.wished.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fetch<'a>(&'a self, calendar: &'a RemoteCalendarId, objects: &'a [RemoteObjectId]) -> Answer<'a, Vec<Fetched>> {
        Box::pin(self.fetch_texts(calendar, objects))
    }
}

/// The one calendar that a file is, which is called `otherwise` where it does not say itself.
fn described(description: Description, otherwise: &str) -> RemoteCalendar {
    let Description { name, description, color, time_zone, .. } = description;
    let name = name.unwrap_or_else(|| otherwise.to_owned());
    RemoteCalendar { description, color, time_zone, ..RemoteCalendar::read_only(Ics::calendar(), name) }
}

/// The texts of objects of a file, read on a thread of its own.
async fn texts(reading: Arc<Reading>, objects: &[RemoteObjectId]) -> Result<Vec<Fetched>, ProviderError> {
    let wanted = objects.to_vec();
    let texts = tokio::task::spawn_blocking(move || {
        let outcomes = wanted.into_iter().map(|id| {
            let outcome = reading.text(&id)?;
            Ok(Fetched { id, outcome })
        });
        outcomes.collect::<std::io::Result<Vec<_>>>()
    });
    let failed = |why: String| ProviderError::Transient { why, retry_after: None };
    texts.await.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(reading::lost(&error)))
}

/// All that is in a file, with from where to ask on.
fn everything(reading: &Reading, next: Cursor) -> ChangePage {
    let head =
        |(id, tag): (&RemoteObjectId, &RemoteTag)| RemoteHead { id: id.clone(), tag: Some(tag.clone()), text: None };
    let present = reading.objects().map(head).collect();
    ChangePage { coverage: Coverage::Everything, present, removed: Vec::new(), next, has_more: false }
}

/// Nothing has changed.
fn nothing_new(next: Cursor) -> ChangePage {
    let (present, removed) = (Vec::new(), Vec::new());
    ChangePage { coverage: Coverage::Changes, present, removed, next, has_more: false }
}

/// What became of the text of an object.
fn outcome(text: Result<String, String>, tag: &RemoteTag) -> FetchOutcome {
    match text {
        Ok(text) => FetchOutcome::Text { text, tag: Some(tag.clone()) },
        Err(why) => FetchOutcome::Unreadable { why },
    }
}
