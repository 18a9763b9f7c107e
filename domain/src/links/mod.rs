//! Public links: an address at which everybody who has it sees some calendars, and nothing that is only for people.
//!
//! A link is a credential of whoever made it that is for reading at most, and only for calendars that they administer: it shows less
//! as soon as they may do less, and nothing once they cannot sign in. Its secret is stored as a hash alone. There is no key by which
//! it could be sealed and shown again; who has lost the address makes a new one, which ends the old.

mod busy_feed;
mod follow;
mod guesses;
mod open;
mod state;
mod uses;

pub use crate::model::link::{Link, LinkDetails, LinkId};
pub use follow::{LinkFollower, LinkNews};
pub use guesses::{LinkGuesses, counted as network_that_counts};
pub use open::{Feed, OpenLink, Validators};
pub(crate) use uses::LinkUses;

use crate::access::{self, Access, Caller};
use crate::accounts::{Secret, secrets};
use crate::calendars::CalendarId;
use crate::idempotency::Once;
use crate::model::link::StoredLink;
use crate::store::LinksOf;
use crate::write::Write;
use crate::{Error, Kalends, Missing, Problem, Result};
use chrono::Utc;

/// Longest name, in characters.
pub const MAX_NAME: usize = 100;
/// Most links of one person.
const MAX_LINKS: usize = 500;
/// Most calendars that one link shows.
pub const MAX_CALENDARS: usize = 50;

const NOT_THERE: Error = Error::NotFound(Missing::Link);

impl LinkDetails {
    /// With its calendars in the order of their ids, each once.
    ///
    /// # Errors
    /// `BadInput` (name, access, end, calendars)
    fn checked(&self) -> Result<Self> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
            return Err(Error::bad_input("name", Problem::Name { least: 1, most: MAX_NAME }));
        }
        if !access::is_for_links(self.access) {
            return Err(Error::bad_input("access", Problem::LinkAccess));
        }
        if self.ends_at.is_some_and(|end| end <= Utc::now()) {
            return Err(Error::bad_input("end", Problem::Past));
        }
        let mut calendars = self.calendars.clone();
        calendars.sort_unstable();
        calendars.dedup();
        if calendars.is_empty() || calendars.len() > MAX_CALENDARS {
            return Err(Error::bad_input("calendars", Problem::Calendars { most: MAX_CALENDARS }));
        }
        Ok(LinkDetails { name: name.to_owned(), calendars, ..self.clone() })
    }
}

impl Kalends {
    /// The links that the caller made, the oldest first, those that have ended too.
    ///
    /// # Errors
    /// `Forbidden` for a credential that may not do all that its principal may.
    pub async fn links(&self, caller: Caller) -> Result<Vec<Link>> {
        access::require_own(caller)?;
        let links = self.db.read().await?.links(LinksOf::Maker(caller.principal)).await?;
        Ok(self.link_uses.counted(links))
    }

    /// The links that show a calendar, whoever made them.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for those who do not administer it.
    pub async fn calendar_links(&self, caller: Caller, calendar: CalendarId) -> Result<Vec<Link>> {
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, calendar, Access::Administer).await?;
        Ok(self.link_uses.counted(tx.links(LinksOf::Calendar(calendar)).await?))
    }

    /// Makes a link. Its secret is not known any more after this.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` (a calendar); `BadInput` (name, access, end, calendars); `QuotaExceeded`
    pub async fn create_link(&self, caller: Caller, details: &LinkDetails) -> Result<(LinkId, Secret)> {
        let secret = secrets::random_token();
        let (id, _) = self.store_link(caller, details, &secret, None).await?;
        Ok((id, secret))
    }

    /// [`Kalends::create_link`], of which a request that is repeated with the same key makes one link; its secret is told to the first
    /// alone.
    ///
    /// # Errors
    /// Those of [`Kalends::create_link`]; `BadInput` (Idempotency-Key) for the key of another request.
    pub async fn create_link_once(
        &self,
        caller: Caller,
        details: &LinkDetails,
        once: Option<&Once>,
    ) -> Result<(LinkId, Option<Secret>)> {
        let secret = secrets::random_token();
        let (id, is_new) = self.store_link(caller, details, &secret, once).await?;
        Ok((id, is_new.then_some(secret)))
    }

    /// Yields whether it was made just now.
    async fn store_link(
        &self,
        caller: Caller,
        details: &LinkDetails,
        secret: &Secret,
        once: Option<&Once>,
    ) -> Result<(LinkId, bool)> {
        access::require_own(caller)?;
        let details = details.checked()?;
        let hash = secrets::hash(&secret.0);
        self.write(caller, async |mut write: Write| {
            write.calendars_to_publish(&details.calendars).await?;
            let new = StoredLink { maker: caller.principal, details: &details, at: Utc::now() };
            let id = write.tx.insert_link(new, &hash).await?;
            // What was just made is not committed where an earlier request has made it.
            if let Some(made) = write.take_key(once, &id.0.to_string()).await? {
                return made.parse().map(|made| (LinkId(made), false)).map_err(|_| NOT_THERE);
            }
            if write.tx.links(LinksOf::Maker(caller.principal)).await?.len() > MAX_LINKS {
                return Err(Error::QuotaExceeded { limit: MAX_LINKS as u64, unit: "links" });
            }
            write.tx.set_link_calendars(id, &details.calendars).await?;
            write.link_changed(&details.calendars).await?;
            write.commit((id, true)).await
        })
        .await
    }

    /// A link that the caller made.
    ///
    /// # Errors
    /// `NotFound`, also for a link that somebody else made; `Forbidden` for a credential that may not do all that its principal may.
    pub async fn link(&self, caller: Caller, id: LinkId) -> Result<Link> {
        self.links(caller).await?.into_iter().find(|link| link.id == id).ok_or(NOT_THERE)
    }

    /// Changes what a link of the caller's is called and shows, and until when.
    ///
    /// # Errors
    /// Those of [`Kalends::create_link`]; `NotFound` for a link that somebody else made.
    pub async fn change_link(&self, caller: Caller, id: LinkId, details: &LinkDetails) -> Result<()> {
        self.change_link_if(caller, id, details, |_| Ok(())).await
    }

    /// [`Kalends::change_link`], of a link that `check` takes, with nobody coming between.
    ///
    /// # Errors
    /// Those of [`Kalends::change_link`] and of `check`.
    pub async fn change_link_if(
        &self,
        caller: Caller,
        id: LinkId,
        details: &LinkDetails,
        check: impl Fn(&Link) -> Result<()>,
    ) -> Result<()> {
        access::require_own(caller)?;
        let details = details.checked()?;
        self.write(caller, async |mut write: Write| {
            let before = write.own_link(id, &check).await?.calendars;
            write.calendars_to_publish(&details.calendars).await?;
            let link = StoredLink { maker: caller.principal, details: &details, at: Utc::now() };
            if !write.tx.update_link(id, link).await? {
                return Err(NOT_THERE);
            }
            write.tx.set_link_calendars(id, &details.calendars).await?;
            // Those that it showed before, and those that it shows now.
            let mut calendars = [&before[..], &details.calendars].concat();
            calendars.sort_unstable();
            calendars.dedup();
            write.link_changed(&calendars).await?;
            write.commit(()).await
        })
        .await
    }

    /// Gives a link of the caller's another address, and yields its secret; the one before leads nowhere from then on.
    ///
    /// # Errors
    /// `NotFound`, also for a link that somebody else made.
    pub async fn rotate_link(&self, caller: Caller, id: LinkId) -> Result<Secret> {
        self.rotate_link_if(caller, id, |_| Ok(())).await
    }

    /// [`Kalends::rotate_link`], of a link that `check` takes, with nobody coming between.
    ///
    /// # Errors
    /// Those of [`Kalends::rotate_link`] and of `check`.
    pub async fn rotate_link_if(
        &self,
        caller: Caller,
        id: LinkId,
        check: impl Fn(&Link) -> Result<()>,
    ) -> Result<Secret> {
        access::require_own(caller)?;
        let secret = secrets::random_token();
        let hash = secrets::hash(&secret.0);
        self.write(caller, async |mut write: Write| {
            let calendars = write.own_link(id, &check).await?.calendars;
            if !write.tx.set_link_secret(id, caller.principal, &hash, Utc::now()).await? {
                return Err(NOT_THERE);
            }
            write.link_changed(&calendars).await?;
            write.commit(()).await
        })
        .await?;
        Ok(secret)
    }

    /// Ends a link of the caller's.
    ///
    /// # Errors
    /// `NotFound`, also for a link that somebody else made.
    pub async fn revoke_link(&self, caller: Caller, id: LinkId) -> Result<()> {
        self.revoke_link_if(caller, id, |_| Ok(())).await
    }

    /// [`Kalends::revoke_link`], of a link that `check` takes, with nobody coming between.
    ///
    /// # Errors
    /// Those of [`Kalends::revoke_link`] and of `check`.
    pub async fn revoke_link_if(&self, caller: Caller, id: LinkId, check: impl Fn(&Link) -> Result<()>) -> Result<()> {
        access::require_own(caller)?;
        self.write(caller, async |mut write: Write| {
            let calendars = write.own_link(id, &check).await?.calendars;
            write.tx.delete_link(id).await?;
            write.link_changed(&calendars).await?;
            write.commit(()).await
        })
        .await
    }

    /// Takes a calendar that the caller administers out of a link that somebody made, which ends where it shows nothing else.
    ///
    /// # Errors
    /// `NotFound` (the calendar, the link); `Forbidden` for those who do not administer it.
    pub async fn withdraw_from_link(&self, caller: Caller, calendar: CalendarId, id: LinkId) -> Result<()> {
        access::require_own(caller)?;
        self.write(caller, async |mut write: Write| {
            write.calendar(calendar, Access::Administer).await?;
            let link = write.tx.links(LinksOf::One(id)).await?.pop();
            let link = link.filter(|link| link.calendars.contains(&calendar)).ok_or(NOT_THERE)?;
            let left: Vec<CalendarId> = link.calendars.into_iter().filter(|other| *other != calendar).collect();
            match left.is_empty() {
                true => write.tx.delete_link(id).await?,
                false => write.tx.set_link_calendars(id, &left).await?,
            }
            write.link_changed(&[calendar]).await?;
            write.commit(()).await
        })
        .await
    }
}

impl Write {
    /// The link, as no other write of its maker's changes it before this one ends.
    ///
    /// # Errors
    /// `NotFound`, also for a link that somebody else made; those of `check`.
    async fn own_link(&mut self, id: LinkId, check: impl Fn(&Link) -> Result<()>) -> Result<Link> {
        let maker = self.caller().principal;
        self.tx.lock_home(maker).await?;
        let link = self.tx.links(LinksOf::One(id)).await?.pop();
        let link = link.filter(|link| link.maker.id == maker).ok_or(NOT_THERE)?;
        check(&link)?;
        Ok(link)
    }

    /// # Errors
    /// `NotFound`, `Forbidden` for what the caller does not administer.
    async fn calendars_to_publish(&mut self, calendars: &[CalendarId]) -> Result<()> {
        for calendar in calendars {
            self.calendar(*calendar, Access::Administer).await?;
        }
        Ok(())
    }

    /// The lists in which the calendars stand are others now: whoever looks at a page of one, or at the link, sees it anew.
    async fn link_changed(&mut self, calendars: &[CalendarId]) -> Result<()> {
        for calendar in calendars {
            self.calendar_changed(*calendar).await?;
        }
        // Whoever made it may not have them in any list of theirs any more.
        self.list_changed().await
    }
}
