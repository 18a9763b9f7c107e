//! calendar-multiget (RFC 4791 section 7.9).

use super::super::error::Failure;
use super::super::headers::local_path;
use super::super::resource::{self, Address, Resource};
use super::super::stream::{Multistatus, multistatus};
use super::super::target::{self, Target};
use super::super::xml::Element;
use super::super::{Call, preference_applied};
use super::objects::ObjectReport;
use axum::response::Response;
use std::collections::{HashMap, HashSet};

/// How many hrefs are looked up at once.
const BATCH: usize = 100;
const NOT_FOUND: &str = "HTTP/1.1 404 Not Found";

/// An object of the report's calendar that a href stands for.
struct Asked {
    name: String,
    /// The href in the spelling of the answers, at the address that the client used.
    href: String,
}

pub async fn answer(call: Call, root: &Element) -> Result<Response, Failure> {
    let hrefs: Vec<String> = root.dav_all("href").map(|href| href.text.trim().to_owned()).collect();
    if hrefs.is_empty() {
        return Err(Failure::bad_request("calendar-multiget needs one href at least."));
    }
    let mut report = ObjectReport::of(call, root).await?;
    let preferences = report.preferences;
    let response = multistatus(|mut out| async move {
        for batch in hrefs.chunks(BATCH) {
            write_batch(&mut report, &mut out, batch).await?;
        }
        Ok(out)
    })
    .await?;
    Ok(preference_applied(response, preferences))
}

/// Answers each of `hrefs` once. Where several are spellings of one, the answer is the object's own.
async fn write_batch(report: &mut ObjectReport, out: &mut Multistatus, hrefs: &[String]) -> Result<(), Failure> {
    let mut asked: HashMap<&str, Option<Asked>> = HashMap::with_capacity(hrefs.len());
    for href in hrefs {
        if !asked.contains_key(href.as_str()) {
            asked.insert(href, object(report, href).await?);
        }
    }
    let base = report.collection();
    let is_own = |asked: &Asked| asked.href == format!("{base}{}", resource::encode(&asked.name));
    let mut own: Vec<String> =
        asked.values().flatten().filter(|asked| is_own(asked)).map(|asked| asked.name.clone()).collect();
    own.sort_unstable();
    own.dedup();
    let found = report.write_named(out, &own).await?;
    let mut elsewhere = HashSet::new();
    for (href, asked) in asked {
        let is_there = match asked {
            None => false,
            Some(asked) if is_own(&asked) => found.contains(&asked.name),
            // At the other address of the home, or by its UID: the client knows the object by that href.
            Some(asked) if elsewhere.insert(asked.href.clone()) => {
                report.asked_at = Some(asked.href);
                let found = report.write_named(out, &[asked.name]).await?;
                report.asked_at = None;
                !found.is_empty()
            }
            Some(_) => true,
        };
        if !is_there {
            out.status(href, NOT_FOUND);
            out.pass_on().await?;
        }
    }
    Ok(())
}

/// The object of the report's calendar that `href` stands for. All others do not exist for this report, whether or not they
/// do.
async fn object(report: &ObjectReport, href: &str) -> Result<Option<Asked>, Failure> {
    let call = &report.call;
    let Ok(Some(path)) = local_path(href, &call.headers) else { return Ok(None) };
    let Ok(address) = Address::parse(path) else { return Ok(None) };
    let href = address.href();
    let Address { resource: Resource::Object { owner, calendar, name }, tree } = address else { return Ok(None) };
    if !report.is_at(&owner, &calendar) {
        return Ok(None);
    }
    let name = target::object_name(&call.kalends, &report.calendar, &name, tree).await?;
    // On an object, only that one can be asked for.
    let is_other = matches!(&call.target, Target::Object(only) if only.name != name);
    Ok((!is_other).then_some(Asked { name, href }))
}
