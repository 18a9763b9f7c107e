//! Answers to invitations by those who have no account, by the address in the mail.

use crate::reminders::{Post, sending};
use crate::scheduling::{line, meeting, person, settle};
use kalends_domain::access::Caller;
use kalends_domain::accounts::Secret;
use kalends_domain::calendars::{CalendarDetails, CalendarId};
use kalends_domain::objects::Precondition;
use kalends_domain::scheduling::{Heard, MeetingLetter, MeetingWords, MeetingWriter, NoInvitation, Said};
use kalends_domain::sharing::PartyKind;
use kalends_domain::sync::vault::Vault;
use kalends_domain::teams::TeamDetails;
use kalends_domain::{Error, Kalends};
use kalends_ical::edit::Timing;
use kalends_ical::itip::PartStat;
use kalends_test_support::home::{Home, sealing};
use std::sync::{Arc, Mutex};

/// Keeps what leads to the answers, with whom it is for.
#[derive(Default)]
struct Tokens(Mutex<Vec<(String, Option<String>)>>);

impl MeetingWriter for Tokens {
    fn letter(&self, letter: &MeetingLetter) -> MeetingWords {
        self.0.lock().unwrap().push((letter.to.address.clone(), letter.answer_token.clone()));
        let text = letter.event.title.clone();
        MeetingWords { from: "Kalends".into(), subject: text.clone(), html: text.clone(), text }
    }
}

struct Bureau {
    home: Home,
    kalends: Kalends,
    tokens: Arc<Tokens>,
    cyrus: Caller,
    calendar: CalendarId,
}

impl Bureau {
    async fn new() -> Self {
        let home = Home::new().await;
        let tokens = Arc::new(Tokens::default());
        let kalends = sending(home.cold(), &Arc::new(Post::default())).with_meeting_writer(tokens.clone());
        let (cyrus, calendar) = person(&kalends, "cyrus").await;
        Bureau { home, kalends, tokens, cyrus, calendar }
    }

    async fn invite(&self, calendar: CalendarId, text: &str) {
        self.kalends.put_object(self.cyrus, calendar, "m.ics", text, Precondition::None).await.unwrap();
        settle(&self.kalends).await;
    }

    /// The last that was sent to somebody.
    fn token(&self, who: &str) -> String {
        let tokens = self.tokens.0.lock().unwrap();
        let found = tokens.iter().rev().find(|(to, _)| *to == format!("{who}@example.org"));
        found.unwrap().1.clone().unwrap()
    }

    async fn text(&self, calendar: CalendarId) -> String {
        self.kalends.object(self.cyrus, calendar, "m.ics").await.unwrap().text.replace("\r\n ", "")
    }

    async fn say(&self, token: &str, said: Said) -> Result<Heard, NoInvitation> {
        let seen = self.kalends.invited_by_link(token).await.unwrap()?.seen;
        self.kalends.answer_by_link(token, &seen, said, None).await.unwrap()
    }
}

const FAR: &str = "20300301T100000Z";

#[tokio::test]
async fn each_answers_for_themselves_alone_and_at_the_same_time() {
    let bureau = Bureau::new().await;
    let many: Vec<String> = (0..6).map(|number| format!("guest{number}")).collect();
    let names: Vec<&str> = many.iter().map(String::as_str).collect();
    bureau.invite(bureau.calendar, &meeting("m", "Plan", FAR, &names, "")).await;
    let answers = many.iter().map(|who| async {
        let token = bureau.token(who);
        bureau.say(&token, Said::Answer(PartStat::Accepted)).await
    });
    assert_eq!(futures::future::join_all(answers).await, vec![Ok(Heard::Yes); 6]);
    settle(&bureau.kalends).await;
    let text = bureau.text(bureau.calendar).await;
    assert!(many.iter().all(|who| line(&text, who).contains("PARTSTAT=ACCEPTED")), "{text}");
    assert!(many.iter().all(|who| line(&text, who).contains("SCHEDULE-STATUS=2.0")), "{text}");
    let history = bureau.kalends.object_history(bureau.cyrus, bureau.calendar, "m.ics").await.unwrap();
    let mut by_link: Vec<String> = history
        .iter()
        .filter_map(|change| change.cause.clone().filter(|cause| cause.way == "answer-link"))
        .map(|cause| cause.label)
        .collect();
    by_link.sort();
    assert_eq!(by_link, many.iter().map(|who| format!("mailto:{who}@example.org")).collect::<Vec<_>>());
    assert_eq!(bureau.kalends.inbox(bureau.cyrus).await.unwrap().len(), 6);
    assert_eq!(bureau.say(&bureau.token("guest0"), Said::Answer(PartStat::Accepted)).await, Ok(Heard::Same));
    assert_eq!(bureau.home.damages().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_a_team_organizes_is_answered_to_whoever_organizes_it() {
    let bureau = Bureau::new().await;
    let details = TeamDetails { name: "Band".into(), ..TeamDetails::default() };
    let team = bureau.kalends.create_team(bureau.cyrus, PartyKind::Group, details).await.unwrap().party.id;
    let details = CalendarDetails::named("Band", 1);
    let made = bureau.kalends.create_calendar_for(bureau.cyrus, team, None, details, Vec::new()).await;
    let calendar = made.unwrap().id;
    bureau.invite(calendar, &meeting("m", "Rehearsal", FAR, &["zoe"], "")).await;
    let token = bureau.token("zoe");
    assert_eq!(bureau.say(&token, Said::Answer(PartStat::Declined)).await, Ok(Heard::Yes));
    assert!(line(&bureau.text(calendar).await, "zoe").contains("PARTSTAT=DECLINED"));
    let start = chrono::NaiveDate::from_ymd_opt(2030, 3, 4).unwrap().and_hms_opt(15, 0, 0).unwrap();
    let timing = Timing::Timed { start, end: start + chrono::TimeDelta::hours(1), zone: Some(chrono_tz::UTC) };
    assert_eq!(bureau.say(&token, Said::Proposal(timing)).await, Ok(Heard::Yes));
    let found = bureau.kalends.invitation(bureau.cyrus, calendar, "m.ics", None).await.unwrap();
    assert_eq!(found.proposals.len(), 1);
}

#[tokio::test]
async fn an_address_is_of_this_installation_and_of_one_invitation() {
    let bureau = Bureau::new().await;
    bureau.invite(bureau.calendar, &meeting("m", "Plan", FAR, &["zoe"], "")).await;
    let token = bureau.token("zoe");
    let unknown = Err(NoInvitation::Unknown);
    let key = || Secret("another key of the tests, and of nothing else".into());
    let elsewhere = bureau.home.cold().with_vault(Vault::new(vec![key()]).unwrap());
    assert_eq!(elsewhere.invited_by_link(&token).await.unwrap().map(drop), unknown);
    let heard = elsewhere.answer_by_link(&token, "", Said::Answer(PartStat::Accepted), None).await.unwrap();
    assert_eq!(heard.map(drop), unknown);
    // A key that came before is still known.
    let first = Secret("a key of the tests, and of nothing else".into());
    let both = bureau.home.cold().with_vault(Vault::new(vec![key(), first]).unwrap());
    assert!(both.invited_by_link(&token).await.unwrap().is_ok());
    // Without a key there are none.
    let keyless = sending(bureau.home.cold(), &Arc::new(Post::default())).with_vault(Vault::default());
    let keyless = keyless.with_meeting_writer(bureau.tokens.clone());
    let text = meeting("n", "Other", FAR, &["max"], "");
    keyless.put_object(bureau.cyrus, bureau.calendar, "n.ics", &text, Precondition::None).await.unwrap();
    settle(&keyless).await;
    assert_eq!(bureau.tokens.0.lock().unwrap().last().unwrap(), &("max@example.org".to_owned(), None));
    // Who deletes their account or the calendar invites to nothing more.
    assert!(sealing(bureau.home.cold()).invited_by_link(&token).await.unwrap().is_ok());
    bureau.kalends.delete_calendar(bureau.cyrus, bureau.calendar).await.unwrap();
    assert_eq!(bureau.kalends.invited_by_link(&token).await.unwrap().map(drop), Err(NoInvitation::Cancelled));
    let long = "x".repeat(1_001);
    let refused = bureau.kalends.answer_by_link(&token, "", Said::Answer(PartStat::Accepted), Some(&long)).await;
    assert!(matches!(refused, Err(Error::BadInput { .. })), "{refused:?}");
}

#[tokio::test]
async fn an_answer_that_cannot_be_taken_up_is_not_said_to_be_noted() {
    let bureau = Bureau::new().await;
    bureau.invite(bureau.calendar, &meeting("m", "Plan", FAR, &["zoe"], "")).await;
    let token = bureau.token("zoe");
    // The calendar takes no events any more.
    bureau.home.run("UPDATE calendars SET components = 'VTODO'").await;
    assert_eq!(bureau.say(&token, Said::Answer(PartStat::Accepted)).await, Ok(Heard::NotStored));
    bureau.home.run("UPDATE calendars SET components = 'VEVENT,VTODO'").await;
    assert_eq!(bureau.say(&token, Said::Answer(PartStat::Accepted)).await, Ok(Heard::Yes));
    assert!(line(&bureau.text(bureau.calendar).await, "zoe").contains("PARTSTAT=ACCEPTED"));
}
