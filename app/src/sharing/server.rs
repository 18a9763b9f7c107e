//! The server's side of the page of a calendar's shares.

use super::links::CalendarLinks;
use super::people::{add_pictures, info, named};
use super::{CalendarShares, Kind, Level, Refusal, Reply, ShareInfo, ShareWish};
use crate::event::seen::zone_of;
use crate::wire::{ApiError, CalendarId};
use crate::words;
use crate::zones::beginning_of_day;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use kalends_domain::access::{Access, PrincipalId};
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId as Calendar;
use kalends_domain::sharing::{Answer, Share};
use kalends_domain::{Error, Kalends, Missing};

/// What the forms of the page are called where it is said what became of them.
pub const FORM: &str = "sharing";

/// Without the public links.
///
/// # Errors
/// Those of [`Kalends::shares`].
pub async fn shares(kalends: &Kalends, user: &User, calendar: CalendarId) -> Result<CalendarShares, ApiError> {
    let (caller, id) = (user.on_a_page(), Calendar(calendar));
    let cursor = kalends.told(caller).await?.to_string();
    let held = kalends.calendar_by_id(caller, id).await?;
    let shares = kalends.shares(caller, id).await?;
    let teams = kalends.teams(caller).await?;
    let zone = zone_of(user);
    // Its members have the calendar already.
    let teams = teams.into_iter().map(|team| team.party).filter(|team| team.id != held.owner().id);
    let mut shares: Vec<_> = shares.into_iter().filter_map(|share| share_info(user, zone, share)).collect();
    add_pictures(kalends, shares.iter_mut().map(|share| &mut share.with)).await?;
    Ok(CalendarShares {
        calendar,
        name: held.details.display_name.clone(),
        color: held.details.color.clone(),
        cursor,
        shares,
        teams: teams.map(info).collect(),
        said: None,
        refused: None,
        links: CalendarLinks::default(),
    })
}

fn share_info(user: &User, zone: Tz, share: Share) -> Option<ShareInfo> {
    let level = Level::of(share.access)?;
    let id = share.with.id;
    let with = info(share.with);
    Some(ShareInfo {
        id: id.0,
        is_viewer: id == user.principal.id,
        level,
        last_day: share.ends_at.map(|end| last_day(end, zone)),
        reply: (with.kind == Kind::Person).then_some(match share.answer {
            None => Reply::Asked,
            Some(Answer::Accepted) => Reply::Accepted,
            Some(Answer::Declined) => Reply::Declined,
        }),
        with,
    })
}

/// The last day, in `zone`, of which any part is before `end`.
pub fn last_day(end: DateTime<Utc>, zone: Tz) -> NaiveDate {
    (end - TimeDelta::milliseconds(1)).with_timezone(&zone).date_naive()
}

/// Does what a form asked for. Yields what is said of it.
///
/// # Errors
/// What is wrong with the form, or with asking for it.
pub async fn fulfil(kalends: &Kalends, user: &User, calendar: CalendarId, wish: &ShareWish) -> Result<String, Refusal> {
    let (caller, id) = (user.on_a_page(), Calendar(calendar));
    // Before a name says anything about who is here.
    let shares = kalends.shares(caller, id).await?;
    let standing = |who: i64| {
        let share = shares.iter().find(|share| share.with.id == PrincipalId(who));
        share.map(|share| info(share.with.clone()).name).ok_or(Error::NotFound(Missing::Share))
    };
    match wish {
        ShareWish::Share { with, level, ends } => {
            let (granted, ends) = (chosen(level)?, end(ends, zone_of(user))?);
            let party = named(kalends, user, with, |_| true).await?;
            kalends.share(caller, id, party.id, granted, ends).await?;
            Ok(words::server_sharing_done(&info(party).name))
        }
        ShareWish::Change { who, level, ends } => {
            let name = standing(*who)?;
            let (granted, ends) = (chosen(level)?, end(ends, zone_of(user))?);
            kalends.share(caller, id, PrincipalId(*who), granted, ends).await?;
            Ok(words::server_sharing_changed(&name))
        }
        ShareWish::End { who } => {
            let name = standing(*who)?;
            kalends.unshare(caller, id, PrincipalId(*who)).await?;
            Ok(words::server_sharing_ended(&name))
        }
    }
}

/// The level of this name.
///
/// # Errors
/// `BadInput` (access)
pub fn chosen(level: &str) -> Result<Access, Refusal> {
    Access::from_name(level).ok_or_else(|| Refusal::bad_input("access", words::server_value_access()))
}

/// When the day is over, in the zone of whoever chose it; empty: never.
///
/// # Errors
/// `BadInput` (end)
pub fn end(day: &str, zone: Tz) -> Result<Option<DateTime<Utc>>, Refusal> {
    if day.is_empty() {
        return Ok(None);
    }
    let day: Option<NaiveDate> = day.parse().ok();
    let end = day.and_then(|day| beginning_of_day(day.checked_add_days(Days::new(1))?, zone));
    end.map(Some).ok_or_else(|| Refusal::bad_input("end", words::server_sharing_no_day()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use chrono_tz::America::New_York;
    use chrono_tz::Europe::Zurich;

    #[test]
    fn a_share_ends_with_its_last_day_where_it_was_chosen() {
        let ends = |day: &str, zone| end(day, zone).unwrap().unwrap();
        assert_eq!(ends("2026-11-30", Zurich).to_rfc3339(), "2026-11-30T23:00:00+00:00");
        assert_eq!(ends("2026-11-30", New_York).to_rfc3339(), "2026-12-01T05:00:00+00:00");
        assert_eq!(last_day(ends("2026-11-30", Zurich), Zurich).to_string(), "2026-11-30");
        assert_eq!(end("", Zurich).unwrap(), None);
        for wrong in ["tomorrow", "2026-02-30", "+262142-12-31"] {
            assert!(end(wrong, Zurich).unwrap_err().at(&["end"]).is_some(), "{wrong}");
        }
    }
}
