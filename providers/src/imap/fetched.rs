//! UIDs in commands, and what answers to FETCH say.

use super::structure::calendar_section;
use imap_proto::{AttributeValue, MailboxDatum, Response};
use kalends_domain::mail::MessageFlags;

/// Most UIDs that are named in one command.
const MAX_NAMED: usize = 500;

/// UIDs as a set (RFC 3501 section 9, `sequence-set`), in as many as it takes.
pub(super) fn sets(uids: &[u32]) -> Vec<String> {
    let mut uids = uids.to_vec();
    uids.sort_unstable();
    uids.dedup();
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for uid in uids {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
            _ => ranges.push((uid, uid)),
        }
    }
    let written =
        |(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}:{last}") };
    ranges.chunks(MAX_NAMED).map(|piece| piece.iter().map(written).collect::<Vec<_>>().join(",")).collect()
}

/// Each number of ranges.
pub(super) fn each(ranges: &[(u32, u32)]) -> impl Iterator<Item = u32> {
    ranges.iter().flat_map(|(first, last)| *first..=*last)
}

/// What is known of a message from one answer to FETCH.
#[derive(Default)]
pub(super) struct Fetched {
    pub uid: Option<u32>,
    pub flags: Option<MessageFlags>,
    pub received_at: Option<chrono::DateTime<chrono::Utc>>,
    pub size: u64,
    pub body: Option<Vec<u8>>,
    /// Where it has a calendar.
    pub calendar: Option<String>,
}

pub(super) fn fetched(response: &Response<'_>) -> Option<Fetched> {
    let Response::Fetch(_, values) = response else { return None };
    let mut fetched = Fetched::default();
    for value in values {
        match value {
            AttributeValue::Uid(uid) => fetched.uid = Some(*uid),
            AttributeValue::Flags(flags) => {
                fetched.flags = Some(MessageFlags::from_names(flags.iter().map(AsRef::as_ref)));
            }
            AttributeValue::InternalDate(date) => {
                let read = chrono::DateTime::parse_from_str(date.trim(), "%d-%b-%Y %H:%M:%S %z");
                fetched.received_at = read.ok().map(|date| date.to_utc());
            }
            AttributeValue::Rfc822Size(size) => fetched.size = u64::from(*size),
            AttributeValue::BodySection { data: Some(data), .. } => fetched.body = Some(data.to_vec()),
            AttributeValue::BodyStructure(structure) => fetched.calendar = calendar_section(structure),
            _ => {}
        }
    }
    Some(fetched)
}

/// A part with its header, which ends with an empty line.
pub(super) fn joined(mut header: Vec<u8>, body: &[u8]) -> Vec<u8> {
    while header.ends_with(b"\n") || header.ends_with(b"\r") {
        header.pop();
    }
    header.extend_from_slice(b"\r\n\r\n");
    header.extend_from_slice(body);
    header
}

/// Whether it says that a folder is not as it was.
pub(super) fn is_news(response: &Response<'_>) -> bool {
    matches!(
        response,
        Response::MailboxData(MailboxDatum::Exists(_))
            | Response::Expunge(_)
            | Response::Fetch(..)
            | Response::Vanished { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_are_named_in_ranges_and_not_too_many_at_once() {
        assert_eq!(sets(&[3, 1, 2, 7, 7, 9]), ["1:3,7,9"]);
        assert!(sets(&[]).is_empty());
        let odd: Vec<u32> = (0..2_000).map(|number| number * 2 + 1).collect();
        assert_eq!(sets(&odd).len(), 4);
        assert_eq!(sets(&[u32::MAX, u32::MAX - 1]), ["4294967294:4294967295"]);
    }
}
