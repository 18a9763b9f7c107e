//! Threads: messages that name each other by their Message-IDs (RFC 5322 section 3.6.4), never by their subjects alone.

use crate::Result;
use crate::model::mail_account::MailAccountId;
use crate::model::mail_message::MailThreadId;
use crate::store::{ReferenceDigest, Transaction};
use rand::Rng;
use sha2::{Digest, Sha256};

/// Most Message-IDs that one message may name: the first ones, and the last.
const MAX_NAMED: usize = 40;

fn digest(message_id: &str) -> ReferenceDigest {
    let mut digest = [0; 16];
    digest.copy_from_slice(&Sha256::digest(message_id.as_bytes())[..16]);
    digest
}

/// The Message-IDs that tell which thread a message belongs to: its own and those that it names.
fn named<'a>(own: Option<&'a str>, references: &'a [String]) -> Vec<&'a str> {
    let (first, last) = match references.len() > MAX_NAMED {
        true => (&references[..1], &references[references.len() - MAX_NAMED + 1..]),
        false => (references, &references[..0]),
    };
    let mut all: Vec<&str> = own.into_iter().chain(first.iter().chain(last).map(String::as_str)).collect();
    all.retain(|id| !id.is_empty());
    all.dedup();
    all
}

/// The thread that a message belongs to, which may be several that it makes one of, or a new one.
pub(super) async fn thread_of(
    tx: &mut Transaction,
    account: MailAccountId,
    own: Option<&str>,
    references: &[String],
) -> Result<MailThreadId> {
    let named: Vec<ReferenceDigest> = named(own, references).into_iter().map(digest).collect();
    let mut known: Vec<Option<MailThreadId>> = Vec::new();
    for reference in &named {
        known.push(tx.thread_of_reference(account, reference).await?);
    }
    let mut threads: Vec<MailThreadId> = known.iter().flatten().copied().collect();
    threads.sort_unstable();
    threads.dedup();
    // As many as a number of JSON tells apart.
    let thread = threads.first().copied().unwrap_or_else(|| MailThreadId(rand::rng().random_range(1..1 << 53)));
    for other in threads.into_iter().skip(1) {
        tx.join_threads(account, thread, other).await?;
    }
    for (reference, known) in named.iter().zip(known) {
        if known.is_none() {
            tx.put_reference(account, reference, thread).await?;
        }
    }
    Ok(thread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_of_many_references_count() {
        let many: Vec<String> = (0..1_000).map(|number| format!("{number}@x")).collect();
        let named = named(Some("own@x"), &many);
        assert_eq!(named.len(), MAX_NAMED + 1);
        assert_eq!((named[0], named[1], named[MAX_NAMED]), ("own@x", "0@x", "999@x"));
    }
}
