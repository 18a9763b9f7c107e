//! What is asked of a mail server, in its commands.

use super::connection::{Done, MAX_ANSWER, Piece};
use super::fetched::{Fetched, each, fetched, is_news, joined, sets};
use super::names::{decoded, encoded, quoted};
use super::{Imap, Talk};
use imap_proto::{MailboxDatum, NameAttribute, Response, StatusAttribute};
use kalends_domain::mail::mailbox::{
    FlagChanges, FolderStatus, MailCapabilities, Mailbox, RemoteCalendar, RemoteFolder, RemoteMail,
};
use kalends_domain::mail::{FolderRole, MessageFlags};
use kalends_domain::sync::provider::{Answer, ProviderError};
use std::time::Duration;

/// The fields of a header that are indexed.
const FIELDS: &str = "DATE SUBJECT FROM SENDER TO CC MESSAGE-ID REFERENCES IN-REPLY-TO CONTENT-TYPE";
/// What opens a folder and what makes one (RFC 3501 sections 6.3.1 and 6.3.3).
const SELECT: &str = "SELECT";
const CREATE: &str = "CREATE";
/// Room for what is not the message itself.
const BESIDE: usize = 64 * 1024;

/// How long a server may take to begin waiting, and to end it.
const MAX_BEGIN: Duration = Duration::from_secs(60);

type Result<T> = std::result::Result<T, ProviderError>;

fn name(folder: &str) -> Result<String> {
    quoted(&encoded(folder)).ok_or_else(|| ProviderError::Missing("a folder has a name that cannot be sent".into()))
}

fn text(text: impl Into<String>) -> Vec<Piece<'static>> {
    vec![Piece::Text(text.into())]
}

fn flag_list(flags: MessageFlags) -> String {
    format!("({})", flags.names().collect::<Vec<_>>().join(" "))
}

impl Talk {
    async fn run(&mut self, pieces: &[Piece<'_>], each: impl FnMut(&Response<'_>)) -> Result<Done> {
        self.connection.run(pieces, each).await
    }

    /// Opens a folder, unless it is open.
    async fn open(&mut self, folder: &str) -> Result<()> {
        if self.open.as_deref() == Some(folder) {
            return Ok(());
        }
        self.open = None;
        let opened = self.run(&text(format!("{SELECT} {}", name(folder)?)), |_| {}).await;
        match opened {
            // That there is none is said by most without a code.
            Err(ProviderError::Rejected(why)) => Err(ProviderError::Missing(why)),
            Err(error) => Err(error),
            Ok(_) => {
                self.open = Some(folder.to_owned());
                Ok(())
            }
        }
    }

    async fn search(&mut self, folder: &str, pieces: Vec<Piece<'_>>) -> Result<Vec<u32>> {
        self.open(folder).await?;
        let mut found = Vec::new();
        self.connection.max_answer = MAX_ANSWER * 4;
        let searched = self
            .run(&pieces, |response| {
                if let Response::MailboxData(MailboxDatum::Search(uids)) = response {
                    found.extend(uids.iter().copied());
                }
            })
            .await;
        self.connection.max_answer = MAX_ANSWER;
        searched?;
        found.sort_unstable();
        Ok(found)
    }

    /// Runs a command for each set of UIDs, and hands on what is said of messages.
    async fn fetch(&mut self, folder: &str, uids: &[u32], what: &str, mut each: impl FnMut(Fetched)) -> Result<()> {
        self.open(folder).await?;
        for set in sets(uids) {
            self.run(&text(format!("UID FETCH {set} {what}")), |response| {
                if let Some(fetched) = fetched(response) {
                    each(fetched);
                }
            })
            .await?;
        }
        Ok(())
    }

    async fn status(&mut self, folder: &str, asks_modseq: bool) -> Result<FolderStatus> {
        if self.open.as_deref() == Some(folder) {
            // Of the folder that is open a server says what it has told so far (RFC 3501 section 6.3.10): it is to tell the rest first.
            self.run(&text("NOOP"), |_| {}).await?;
        }
        let modseq = if asks_modseq { " HIGHESTMODSEQ" } else { "" };
        let command = format!("STATUS {} (MESSAGES UIDNEXT UIDVALIDITY UNSEEN{modseq})", name(folder)?);
        let mut status = FolderStatus::default();
        let asked = self
            .run(&text(command), |response| {
                let Response::MailboxData(MailboxDatum::Status { status: values, .. }) = response else { return };
                for value in values {
                    match value {
                        StatusAttribute::Messages(messages) => status.messages = *messages,
                        StatusAttribute::UidNext(uid) => status.uid_next = *uid,
                        StatusAttribute::UidValidity(validity) => status.uid_validity = *validity,
                        StatusAttribute::Unseen(unseen) => status.unseen = Some(*unseen),
                        // One that counts nothing says so by a nought.
                        StatusAttribute::HighestModSeq(modseq) => {
                            status.modseq = Some(*modseq).filter(|modseq| *modseq > 0)
                        }
                        _ => {}
                    }
                }
            })
            .await;
        match asked {
            Err(ProviderError::Rejected(why)) => Err(ProviderError::Missing(why)),
            Err(error) => Err(error),
            Ok(_) if status.uid_validity == 0 || status.uid_next == 0 => {
                Err(ProviderError::Missing(format!("nothing is said of the folder {folder}")))
            }
            Ok(_) => Ok(status),
        }
    }

    async fn folders(&mut self) -> Result<Vec<RemoteFolder>> {
        let mut folders: Vec<RemoteFolder> = Vec::new();
        self.run(&text("LIST \"\" \"*\""), |response| {
            let Response::MailboxData(MailboxDatum::List(listed)) = response else { return };
            let mut role = None;
            let mut selectable = true;
            for attribute in &listed.name_attributes {
                match attribute {
                    NameAttribute::NoSelect => selectable = false,
                    NameAttribute::All => role = Some(FolderRole::All),
                    NameAttribute::Archive => role = Some(FolderRole::Archive),
                    NameAttribute::Drafts => role = Some(FolderRole::Drafts),
                    NameAttribute::Junk => role = Some(FolderRole::Spam),
                    NameAttribute::Sent => role = Some(FolderRole::Sent),
                    NameAttribute::Trash => role = Some(FolderRole::Bin),
                    NameAttribute::Extension(name) if name.eq_ignore_ascii_case("\\NonExistent") => selectable = false,
                    _ => {}
                }
            }
            let path = decoded(&listed.name);
            let delimiter = listed.delimiter.as_ref().map(|delimiter| delimiter.to_string());
            if !path.is_empty() && !folders.iter().any(|known| known.path == path) {
                folders.push(RemoteFolder { path, delimiter, role, selectable });
            }
        })
        .await?;
        Ok(folders)
    }

    async fn flags(&mut self, folder: &str, low: u32, high: u32, since: Option<u64>) -> Result<FlagChanges> {
        self.open(folder).await?;
        let changed = match since {
            Some(since) if self.qresync => format!(" (CHANGEDSINCE {since} VANISHED)"),
            Some(since) => format!(" (CHANGEDSINCE {since})"),
            None => String::new(),
        };
        let mut changes = FlagChanges::default();
        self.run(&text(format!("UID FETCH {low}:{high} (FLAGS){changed}")), |response| match response {
            Response::Vanished { uids, .. } => {
                changes.vanished.extend(uids.iter().map(|range| (*range.start(), *range.end())));
            }
            response => {
                if let Some(Fetched { uid: Some(uid), flags: Some(flags), .. }) = fetched(response) {
                    changes.flags.push((uid, flags));
                }
            }
        })
        .await?;
        Ok(changes)
    }

    async fn move_to(
        &mut self,
        folder: &str,
        uids: &[u32],
        to: &str,
        can: MailCapabilities,
    ) -> Result<Vec<(u32, u32)>> {
        self.open(folder).await?;
        let to = name(to)?;
        let mut moved = Vec::new();
        for set in sets(uids) {
            let mut copied = None;
            let verb = if can.moves { "MOVE" } else { "COPY" };
            let done = self
                .run(&text(format!("UID {verb} {set} {to}")), |response| {
                    // MOVE says it before it takes the messages away (RFC 6851 section 4.3).
                    if let Response::Data { outcome, .. } = response
                        && let Some(imap_proto::ResponseCode::CopyUid(_, from, to)) = &outcome.code
                    {
                        copied = Some((super::connection::ranges(from), super::connection::ranges(to)));
                    }
                })
                .await?;
            if let Some((from, to)) = copied.or(done.copied) {
                // No more than were asked for.
                moved.extend(each(&from).zip(each(&to)).take(uids.len().saturating_sub(moved.len())));
            }
            if !can.moves {
                self.expunge(&set, can).await?;
            }
        }
        Ok(moved)
    }

    /// Deletes messages for good.
    async fn expunge(&mut self, set: &str, can: MailCapabilities) -> Result<()> {
        self.run(&text(format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)")), |_| {}).await?;
        // Without UIDPLUS all that is marked goes, also what another program has marked and not taken away yet (RFC 4315 section 2.1).
        let expunge = if can.uidplus { format!("UID EXPUNGE {set}") } else { "EXPUNGE".to_owned() };
        self.run(&text(expunge), |_| {}).await.map(|_| ())
    }

    async fn wait(&mut self, folder: &str, time: Duration) -> Result<bool> {
        self.open(folder).await?;
        let mut has_changed = false;
        let tag = self.connection.begin(&text("IDLE")).await?;
        let begun = self.connection.finish(&tag, MAX_BEGIN, |response| {
            has_changed |= is_news(response);
            !matches!(response, Response::Continue(_))
        });
        // What is said before the server listens (RFC 2177 section 3) some read half a minute later.
        let no_more = || ProviderError::Transient { why: "it waits no more".into(), retry_after: None };
        if begun.await?.is_some() {
            return Err(no_more());
        }
        let time = if has_changed { Duration::ZERO } else { time };
        let listening = tokio::time::timeout(time, async {
            loop {
                // Longer than the time: the end of that is not the other side's silence.
                let answer = self.connection.peek(time.saturating_add(MAX_BEGIN)).await?;
                if answer.starts_with(tag.as_bytes()) {
                    return Err(no_more());
                }
                let words = [&b"EXISTS"[..], b"EXPUNGE", b"FETCH", b"VANISHED"];
                if words.iter().any(|word| answer.windows(word.len()).take(64).any(|at| at == *word)) {
                    return Ok(true);
                }
            }
        });
        // Nothing came, where the time is over.
        has_changed |= listening.await.unwrap_or(Ok(false))?;
        self.connection.say("DONE").await?;
        self.connection
            .finish(&tag, MAX_BEGIN, |response| {
                has_changed |= is_news(response);
                true
            })
            .await?;
        Ok(has_changed)
    }
}

impl Mailbox for Imap {
    fn capabilities(&self) -> MailCapabilities {
        self.capabilities
    }

    fn folders(&self) -> Answer<'_, Vec<RemoteFolder>> {
        Box::pin(async move { self.talk.lock().await.folders().await })
    }

    fn status<'a>(&'a self, folder: &'a str) -> Answer<'a, FolderStatus> {
        Box::pin(async move { self.talk.lock().await.status(folder, self.capabilities.condstore).await })
    }

    fn uids<'a>(&'a self, folder: &'a str, low: u32, high: Option<u32>) -> Answer<'a, Vec<u32>> {
        Box::pin(async move {
            let high = high.map_or("*".to_owned(), |high| high.to_string());
            let found = self.talk.lock().await.search(folder, text(format!("UID SEARCH UID {low}:{high}"))).await?;
            // `low:*` names the last message whatever its UID is.
            Ok(found.into_iter().filter(|uid| *uid >= low).collect())
        })
    }

    fn heads<'a>(&'a self, folder: &'a str, uids: &'a [u32]) -> Answer<'a, Vec<RemoteMail>> {
        Box::pin(async move {
            let mut heads: Vec<RemoteMail> = Vec::new();
            let what = format!("(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS ({FIELDS})])");
            let mut talk = self.talk.lock().await;
            talk.fetch(folder, uids, &what, |fetched| {
                // What is said of others meanwhile has no header.
                if let (Some(uid), Some(header)) = (fetched.uid, fetched.body) {
                    let flags = fetched.flags.unwrap_or_default();
                    heads.push(RemoteMail { uid, flags, received_at: fetched.received_at, size: fetched.size, header });
                }
            })
            .await?;
            Ok(heads)
        })
    }

    fn flags<'a>(&'a self, folder: &'a str, low: u32, high: u32, since: Option<u64>) -> Answer<'a, FlagChanges> {
        Box::pin(async move { self.talk.lock().await.flags(folder, low, high, since).await })
    }

    fn beginnings<'a>(&'a self, folder: &'a str, uids: &'a [u32], octets: u32) -> Answer<'a, Vec<(u32, Vec<u8>)>> {
        Box::pin(async move {
            let mut beginnings = Vec::new();
            let mut talk = self.talk.lock().await;
            talk.fetch(folder, uids, &format!("(UID BODY.PEEK[]<0.{octets}>)"), |fetched| {
                if let (Some(uid), Some(body)) = (fetched.uid, fetched.body) {
                    beginnings.push((uid, body));
                }
            })
            .await?;
            Ok(beginnings)
        })
    }

    fn calendars<'a>(&'a self, folder: &'a str, uids: &'a [u32]) -> Answer<'a, Vec<(u32, String)>> {
        Box::pin(async move {
            let mut calendars = Vec::new();
            let mut talk = self.talk.lock().await;
            talk.fetch(folder, uids, "(UID BODYSTRUCTURE)", |fetched| {
                if let (Some(uid), Some(section)) = (fetched.uid, fetched.calendar) {
                    calendars.push((uid, section));
                }
            })
            .await?;
            Ok(calendars)
        })
    }

    fn calendar<'a>(&'a self, folder: &'a str, uid: u32, section: &'a str) -> Answer<'a, Option<RemoteCalendar>> {
        Box::pin(async move {
            let mut talk = self.talk.lock().await;
            let mut part = async |what: &str| {
                let mut body = None;
                let asked = talk.fetch(folder, std::slice::from_ref(&uid), what, |fetched| {
                    if fetched.uid == Some(uid) && fetched.body.is_some() {
                        body = fetched.body;
                    }
                });
                asked.await?;
                Result::Ok(body)
            };
            if section == super::structure::WHOLE {
                let whole = part("(UID BODY.PEEK[])").await?;
                return Ok(whole.map(|whole| RemoteCalendar { header: whole.clone(), part: whole }));
            }
            let Some(header) = part("(UID BODY.PEEK[HEADER])").await? else { return Ok(None) };
            let own = part(&format!("(UID BODY.PEEK[{section}.MIME])")).await?.unwrap_or_default();
            let Some(body) = part(&format!("(UID BODY.PEEK[{section}])")).await? else { return Ok(None) };
            Ok(Some(RemoteCalendar { header, part: joined(own, &body) }))
        })
    }

    fn message<'a>(&'a self, folder: &'a str, uid: u32, most: usize) -> Answer<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let mut talk = self.talk.lock().await;
            talk.connection.max_answer = most + BESIDE;
            let mut message = None;
            let uids = [uid];
            let asked = talk.fetch(folder, &uids, "(UID BODY.PEEK[])", |fetched| {
                if fetched.uid == Some(uid) && fetched.body.is_some() {
                    message = fetched.body;
                }
            });
            let asked = asked.await;
            talk.connection.max_answer = MAX_ANSWER;
            asked?;
            Ok(message)
        })
    }

    fn append<'a>(&'a self, folder: &'a str, flags: MessageFlags, message: &'a [u8]) -> Answer<'a, Option<u32>> {
        Box::pin(async move {
            let talk = &mut *self.talk.lock().await;
            let begin = format!("APPEND {} {} ", name(folder)?, flag_list(flags));
            let done = talk.run(&[Piece::Text(begin), Piece::Literal(message)], |_| {}).await?;
            Ok(done.appended.first().map(|(uid, _)| *uid))
        })
    }

    fn store<'a>(&'a self, folder: &'a str, uids: &'a [u32], flags: MessageFlags, set: bool) -> Answer<'a, ()> {
        Box::pin(async move {
            let talk = &mut *self.talk.lock().await;
            talk.open(folder).await?;
            let sign = if set { '+' } else { '-' };
            for these in sets(uids) {
                let command = format!("UID STORE {these} {sign}FLAGS.SILENT {}", flag_list(flags));
                talk.run(&text(command), |_| {}).await?;
            }
            Ok(())
        })
    }

    fn move_to<'a>(&'a self, folder: &'a str, uids: &'a [u32], to: &'a str) -> Answer<'a, Vec<(u32, u32)>> {
        let can = self.capabilities;
        Box::pin(async move { self.talk.lock().await.move_to(folder, uids, to, can).await })
    }

    fn delete<'a>(&'a self, folder: &'a str, uids: &'a [u32]) -> Answer<'a, ()> {
        let can = self.capabilities;
        Box::pin(async move {
            let talk = &mut *self.talk.lock().await;
            talk.open(folder).await?;
            for set in sets(uids) {
                talk.expunge(&set, can).await?;
            }
            Ok(())
        })
    }

    fn search<'a>(&'a self, folder: &'a str, words: &'a [String]) -> Answer<'a, Vec<u32>> {
        Box::pin(async move {
            let talk = &mut *self.talk.lock().await;
            let mut pieces = text("UID SEARCH CHARSET UTF-8");
            for word in words {
                pieces.push(Piece::Text(" TEXT ".into()));
                pieces.push(Piece::Literal(word.as_bytes()));
            }
            talk.search(folder, pieces).await
        })
    }

    fn find<'a>(&'a self, folder: &'a str, message_id: &'a str) -> Answer<'a, Vec<u32>> {
        Box::pin(async move {
            let talk = &mut *self.talk.lock().await;
            let id = format!("<{message_id}>");
            let pieces = vec![Piece::Text("UID SEARCH HEADER Message-ID ".into()), Piece::Literal(id.as_bytes())];
            // What came a moment ago is seen by a folder that is told of it.
            talk.open = None;
            talk.search(folder, pieces).await
        })
    }

    fn create_folder<'a>(&'a self, path: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let talk = &mut *self.talk.lock().await;
            match talk.run(&text(format!("{CREATE} {}", name(path)?)), |_| {}).await {
                Err(ProviderError::Rejected(_)) if talk.status(path, false).await.is_ok() => Ok(()),
                made => made.map(|_| ()),
            }
        })
    }

    fn wait<'a>(&'a self, folder: &'a str, time: Duration) -> Answer<'a, bool> {
        Box::pin(async move { self.talk.lock().await.wait(folder, time).await })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            let talk = &mut *self.talk.lock().await;
            let tag = talk.connection.begin(&text("LOGOUT")).await?;
            // What it says to that does not matter.
            let _ = talk.connection.finish(&tag, Duration::from_secs(2), |_| true).await;
            Ok(())
        })
    }
}
