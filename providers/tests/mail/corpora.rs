//! Messages that others have collected, from where their packages are: each opens or says why, in bounded time.

use crate::setup::Post;
use kalends_domain::mail::mailbox::Mailbox;
use kalends_domain::mail::{AnswerKind, MailPlace, MailQuery, MessageFlags, Pictures};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// All files beneath a folder whose names end so.
fn files(folder: &Path, ends: &[&str], found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, ends, found);
        } else if path.to_str().is_some_and(|path| ends.iter().any(|end| path.ends_with(end))) {
            found.push(path);
        }
    }
    found.sort();
}

/// Where the sources of a package are that this one is built with.
fn sources(package: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let listed = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let found = packages.iter().find(|found| found["name"] == package).unwrap();
    Path::new(found["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}

/// Where Python's own tests of its package `email` have their messages, where they are installed.
fn of_python() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let data = |folder: PathBuf| ["test/test_email/data", "test/test_email"].map(|data| folder.join(data));
    folders
        .filter(|folder| folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python3")))
        .flat_map(data)
        .find(|data| data.join("msg_01.txt").is_file())
}

impl Post {
    /// Keeps each, looks, and opens all that are there. Yields how many of them there were.
    async fn opens(&self, messages: &[PathBuf]) -> usize {
        let mut kept = 0;
        for message in messages {
            let octets = std::fs::read(message).unwrap();
            // IMAP carries lines that end with CR LF, and neither NUL nor messages without a word.
            let text: Vec<u8> = octets.iter().copied().filter(|octet| *octet != 0 && *octet != b'\r').collect();
            let lines: Vec<&[u8]> = text.split(|octet| *octet == b'\n').collect();
            let message = lines.join(&b"\r\n"[..]);
            if !message.is_empty() && self.other.append("INBOX", MessageFlags::NONE, &message).await.is_ok() {
                kept += 1;
            }
        }
        self.look().await;
        let (mut after, mut opened) = (None, 0);
        loop {
            let query =
                MailQuery { place: MailPlace::Inboxes, threads: false, after, most: 100, ..MailQuery::default() };
            let page = self.kalends.list_mail(self.anna, &query).await.unwrap();
            for row in page.rows {
                let (id, began) = (row.message.id, Instant::now());
                let subject = row.message.subject;
                let open = self.kalends.open_mail(self.anna, id, "/parts/", Pictures::AsAllowed).await;
                let open = open.unwrap_or_else(|error| panic!("{subject:?}: {error}"));
                for part in open.parts {
                    let content = self.kalends.mail_part(self.anna, id, part.number).await;
                    assert!(content.is_ok(), "{subject:?} {}: {content:?}", part.number);
                }
                // An answer may be refused, for what it would have to quote or for whom it would be; it is never in nobody's way.
                for kind in [AnswerKind::ReplyAll, AnswerKind::Forward] {
                    match self.kalends.begin_mail(self.anna, self.account, Some((id, kind))).await {
                        Ok(draft) => self.kalends.discard_mail_draft(self.anna, draft.id).await.unwrap(),
                        Err(error) => {
                            assert!(!matches!(error, kalends_domain::Error::Internal(_)), "{subject:?}: {error:?}")
                        }
                    }
                }
                let meeting = self.kalends.mail_invitation(self.anna, id).await;
                assert!(!matches!(meeting, Err(kalends_domain::Error::Internal(_))), "{subject:?}: {meeting:?}");
                assert!(began.elapsed() < Duration::from_secs(10), "{subject:?}: {:?}", began.elapsed());
                opened += 1;
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(opened, kept, "what goes wrong with one keeps no other from being there");
        opened
    }
}

#[tokio::test]
async fn the_odd_mail_that_a_parser_was_tried_with_opens() {
    let mut messages = Vec::new();
    files(&sources("mail-parser").join("resources/eml"), &[".eml"], &mut messages);
    // The same with other ends of lines is the same here.
    messages.retain(|path| !path.to_str().unwrap().ends_with(".crlf.eml"));
    assert!(messages.len() > 50, "{messages:?}");
    let opened = Post::new().await.opens(&messages).await;
    assert!(opened > 50, "{opened}");
}

#[tokio::test]
async fn the_odd_mail_of_pythons_own_tests_opens() {
    let Some(data) = of_python() else {
        eprintln!("the package libpython3-testsuite is not installed: its messages are not opened");
        return;
    };
    let mut messages = Vec::new();
    files(&data, &[".txt"], &mut messages);
    assert!(messages.len() > 30, "{messages:?}");
    let opened = Post::new().await.opens(&messages).await;
    assert!(opened > 30, "{opened}");
}
