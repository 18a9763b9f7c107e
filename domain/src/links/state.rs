//! What tells what a link shows now from what it showed before.

use crate::access::Held;
use crate::model::link::Link;
use sha2::{Digest, Sha256};

/// A digest of all that decides what the link shows, but for the time that it is.
pub(super) fn state(link: &Link, calendars: &[Held]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(format!("{} {} {}", link.id.0, link.changed_at.timestamp_millis(), link.access));
    for held in calendars {
        let (id, revision, mark) = (held.id.0, held.revision.0, held.mark());
        digest.update(format!("\n{id} {revision} {mark} {} {}", held.details.color, held.details.display_name));
        digest.update(Sha256::digest(held.details.timezone.as_deref().unwrap_or_default()));
    }
    digest.finalize().into()
}

pub(super) fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
