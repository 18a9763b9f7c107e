//! Editing events: moving, changing and deleting, as operations on stored objects. Whatever edits calls these; `undo` takes them back.

mod prepared;

use self::prepared::{Base, Prepared};
use crate::access::{self, Access, Caller, Held, Way};
use crate::calendars::CalendarId;
use crate::idempotency::Once;
pub use crate::model::version::Undo;
use crate::objects::{Object, Precondition, free_name};
use crate::sight::own_personal;
use crate::store::{Index, Transaction};
use crate::write::Write;
use crate::{Error, Kalends, Missing, Problem, Result};
use chrono::Utc;
use chrono_tz::Tz;
use kalends_ical::edit::{self, Edited, EventDraft, NewObject, Scope};
use kalends_ical::message_link::linked_message;
use kalends_ical::placement::When;
use kalends_ical::value::Moment;
use kalends_ical::{CalendarObject, ComponentKind};

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
    /// Whether people are invited to it ([`Kalends::participants`]).
    pub has_guests: bool,
    /// Message-ID of the message that it is linked to ([`Kalends::mail_by_message_id`]).
    pub message_id: Option<String>,
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

/// What a move came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    pub undo: Undo,
    /// The entity tag that the object has now.
    pub etag: Option<String>,
}

/// An event that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// Of its object.
    pub name: String,
    pub undo: Undo,
    /// It was there already: an earlier request with the same key made it.
    pub repeated: bool,
}

/// What a change came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    pub undo: Undo,
    /// Where the object is now.
    pub calendar: CalendarId,
    pub name: String,
    /// The name of the object that the later part of a series was split off to.
    pub split: Option<String>,
}

impl Kalends {
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
        let stored = stored_event(&mut tx, &held, name).await?;
        let Object { head, text } = self.shown_object(&mut tx, caller, &held, stored).await?;
        drop(tx);
        let (limits, opened) = (self.limits.clone(), instance.cloned());
        self.parse_on_a_thread(text.len(), move || {
            let object = CalendarObject::parse(&text, &limits.text)?;
            Ok(EventDetails {
                calendar,
                name: head.name,
                etag: head.etag,
                recurring: object.recurs(),
                draft: edit::draft_of(&object, opened.as_ref())?,
                has_guests: object.entries().any(|entry| object.component(entry).property("ATTENDEE").is_some()),
                message_id: object.entries().find_map(|entry| linked_message(object.component(entry))),
                recurrence_id: opened,
                editable: held.may_write(),
            })
        })
        .await
    }

    /// Stores a new event; yields the name of its object, and what takes it back. In the agenda it gets the reminder that its maker wants
    /// before events.
    pub async fn create_event(
        &self,
        caller: Caller,
        calendar: CalendarId,
        draft: &EventDraft,
    ) -> Result<(String, Undo)> {
        let new = self.new_event(caller, draft).await?;
        let made = self.store_event(caller, calendar, new, None).await?;
        Ok((made.name, made.undo))
    }

    /// The text of a new event, with the reminder that its maker wants where it is made in the agenda.
    pub(crate) async fn new_event(&self, caller: Caller, draft: &EventDraft) -> Result<NewObject> {
        let reminder = match caller.way {
            Way::Page => self.user(caller.principal).await?.preferences.reminder_minutes,
            Way::AppPassword(_)
            | Way::Link(_)
            | Way::Command
            | Way::Sync(_)
            | Way::Invitation(_)
            | Way::Delivery
            | Way::AnswerLink(_)
            | Way::Mail(_) => None,
        };
        Ok(edit::new_event_with_reminder(draft, reminder, Utc::now())?)
    }

    /// [`Kalends::create_event`] without a reminder, of which a request that is repeated with the same key makes one event.
    ///
    /// # Errors
    /// Those of [`Kalends::create_event`]; `BadInput` (Idempotency-Key) for the key of another request.
    pub async fn create_event_once(
        &self,
        caller: Caller,
        calendar: CalendarId,
        draft: &EventDraft,
        once: Option<&Once>,
    ) -> Result<Created> {
        self.store_event(caller, calendar, edit::new_event(draft, Utc::now())?, once).await
    }

    pub(crate) async fn store_event(
        &self,
        caller: Caller,
        calendar: CalendarId,
        new: NewObject,
        once: Option<&Once>,
    ) -> Result<Created> {
        let index = self.indexed(&new.text).await?;
        self.write(caller, async |mut write: Write| {
            let calendar = write.calendar(calendar, Access::Write).await?;
            let name = match write.take_key(once, &name_of(&new)).await? {
                Some(name) => return Ok(Created { name, undo: Undo::default(), repeated: true }),
                None => {
                    require_sight(&calendar, &index)?;
                    store_new(&mut write, &calendar, &new, &index).await?
                }
            };
            let undo = write.undo();
            write.commit(Created { name, undo, repeated: false }).await
        })
        .await
    }

    /// Applies `draft` to the instances of `change.scope`, and moves the whole object when `to` is another calendar.
    /// Yields what takes it back.
    ///
    /// # Errors
    /// `PreconditionFailed` when the event is no longer as the person saw it; `BadInput` for a draft that cannot be, and for
    /// a part of a series that should move to another calendar; `Forbidden` also for one that is to be private where the caller sees no
    /// private events.
    pub async fn update_event(
        &self,
        caller: Caller,
        change: EventChange<'_>,
        draft: &EventDraft,
        to: CalendarId,
    ) -> Result<Undo> {
        Ok(self.change_event(caller, change, draft, to).await?.undo)
    }

    /// [`Kalends::update_event`]; yields where the event is then as well.
    ///
    /// # Errors
    /// Those of [`Kalends::update_event`].
    pub async fn change_event(
        &self,
        caller: Caller,
        change: EventChange<'_>,
        draft: &EventDraft,
        to: CalendarId,
    ) -> Result<Changed> {
        let (scope, draft) = (change.scope.clone(), draft.clone());
        let edit = move |object: &CalendarObject, text: &str| edit::update(object, text, &scope, &draft, Utc::now());
        let base = if to == change.calendar { Base::Edited } else { Base::Moved };
        let edit = self.prepare(caller, &change, base, edit).await?;
        if to == change.calendar {
            let undo = self.store_edit(caller, &edit).await?.undo;
            let split = edit.split.map(|(new, _)| name_of(&new));
            return Ok(Changed { undo, calendar: to, name: change.name.to_owned(), split });
        }
        if edit.recurs && !matches!(change.scope, Scope::All { .. }) {
            return Err(Error::bad_input("calendar", Problem::PartOfSeries));
        }
        self.write(caller, async |mut write: Write| {
            let (from, to) = write.calendars((change.calendar, Access::Write), (to, Access::Write)).await?;
            write.move_out(&from, change.name, &edit.unchanged()).await?;
            let Some((text, index)) = &edit.after else {
                let (undo, name) = (write.undo(), change.name.to_owned());
                return write.commit(Changed { undo, calendar: to.id, name, split: None }).await;
            };
            require_sight(&to, index)?;
            if write.tx.object_of_uid(to.id, &index.uid).await?.is_some() {
                return Err(Error::bad_input("calendar", Problem::HeldAlready));
            }
            // Under its own name, or under another where that one is taken.
            let name = match write.tx.object_head(to.id, change.name).await? {
                None => change.name.to_owned(),
                Some(_) => free_name(&mut write.tx, to.id, &index.uid).await?,
            };
            write.store_seen(&to, &name, text, index, &Precondition::Absent).await?;
            let (undo, calendar) = (write.undo(), to.id);
            write.commit(Changed { undo, calendar, name, split: None }).await
        })
        .await
    }

    /// Puts the instances of `change.scope` elsewhere on the calendar's grid, or makes them longer or shorter: the one that the
    /// scope names comes to `to`, on the wall clock of `viewer`.
    ///
    /// # Errors
    /// Those of [`Kalends::update_event`].
    pub async fn move_event(&self, caller: Caller, change: EventChange<'_>, to: When, viewer: Tz) -> Result<Moved> {
        let scope = change.scope.clone();
        let edit = move |object: &CalendarObject, text: &str| {
            let (instance, series) = match &scope {
                Scope::This(instance) => (Some(instance), false),
                Scope::ThisAndFollowing(instance) => (Some(instance), true),
                Scope::All { opened_at } => (opened_at.as_ref(), true),
            };
            let draft = edit::draft_of(object, instance)?.moved(to, viewer, series);
            edit::update(object, text, &scope, &draft, Utc::now())
        };
        let edit = self.prepare(caller, &change, Base::Edited, edit).await?;
        self.store_edit(caller, &edit).await
    }

    /// Removes the instances of `change.scope`. Yields what takes it back.
    ///
    /// # Errors
    /// `PreconditionFailed` when the event is no longer as the person saw it.
    pub async fn delete_event(&self, caller: Caller, change: EventChange<'_>) -> Result<Undo> {
        let scope = change.scope.clone();
        let edit = move |object: &CalendarObject, text: &str| edit::remove(object, text, &scope, Utc::now());
        let edit = self.prepare(caller, &change, Base::Edited, edit).await?;
        Ok(self.store_edit(caller, &edit).await?.undo)
    }

    /// Reads the event and works out the edit, before the one right to write is taken.
    async fn prepare(
        &self,
        caller: Caller,
        change: &EventChange<'_>,
        base: Base,
        edit: impl FnOnce(&CalendarObject, &str) -> kalends_ical::Result<Edited> + Send + 'static,
    ) -> Result<Prepared> {
        let mut tx = self.db.read().await?;
        let held = access::calendar(&mut tx, caller, change.calendar, Access::Write).await?;
        let stored = stored_event(&mut tx, &held, change.name).await?;
        let own = own_personal(&mut tx, &held, caller.principal, &stored.head).await?;
        drop(tx);
        // Before the edit, which may find that the instance is gone.
        if held.shown_head(stored.head.clone()).etag != change.etag {
            return Err(Error::PreconditionFailed);
        }
        let limits = self.limits.clone();
        self.parse_on_a_thread(stored.text.len(), move || Prepared::new(stored, own, base, &limits, edit)).await
    }

    async fn store_edit(&self, caller: Caller, edit: &Prepared) -> Result<Moved> {
        self.write(caller, async |mut write: Write| {
            let calendar = write.calendar(edit.before.head.calendar, Access::Write).await?;
            let etag = edit.store(&mut write, &calendar).await?;
            // What somebody has for themselves alone is in no version: there is nothing that could be put back.
            let undo = if edit.is_personal() { Undo::default() } else { write.undo() };
            write.commit(Moved { undo, etag }).await
        })
        .await
    }
}

/// An event of which the caller sees more than when it is.
pub(crate) async fn stored_event(tx: &mut Transaction, calendar: &Held, name: &str) -> Result<Object> {
    let stored = tx.object(calendar.id, name).await?;
    let stored = stored.filter(|object| object.head.kind == ComponentKind::Event && !calendar.hides(&object.head));
    stored.ok_or(Error::NotFound(Missing::Event))
}

/// # Errors
/// `Forbidden` for an event that is to be private in a calendar where the caller sees no private events: they could neither see nor change
/// it from then on.
fn require_sight(calendar: &Held, index: &Index) -> Result<()> {
    if index.guarded && !calendar.sees_private() {
        Err(Error::Forbidden { needed: Access::Administer })
    } else {
        Ok(())
    }
}

async fn store_new(write: &mut Write, calendar: &Held, new: &NewObject, index: &Index) -> Result<String> {
    let name = name_of(new);
    write.store_seen(calendar, &name, &new.text, index, &Precondition::Absent).await?;
    Ok(name)
}

fn name_of(new: &NewObject) -> String {
    format!("{}.ics", new.uid)
}
