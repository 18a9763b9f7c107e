//! A message in the scheduling inbox, as a resource.

use kalends_domain::scheduling::InboxItem;
use sha2::{Digest, Sha256};

/// The entity tag of a message, which never changes.
pub fn etag(item: &InboxItem) -> String {
    let digest: String = Sha256::digest(&item.text)[..16].iter().map(|octet| format!("{octet:02x}")).collect();
    format!("\"{digest}\"")
}

/// Where a message is in the inbox of `owner`.
pub fn item_href(inbox: &str, item: &InboxItem) -> String {
    format!("{inbox}{}", item.name())
}
