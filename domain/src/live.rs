//! What changes for a caller, as it happens.

use crate::access::{self, Caller};
use crate::calendars::{CalendarId, Revision, list_revision};
use crate::jobs::{Job, JobId};
use crate::mail::MailAccountId;
use crate::{Announcement, Error, Kalends, Result};
use chrono::{TimeDelta, Utc};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::str::FromStr;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// Something that has come about for a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// What is in the calendar: it has this revision now.
    Calendar { calendar: CalendarId, revision: Revision },
    /// The calendar is gone from the caller's list, or what they see of it is less or more from now on: then it comes anew.
    Gone { calendar: CalendarId },
    /// The caller's list of calendars, or what it says of one of them.
    List { revision: Revision },
    /// A job that the caller began has got on, or has ended.
    Job { job: JobId },
    /// What stands in the caller's pages to remind them is another.
    Reminder,
    /// What a mail account of the caller's has, or how it is; `None`: any of them, as something may have been missed.
    Mail { account: Option<MailAccountId> },
}

/// A job that ended no longer ago than this is told of to those who may have missed it.
const RECENT: TimeDelta = TimeDelta::minutes(10);

/// How far somebody has been told: the revisions of the list and of each calendar. Its text is a cursor, from which following goes
/// on without gaps or doubles: `7,12:345w,13:9`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    list: Revision,
    calendars: BTreeMap<CalendarId, (Revision, Mark)>,
}

/// What somebody sees of a calendar, as one letter; `None`: they were not told.
type Mark = Option<char>;

/// Tells a caller what changes. It reads the state at the beginning and after every gap, so that it never has to keep more than one
/// piece of news of each calendar, however slowly it is read.
pub struct Follower {
    kalends: Kalends,
    caller: Caller,
    announcements: broadcast::Receiver<Announcement>,
    told: Told,
    waiting: VecDeque<News>,
    /// What the caller saw of each calendar when it was looked at last.
    marks: BTreeMap<CalendarId, Mark>,
    /// Something was missed, or the list of calendars has changed.
    is_behind: bool,
    /// News of jobs may have been missed: the cursor knows of none.
    misses_jobs: bool,
    /// News of mail was missed.
    misses_mail: bool,
    /// That may be news.
    jobs: VecDeque<JobId>,
}

impl Kalends {
    /// Follows everything that the caller may read from where they have been told; who has been told nothing is told of every calendar
    /// first.
    ///
    /// # Errors
    /// `NotFound` for an account that is gone.
    pub async fn follow(&self, caller: Caller, told: Told) -> Result<Follower> {
        // Subscribing comes before reading: what happens in between is told, and what is told twice has the same revision.
        let announcements = self.announcements();
        let (kalends, waiting) = (self.clone(), VecDeque::new());
        let marks = BTreeMap::new();
        // A page of mail is made after its stream began.
        let (is_behind, misses_jobs, misses_mail) = (true, true, false);
        let jobs = VecDeque::new();
        let mut follower = Follower {
            kalends,
            caller,
            announcements,
            told,
            waiting,
            marks,
            is_behind,
            misses_jobs,
            misses_mail,
            jobs,
        };
        follower.catch_up().await?;
        Ok(follower)
    }

    /// Where whoever reads everything now has been told to.
    ///
    /// # Errors
    /// `NotFound` for an account that is gone.
    pub async fn told(&self, caller: Caller) -> Result<Told> {
        let mut tx = self.db.read().await?;
        let list = list_revision(&mut tx, caller).await?;
        let calendars = access::listed_calendars(&mut tx, caller).await?;
        Ok(Told {
            list,
            calendars: calendars.into_iter().map(|held| (held.id, (held.revision, Some(held.mark())))).collect(),
        })
    }
}

impl Follower {
    /// Waits for the next piece of news. Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`; then what was missed is still to come.
    pub async fn next(&mut self) -> Result<News> {
        loop {
            if self.is_behind {
                self.catch_up().await?;
            }
            self.look_at_jobs().await?;
            if let Some(news) = self.waiting.pop_front() {
                self.told.take(news, &self.marks);
                return Ok(news);
            }
            match self.announcements.recv().await {
                Ok(Announcement::Calendar { calendar, revision }) => {
                    if self.told.calendars.get(&calendar).is_some_and(|(told, _)| *told < revision) {
                        self.waiting.push_back(News::Calendar { calendar, revision });
                    }
                }
                Ok(Announcement::Home { principal, .. }) => self.is_behind = principal == self.caller.principal,
                Ok(Announcement::Job { owner, job }) if owner == self.caller.principal => self.jobs.push_back(job),
                Ok(Announcement::Reminder { owner })
                    if owner == self.caller.principal && access::may_make_calendars(self.caller) =>
                {
                    self.waiting.push_back(News::Reminder);
                }
                Ok(Announcement::Mail { owner, account })
                    if owner == self.caller.principal && access::may_make_calendars(self.caller) =>
                {
                    let news = News::Mail { account: Some(account) };
                    if !self.waiting.contains(&news) {
                        self.waiting.push_back(news);
                    }
                }
                Ok(Announcement::Job { .. } | Announcement::Reminder { .. } | Announcement::Mail { .. }) => {}
                Ok(Announcement::Missed) | Err(RecvError::Lagged(_)) => {
                    (self.is_behind, self.misses_jobs, self.misses_mail) = (true, true, true)
                }
                Err(RecvError::Closed) => return Err(Error::Unavailable { seconds: 1 }),
            }
        }
    }

    /// Whether the caller has been told of everything that was there when this was looked at last.
    pub fn is_up_to_date(&self) -> bool {
        self.waiting.is_empty() && self.jobs.is_empty() && !self.is_behind
    }

    /// How far the caller has been told.
    pub fn told(&self) -> &Told {
        &self.told
    }

    async fn catch_up(&mut self) -> Result<()> {
        let now = self.kalends.told(self.caller).await?;
        self.waiting = self.told.differences(&now);
        self.marks = now.calendars.into_iter().map(|(id, (_, mark))| (id, mark)).collect();
        for (id, (_, mark)) in &mut self.told.calendars {
            *mark = mark.or(self.marks.get(id).copied().flatten());
        }
        if self.misses_jobs {
            let recent = Utc::now() - RECENT;
            let may_be_news = |job: &Job| job.ended_at.is_none_or(|ended| ended > recent);
            let jobs = self.kalends.own_jobs(self.caller).await?;
            self.jobs.extend(jobs.into_iter().filter(may_be_news).map(|job| job.id));
            self.misses_jobs = false;
            if access::may_make_calendars(self.caller) && !self.kalends.reminders_in_page(self.caller).await?.is_empty()
            {
                self.waiting.push_back(News::Reminder);
            }
        }
        if std::mem::take(&mut self.misses_mail)
            && access::may_make_calendars(self.caller)
            && !self.kalends.mail_accounts(self.caller).await?.is_empty()
        {
            self.waiting.push_back(News::Mail { account: None });
        }
        self.is_behind = false;
        Ok(())
    }

    /// Has those told that the caller's credential may know of, each once.
    async fn look_at_jobs(&mut self) -> Result<()> {
        while let Some(job) = self.jobs.front().copied() {
            let news = News::Job { job };
            let is_seen = match self.kalends.own_job(self.caller, job).await {
                Err(Error::NotFound(_)) => false,
                Ok(_) if access::may_make_calendars(self.caller) => true,
                found => found.is_ok() && self.kalends.seen_import(self.caller, job).await.is_ok(),
            };
            if is_seen && !self.waiting.contains(&news) {
                self.waiting.push_back(news);
            }
            self.jobs.pop_front();
        }
        Ok(())
    }
}

impl Told {
    /// The news from here to `now`. A calendar whose revision fell, as one of an older copy of the database, has changed as well.
    fn differences(&self, now: &Told) -> VecDeque<News> {
        let is_seen_otherwise = |id: &CalendarId, mark: Mark| {
            let sees = now.calendars.get(id).and_then(|(_, mark)| *mark);
            mark.zip(sees).is_some_and(|(told, sees)| told != sees)
        };
        let otherwise: Vec<CalendarId> =
            self.calendars.iter().filter(|(id, (_, mark))| is_seen_otherwise(id, *mark)).map(|(id, _)| *id).collect();
        let gone = self.calendars.keys().filter(|id| !now.calendars.contains_key(id) || otherwise.contains(id));
        let mut news: VecDeque<News> = gone.map(|calendar| News::Gone { calendar: *calendar }).collect();
        if self.list != now.list {
            news.push_back(News::List { revision: now.list });
        }
        let changed = now.calendars.iter().filter(|(id, (revision, _))| {
            self.calendars.get(id).map(|(told, _)| told) != Some(revision) || otherwise.contains(id)
        });
        news.extend(
            changed.map(|(calendar, (revision, _))| News::Calendar { calendar: *calendar, revision: *revision }),
        );
        news
    }

    fn take(&mut self, news: News, marks: &BTreeMap<CalendarId, Mark>) {
        match news {
            News::Calendar { calendar, revision } => {
                let mark = marks.get(&calendar).copied().flatten();
                self.calendars.insert(calendar, (revision, mark));
            }
            News::Gone { calendar } => drop(self.calendars.remove(&calendar)),
            News::List { revision } => self.list = revision,
            News::Job { .. } | News::Reminder | News::Mail { .. } => {}
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.list.0)?;
        self.calendars.iter().try_for_each(|(calendar, (revision, mark))| {
            write!(f, ",{}:{}{}", calendar.0, revision.0, mark.map(String::from).unwrap_or_default())
        })
    }
}

/// The text is none that was given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCursor;

impl FromStr for Told {
    type Err = NoCursor;

    fn from_str(text: &str) -> std::result::Result<Self, NoCursor> {
        let number = |text: &str| text.parse::<i64>().map_err(|_| NoCursor);
        let (list, calendars) = text.split_once(',').unwrap_or((text, ""));
        let calendars = calendars.split(',').filter(|part| !part.is_empty()).map(|part| {
            let (calendar, revision) = part.split_once(':').ok_or(NoCursor)?;
            let mark = revision.chars().last().filter(char::is_ascii_lowercase);
            // One octet: it is a letter of ASCII.
            let revision = &revision[..revision.len() - usize::from(mark.is_some())];
            Ok((CalendarId(number(calendar)?), (Revision(number(revision)?), mark)))
        });
        Ok(Told { list: Revision(number(list)?), calendars: calendars.collect::<std::result::Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn told(list: i64, calendars: &[(i64, i64)]) -> Told {
        let calendars = calendars.iter().map(|(id, revision)| (CalendarId(*id), (Revision(*revision), None))).collect();
        Told { list: Revision(list), calendars }
    }

    #[test]
    fn a_cursor_is_read_back() {
        for (text, expected) in
            [("0", Told::default()), ("7", told(7, &[])), ("7,12:345,13:9", told(7, &[(12, 345), (13, 9)]))]
        {
            assert_eq!(expected.to_string(), text);
            assert_eq!(text.parse(), Ok(expected));
        }
        let marked: Told = "7,12:345w".parse().unwrap();
        assert_eq!(marked.calendars[&CalendarId(12)], (Revision(345), Some('w')));
        assert_eq!(marked.to_string(), "7,12:345w");
        for text in
            ["", "x", "7,12:w", "7,12:3ww", "7,12:3W", "7,12", "7,12:", "7,a:1", "7;12:3", "99999999999999999999"]
        {
            assert_eq!(text.parse::<Told>(), Err(NoCursor), "{text}");
        }
    }

    #[test]
    fn the_news_lead_from_one_state_to_the_other() {
        let (before, now) = (told(1, &[(1, 5), (2, 6), (3, 7)]), told(2, &[(1, 5), (3, 4), (4, 0)]));
        let news = before.differences(&now);
        let calendar =
            |calendar, revision| News::Calendar { calendar: CalendarId(calendar), revision: Revision(revision) };
        let expected = [
            News::Gone { calendar: CalendarId(2) },
            News::List { revision: Revision(2) },
            calendar(3, 4),
            calendar(4, 0),
        ];
        assert_eq!(news, expected);
        let mut reached = before;
        news.into_iter().for_each(|news| reached.take(news, &BTreeMap::new()));
        assert_eq!(reached, now);
        assert!(reached.differences(&now).is_empty());
    }

    #[test]
    fn what_is_seen_otherwise_comes_anew() {
        let told = |text: &str| text.parse::<Told>().unwrap();
        let (calendar, revision) = (CalendarId(2), Revision(6));
        let anew = [News::Gone { calendar }, News::Calendar { calendar, revision }];
        assert_eq!(told("1,1:5o,2:6w").differences(&told("1,1:5o,2:6f")), anew);
        // A cursor of before this was told, and who has been told already.
        for before in ["1,1:5,2:6", "1,1:5o,2:6f"] {
            assert!(told(before).differences(&told("1,1:5o,2:6f")).is_empty());
        }
    }
}
