//! What of an object somebody is shown, and what of it they may write: private and confidential events are busy times to those who are
//! neither their owner nor administer the calendar for them; alarms, and whether something keeps one busy, are each person's own.

use crate::access::{Access, Caller, Held, PrincipalId};
use crate::model::version::Digest;
use crate::objects::{Object, ObjectHead, Precondition, Written};
use crate::store::{Index, ObjectId, Standing, Transaction};
use crate::write::Write;
use crate::{Error, Kalends, Missing, Result};
use kalends_ical::CalendarObject;
use kalends_ical::alarms::{Alarms, with_alarms};
use kalends_ical::personal::{Personal, Written as Taken};
use kalends_ical::redact::{published, redacted};
use std::collections::HashMap;
use std::sync::Arc;

/// What stands in the place of the title of an event that is private.
pub(crate) const BUSY: &str = "Busy";

impl Held {
    /// Whether the object is nothing but a busy time to the caller.
    pub(crate) fn hides(&self, head: &ObjectHead) -> bool {
        head.guarded && !self.sees_private()
    }

    /// Whether the caller is shown the object otherwise than it is stored.
    pub(crate) fn alters(&self, head: &ObjectHead) -> bool {
        self.is_published() || self.hides(head) || head.alarmed && self.has_personal_data()
    }

    /// The head as the caller sees it. The entity tag of what is shown otherwise than it is stored comes from when it was written, and
    /// tells nothing of what is hidden.
    pub(crate) fn shown_head(&self, head: ObjectHead) -> ObjectHead {
        if !self.alters(&head) {
            return head;
        }
        let how = match self.is_published() {
            true => "public",
            false if self.hides(&head) => "busy",
            false => "own",
        };
        ObjectHead { etag: format!("\"{how}-{}-{}\"", head.id.0, head.revision.0), altered: true, ..head }
    }

    /// # Errors
    /// `Forbidden` for what is nothing but a busy time to the caller.
    pub(crate) fn require_whole(&self, head: &ObjectHead) -> Result<()> {
        if self.hides(head) { Err(Error::Forbidden { needed: Access::Administer }) } else { Ok(()) }
    }
}

/// How objects of one calendar are shown to one person.
pub(crate) struct Shown<'a> {
    calendar: &'a Held,
    /// Of the objects that are shown with it.
    personal: HashMap<ObjectId, Personal>,
}

impl<'a> Shown<'a> {
    /// Reads what it takes to show `heads` of `calendar` to `principal`.
    pub async fn read(
        tx: &mut Transaction,
        calendar: &'a Held,
        principal: PrincipalId,
        heads: impl Iterator<Item = &ObjectHead>,
    ) -> Result<Self> {
        let personal = personal(tx, calendar, principal, heads).await?;
        Ok(Shown { calendar, personal })
    }

    /// The text as it is shown, which takes about as long as reading it does.
    pub fn text(&self, kalends: &Kalends, head: &ObjectHead, text: String) -> Result<String> {
        if !self.calendar.alters(head) {
            return Ok(text);
        }
        let parse = |text: &str| CalendarObject::parse(text, &kalends.limits.text);
        if self.calendar.is_published() {
            return Ok(published(&parse(&text)?, &text, BUSY));
        }
        if self.calendar.hides(head) {
            let shown = redacted(&parse(&text)?, &text, BUSY);
            // The components that are not private have alarms still.
            return Ok(with_alarms(&parse(&shown)?, &shown, &Alarms::default()));
        }
        let none = Personal::default();
        let personal = self.personal.get(&head.id).unwrap_or(&none);
        Ok(personal.shown(&parse(&text)?, &text, &kalends.limits.text)?)
    }

    fn object(&self, kalends: &Kalends, object: Object) -> Result<Object> {
        if !self.calendar.alters(&object.head) {
            return Ok(object);
        }
        let text = self.text(kalends, &object.head, object.text)?;
        let head = ObjectHead { size: text.len(), ..self.calendar.shown_head(object.head) };
        Ok(Object { head, text })
    }
}

/// What `principal` has for themselves of those of `heads` that they are shown more of than when they are.
async fn personal(
    tx: &mut Transaction,
    calendar: &Held,
    principal: PrincipalId,
    heads: impl Iterator<Item = &ObjectHead>,
) -> Result<HashMap<ObjectId, Personal>> {
    let has_own = calendar.has_personal_data() && !calendar.is_published() && calendar.may_read();
    let with_own = |head: &&ObjectHead| head.alarmed && has_own && !calendar.hides(head);
    let ids: Vec<ObjectId> = heads.filter(with_own).map(|head| head.id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = tx.personal_data(principal, &ids).await?;
    Ok(found.into_iter().map(|(id, text)| (id, Personal::from_text(&text).unwrap_or_default())).collect())
}

/// What `principal` has of an object for themselves; `None` where that is not apart from what the object says.
pub(crate) async fn own_personal(
    tx: &mut Transaction,
    calendar: &Held,
    principal: PrincipalId,
    head: &ObjectHead,
) -> Result<Option<Personal>> {
    if !calendar.has_personal_data() {
        return Ok(None);
    }
    Ok(Some(personal(tx, calendar, principal, std::iter::once(head)).await?.remove(&head.id).unwrap_or_default()))
}

/// Parsed objects that keep the caller busy or free as they say for themselves.
pub(crate) async fn with_own_transparency(
    tx: &mut Transaction,
    caller: Caller,
    calendar: &Held,
    mut objects: Vec<(ObjectHead, Arc<CalendarObject>)>,
) -> Result<Vec<(ObjectHead, Arc<CalendarObject>)>> {
    let personal = personal(tx, calendar, caller.principal, objects.iter().map(|(head, _)| head)).await?;
    for (head, object) in &mut objects {
        if let Some(own) = personal.get(&head.id).filter(|own| !own.transparency.is_empty()) {
            *object = Arc::new(own.transparency.seen(object));
        }
    }
    Ok(objects)
}

impl Kalends {
    /// Objects of a calendar as the caller sees them.
    pub(crate) async fn shown_objects(
        &self,
        tx: &mut Transaction,
        caller: Caller,
        calendar: &Held,
        objects: Vec<Object>,
    ) -> Result<Vec<Object>> {
        if !objects.iter().any(|object| calendar.alters(&object.head)) {
            return Ok(objects);
        }
        let shown = Shown::read(tx, calendar, caller.principal, objects.iter().map(|object| &object.head)).await?;
        objects.into_iter().map(|object| shown.object(self, object)).collect()
    }

    /// One object as the caller sees it.
    pub(crate) async fn shown_object(
        &self,
        tx: &mut Transaction,
        caller: Caller,
        calendar: &Held,
        object: Object,
    ) -> Result<Object> {
        let shown = Shown::read(tx, calendar, caller.principal, std::iter::once(&object.head)).await?;
        shown.object(self, object)
    }
}

impl Write {
    /// Stores `text` under `name` as the caller wrote it: where alarms, and whether something keeps one busy, are each person's own, those in
    /// `text` are the caller's, and those of the object stay as they are. `index` was derived from `text`.
    ///
    /// # Errors
    /// Those of [`Write::store`].
    pub async fn store_seen(
        &mut self,
        calendar: &Held,
        name: &str,
        text: &str,
        index: &Index,
        precondition: &Precondition,
    ) -> Result<Written> {
        if !calendar.has_personal_data() {
            return self.store(calendar, name, text, index, precondition).await;
        }
        let standing = self.tx.standing(calendar.id, name).await?;
        let principal = self.caller().principal;
        let limits = self.limits().text;
        let read = CalendarObject::parse(text, &limits)?;
        let before = match &standing {
            Some(standing) => self.personal_of(standing.id).await?,
            None => Personal::default(),
        };
        let stands = match &standing {
            Some(Standing { object: Object { text: stands, .. }, .. }) => {
                Some((CalendarObject::parse(stands, &limits)?, stands.as_str()))
            }
            None => None,
        };
        let stands = stands.as_ref().map(|(object, text)| (object, *text));
        let Taken { own, text: whole } = before.written(stands, &read, text, &limits)?;
        let changed = before != own && !(before.is_empty() && own.is_empty());
        let alarmed = !own.is_empty() || standing.as_ref().is_some_and(|standing| standing.object.head.alarmed);
        let index = Index { digest: Digest::of(&whole), alarmed, ..index.clone() };
        let mut written = self.store_even(calendar, name, &whole, &index, precondition, changed).await?;
        if changed {
            let head = self.tx.object_head(calendar.id, name).await?.ok_or(Error::NotFound(Missing::Object))?;
            self.tx.set_personal_data(principal, &head, &own).await?;
        }
        written.altered |= alarmed;
        Ok(written)
    }

    /// The object `from` came back as what has `name` in the calendar now; what people had for themselves of it they have again.
    pub async fn give_personal_data(&mut self, calendar: &Held, from: ObjectId, name: &str) -> Result<()> {
        match self.tx.object_head(calendar.id, name).await? {
            Some(head) if head.id != from => self.tx.move_personal_data(from, head.id).await,
            _ => Ok(()),
        }
    }

    /// What the caller has of the object for themselves.
    pub async fn personal_of(&mut self, object: ObjectId) -> Result<Personal> {
        let principal = self.caller().principal;
        let stored = self.tx.personal_data(principal, &[object]).await?.pop();
        Ok(stored.and_then(|(_, text)| Personal::from_text(&text)).unwrap_or_default())
    }
}
