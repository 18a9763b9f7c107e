//! An edit of an event, worked out before anything is written.

use super::{name_of, require_sight};
use crate::access::Held;
use crate::objects::{Object, Precondition, index};
use crate::store::Index;
use crate::write::Write;
use crate::{Limits, Result};
use kalends_ical::CalendarObject;
use kalends_ical::edit::{Edited, NewObject};
use kalends_ical::itip;
use kalends_ical::meaning;
use kalends_ical::personal::Personal;
use kalends_ical::transparency::{Told, Transparency};

/// What of a person's own an edit begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// Whether it keeps them busy: the object stays where it is.
    Edited,
    /// All: it goes to another calendar as they see it.
    Moved,
}

/// What a person says for themselves of whether the event keeps them busy.
struct Own {
    before: Transparency,
    after: Transparency,
    /// Of what is split off.
    split: Transparency,
}

/// See the module.
pub(super) struct Prepared {
    pub before: Object,
    pub recurs: bool,
    /// What the object becomes; `None`: nothing of it remains.
    pub after: Option<(String, Index)>,
    pub split: Option<(NewObject, Index)>,
    own: Option<Own>,
}

impl Prepared {
    /// Works out `edit`, which gets the object as the caller sees it and its text. `own`: what they have of it for themselves, where that is
    /// apart from what it says.
    pub fn new(
        before: Object,
        own: Option<Personal>,
        base: Base,
        limits: &Limits,
        edit: impl FnOnce(&CalendarObject, &str) -> kalends_ical::Result<Edited>,
    ) -> Result<Self> {
        let edit = |object: &CalendarObject, text: &str| -> kalends_ical::Result<Edited> {
            let Edited { text, split } = edit(object, text)?;
            let split = split.map(|new| NewObject { text: itip::split_off(object, new.text), ..new });
            Ok(Edited { text, split })
        };
        let stored = CalendarObject::parse(&before.text, &limits.text)?;
        let indexed = |text: String| index(&text, limits).map(|index| (text, index));
        let indexed_new = |new: NewObject| index(&new.text, limits).map(|index| (new, index));
        let Some(own) = own else {
            let Edited { text, split } = edit(&stored, &before.text)?;
            let after = text.map(indexed).transpose()?;
            let split = split.map(indexed_new).transpose()?;
            return Ok(Prepared { recurs: stored.recurs(), before, after, split, own: None });
        };
        let seen = match base {
            Base::Edited => own.transparency.shown(&stored, &before.text),
            Base::Moved => own.shown(&stored, &before.text, &limits.text)?,
        };
        let Edited { text, split } = edit(&CalendarObject::parse(&seen, &limits.text)?, &seen)?;
        if base == Base::Moved {
            let after = text.map(indexed).transpose()?;
            let split = split.map(indexed_new).transpose()?;
            return Ok(Prepared { recurs: stored.recurs(), before, after, split, own: None });
        }
        let told = |text: &str| -> Result<Told> {
            Ok(own.transparency.told(&stored, &CalendarObject::parse(text, &limits.text)?, text))
        };
        let text = text.as_deref().map(told).transpose()?;
        let new = split.map(|new| told(&new.text).map(|told| (new.uid, told))).transpose()?;
        let said = |told: Option<&Told>| told.map(|told| told.own.clone()).unwrap_or_default();
        let own = Own {
            before: own.transparency.clone(),
            after: said(text.as_ref()),
            split: said(new.as_ref().map(|(_, told)| told)),
        };
        // Where they said something for themselves alone, the event stays as it is for all, without a stamp of having been changed.
        let is_own = new.is_none() && own.before != own.after;
        let for_all = |told: Told| -> Result<String> {
            let said = CalendarObject::parse(&told.text, &limits.text)?;
            let is_same =
                is_own && said.entries().count() == stored.entries().count() && meaning::is_same(&stored, &said);
            Ok(if is_same { before.text.clone() } else { told.text })
        };
        let after = text.map(|told| indexed(for_all(told)?)).transpose()?;
        let split = new.map(|(uid, told)| indexed_new(NewObject { uid, text: told.text })).transpose()?;
        let recurs = stored.recurs();
        Ok(Prepared { before, recurs, after, split, own: Some(own) })
    }

    /// The precondition that the stored object is the one which the edit was worked out for.
    pub fn unchanged(&self) -> Precondition {
        Precondition::Matches(vec![self.before.head.etag.clone()])
    }

    /// Whether it changes nothing but what the caller has of the event for themselves.
    pub fn is_personal(&self) -> bool {
        let is_same = |(text, _): &(String, Index)| *text == self.before.text;
        self.own.is_some() && self.split.is_none() && self.after.as_ref().is_some_and(is_same)
    }

    /// Writes it where the object is. Yields the entity tag that the object has then.
    pub async fn store(&self, write: &mut Write, calendar: &Held) -> Result<Option<String>> {
        let name = &self.before.head.name;
        let indices = self.after.iter().map(|(_, index)| index).chain(self.split.iter().map(|(_, index)| index));
        indices.into_iter().try_for_each(|index| require_sight(calendar, index))?;
        let left = match &self.after {
            Some((text, index)) => Some(self.store_rest(write, calendar, text, index).await?),
            None => {
                write.remove(calendar, name, &self.unchanged()).await?;
                None
            }
        };
        if let Some((new, index)) = &self.split {
            self.store_split(write, calendar, new, index).await?;
        }
        Ok(left)
    }

    async fn store_rest(&self, write: &mut Write, calendar: &Held, text: &str, index: &Index) -> Result<String> {
        let head = &self.before.head;
        let changed = self.own.as_ref().filter(|own| own.before != own.after);
        // Those who have alarms of their own for it keep them.
        let alarmed = index.alarmed || head.alarmed || changed.is_some();
        let index = Index { alarmed, ..index.clone() };
        let unchanged = self.unchanged();
        let written = write.store_even(calendar, &head.name, text, &index, &unchanged, changed.is_some()).await?;
        if let Some(own) = changed {
            let personal = Personal { transparency: own.after.clone(), ..write.personal_of(head.id).await? };
            write.tx.set_personal_data(write.caller().principal, head, &personal).await?;
        }
        Ok(written.etag)
    }

    /// The later part of the series is an object of its own from now on; what people have for themselves of the series, they have of it too.
    async fn store_split(&self, write: &mut Write, calendar: &Held, new: &NewObject, index: &Index) -> Result<()> {
        let name = name_of(new);
        write.store(calendar, &name, &new.text, index, &Precondition::Absent).await?;
        let Some(made) = write.tx.object_head(calendar.id, &name).await? else { return Ok(()) };
        write.tx.copy_personal_data(self.before.head.id, made.id).await?;
        if let Some(own) = &self.own {
            let copied = write.personal_of(made.id).await?;
            if copied.transparency != own.split {
                let personal = Personal { transparency: own.split.clone(), ..copied };
                write.tx.set_personal_data(write.caller().principal, &made, &personal).await?;
            }
        }
        Ok(())
    }
}
