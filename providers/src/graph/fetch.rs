//! Objects as they are over there: a single event, or a series with its exceptions and the instances that were taken out
//! (<https://learn.microsoft.com/graph/api/event-get>).

use super::Graph;
use super::client::{self, Ask};
use super::convert::{self, RemoteSeries};
use super::wire::{Event, EventType};
use kalends_domain::sync::provider::{
    FetchOutcome, Fetched, ProviderError, RemoteCalendarId, RemoteObjectId, RemoteTag,
};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use url::Url;

/// What is read of an event.
pub(super) const SELECT_SINGLE: &str = "id,type,seriesMasterId,iCalUId,subject,body,start,end,isAllDay,originalStart,originalStartTimeZone,\
originalEndTimeZone,recurrence,location,locations,attendees,organizer,isReminderOn,reminderMinutesBeforeStart,sensitivity,showAs,\
importance,categories,isCancelled,responseRequested,isOnlineMeeting,onlineMeetingProvider,onlineMeeting,createdDateTime,\
lastModifiedDateTime,changeKey";
/// The UID that an event was stored with from here.
pub(super) const EXPAND_UID: &str =
    "singleValueExtendedProperties($filter=id eq 'String {6f1d3c52-0b6e-4e57-8a39-5d1c7a9be204} Name KalendsUid')";

impl Graph {
    /// The address of an object with all that belongs to it. `cancelledOccurrences` and `exceptionOccurrences` are there only where an
    /// event is asked for by its id, and selects them (<https://learn.microsoft.com/graph/api/resources/event>).
    fn object_url(&self, calendar: &RemoteCalendarId, id: &str) -> Url {
        let select = format!("{SELECT_SINGLE},cancelledOccurrences,exceptionOccurrences");
        let expand = format!("exceptionOccurrences,{EXPAND_UID}");
        self.client.url(
            &["me", "calendars", &calendar.0, "events", id],
            &[("$select", select.as_str()), ("$expand", expand.as_str())],
        )
    }

    /// An object as it is now; `None`: it is gone.
    pub(super) async fn read_object(
        &self,
        calendar: &RemoteCalendarId,
        id: &str,
    ) -> Result<Option<RemoteSeries>, ProviderError> {
        let answer = self.client.send(Ask::get(self.object_url(calendar, id))).await?;
        match answer.status.as_u16() {
            404 | 410 => Ok(None),
            200 => self.completed(client::read(&answer)?).await.map(Some),
            _ => Err(client::failure(&answer)),
        }
    }

    async fn completed(&self, mut master: Event) -> Result<RemoteSeries, ProviderError> {
        let mut exceptions = std::mem::take(&mut master.exception_occurrences);
        if let Some(more) = master.more_exceptions.take() {
            exceptions.extend(self.client.list::<Event>(self.client.link(&more)?).await?);
        }
        Ok(RemoteSeries { master, exceptions })
    }

    pub(super) async fn fetch_texts(
        &self,
        calendar: &RemoteCalendarId,
        objects: &[RemoteObjectId],
    ) -> Result<Vec<Fetched>, ProviderError> {
        let urls: Vec<Url> = objects.iter().map(|id| self.object_url(calendar, &id.0)).collect();
        let mut all = Vec::with_capacity(objects.len());
        for (id, answer) in objects.iter().zip(self.client.batch(&urls).await?) {
            let outcome = match answer.status {
                404 | 410 => FetchOutcome::Gone,
                200 => match serde_json::from_value::<Event>(answer.body) {
                    Ok(event) => outcome(&self.completed(event).await?),
                    Err(error) => unreadable(&format!("Microsoft 365 gives an event that cannot be read: {error}")),
                },
                403 => unreadable("Microsoft 365 does not give the event"),
                status => unreadable(&format!("Microsoft 365 answered {status} to the event")),
            };
            all.push(Fetched { id: id.clone(), outcome });
        }
        Ok(all)
    }
}

fn unreadable(why: &str) -> FetchOutcome {
    FetchOutcome::Unreadable { why: why.to_owned() }
}

fn outcome(series: &RemoteSeries) -> FetchOutcome {
    match convert::of_series(series) {
        Ok(object) => FetchOutcome::Text { text: convert::to_text(&object), tag: tag(series) },
        Err(unfit) => unreadable(&format!("the event of Microsoft 365 cannot be kept here as it is: {}", unfit.0)),
    }
}

/// The text of an event that was listed; `None`: it has to be fetched by itself.
pub(super) fn single_text(event: Event) -> Option<String> {
    let series = RemoteSeries { master: event, exceptions: Vec::new() };
    convert::of_series(&series).ok().map(|object| convert::to_text(&object))
}

/// What an object is at: the ETag of a single event; of a series, what all its parts are at together.
pub(super) fn tag(series: &RemoteSeries) -> Option<RemoteTag> {
    let master = series.master.etag.clone()?;
    if series.master.kind != EventType::SeriesMaster {
        return Some(RemoteTag(master));
    }
    let mut parts = vec![master];
    for exception in &series.exceptions {
        parts.push(format!("{} {}", exception.id, exception.etag.as_deref()?));
    }
    parts.extend(series.master.cancelled_occurrences.iter().cloned());
    parts[1..].sort();
    let digest = Sha256::digest(parts.join("\n").as_bytes());
    let digest = digest[..16].iter().fold("series:".to_owned(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    });
    Some(RemoteTag(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uid_is_asked_for_where_it_is_kept() {
        assert!(EXPAND_UID.contains(convert::UID_PROPERTY));
    }
}
