//! REPORT (RFC 3253 section 3.6).

mod data;
mod expand;
pub(super) mod filter;
mod free_busy;
mod multiget;
mod objects;
mod principals;
mod query;
mod sync;

use super::Call;
use super::body::{self, REPORT_OCTETS};
use super::error::Failure;
use super::scheduling;
use super::target::Target;
use axum::body::Body;
use axum::response::Response;

pub async fn answer(call: Call, body: Body) -> Result<Response, Failure> {
    let document = body::xml(&call.headers, body, REPORT_OCTETS)
        .await?
        .ok_or_else(|| Failure::bad_request("The body has to name a report."))?;
    let name = &document.root.name;
    if matches!(call.target, Target::Vacant { .. } | Target::Inner | Target::Missing) {
        return Err(Failure::not_found());
    }
    let in_calendar = matches!(call.target, Target::Calendar(_) | Target::Object(_));
    let on_calendar = matches!(call.target, Target::Calendar(_));
    let is_of_objects = name.is_caldav("calendar-query") || name.is_caldav("calendar-multiget");
    if matches!(call.target, Target::Inbox(_)) && is_of_objects {
        scheduling::report(call, &document.root).await
    } else if matches!(call.target, Target::Inbox(_)) && name.is_dav("sync-collection") {
        sync::of_inbox(call, &document.root).await
    } else if in_calendar && name.is_caldav("calendar-query") {
        query::answer(call, &document.root).await
    } else if in_calendar && name.is_caldav("calendar-multiget") {
        multiget::answer(call, &document.root).await
    } else if on_calendar && name.is_caldav("free-busy-query") {
        free_busy::answer(call, &document.root).await
    } else if on_calendar && name.is_dav("sync-collection") {
        sync::answer(call, &document.root).await
    } else if in_calendar && name.is_dav("acl-principal-prop-set") {
        principals::of_acl(call, &document.root).await
    } else if call.resource.is_collection() && name.is_dav("principal-match") {
        principals::matching(call, &document.root).await
    } else if name.is_dav("principal-property-search") {
        principals::search(call, &document.root).await
    } else if name.is_dav("principal-search-property-set") {
        principals::search_properties(&call)
    } else if name.is_dav("expand-property") {
        expand::answer(call, &document.root).await
    } else {
        Err(Failure::forbidden("D:supported-report", "This report cannot be asked for here."))
    }
}
