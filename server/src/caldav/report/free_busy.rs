//! free-busy-query (RFC 4791 section 7.10). What it finds is all in the calendar itself, whatever Depth says.

use super::super::Call;
use super::super::error::Failure;
use super::super::target::Target;
use super::super::xml::Element;
use super::data;
use super::filter::closed_range;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use kalends_ical::busy;
use kalends_ical::instances::Window;

pub async fn answer(call: Call, root: &Element) -> Result<Response, Failure> {
    let Target::Calendar(calendar) = &call.target else { return Err(Failure::not_found()) };
    let range = root.caldav("time-range").ok_or_else(|| Failure::bad_request("There is no time-range."))?;
    let Window { start: Some(start), end: Some(end) } = closed_range(range)? else {
        return Err(Failure::bad_request("Both start and end are needed."));
    };
    let floating = data::floating_zone(root, calendar, call.kalends.limits().text.nesting)?;
    let times = call.kalends.free_busy(call.caller, calendar.id, (start, end), &floating).await?;
    let text = busy::write(&times, (start, end), Utc::now());
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8; component=vfreebusy")], text).into_response())
}
