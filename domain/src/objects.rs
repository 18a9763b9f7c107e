//! Calendar object resources: the one write path, and reading.

use crate::access::{self, Access, Caller, Held, PrincipalId};
use crate::calendars::CalendarId;
pub(crate) use crate::indexing::{index, index_of};
pub use crate::model::object::{Object, ObjectHead, Precondition, Written};
use crate::model::version::Run;
use crate::parsed::PAGE_OCTETS;
use crate::retry::retry;
use crate::store::{FoundObject, Index, Transaction, Usage};
use crate::write::Write;
use crate::{Error, Kalends, Missing, Result};
use kalends_ical::ComponentKind;
use sha2::{Digest as _, Sha256};

/// What a COPY or MOVE takes and where it puts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyMove {
    pub from: (CalendarId, String),
    pub to: (CalendarId, String),
    /// `Overwrite: T`
    pub overwrite: bool,
    /// Holds for the source.
    pub precondition: Precondition,
}

/// How much of an object is read with its [`Place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    Head,
    Text,
}

/// A name in a calendar, whether or not an object has it.
#[derive(Clone, Debug)]
pub struct Place {
    pub calendar: Held,
    pub name: String,
    object: Option<FoundObject>,
}

impl Place {
    /// # Errors
    /// `NotFound`; `Forbidden` where the caller may not read the calendar.
    pub fn head(&self) -> Result<&ObjectHead> {
        self.calendar.require(Access::Read)?;
        self.object.as_ref().map(|object| &object.head).ok_or(Error::NotFound(Missing::Object))
    }

    /// The object, of a place that was asked for with [`Reads::Text`].
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` where the caller may not read the calendar.
    pub fn into_object(self) -> Result<Object> {
        self.calendar.require(Access::Read)?;
        let whole = self.object.and_then(|FoundObject { head, text }| Some(Object { head, text: text? }));
        whole.ok_or(Error::NotFound(Missing::Object))
    }
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

/// How many heads are read at once.
const PAGE_OBJECTS: usize = 1000;

/// What a COPY or MOVE takes, read before it is written elsewhere.
struct Source {
    object: Object,
    index: Index,
}

impl Kalends {
    /// A page of the heads of a calendar's objects, in the order of their names: those after `after` (`""`: from the first). None
    /// are left when it is empty.
    pub async fn object_heads(&self, caller: Caller, calendar: CalendarId, after: &str) -> Result<Vec<ObjectHead>> {
        let mut tx = self.db.read().await?;
        let held = access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        let heads = tx.object_heads(calendar, after, PAGE_OBJECTS).await?;
        Ok(heads.into_iter().map(|head| held.shown_head(head)).collect())
    }

    /// How many objects of each type a calendar holds; types without any are not named.
    pub async fn object_counts(&self, caller: Caller, calendar: CalendarId) -> Result<Vec<(ComponentKind, u64)>> {
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        tx.object_counts(calendar).await
    }

    /// What the calendars of `owner` hold together.
    pub async fn usage(&self, owner: PrincipalId) -> Result<Usage> {
        self.db.once().await?.usage(owner).await
    }

    pub async fn object(&self, caller: Caller, calendar: CalendarId, name: &str) -> Result<Object> {
        let mut tx = self.db.read().await?;
        let held = access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        let object = tx.object(calendar, name).await?.ok_or(Error::NotFound(Missing::Object))?;
        self.shown_object(&mut tx, caller, &held, object).await
    }

    /// What is at `/{owner}/{slug}/{name}`. Without any access to the calendar it is not found.
    pub async fn place(&self, caller: Caller, owner: &str, slug: &str, name: &str, reads: Reads) -> Result<Place> {
        let with_text = reads == Reads::Text;
        let mut tx = self.db.once().await?;
        let (calendar, object) = access::place(&mut tx, caller, (owner, slug, name), with_text).await?;
        let object = match object {
            Some(FoundObject { head, text: Some(text) }) => {
                let Object { head, text } =
                    self.shown_object(&mut tx, caller, &calendar, Object { head, text }).await?;
                Some(FoundObject { head, text: Some(text) })
            }
            Some(FoundObject { head, text: None }) => Some(FoundObject { head: calendar.shown_head(head), text: None }),
            None => None,
        };
        Ok(Place { calendar, name: name.to_owned(), object })
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
        let held = access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        let objects = tx.objects_named(calendar, names, after, PAGE_OCTETS).await?;
        self.shown_objects(&mut tx, caller, &held, objects).await
    }

    /// Stores `text` under `name`: checks access, precondition and content, stores, indexes, logs, in one transaction.
    ///
    /// # Errors
    /// `NotFound` (the calendar), `Forbidden`, `PreconditionFailed`, `TooLarge`, `InvalidCalendarData`, `InvalidCalendarObject`,
    /// `UnsupportedComponent`, `UidConflict`, `QuotaExceeded`, `BadInput` (name).
    pub async fn put_object(
        &self,
        caller: Caller,
        calendar: CalendarId,
        name: &str,
        text: &str,
        precondition: Precondition,
    ) -> Result<Written> {
        self.put_in_run(None, caller, (calendar, name), text, precondition).await
    }

    /// [`Kalends::put_object`] in the place of what has this Schedule-Tag, whatever its entity tag is: answers that came since are kept
    /// (RFC 6638 section 3.2.10).
    ///
    /// # Errors
    /// Those of [`Kalends::put_object`]; `Scheduling` where it has another.
    pub async fn put_object_tagged(
        &self,
        caller: Caller,
        calendar: CalendarId,
        name: &str,
        text: &str,
        tag: &str,
    ) -> Result<Written> {
        let index = self.indexed(text).await?;
        self.write(caller, async |mut write: Write| {
            let calendar = write.calendar(calendar, Access::Write).await?;
            write.scheduling.tag = Some(tag.to_owned());
            let written = write.store_seen(&calendar, name, text, &index, &Precondition::None).await?;
            write.commit(written).await
        })
        .await
    }

    /// [`Kalends::put_object`], as a part of `run`.
    pub(crate) async fn put_in_run(
        &self,
        run: Option<&Run>,
        caller: Caller,
        (calendar, name): (CalendarId, &str),
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
        self.write_in_run(run, caller, async |mut write: Write| {
            let calendar = write.calendar(calendar, Access::Write).await?;
            let written = write.store_seen(&calendar, name, text, &index, &precondition).await?;
            write.commit(written).await
        })
        .await
    }

    /// [`index`] on a thread of its own.
    pub(crate) async fn indexed(&self, text: &str) -> Result<Index> {
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
        self.delete_object_and_say(caller, (calendar, name), precondition, true).await
    }

    /// [`Kalends::delete_object`]; `says`: whoever is invited declines by that.
    ///
    /// # Errors
    /// Those of [`Kalends::delete_object`].
    pub async fn delete_object_and_say(
        &self,
        caller: Caller,
        (calendar, name): (CalendarId, &str),
        precondition: Precondition,
        says: bool,
    ) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            let calendar = write.calendar(calendar, Access::Write).await?;
            write.scheduling.keeps_silent = !says;
            write.remove(&calendar, name, &precondition).await?;
            write.commit(()).await
        })
        .await
    }

    /// Copies an object, its octets unchanged (RFC 4918 section 9.8). Within one calendar the UID is in the way.
    ///
    /// # Errors
    /// Those of `put_object`, and `PreconditionFailed` when the target exists and may not be overwritten.
    pub async fn copy_object(&self, caller: Caller, copy: CopyMove) -> Result<Written> {
        self.copy_or_move(caller, copy, false).await
    }

    /// Moves an object, its octets unchanged (RFC 4918 section 9.9).
    ///
    /// # Errors
    /// Those of `copy_object`.
    pub async fn move_object(&self, caller: Caller, moved: CopyMove) -> Result<Written> {
        self.copy_or_move(caller, moved, true).await
    }

    async fn copy_or_move(&self, caller: Caller, what: CopyMove, moves: bool) -> Result<Written> {
        let needed = if moves { Access::Write } else { Access::Read };
        let (from, from_name) = &what.from;
        let (to, to_name) = &what.to;
        retry(async || {
            // Read before the write begins: it holds a connection and keeps others waiting.
            let source = self.source(caller, &what, needed).await?;
            let mut write = self.begin_write(None, caller).await?;
            let (from, to) = write.calendars((*from, needed), (*to, Access::Write)).await?;
            let now = write.tx.object_head(from.id, from_name).await?;
            if now.is_none_or(|head| from.shown_head(head).etag != source.object.head.etag) {
                return Err(Error::Contended);
            }
            let replaced = write.tx.object_head(to.id, to_name).await?.is_some();
            if replaced && !what.overwrite {
                return Err(Error::PreconditionFailed);
            }
            if moves {
                write.move_out(&from, from_name, &Precondition::None).await?;
            }
            // An object of another UID that stands there is in the way, whether or not it may be overwritten: a name keeps its UID
            // (RFC 4791 section 5.3.2.1, no-uid-conflict).
            let text = &source.object.text;
            let written = write.store_seen(&to, to_name, text, &source.index, &Precondition::None).await?;
            write.commit(Written { created: !replaced, ..written }).await
        })
        .await
    }

    async fn source(&self, caller: Caller, what: &CopyMove, needed: Access) -> Result<Source> {
        let (from, from_name) = &what.from;
        let mut tx = self.db.read().await?;
        let held = access::calendar(&mut tx, caller, *from, needed).await?;
        access::calendar(&mut tx, caller, what.to.0, Access::Write).await?;
        if what.from == what.to {
            return Err(Error::Forbidden { needed: Access::Write });
        }
        let object = tx.object(*from, from_name).await?.ok_or(Error::NotFound(Missing::Object))?;
        let object = self.shown_object(&mut tx, caller, &held, object).await?;
        drop(tx);
        what.precondition.check(Some(&object.head.etag))?;
        let index = self.indexed(&object.text).await?;
        Ok(Source { object, index })
    }
}
