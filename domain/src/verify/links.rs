//! What is kept of calendars that are in step with others elsewhere: whether it refers to what there is, and whether the texts that both
//! sides last had in common are those that they are said to be.

use super::{Harm, Verification};
use crate::Result;
use crate::model::sync_object::SyncObjectId;
use crate::model::version::Digest;
use crate::store::{CheckedLink, CheckedSyncObject, Transaction};

/// How many objects are looked at at once.
const PAGE: usize = 500;

/// Tables whose rows belong to rows of others, with what they are and what they belong to.
const OWNED: [(&str, &str, &str, &str, &str); 7] = [
    ("sync_links", "account_id", "remote_accounts", "a link", "account"),
    ("sync_links", "calendar_id", "calendars", "a link", "calendar"),
    ("sync_objects", "link_id", "sync_links", "an object of a link", "link"),
    ("sync_runs", "link_id", "sync_links", "a run", "link"),
    ("sync_run_entries", "run_id", "sync_runs", "a line of a receipt", "run"),
    ("sync_subscriptions", "account_id", "remote_accounts", "a subscription", "account"),
    ("sync_subscriptions", "link_id", "sync_links", "a subscription", "link"),
];

pub(super) async fn check(tx: &mut Transaction, found: &mut Verification) -> Result<()> {
    for (table, column, owner, what, whose) in OWNED {
        for (id, owner) in tx.orphans(table, column, owner).await? {
            found.add(
                "",
                Harm::Sync,
                format!("{what} ({table} {id}) belongs to the {whose} {owner}, which is not there"),
            );
        }
    }
    for link in tx.checked_links().await? {
        found.links += 1;
        check_link(&link, found);
        check_objects(tx, &link, found).await?;
    }
    Ok(())
}

fn place(link: &CheckedLink) -> String {
    match &link.place {
        Some(place) => format!("{place} and {} elsewhere", link.remote_name),
        None => format!("the link {}", link.id.0),
    }
}

fn check_link(link: &CheckedLink, found: &mut Verification) {
    if let (Some(seen), Some(revision)) = (link.seen_revision, link.revision)
        && seen > revision
    {
        let what = format!("the link has looked at the log up to revision {seen}, which ends with {revision}");
        found.add(place(link), Harm::Sync, what);
    }
    if link.listing_open && link.cursor.is_none() {
        let what = "the link goes on listing everything there, and does not know from where (its cursor is missing)";
        found.add(place(link), Harm::Sync, what);
    }
}

async fn check_objects(tx: &mut Transaction, link: &CheckedLink, found: &mut Verification) -> Result<()> {
    let mut after = SyncObjectId(0);
    loop {
        let page = tx.checked_sync_objects(link.id, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for object in page {
            if let Some(what) = check_object(tx, link, &object).await? {
                let name = object.uid.as_deref().unwrap_or("an object");
                found.add(place(link), Harm::Sync, format!("{name}: {what}"));
            }
        }
    }
}

/// What is wrong with it.
async fn check_object(tx: &mut Transaction, link: &CheckedLink, object: &CheckedSyncObject) -> Result<Option<String>> {
    let Some(base) = &object.local_base else { return Ok(None) };
    let texts = match &object.texts {
        Ok(texts) => texts,
        Err(error) => return Ok(Some(format!("what both sides last had in common cannot be read: {error}"))),
    };
    if let Some(text) = &texts.base {
        let is_it = Digest::of(text).etag() == *base;
        return Ok((!is_it).then(|| format!("what both sides last had in common is not the text with the ETag {base}")));
    }
    if let (Some(text), Some(digest)) = (&texts.remote_base, &object.remote_digest)
        && Digest::of(text).0 != digest[..]
    {
        return Ok(Some("what the other side last had is not the text that it is said to be".into()));
    }
    // Of what goes only one way no base is kept, nor of what is still the same here.
    let is_needed = link.is_both_ways && object.current.as_ref() != Some(base);
    if is_needed && !tx.has_logged_text(link.calendar, &octets_of(base)).await? {
        let what = "what both sides last had in common is missing: what both change next comes together without it";
        return Ok(Some(what.into()));
    }
    Ok(None)
}

/// The digest that an entity tag shows.
fn octets_of(etag: &str) -> Vec<u8> {
    let digits = etag.trim_matches('"').as_bytes();
    let pairs = digits.chunks_exact(2);
    pairs.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
