//! Single instances of a series, each an event of its own in Graph (<https://learn.microsoft.com/graph/api/event-list-instances>).

use super::Graph;
use super::client::Ask;
use super::convert::{self, HeldObject, RemoteSeries};
use super::store::{keep_online_meeting, no_return, refused};
use super::wire::Event;
use chrono::{Days, NaiveDate, NaiveTime, SecondsFormat};
use http::Method;
use kalends_domain::sync::provider::{ProviderError, RemoteCalendarId};
use serde_json::Value;
use std::collections::BTreeSet;

impl Graph {
    /// Makes the instances of a series be what they are in `wanted`, one by one.
    pub(super) async fn store_instances(
        &self,
        calendar: &RemoteCalendarId,
        id: &str,
        wanted: &HeldObject,
    ) -> Result<(), ProviderError> {
        // As the series is now: with another rule or time, Exchange has forgotten exceptions.
        let Some(series) = self.read_object(calendar, id).await? else { return Err(ProviderError::Changed) };
        let current = convert::of_series(&series)?;
        no_return(&current, wanted)?;
        for date in wanted.cancelled.difference(&current.cancelled) {
            if let Some(instance) = self.instance(id, &series, &current, *date).await? {
                self.delete_event(calendar, &instance.id, None).await?;
            }
        }
        let dates: BTreeSet<NaiveDate> = wanted.exceptions.keys().chain(current.exceptions.keys()).copied().collect();
        for date in dates.difference(&wanted.cancelled) {
            let after = wanted.exceptions.get(date).cloned().unwrap_or_else(|| wanted.occurrence(*date));
            let before = current.exceptions.get(date).cloned().unwrap_or_else(|| current.occurrence(*date));
            let mut patch = convert::changed_fields(&before, &after);
            self.invite_nobody(&mut patch, [&current, wanted].map(|object| object.master.organizer.as_ref()));
            let Some(instance) = self.instance(id, &series, &current, *date).await? else {
                // It was an exception there, of a day that the rule has no more.
                if !wanted.exceptions.contains_key(date) {
                    continue;
                }
                return Err(ProviderError::Rejected(format!("Microsoft 365 has no instance on {date}")));
            };
            keep_online_meeting(&instance, &after, &mut patch)?;
            if !patch.is_empty() {
                // Under no condition of its own: all instances of a series have one ETag, which the one before has changed
                // (<https://learn.microsoft.com/graph/api/event-list-instances>, Example).
                let ask = Ask::new(Method::PATCH, self.event_url(calendar, &instance.id));
                let answer = self.client.send(ask.body(Value::Object(patch))).await?;
                if !answer.status.is_success() {
                    return Err(refused(&answer));
                }
            }
            self.respond(&instance.id, &before, &after).await?;
        }
        Ok(())
    }

    /// The event of an instance; `None`: there is none.
    async fn instance(
        &self,
        id: &str,
        series: &RemoteSeries,
        current: &HeldObject,
        date: NaiveDate,
    ) -> Result<Option<Event>, ProviderError> {
        let span = &current.master.span;
        let is_it = |event: &Event| convert::date_of_occurrence(event, span) == Ok(date);
        if let Some(exception) = series.exceptions.iter().find(|event| is_it(event)) {
            return Ok(Some(exception.clone()));
        }
        // Wide enough for every zone; an exception would have been found above, wherever it was moved to.
        let day = |date: Option<NaiveDate>| {
            date.unwrap_or_default().and_time(NaiveTime::MIN).and_utc().to_rfc3339_opts(SecondsFormat::Secs, true)
        };
        let (start, end) = (day(date.checked_sub_days(Days::new(1))), day(date.checked_add_days(Days::new(2))));
        let options = [("startDateTime", start.as_str()), ("endDateTime", end.as_str()), ("$top", "20")];
        let url = self.client.url(&["me", "events", id, "instances"], &options);
        let instances: Vec<Event> = self.client.list(url).await?;
        Ok(instances.into_iter().find(is_it))
    }
}
