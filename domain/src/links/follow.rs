//! What changes for whoever looks at a link, as it happens.

use super::NOT_THERE;
use super::open::{OpenLink, find};
use super::state::{hexadecimal, state};
use crate::access::{Held, PrincipalId};
use crate::calendars::{CalendarId, Revision};
use crate::model::link::LinkId;
use crate::store::SecretHash;
use crate::{Announcement, Error, Kalends, Result};
use std::collections::BTreeMap;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// Something that has come about at a link. It does not say where: whoever looks learns neither how many calendars there are nor how
/// often each is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkNews {
    /// What it shows.
    Changed,
    /// It leads nowhere any more.
    Gone,
}

/// Tells whoever looks at a link what changes.
pub struct LinkFollower {
    kalends: Kalends,
    secret: SecretHash,
    id: LinkId,
    maker: PrincipalId,
    announcements: broadcast::Receiver<Announcement>,
    revisions: BTreeMap<CalendarId, Revision>,
    /// The state that was told, as a cursor.
    told: String,
    now: String,
    is_behind: bool,
}

impl OpenLink {
    /// Follows the link from the state `told`, a cursor of a follower before; who has none is told of what comes from now on.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn follow(self, told: Option<String>) -> Result<LinkFollower> {
        // Subscribing comes before reading.
        let announcements = self.kalends.announcements();
        let mut follower = LinkFollower {
            kalends: self.kalends,
            secret: self.secret,
            id: self.link.id,
            maker: self.link.maker.id,
            announcements,
            revisions: BTreeMap::new(),
            told: String::new(),
            now: String::new(),
            is_behind: true,
        };
        if !follower.look().await? {
            return Err(NOT_THERE);
        }
        follower.told = told.unwrap_or_else(|| follower.now.clone());
        Ok(follower)
    }
}

impl LinkFollower {
    pub fn id(&self) -> LinkId {
        self.id
    }

    /// Waits for the next piece of news. Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`; then what was missed is still to come.
    pub async fn next(&mut self) -> Result<LinkNews> {
        loop {
            if self.is_behind && !self.look().await? {
                return Ok(LinkNews::Gone);
            }
            if self.told != self.now {
                self.told.clone_from(&self.now);
                return Ok(LinkNews::Changed);
            }
            self.is_behind = match self.announcements.recv().await {
                Ok(Announcement::Calendar { calendar, revision }) => {
                    self.revisions.get(&calendar).is_some_and(|known| *known < revision)
                }
                Ok(Announcement::Home { principal, .. }) => principal == self.maker,
                Ok(Announcement::Job { .. } | Announcement::Reminder { .. } | Announcement::Mail { .. }) => false,
                Ok(Announcement::Missed) | Err(RecvError::Lagged(_)) => true,
                Err(RecvError::Closed) => return Err(Error::Unavailable { seconds: 1 }),
            };
        }
    }

    /// Whether the link still leads somewhere.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn check(&mut self) -> Result<bool> {
        self.look().await
    }

    /// Whether the state is told.
    pub fn is_up_to_date(&self) -> bool {
        self.told == self.now && !self.is_behind
    }

    /// The state that was told: from it another follower goes on.
    pub fn told(&self) -> &str {
        &self.told
    }

    /// Reads the state; `false`: the link leads nowhere.
    async fn look(&mut self) -> Result<bool> {
        let found = find(&mut self.kalends.db.read().await?, &self.secret).await?;
        let Some((link, calendars)) = found else { return Ok(false) };
        self.now = hexadecimal(&state(&link, &calendars)[..16]);
        self.revisions = calendars.iter().map(|held: &Held| (held.id, held.revision)).collect();
        self.is_behind = false;
        Ok(true)
    }
}
