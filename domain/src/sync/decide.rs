//! What becomes of one object when its version there has been read. It changes nothing: the run does what was decided, a dry run shows it.

use super::plan::{self, Action, Brake, Change, Direction, Policy, Settled};
use super::provider::{Provider, RemoteTag};
use super::texts;
use crate::model::sync_object::{Aside, AsideCode, OpenConflict, RemoteState, SyncObject};
use crate::model::sync_run::SyncOutcome;
use crate::model::version::Digest;
use crate::objects::index;
use crate::store::Index;
use crate::{Limits, Result};
use chrono::{DateTime, Utc};
use kalends_ical::meaning::same_meaning;
use kalends_ical::merge::{self, Outcome, Versions, Winner};
use kalends_ical::uid::with_uid;
use std::sync::Arc;

/// The object here.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub name: String,
    pub etag: String,
    pub text: String,
    pub modified_at: DateTime<Utc>,
}

/// The object there.
#[derive(Clone, Debug)]
pub(super) struct Theirs {
    /// As it came.
    pub text: String,
    pub tag: Option<RemoteTag>,
}

/// All that is known of an object.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub row: SyncObject,
    pub local: Option<Local>,
    /// When it was deleted here, of one that is not here any more.
    pub deleted_at: Option<DateTime<Utc>>,
    /// `None`: it is not there (any more).
    pub theirs: Option<Theirs>,
    /// The text that was sent the last time, where nobody knows whether it arrived.
    pub pushed: Option<String>,
}

/// What a link decides by.
#[derive(Clone)]
pub(super) struct Rules {
    pub direction: Direction,
    pub policy: Policy,
    pub brake: Brake,
    /// Knows what the remote side can hold of a text; `None`: it keeps all.
    pub lossy: Option<Arc<dyn Provider>>,
    /// What ended before is left where it is, unless it is in step.
    pub from: Option<DateTime<Utc>>,
    pub limits: Limits,
    /// What the remote calendar takes; `None`: anything.
    pub components: Option<Vec<String>>,
    pub now: DateTime<Utc>,
}

/// What is to be done here.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Only what is known of the object is another.
    Keep,
    Store {
        text: String,
        index: Box<Index>,
    },
    Delete,
    /// It is on neither side any more.
    Forget,
}

/// What was decided about an object.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    /// As it is once the step is done.
    pub row: SyncObject,
    /// What it was decided with.
    pub before: SyncObject,
    pub local: Option<Local>,
    pub step: Step,
    /// What is there, where it gives way to what is here: the history keeps it.
    pub lost: Option<String>,
    /// What the receipt says.
    pub entry: Option<(SyncOutcome, Option<String>)>,
}

/// Whether what ended at `last_end` (Unix seconds) is to be in step.
pub(super) fn is_within(index: &Index, from: Option<DateTime<Utc>>) -> bool {
    from.is_none_or(|from| index.extent.last_end.is_none_or(|end| end >= from.timestamp()))
}

/// Both sides have the same from here on: `text` here, which has `etag`, and `theirs` there.
pub(super) fn in_step(row: &mut SyncObject, (etag, text): (&str, &str), theirs: &Theirs, rules: &Rules) {
    let says_less = rules.lossy.is_some() && !same_meaning(text, &theirs.text, &rules.limits.text).unwrap_or(false);
    row.local_base = Some(etag.to_owned());
    row.base_text = (rules.direction == Direction::Both).then(|| text.to_owned());
    row.remote_base_text = says_less.then(|| theirs.text.clone());
    took_note(row, theirs);
    row.conflict = None;
    row.aside = None;
    row.local_pending = false;
}

/// What was sent has arrived, and the remote side has made something else of it: that counts as an edit over there. `plain`: how it would
/// read there without that, where that is known.
pub(super) fn added_to(row: &mut SyncObject, (etag, sent): (&str, &str), plain: Option<String>, rules: &Rules) {
    in_step(row, (etag, sent), &Theirs { text: sent.to_owned(), tag: None }, rules);
    row.base_text = Some(sent.to_owned());
    row.remote_base_text = plain;
    row.remote_state = RemoteState::Seen;
}

/// The version there is known from here on.
fn took_note(row: &mut SyncObject, theirs: &Theirs) {
    row.remote_base = theirs.tag.clone();
    row.remote_digest = Some(Digest::of(&theirs.text));
    row.remote_state = RemoteState::Same;
    row.seen_tag = None;
    row.seen_text = None;
    row.pushing = None;
    row.failures = 0;
}

/// It is not there.
pub(super) fn forget_remote(row: &mut SyncObject) {
    *row = SyncObject {
        uid: row.uid.clone(),
        name: row.name.clone(),
        title: row.title.clone(),
        crossed: row.crossed,
        ..SyncObject::new(row.id)
    };
}

/// It is left alone until one side is another. `local`: the entity tag here.
pub(super) fn set_aside(row: &mut SyncObject, local: Option<&str>, code: AsideCode, why: String) {
    row.aside = Some(Aside { code, why, local: local.map(str::to_owned), remote: row.remote_version() });
    row.failures = 0;
}

/// Whether it was set aside, or is a conflict, and both sides are still as they were then.
pub(super) fn is_left_alone(row: &SyncObject, local: Option<&str>) -> bool {
    let unknown = row.remote_state == RemoteState::Seen && row.seen_tag.is_none();
    row.aside
        .as_ref()
        .is_some_and(|aside| aside.local.as_deref() == local && aside.remote == row.remote_version() && !unknown)
}

struct Deciding<'r> {
    rules: &'r Rules,
    row: SyncObject,
    before: SyncObject,
    local: Option<Local>,
    theirs: Option<Theirs>,
    /// What is there in our terms.
    text: Option<String>,
    index: Option<Box<Index>>,
    lost: Option<String>,
}

/// Decides. `Err`: the texts cannot be brought together; the object is to be set aside.
pub(super) fn decide(given: Given, rules: &Rules) -> Decided {
    let Given { row, local, deleted_at, theirs, pushed } = given;
    let before = row.clone();
    let mut deciding = Deciding {
        rules,
        row,
        before: before.clone(),
        local: local.clone(),
        theirs,
        text: None,
        index: None,
        lost: None,
    };
    match deciding.decide(deleted_at, pushed) {
        Ok(decided) => decided,
        Err(error) => {
            let mut row = before.clone();
            let why = error.to_string();
            set_aside(&mut row, local.as_ref().map(|local| local.etag.as_str()), AsideCode::Unstorable, why.clone());
            let entry = Some((SyncOutcome::SetAside, Some(why)));
            Decided { row, before, local, step: Step::Keep, lost: None, entry }
        }
    }
}

impl Deciding<'_> {
    fn decide(&mut self, deleted_at: Option<DateTime<Utc>>, pushed: Option<String>) -> Result<Decided> {
        let limits = &self.rules.limits;
        if let Some(theirs) = &self.theirs {
            let index_of_theirs = index(&theirs.text, limits)?;
            let text = match &self.row.uid {
                Some(uid) if *uid != index_of_theirs.uid => with_uid(&theirs.text, uid, &limits.text)?,
                _ => theirs.text.clone(),
            };
            self.row.uid.get_or_insert_with(|| index_of_theirs.uid.clone());
            self.row.title = index_of_theirs.summary.clone();
            self.index = Some(Box::new(index(&text, limits)?));
            self.text = Some(text);
        }
        self.arrived(pushed)?;
        let (here, there) = (self.here(), self.there());
        if there == Change::None {
            return Ok(self.nothing_new(here));
        }
        self.lift()?;
        let newest = self.newest(deleted_at);
        let Rules { direction, policy, .. } = *self.rules;
        match plan::action(here, there, direction, policy, newest) {
            Action::Nothing => Ok(self.noted(here)),
            Action::Remember => Ok(self.gone_on_both()),
            Action::Pull => self.pull(if self.local.is_some() { SyncOutcome::Changed } else { SyncOutcome::Created }),
            Action::Push | Action::DeleteThere => {
                self.lost.clone_from(&self.text);
                Ok(self.ours())
            }
            Action::DeleteHere => Ok(self.done(Step::Delete, Some((SyncOutcome::Deleted, None)))),
            Action::Merge => self.merge(here, there, newest),
            Action::Ask => Ok(self.ask()),
            // Only a state yields it.
            Action::SetAside => Ok(self.done(Step::Keep, None)),
        }
    }

    fn etag(&self) -> Option<String> {
        self.local.as_ref().map(|local| local.etag.clone())
    }

    fn here(&self) -> Change {
        Change::between(&self.row.local_base, &self.etag())
    }

    fn there(&self) -> Change {
        Change::between(&self.row.remote_digest, &self.theirs.as_ref().map(|theirs| Digest::of(&theirs.text)))
    }

    /// What was sent the last time has arrived, if that is what is there: then that is what both sides were last the same at.
    fn arrived(&mut self, pushed: Option<String>) -> Result<()> {
        let sent = self.row.pushing.take();
        let (Some(etag), Some(pushed), Some(theirs)) = (sent, pushed, &self.theirs) else { return Ok(()) };
        let text = self.text.as_deref().unwrap_or(&theirs.text);
        let held = self.rules.lossy.as_ref().map_or_else(|| pushed.clone(), |provider| provider.as_held(&pushed));
        let plain = self.rules.lossy.as_ref().and_then(|provider| provider.without_additions(&pushed, text));
        if !same_meaning(&held, plain.as_deref().unwrap_or(text), &self.rules.limits.text)? {
            return Ok(());
        }
        let pending = self.row.local_pending;
        match plain {
            None => in_step(&mut self.row, (&etag, &pushed), &theirs.clone(), self.rules),
            Some(plain) => added_to(&mut self.row, (&etag, &pushed), Some(plain), self.rules),
        }
        self.row.local_pending = pending;
        Ok(())
    }

    /// The text there is the one that is known already, under whatever tag.
    fn nothing_new(&mut self, here: Change) -> Decided {
        if let Some(theirs) = self.theirs.clone() {
            took_note(&mut self.row, &theirs);
        } else if self.row.remote_state == RemoteState::Gone {
            forget_remote(&mut self.row);
            if self.local.is_none() {
                return self.done(Step::Forget, None);
            }
        }
        self.row.local_pending = here != Change::None;
        self.row.aside = None;
        self.row.conflict = None;
        self.done(Step::Keep, None)
    }

    /// What has changed there is theirs alone, as this side leads.
    fn noted(&mut self, here: Change) -> Decided {
        match self.theirs.clone() {
            Some(theirs) => {
                let known = self.row.remote_digest;
                took_note(&mut self.row, &theirs);
                // When this side changes too, it replaces that; until then the two are not the same.
                self.row.remote_digest = known.or(self.row.remote_digest);
            }
            None => {
                let based = (self.row.local_base.clone(), self.row.base_text.clone());
                forget_remote(&mut self.row);
                (self.row.local_base, self.row.base_text) = based;
            }
        }
        self.row.local_pending = here != Change::None;
        self.row.aside = None;
        self.done(Step::Keep, None)
    }

    fn gone_on_both(&mut self) -> Decided {
        if self.local.is_none() {
            return self.done(Step::Forget, None);
        }
        forget_remote(&mut self.row);
        self.done(Step::Keep, None)
    }

    /// What only the remote side says less of than ours did is put back into what is there now.
    fn lift(&mut self) -> Result<()> {
        let (Some(provider), Some(text), Some(ours)) = (&self.rules.lossy, &self.text, self.base()) else {
            return Ok(());
        };
        let held = self.row.remote_base_text.clone().unwrap_or_else(|| provider.as_held(&ours));
        let lifted = provider.restored(&ours, &held, text);
        self.index = Some(Box::new(index(&lifted, &self.rules.limits)?));
        self.text = Some(lifted);
        Ok(())
    }

    /// The text here when both sides were last the same.
    fn base(&self) -> Option<String> {
        let current = self.local.as_ref().filter(|local| Some(&local.etag) == self.row.local_base.as_ref());
        current.map(|local| local.text.clone()).or_else(|| self.row.base_text.clone())
    }

    /// The side that was changed last, as far as can be known. What is edited outlives what is deleted at a time that nobody knows.
    fn newest(&self, deleted_at: Option<DateTime<Utc>>) -> Winner {
        let Some(theirs) = &self.theirs else { return Winner::Ours };
        let said = texts::stamp(&theirs.text, &self.rules.limits);
        let known = self.base().and_then(|base| texts::stamp(&base, &self.rules.limits));
        // Not every program says it: then it is what it said before.
        let Some(said) = said.filter(|said| Some(said) != known.as_ref()) else { return Winner::Theirs };
        let ours = self.local.as_ref().map(|local| local.modified_at).or(deleted_at);
        if ours.is_some_and(|ours| ours > said) { Winner::Ours } else { Winner::Theirs }
    }

    fn pull(&mut self, deed: SyncOutcome) -> Result<Decided> {
        self.lost = None;
        let (Some(theirs), Some(text)) = (self.theirs.clone(), self.text.clone()) else {
            return Ok(self.done(Step::Keep, None));
        };
        let Some(index) = self.index.clone() else { return Ok(self.done(Step::Keep, None)) };
        if self.local.is_none() && !self.row.is_based() && !is_within(&index, self.rules.from) {
            took_note(&mut self.row, &theirs);
            set_aside(&mut self.row, None, AsideCode::Outside, String::new());
            return Ok(self.done(Step::Keep, None));
        }
        if let Some(local) = self.local.clone()
            && same_meaning(&local.text, &text, &self.rules.limits.text)?
        {
            in_step(&mut self.row, (&local.etag, &local.text), &theirs, self.rules);
            return Ok(self.done(Step::Keep, None));
        }
        in_step(&mut self.row, (&index.digest.etag(), &text), &theirs, self.rules);
        self.row.title = index.summary.clone();
        self.row.crossed = Some((self.rules.now, false));
        Ok(self.done(Step::Store { text, index }, Some((deed, None))))
    }

    /// Ours counts: what is there is what ours is compared with from now on, so that it goes there.
    fn ours(&mut self) -> Decided {
        match (self.theirs.clone(), self.text.clone()) {
            (Some(theirs), Some(text)) => {
                in_step(&mut self.row, (&Digest::of(&text).etag(), &text), &theirs, self.rules);
                self.row.base_text = Some(text);
            }
            _ => forget_remote(&mut self.row),
        }
        self.row.local_pending = true;
        self.done(Step::Keep, None)
    }

    fn merge(&mut self, here: Change, there: Change, newest: Winner) -> Result<Decided> {
        let (Some(local), Some(text)) = (self.local.clone(), self.text.clone()) else {
            return Ok(self.done(Step::Keep, None));
        };
        let base = if (here, there) == (Change::Edited, Change::Edited) { self.base() } else { None };
        let versions = Versions { base: base.as_deref(), ours: Some(&local.text), theirs: Some(&text) };
        let limits = &self.rules.limits.text;
        let merged = match plan::settle(merge::merge(&versions, limits)?, self.rules.policy, newest) {
            Settled::Action(Action::Push) => return Ok(self.ours()),
            // The same already, or theirs alone: that looks again whether it is the same.
            Settled::Action(_) => return self.pull(SyncOutcome::Changed),
            Settled::Both { text } => text,
            Settled::Ask { .. } => return Ok(self.ask()),
            Settled::Resolve { winner } => {
                self.lost = self.text.clone().filter(|_| winner == Winner::Ours);
                match merge::resolve(&versions, limits, &mut |_| winner)? {
                    Some(text) => text,
                    None => return Ok(self.done(Step::Keep, None)),
                }
            }
        };
        self.both(&local, merged)
    }

    /// `merged` is what both sides are to have.
    fn both(&mut self, local: &Local, merged: String) -> Result<Decided> {
        let limits = &self.rules.limits;
        let text = self.text.clone().unwrap_or_default();
        if same_meaning(&merged, &text, &limits.text)? {
            return self.pull(SyncOutcome::Changed);
        }
        if same_meaning(&merged, &local.text, &limits.text)? {
            return Ok(self.ours());
        }
        let index = Box::new(index(&merged, limits)?);
        // What is there is what the merged text is compared with: it goes there as an edit.
        self.ours();
        self.row.crossed = Some((self.rules.now, false));
        Ok(self.done(Step::Store { text: merged, index }, Some((SyncOutcome::Merged, None))))
    }

    fn ask(&mut self) -> Decided {
        let at = self.row.conflict.as_ref().map_or(self.rules.now, |conflict| conflict.at);
        let known = self.row.conflict.take();
        if let Some(theirs) = &self.theirs {
            self.row.seen_tag = theirs.tag.clone().or(self.row.seen_tag.take());
        }
        let conflict = OpenConflict { at, theirs: self.text.clone() };
        let is_new = known.as_ref() != Some(&conflict);
        self.row.conflict = Some(conflict);
        let etag = self.etag();
        set_aside(&mut self.row, etag.as_deref(), AsideCode::Conflict, String::new());
        self.done(Step::Keep, is_new.then_some((SyncOutcome::Conflict, None)))
    }

    fn done(&mut self, step: Step, entry: Option<(SyncOutcome, Option<String>)>) -> Decided {
        let (row, before, local) = (self.row.clone(), self.before.clone(), self.local.clone());
        Decided { row, before, local, step, lost: self.lost.clone(), entry }
    }
}

/// What an object that is there as it was needs, that may be another here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outbound {
    Nothing,
    Push,
    Delete,
    /// It is on neither side.
    Forget,
}

/// [`Outbound`] of an object that has `etag` here.
pub(super) fn outbound(row: &SyncObject, etag: Option<&String>, rules: &Rules) -> Outbound {
    let here = Change::between(&row.local_base, &etag.cloned());
    if row.remote.is_none() && etag.is_none() {
        return Outbound::Forget;
    }
    match plan::action(here, Change::None, rules.direction, rules.policy, Winner::Ours) {
        Action::Push => Outbound::Push,
        Action::DeleteThere => Outbound::Delete,
        _ => Outbound::Nothing,
    }
}

/// What two versions do not come to without somebody's word.
pub(super) fn collisions(
    base: Option<&str>,
    ours: Option<&str>,
    theirs: Option<&str>,
    limits: &Limits,
) -> Result<Vec<merge::Collision>> {
    let outcome = merge::merge(&Versions { base, ours, theirs }, &limits.text)?;
    Ok(if let Outcome::Conflict { collisions } = outcome { collisions } else { Vec::new() })
}
