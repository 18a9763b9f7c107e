//! Finding out what has changed on both sides since they were the same, without reading any text: it is noted beside the objects of the
//! link, with from where to ask on, so that a run that ends in the middle leaves what it knows to the next.

use super::engine::{Done, Engine};
use super::provider::{ChangePage, Coverage, Cursor, ProviderError, RemoteHead, RemoteObjectId};
use crate::Result;
use crate::access::{self, Access};
use crate::model::sync_object::{RemoteState, SyncObject, SyncObjectId};
use crate::retry::retry;
use kalends_ical::instances::Window;

/// How many objects are noted in one transaction.
const BATCH: usize = 500;
/// Most pages of changes that one run asks for.
const MAX_PAGES: usize = 10_000;

/// Notes that an object was named. Yields whether that says anything new.
pub(super) fn named(row: &mut SyncObject, head: &RemoteHead) -> bool {
    let is_known = head.tag.is_some() && head.tag == row.remote_base && row.remote_digest.is_some();
    match row.remote_state {
        RemoteState::Same if is_known => return false,
        RemoteState::Seen if !is_known && head.tag.is_some() && head.tag == row.seen_tag => return false,
        _ => {}
    }
    if is_known {
        row.remote_state = RemoteState::Same;
        (row.seen_tag, row.seen_text) = (None, None);
        // It is there as it was again: what was asked of somebody is no question any more.
        row.local_pending = true;
        (row.conflict, row.aside) = (None, None);
    } else {
        row.remote_state = RemoteState::Seen;
        (row.seen_tag, row.seen_text) = (head.tag.clone(), head.text.clone());
    }
    true
}

/// Notes that an object is gone.
pub(super) fn gone(row: &mut SyncObject) -> bool {
    let is_new = row.remote_state != RemoteState::Gone;
    row.remote_state = RemoteState::Gone;
    (row.seen_tag, row.seen_text) = (None, None);
    is_new
}

/// Notes that a window did not name an object that was in it: it is gone, or was moved out of it, which is found out by asking for it.
pub(super) fn unseen(row: &mut SyncObject) {
    if row.remote_state != RemoteState::Gone {
        row.remote_state = RemoteState::Seen;
        (row.seen_tag, row.seen_text) = (None, None);
    }
}

/// One that was not known.
pub(super) fn unknown(head: &RemoteHead) -> SyncObject {
    let mut row = SyncObject { remote: Some(head.id.clone()), ..SyncObject::new(SyncObjectId(0)) };
    row.remote_state = RemoteState::Seen;
    (row.seen_tag, row.seen_text) = (head.tag.clone(), head.text.clone());
    row
}

impl Engine<'_> {
    /// The window that is to be in step.
    pub fn window(&self) -> Window {
        Window { start: self.rules.from, end: None }
    }

    /// Asks the remote side what has changed.
    pub async fn look_there(&mut self) -> Done<()> {
        if self.relists {
            self.link.cursor = None;
        }
        for _ in 0..MAX_PAGES {
            let since = self.link.cursor.clone().map(Cursor);
            let page = self.provider.changes(&self.link.remote, since.as_ref(), self.window()).await;
            let page = match page {
                // Everything is compared, once; nothing is lost, as what both were the same at is known.
                Err(ProviderError::CursorRejected) if since.is_some() => {
                    (self.link.cursor, self.link.listing_open) = (None, false);
                    let mut tx = self.begin().await?;
                    tx.set_sync_cursor(self.link.id, None, (self.link.listing, false)).await?;
                    tx.commit().await?;
                    continue;
                }
                Err(ProviderError::CursorRejected) => {
                    return Err(
                        ProviderError::Unreadable("it rejects a cursor that it was not asked with".into()).into()
                    );
                }
                page => page?,
            };
            self.tally.is_answered = true;
            let has_more = page.has_more;
            self.note_page(page).await?;
            if !has_more {
                self.look_at_twins().await?;
                return Ok(());
            }
        }
        Err(ProviderError::Unreadable("its list of changes does not end".into()).into())
    }

    /// The cursor is kept with the last objects of its page.
    async fn note_page(&mut self, page: ChangePage) -> Result<()> {
        let lists = page.coverage != Coverage::Changes;
        if lists && !self.link.listing_open {
            self.link.listing += 1;
        }
        self.listed_everything |= lists;
        for heads in page.present.chunks(BATCH) {
            self.note_named(heads, lists).await?;
        }
        self.tally.frees_uids |= !page.removed.is_empty();
        let mut removed = page.removed.chunks(BATCH);
        let last = removed.next_back().unwrap_or_default();
        for ids in removed {
            let mut tx = self.begin().await?;
            self.note_gone(&mut tx, ids).await?;
            tx.commit().await?;
        }
        let mut tx = self.begin().await?;
        self.note_gone(&mut tx, last).await?;
        if lists && !page.has_more {
            let within = match page.coverage {
                Coverage::Within(window) => {
                    let seconds =
                        |at: Option<chrono::DateTime<chrono::Utc>>, other| at.map_or(other, |at| at.timestamp());
                    Some((self.link.calendar, seconds(window.start, i64::MIN / 2), seconds(window.end, i64::MAX / 2)))
                }
                _ => None,
            };
            match within {
                // What is missing in a window may have been moved out of it: whether it is gone is seen when it is asked for.
                Some(within) => tx.set_sync_unlisted_seen(self.link.id, self.link.listing, within).await?,
                None => {
                    let unlisted = tx.set_sync_unlisted_gone(self.link.id, self.link.listing).await?;
                    self.tally.frees_uids |= unlisted > 0;
                }
            }
            tx.set_sync_listed_at(self.link.id, Some(chrono::Utc::now())).await?;
        }
        let is_open = lists && page.has_more;
        tx.set_sync_cursor(self.link.id, Some(&page.next.0), (self.link.listing, is_open)).await?;
        tx.commit().await?;
        (self.link.cursor, self.link.listing_open) = (Some(page.next.0), is_open);
        Ok(())
    }

    /// Has those looked at again that were set aside because another has their UID, where one is not there any more: it may have been that.
    /// Yields whether there are any.
    pub(super) async fn look_at_twins(&mut self) -> Result<bool> {
        if !std::mem::take(&mut self.tally.frees_uids) {
            return Ok(false);
        }
        let mut tx = self.begin().await?;
        let twins = tx.look_at_sync_twins(self.link.id).await?;
        tx.commit().await?;
        Ok(twins > 0)
    }

    async fn note_named(&self, heads: &[RemoteHead], lists: bool) -> Result<()> {
        let mut tx = self.begin().await?;
        let ids: Vec<&RemoteObjectId> = heads.iter().map(|head| &head.id).collect();
        let mut known = tx.sync_objects_of_remote(self.link.id, &ids).await?;
        for head in heads {
            match known.remove(&head.id) {
                Some(mut row) => {
                    if named(&mut row, head) {
                        tx.update_sync_object(&row).await?;
                    }
                }
                None => drop(tx.insert_sync_object(self.link.id, &unknown(head)).await?),
            }
        }
        if lists {
            tx.set_sync_listed(self.link.id, &ids, self.link.listing).await?;
        }
        tx.commit().await
    }

    async fn note_gone(&self, tx: &mut crate::store::Transaction, ids: &[RemoteObjectId]) -> Result<()> {
        let ids: Vec<&RemoteObjectId> = ids.iter().collect();
        for row in tx.sync_objects_of_remote(self.link.id, &ids).await?.values_mut() {
            if gone(row) {
                tx.update_sync_object(row).await?;
            }
        }
        Ok(())
    }

    /// Looks what has changed here, by the log; at everything where the log does not reach back as far as the last look.
    pub async fn look_here(&mut self) -> Done<()> {
        if !self.link.settings.direction.pushes() {
            return Ok(());
        }
        let seen = retry(async || {
            // The calendar first, as whoever writes to it does.
            let mut tx = self.kalends.db.write().await?;
            let held = access::calendar_to_change(&mut tx, self.caller, self.link.calendar, Access::Write).await?;
            self.hold(&mut tx).await?;
            let reaches = |seen: &i64| *seen >= held.log_whole_after.0 && *seen <= held.revision.0;
            let since = self.link.seen_revision.filter(reaches);
            if since != Some(held.revision.0) {
                tx.mark_sync_local(self.link.id, self.link.calendar, since, held.revision).await?;
                tx.set_sync_seen(self.link.id, Some(held.revision.0)).await?;
            }
            tx.commit().await?;
            Ok(held.revision.0)
        });
        self.link.seen_revision = Some(seen.await?);
        Ok(())
    }
}
