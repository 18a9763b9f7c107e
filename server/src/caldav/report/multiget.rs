//! calendar-multiget (RFC 4791 section 7.9).

use super::super::error::Failure;
use super::super::headers::local_path;
use super::super::resource::Resource;
use super::super::stream::multistatus;
use super::super::xml::Element;
use super::super::{Call, preference_applied};
use super::objects::ObjectReport;
use axum::response::Response;
use std::collections::HashMap;

/// How many hrefs are looked up at once.
const BATCH: usize = 100;

pub async fn answer(call: Call, root: &Element) -> Result<Response, Failure> {
    let hrefs: Vec<String> = root.dav_all("href").map(|href| href.text.trim().to_owned()).collect();
    if hrefs.is_empty() {
        return Err(Failure::bad_request("calendar-multiget needs one href at least."));
    }
    let report = ObjectReport::of(call, root).await?;
    let preferences = report.preferences;
    let response = multistatus(|mut out| async move {
        for batch in hrefs.chunks(BATCH) {
            // Several hrefs may name one object; the answer uses the object's own.
            let names: HashMap<&str, Option<String>> =
                batch.iter().map(|href| (href.as_str(), name(&report, href))).collect();
            let mut wanted: Vec<String> = names.values().flatten().cloned().collect();
            wanted.sort_unstable();
            wanted.dedup();
            let found = report.write_named(&mut out, &wanted).await?;
            for (href, name) in names {
                if name.is_none_or(|name| !found.contains(&name)) {
                    out.status(href, "HTTP/1.1 404 Not Found");
                    out.pass_on().await?;
                }
            }
        }
        Ok(out)
    })
    .await?;
    Ok(preference_applied(response, preferences))
}

/// The name of the object of the report's calendar that `href` stands for. All others do not exist for this report, whether
/// or not they do.
fn name(report: &ObjectReport, href: &str) -> Option<String> {
    let path = local_path(href, &report.call.headers).ok()??;
    match Resource::parse(path).ok()? {
        Resource::Object { owner, calendar, name }
            if owner == report.calendar.owner_slug && calendar == report.calendar.slug =>
        {
            // On an object, only that one can be asked for.
            match &report.call.resource {
                Resource::Object { name: only, .. } if *only != name => None,
                _ => Some(name),
            }
        }
        _ => None,
    }
}
