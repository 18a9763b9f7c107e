//! What the agenda shows: instances in a span of days.

use crate::access::{self, Caller, Held, Way};
use crate::calendars::CalendarId;
use crate::objects::ObjectHead;
use crate::parsed::{Candidates, PAGE_OCTETS};
use crate::scheduling::addresses;
use crate::sight::with_own_transparency;
use crate::thread::on_a_thread;
use crate::{Kalends, Result};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use kalends_ical::entry::Entry;
use kalends_ical::instances::{Instance, Window, instances};
use kalends_ical::itip::{self, Addresses};
use kalends_ical::placement::When;
use kalends_ical::time::Zone;
use kalends_ical::value::Moment;
use kalends_ical::{CalendarObject, ComponentKind};
use std::sync::Arc;

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
    /// Whether whoever owns the calendar is invited and has not answered.
    pub is_unanswered: bool,
    /// Whether the caller may change it.
    pub editable: bool,
    /// Whether the caller learns when it is and nothing else: all that could name it is empty.
    pub busy: bool,
}

/// What of a calendar's events a caller is shown.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    pub editable: bool,
    /// Whether all are busy times.
    pub busy: bool,
    /// Whether those that are private are.
    pub hides_private: bool,
}

impl Shown {
    pub fn of(calendar: &Held) -> Self {
        let (busy, hides_private) = (!calendar.may_read(), !calendar.sees_private());
        Shown { editable: calendar.may_write(), busy, hides_private }
    }

    /// Whether an instance of this entry is a busy time and nothing else.
    pub fn is_busy_time(self, entry: &Entry) -> bool {
        self.busy || self.hides_private && entry.is_guarded()
    }
}

/// Whether the instance keeps somebody busy.
pub(crate) fn keeps_busy(entry: &Entry) -> bool {
    !entry.transparent && entry.status.as_deref() != Some("CANCELLED")
}

/// When somebody is busy; `None` where the instance does not keep them so.
fn busy_time(head: &ObjectHead, instance: &Instance, viewer: &Zone, entry: &Entry) -> Option<AgendaInstance> {
    keeps_busy(entry).then(|| AgendaInstance {
        calendar: head.calendar,
        name: String::new(),
        etag: String::new(),
        recurrence_id: None,
        summary: String::new(),
        location: None,
        when: When::seen(instance, viewer),
        transparent: false,
        status: None,
        is_unanswered: false,
        editable: false,
        busy: true,
    })
}

/// One object's events in a window, as the viewer sees them. `me`: whose invitations are looked for in it.
fn seen(
    object: &CalendarObject,
    head: &ObjectHead,
    window: Window,
    (viewer, me): (&Zone, Option<&Addresses>),
    limit: usize,
    shown: Shown,
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
        if shown.is_busy_time(entry) {
            return busy_time(head, &instance, viewer, entry);
        }
        Some(AgendaInstance {
            calendar: head.calendar,
            name: head.name.clone(),
            etag: head.etag.clone(),
            when: When::seen(&instance, viewer),
            recurrence_id: instance.recurrence_id,
            summary: entry.summary.clone().unwrap_or_default(),
            location: object.component(entry).property("LOCATION").map(|p| p.text()).filter(|l| !l.is_empty()),
            transparent: entry.transparent,
            status: entry.status.clone(),
            is_unanswered: me.is_some_and(|me| itip::is_unanswered(object.component(entry), me)),
            // An object of which a part is hidden is not the caller's to write.
            editable: shown.editable && !(shown.hides_private && head.guarded),
            busy: false,
        })
    });
    Ok(seen.collect())
}

impl Kalends {
    /// The instances of events in `calendars` that touch the days `from` to `to` (exclusive) in `viewer`'s zone, in the order of their starts
    /// (all-day before timed). Of calendars that the caller may not read, and of what is private, they are shown when somebody is busy.
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
        let is_by_link = matches!(caller.way, Way::Link(_));
        let ahead = |instance: &AgendaInstance| {
            // What keeps others busy is not next for the caller, who has no events of their own at a public link.
            (is_by_link || !instance.busy)
                && instance.status.as_deref() != Some("CANCELLED")
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
        let mut expansion =
            Expansion { window, viewer: viewer.clone(), limit: self.limits.instances, seen: Vec::new() };
        let (mut waiting, mut octets) = (Vec::new(), 0);
        for id in calendars {
            let Some(held) = access::seen(&mut tx, caller, *id).await? else { continue };
            let mut candidates = Candidates::new(*id, window, Some(ComponentKind::Event));
            let mut invited: Option<Arc<Addresses>> = None;
            while let Some(page) = candidates.next_parsed(self, &mut tx).await? {
                let page = with_own_transparency(&mut tx, caller, &held, page).await?;
                octets += page.iter().map(|(head, _)| head.size).sum::<usize>();
                let shown = Shown::of(&held);
                let is_own = held.owner().id == caller.principal && held.may_write();
                if is_own && invited.is_none() && page.iter().any(|(head, _)| head.schedule_tag.is_some()) {
                    invited = Some(Arc::new(addresses::of_calendar(&mut tx, &held).await?.invited));
                }
                waiting.extend(page.into_iter().map(|(head, object)| {
                    let me = invited.clone().filter(|_| head.schedule_tag.is_some());
                    (held.shown_head(head), object, shown, me)
                }));
                // What waits is bounded; most spans of most people have less, and give the connection back first.
                if octets > PAGE_OCTETS {
                    octets = 0;
                    expansion = expansion.with(std::mem::take(&mut waiting)).await?;
                }
            }
        }
        drop(tx);
        Ok(expansion.with(waiting).await?.seen)
    }
}

/// An object whose instances are to be worked out, and whose invitations are looked for in it.
type Waiting = (ObjectHead, Arc<CalendarObject>, Shown, Option<Arc<Addresses>>);

/// Instances that are worked out of objects as they come.
struct Expansion {
    window: Window,
    viewer: Zone,
    /// Most instances of one object.
    limit: usize,
    seen: Vec<AgendaInstance>,
}

impl Expansion {
    /// With the instances of `objects`.
    async fn with(mut self, objects: Vec<Waiting>) -> Result<Self> {
        on_a_thread(move || {
            for (head, object, shown, me) in objects {
                let viewer = (&self.viewer, me.as_deref());
                self.seen.extend(seen(&object, &head, self.window, viewer, self.limit, shown)?);
            }
            Ok(self)
        })
        .await
    }
}
