//! A file that somebody brought, as the calendar that it is. Another version of it is compared with the one before as a feed is: by what
//! its objects say, each known by its UID.

use super::error::ReadError;
use super::reading::{Reader, Reading, lost};
use super::{Ics, described, everything, nothing_new, texts};
use kalends_domain::sync::provider::{
    Answer, Capabilities, ChangePage, Cursor, Fetched, Provider, ProviderError, RemoteCalendar, RemoteCalendarId,
    RemoteObjectId,
};
use kalends_ical::feed::FeedError;
use kalends_ical::instances::Window;
use std::sync::Arc;

/// The provider for one version of a file.
pub struct UploadedFile {
    name: String,
    reading: Arc<Reading>,
}

/// How much of the file is taken apart at once, in octets.
const PIECE: usize = 64 * 1024;

impl UploadedFile {
    /// Takes a file apart that was called `name`.
    ///
    /// # Errors
    /// `Unreadable` for what is no calendar or breaks off, `Refused` for one with too many objects.
    pub async fn read(name: &str, content: Vec<u8>) -> Result<Self, ProviderError> {
        let failed = |why: String| ProviderError::Transient { why, retry_after: None };
        let reading = tokio::task::spawn_blocking(move || {
            let mut reader = Reader::new()?;
            for piece in content.chunks(PIECE) {
                reader.push(piece)?;
            }
            reader.finish()
        });
        let reading = reading.await.map_err(|error| failed(error.to_string()))?.map_err(|error| match error {
            ReadError::Feed(FeedError::Incomplete) => {
                ProviderError::Unreadable("the file breaks off before its end".into())
            }
            ReadError::Feed(FeedError::Nothing) => ProviderError::Unreadable("the file is empty".into()),
            ReadError::Feed(FeedError::NoCalendar(_)) => ProviderError::Unreadable("the file is no calendar".into()),
            ReadError::TooMany(max) => ProviderError::Refused(format!("the calendar has more than {max} objects")),
            ReadError::Disk(error) => failed(lost(&error)),
        })?;
        Ok(UploadedFile { name: name.to_owned(), reading: Arc::new(reading) })
    }

    fn page(&self, since: Option<&Cursor>) -> ChangePage {
        let next = Cursor(format!("content {}", self.reading.content()));
        if since == Some(&next) { nothing_new(next) } else { everything(&self.reading, next) }
    }
}

impl Provider for UploadedFile {
    fn capabilities(&self) -> Capabilities {
        Capabilities { writes: false, keeps_texts: false }
    }

    fn calendars(&self) -> Answer<'_, Vec<RemoteCalendar>> {
        Box::pin(async {
            let file = self.name.strip_suffix(".ics").unwrap_or(&self.name);
            Ok(vec![described(self.reading.description(), file)])
        })
    }

    fn changes<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        since: Option<&'a Cursor>,
        _: Window,
    ) -> Answer<'a, ChangePage> {
        Box::pin(async move {
            Ics::check(calendar)?;
            Ok(self.page(since))
        })
    }

    fn fetch<'a>(&'a self, calendar: &'a RemoteCalendarId, objects: &'a [RemoteObjectId]) -> Answer<'a, Vec<Fetched>> {
        Box::pin(async move {
            Ics::check(calendar)?;
            texts(self.reading.clone(), objects).await
        })
    }
}
