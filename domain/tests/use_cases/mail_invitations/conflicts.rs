//! What else there is when an invitation is.

use super::mailboxes::Desk;
use super::{GUESTS, event, mail, mail_with};
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use kalends_domain::mail::InvitationAction;
use kalends_domain::mail::{InvitationConflicts, InvitationRule};
use kalends_domain::objects::Precondition;
use kalends_ical::itip::PartStat;

fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

impl Desk {
    async fn busy(&self, title: &str, start: DateTime<Utc>, more: &str) {
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{title}\r\nDTSTAMP:20260101T000000Z\r\n\
             DTSTART:{}\r\nDURATION:PT1H\r\nSUMMARY:{title}\r\n{more}END:VEVENT\r\nEND:VCALENDAR\r\n",
            utc(start)
        );
        let name = format!("{title}.ics");
        self.kalends.put_object(self.dora, self.calendar, &name, &text, Precondition::None).await.unwrap();
    }

    async fn conflicts(&self, subject: &str) -> InvitationConflicts {
        let shown = self.shown(subject).await;
        self.kalends.conflicts_of_invitation(self.dora, &shown, chrono_tz::UTC).await.unwrap()
    }
}

fn that_day(found: &InvitationConflicts) -> Vec<(&str, bool)> {
    found.that_day.iter().flatten().map(|(event, same_time)| (event.summary.as_str(), *same_time)).collect()
}

#[tokio::test]
async fn what_else_stands_that_day_and_at_the_dates_of_a_series_is_said() {
    let desk = Desk::new("mail.example", InvitationRule::Nobody).await;
    let first =
        (Utc::now() + TimeDelta::days(7)).with_hour(10).unwrap().with_minute(0).unwrap().with_second(0).unwrap();
    let at = |days: i64, minutes: i64| first + TimeDelta::days(days) + TimeDelta::minutes(minutes);
    desk.busy("Dentist", at(0, 30), "").await;
    desk.busy("Tea", at(0, 300), "").await;
    desk.busy("Right-after", at(0, 60), "").await;
    desk.busy("Free", at(0, 0), "TRANSP:TRANSPARENT\r\n").await;
    desk.busy("Off", at(0, 0), "STATUS:CANCELLED\r\n").await;
    desk.busy("Yesterday", at(-1, 0), "").await;
    desk.busy("Train", at(14, -30), "").await;
    desk.busy("Elsewhen", at(15, 0), "").await;
    let invites = |rule: &str| format!("DTSTAMP:20260110T080000Z\nDTSTART:{}\n{rule}{GUESTS}", utc(first));
    let ada = "Ada <ada@lovelace.example>";
    desk.deliver(&mail(ada, "once", "REQUEST", &invites(""))).await;
    let found = desk.conflicts("once").await;
    assert_eq!(that_day(&found), [("Dentist", true), ("Right-after", false), ("Tea", false)]);
    assert_eq!((found.looked_at, found.conflicting), (0, 0));

    let weekly = event("REQUEST", &invites("RRULE:FREQ=WEEKLY\nEXDATE:20990101T000000Z\n")).replace("theirs", "series");
    desk.deliver(&mail_with(ada, "weekly", "REQUEST", &weekly)).await;
    let found = desk.conflicts("weekly").await;
    let dates: Vec<Vec<&str>> =
        found.dates.iter().map(|(_, others)| others.iter().map(|event| event.summary.as_str()).collect()).collect();
    assert_eq!((found.conflicting, dates), (2, vec![vec!["Dentist"], vec!["Train"]]));
    assert!((51..=53).contains(&found.looked_at), "{}", found.looked_at);
    // What stands in the calendar is in nobody's way to itself.
    desk.act("weekly", InvitationAction::Answer(PartStat::Tentative)).await;
    let found = desk.conflicts("weekly").await;
    assert_eq!((that_day(&found).len(), found.conflicting), (3, 2));
    // A series that never ends and goes on every minute costs no more than is looked at.
    let minutes = event("REQUEST", &invites("RRULE:FREQ=MINUTELY\n")).replace("theirs", "minutes");
    desk.deliver(&mail_with(ada, "often", "REQUEST", &minutes)).await;
    let found = desk.conflicts("often").await;
    assert_eq!((found.looked_at, found.dates.len()), (400, 10));
    // Nor does one whose dates take years, though it is at all that there is: at a date that is short it is looked at.
    let years = event("REQUEST", &invites("RRULE:FREQ=WEEKLY\n")).replace("theirs", "years").replace("PT1H", "P9000D");
    desk.deliver(&mail_with(ada, "years", "REQUEST", &years)).await;
    let found = desk.conflicts("years").await;
    assert_eq!((found.that_day, found.looked_at, found.conflicting), (None, 0, 0));
}
