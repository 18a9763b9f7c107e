//! calendar-query (RFC 4791 section 7.8).

use super::super::error::Failure;
use super::super::headers::Depth;
use super::super::resource::Resource;
use super::super::stream::multistatus;
use super::super::xml::Element;
use super::super::{Call, preference_applied};
use super::filter;
use super::objects::ObjectReport;
use axum::response::Response;
use kalends_domain::query::Filter;

pub async fn answer(call: Call, root: &Element) -> Result<Response, Failure> {
    // Without the header the calendar alone would be meant, which can't match; clients that leave it out mean its objects.
    let depth = Depth::of(&call.headers)?.unwrap_or(Depth::One);
    let calendar = filter::read(root)?;
    let report = ObjectReport::of(call, root).await?;
    let preferences = report.preferences;
    let filter = Filter { calendar, floating: report.floating.clone() };
    let response = multistatus(|mut out| async move {
        let call = &report.call;
        let mut heads = match (&call.resource, depth) {
            (Resource::Calendar { .. }, Depth::Zero) => Vec::new(),
            _ => call.kalends.query(call.who.id, report.calendar.id, &filter).await?,
        };
        if let Resource::Object { name, .. } = &call.resource {
            call.kalends.object(call.who.id, report.calendar.id, name).await?;
            heads.retain(|head| head.name == *name);
        }
        report.write(&mut out, heads).await?;
        Ok(out)
    })
    .await?;
    Ok(preference_applied(response, preferences))
}
