//! Links: making one, changing what was chosen, having it run, and ending it. They are its calendar's owner's alone.

use super::accounts::own_account;
use super::connector::FindError;
use super::feed::FeedSource;
use super::known::{color_here, name_here};
use super::plan::{Brake, Direction};
use super::provider::{ProviderError, RemoteCalendar, RemoteCalendarId};
use super::run::{link_changed, may_link};
use super::schedule::{MAX_INTERVAL, MIN_INTERVAL};
use crate::access::{self, Access, Caller};
use crate::calendars::{CalendarDetails, CalendarId};
use crate::idempotency::Once;
use crate::jobs::{Job, JobId, JobKind};
use crate::model::remote_account::{ProviderKind, RemoteAccount, RemoteAccountId};
use crate::model::sync_link::{LinkSettings, LinkState, SyncLink, SyncLinkId};
use crate::retry::retry;
use crate::store::{LinkStanding, NewSyncLink};
use crate::write::Write;
use crate::{Error, Existing, Kalends, Missing, Problem, Result};
use chrono::{TimeDelta, Utc};
use kalends_ical::ComponentKind;

/// Longest window of history, in days.
const MAX_WINDOW_DAYS: u32 = 36_500;

/// A calendar that an account offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedCalendar {
    pub remote: RemoteCalendar,
    /// The link that it has already, with the calendar here.
    pub link: Option<(SyncLinkId, CalendarId)>,
}

/// What a calendar elsewhere is to be tied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// A calendar that is made for it, with this name; `None`: with the one that it has there.
    New {
        name: Option<String>,
    },
    Existing(CalendarId),
}

/// A link about to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    pub account: RemoteAccountId,
    pub remote: RemoteCalendarId,
    pub target: LinkTarget,
    pub settings: LinkSettings,
}

impl LinkSettings {
    /// What is proposed for a calendar at a service of `kind`.
    pub fn proposed(kind: ProviderKind, remote: &RemoteCalendar) -> Self {
        let minutes = match kind {
            ProviderKind::Graph => 5,
            ProviderKind::CalDav => 15,
            ProviderKind::Ics => 24 * 60,
        };
        LinkSettings {
            direction: if remote.is_writable { Direction::Both } else { Direction::Pull },
            policy: super::plan::Policy::MergeThenNewest,
            interval: Some(TimeDelta::minutes(minutes)),
            window_days: None,
            invites: false,
            online_meetings: false,
            brake: Brake::default(),
        }
    }

    fn check(&self, remote_writable: bool) -> Result<()> {
        if self.interval.is_some_and(|interval| interval < MIN_INTERVAL || interval > MAX_INTERVAL) {
            return Err(Error::bad_input("interval", Problem::Request("a minute to a day, or none")));
        }
        if self.window_days.is_some_and(|days| days == 0 || days > MAX_WINDOW_DAYS) {
            return Err(Error::bad_input("window", Problem::Request("1 to 36500 days, or none")));
        }
        if self.brake.percent > Brake::MAX_PERCENT {
            return Err(Error::bad_input("brake_percent", Problem::Request("0 to 100 percent")));
        }
        if self.brake.objects > Brake::MAX_OBJECTS {
            return Err(Error::bad_input("brake_objects", Problem::Request("0 to 100000 objects")));
        }
        if self.direction.pushes() && !remote_writable {
            return Err(Error::bad_input(
                "direction",
                Problem::Request("the calendar elsewhere cannot be changed: pull"),
            ));
        }
        Ok(())
    }
}

/// Whether calendars of an account say how often they wish to be asked: what is followed at an address, and holidays.
pub fn wishes_interval(account: &RemoteAccount) -> bool {
    let source = FeedSource::read(&account.settings);
    account.provider == ProviderKind::Ics && !matches!(source, Ok(FeedSource::File { .. }) | Err(_))
}

pub(super) fn remote_error(error: ProviderError) -> Error {
    Error::Remote(FindError::Provider(error))
}

impl Kalends {
    /// The calendars of an account, asked for now, in the order that they have there, with what they are tied to already. Its owner is shown
    /// them with that: none of them is news any more.
    ///
    /// # Errors
    /// `NotFound` for somebody else's account; `Remote`.
    pub async fn offered_calendars(&self, caller: Caller, account: RemoteAccountId) -> Result<Vec<OfferedCalendar>> {
        let account = own_account(&mut self.db.read().await?, caller, account).await?;
        let mut calendars = self.remote_calendars(&account).await?;
        self.note_remote_calendars(&account, &calendars, true).await?;
        // Those that stand nowhere come last, as they came.
        calendars.sort_by_key(|calendar| (calendar.order.is_none(), calendar.order));
        let links = self.db.read().await?.sync_links_of_account(account.id).await?;
        let offered = calendars.into_iter().map(|remote| {
            let link = links.iter().find(|link| link.remote == remote.id);
            OfferedCalendar { link: link.map(|link| (link.id, link.calendar)), remote }
        });
        Ok(offered.collect())
    }

    async fn remote_calendars(&self, account: &RemoteAccount) -> Result<Vec<RemoteCalendar>> {
        let provider = self.remote_provider(account).await?;
        let calendars = match provider {
            Ok(provider) => provider.calendars().await,
            Err(error) => Err(error),
        };
        self.note_remote_answer(account, calendars.as_ref().err()).await?;
        calendars.map_err(remote_error)
    }

    /// A calendar elsewhere that a link is to be made with, as it is there now.
    pub(super) async fn remote_to_link(
        &self,
        caller: Caller,
        new: &NewLink,
    ) -> Result<(RemoteAccount, RemoteCalendar)> {
        let account = own_account(&mut self.db.read().await?, caller, new.account).await?;
        if let LinkTarget::Existing(calendar) = new.target {
            may_link(&mut self.db.read().await?, caller, calendar).await?;
        }
        let linked = self.db.read().await?.sync_links_of_account(account.id).await?;
        if linked.iter().any(|link| link.remote == new.remote) {
            return Err(Error::AlreadyExists(Existing::Link));
        }
        let calendars = self.remote_calendars(&account).await?;
        let remote = calendars.into_iter().find(|calendar| calendar.id == new.remote);
        let remote = remote.ok_or(Error::NotFound(Missing::RemoteCalendar))?;
        new.settings.check(remote.is_writable)?;
        Ok((account, remote))
    }

    /// Ties a calendar to one elsewhere, and has both brought into step.
    ///
    /// # Errors
    /// `NotFound` for somebody else's account or calendar, and for what is not there; `Forbidden`; `AlreadyExists` where one of the two
    /// has a link; `BadInput` (interval, window, direction, name); `QuotaExceeded`; `Remote`.
    pub async fn make_sync_link(&self, caller: Caller, new: &NewLink) -> Result<SyncLink> {
        self.make_sync_link_once(caller, new, None).await
    }

    /// [`Kalends::make_sync_link`], of which a request that is repeated with the same key makes one.
    ///
    /// # Errors
    /// Those of [`Kalends::make_sync_link`]; `BadInput` (Idempotency-Key) for the key of another request; `NotFound` where what the key
    /// made is there no more.
    pub async fn make_sync_link_once(&self, caller: Caller, new: &NewLink, once: Option<&Once>) -> Result<SyncLink> {
        if let Some(made) = self.made_before(caller, once).await? {
            return self.sync_link_made_before(caller, &made).await;
        }
        let (account, remote) = self.remote_to_link(caller, new).await?;
        let calendar = match &new.target {
            LinkTarget::Existing(calendar) => *calendar,
            LinkTarget::New { name } => self.calendar_for(caller, &remote, name.as_deref()).await?,
        };
        let made = self.tie(caller, (&account, &remote), calendar, &new.settings, once).await;
        // Another request with the key was faster, or it could not be.
        let is_in_vain = made.as_ref().map_or(true, |link| link.calendar != calendar);
        if is_in_vain && matches!(new.target, LinkTarget::New { .. }) {
            self.discard_calendar(caller, calendar).await?;
        }
        made
    }

    /// What a key of the caller's says that it made: the link of the calendar with this id.
    pub(crate) async fn sync_link_made_before(&self, caller: Caller, calendar: &str) -> Result<SyncLink> {
        let gone = || Error::NotFound(Missing::Link);
        let calendar = calendar.parse().map(CalendarId).map_err(|_| gone())?;
        self.sync_link_of(caller, calendar).await.map_err(|_| gone())?.ok_or_else(gone)
    }

    async fn calendar_for(&self, caller: Caller, remote: &RemoteCalendar, name: Option<&str>) -> Result<CalendarId> {
        let taken = self.calendars(caller).await?.len();
        let mut details = CalendarDetails::named(name_here(name.unwrap_or(&remote.name)), taken);
        if let Some(color) = color_here(remote.color.as_deref()) {
            details.color = color;
        }
        details.description = remote.description.clone().filter(|text| text.len() <= self.limits.property_octets);
        let kinds = remote.components.iter().flatten().filter_map(|name| ComponentKind::from_name(name));
        let kinds: Vec<ComponentKind> = kinds.filter(|kind| *kind != ComponentKind::FreeBusy).collect();
        if !kinds.is_empty() {
            details.components = kinds;
        }
        Ok(self.create_calendar(caller, None, details, Vec::new()).await?.id)
    }

    async fn tie(
        &self,
        caller: Caller,
        (account, remote): (&RemoteAccount, &RemoteCalendar),
        calendar: CalendarId,
        settings: &LinkSettings,
        once: Option<&Once>,
    ) -> Result<SyncLink> {
        let tied = self
            .write(caller, async |mut write: Write| {
                write.calendar(calendar, Access::Owner).await?;
                own_account(&mut write.tx, caller, account.id).await?;
                if write.tx.is_remote_account_removing(account.id).await? {
                    return Err(Error::NotFound(Missing::RemoteAccount));
                }
                if let Some(made) = write.take_key(once, &calendar.0.to_string()).await? {
                    return Ok(Err(made));
                }
                let of_account = write.tx.sync_links_of_account(account.id).await?;
                let is_taken = of_account.iter().any(|link| link.remote == remote.id);
                if is_taken || write.tx.sync_link_of_calendar(calendar).await?.is_some() {
                    return Err(Error::AlreadyExists(Existing::Link));
                }
                let at = Utc::now();
                let new = NewSyncLink { account: account.id, calendar, remote, settings, at };
                let id = write.tx.insert_sync_link(new).await?;
                write.tx.set_sync_as_wished(id, wishes_interval(account) && settings.interval.is_some()).await?;
                let link = write.tx.sync_link(id).await?.ok_or(Error::NotFound(Missing::Link))?;
                self.want_run(&mut write.tx, &link, at).await?;
                self.want_notifications(&mut write.tx, link.account).await?;
                write.calendar_changed(calendar).await?;
                write.commit(Ok(link)).await
            })
            .await?;
        match tied {
            Ok(link) => {
                self.wake.notify_one();
                Ok(link)
            }
            Err(made) => self.sync_link_made_before(caller, &made).await,
        }
    }

    /// The links of all calendars that the caller owns, the oldest first.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn sync_links(&self, caller: Caller) -> Result<Vec<SyncLink>> {
        let mut tx = self.db.read().await?;
        let owned = access::seen_calendars(&mut tx, caller).await?;
        let owned: Vec<CalendarId> = owned.iter().filter(|held| held.is_own()).map(|held| held.id).collect();
        tx.sync_links_of_calendars(&owned).await
    }

    /// # Errors
    /// `NotFound`, also for whoever does not own its calendar.
    pub async fn sync_link(&self, caller: Caller, id: SyncLinkId) -> Result<SyncLink> {
        self.held_link(&mut self.db.read().await?, caller, id).await
    }

    /// The link of a calendar, if it has one.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` for whoever does not own the calendar.
    pub async fn sync_link_of(&self, caller: Caller, calendar: CalendarId) -> Result<Option<SyncLink>> {
        let mut tx = self.db.read().await?;
        may_link(&mut tx, caller, calendar).await?;
        tx.sync_link_of_calendar(calendar).await
    }

    /// Changes what was chosen for a link.
    ///
    /// # Errors
    /// `NotFound`; `BadInput` (interval, window, direction).
    pub async fn change_sync_link(&self, caller: Caller, id: SyncLinkId, settings: &LinkSettings) -> Result<()> {
        self.change_sync_link_by(caller, id, |_| Ok(*settings)).await
    }

    /// [`Kalends::change_sync_link`] by what was chosen until now, under the lock of the write.
    ///
    /// # Errors
    /// Those of `change`; as there.
    pub async fn change_sync_link_by(
        &self,
        caller: Caller,
        id: SyncLinkId,
        change: impl Fn(&SyncLink) -> Result<LinkSettings>,
    ) -> Result<()> {
        let changed = self.write(caller, async |mut write: Write| {
            write.tx.lock_home(caller.principal).await?;
            let link = self.held_link(&mut write.tx, caller, id).await?;
            // Whoever changes it at the same time waits here.
            write.calendar(link.calendar, Access::Owner).await?;
            let link = self.held_link(&mut write.tx, caller, link.id).await?;
            let settings = &change(&link)?;
            settings.check(link.remote_writable)?;
            let before = link.settings;
            let turns = before.direction != settings.direction;
            let widens = before.window_days != settings.window_days;
            write.tx.set_sync_settings(id, settings, (turns, turns || widens)).await?;
            if widens {
                write.tx.clear_sync_outside(id).await?;
            }
            if turns {
                write.tx.forget_sync_tags(id).await?;
            }
            if !link.state.rests() {
                self.want_run(&mut write.tx, &link, Utc::now()).await?;
            }
            self.want_notifications(&mut write.tx, link.account).await?;
            link_changed(write, &link).await
        });
        changed.await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Has a link be looked at as often as the calendar elsewhere wishes, whenever it wishes otherwise: that of what is followed.
    ///
    /// # Errors
    /// `NotFound`; `BadInput` (interval) for a calendar that wishes nothing.
    pub async fn follow_wished_interval(&self, caller: Caller, id: SyncLinkId) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            let link = self.held_link(&mut write.tx, caller, id).await?;
            let account =
                write.tx.remote_account(link.account).await?.ok_or(Error::NotFound(Missing::RemoteAccount))?;
            if !wishes_interval(&account) {
                return Err(Error::bad_input("interval", Problem::Request("it wishes none: choose one")));
            }
            write.tx.set_sync_as_wished(id, true).await?;
            if link.settings.interval.is_none() {
                let interval = Some(super::schedule::wished(None));
                let settings = LinkSettings { interval, ..link.settings };
                write.tx.set_sync_settings(id, &settings, (false, false)).await?;
                write.tx.set_sync_as_wished(id, true).await?;
            }
            if !link.state.rests() {
                self.want_run(&mut write.tx, &link, Utc::now()).await?;
            }
            link_changed(write, &link).await
        })
        .await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Nothing runs until [`Kalends::resume_sync_link`].
    ///
    /// # Errors
    /// `NotFound`
    pub async fn pause_sync_link(&self, caller: Caller, id: SyncLinkId) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            let link = self.held_link(&mut write.tx, caller, id).await?;
            let (state, trouble) = (LinkState::Paused, None);
            let standing = LinkStanding { state, trouble, why: None, failures: 0, next_run_at: None };
            write.tx.set_sync_standing(id, &standing).await?;
            self.want_notifications(&mut write.tx, link.account).await?;
            link_changed(write, &link).await
        })
        .await
    }

    /// Goes on with a link that was paused; also with one whose calendar elsewhere was gone, in case it has come back.
    ///
    /// # Errors
    /// `NotFound`; `Busy` while one of its runs is taken back.
    pub async fn resume_sync_link(&self, caller: Caller, id: SyncLinkId) -> Result<()> {
        let resumed = self.write(caller, async |mut write: Write| {
            let link = self.held_link(&mut write.tx, caller, id).await?;
            if self.is_taking_back(&mut write.tx, &link).await? {
                return Err(Error::Busy { seconds: 5 });
            }
            if link.state.rests() {
                let at = Utc::now();
                let (state, trouble) = (LinkState::New, None);
                let standing = LinkStanding { state, trouble, why: None, failures: 0, next_run_at: Some(at) };
                write.tx.set_sync_standing(id, &standing).await?;
                self.want_run(&mut write.tx, &link, at).await?;
                self.want_notifications(&mut write.tx, link.account).await?;
            }
            link_changed(write, &link).await
        });
        resumed.await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Has a link run now; what failed again and again before is tried once more.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn sync_now(&self, caller: Caller, id: SyncLinkId) -> Result<()> {
        let link = self.sync_link(caller, id).await?;
        self.run_now(&[link]).await
    }

    /// [`Kalends::sync_now`]; yields the job that does it. `None`: nothing is done until it is resumed.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn begin_sync(&self, caller: Caller, id: SyncLinkId) -> Result<Option<JobId>> {
        let link = self.sync_link(caller, id).await?;
        if link.state.rests() {
            return Ok(None);
        }
        self.run_now(&[link]).await?;
        let job = self.db.read().await?.newest_job(JobKind::Sync, &id.0.to_string()).await?;
        Ok(job.map(|job| job.id))
    }

    /// [`Kalends::begin_sync`], with a run that lists everything there, as one does once a day: what the server has missed to name is found.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn begin_comparing(&self, caller: Caller, id: SyncLinkId) -> Result<Option<JobId>> {
        let link = self.sync_link(caller, id).await?;
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.set_sync_listed_at(link.id, None).await?;
            tx.commit().await
        })
        .await?;
        self.begin_sync(caller, id).await
    }

    /// The link of a job that brings it into step, or takes back a run of it.
    ///
    /// # Errors
    /// `NotFound` for a job of another kind or whose link is none of the caller's.
    pub async fn link_of_job(&self, caller: Caller, job: &Job) -> Result<SyncLink> {
        let is_of_link = [JobKind::Sync, JobKind::TakeBack].iter().any(|kind| kind.name() == job.kind);
        let mut tx = self.db.read().await?;
        let key = tx.job_key(job.id).await?.filter(|_| is_of_link);
        let id = key.and_then(|key| key.parse().ok()).map(SyncLinkId).ok_or(Error::NotFound(Missing::Job))?;
        self.held_link(&mut tx, caller, id).await.map_err(|_| Error::NotFound(Missing::Job))
    }

    /// Has all links of an account run now.
    ///
    /// # Errors
    /// `NotFound` for somebody else's account.
    pub async fn sync_account_now(&self, caller: Caller, account: RemoteAccountId) -> Result<()> {
        let mut tx = self.db.read().await?;
        own_account(&mut tx, caller, account).await?;
        let links = tx.sync_links_of_account(account).await?;
        drop(tx);
        self.run_now(&links).await
    }

    /// Has all links of the caller's calendars run now.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn sync_all_now(&self, caller: Caller) -> Result<()> {
        let links = self.sync_links(caller).await?;
        self.run_now(&links).await
    }

    pub(super) async fn run_now(&self, links: &[SyncLink]) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            for link in links.iter().filter(|link| !link.state.rests()) {
                self.want_run(&mut tx, link, Utc::now()).await?;
                tx.clear_sync_failing(link.id).await?;
            }
            tx.commit().await
        })
        .await?;
        self.wake.notify_one();
        Ok(())
    }
}
