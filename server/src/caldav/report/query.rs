//! calendar-query (RFC 4791 section 7.8).

use super::super::error::Failure;
use super::super::headers::Depth;
use super::super::stream::multistatus;
use super::super::target::Target;
use super::super::xml::Element;
use super::super::{Call, preference_applied};
use super::filter;
use super::objects::ObjectReport;
use axum::response::Response;
use kalends_domain::query::Query;
use kalends_ical::query::Filter;

pub async fn answer(call: Call, root: &Element) -> Result<Response, Failure> {
    // Without the header the calendar alone would be meant, which can't match; clients that leave it out mean its objects.
    let depth = Depth::of(&call.headers)?.unwrap_or(Depth::One);
    let calendar = filter::read(root)?;
    let mut report = ObjectReport::of(call, root).await?;
    report.asked_at = matches!(report.call.target, Target::Object(_)).then(|| report.call.href.clone());
    let preferences = report.preferences;
    let filter = Filter { calendar, floating: report.floating.clone() };
    let response = multistatus(|mut out| async move {
        let call = &report.call;
        let mut query = Query::new(report.calendar.id, filter);
        if let Target::Object(place) = &call.target {
            place.head()?;
        }
        let has_members = depth != Depth::Zero || matches!(call.target, Target::Object(_));
        while has_members && let Some(mut heads) = call.kalends.query_page(call.caller, &mut query).await? {
            if let Target::Object(place) = &call.target {
                heads.retain(|head| head.name == place.name);
            }
            report.write(&mut out, heads).await?;
        }
        Ok(out)
    })
    .await?;
    Ok(preference_applied(response, preferences))
}
