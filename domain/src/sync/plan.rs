//! What a run has to do, worked out before anything is done: the changes of both sides since an object was last the same, and an action
//! for each. A dry run shows the plan, a run follows it, its receipt is the same table; the brake looks at it in between.
//!
//! The plan knows which versions there are and not what is in them. Where both sides have changed an object, its texts are brought
//! together by `kalends_ical::merge`, and [`settle`] says what becomes of it.

use kalends_ical::merge::{Collision, Outcome, Winner};

/// Which way changes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From there to here. What is changed here stays here, until it is changed there too: then it is as it is there.
    Pull,
    Both,
    /// From here to there, likewise.
    Push,
}

impl Direction {
    pub const ALL: [Direction; 3] = [Direction::Pull, Direction::Both, Direction::Push];

    pub fn name(self) -> &'static str {
        match self {
            Direction::Pull => "pull",
            Direction::Both => "both",
            Direction::Push => "push",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.name() == name)
    }

    /// Whether what is changed here goes there.
    pub fn pushes(self) -> bool {
        self != Direction::Pull
    }

    /// Whether what is changed there comes here.
    pub fn pulls(self) -> bool {
        self != Direction::Push
    }
}

/// Who wins where both sides have changed the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// What does not collide comes together; of what does, the side that was changed last.
    MergeThenNewest,
    /// What does not collide comes together; of what does, the remote side.
    Remote,
    /// What does not collide comes together; of what does, this side.
    Local,
    /// What collides waits until a person has decided.
    Ask,
}

impl Policy {
    pub const ALL: [Policy; 4] = [Policy::MergeThenNewest, Policy::Remote, Policy::Local, Policy::Ask];

    pub fn name(self) -> &'static str {
        match self {
            Policy::MergeThenNewest => "newest",
            Policy::Remote => "remote",
            Policy::Local => "local",
            Policy::Ask => "ask",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }
}

/// What is known of one version of an object; another one, another text. `None`: there is no object.
pub type Version<V> = Option<V>;

/// An object on both sides, and as it was when both were the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectState<Local, Remote> {
    /// What this side had: the digest of the text, or the revision. `None`: it was not here.
    pub local_base: Version<Local>,
    pub local: Version<Local>,
    /// What the remote side had: its tag. `None`: it was not there.
    pub remote_base: Version<Remote>,
    pub remote: Version<Remote>,
    /// The versions of both sides of which it is known that they cannot be brought into step: an object that was refused, or that
    /// cannot be read. It is left alone until one of them is another.
    pub set_aside_at: Option<(Version<Local>, Version<Remote>)>,
}

/// What happened on one side since both were the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    None,
    Created,
    Edited,
    Deleted,
}

impl Change {
    /// What led from one version to another.
    pub fn between<V: PartialEq>(base: &Version<V>, now: &Version<V>) -> Self {
        match (base, now) {
            (None, None) => Change::None,
            (None, Some(_)) => Change::Created,
            (Some(_), None) => Change::Deleted,
            (Some(base), Some(now)) if base == now => Change::None,
            (Some(_), Some(_)) => Change::Edited,
        }
    }

    /// Whether there is a text now that the other side has not seen.
    fn leaves_text(self) -> bool {
        matches!(self, Change::Created | Change::Edited)
    }
}

/// What is to be done about an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    Nothing,
    /// Both sides have come to the same by themselves: that is what they were last the same at.
    Remember,
    /// Their text is stored here.
    Pull,
    /// Our text is stored there.
    Push,
    /// The texts are brought together; see [`settle`].
    Merge,
    DeleteHere,
    DeleteThere,
    /// It is left alone until one of its versions is another.
    SetAside,
    /// A person decides.
    Ask,
}

impl<Local: PartialEq, Remote: PartialEq> ObjectState<Local, Remote> {
    /// What happened here and there.
    pub fn changes(&self) -> (Change, Change) {
        (Change::between(&self.local_base, &self.local), Change::between(&self.remote_base, &self.remote))
    }

    /// What is to be done. `newest` is the side that was changed last, as far as their clocks tell.
    pub fn action(&self, direction: Direction, policy: Policy, newest: Winner) -> Action {
        let (here, there) = self.changes();
        if (here, there) == (Change::None, Change::None) {
            return Action::Nothing;
        }
        if self.set_aside_at.as_ref().is_some_and(|(local, remote)| *local == self.local && *remote == self.remote) {
            return Action::SetAside;
        }
        action(here, there, direction, policy, newest)
    }
}

/// What is to be done about an object with which this happened here and there; `newest` is the side that was changed last.
///
/// | here \ there | nothing | created | edited | deleted |
/// | --- | --- | --- | --- | --- |
/// | nothing | nothing | pull | pull | delete here |
/// | created | push | merge | merge | push |
/// | edited | push | merge | merge | the policy: push, or delete here |
/// | deleted | delete there | pull | the policy: pull, or delete there | remember |
///
/// In one direction alone the other side's own changes are left as they are, and give way where the leading side changes too.
pub fn action(here: Change, there: Change, direction: Direction, policy: Policy, newest: Winner) -> Action {
    use Change::{Created, Deleted, Edited, None};
    match direction {
        Direction::Pull => leading(here, there, [Action::Pull, Action::DeleteHere]),
        Direction::Push => leading(there, here, [Action::Push, Action::DeleteThere]),
        Direction::Both => match (here, there) {
            (None, None) => Action::Nothing,
            (Deleted, Deleted) => Action::Remember,
            (None, Created | Edited) => Action::Pull,
            (None, Deleted) => Action::DeleteHere,
            (Created | Edited, None) => Action::Push,
            (Deleted, None) => Action::DeleteThere,
            (Created | Edited, Created | Edited) => Action::Merge,
            // What was made anew is nobody's edit of what was deleted.
            (Created, Deleted) => Action::Push,
            (Deleted, Created) => Action::Pull,
            (Edited, Deleted) => match decided(policy, newest) {
                Some(Winner::Ours) => Action::Push,
                Some(Winner::Theirs) => Action::DeleteHere,
                Option::None => Action::Ask,
            },
            (Deleted, Edited) => match decided(policy, newest) {
                Some(Winner::Ours) => Action::DeleteThere,
                Some(Winner::Theirs) => Action::Pull,
                Option::None => Action::Ask,
            },
        },
    }
}

/// What follows from the changes of the side that leads alone.
fn leading(follower: Change, leader: Change, [take, delete]: [Action; 2]) -> Action {
    match (follower, leader) {
        (_, Change::None) => Action::Nothing,
        (_, leader) if leader.leaves_text() => take,
        // It is gone already, or was made anew by the side that follows: that is its own.
        (Change::Deleted | Change::Created, _) => Action::Remember,
        (_, _) => delete,
    }
}

/// Who wins a collision; `None`: a person says.
pub fn decided(policy: Policy, newest: Winner) -> Option<Winner> {
    match policy {
        Policy::MergeThenNewest => Some(newest),
        Policy::Remote => Some(Winner::Theirs),
        Policy::Local => Some(Winner::Ours),
        Policy::Ask => None,
    }
}

/// What becomes of an object whose texts were brought together (ours is the one here).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// As its action says, with the text that the side has.
    Action(Action),
    /// This text is stored on both sides.
    Both { text: String },
    /// The collisions are to be decided for this side, and what comes of it is stored on both.
    Resolve { winner: Winner },
    /// A person decides these.
    Ask { collisions: Vec<Collision> },
}

/// What follows from an [`Outcome`].
pub fn settle(outcome: Outcome, policy: Policy, newest: Winner) -> Settled {
    match outcome {
        Outcome::Unchanged => Settled::Action(Action::Remember),
        Outcome::TakeOurs => Settled::Action(Action::Push),
        Outcome::TakeTheirs => Settled::Action(Action::Pull),
        Outcome::Merged { text } => Settled::Both { text },
        Outcome::Conflict { collisions } => match decided(policy, newest) {
            Some(winner) => Settled::Resolve { winner },
            None => Settled::Ask { collisions },
        },
    }
}

/// How much a run may delete on one side without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brake {
    /// Percent of the objects that the side has.
    pub percent: u32,
    /// So many are never too many, however few there are.
    pub objects: u32,
}

impl Brake {
    /// Largest share and number that can be chosen.
    pub const MAX_PERCENT: u32 = 100;
    pub const MAX_OBJECTS: u32 = 100_000;
}

impl Default for Brake {
    fn default() -> Self {
        Brake { percent: 20, objects: 10 }
    }
}

/// Why a run stops and asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The source that deletions come from has nothing at all any more, and had something: more likely it is broken.
    #[error("the source is empty: {deletions} objects would be deleted")]
    EmptySource { deletions: usize },
    /// More than [`Brake`] lets pass.
    #[error("{deletions} of {of} objects would be deleted")]
    TooMany { deletions: usize, of: usize },
}

impl Brake {
    /// Whether a run may delete `deletions` of the `of` objects that a side has, because the other side, which has `source` objects, has
    /// them no more.
    ///
    /// # Errors
    /// More than the percentage, if these are more than the number as well; any deletion where the source is empty.
    pub fn check(&self, deletions: usize, of: usize, source: usize) -> Result<(), Stop> {
        if deletions > 0 && source == 0 {
            return Err(Stop::EmptySource { deletions });
        }
        let is_large = deletions as u128 * 100 > of as u128 * u128::from(self.percent);
        if is_large && deletions as u128 > u128::from(self.objects) {
            Err(Stop::TooMany { deletions, of })
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use kalends_ical::meaning::{Part, Place};

    const CHANGES: [Change; 4] = [Change::None, Change::Created, Change::Edited, Change::Deleted];
    const POLICIES: [Policy; 4] = [Policy::MergeThenNewest, Policy::Remote, Policy::Local, Policy::Ask];
    const SIDES: [Winner; 2] = [Winner::Ours, Winner::Theirs];

    fn named(action: Action) -> &'static str {
        match action {
            Action::Nothing => "-",
            Action::Remember => "remember",
            Action::Pull => "pull",
            Action::Push => "push",
            Action::Merge => "merge",
            Action::DeleteHere => "delete-here",
            Action::DeleteThere => "delete-there",
            Action::SetAside => "set-aside",
            Action::Ask => "ask",
        }
    }

    /// The table, a row for each change here, a column for each change there, as [`CHANGES`] has them.
    fn table(direction: Direction, policy: Policy, newest: Winner) -> Vec<Vec<&'static str>> {
        let row = |here| CHANGES.iter().map(|there| named(action(here, *there, direction, policy, newest))).collect();
        CHANGES.into_iter().map(row).collect()
    }

    fn words(rows: &str) -> Vec<Vec<&str>> {
        rows.trim().lines().map(|row| row.split_whitespace().collect()).collect()
    }

    #[test]
    fn both_ways_for_every_policy() {
        for policy in POLICIES {
            for newest in SIDES {
                let (edited_deleted, deleted_edited) = match (policy, newest) {
                    (Policy::Ask, _) => ("ask", "ask"),
                    (Policy::Local, _) | (Policy::MergeThenNewest, Winner::Ours) => ("push", "delete-there"),
                    (Policy::Remote, _) | (Policy::MergeThenNewest, Winner::Theirs) => ("delete-here", "pull"),
                };
                let expected = format!(
                    "-             pull    pull              delete-here
                     push          merge   merge             push
                     push          merge   merge             {edited_deleted}
                     delete-there  pull    {deleted_edited}  remember"
                );
                assert_eq!(table(Direction::Both, policy, newest), words(&expected), "{policy:?} {newest:?}");
            }
        }
    }

    #[test]
    fn one_way_whatever_the_policy() {
        for policy in POLICIES {
            for newest in SIDES {
                let pull = "-  pull  pull  delete-here
                            -  pull  pull  remember
                            -  pull  pull  delete-here
                            -  pull  pull  remember";
                assert_eq!(table(Direction::Pull, policy, newest), words(pull));
                let push = "-             -         -             -
                            push          push      push          push
                            push          push      push          push
                            delete-there  remember  delete-there  remember";
                assert_eq!(table(Direction::Push, policy, newest), words(push));
            }
        }
    }

    #[test]
    fn changes_follow_from_versions() {
        let of = |base: Option<u8>, now: Option<u8>| Change::between(&base, &now);
        assert_eq!(of(None, None), Change::None);
        assert_eq!(of(Some(1), Some(1)), Change::None);
        assert_eq!(of(None, Some(1)), Change::Created);
        assert_eq!(of(Some(1), Some(2)), Change::Edited);
        assert_eq!(of(Some(1), None), Change::Deleted);
    }

    #[test]
    fn what_was_set_aside_is_tried_again_when_it_changes() {
        let mut state = ObjectState {
            local_base: Some(1),
            local: Some(2),
            remote_base: Some("a"),
            remote: Some("a"),
            set_aside_at: Some((Some(2), Some("a"))),
        };
        let action = |state: &ObjectState<_, _>| state.action(Direction::Both, Policy::Ask, Winner::Ours);
        assert_eq!(action(&state), Action::SetAside);
        state.remote = Some("b");
        assert_eq!(action(&state), Action::Merge);
        state.remote = Some("a");
        state.local = Some(3);
        assert_eq!(action(&state), Action::Push);
        state.local = state.local_base;
        assert_eq!(action(&state), Action::Nothing);
    }

    #[test]
    fn a_merge_is_settled_by_the_policy() {
        let collision = Collision { place: Place::Object, part: Part::Whole, base: None, ours: None, theirs: None };
        let conflict = || Outcome::Conflict { collisions: vec![collision.clone()] };
        for newest in SIDES {
            for policy in POLICIES {
                let of = |outcome| settle(outcome, policy, newest);
                assert_eq!(of(Outcome::Unchanged), Settled::Action(Action::Remember));
                assert_eq!(of(Outcome::TakeOurs), Settled::Action(Action::Push));
                assert_eq!(of(Outcome::TakeTheirs), Settled::Action(Action::Pull));
                assert_eq!(of(Outcome::Merged { text: "x".into() }), Settled::Both { text: "x".into() });
            }
            let of = |policy| settle(conflict(), policy, newest);
            assert_eq!(of(Policy::MergeThenNewest), Settled::Resolve { winner: newest });
            assert_eq!(of(Policy::Remote), Settled::Resolve { winner: Winner::Theirs });
            assert_eq!(of(Policy::Local), Settled::Resolve { winner: Winner::Ours });
            assert_eq!(of(Policy::Ask), Settled::Ask { collisions: vec![collision.clone()] });
        }
    }

    #[test]
    fn the_brake_lets_few_and_small_shares_pass() {
        let brake = Brake::default();
        for of in 0..200 {
            for deletions in 0..=of {
                let stops = deletions > 10 && deletions * 5 > of;
                let expected = if stops { Err(Stop::TooMany { deletions, of }) } else { Ok(()) };
                assert_eq!(brake.check(deletions, of, 1), expected);
                let expected = if deletions > 0 { Err(Stop::EmptySource { deletions }) } else { Ok(()) };
                assert_eq!(brake.check(deletions, of, 0), expected);
            }
        }
        assert!(brake.check(usize::MAX, usize::MAX, 1).is_err());
    }
}
