//! free-busy-query (RFC 4791 section 7.10).

use super::super::Call;
use super::super::error::Failure;
use super::super::resource::Resource;
use super::super::xml::Element;
use super::{data, filter};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use kalends_domain::free_busy::{BusyKind, BusySpan};
use kalends_domain::instances::Window;

pub async fn answer(call: Call, root: &Element) -> Result<Response, Failure> {
    let Resource::Calendar { owner, slug } = &call.resource else { return Err(Failure::not_found()) };
    let (calendar, _) = call.kalends.calendar(call.who.id, owner, slug).await?;
    let range = root.caldav("time-range").ok_or_else(|| Failure::bad_request("There is no time-range."))?;
    let Window { start: Some(from), end: Some(to) } = filter::closed_range(range)? else {
        return Err(Failure::bad_request("The time-range needs a start and an end."));
    };
    let floating = data::floating_zone(root, &calendar, call.kalends.limits().nesting)?;
    let spans = call.kalends.free_busy(call.who.id, calendar.id, from, to, &floating).await?;
    let text = written(from, to, &spans, Utc::now());
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8; component=vfreebusy")], text).into_response())
}

/// A VFREEBUSY with one FREEBUSY for each span (RFC 5545 section 3.6.4).
fn written(from: DateTime<Utc>, to: DateTime<Utc>, spans: &[BusySpan], now: DateTime<Utc>) -> String {
    let time = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ").to_string();
    let mut text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//Kalends//EN\r\nBEGIN:VFREEBUSY\r\nDTSTAMP:{}\r\nDTSTART:{}\r\nDTEND:{}\r\n",
        time(now),
        time(from),
        time(to)
    );
    for span in spans {
        let kind = match span.kind {
            BusyKind::Busy => "",
            BusyKind::Tentative => ";FBTYPE=BUSY-TENTATIVE",
        };
        text.push_str(&format!("FREEBUSY{kind}:{}/{}\r\n", time(span.start), time(span.end)));
    }
    text.push_str("END:VFREEBUSY\r\nEND:VCALENDAR\r\n");
    text
}
