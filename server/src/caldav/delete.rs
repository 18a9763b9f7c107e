//! DELETE (RFC 4918 section 9.6): an object, or a calendar with all that is in it.

use super::Call;
use super::conditions;
use super::error::Failure;
use super::headers::{Depth, text};
use super::target::Target;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kalends_domain::objects::Place;
use kalends_domain::sharing::Answer;

pub async fn answer(call: Call) -> Result<Response, Failure> {
    match &call.target {
        Target::Object(Place { calendar, name, .. }) => {
            let precondition = conditions::precondition(&call).await?;
            conditions::check_schedule_tag(&call)?;
            // RFC 6638 section 8.1
            let says = text(&call.headers, "schedule-reply")?.is_none_or(|reply| !reply.eq_ignore_ascii_case("F"));
            let place = (calendar.id, name.as_str());
            let deleted = call.kalends.delete_object_and_say(call.caller, place, precondition, says).await;
            deleted.map_err(|error| call.failure(error))?;
        }
        Target::Calendar(calendar) => {
            if !matches!(Depth::of(&call.headers)?, None | Some(Depth::Infinity)) {
                return Err(Failure::bad_request("A collection is deleted whole: Depth is infinity."));
            }
            conditions::check(&call).await?;
            // Whoever removes what was shared with them from their home leaves it; the calendar stays.
            let is_shared = calendar.owner().id != call.who.id && !calendar.is_own();
            let deleted = if is_shared && call.is_in_own_home() {
                call.kalends.answer_share(call.caller, calendar.id, Answer::Declined).await
            } else {
                call.kalends.delete_calendar(call.caller, calendar.id).await
            };
            deleted.map_err(|error| call.failure(error))?;
        }
        Target::Notification(notice) => {
            conditions::check(&call).await?;
            let removed = call.kalends.remove_share_notice(call.caller, notice.id).await;
            removed.map_err(|error| call.failure(error))?;
        }
        Target::InboxItem(item) => {
            conditions::check(&call).await?;
            let removed = call.kalends.remove_from_inbox(call.caller, &item.name()).await;
            removed.map_err(|error| call.failure(error))?;
        }
        Target::Vacant { .. } | Target::Inner | Target::Missing => return Err(Failure::not_found()),
        Target::Container
        | Target::Principal(_)
        | Target::Proxies(_)
        | Target::Home
        | Target::HomeOf(..)
        | Target::Notifications(_)
        | Target::Inbox(_)
        | Target::Outbox => {
            return Err(Failure::new(StatusCode::FORBIDDEN, "This cannot be deleted."));
        }
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
