//! The server's side of the page of what was shared with the viewer.

use super::people::{add_pictures, info};
use super::{Level, SharedCalendar, SharedCalendars};
use crate::wire::{ApiError, CalendarId};
use crate::words;
use kalends_domain::Kalends;
use kalends_domain::access::Held;
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId as Calendar;
use kalends_domain::sharing::Answer;

/// What the forms of the page are called where it is said what became of them.
pub const FORM: &str = "shared";

pub async fn shared(kalends: &Kalends, user: &User) -> Result<SharedCalendars, ApiError> {
    let caller = user.on_a_page();
    let cursor = kalends.told(caller).await?.to_string();
    let listed = kalends.calendars(caller).await?;
    let (offered, left): (Vec<Held>, Vec<Held>) = kalends.offers(caller).await?.into_iter().partition(Held::is_offered);
    let others = listed.iter().filter(|held| held.owner().id != user.principal.id);
    let mut shared = SharedCalendars {
        cursor,
        offered: offered.iter().map(calendar_info).collect(),
        listed: others.map(calendar_info).collect(),
        left: left.iter().map(calendar_info).collect(),
        said: None,
        refused: None,
    };
    let all = shared.offered.iter_mut().chain(&mut shared.listed).chain(&mut shared.left);
    add_pictures(kalends, all.map(|calendar| &mut calendar.owner)).await?;
    Ok(shared)
}

fn calendar_info(held: &Held) -> SharedCalendar {
    let (access, what) = match Level::of(held.access()) {
        Some(Level::Write) if held.is_acting() => {
            (words::server_delegates_title(), words::server_delegates_you_write())
        }
        Some(_) if held.is_acting() => (words::server_delegates_title(), words::server_delegates_you_read()),
        // Members of the team that owns it are shown what is private as well.
        Some(Level::Read) if held.sees_private() => (words::server_teams_guest(), words::server_teams_guest_what()),
        Some(Level::Write) if held.sees_private() => (words::server_teams_member(), words::server_teams_member_what()),
        Some(level) => level.words(),
        None => (words::server_teams_manager(), words::server_teams_manager_what()),
    };
    SharedCalendar {
        id: held.id.0,
        name: held.details.display_name.clone(),
        color: held.details.color.clone(),
        owner: info(held.owner().clone()),
        access: access.to_owned(),
        what: what.to_owned(),
    }
}

/// The viewer says whether they want a calendar in their list. Yields what is said of it.
///
/// # Errors
/// Those of [`Kalends::answer_share`].
pub async fn answer(kalends: &Kalends, user: &User, id: CalendarId, answer: Answer) -> Result<String, ApiError> {
    let (caller, id) = (user.on_a_page(), Calendar(id));
    kalends.answer_share(caller, id, answer).await?;
    let held = kalends.calendar_by_id(caller, id).await?;
    let name = &held.details.display_name;
    Ok(match answer {
        Answer::Accepted => words::server_sharing_you_accepted(name),
        Answer::Declined => words::server_sharing_you_declined(name),
    })
}
