//! The bin: what was deleted rests there for a time and can be brought back.

use crate::access::{self, Access, Caller, PrincipalId};
use crate::calendars::CalendarId;
use crate::history::{EventFacts, MAX_OCTETS, text_of};
use crate::jobs::JobKind;
pub use crate::model::bin::{BinnedCalendar, BinnedObject};
pub use crate::model::object::ObjectId;
use crate::model::object::Precondition;
use crate::objects::{free_name, index};
use crate::store::Growth;
use crate::write::Write;
use crate::{Error, Existing, Kalends, Missing, Result};
use chrono::{DateTime, Utc};
use kalends_ical::{CalendarObject, edit};

/// Most objects that are listed at once.
pub const MAX_LISTED: usize = 50;

/// What rests in the bin that the caller could bring back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bin {
    /// Their own calendars.
    pub calendars: Vec<BinnedCalendar>,
    /// Of every calendar that they may write to, the last that was deleted first.
    pub objects: Vec<BinnedObject>,
    /// What each of them said, in the same order; `None` for what is no event.
    pub events: Vec<Option<EventFacts>>,
    /// There are more after these.
    pub more: bool,
}

/// An object that is back from the bin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// The one that it had, where nothing else has it now.
    pub name: String,
    /// Whether it is beside another that had taken its UID meanwhile, as an object of its own.
    pub is_copy: bool,
}

impl Kalends {
    fn bin_since(&self) -> DateTime<Utc> {
        Utc::now() - self.limits.bin_age
    }

    /// What the caller could bring back, its objects in pieces of [`MAX_LISTED`]; the first piece is 0.
    ///
    /// # Errors
    /// `NotFound` for an account that is gone.
    pub async fn bin(&self, caller: Caller, piece: usize) -> Result<Bin> {
        let since = self.bin_since();
        let mut tx = self.db.read().await?;
        let calendars = access::listed_calendars(&mut tx, caller).await?;
        let writable: Vec<CalendarId> = calendars
            .iter()
            .filter(|held| held.may_write() && held.sees_private())
            .map(|calendar| calendar.id)
            .collect();
        let skipped = piece.saturating_mul(MAX_LISTED);
        let mut objects = tx.bin(&writable, since, (skipped, MAX_LISTED + 1)).await?;
        let more = objects.len() > MAX_LISTED;
        objects.truncate(MAX_LISTED);
        let mut calendars = Vec::new();
        for home in access::homes(&mut tx, caller).await? {
            calendars.extend(tx.binned_calendars(home, since).await?);
        }
        let mut texts = Vec::with_capacity(objects.len());
        let mut octets = 0;
        for resting in &objects {
            // What is beyond what is read together is listed by its title.
            let change = match octets < MAX_OCTETS {
                true => tx.change(resting.calendar, resting.revision).await?,
                false => None,
            };
            let text = match change {
                Some(change) => text_of(&mut tx, resting.calendar, &change).await?,
                None => None,
            };
            octets += text.as_ref().map_or(0, String::len);
            texts.push(text);
        }
        drop(tx);
        let limits = self.limits.clone();
        let facts = move |text: Option<String>| EventFacts::of(&CalendarObject::parse(&text?, &limits.text).ok()?);
        let read = move || Ok(texts.into_iter().map(facts).collect());
        let events = self.parse_on_a_thread(octets, read).await?;
        Ok(Bin { calendars, objects, events, more })
    }

    /// Brings an object back into its calendar as it was when it was deleted: under its name and UID, or as another object beside the one
    /// that has the UID now.
    ///
    /// # Errors
    /// `NotFound` for what does not rest in that calendar's bin; `Forbidden`; `QuotaExceeded`.
    pub async fn restore_object(&self, caller: Caller, calendar: CalendarId, object: ObjectId) -> Result<Returned> {
        let mut tx = self.db.read().await?;
        access::calendar_in_full(&mut tx, caller, calendar, Access::Write).await?;
        let found = tx.binned(calendar, object, self.bin_since()).await?.ok_or(NOT_THERE)?;
        drop(tx);
        let (_, text) = self.version_at(caller, calendar, found.revision).await?;
        let octets = text.len();
        let limits = self.limits.clone();
        let prepare = move || {
            let copy = edit::copy_of(&CalendarObject::parse(&text, &limits.text)?, &text, Utc::now());
            Ok((index(&text, &limits)?, text, index(&copy.text, &limits)?, copy.text))
        };
        let (original, text, copied, copy) = self.parse_on_a_thread(octets, prepare).await?;
        self.write(caller, async |mut write: Write| {
            let held = write.calendar(calendar, Access::Write).await?;
            // Of two who bring it back one finds it.
            write.tx.binned(calendar, object, self.bin_since()).await?.ok_or(NOT_THERE)?;
            write.tx.take_from_bin(calendar, object).await?;
            let is_copy = write.tx.object_of_uid(calendar, &original.uid).await?.is_some();
            let (text, index) = if is_copy { (&copy, &copied) } else { (&text, &original) };
            let is_free = !is_copy && write.tx.object_head(calendar, &found.name).await?.is_none();
            let name =
                if is_free { found.name.clone() } else { free_name(&mut write.tx, calendar, &index.uid).await? };
            write.store(&held, &name, text, index, &Precondition::Absent).await?;
            write.give_personal_data(&held, object, &name).await?;
            write.commit(Returned { name, is_copy }).await
        })
        .await
    }

    /// Brings a calendar back with everything that was in it. Yields its slug: the one that it had, or a new one where another
    /// calendar has that now.
    ///
    /// # Errors
    /// `NotFound` for what does not rest in the caller's bin; `Forbidden`; `QuotaExceeded`.
    pub async fn restore_calendar(&self, caller: Caller, calendar: CalendarId) -> Result<String> {
        self.bring_calendar_back(caller, calendar, || Ok(uuid::Uuid::new_v4().to_string())).await
    }

    /// Takes back that a calendar was deleted: it is again what and where it was. [`Kalends::delete_calendar`] does it again.
    ///
    /// # Errors
    /// `AlreadyExists` where another calendar has its slug by now; `NotFound` for what does not rest in the caller's bin; `Forbidden`;
    /// `QuotaExceeded`.
    pub async fn undo_calendar_deletion(&self, caller: Caller, calendar: CalendarId) -> Result<()> {
        self.bring_calendar_back(caller, calendar, || Err(Error::AlreadyExists(Existing::Slug))).await.map(drop)
    }

    /// `another` yields the slug for where the one that it had is taken.
    async fn bring_calendar_back(
        &self,
        caller: Caller,
        calendar: CalendarId,
        another: impl Fn() -> Result<String>,
    ) -> Result<String> {
        self.write(caller, async |mut write: Write| {
            let (home, found) = self.binned_calendar(&mut write, calendar).await?;
            let tx = &mut write.tx;
            tx.lock_calendar(calendar).await?;
            if tx.count_calendars(home).await? >= self.limits.account_calendars as u64 {
                return Err(Error::QuotaExceeded { limit: self.limits.account_calendars as u64, unit: "calendars" });
            }
            let growth = Growth { objects: found.objects.cast_signed(), octets: found.octets.cast_signed() };
            write.check_quota(home, growth).await?;
            let tx = &mut write.tx;
            let mut slug = found.slug;
            if !tx.take_calendar_from_bin(calendar, &slug).await? {
                slug = another()?;
                tx.take_calendar_from_bin(calendar, &slug).await?;
            }
            write.calendar_changed(calendar).await?;
            write.commit(slug).await
        })
        .await
    }

    /// The home that a calendar in the caller's bin was in, which nobody else changes until the write ends, and the calendar.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` when the credential is not for that.
    async fn binned_calendar(&self, write: &mut Write, id: CalendarId) -> Result<(PrincipalId, BinnedCalendar)> {
        let caller = write.caller();
        access::require_own(caller)?;
        for home in access::homes(&mut write.tx, caller).await? {
            // Whoever brings it back, or removes it, at the same moment is waited for.
            write.tx.lock_home(home).await?;
            let resting = write.tx.binned_calendars(home, self.bin_since()).await?;
            if let Some(found) = resting.into_iter().find(|resting| resting.id == id) {
                return Ok((home, found));
            }
        }
        Err(NOT_THERE)
    }

    /// Removes an object from the bin for good, with every version of it.
    ///
    /// # Errors
    /// `NotFound` for what does not rest in that calendar's bin; `Forbidden`.
    pub async fn purge_object(&self, caller: Caller, calendar: CalendarId, object: ObjectId) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            // More than it takes to delete: whoever may only write must not be able to destroy what others have.
            write.calendar(calendar, Access::Administer).await?;
            write.tx.binned(calendar, object, self.bin_since()).await?.ok_or(NOT_THERE)?;
            write.tx.expire_binned(calendar, object).await?;
            write.commit(()).await
        })
        .await?;
        self.begin_job(JobKind::Clean).await.map(drop)
    }

    /// Removes a calendar from the bin for good.
    ///
    /// # Errors
    /// `NotFound` for what does not rest in the caller's bin; `Forbidden`.
    pub async fn purge_calendar(&self, caller: Caller, calendar: CalendarId) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            self.binned_calendar(&mut write, calendar).await?;
            write.tx.expire_binned_calendar(calendar).await?;
            write.commit(()).await
        })
        .await?;
        self.begin_job(JobKind::Clean).await.map(drop)
    }

    /// Removes everything from the bin for good that is of calendars which the caller administers, and their own calendars that rest there.
    ///
    /// # Errors
    /// `NotFound` for an account that is gone.
    pub async fn empty_bin(&self, caller: Caller) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            let calendars = access::listed_calendars(&mut write.tx, caller).await?;
            let mut administered: Vec<CalendarId> =
                calendars.iter().filter(|held| held.may_administer()).map(|calendar| calendar.id).collect();
            administered.sort_unstable();
            for calendar in administered {
                write.tx.expire_bin(calendar).await?;
            }
            for home in access::homes(&mut write.tx, caller).await? {
                write.tx.lock_home(home).await?;
                for resting in write.tx.binned_calendars(home, self.bin_since()).await? {
                    write.tx.expire_binned_calendar(resting.id).await?;
                }
            }
            write.commit(()).await
        })
        .await?;
        self.begin_job(JobKind::Clean).await.map(drop)
    }
}

const NOT_THERE: Error = Error::NotFound(Missing::Deleted);
