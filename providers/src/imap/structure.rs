//! Where in a message its calendar is (BODYSTRUCTURE, RFC 3501 section 7.4.2).

use imap_proto::{BodyContentCommon, BodyContentSinglePart, BodyParams, BodyStructure};

/// The message is a calendar and nothing else.
pub(super) const WHOLE: &str = "0";
/// Largest calendar that is looked at, in octets as it is sent: 1 MiB, and what base64 adds.
const MAX_CALENDAR: u32 = 1_434_000;
/// How many parts are looked at.
const MAX_PARTS: usize = 500;

/// The section of the part that is a message about a meeting: of several the one that says so best. What is within a message that is
/// attached is none of this one's.
pub(super) fn calendar_section(structure: &BodyStructure<'_>) -> Option<String> {
    let mut found: Option<(u8, String)> = None;
    let mut left = MAX_PARTS;
    match structure {
        BodyStructure::Multipart { .. } => search(structure, "", &mut left, &mut found),
        single => consider(single, WHOLE.to_owned(), &mut found),
    }
    found.map(|(_, section)| section)
}

fn search(structure: &BodyStructure<'_>, path: &str, left: &mut usize, found: &mut Option<(u8, String)>) {
    let BodyStructure::Multipart { bodies, .. } = structure else { return };
    for (number, part) in bodies.iter().enumerate() {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let section = if path.is_empty() { (number + 1).to_string() } else { format!("{path}.{}", number + 1) };
        match part {
            BodyStructure::Multipart { .. } => search(part, &section, left, found),
            single => consider(single, section, found),
        }
    }
}

fn consider(part: &BodyStructure<'_>, section: String, found: &mut Option<(u8, String)>) {
    let (BodyStructure::Basic { common, other, .. } | BodyStructure::Text { common, other, .. }) = part else { return };
    if let Some(rank) = rank(common, other)
        && found.as_ref().is_none_or(|(best, _)| rank < *best)
    {
        *found = Some((rank, section));
    }
}

fn param<'p>(params: &'p BodyParams<'_>, name: &str) -> Option<&'p str> {
    let mut all = params.iter().flatten();
    all.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_ref())
}

/// How well it says that it is one; the smaller the better.
fn rank(common: &BodyContentCommon<'_>, other: &BodyContentSinglePart<'_>) -> Option<u8> {
    if other.octets > MAX_CALENDAR {
        return None;
    }
    let (kind, subtype) = (common.ty.ty.to_ascii_lowercase(), common.ty.subtype.to_ascii_lowercase());
    let named = common.disposition.as_ref().and_then(|disposition| param(&disposition.params, "filename"));
    let is_file = [named, param(&common.ty.params, "name")]
        .into_iter()
        .flatten()
        .any(|name| name.to_ascii_lowercase().ends_with(".ics"));
    match (kind.as_str(), subtype.as_str()) {
        ("text", "calendar") if param(&common.ty.params, "method").is_some() => Some(0),
        ("text", "calendar") => Some(1),
        ("application", "ics") => Some(2),
        ("text" | "application", _) if is_file => Some(3),
        _ => None,
    }
}
