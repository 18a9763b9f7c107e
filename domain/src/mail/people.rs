//! Whom somebody may mean who has begun to type: those they write to, get mail from, and meet.

use super::words::words;
use crate::access::{self, Caller};
use crate::model::mail_message::{MailAddress, MessageFlags};
use crate::model::share::Party;
use crate::{Kalends, Result};
use chrono::{DateTime, Utc};
use kalends_ical::{CalendarObject, itip};
use std::collections::HashMap;

/// Most people that are offered for some letters.
const MAX_OFFERED: usize = 10;
/// Most of those written to from here that are looked at, the most usual first.
const MAX_WRITTEN_TO: usize = 200;
/// Most messages that are looked at of those that were sent, and of all others, the newest first.
const MAX_MESSAGES: usize = 200;
/// Most meetings of which guests are looked at, the newest first, and the most octets of one.
const MAX_MEETINGS: usize = 100;
const MAX_MEETING: usize = 32 * 1024;
/// In how many days use counts half as much.
const HALF_LIFE: i64 = 90;

/// What one has had to do with somebody.
#[derive(Debug, Default)]
struct Acquaintance {
    /// As it was written.
    who: MailAddress,
    /// How often they were written to from here, and are among the recipients of what was sent: the same mail may count in both.
    written: i64,
    sent: i64,
    answered: i64,
    received: i64,
    met: i64,
    is_here: bool,
    last: DateTime<Utc>,
}

impl Acquaintance {
    /// How likely it is that they are meant: whom one writes to comes before whom one only hears from.
    fn points(&self, now: DateTime<Utc>) -> i64 {
        let use_of = 20 * self.written.max(self.sent).min(1_000)
            + 20 * self.answered.min(1_000)
            + 10 * self.met.min(3)
            + self.received.min(5)
            + 5 * i64::from(self.is_here);
        let days = (now - self.last).num_days().max(0);
        1_000 * use_of * HALF_LIFE / (HALF_LIFE + days)
    }
}

/// Those who are found, each once.
struct Found {
    asked: Vec<String>,
    /// One's own addresses, in lower case: what comes from there, and where copies go.
    own: Vec<String>,
    people: HashMap<String, Acquaintance>,
}

impl Found {
    /// Whoever is meant by that name and address, where they can be; what they are called is what was said first.
    fn named(&mut self, who: &MailAddress, at: DateTime<Utc>) -> Option<&mut Acquaintance> {
        let key = who.address.trim().to_lowercase();
        let has = words([who.name.as_str(), who.address.as_str()]);
        let is_meant = self.asked.iter().all(|word| has.iter().any(|own| own.starts_with(word)));
        if !is_meant || !key.contains('@') {
            return None;
        }
        let known = self.people.entry(key).or_default();
        if known.who.address.is_empty() {
            known.who.address = who.address.trim().to_owned();
        }
        // A program calls somebody by their address where it has no name.
        if known.who.name.is_empty() && !who.name.contains('@') {
            known.who.name.clone_from(&who.name);
        }
        known.last = known.last.max(at);
        Some(known)
    }

    fn is_own(&self, who: &MailAddress) -> bool {
        self.own.contains(&who.address.trim().to_lowercase())
    }
}

/// Everybody who takes part in meetings.
fn guests(texts: &[String], limits: &kalends_ical::Limits) -> Vec<MailAddress> {
    let mut guests = Vec::new();
    for text in texts {
        let Ok(object) = CalendarObject::parse(text, limits) else { continue };
        let Some(entry) = object.entries().next() else { continue };
        let (organizer, attendees) = itip::parties_of(object.component(entry));
        let address = |party: itip::Party| {
            let address = itip::email(&party.address)?;
            Some(MailAddress { name: party.name.unwrap_or_default(), address })
        };
        guests.extend(organizer.into_iter().chain(attendees).filter_map(address));
    }
    guests
}

impl Kalends {
    /// People whom the caller may mean by the first letters of a word of their name or address: those written to, those whose mail was
    /// answered or came and is no spam, those met, and people here whose addresses the caller may know. Those the caller has had to do with
    /// most often and lately come first.
    ///
    /// # Errors
    /// `Forbidden` for a credential that may not do all that its principal may.
    pub async fn complete_mail_address(&self, caller: Caller, typed: &str) -> Result<Vec<MailAddress>> {
        access::require_own(caller)?;
        let asked: Vec<String> = words([typed]).into_iter().take(super::words::MAX_ASKED).collect();
        let Some(first) = asked.first().cloned() else { return Ok(Vec::new()) };
        let now = Utc::now();
        let mut tx = self.db.read().await?;
        let mut own = tx.addresses_of_mail_accounts(caller.principal).await?;
        own.extend(tx.verified_addresses(caller.principal).await?.iter().map(|address| address.to_lowercase()));
        let mut found = Found { asked, own, people: HashMap::new() };
        for (who, times, last) in tx.correspondents(caller.principal, &first, MAX_WRITTEN_TO).await? {
            if found.is_own(&who) {
                continue;
            }
            if let Some(known) = found.named(&who, last) {
                known.written = times;
            }
        }
        let matched = tx.words_to_match(&found.asked);
        for message in tx.mail_with_people(caller.principal, &matched, true, MAX_MESSAGES).await? {
            for who in message.to.iter().filter(|who| !found.is_own(who)).collect::<Vec<_>>() {
                if let Some(known) = found.named(who, message.received_at) {
                    known.sent += 1;
                }
            }
        }
        for message in tx.mail_with_people(caller.principal, &matched, false, MAX_MESSAGES).await? {
            if found.is_own(&message.from) {
                continue;
            }
            if let Some(known) = found.named(&message.from, message.received_at) {
                known.received += 1;
                known.answered += i64::from(message.flags.has(MessageFlags::ANSWERED));
            }
        }
        let meetings = tx.small_meetings(caller.principal, MAX_MEETING, MAX_MEETINGS).await?;
        // Of people here the addresses are known to those who act for them.
        for delegation in tx.delegating(caller.principal).await? {
            let Party { id, display_name: name, .. } = delegation.with;
            let Some(address) = tx.verified_addresses(id).await?.into_iter().next() else { continue };
            if let Some(known) = found.named(&MailAddress { name, address }, DateTime::UNIX_EPOCH) {
                known.is_here = true;
                known.last = known.last.max(now - chrono::TimeDelta::days(HALF_LIFE));
            }
        }
        drop(tx);
        let (octets, limits) = (meetings.iter().map(String::len).sum(), self.limits.text);
        for who in self.parse_on_a_thread(octets, move || Ok(guests(&meetings, &limits))).await? {
            if found.is_own(&who) {
                continue;
            }
            // When that was does not count: those of long ago stand far down in the list of meetings.
            if let Some(known) = found.named(&who, DateTime::UNIX_EPOCH) {
                known.met += 1;
                known.last = known.last.max(now - chrono::TimeDelta::days(HALF_LIFE));
            }
        }
        let mut people: Vec<Acquaintance> = found.people.into_values().collect();
        people.sort_by_cached_key(|known| {
            (std::cmp::Reverse((known.points(now), known.last)), known.who.address.to_lowercase())
        });
        Ok(people.into_iter().take(MAX_OFFERED).map(|known| known.who).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn whom_one_writes_to_comes_before_whom_one_hears_from_and_lately_before_long_ago() {
        let now = Utc::now();
        let known = |written, received, days| Acquaintance {
            written,
            received,
            last: now - TimeDelta::days(days),
            ..Acquaintance::default()
        };
        assert!(known(1, 0, 100).points(now) > known(0, 400, 0).points(now));
        assert!(known(2, 0, 0).points(now) > known(3, 0, 365).points(now));
        assert!(known(90, 0, 365).points(now) > known(2, 0, 0).points(now));
    }
}
