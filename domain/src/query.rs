//! Searching a calendar (RFC 4791 section 7.8) and giving out parts of what was found (section 9.6).

use crate::access::{self, Access, Caller, Held};
use crate::calendars::CalendarId;
use crate::model::object::{Object, ObjectHead, ObjectId};
use crate::parsed::Candidates;
use crate::store::Transaction;
use crate::thread::on_a_thread;
use crate::{Kalends, Result};
use kalends_ical::CalendarObject;
use kalends_ical::project::{self, DataRequest};
use kalends_ical::query::Filter;
use kalends_ical::time::Zone;
use std::sync::Arc;

/// A calendar-query under way: how far [`Kalends::query_page`] has come.
pub struct Query {
    filter: Filter,
    candidates: Candidates,
}

impl Query {
    pub fn new(calendar: CalendarId, filter: Filter) -> Self {
        Query { candidates: Candidates::new(calendar, filter.window(), filter.kind()), filter }
    }
}

/// Whether `object` matches, or cannot be told not to.
fn may_match(filter: &Filter, object: &CalendarObject) -> Result<bool> {
    match filter.matches(object) {
        Err(kalends_ical::Error::TooManyInstances { .. }) => Ok(true),
        told => Ok(told?),
    }
}

impl Kalends {
    /// The next page of the heads of the objects that match a calendar-query filter (RFC 4791 section 7.8); `None` when none are
    /// left. One whose series is made so that it cannot be told in reasonable time is among them: it must not keep all the
    /// others back.
    ///
    /// Each page is read by itself: what changes between two pages is seen before or after the change.
    pub async fn query_page(&self, caller: Caller, query: &mut Query) -> Result<Option<Vec<ObjectHead>>> {
        let mut tx = self.db.read().await?;
        let held = access::calendar(&mut tx, caller, query.candidates.calendar, Access::Read).await?;
        if query.filter.is_only_kind() {
            let heads = query.candidates.next_heads(&mut tx).await?;
            return Ok(heads.map(|heads| heads.into_iter().map(|head| held.shown_head(head)).collect()));
        }
        let Some(candidates) = query.candidates.next_parsed(self, &mut tx).await? else { return Ok(None) };
        // What is shown otherwise than it is stored is searched as it is shown.
        let (altered, stored): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|(head, _)| held.alters(head));
        let altered = self.read_altered(&mut tx, caller, &held, altered).await?;
        // There are few connections that read.
        drop(tx);
        let (filter, limits) = (query.filter.clone(), self.limits.clone());
        on_a_thread(move || {
            let mut matching = Vec::new();
            for (head, object) in stored {
                if may_match(&filter, &object)? {
                    matching.push(head);
                }
            }
            for object in altered {
                if may_match(&filter, &CalendarObject::parse(&object.text, &limits.text)?)? {
                    matching.push(object.head);
                }
            }
            Ok(Some(matching))
        })
        .await
    }

    /// Objects that are shown otherwise than they are stored, as they are shown.
    async fn read_altered(
        &self,
        tx: &mut Transaction,
        caller: Caller,
        calendar: &Held,
        objects: Vec<(ObjectHead, Arc<CalendarObject>)>,
    ) -> Result<Vec<Object>> {
        let ids: Vec<ObjectId> = objects.iter().map(|(head, _)| head.id).collect();
        let texts = if ids.is_empty() { Vec::new() } else { tx.texts(&ids).await? };
        let objects = objects.into_iter().zip(texts).map(|((head, _), text)| Object { head, text }).collect();
        self.shown_objects(tx, caller, calendar, objects).await
    }

    /// What `request` asks for of `text`, that of an object (CALDAV:calendar-data, RFC 4791 section 9.6). `floating` is the zone that
    /// floating times and days are read in.
    ///
    /// # Errors
    /// `TooManyInstances`.
    pub async fn project(&self, text: String, request: &DataRequest, floating: &Zone) -> Result<String> {
        if request.is_everything() {
            return Ok(text);
        }
        let (request, floating, limits) = (request.clone(), floating.clone(), self.limits.clone());
        self.parse_on_a_thread(text.len(), move || {
            let parsed = CalendarObject::parse(&text, &limits.text)?;
            Ok(project::project(&parsed, &text, &request, &floating, limits.instances)?)
        })
        .await
    }
}
