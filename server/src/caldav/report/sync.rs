//! sync-collection (RFC 6578).

use super::super::error::Failure;
use super::super::headers::{Depth, Preferences};
use super::super::message::item_href;
use super::super::props::{CalendarData, PropertyRequest, View};
use super::super::resource;
use super::super::stream::multistatus;
use super::super::xml::Element;
use super::super::{Call, preference_applied};
use super::objects::ObjectReport;
use axum::response::Response;

/// From when on the changes are asked for (`None`: all that is there), and how many at most.
///
/// # Errors
/// 400 for a depth, a level or a limit that there is not.
fn asked(call: &Call, root: &Element) -> Result<(Option<String>, Option<usize>), Failure> {
    let token = root.dav("sync-token").map(|token| token.text.trim().to_owned()).filter(|token| !token.is_empty());
    let limit = limit(root)?;
    // RFC 6578 section 3.2 asks for 0, as sync-level has its place; some clients still send 1, as a draft of it had it.
    if Depth::of(&call.headers)? == Some(Depth::Infinity) {
        return Err(Failure::bad_request("Depth has to be 0; how far the report goes is said by sync-level."));
    }
    // A calendar has no collections in it, so that both levels come to the same.
    match root.dav("sync-level").map(|level| level.text.trim()) {
        None | Some("1" | "infinite") => Ok((token, limit)),
        Some(_) => Err(Failure::bad_request("sync-level is 1 or infinite.")),
    }
}

/// Of the scheduling inbox.
pub async fn of_inbox(call: Call, root: &Element) -> Result<Response, Failure> {
    let (token, limit) = asked(&call, root)?;
    let request = PropertyRequest::in_report(root)?;
    let preferences = Preferences::of(&call.headers);
    let changes = call.kalends.inbox_changes(call.caller, token.as_deref(), limit).await;
    let changes = changes.map_err(|error| call.failure(error))?;
    let (href, who, minimal) = (call.href.clone(), call.who.clone(), preferences.minimal);
    let response = multistatus(|mut out| async move {
        for item in &changes.changed {
            let view = View::InboxItem(item, CalendarData::Text(&item.text));
            out.response(&item_href(&href, item), |xml| view.write_propstats(&request, &who, minimal, xml));
            out.pass_on().await?;
        }
        for name in &changes.removed {
            out.status(&format!("{href}{name}"), "HTTP/1.1 404 Not Found");
        }
        if changes.truncated {
            out.error(&href, "HTTP/1.1 507 Insufficient Storage", "D:number-of-matches-within-limits");
        }
        out.xml.leaf("D:sync-token", &changes.token);
        Ok(out)
    })
    .await?;
    Ok(preference_applied(response, preferences))
}

pub async fn answer(call: Call, root: &Element) -> Result<Response, Failure> {
    let (token, limit) = asked(&call, root)?;
    let report = ObjectReport::of(call, root).await?;
    let preferences = report.preferences;
    let response = multistatus(|mut out| async move {
        let call = &report.call;
        let mut changes = call.kalends.changes_in(call.caller, &report.calendar, token.as_deref(), limit).await?;
        let collection = report.collection();
        while let Some(page) = changes.next().await? {
            report.write(&mut out, page.changed).await?;
            for name in page.removed {
                out.status(&format!("{collection}{}", resource::encode(&name)), "HTTP/1.1 404 Not Found");
                out.pass_on().await?;
            }
        }
        if changes.truncated {
            out.error(&collection, "HTTP/1.1 507 Insufficient Storage", "D:number-of-matches-within-limits");
        }
        out.xml.leaf("D:sync-token", &changes.token);
        Ok(out)
    })
    .await?;
    Ok(preference_applied(response, preferences))
}

/// DAV:limit (RFC 5323 section 5.17).
fn limit(root: &Element) -> Result<Option<usize>, Failure> {
    let Some(limit) = root.dav("limit") else { return Ok(None) };
    let number = limit.dav("nresults").and_then(|number| number.text.trim().parse().ok()).filter(|number| *number > 0);
    number.map(Some).ok_or_else(|| Failure::bad_request("nresults has to be a number above 0."))
}
