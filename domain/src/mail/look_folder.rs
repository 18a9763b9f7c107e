//! Looking at one folder: what is new, whose flags are others, and what is gone since the last time (RFC 3501 section 2.3.1.1, RFC 7162;
//! RFC 4549 for servers that count no changes).

use super::invitations::find_calendars;
use super::look::{Halt, Look};
use super::mailbox::{FolderStatus, RemoteMail};
use super::mime;
use super::threads::thread_of;
use super::words::words;
use crate::model::mail_folder::{FolderPlace, MailFolder};
use crate::model::mail_message::MessageFlags;
use crate::store::{NewMailMessage, Transaction};
use crate::thread::on_a_thread;
use chrono::Utc;
use std::collections::BTreeMap;

/// How many messages are indexed in one piece.
const PIECE: usize = 200;
/// How many UIDs are compared at once.
const WINDOW: u32 = 5_000;
/// Of how many of the newest messages the texts are looked at, and how many octets of each.
const PREVIEWED: i64 = 100;
const BEGINNING: u32 = 8 * 1024;
/// How many of them are asked for at once.
const BEGINNINGS: usize = 25;

type Looked<T> = std::result::Result<T, Halt>;

/// What a server says of a folder, to be compared with the next time.
fn state(status: FolderStatus) -> String {
    let FolderStatus { uid_validity, uid_next, messages, unseen, modseq } = status;
    format!("{uid_validity} {uid_next} {messages} {} {}", unseen.unwrap_or_default(), modseq.unwrap_or_default())
}

impl Look<'_> {
    /// Takes over what has come about in a folder. Yields whether that came to its end.
    pub(super) async fn folder(&mut self, folder: &MailFolder, status: FolderStatus) -> Looked<bool> {
        let mut place = folder.place.clone();
        let counts_changes = self.mailbox.capabilities().condstore && status.modseq.is_some();
        let now = state(status);
        if counts_changes && place.looked_state.as_deref() == Some(now.as_str()) && folder.is_whole() {
            return Ok(true);
        }
        if place.uid_validity != Some(status.uid_validity) {
            let mut tx = self.kalends.db.write().await?;
            tx.forget_mail_uids(folder.id).await?;
            place = FolderPlace {
                uid_validity: Some(status.uid_validity),
                uid_next: status.uid_next,
                lowest_uid: status.uid_next.max(1),
                modseq: status.modseq,
                compared_to: 0,
                looked_state: None,
            };
            tx.set_folder_place(folder.id, &place).await?;
            tx.commit().await?;
        }
        self.changed(folder, &mut place, counts_changes).await?;
        self.arrived(folder, &mut place, status).await?;
        let is_whole = self.earlier(folder, &mut place).await?;
        if is_whole {
            self.vanished(folder, &place).await?;
            place.looked_state = Some(now);
            place.modseq = status.modseq;
        }
        let mut tx = self.kalends.db.write().await?;
        if is_whole {
            tx.delete_unplaced_mail(folder.id).await?;
        }
        tx.set_folder_place(folder.id, &place).await?;
        tx.count_mail_folder(folder.id).await?;
        self.commit(tx).await?;
        self.previews(folder).await?;
        find_calendars(self, folder).await?;
        Ok(is_whole)
    }

    /// Messages that have come since the last time, the oldest first, so that a look that dies goes on after the last.
    async fn arrived(&mut self, folder: &MailFolder, place: &mut FolderPlace, status: FolderStatus) -> Looked<()> {
        if place.uid_next >= status.uid_next {
            return Ok(());
        }
        let uids = self.mailbox.uids(&folder.path, place.uid_next.max(1), None).await?;
        let uids: Vec<u32> = uids.into_iter().filter(|uid| *uid >= place.uid_next).collect();
        for piece in uids.chunks(PIECE) {
            let heads = self.mailbox.heads(&folder.path, piece).await?;
            place.uid_next = piece.last().map_or(place.uid_next, |last| last.saturating_add(1));
            self.index(folder, heads, place).await?;
        }
        place.uid_next = place.uid_next.max(status.uid_next);
        Ok(())
    }

    /// Messages from before the first look, the newest first: what people look for is there soon. Yields whether all are there.
    async fn earlier(&mut self, folder: &MailFolder, place: &mut FolderPlace) -> Looked<bool> {
        if place.lowest_uid <= 1 {
            return Ok(true);
        }
        let mut uids = self.mailbox.uids(&folder.path, 1, Some(place.lowest_uid - 1)).await?;
        uids.sort_unstable_by(|one, other| other.cmp(one));
        for piece in uids.chunks(PIECE) {
            let heads = self.mailbox.heads(&folder.path, piece).await?;
            place.lowest_uid = piece.last().copied().unwrap_or(1);
            self.index(folder, heads, place).await?;
            if self.is_long() {
                return Ok(place.lowest_uid <= 1);
            }
        }
        place.lowest_uid = 1;
        Ok(true)
    }

    /// Takes messages into the index, with how far it has come.
    async fn index(&mut self, folder: &MailFolder, heads: Vec<RemoteMail>, place: &FolderPlace) -> Looked<()> {
        let read = on_a_thread(move || {
            let read = |mail: RemoteMail| {
                let head = mime::head(&mail.header);
                let people =
                    head.to.iter().chain([&head.from]).flat_map(|who| [who.name.as_str(), who.address.as_str()]);
                let search_text = words([head.subject.as_str()].into_iter().chain(people)).join(" ");
                (mail, head, search_text)
            };
            Ok(heads.into_iter().map(read).collect::<Vec<_>>())
        });
        let mut read = read.await?;
        // The oldest first: most name those before them.
        read.sort_by_key(|(mail, ..)| mail.uid);
        let mut tx = self.kalends.db.write().await?;
        for (mail, head, search_text) in read {
            if tx.set_server_flags(folder.id, mail.uid, mail.flags).await?
                || self.is_indexed(&mut tx, folder, mail.uid).await?
            {
                continue;
            }
            let was_known = match &head.message_id {
                Some(id) => tx.place_mail(folder.id, id, mail.uid, mail.flags).await?,
                None => false,
            };
            if was_known {
                continue;
            }
            let thread = thread_of(&mut tx, self.account.id, head.message_id.as_deref(), &head.references).await?;
            let new = NewMailMessage {
                account: self.account.id,
                folder: folder.id,
                uid: mail.uid,
                flags: mail.flags,
                thread,
                message_id: head.message_id,
                subject: head.subject,
                from: head.from,
                to: head.to,
                sent_at: head.sent_at,
                received_at: mail.received_at.or(head.sent_at).unwrap_or_else(Utc::now),
                size: mail.size,
                has_attachments: head.has_attachments,
                search_text,
            };
            tx.insert_mail_message(&new).await?;
            self.progress.done += 1;
        }
        tx.set_folder_place(folder.id, place).await?;
        tx.count_mail_folder(folder.id).await?;
        self.commit(tx).await?;
        Ok(())
    }

    async fn is_indexed(&self, tx: &mut Transaction, folder: &MailFolder, uid: u32) -> crate::Result<bool> {
        Ok(!tx.indexed_mail(folder.id, uid, uid).await?.is_empty())
    }

    /// Flags that others have changed, and what they have deleted.
    async fn changed(&mut self, folder: &MailFolder, place: &mut FolderPlace, counts_changes: bool) -> Looked<()> {
        let (low, high) = (place.lowest_uid.max(1), place.uid_next.saturating_sub(1));
        if low > high {
            return Ok(());
        }
        if let Some(since) = place.modseq.filter(|_| counts_changes) {
            let changes = self.mailbox.flags(&folder.path, low, high, Some(since)).await?;
            for piece in changes.flags.chunks(PIECE * 5) {
                self.set_flags(folder, piece).await?;
            }
            if !changes.vanished.is_empty() {
                let mut tx = self.kalends.db.write().await?;
                for (first, last) in changes.vanished {
                    tx.delete_mail_between(folder.id, first, last).await?;
                }
                self.commit(tx).await?;
            }
            return Ok(());
        }
        // The newest each time, and of the others a part.
        let newest = high.saturating_sub(WINDOW - 1).max(low);
        self.compare(folder, newest, high).await?;
        if newest > low {
            let to =
                if place.compared_to > low && place.compared_to <= newest { place.compared_to - 1 } else { newest - 1 };
            let from = to.saturating_sub(WINDOW - 1).max(low);
            self.compare(folder, from, to).await?;
            place.compared_to = from;
        }
        Ok(())
    }

    async fn set_flags(&self, folder: &MailFolder, flags: &[(u32, MessageFlags)]) -> Looked<()> {
        let mut tx = self.kalends.db.write().await?;
        for (uid, flags) in flags {
            tx.set_server_flags(folder.id, *uid, *flags).await?;
        }
        tx.count_mail_folder(folder.id).await?;
        self.commit(tx).await?;
        Ok(())
    }

    /// Compares what the index has from `low` to `high` with what the server has.
    async fn compare(&self, folder: &MailFolder, low: u32, high: u32) -> Looked<()> {
        let there: BTreeMap<u32, MessageFlags> =
            self.mailbox.flags(&folder.path, low, high, None).await?.flags.into_iter().collect();
        let here = self.kalends.db.read().await?.indexed_mail(folder.id, low, high).await?;
        let gone: Vec<u32> = here.iter().map(|(uid, _)| *uid).filter(|uid| !there.contains_key(uid)).collect();
        let other: Vec<(u32, MessageFlags)> = here
            .iter()
            .filter_map(|(uid, flags)| there.get(uid).filter(|there| *there != flags).map(|there| (*uid, *there)))
            .collect();
        if !other.is_empty() {
            self.set_flags(folder, &other).await?;
        }
        if !gone.is_empty() {
            let mut tx = self.kalends.db.write().await?;
            tx.delete_mail_at(folder.id, &gone).await?;
            self.commit(tx).await?;
        }
        Ok(())
    }

    /// Takes out of the index what the server has no more, where the numbers say that there is something.
    async fn vanished(&self, folder: &MailFolder, place: &FolderPlace) -> Looked<()> {
        let status = self.mailbox.status(&folder.path).await?;
        let indexed = self.kalends.db.read().await?.count_indexed_mail(folder.id).await?;
        if indexed <= u64::from(status.messages) {
            return Ok(());
        }
        let there = self.mailbox.uids(&folder.path, 1, None).await?;
        let here = self.kalends.db.read().await?.indexed_mail(folder.id, 1, place.uid_next).await?;
        let gone: Vec<u32> =
            here.into_iter().map(|(uid, _)| uid).filter(|uid| there.binary_search(uid).is_err()).collect();
        for piece in gone.chunks(PIECE * 5) {
            let mut tx = self.kalends.db.write().await?;
            tx.delete_mail_at(folder.id, piece).await?;
            self.commit(tx).await?;
        }
        Ok(())
    }

    /// Looks how the texts of the newest messages begin.
    async fn previews(&self, folder: &MailFolder) -> Looked<()> {
        let uids = self.kalends.db.read().await?.mail_without_preview(folder.id, PREVIEWED).await?;
        for piece in uids.chunks(BEGINNINGS) {
            let beginnings = self.mailbox.beginnings(&folder.path, piece, BEGINNING).await?;
            let read = on_a_thread(move || {
                let read = |(uid, octets): (u32, Vec<u8>)| {
                    let is_whole = octets.len() < BEGINNING as usize;
                    (uid, mime::preview(&octets, is_whole))
                };
                Ok(beginnings.into_iter().map(read).collect::<Vec<_>>())
            });
            let read = read.await?;
            let mut tx = self.kalends.db.write().await?;
            for uid in piece {
                // One without a text is not looked at each time.
                let found = read.iter().find(|(at, _)| at == uid);
                let (preview, attached) = found.map_or(("", None), |(_, (text, attached))| (text.as_str(), *attached));
                tx.set_mail_preview(folder.id, *uid, preview, attached).await?;
            }
            self.commit(tx).await?;
        }
        Ok(())
    }
}
