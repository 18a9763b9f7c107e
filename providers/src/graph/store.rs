//! Storing and deleting objects, each under the condition that it is at what it is thought to be at.

use super::Graph;
use super::client::{self, Ask};
use super::convert::{self, HeldEvent, HeldObject, Person, RemoteSeries, Response, UID_PROPERTY, Unfit, same_address};
use super::fetch;
use super::wire::{Calendar, Event, Page};
use crate::outbound::Answer;
use chrono::Utc;
use http::Method;
use kalends_domain::sync::provider::{ProviderError, RemoteCalendarId, RemoteObjectId, RemoteTag, Stored, StoredText};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::sync::atomic::Ordering;
use url::Url;

/// What can be compared in a filter, in characters.
const MAX_FILTERED: usize = 255;

impl From<Unfit> for ProviderError {
    fn from(unfit: Unfit) -> Self {
        ProviderError::Rejected(unfit.to_string())
    }
}

impl Graph {
    pub(super) fn event_url(&self, calendar: &RemoteCalendarId, id: &str) -> Url {
        self.client.url(&["me", "calendars", &calendar.0, "events", id], &[])
    }

    /// <https://learn.microsoft.com/graph/api/calendar-post-events>
    pub(super) async fn store_new(
        &self,
        calendar: &RemoteCalendarId,
        uid: &str,
        text: &str,
    ) -> Result<Stored, ProviderError> {
        let wanted = convert::of_text(text)?;
        let organizer = wanted.master.organizer.as_ref();
        if organizer.is_some_and(|organizer| !self.is_me(&organizer.address)) {
            // Stored as an event of this account, it would invite everybody once more, and in another's name.
            return Err(Unfit::new("an invitation of somebody else that did not come to it by mail").into());
        }
        if wanted.master.is_cancelled {
            return Err(Unfit::new("an event that was cancelled before it came to it").into());
        }
        if let Some(by) = self.object_with_uid(calendar, uid).await? {
            return Err(ProviderError::UidTaken { by: Some(by) });
        }
        let mut body = convert::fields(&wanted);
        self.invite_nobody(&mut body, [organizer, None]);
        if self.is_for_teams(calendar, &wanted.master, text).await? {
            convert::hold_in_teams(&mut body);
        }
        body.insert("singleValueExtendedProperties".into(), json!([{ "id": UID_PROPERTY, "value": uid }]));
        // What was sent twice within an hour because the first answer was lost is made once
        // (<https://learn.microsoft.com/graph/api/resources/event>, transactionId).
        let hour = Utc::now().timestamp() / 3600;
        let digest = Sha256::digest(format!("{hour}\n{}\n{uid}\n{text}", calendar.0).as_bytes());
        body.insert(
            "transactionId".into(),
            json!(uuid::Uuid::from_slice(&digest[..16]).unwrap_or_default().to_string()),
        );
        let url = self.client.url(&["me", "calendars", &calendar.0, "events"], &[]);
        let answer = self.client.send(Ask::new(Method::POST, url).body(Value::Object(body))).await?;
        if !answer.status.is_success() {
            return Err(refused(&answer));
        }
        let event: Event = client::read(&answer)?;
        let id = RemoteObjectId(event.id);
        if !(wanted.exceptions.is_empty() && wanted.cancelled.is_empty())
            && let Err(error) = self.store_instances(calendar, &id.0, &wanted).await
        {
            // What cannot be whole is not left there as something else.
            if matches!(error, ProviderError::Rejected(_)) {
                self.delete_object(calendar, &id, None).await?;
            }
            return Err(error);
        }
        Ok(Stored { id, text: StoredText::ToBeReadBack })
    }

    /// Takes out of what is sent whom it would invite, or uninvite, unless that is wanted and the meeting is this account's, on both sides: whoever is
    /// among the attendees of an event is sent mail by Exchange (<https://learn.microsoft.com/graph/api/calendar-post-events>).
    pub(super) fn invite_nobody(&self, fields: &mut Map<String, Value>, organizers: [Option<&Person>; 2]) {
        let is_ours = organizers.iter().flatten().all(|organizer| self.is_me(&organizer.address));
        if !(self.invites.load(Ordering::Relaxed) && is_ours) {
            fields.remove("attendees");
            fields.remove("responseRequested");
        }
    }

    /// Whether a new event is to be a meeting in Teams: that is wanted, somebody is to come, they do not meet elsewhere already, and the
    /// calendar can have such meetings (<https://learn.microsoft.com/graph/outlook-calendar-online-meetings>).
    async fn is_for_teams(
        &self,
        calendar: &RemoteCalendarId,
        event: &HeldEvent,
        text: &str,
    ) -> Result<bool, ProviderError> {
        if !self.online.load(Ordering::Relaxed) || event.attendees.is_empty() || convert::has_conference(text) {
            return Ok(false);
        }
        let can = self.teams.get_or_try_init(async || {
            let options = [("$select", "allowedOnlineMeetingProviders")];
            let url = self.client.url(&["me", "calendars", &calendar.0], &options);
            let calendar: Calendar = self.client.get(Ask::get(url)).await?;
            Ok(calendar.allowed_online_meeting_providers.iter().any(|name| name == convert::TEAMS))
        });
        can.await.copied()
    }

    fn is_me(&self, address: &str) -> bool {
        self.account.addresses.iter().any(|own| same_address(own, address))
    }

    /// The object that was stored with a UID, or has it from elsewhere.
    async fn object_with_uid(
        &self,
        calendar: &RemoteCalendarId,
        uid: &str,
    ) -> Result<Option<RemoteObjectId>, ProviderError> {
        if uid.chars().count() > MAX_FILTERED {
            return Ok(None);
        }
        let quoted = uid.replace('\'', "''");
        let filters = [
            format!("singleValueExtendedProperties/any(ep: ep/id eq '{UID_PROPERTY}' and ep/value eq '{quoted}')"),
            format!("iCalUId eq '{quoted}'"),
        ];
        let urls = filters.map(|filter| {
            let options = [("$filter", filter.as_str()), ("$select", "id,type,seriesMasterId"), ("$top", "5")];
            self.client.url(&["me", "calendars", &calendar.0, "events"], &options)
        });
        for answer in self.client.batch(&urls).await? {
            let page = serde_json::from_value::<Page<Event>>(answer.body).ok().filter(|_| answer.status == 200);
            if let Some(event) = page.and_then(|page| page.value.into_iter().next()) {
                return Ok(Some(RemoteObjectId(event.series_master_id.unwrap_or(event.id))));
            }
        }
        Ok(None)
    }

    /// <https://learn.microsoft.com/graph/api/event-update>: only what has changed is sent.
    pub(super) async fn store_again(
        &self,
        calendar: &RemoteCalendarId,
        id: &RemoteObjectId,
        tag: Option<&RemoteTag>,
        text: &str,
    ) -> Result<Stored, ProviderError> {
        let wanted = convert::of_text(text)?;
        let Some(series) = self.read_object(calendar, &id.0).await? else { return Err(ProviderError::Changed) };
        if tag.is_some() && tag != fetch::tag(&series).as_ref() {
            return Err(ProviderError::Changed);
        }
        let current = convert::of_series(&series)?;
        let mut patch = master_patch(&series, &current, &wanted)?;
        self.invite_nobody(&mut patch, [&current, &wanted].map(|object| object.master.organizer.as_ref()));
        let is_otherwise = patch.contains_key("start") || patch.contains_key("recurrence");
        if !is_otherwise {
            no_return(&current, &wanted)?;
        }
        if !patch.is_empty() {
            let etag = tag.and(series.master.etag.as_deref());
            let ask =
                Ask::new(Method::PATCH, self.event_url(calendar, &id.0)).if_match(etag).body(Value::Object(patch));
            let answer = self.client.send(ask).await?;
            if !answer.status.is_success() {
                return Err(refused(&answer));
            }
        }
        self.respond(&id.0, &current.master, &wanted.master).await?;
        let has_instances = |object: &HeldObject| !(object.exceptions.is_empty() && object.cancelled.is_empty());
        if wanted.recurrence.is_some() && (has_instances(&wanted) || has_instances(&current)) {
            self.store_instances(calendar, &id.0, &wanted).await?;
        }
        Ok(Stored { id: id.clone(), text: StoredText::ToBeReadBack })
    }

    /// Answers an invitation (<https://learn.microsoft.com/graph/api/event-accept>): what an attendee said cannot be written otherwise.
    pub(super) async fn respond(&self, id: &str, current: &HeldEvent, wanted: &HeldEvent) -> Result<(), ProviderError> {
        let own = |event: &HeldEvent| {
            event
                .attendees
                .iter()
                .find(|attendee| self.is_me(&attendee.person.address))
                .map(|attendee| attendee.response)
        };
        let action = match (own(current), own(wanted)) {
            (Some(before), Some(after)) if before != after => match after {
                Response::Accepted => "accept",
                Response::Tentative => "tentativelyAccept",
                Response::Declined => "decline",
                // An answer cannot be taken back.
                Response::None => return Ok(()),
            },
            _ => return Ok(()),
        };
        let url = self.client.url(&["me", "events", id, action], &[]);
        let answer = self.client.send(Ask::new(Method::POST, url).body(json!({ "sendResponse": true }))).await?;
        if answer.status.is_success() { Ok(()) } else { Err(refused(&answer)) }
    }

    /// <https://learn.microsoft.com/graph/api/event-delete>
    pub(super) async fn delete_object(
        &self,
        calendar: &RemoteCalendarId,
        id: &RemoteObjectId,
        tag: Option<&RemoteTag>,
    ) -> Result<(), ProviderError> {
        let mut etag = None;
        if let Some(tag) = tag {
            let Some(series) = self.read_object(calendar, &id.0).await? else { return Ok(()) };
            if fetch::tag(&series).as_ref() != Some(tag) {
                return Err(ProviderError::Changed);
            }
            etag = series.master.etag;
        }
        self.delete_event(calendar, &id.0, etag.as_deref()).await
    }

    pub(super) async fn delete_event(
        &self,
        calendar: &RemoteCalendarId,
        id: &str,
        etag: Option<&str>,
    ) -> Result<(), ProviderError> {
        let ask = Ask::new(Method::DELETE, self.event_url(calendar, id)).if_match(etag);
        let answer = self.client.send(ask).await?;
        match answer.status.as_u16() {
            200 | 202 | 204 | 404 | 410 => Ok(()),
            _ => Err(refused(&answer)),
        }
    }
}

/// What is to be changed of a single event or a series master.
fn master_patch(
    series: &RemoteSeries,
    current: &HeldObject,
    wanted: &HeldObject,
) -> Result<Map<String, Value>, ProviderError> {
    let mut patch = convert::changed_fields(&current.master, &wanted.master);
    keep_online_meeting(&series.master, &wanted.master, &mut patch)?;
    if wanted.master.is_cancelled && !current.master.is_cancelled {
        return Err(Unfit::new("an event that is cancelled and still there").into());
    }
    let [before, after] =
        [convert::fields(current), convert::fields(wanted)].map(|mut fields| fields.remove("recurrence"));
    if before != after {
        patch.insert("recurrence".into(), after.unwrap_or(Value::Null));
    }
    Ok(patch)
}

/// An online meeting keeps in its body what makes it one.
pub(super) fn keep_online_meeting(
    event: &Event,
    wanted: &HeldEvent,
    patch: &mut Map<String, Value>,
) -> Result<(), ProviderError> {
    if event.is_online_meeting && patch.contains_key("body") {
        let html = event.body.as_ref().map(|body| body.content.as_str()).unwrap_or_default();
        patch.insert("body".into(), convert::for_online_meeting(html, &wanted.body)?);
    }
    Ok(())
}

/// An instance that was taken out of a series does not come back to it, as long as the series is what it is.
pub(super) fn no_return(current: &HeldObject, wanted: &HeldObject) -> Result<(), ProviderError> {
    match current.cancelled.difference(&wanted.cancelled).next() {
        Some(date) if wanted.recurrence.is_some() => Err(ProviderError::Rejected(format!(
            "Microsoft 365 cannot bring back the instance of {date}, which was deleted there"
        ))),
        _ => Ok(()),
    }
}

/// Why something was not stored. What is gone has changed.
pub(super) fn refused(answer: &Answer) -> ProviderError {
    let code = client::refusal(&answer.body).error.code;
    let is_conflict = ["errorirresolvableconflict", "errorstaleobject"].contains(&code.to_ascii_lowercase().as_str());
    match answer.status.as_u16() {
        404 | 410 => ProviderError::Changed,
        409 if is_conflict => ProviderError::Changed,
        _ => client::failure(answer),
    }
}
