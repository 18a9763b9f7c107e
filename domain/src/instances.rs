//! Instances of events as programs ask for them: in a window, with their times as they are written, in pieces.

use crate::access::{self, Access, Caller, Held};
use crate::agenda::{Shown, keeps_busy};
use crate::calendars::CalendarId;
use crate::events::stored_event;
use crate::objects::{Object, ObjectHead};
use crate::parsed::Candidates;
use crate::sight::with_own_transparency;
use crate::thread::on_a_thread;
use crate::{Kalends, Result};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use kalends_ical::entry::{Class, Entry};
use kalends_ical::instances::{Instance, Window, instances};
use kalends_ical::syntax::Property;
use kalends_ical::time::Zone;
use kalends_ical::value::Moment;
use kalends_ical::{CalendarObject, ComponentKind, edit, escape};
use std::sync::Arc;

/// Most objects that are named as having too many instances.
const MAX_OMITTED: usize = 100;

/// What an event says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventTexts {
    pub summary: Option<String>,
    pub description: Option<String>,
    pub location: Option<String>,
    pub url: Option<String>,
    /// STATUS, upper case.
    pub status: Option<String>,
    /// TRANSP:TRANSPARENT.
    pub transparent: bool,
    pub class: Class,
    pub categories: Vec<String>,
}

impl EventTexts {
    fn of(object: &CalendarObject, entry: &Entry) -> Self {
        let component = object.component(entry);
        let text = |name| component.property(name).map(Property::text).filter(|text| !text.is_empty());
        EventTexts {
            summary: text("SUMMARY"),
            description: text("DESCRIPTION"),
            location: text("LOCATION"),
            url: text("URL"),
            status: entry.status.clone(),
            transparent: entry.transparent,
            class: entry.class,
            categories: component.properties("CATEGORIES").flat_map(|list| escape::text_list(&list.value)).collect(),
        }
    }
}

/// An event that the caller sees more of than when it is, or one instance of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenEvent {
    /// Of its object.
    pub name: String,
    pub uid: String,
    pub etag: String,
    /// RECURRENCE-ID of the instance; `None` for an event that does not recur, and for the series itself.
    pub recurrence_id: Option<Moment>,
    pub recurring: bool,
    /// The value of the RRULE of the series.
    pub rule: Option<String>,
    pub texts: EventTexts,
    /// Whether the caller may change it.
    pub editable: bool,
}

/// One instance in a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenInstance {
    pub calendar: CalendarId,
    pub start: Moment,
    /// Exclusive; a date where the start is one.
    pub end: Moment,
    /// Floating times and days are read in the viewer's zone.
    pub start_utc: DateTime<Utc>,
    pub end_utc: DateTime<Utc>,
    /// `None`: the caller learns when it is and nothing else. Its times are dates or UTC then.
    pub event: Option<SeenEvent>,
}

/// An event that was asked for by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedEvent {
    pub calendar: CalendarId,
    pub event: SeenEvent,
    pub start: Moment,
    /// Exclusive; a date where the start is one.
    pub end: Moment,
    /// The same in UTC; floating times and days are read in UTC.
    pub start_utc: DateTime<Utc>,
    pub end_utc: DateTime<Utc>,
}

/// How far a list of instances was read: what comes next begins at `start` or later. Among those of the same times in the same calendar
/// `skip` were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceCursor {
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    pub calendar: CalendarId,
    pub skip: usize,
}

impl InstanceCursor {
    fn key(&self) -> (DateTime<Utc>, DateTime<Utc>, CalendarId) {
        (self.start, self.end, self.calendar)
    }
}

/// Which instances are asked for.
#[derive(Clone, Debug)]
pub struct InstanceQuery {
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub to: DateTime<Utc>,
    /// The zone that floating times and days are read in.
    pub viewer: Tz,
    /// Where the list goes on.
    pub after: Option<InstanceCursor>,
    /// Most instances that are yielded.
    pub limit: usize,
}

/// Some instances, in the order of their starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstancePage {
    pub instances: Vec<SeenInstance>,
    /// Where the list goes on; `None`: that was all.
    pub next: Option<InstanceCursor>,
    /// Objects of more instances than can be listed, of which there are none above: a hundred at most.
    pub omitted: Vec<(CalendarId, String)>,
}

impl SeenInstance {
    fn key(&self) -> (DateTime<Utc>, DateTime<Utc>, CalendarId) {
        (self.start_utc, self.end_utc, self.calendar)
    }

    /// Among those of one key, so that a list that is asked for twice is the same.
    fn name(&self) -> (&str, &str) {
        self.event.as_ref().map_or(("", ""), |event| (&event.name, &event.uid))
    }
}

/// The first instances of the list that come after a cursor.
struct First {
    after: Option<InstanceCursor>,
    wanted: usize,
    kept: Vec<SeenInstance>,
}

impl First {
    fn new(query: &InstanceQuery) -> Self {
        let skipped = query.after.map_or(0, |cursor| cursor.skip);
        First { after: query.after, wanted: query.limit + skipped + 1, kept: Vec::new() }
    }

    fn add(&mut self, instance: SeenInstance) {
        if self.after.is_some_and(|after| instance.key() < after.key()) {
            return;
        }
        self.kept.push(instance);
        // What is in memory does not grow with the window.
        if self.kept.len() >= self.wanted * 2 + 1000 {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        self.kept.sort_by(|one, other| (one.key(), one.name()).cmp(&(other.key(), other.name())));
        self.kept.truncate(self.wanted);
    }

    fn page(mut self, limit: usize) -> (Vec<SeenInstance>, Option<InstanceCursor>) {
        self.shorten();
        let skipped = match self.after {
            Some(after) => {
                let same = self.kept.iter().take_while(|instance| instance.key() == after.key()).count();
                self.kept.drain(..same.min(after.skip)).count()
            }
            None => 0,
        };
        let more = self.kept.len() > limit;
        self.kept.truncate(limit);
        let next = self.kept.last().filter(|_| more).map(|last| {
            let same = self.kept.iter().rev().take_while(|instance| instance.key() == last.key()).count();
            // Those that this piece began with may be of the same key as the ones that were skipped.
            let before = if self.after.is_some_and(|after| after.key() == last.key()) { skipped } else { 0 };
            let (start, end, calendar) = last.key();
            InstanceCursor { start, end, calendar, skip: same + before }
        });
        (self.kept, next)
    }
}

struct Expansion {
    window: Window,
    viewer: Zone,
    /// Most instances of one object.
    limit: usize,
    first: First,
    omitted: Vec<(CalendarId, String)>,
}

impl Expansion {
    fn add(&mut self, object: &CalendarObject, head: &ObjectHead, shown: Shown) -> Result<()> {
        let found = match instances(object, self.window, &self.viewer, self.limit) {
            // One series of too many instances must not hide all the others.
            Err(kalends_ical::Error::TooManyInstances { .. }) => {
                let is_hidden = shown.busy || shown.hides_private && head.guarded;
                if !is_hidden && self.omitted.len() < MAX_OMITTED {
                    self.omitted.push((head.calendar, head.name.clone()));
                }
                return Ok(());
            }
            found => found?,
        };
        for instance in found {
            let entry = match instance.override_index {
                Some(index) => object.overrides.get(index),
                None => object.master.as_ref(),
            };
            let Some(entry) = entry else { continue };
            if shown.is_busy_time(entry) {
                if keeps_busy(entry) {
                    self.first.add(busy(head.calendar, instance));
                }
                continue;
            }
            let Instance { recurrence_id, start, end, start_utc, end_utc, .. } = instance;
            // An object of which a part is hidden is not the caller's to write.
            let editable = shown.editable && !(shown.hides_private && head.guarded);
            let event = Some(event(object, head, entry, recurrence_id, editable));
            self.first.add(SeenInstance { calendar: head.calendar, start, end, start_utc, end_utc, event });
        }
        Ok(())
    }
}

fn event(
    object: &CalendarObject,
    head: &ObjectHead,
    entry: &Entry,
    recurrence_id: Option<Moment>,
    editable: bool,
) -> SeenEvent {
    let rule = object.master.as_ref().and_then(|master| object.component(master).property("RRULE"));
    SeenEvent {
        name: head.name.clone(),
        uid: object.uid.clone(),
        etag: head.etag.clone(),
        recurrence_id,
        recurring: object.recurs(),
        rule: rule.map(|rule| rule.value.trim().to_owned()),
        texts: EventTexts::of(object, entry),
        editable,
    }
}

/// A zone would tell where somebody is.
fn busy(calendar: CalendarId, instance: Instance) -> SeenInstance {
    let Instance { start, end, start_utc, end_utc, .. } = instance;
    let plain = |moment: Moment, at: DateTime<Utc>| if moment.is_date() { moment } else { Moment::Utc(at.naive_utc()) };
    let (start, end) = (plain(start, start_utc), plain(end, end_utc));
    SeenInstance { calendar, start, end, start_utc, end_utc, event: None }
}

impl Kalends {
    /// Calendars that the caller has access to, in the order of `ids`.
    ///
    /// # Errors
    /// `NotFound` when there is one that they have none to.
    pub async fn held_calendars(&self, caller: Caller, ids: &[CalendarId]) -> Result<Vec<Held>> {
        let mut tx = self.db.read().await?;
        let mut held = Vec::with_capacity(ids.len());
        for id in ids {
            held.push(access::calendar(&mut tx, caller, *id, Access::FreeBusy).await?);
        }
        Ok(held)
    }

    /// A piece of the list of the instances of events in `calendars` that touch the window. Of calendars that the caller may not read, and
    /// of what is private, they learn when somebody is busy.
    ///
    /// # Errors
    /// `NotFound` for a calendar that the caller has no access to.
    pub async fn instances(
        &self,
        caller: Caller,
        calendars: &[CalendarId],
        query: &InstanceQuery,
    ) -> Result<InstancePage> {
        let window = Window { start: Some(query.from), end: Some(query.to) };
        let mut expansion = Expansion {
            window,
            viewer: Zone::Iana(query.viewer),
            limit: self.limits.instances,
            first: First::new(query),
            omitted: Vec::new(),
        };
        for id in calendars {
            let mut candidates = Candidates::new(*id, window, Some(ComponentKind::Event));
            loop {
                let mut tx = self.db.read().await?;
                let held = access::calendar(&mut tx, caller, *id, Access::FreeBusy).await?;
                let Some(page) = candidates.next_parsed(self, &mut tx).await? else { break };
                let page = with_own_transparency(&mut tx, caller, &held, page).await?;
                // There are few connections that read.
                drop(tx);
                let shown = Shown::of(&held);
                let page: Vec<(ObjectHead, Arc<CalendarObject>)> =
                    page.into_iter().map(|(head, object)| (held.shown_head(head), object)).collect();
                expansion = on_a_thread(move || {
                    for (head, object) in page {
                        expansion.add(&object, &head, shown)?;
                    }
                    Ok(expansion)
                })
                .await?;
            }
        }
        let Expansion { first, omitted, .. } = expansion;
        let (instances, next) = first.page(query.limit);
        Ok(InstancePage { instances, next, omitted })
    }

    /// The event, or one instance of it, with all that it says of itself.
    ///
    /// # Errors
    /// `NotFound` for what is not there, is no event, or is only a busy time to the caller.
    pub async fn opened_event(
        &self,
        caller: Caller,
        calendar: CalendarId,
        name: &str,
        instance: Option<&Moment>,
    ) -> Result<OpenedEvent> {
        let mut tx = self.db.read().await?;
        let held = access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        let stored = stored_event(&mut tx, &held, name).await?;
        let Object { head, text } = self.shown_object(&mut tx, caller, &held, stored).await?;
        drop(tx);
        let (limits, instance) = (self.limits.clone(), instance.cloned());
        self.parse_on_a_thread(text.len(), move || {
            let object = CalendarObject::parse(&text, &limits.text)?;
            let instance = instance.filter(|_| object.recurs());
            let edit::Shown { entry, start, end } = edit::shown_of(&object, instance.as_ref())?;
            let utc = |moment: &Moment| object.zones.instant(moment, &Zone::UTC);
            let (start_utc, end_utc) = (utc(&start), utc(&end));
            let event = event(&object, &head, entry, instance, held.may_write());
            Ok(OpenedEvent { calendar, event, start, end, start_utc, end_utc })
        })
        .await
    }
}
