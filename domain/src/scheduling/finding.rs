//! When people could meet: what is known of when each is busy, side by side, and the times that fit best.
//!
//! Of people here that is what the outbox tells of them, of people elsewhere what they publish at an address which the caller knows. Of
//! everybody else nothing is known, whether they have an account here or not.

use super::addresses::{PRINCIPALS, people};
use super::availability::outside;
use super::published::PublishedError;
use crate::access::{Caller, Held, PrincipalId};
use crate::calendars::CalendarId;
use crate::free_busy::LeftOut;
use crate::model::profile::{WorkingHours, WorkingTime};
use crate::model::share::PartyKind;
use crate::thread::on_a_thread;
use crate::{Error, Kalends, Problem, Result};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;
use futures::{StreamExt, stream};
use kalends_ical::busy::merged;
use kalends_ical::itip::canonical;
use kalends_ical::meeting_times::{Attendee, KnownTimes, Suggestion, WantedTime, suggestions};
use kalends_ical::time::Zone;
use kalends_ical::value::Moment;
use std::collections::{HashMap, HashSet};

/// Most people, those of groups among them.
const MAX_PEOPLE: usize = 100;
/// Most of them who are asked elsewhere, and how many of these at once.
const MAX_ELSEWHERE: usize = 20;
const ASKED_AT_ONCE: usize = 8;
/// Most instances of one series elsewhere; one of more is busy from its first to its last.
const MAX_INSTANCES_ELSEWHERE: usize = 2_000;
/// The years in which times are looked for: those that are written with four digits.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9998;
/// Longest time within which times are looked for.
const MAX_WINDOW: TimeDelta = TimeDelta::days(62);
/// How long a meeting is, at least and at most.
const MIN_DURATION: TimeDelta = TimeDelta::minutes(5);
const MAX_DURATION: TimeDelta = TimeDelta::hours(24);
/// Most suggestions.
const MAX_SUGGESTIONS: usize = 50;
/// When those work who invite and have not said so: from nine to five, Monday to Friday.
const USUAL: WorkingTime = WorkingTime { start: 9 * 60, end: 17 * 60 };

/// Somebody who is to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeGuest {
    /// An address of a calendar user, one of e-mail without `mailto:`, or the name of a person, or of a group or mission, here.
    pub address: String,
    pub is_optional: bool,
}

/// A meeting that is to be at another time, which does not stand in its own way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedMeeting {
    pub calendar: CalendarId,
    /// Of its object.
    pub name: String,
    /// The one of a series; `None`: all of it.
    pub instance: Option<Moment>,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeQuestion {
    /// Beside the caller.
    pub guests: Vec<TimeGuest>,
    /// Within which the meeting is to be.
    pub window: (DateTime<Utc>, DateTime<Utc>),
    pub duration: TimeDelta,
    /// It begins at a multiple of so many minutes after midnight in `zone`.
    pub step_minutes: u32,
    pub zone: Tz,
    /// Most suggestions.
    pub count: usize,
    pub moved: Option<MovedMeeting>,
}

/// What is known of somebody's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Knowledge {
    Known(KnownTimes),
    /// They are not here, or have not let the caller know.
    Unknown,
    /// What they publish could not be had.
    Failed(PublishedError),
}

/// Somebody who is to come, with what is known of their time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonTimes {
    /// The address of a calendar user, as `mailto:` or of a principal.
    pub address: String,
    /// Of whom the caller may know.
    pub name: Option<String>,
    /// The caller.
    pub is_oneself: bool,
    pub is_optional: bool,
    pub knowledge: Knowledge,
    /// Whether the caller has said where they publish it.
    pub is_published: bool,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTimes {
    /// The caller first, then the guests in their order, those of a group in its place.
    pub people: Vec<PersonTimes>,
    /// The best first. None begins before now.
    pub suggestions: Vec<Suggestion>,
    /// The caller has not said when they work, so that it was taken to be from nine to five, Monday to Friday, where they are.
    pub usual_hours: bool,
}

/// How somebody is known to whoever asks.
struct Asked {
    guest: TimeGuest,
    /// In the form in which they are compared.
    key: String,
    person: Option<(PrincipalId, Vec<Held>)>,
}

impl Kalends {
    /// When these people are busy, and when they could meet.
    ///
    /// # Errors
    /// `BadInput` for too many people, or a time that cannot be; `NotFound`, `Forbidden` for a meeting that is not the caller's to move.
    pub async fn find_times(&self, caller: Caller, question: &TimeQuestion) -> Result<FoundTimes> {
        check(question)?;
        let without = match &question.moved {
            Some(MovedMeeting { calendar, name, instance }) => {
                let meeting = self.meeting(caller, (*calendar, name), None).await?;
                let uid = meeting.stored.head.uid;
                Some(LeftOut { uid, instance: instance.clone(), organizer: meeting.me.all })
            }
            None => None,
        };
        let (oneself, usual_hours) = self.oneself(caller, question, without.as_ref()).await?;
        let published = match caller.is_for_one_calendar() {
            true => HashMap::new(),
            false => self.known_busy_addresses(caller.principal).await?,
        };
        let mut people = vec![oneself];
        let mut elsewhere = Vec::new();
        for asked in self.asked(caller, &question.guests).await? {
            let Asked { guest, key, person } = asked;
            let url = key.strip_prefix("mailto:").and_then(|email| published.get(email));
            let mut found = PersonTimes {
                address: key,
                name: None,
                is_oneself: false,
                is_optional: guest.is_optional,
                knowledge: Knowledge::Unknown,
                is_published: url.is_some(),
            };
            if let Some((person, calendars)) = person {
                let span = question.window;
                let times = self.times_of_person(caller, person, &calendars, span, without.as_ref()).await?;
                found.knowledge = Knowledge::Known(KnownTimes { busy: times.busy, span });
                found.name = calendars.first().map(|held| held.owner().display_name.clone());
            } else if let Some(url) = url {
                elsewhere.push((people.len(), url.clone()));
            }
            people.push(found);
        }
        self.ask_elsewhere(&mut people, elsewhere, question).await?;
        let attendees: Vec<Attendee> = people.iter().map(attendee).collect();
        let now = Utc::now();
        let wanted = WantedTime {
            window: (question.window.0.max(now), question.window.1),
            duration: question.duration,
            step_minutes: question.step_minutes,
            zone: question.zone,
            count: question.count,
        };
        let suggestions = on_a_thread(move || Ok(suggestions(&attendees, &wanted))).await?;
        Ok(FoundTimes { people, suggestions, usual_hours })
    }

    /// The caller's own time, and whether it is taken that they work at the usual hours.
    async fn oneself(
        &self,
        caller: Caller,
        question: &TimeQuestion,
        without: Option<&LeftOut>,
    ) -> Result<(PersonTimes, bool)> {
        let span = question.window;
        let calendars = self.own_busy_calendars(caller).await?;
        let times = self.times_of_person(caller, caller.principal, &calendars, span, without).await?;
        let user = self.user(caller.principal).await?;
        let mut busy = times.busy;
        if !times.has_hours {
            let week = [Some(USUAL), Some(USUAL), Some(USUAL), Some(USUAL), Some(USUAL), None, None];
            let zone = Zone::Iana(user.preferences.time_zone.unwrap_or(question.zone));
            busy.extend(WorkingHours::new(week).map(|hours| outside(&hours, span, &zone)).unwrap_or_default());
            busy = merged(busy, span.0, span.1);
        }
        let oneself = PersonTimes {
            address: format!("{PRINCIPALS}{}/", user.principal.slug),
            name: Some(user.principal.display_name),
            is_oneself: true,
            is_optional: false,
            knowledge: Knowledge::Known(KnownTimes { busy, span }),
            is_published: false,
        };
        Ok((oneself, !times.has_hours))
    }

    /// Who is meant: groups that the caller belongs to as those who do, each once, and the caller not at all.
    async fn asked(&self, caller: Caller, guests: &[TimeGuest]) -> Result<Vec<Asked>> {
        let mut all = Vec::new();
        for guest in guests {
            let written = guest.address.trim();
            if written.contains(['@', ':', '/']) {
                all.push(TimeGuest { address: written.to_owned(), ..guest.clone() });
                continue;
            }
            let is_optional = guest.is_optional;
            let of = |slug: &str| TimeGuest { address: format!("{PRINCIPALS}{slug}/"), is_optional };
            match self.party_named(caller, &written.to_lowercase()).await {
                Ok(party) if matches!(party.kind, PartyKind::Group | PartyKind::Mission) => {
                    let (_, members) = self.team(caller, party.id).await?;
                    all.extend(members.into_iter().map(|member| of(&member.person.slug)));
                }
                Ok(_) | Err(Error::NotFound(_)) => all.push(of(&written.to_lowercase())),
                Err(error) => return Err(error),
            }
        }
        if all.len() > MAX_PEOPLE {
            return Err(Error::bad_input("guests", Problem::Request("at most 100 people, those of groups among them")));
        }
        let written: Vec<String> = all.iter().map(|guest| guest.address.clone()).collect();
        let found = people(&mut self.db.read().await?, &written).await?;
        let (mut keys, mut persons) = (HashSet::new(), HashSet::from([caller.principal]));
        let mut asked = Vec::with_capacity(all.len());
        for guest in all {
            let key = canonical(&guest.address);
            if !keys.insert(key.clone()) {
                continue;
            }
            let mut person = None;
            if let Some(id) = found.get(&key).copied() {
                if id == caller.principal {
                    continue;
                }
                match self.calendars_of(caller, id).await {
                    // Two addresses of somebody who is not known are two people.
                    Ok(_) if !persons.insert(id) => continue,
                    Ok(calendars) => person = Some((id, calendars)),
                    Err(Error::NotFound(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            asked.push(Asked { guest, key, person });
        }
        Ok(asked)
    }

    /// Asks at the addresses that are known of people, who are named by their places in `people`.
    async fn ask_elsewhere(
        &self,
        people: &mut [PersonTimes],
        elsewhere: Vec<(usize, String)>,
        question: &TimeQuestion,
    ) -> Result<()> {
        if elsewhere.len() > MAX_ELSEWHERE {
            return Err(Error::bad_input("guests", Problem::Request("at most 20 people are asked elsewhere at once")));
        }
        let asked = stream::iter(elsewhere).map(|(at, url)| async move { (at, self.published_at(&url).await) });
        let answers: Vec<_> = asked.buffer_unordered(ASKED_AT_ONCE).collect().await;
        for (at, answer) in answers {
            people[at].knowledge = match answer {
                Err(error) => Knowledge::Failed(error),
                Ok(published) => {
                    let limit = self.limits.instances.min(MAX_INSTANCES_ELSEWHERE);
                    let (span, floating) = (question.window, Zone::Iana(question.zone));
                    let known = on_a_thread(move || Ok(published.between(span, &floating, limit))).await?;
                    Knowledge::Known(known)
                }
            };
        }
        Ok(())
    }
}

fn attendee(person: &PersonTimes) -> Attendee {
    let known = match &person.knowledge {
        Knowledge::Known(known) => Some(known.clone()),
        Knowledge::Unknown | Knowledge::Failed(_) => None,
    };
    Attendee { is_required: !person.is_optional, known }
}

fn check(question: &TimeQuestion) -> Result<()> {
    let wrong = |field, why| Err(Error::bad_input(field, Problem::Request(why)));
    let (start, end) = question.window;
    if end <= start || end - start > MAX_WINDOW {
        return wrong("to", "after the beginning, and at most 62 days later");
    }
    if !YEARS.contains(&start.year()) || !YEARS.contains(&end.year()) {
        return wrong("from", "in the years 1 to 9998");
    }
    if question.duration < MIN_DURATION || question.duration > MAX_DURATION {
        return wrong("minutes", "5 to 1440");
    }
    if !(5..=24 * 60).contains(&question.step_minutes) {
        return wrong("step", "5 to 1440");
    }
    if question.count > MAX_SUGGESTIONS {
        return wrong("count", "at most 50");
    }
    if question.guests.len() > MAX_PEOPLE {
        return wrong("guests", "at most 100 people, those of groups among them");
    }
    Ok(())
}
