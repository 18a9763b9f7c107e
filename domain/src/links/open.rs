//! What whoever has the address of a link gets to see.

use super::NOT_THERE;
use super::busy_feed::BusyFeed;
use super::state::{hexadecimal, state};
use crate::access::{self, Caller, Held};
use crate::accounts::secrets;
use crate::agenda::AgendaInstance;
use crate::calendars::CalendarId;
use crate::model::link::{Link, LinkId};
use crate::retry::retry;
use crate::store::{LinksOf, SecretHash, Transaction};
use crate::transfer::Export;
use crate::{Kalends, Result};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use kalends_ical::time::Zone;
use sha2::{Digest, Sha256};

/// A link that holds, with what it shows just now.
pub struct OpenLink {
    pub link: Link,
    pub(super) kalends: Kalends,
    pub(super) secret: SecretHash,
    /// In display order.
    calendars: Vec<Held>,
}

/// By what a program knows that a feed is the one that it has (RFC 9110 section 8.8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validators {
    pub etag: String,
    pub last_modified: DateTime<Utc>,
}

/// A feed that is being read.
pub enum Feed {
    /// Piece by piece, as [`Export`].
    Events(Box<Export>),
    /// Busy times, whole: they are of a year, put together.
    Busy(String),
}

/// The link with this secret, with the calendars that it shows; `None` for one that does not hold or shows nothing.
pub(super) async fn find(tx: &mut Transaction, secret: &SecretHash) -> Result<Option<(Link, Vec<Held>)>> {
    let Some(id) = tx.link_of_secret(secret).await? else { return Ok(None) };
    let Some(link) = tx.links(LinksOf::One(id)).await?.pop() else { return Ok(None) };
    let mut calendars = Vec::with_capacity(link.calendars.len());
    for calendar in &link.calendars {
        calendars.extend(access::seen(tx, caller(&link, *calendar), *calendar).await?);
    }
    calendars.sort_by_key(|held| (held.details.order, held.id));
    Ok((!calendars.is_empty()).then_some((link, calendars)))
}

/// Who asks through the link for a calendar.
fn caller(link: &Link, calendar: CalendarId) -> Caller {
    Caller::link(link.maker.id, link.id.0, link.access, calendar)
}

impl Kalends {
    /// What is at the address with this secret. It counts as a use.
    ///
    /// # Errors
    /// `NotFound`: it was never there, has ended, was revoked, or shows nothing any more.
    pub async fn open_link(&self, secret: &str) -> Result<OpenLink> {
        let open = self.find_link(secret).await?;
        self.count_link_use(open.link.id);
        Ok(open)
    }

    /// [`Kalends::open_link`], for whoever follows what they have opened before.
    ///
    /// # Errors
    /// Those of [`Kalends::open_link`].
    pub async fn find_link(&self, secret: &str) -> Result<OpenLink> {
        let secret = secrets::hash(secret);
        let (link, calendars) = find(&mut self.db.read().await?, &secret).await?.ok_or(NOT_THERE)?;
        Ok(OpenLink { link, kalends: self.clone(), secret, calendars })
    }
}

impl Kalends {
    /// A link of the caller's own, as whoever has its address sees it. It counts as no use.
    ///
    /// # Errors
    /// `NotFound`: they made none such, or it shows nothing any more; `Forbidden` for a credential that may not do all that its principal
    /// may.
    pub async fn open_own_link(&self, caller: Caller, id: LinkId) -> Result<OpenLink> {
        access::require_own(caller)?;
        let mut tx = self.db.read().await?;
        let secret = tx.link_secret(id, caller.principal).await?.ok_or(NOT_THERE)?;
        let (link, calendars) = find(&mut tx, &secret).await?.ok_or(NOT_THERE)?;
        drop(tx);
        Ok(OpenLink { link, kalends: self.clone(), secret, calendars })
    }
}

impl OpenLink {
    /// The calendars that it shows, in display order.
    pub fn calendars(&self) -> &[Held] {
        &self.calendars
    }

    /// The zone of the first calendar that says one, else where whoever made the link lives.
    pub fn zone(&self) -> Tz {
        let nesting = self.kalends.limits.text.nesting;
        let of_calendar = |held: &Held| match Zone::read(held.details.timezone.as_deref()?, nesting) {
            Ok(Zone::Iana(zone)) => Some(zone),
            _ => None,
        };
        self.calendars.iter().find_map(of_calendar).or(self.link.zone).unwrap_or(Tz::UTC)
    }

    /// The instances that touch the days `from` to `to` (exclusive) in `viewer`'s zone, in the order of their starts.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn agenda(&self, from: NaiveDate, to: NaiveDate, viewer: Tz) -> Result<Vec<AgendaInstance>> {
        let mut all = Vec::new();
        for held in &self.calendars {
            all.extend(self.kalends.agenda(self.caller(held), &[held.id], from, to, viewer).await?);
        }
        Ok(sorted(all))
    }

    /// The next `limit` instances, as [`Kalends::upcoming`].
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn upcoming(&self, now: DateTime<Utc>, viewer: Tz, limit: usize) -> Result<Vec<AgendaInstance>> {
        let mut all = Vec::new();
        for held in &self.calendars {
            all.extend(self.kalends.upcoming(self.caller(held), &[held.id], now, viewer, limit).await?);
        }
        let mut next = sorted(all);
        next.truncate(limit);
        Ok(next)
    }

    /// What tells the feed of now from any other. Names, colours and levels have no time of their own: that the feed is another is noted when
    /// it is next asked for, and counts from then on.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn validators(&self, now: DateTime<Utc>) -> Result<Validators> {
        let changed = self.calendars.iter().map(|held| held.changed_at).max();
        let mut first = self.link.changed_at.max(changed.unwrap_or(self.link.changed_at));
        let mut digest = Sha256::new();
        digest.update(state(&self.link, &self.calendars));
        if self.is_busy() {
            // Busy times are those around today.
            let today = now.date_naive();
            digest.update(today.to_string());
            first = first.max(today.and_time(NaiveTime::MIN).and_utc());
        }
        let state: [u8; 32] = digest.finalize().into();
        let etag = format!("\"{}\"", hexadecimal(&state[..16]));
        let known = self.kalends.db.read().await?.link_feed_changed_at(self.link.id, &state).await?;
        let last_modified = match known {
            Some(known) => known,
            None => {
                retry(async || {
                    let mut tx = self.kalends.db.write().await?;
                    let since = tx.set_link_feed_changed(self.link.id, &state, (first, now)).await?;
                    tx.commit().await?;
                    Ok(since)
                })
                .await?
            }
        };
        Ok(Validators { etag, last_modified })
    }

    /// All that it shows as one calendar file. Of two objects with one UID the one of the first calendar is in it, each VTIMEZONE
    /// stands once.
    ///
    /// # Errors
    /// `NotFound` when it shows nothing any more.
    pub async fn feed(&self, now: DateTime<Utc>) -> Result<Feed> {
        if self.is_busy() {
            let feed = BusyFeed {
                kalends: &self.kalends,
                name: &self.link.name,
                color: &self.color(),
                stamp: self.link.changed_at,
                secret: &self.secret,
                zone: self.zone(),
                calendars: self.callers(),
            };
            return feed.write(now).await.map(Feed::Busy);
        }
        let calendars = self.callers().into();
        Ok(Feed::Events(Box::new(self.kalends.export_feed(&self.link.name, &self.color(), calendars))))
    }

    /// Whether it shows when somebody is busy and nothing else.
    pub fn is_busy(&self) -> bool {
        !access::shows_events(self.link.access)
    }

    /// The colour of its first calendar.
    pub fn color(&self) -> String {
        self.calendars.first().map(|held| held.details.color.clone()).unwrap_or_default()
    }

    fn caller(&self, held: &Held) -> Caller {
        caller(&self.link, held.id)
    }

    /// Each calendar with who asks for it.
    fn callers(&self) -> Vec<(Caller, CalendarId)> {
        self.calendars.iter().map(|held| (self.caller(held), held.id)).collect()
    }
}

fn sorted(mut all: Vec<AgendaInstance>) -> Vec<AgendaInstance> {
    all.sort_by_cached_key(|instance| (instance.when.order(), instance.summary.clone()));
    all
}
