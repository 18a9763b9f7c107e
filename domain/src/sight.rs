//! What of an object somebody is shown, and what of it they may write: private and confidential events are busy times to those who are
//! neither their owner nor administer the calendar for them, and alarms are each person's own.

use crate::access::{Access, Caller, Held, PrincipalId};
use crate::model::version::Digest;
use crate::objects::{Object, ObjectHead, Precondition, Written};
use crate::store::{Index, ObjectId, Standing, Transaction};
use crate::write::Write;
use crate::{Error, Kalends, Result};
use kalends_ical::CalendarObject;
use kalends_ical::alarms::{Alarms, split_alarms, with_alarms};
use kalends_ical::redact::{published, redacted};
use std::collections::HashMap;

/// What stands in the place of the title of an event that is private.
pub(crate) const BUSY: &str = "Busy";

impl Held {
    /// Whether the object is nothing but a busy time to the caller.
    pub(crate) fn hides(&self, head: &ObjectHead) -> bool {
        head.guarded && !self.sees_private()
    }

    /// Whether the caller is shown the object otherwise than it is stored.
    pub(crate) fn alters(&self, head: &ObjectHead) -> bool {
        self.is_published() || self.hides(head) || head.alarmed && self.has_own_alarms()
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
    /// Of the objects that are shown with them.
    alarms: HashMap<ObjectId, Alarms>,
}

impl<'a> Shown<'a> {
    /// Reads what it takes to show `heads` of `calendar` to `principal`.
    pub async fn read(
        tx: &mut Transaction,
        calendar: &'a Held,
        principal: PrincipalId,
        heads: impl Iterator<Item = &ObjectHead>,
    ) -> Result<Self> {
        let has_own = calendar.has_own_alarms() && !calendar.is_published();
        let with_alarms = |head: &&ObjectHead| head.alarmed && has_own && !calendar.hides(head);
        let ids: Vec<ObjectId> = heads.filter(with_alarms).map(|head| head.id).collect();
        let mut alarms = HashMap::new();
        if !ids.is_empty() {
            for (id, text) in tx.personal_alarms(principal, &ids).await? {
                alarms.insert(id, Alarms::from_text(&text).unwrap_or_default());
            }
        }
        Ok(Shown { calendar, alarms })
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
        let none = Alarms::default();
        Ok(with_alarms(&parse(&text)?, &text, self.alarms.get(&head.id).unwrap_or(&none)))
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
    /// Stores `text` under `name` as the caller wrote it: where alarms are each person's own, those in `text` are the caller's, and those of
    /// the object stay as they are. `index` was derived from `text`.
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
        if !calendar.has_own_alarms() {
            return self.store(calendar, name, text, index, precondition).await;
        }
        let standing = self.tx.standing(calendar.id, name).await?;
        let principal = self.caller().principal;
        let limits = self.limits().text;
        let read = CalendarObject::parse(text, &limits)?;
        let (bare, own) = split_alarms(&read, text);
        let before = match &standing {
            Some(standing) => self.tx.personal_alarms(principal, &[standing.id]).await?.pop().map(|(_, text)| text),
            None => None,
        };
        let own = Some(own).filter(|own| !own.is_empty()).map(|own| own.to_text());
        let changed = before != own;
        let whole = match &standing {
            Some(Standing { object: Object { text: stands, .. }, .. }) => {
                let of_object = split_alarms(&CalendarObject::parse(stands, &limits)?, stands).1;
                with_alarms(&read, text, &of_object)
            }
            None => bare,
        };
        let alarmed = own.is_some() || standing.as_ref().is_some_and(|standing| standing.object.head.alarmed);
        let index = Index { digest: Digest::of(&whole), alarmed, ..index.clone() };
        let mut written = self.store_even(calendar, name, &whole, &index, precondition, changed).await?;
        if changed {
            let head = self.tx.object_head(calendar.id, name).await?.ok_or(Error::NotFound("the object"))?;
            self.tx.set_personal_alarms(principal, head.id, own.as_deref()).await?;
        }
        written.altered |= alarmed;
        Ok(written)
    }
}
