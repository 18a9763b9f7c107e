//! `kalends serve --demo`: an account with a believable month of calendars.

use crate::serve::SignIn;
use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use kalends_domain::access::Caller;
use kalends_domain::accounts::{NewUser, Preferences};
use kalends_domain::calendars::{CalendarDetails, CalendarId};
use kalends_domain::{Error, Kalends, Missing, Result};
use kalends_ical::edit::{EventDraft, Marks, Pattern, Repeat, RepeatEnd, Timing};

const NAME: &str = "demo";
const PASSWORD: &str = "demo-calendar";
const ZONE: Tz = chrono_tz::Europe::Zurich;

/// Makes the demo account unless it is there, and says how to sign in.
pub async fn prepare(kalends: &Kalends) -> Result<SignIn> {
    match kalends.user_by_slug(NAME).await {
        Err(Error::NotFound(_)) => fill(kalends).await?,
        found => drop(found?),
    }
    Ok(SignIn::Password { name: NAME, password: PASSWORD })
}

async fn fill(kalends: &Kalends) -> Result<()> {
    let user = kalends
        .create_user(NewUser {
            slug: NAME.into(),
            display_name: "Demo".into(),
            email: Some("demo@example.org".into()),
            is_admin: true,
            preferences: Preferences { time_zone: Some(ZONE), ..Preferences::default() },
        })
        .await?;
    let caller = Caller::command(user.principal.id);
    kalends.set_password(caller.principal, PASSWORD).await?;
    let personal = kalends
        .calendars(caller)
        .await?
        .first()
        .map(|calendar| calendar.id)
        .ok_or(Error::NotFound(Missing::Calendar))?;
    let mut made = vec![personal];
    for (taken, name) in ["Work", "Family", "Travel"].into_iter().enumerate() {
        made.push(
            kalends
                .create_calendar(
                    caller,
                    Some(&name.to_lowercase()),
                    CalendarDetails::named(name, taken + 1),
                    Vec::new(),
                )
                .await?
                .id,
        );
    }
    let today = Utc::now().with_timezone(&ZONE).date_naive();
    let month = today.with_day(1).unwrap_or(today);
    for (calendar, draft) in month_of_events(month, &made) {
        kalends.create_event(caller, calendar, &draft).await?;
    }
    Ok(())
}

/// The first `weekday` of the month that begins on `month`, and `weeks` later.
fn weekday(month: NaiveDate, weekday: Weekday, weeks: u64) -> NaiveDate {
    let ahead = (7 + weekday.num_days_from_monday() - month.weekday().num_days_from_monday()) % 7;
    month + Days::new(u64::from(ahead) + weeks * 7)
}

struct Calendars {
    personal: CalendarId,
    work: CalendarId,
    family: CalendarId,
    travel: CalendarId,
}

fn month_of_events(month: NaiveDate, made: &[CalendarId]) -> Vec<(CalendarId, EventDraft)> {
    let &[personal, work, family, travel] = made else { return Vec::new() };
    let on = Calendars { personal, work, family, travel };
    let forever = |pattern| Repeat::Every { interval: 1, pattern, until: RepeatEnd::Never };
    let workdays = vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    let mut events = vec![
        (
            on.work,
            timed("Stand-up", weekday(month, Weekday::Mon, 0), (9, 15), 15)
                .repeating(forever(Pattern::Weekly(workdays))),
        ),
        (
            on.work,
            timed("Team planning", weekday(month, Weekday::Mon, 0), (10, 0), 90)
                .at("Room Aare")
                .repeating(forever(Pattern::Weekly(vec![Weekday::Mon]))),
        ),
        (
            on.work,
            timed("Call with Boston", weekday(month, Weekday::Tue, 0), (11, 0), 45)
                .in_zone(chrono_tz::America::New_York)
                .about("Bring the numbers of last week.")
                .repeating(Repeat::Every {
                    interval: 2,
                    pattern: Pattern::Weekly(vec![Weekday::Tue]),
                    until: RepeatEnd::After(12),
                }),
        ),
        (
            on.work,
            timed("Monthly review", weekday(month, Weekday::Thu, 3), (15, 0), 60)
                .at("Room Limmat")
                .repeating(forever(Pattern::MonthlyByWeekday { nth: 4, weekday: Weekday::Thu })),
        ),
        (on.work, timed("Interview: Rust engineer", weekday(month, Weekday::Wed, 1), (14, 0), 60).at("Room Aare")),
        (on.work, timed("Design review", weekday(month, Weekday::Wed, 1), (14, 30), 60)),
        (on.work, timed("Release 0.1", weekday(month, Weekday::Fri, 2), (16, 0), 30)),
        (
            on.personal,
            timed("Running", weekday(month, Weekday::Tue, 0), (7, 0), 45)
                .repeating(forever(Pattern::Weekly(vec![Weekday::Tue, Weekday::Thu]))),
        ),
        (
            on.personal,
            timed("Choir", weekday(month, Weekday::Wed, 0), (19, 30), 120)
                .at("Parish hall")
                .repeating(forever(Pattern::Weekly(vec![Weekday::Wed]))),
        ),
        (on.personal, timed("Dentist", weekday(month, Weekday::Thu, 1), (8, 30), 30).at("Seestrasse 12")),
        (on.personal, timed("Dinner with Noor", weekday(month, Weekday::Fri, 1), (19, 0), 180).at("Kronenhalle")),
        (on.personal, timed("House-warming party", weekday(month, Weekday::Sat, 2), (21, 0), 300)),
        (
            on.family,
            all_day("Grandma's birthday", weekday(month, Weekday::Sun, 1), 1).repeating(forever(Pattern::Yearly)),
        ),
        (on.family, all_day("School holidays", weekday(month, Weekday::Mon, 2), 5)),
        (
            on.family,
            timed("Swimming lesson", weekday(month, Weekday::Sat, 0), (10, 0), 60).at("Indoor pool").repeating(
                Repeat::Every {
                    interval: 1,
                    pattern: Pattern::Weekly(vec![Weekday::Sat]),
                    until: RepeatEnd::After(10),
                },
            ),
        ),
        (on.family, timed("Parents' evening", weekday(month, Weekday::Tue, 3), (19, 0), 90).at("School, room 4")),
        (on.travel, all_day("Lisbon", weekday(month, Weekday::Thu, 2), 4)),
        (
            on.travel,
            timed("Flight LX2084 to Lisbon", weekday(month, Weekday::Thu, 2), (12, 35), 180).at("ZRH, gate E43"),
        ),
        (
            on.travel,
            timed(
                "Flight LX2085 home",
                weekday(month, Weekday::Sun, 2).max(weekday(month, Weekday::Thu, 2) + Days::new(3)),
                (19, 40),
                170,
            )
            .in_zone(chrono_tz::Europe::Lisbon),
        ),
        (on.personal, timed("Pay rent", month, (9, 0), 15).repeating(forever(Pattern::MonthlyByDate))),
    ];
    events.extend((0..3).map(|week| (on.work, timed("Focus time", weekday(month, Weekday::Fri, week), (9, 30), 150))));
    events
}

fn draft(summary: &str, timing: Timing) -> EventDraft {
    let (repeat, marks) = (Repeat::Never, Marks::default());
    EventDraft { summary: summary.into(), description: None, location: None, timing, repeat, marks }
}

fn timed(summary: &str, day: NaiveDate, (hour, minute): (u32, u32), minutes: i64) -> EventDraft {
    let start = day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default());
    draft(summary, Timing::Timed { start, end: start + TimeDelta::minutes(minutes), zone: Some(ZONE) })
}

fn all_day(summary: &str, first: NaiveDate, days: u64) -> EventDraft {
    draft(summary, Timing::AllDay { first, last: first + Days::new(days - 1) })
}

trait Details {
    fn at(self, place: &str) -> Self;
    fn about(self, description: &str) -> Self;
    fn in_zone(self, zone: Tz) -> Self;
    fn repeating(self, repeat: Repeat) -> Self;
}

impl Details for EventDraft {
    fn at(mut self, place: &str) -> Self {
        self.location = Some(place.into());
        self
    }

    fn about(mut self, description: &str) -> Self {
        self.description = Some(description.into());
        self
    }

    fn in_zone(mut self, to: Tz) -> Self {
        if let Timing::Timed { zone, .. } = &mut self.timing {
            *zone = Some(to);
        }
        self
    }

    fn repeating(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }
}
