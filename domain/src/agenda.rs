//! What the agenda shows and does: instances in a span of days, and edits as operations on stored objects.

use crate::access::{self, Access, Caller};
use crate::calendars::{Calendar, CalendarId};
use crate::objects::{ObjectHead, Precondition, Written, free_name, index, lock_both, remove, store};
use crate::parsed::Candidates;
use crate::retry::retry;
use crate::store::Transaction;
use crate::{Error, Kalends, Result};
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use kalends_ical::edit::{self, EventDraft, NewObject, Scope};
use kalends_ical::instances::{Instance, Window, instances};
use kalends_ical::time::Zone;
use kalends_ical::value::Moment;
use kalends_ical::{CalendarObject, ComponentKind};

/// How far ahead [`Kalends::upcoming`] looks, in days, until it has enough: near first, since most people's next events are near.
const HORIZONS: [i64; 4] = [14, 120, 3 * 366, 30 * 366];

/// One instance as a person in one time zone sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgendaInstance {
    pub calendar: CalendarId,
    /// Name of the object.
    pub name: String,
    pub etag: String,
    /// Set for an instance of a recurring event.
    pub recurrence_id: Option<Moment>,
    pub summary: String,
    pub location: Option<String>,
    pub when: When,
    /// TRANSP:TRANSPARENT.
    pub transparent: bool,
    /// STATUS:CANCELLED or TENTATIVE and so on, upper case.
    pub status: Option<String>,
    /// Whether the caller may change it.
    pub editable: bool,
}

/// Where an instance stands on the viewer's screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Days, `last` included.
    Days { first: NaiveDate, last: NaiveDate },
    /// Wall-clock times in the viewer's zone; `end` is exclusive.
    Times { start: NaiveDateTime, end: NaiveDateTime },
}

/// An event opened in the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDetails {
    pub calendar: CalendarId,
    pub name: String,
    pub etag: String,
    pub recurrence_id: Option<Moment>,
    pub recurring: bool,
    pub draft: EventDraft,
    pub editable: bool,
}

/// One change from the agenda.
#[derive(Clone, Debug)]
pub struct EventChange<'a> {
    pub calendar: CalendarId,
    pub name: &'a str,
    /// The version that the person saw; another version is `PreconditionFailed`.
    pub etag: &'a str,
    pub scope: Scope,
}

impl When {
    /// Sorts by day, whole days before times.
    fn order(&self) -> (NaiveDateTime, bool) {
        match self {
            When::Days { first, .. } => (first.and_time(NaiveTime::MIN), false),
            When::Times { start, .. } => (*start, true),
        }
    }

    fn of(instance: &Instance, viewer: &Zone) -> When {
        match (&instance.start, &instance.end) {
            (Moment::Date(first), Moment::Date(end)) => {
                When::Days { first: *first, last: (*end - Days::new(1)).max(*first) }
            }
            _ => When::Times { start: viewer.to_local(instance.start_utc), end: viewer.to_local(instance.end_utc) },
        }
    }
}

/// One object's events in a window, as the viewer sees them.
fn seen(
    object: &CalendarObject,
    head: &ObjectHead,
    window: Window,
    viewer: &Zone,
    limit: usize,
    editable: bool,
) -> Result<Vec<AgendaInstance>> {
    let found = match instances(object, window, viewer, limit) {
        // One series of too many instances must not hide all the others.
        Err(kalends_ical::Error::TooManyInstances { .. }) => {
            tracing::warn!(calendar = head.calendar.0, name = %head.name, "too many instances to be shown");
            return Ok(Vec::new());
        }
        found => found?,
    };
    let seen = found.into_iter().filter_map(|instance| {
        let entry = match instance.override_index {
            Some(index) => &object.overrides[index],
            None => object.master.as_ref()?,
        };
        Some(AgendaInstance {
            calendar: head.calendar,
            name: head.name.clone(),
            etag: head.etag.clone(),
            when: When::of(&instance, viewer),
            recurrence_id: instance.recurrence_id,
            summary: entry.summary.clone().unwrap_or_default(),
            location: object.component(entry).property("LOCATION").map(|p| p.text()).filter(|l| !l.is_empty()),
            transparent: entry.transparent,
            status: entry.status.clone(),
            editable,
        })
    });
    Ok(seen.collect())
}

impl Kalends {
    /// The instances of events in `calendars` that touch the days `from` to `to` (exclusive) in `viewer`'s zone, in the order of their starts
    /// (all-day before timed). Calendars that the caller may not read are left out.
    pub async fn agenda(
        &self,
        caller: Caller,
        calendars: &[CalendarId],
        from: NaiveDate,
        to: NaiveDate,
        viewer: Tz,
    ) -> Result<Vec<AgendaInstance>> {
        let zone = Zone::Iana(viewer);
        let midnight = |day: NaiveDate| Some(zone.to_utc(day.and_time(NaiveTime::MIN)));
        let mut seen = self.seen(caller, calendars, Window { start: midnight(from), end: midnight(to) }, &zone).await?;
        seen.sort_by_cached_key(|instance| (instance.when.order(), instance.summary.clone()));
        Ok(seen)
    }

    /// The next `limit` instances that are not cancelled: one that is on at `now` counts, an all-day one counts through its last day in
    /// `viewer`'s zone.
    pub async fn upcoming(
        &self,
        caller: Caller,
        calendars: &[CalendarId],
        now: DateTime<Utc>,
        viewer: Tz,
        limit: usize,
    ) -> Result<Vec<AgendaInstance>> {
        let zone = Zone::Iana(viewer);
        let local = zone.to_local(now);
        let midnight = zone.to_utc(local.date().and_time(NaiveTime::MIN));
        let ahead = |instance: &AgendaInstance| {
            instance.status.as_deref() != Some("CANCELLED")
                && match instance.when {
                    When::Days { last, .. } => last >= local.date(),
                    When::Times { start, end } => end > local || start >= local,
                }
        };
        let mut next = Vec::new();
        for days in HORIZONS {
            next = self
                .seen(
                    caller,
                    calendars,
                    Window { start: Some(midnight), end: Some(midnight + TimeDelta::days(days)) },
                    &zone,
                )
                .await?;
            next.retain(ahead);
            if next.len() >= limit {
                break;
            }
        }
        next.sort_by_cached_key(|instance| (instance.when.order(), instance.summary.clone()));
        next.truncate(limit);
        Ok(next)
    }

    async fn seen(
        &self,
        caller: Caller,
        calendars: &[CalendarId],
        window: Window,
        viewer: &Zone,
    ) -> Result<Vec<AgendaInstance>> {
        let mut tx = self.db.read().await?;
        let mut all = Vec::new();
        for id in calendars {
            let Some(held) = access::readable(&mut tx, caller, *id).await? else { continue };
            let mut candidates = Candidates::new(*id, window, Some(ComponentKind::Event));
            while let Some(page) = candidates.next_parsed(self, &mut tx).await? {
                for (_, head, object) in page {
                    all.extend(seen(&object, &head, window, viewer, self.limits.instances, held.may_write())?);
                }
            }
        }
        Ok(all)
    }

    /// The event, or one instance of it, as the form shows it.
    ///
    /// # Errors
    /// `NotFound` for what is not there or not an event.
    pub async fn event(
        &self,
        caller: Caller,
        calendar: CalendarId,
        name: &str,
        instance: Option<&Moment>,
    ) -> Result<EventDetails> {
        let mut tx = self.db.read().await?;
        let held = access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        let (head, _, object) = self.stored_event(&mut tx, calendar, name).await?;
        Ok(EventDetails {
            calendar,
            name: head.name,
            etag: head.etag,
            recurrence_id: instance.cloned(),
            recurring: object.recurs(),
            draft: edit::draft_of(&object, instance)?,
            editable: held.may_write(),
        })
    }

    /// Stores a new event; yields the name of its object.
    pub async fn create_event(
        &self,
        caller: Caller,
        calendar: CalendarId,
        draft: &EventDraft,
    ) -> Result<(String, Written)> {
        let new = edit::new_event(draft, Utc::now())?;
        retry(async || {
            let mut tx = self.db.write().await?;
            let calendar = access::calendar_to_change(&mut tx, caller, calendar, Access::Write).await?;
            let written = self.store_new(&mut tx, &calendar, &new).await?;
            tx.commit().await?;
            Ok(written)
        })
        .await
    }

    /// Applies `draft` to the instances of `change.scope`, and moves the whole object when `to` is another calendar.
    ///
    /// # Errors
    /// `PreconditionFailed` when the event is no longer as the person saw it; `BadInput` for a draft that cannot be, and for
    /// a part of a series that should move to another calendar.
    pub async fn update_event(
        &self,
        caller: Caller,
        change: EventChange<'_>,
        draft: &EventDraft,
        to: CalendarId,
    ) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            lock_both(&mut tx, change.calendar, to).await?;
            let calendar = access::calendar(&mut tx, caller, change.calendar, Access::Write).await?;
            let (head, text, object) = self.stored_event(&mut tx, change.calendar, change.name).await?;
            // Before the edit, which may find that the instance is gone.
            if head.etag != change.etag {
                return Err(Error::PreconditionFailed);
            }
            let edited = edit::update(&object, &text, &change.scope, draft, Utc::now())?;
            let seen = Precondition::Matches(vec![change.etag.to_owned()]);
            let text = match edited.text {
                Some(text) => text,
                None => {
                    remove(&mut tx, calendar.id, change.name, &seen).await?;
                    self.store_split(&mut tx, &calendar, edited.split).await?;
                    return tx.commit().await;
                }
            };
            if to == calendar.id {
                store(&mut tx, &calendar, change.name, &text, &index(&text, &self.limits)?, &seen, &self.limits)
                    .await?;
                self.store_split(&mut tx, &calendar, edited.split).await?;
            } else {
                if object.recurs() && !matches!(change.scope, Scope::All { .. }) {
                    return Err(Error::bad_input("calendar", "only a whole series can move to another calendar"));
                }
                let target = access::calendar(&mut tx, caller, to, Access::Write).await?;
                remove(&mut tx, calendar.id, change.name, &seen).await?;
                self.store_moved(&mut tx, &target, change.name, &text).await?;
            }
            tx.commit().await
        })
        .await
    }

    /// Removes the instances of `change.scope`.
    ///
    /// # Errors
    /// `PreconditionFailed` when the event is no longer as the person saw it.
    pub async fn delete_event(&self, caller: Caller, change: EventChange<'_>) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            let calendar = access::calendar_to_change(&mut tx, caller, change.calendar, Access::Write).await?;
            let (head, text, object) = self.stored_event(&mut tx, change.calendar, change.name).await?;
            // Before the edit, which may find that the instance is gone.
            if head.etag != change.etag {
                return Err(Error::PreconditionFailed);
            }
            let seen = Precondition::Matches(vec![change.etag.to_owned()]);
            match edit::remove(&object, &text, &change.scope, Utc::now())?.text {
                Some(text) => drop(
                    store(&mut tx, &calendar, change.name, &text, &index(&text, &self.limits)?, &seen, &self.limits)
                        .await?,
                ),
                None => remove(&mut tx, calendar.id, change.name, &seen).await?,
            }
            tx.commit().await
        })
        .await
    }

    async fn stored_event(
        &self,
        tx: &mut Transaction,
        calendar: CalendarId,
        name: &str,
    ) -> Result<(ObjectHead, String, CalendarObject)> {
        let stored = tx.object(calendar, name).await?.filter(|object| object.head.kind == ComponentKind::Event);
        let stored = stored.ok_or(Error::NotFound("the event"))?;
        let object = CalendarObject::parse(&stored.text, &self.limits.text)?;
        Ok((stored.head, stored.text, object))
    }

    async fn store_split(&self, tx: &mut Transaction, calendar: &Calendar, split: Option<NewObject>) -> Result<()> {
        if let Some(new) = split {
            self.store_new(tx, calendar, &new).await?;
        }
        Ok(())
    }

    /// Stores what comes from another calendar under its own name, or under another where that one is taken.
    async fn store_moved(&self, tx: &mut Transaction, target: &Calendar, name: &str, text: &str) -> Result<()> {
        let index = index(text, &self.limits)?;
        if tx.name_of_uid(target.id, &index.uid).await?.is_some() {
            return Err(Error::bad_input("calendar", "that calendar holds this event already"));
        }
        let name = match tx.object_head(target.id, name).await? {
            None => name.to_owned(),
            Some(_) => free_name(tx, target.id, &index.uid).await?,
        };
        store(tx, target, &name, text, &index, &Precondition::Absent, &self.limits).await?;
        Ok(())
    }

    async fn store_new(&self, tx: &mut Transaction, calendar: &Calendar, new: &NewObject) -> Result<(String, Written)> {
        let name = format!("{}.ics", new.uid);
        let written = store(
            tx,
            calendar,
            &name,
            &new.text,
            &index(&new.text, &self.limits)?,
            &Precondition::Absent,
            &self.limits,
        )
        .await?;
        Ok((name, written))
    }
}
