//! Calendar object resources: the one write path, and reading.

use crate::access::{self, Access, Caller, Held, PrincipalId};
use crate::calendars::{Calendar, CalendarId, Revision};
pub use crate::model::object::{Object, ObjectHead};
use crate::parsed::{Candidates, PAGE_OCTETS};
use crate::retry::retry;
use crate::store::{Growth, Index, NewChange, NewText, Transaction, Usage};
use crate::thread::on_a_thread;
use crate::{Error, Kalends, Limits, Result};
use chrono::Utc;
use kalends_ical::instances;
use kalends_ical::project::{self, DataRequest};
use kalends_ical::query::Filter;
use kalends_ical::syntax::{Property, SyntaxError};
use kalends_ical::time::Zone;
use kalends_ical::{CalendarObject, ComponentKind};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What must hold for a write to happen (RFC 9110 section 13.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Precondition {
    #[default]
    None,
    /// `If-None-Match: *`
    Absent,
    /// `If-Match: *`
    Present,
    /// `If-Match: "a", "b"`: one of these, quotes included.
    Matches(Vec<String>),
    /// `If-None-Match: "a", "b"`: none of these.
    MatchesNone(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub created: bool,
    pub etag: String,
    pub revision: Revision,
}

/// What a COPY or MOVE takes and where it puts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub from: (CalendarId, String),
    pub to: (CalendarId, String),
    /// `Overwrite: T`
    pub overwrite: bool,
    /// Holds for the source.
    pub precondition: Precondition,
}

impl Precondition {
    /// # Errors
    /// `PreconditionFailed` unless it holds for a resource that has `etag`, or does not exist.
    fn check(&self, etag: Option<&str>) -> Result<()> {
        let holds = match self {
            Precondition::None => true,
            Precondition::Absent => etag.is_none(),
            Precondition::Present => etag.is_some(),
            Precondition::Matches(wanted) => etag.is_some_and(|etag| wanted.iter().any(|w| w == etag)),
            Precondition::MatchesNone(unwanted) => etag.is_none_or(|etag| unwanted.iter().all(|u| u != etag)),
        };
        if holds { Ok(()) } else { Err(Error::PreconditionFailed) }
    }
}

/// The strong entity tag of a text: the same octets always have the same one.
pub fn etag(text: &str) -> String {
    let mut tag = String::with_capacity(34);
    tag.push('"');
    for byte in &Sha256::digest(text.as_bytes())[..16] {
        // Writing to a String cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// What the store keeps beside `text`.
///
/// # Errors
/// Those of [`CalendarObject::parse`], and `InvalidCalendarData` for too many rules.
pub(crate) fn index(text: &str, limits: &Limits) -> Result<Index> {
    let object = CalendarObject::parse(text, &limits.text)?;
    check_rules(&object, limits.rules)?;
    let shown = object.master.as_ref().or(object.overrides.first());
    Ok(Index {
        extent: instances::extent(&object),
        summary: shown.and_then(|entry| entry.summary.clone()),
        uid: object.uid,
        kind: object.kind,
        etag: etag(text),
    })
}

/// Here and not where texts are read, so that an object which was stored before the limit held is still shown.
///
/// # Errors
/// `InvalidCalendarData` with the line of the first RRULE or EXRULE past `most` in one component.
fn check_rules(object: &CalendarObject, most: usize) -> Result<()> {
    for component in &object.calendar.components {
        let is_rule = |property: &&Property| matches!(property.name.as_str(), "RRULE" | "EXRULE");
        if let Some(excess) = component.properties.iter().filter(is_rule).nth(most) {
            let message = format!("more than {most} lines of RRULE and EXRULE in one {}", component.name);
            return Err(Error::InvalidCalendarData(SyntaxError::new(excess.line, message)));
        }
    }
    Ok(())
}

/// The name of an object: one segment of a URL path.
fn check_name(name: &str) -> Result<()> {
    if name.is_empty()
        || name.len() > 255
        || name == "."
        || name == ".."
        || name.chars().any(|c| c == '/' || c.is_control())
    {
        return Err(Error::bad_input("name", "1 to 255 octets without '/' and control characters"));
    }
    Ok(())
}

/// A name that no object of the calendar has: the UID where it can stand in a URL as it is, else one made from it.
pub(crate) async fn free_name(tx: &mut Transaction, calendar: CalendarId, uid: &str) -> Result<String> {
    let legible = uid.len() <= 100
        && !uid.starts_with('.')
        && uid.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.' | b'@'));
    if legible {
        let name = format!("{uid}.ics");
        if tx.object_head(calendar, &name).await?.is_none() {
            return Ok(name);
        }
    }
    let digest: String = Sha256::digest(uid).iter().take(20).map(|octet| format!("{octet:02x}")).collect();
    let name = format!("{digest}.ics");
    Ok(if tx.object_head(calendar, &name).await?.is_none() { name } else { format!("{}.ics", uuid::Uuid::new_v4()) })
}

/// Stores `text`, indexes it and logs the change: the end of every write path. The caller has checked access.
///
/// # Errors
/// `PreconditionFailed`, `UnsupportedComponent`, `UidConflict`, `QuotaExceeded`.
pub(crate) async fn store(
    tx: &mut Transaction,
    calendar: &Calendar,
    name: &str,
    text: &str,
    index: &Index,
    precondition: &Precondition,
    limits: &Limits,
) -> Result<Written> {
    check_name(name)?;
    let existing = tx.object_head(calendar.id, name).await?;
    precondition.check(existing.as_ref().map(|(_, head)| head.etag.as_str()))?;
    if !calendar.details.components.contains(&index.kind) {
        return Err(Error::UnsupportedComponent(index.kind.name().to_owned()));
    }
    if let Some(holder) = tx.name_of_uid(calendar.id, &index.uid).await?.filter(|holder| holder != name) {
        return Err(Error::UidConflict { name: holder });
    }
    if let Some((_, head)) = &existing {
        // A resource keeps its UID for life (RFC 4791 section 5.3.2.1, no-uid-conflict).
        if head.uid != index.uid {
            return Err(Error::UidConflict { name: name.to_owned() });
        }
        // The same octets again are no change; clients that repeat a PUT after a lost answer cause no sync traffic.
        if head.etag == index.etag {
            return Ok(Written { created: false, etag: index.etag.clone(), revision: head.revision });
        }
    }
    let growth = growth(existing.as_ref().map(|(_, head)| head.size), Some(text.len()));
    check_quota(tx, calendar, growth, limits).await?;
    let at = Utc::now();
    let revision = tx.log_change(NewChange { calendar: calendar.id, name, removed: false, growth, at }).await?;
    let new = NewText { calendar: calendar.id, name, text, index, revision, at };
    match existing {
        Some((id, _)) => tx.update_object(id, new).await?,
        None => tx.insert_object(new).await?,
    }
    Ok(Written { created: existing.is_none(), etag: index.etag.clone(), revision })
}

/// By how much a calendar grows when an object of `before` octets becomes one of `after`; `None`: there is none.
fn growth(before: Option<usize>, after: Option<usize>) -> Growth {
    let of = |size: Option<usize>| size.map_or((0, 0), |size| (1, i64::try_from(size).unwrap_or(i64::MAX)));
    let ((objects_before, octets_before), (objects_after, octets_after)) = (of(before), of(after));
    Growth { objects: objects_after - objects_before, octets: octets_after - octets_before }
}

/// What lets an account hold less is never refused, even where it holds more than it may.
///
/// # Errors
/// `QuotaExceeded`
async fn check_quota(tx: &mut Transaction, calendar: &Calendar, growth: Growth, limits: &Limits) -> Result<()> {
    let Usage { objects, octets } = tx.usage(calendar.owner).await?;
    let exceeds = |held: u64, growth: i64, limit: u64| growth > 0 && held.saturating_add_signed(growth) > limit;
    if exceeds(octets, growth.octets, limits.account_octets) {
        return Err(Error::QuotaExceeded { limit: limits.account_octets, unit: "octets" });
    }
    if exceeds(objects, growth.objects, limits.account_objects) {
        return Err(Error::QuotaExceeded { limit: limits.account_objects, unit: "objects" });
    }
    Ok(())
}

/// Locks the two calendars of one write in the order of their ids, so that two writes that go in opposite directions cannot wait for
/// each other.
pub(crate) async fn lock_both(tx: &mut Transaction, one: CalendarId, other: CalendarId) -> Result<()> {
    tx.lock_calendar(one.min(other)).await?;
    tx.lock_calendar(one.max(other)).await
}

/// Whether `object` matches, or cannot be told not to.
fn may_match(filter: &Filter, object: &CalendarObject) -> Result<bool> {
    match filter.matches(object) {
        Err(kalends_ical::Error::TooManyInstances { .. }) => Ok(true),
        told => Ok(told?),
    }
}

/// Removes an object and logs the change. The caller has checked access.
///
/// # Errors
/// `NotFound`, `PreconditionFailed`.
pub(crate) async fn remove(
    tx: &mut Transaction,
    calendar: CalendarId,
    name: &str,
    precondition: &Precondition,
) -> Result<()> {
    let (id, head) = tx.object_head(calendar, name).await?.ok_or(Error::NotFound("the object"))?;
    precondition.check(Some(&head.etag))?;
    tx.delete_object(id).await?;
    let growth = growth(Some(head.size), None);
    tx.log_change(NewChange { calendar, name, removed: true, growth, at: Utc::now() }).await?;
    Ok(())
}

/// How many heads are read at once.
const PAGE_OBJECTS: usize = 1000;

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

/// What a transfer found at its two ends.
struct Ends {
    source: Object,
    target: Held,
    replaced: bool,
}

impl Kalends {
    /// A page of the heads of a calendar's objects, in the order of their names: those after `after` (`""`: from the first). None
    /// are left when it is empty.
    pub async fn object_heads(&self, caller: Caller, calendar: CalendarId, after: &str) -> Result<Vec<ObjectHead>> {
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        tx.object_heads(calendar, after, PAGE_OBJECTS).await
    }

    /// How many objects of each type a calendar holds; types without any are not named.
    pub async fn object_counts(&self, caller: Caller, calendar: CalendarId) -> Result<Vec<(ComponentKind, u64)>> {
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        tx.object_counts(calendar).await
    }

    /// What the calendars of `owner` hold together.
    pub async fn usage(&self, owner: PrincipalId) -> Result<Usage> {
        self.db.read().await?.usage(owner).await
    }

    pub async fn object(&self, caller: Caller, calendar: CalendarId, name: &str) -> Result<Object> {
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        tx.object(calendar, name).await?.ok_or(Error::NotFound("the object"))
    }

    /// The object at `/{owner}/{slug}/{name}`.
    pub async fn object_at(&self, caller: Caller, owner: &str, slug: &str, name: &str) -> Result<Object> {
        let mut tx = self.db.read().await?;
        let calendar = access::calendar_at(&mut tx, caller, owner, slug, Access::Read).await?;
        tx.object(calendar.id, name).await?.ok_or(Error::NotFound("the object"))
    }

    /// A page of the objects that exist among `names`, in the order of their names: those after `after` (`""`: from the first). None
    /// are left when it is empty.
    pub async fn objects_named(
        &self,
        caller: Caller,
        calendar: CalendarId,
        names: &[String],
        after: &str,
    ) -> Result<Vec<Object>> {
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        tx.objects_named(calendar, names, after, PAGE_OCTETS).await
    }

    /// The next page of the heads of the objects that match a calendar-query filter (RFC 4791 section 7.8); `None` when none are
    /// left. One whose series is made so that it cannot be told in reasonable time is among them: it must not keep all the
    /// others back.
    ///
    /// Each page is read by itself: what changes between two pages is seen before or after the change.
    pub async fn query_page(&self, caller: Caller, query: &mut Query) -> Result<Option<Vec<ObjectHead>>> {
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, query.candidates.calendar, Access::Read).await?;
        if query.filter.is_only_kind() {
            return query.candidates.next_heads(&mut tx).await;
        }
        let Some(candidates) = query.candidates.next_parsed(self, &mut tx).await? else { return Ok(None) };
        // There are few connections that read.
        drop(tx);
        let filter = query.filter.clone();
        on_a_thread(move || {
            let mut matching = Vec::new();
            for (_, head, object) in candidates {
                if may_match(&filter, &object)? {
                    matching.push(head);
                }
            }
            Ok(Some(matching))
        })
        .await
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

    /// Stores `text` under `name`: checks access, precondition and content, stores, indexes, logs, in one transaction.
    ///
    /// # Errors
    /// `NotFound` (the calendar), `Forbidden`, `PreconditionFailed`, `TooLarge`, `InvalidCalendarData`, `InvalidCalendarObject`,
    /// `UnsupportedComponent`, `UidConflict`, `BadInput` (name).
    pub async fn put_object(
        &self,
        caller: Caller,
        calendar: CalendarId,
        name: &str,
        text: &str,
        precondition: Precondition,
    ) -> Result<Written> {
        // Reading the text takes the most time; it is done before the one right to write is taken.
        let index = match self.indexed(text).await {
            Ok(index) => index,
            // Whoever may not write here, or not now, learns that first.
            Err(unfit) => {
                access::calendar(&mut self.db.read().await?, caller, calendar, Access::Write).await?;
                return Err(unfit);
            }
        };
        retry(async || {
            let mut tx = self.db.write().await?;
            let calendar = access::calendar_to_change(&mut tx, caller, calendar, Access::Write).await?;
            let written = store(&mut tx, &calendar, name, text, &index, &precondition, &self.limits).await?;
            tx.commit().await?;
            Ok(written)
        })
        .await
    }

    /// [`index`] on a thread of its own.
    async fn indexed(&self, text: &str) -> Result<Index> {
        let (text, limits) = (text.to_owned(), self.limits.clone());
        self.parse_on_a_thread(text.len(), move || index(&text, &limits)).await
    }

    /// # Errors
    /// `NotFound`, `Forbidden`, `PreconditionFailed`.
    pub async fn delete_object(
        &self,
        caller: Caller,
        calendar: CalendarId,
        name: &str,
        precondition: Precondition,
    ) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            access::calendar_to_change(&mut tx, caller, calendar, Access::Write).await?;
            remove(&mut tx, calendar, name, &precondition).await?;
            tx.commit().await
        })
        .await
    }

    /// Copies an object, its octets unchanged (RFC 4918 section 9.8). Within one calendar the UID is in the way.
    ///
    /// # Errors
    /// Those of `put_object`, and `PreconditionFailed` when the target exists and may not be overwritten.
    pub async fn copy_object(&self, caller: Caller, transfer: Transfer) -> Result<Written> {
        retry(async || {
            let mut tx = self.db.write().await?;
            let ends = self.ends(&mut tx, caller, &transfer, Access::Read).await?;
            let written = self.place(&mut tx, &transfer, &ends).await?;
            tx.commit().await?;
            Ok(written)
        })
        .await
    }

    /// Moves an object, its octets unchanged (RFC 4918 section 9.9).
    ///
    /// # Errors
    /// Those of `copy_object`.
    pub async fn move_object(&self, caller: Caller, transfer: Transfer) -> Result<Written> {
        retry(async || {
            let mut tx = self.db.write().await?;
            let ends = self.ends(&mut tx, caller, &transfer, Access::Write).await?;
            remove(&mut tx, transfer.from.0, &transfer.from.1, &Precondition::None).await?;
            let written = self.place(&mut tx, &transfer, &ends).await?;
            tx.commit().await?;
            Ok(written)
        })
        .await
    }

    async fn ends(&self, tx: &mut Transaction, caller: Caller, transfer: &Transfer, needed: Access) -> Result<Ends> {
        let (from, from_name) = &transfer.from;
        let (to, to_name) = &transfer.to;
        lock_both(tx, *from, *to).await?;
        access::calendar(tx, caller, *from, needed).await?;
        let target = access::calendar(tx, caller, *to, Access::Write).await?;
        if transfer.from == transfer.to {
            return Err(Error::Forbidden { needed: Access::Write });
        }
        let source = tx.object(*from, from_name).await?.ok_or(Error::NotFound("the object"))?;
        transfer.precondition.check(Some(&source.head.etag))?;
        let replaced = tx.object_head(*to, to_name).await?.is_some();
        if replaced && !transfer.overwrite {
            return Err(Error::PreconditionFailed);
        }
        Ok(Ends { source, target, replaced })
    }

    /// Puts the source's text at the target. An object of another UID that stands there is in the way, whether or not it may
    /// be overwritten: a name keeps its UID (RFC 4791 section 5.3.2.1, no-uid-conflict).
    async fn place(&self, tx: &mut Transaction, transfer: &Transfer, ends: &Ends) -> Result<Written> {
        let (_, to_name) = &transfer.to;
        let index = self.indexed(&ends.source.text).await?;
        let written =
            store(tx, &ends.target, to_name, &ends.source.text, &index, &Precondition::None, &self.limits).await?;
        Ok(Written { created: !ends.replaced, ..written })
    }
}
