//! Messages as they come from anywhere: each is listed and opened, and nothing of it harms.

use crate::setup::{ADDRESS, Post};
use kalends_domain::mail::mailbox::Mailbox;
use kalends_domain::mail::{AnswerKind, MailMessageId, MailPlace, MessageFlags, OpenMail, Pictures};
use kalends_domain::{Error, Problem};
use std::time::{Duration, Instant};

const BASE64: &str = "Content-Transfer-Encoding: base64\r\n";

/// A message with a body of octets, which need be no text.
fn raw(subject: &str, fields: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!(
        "From: Bob <bob@example.org>\r\nTo: {ADDRESS}\r\nSubject: {subject}\r\nMessage-ID: <{}@odd.example>\r\nMIME-Version: 1.0\r\n{fields}\r\n",
        subject.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")
    );
    [head.as_bytes(), body.as_ref()].concat()
}

fn typed(kind: &str) -> String {
    format!("Content-Type: {kind}\r\n")
}

fn attached(disposition: &str) -> String {
    format!("Content-Type: application/zip\r\nContent-Disposition: attachment; {disposition}\r\n{BASE64}")
}

impl Post {
    async fn keep(&self, message: &[u8]) {
        self.other.append("INBOX", MessageFlags::NONE, message).await.unwrap();
    }

    /// All that is there, by its subject.
    async fn by_subject(&self, subject: &str) -> MailMessageId {
        let rows = self.list(MailPlace::Inboxes).await;
        rows.into_iter().find(|row| row.message.subject == subject).unwrap_or_else(|| panic!("no {subject}")).message.id
    }

    async fn open(&self, id: MailMessageId) -> OpenMail {
        self.kalends.open_mail(self.anna, id, "/parts/", Pictures::AsAllowed).await.unwrap()
    }
}

/// Texts whose encoding is another than they say, or none at all: what of them ends up on the screen.
fn encodings() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let of = |subject: &'static str, fields: &str, body: &[u8], shown| (subject, raw(subject, fields, body), shown);
    vec![
        of("latin as itself", &typed("text/plain; charset=iso-8859-1"), b"caf\xe9", "café"),
        of("latin without a word", "", b"caf\xe9 and more", "and more"),
        of("latin as utf-8", &typed("text/plain; charset=utf-8"), b"caf\xe9 and more", "and more"),
        of("utf-8 without a word", "", "café".as_bytes(), "café"),
        of("quotes of windows", &typed("text/plain; charset=windows-1252"), b"\x93so\x94", "\u{201c}so\u{201d}"),
        of("unknown charset", &typed("text/plain; charset=x-nobody-knows"), b"plain words", "plain words"),
        of("japanese", &typed("text/plain; charset=iso-2022-jp"), b"\x1b$B$3$s\x1b(B", "こん"),
        of("chinese", &typed("text/plain; charset=gb18030"), b"\xc4\xe3\xba\xc3", "你好"),
        of("utf-7", &typed("text/plain; charset=utf-7"), b"Hi Mom +Jjo-!", "Hi Mom"),
        of("broken base64", &format!("{}{BASE64}", typed("text/plain")), b"SGVsbG8*gd29ybGQ", ""),
        of("broken quoting", "Content-Transfer-Encoding: quoted-printable\r\n", b"100=% of =zz it=", "it"),
        of("unknown transfer", "Content-Transfer-Encoding: x-uuencode\r\n", b"plain words", "plain words"),
        of("broken type", "Content-Type: ;;;=\"\r\n", b"plain words", "plain words"),
        of("no end of a comment", "X-Odd: (((((\r\nReferences: <<<>>> \"\r\n", b"plain words", "plain words"),
    ]
}

fn nested(depth: usize) -> Vec<u8> {
    let mut body = b"deep down".to_vec();
    for level in 0..depth {
        let kind =
            if level == 0 { "text/plain".to_owned() } else { format!("multipart/mixed; boundary=b{}", level - 1) };
        let head = format!("--b{level}\r\nContent-Type: {kind}\r\n\r\n");
        body = [head.as_bytes(), &body, format!("\r\n--b{level}--\r\n").as_bytes()].concat();
    }
    raw("nested", &typed(&format!("multipart/mixed; boundary=b{}", depth - 1)), body)
}

fn forwarded(depth: usize) -> Vec<u8> {
    let mut message = raw("innermost", "", "the first words");
    for _ in 0..depth {
        message = raw("forwarded", &typed("message/rfc822"), message);
    }
    raw("message in message", &typed("message/rfc822"), message)
}

#[tokio::test]
async fn what_is_encoded_wrongly_or_nested_deeply_is_opened_all_the_same() {
    let post = Post::new().await;
    for (_, message, _) in encodings() {
        post.keep(&message).await;
    }
    let multipart = |boundary: &str| typed(&format!("multipart/mixed; boundary={boundary}"));
    let same = "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nwithin\r\n--b--\r\n";
    let many = "--b\r\n\r\nx\r\n".repeat(20_000);
    for message in [
        nested(1_000),
        forwarded(200),
        raw("boundary of both", &multipart("b"), same),
        raw("no boundary", &typed("multipart/mixed"), "--b\r\n\r\nwords"),
        raw("never closed", &multipart("b"), "--b\r\n\r\nwords"),
        raw("only a beginning", &multipart("b"), "before it all"),
        raw("many parts", &multipart("b"), many),
        raw("", "", ""),
    ] {
        post.keep(&message).await;
    }
    post.look().await;
    for (subject, _, shown) in encodings() {
        let open = post.open(post.by_subject(subject).await).await;
        assert!(open.text.contains(shown), "{subject}: {:?}", open.text);
    }
    for (subject, shown) in [
        ("boundary of both", "within"),
        ("never closed", "words"),
        ("nested", ""),
        ("message in message", ""),
        ("", ""),
    ] {
        let open = post.open(post.by_subject(subject).await).await;
        let all = format!("{}{:?}", open.text, open.parts);
        assert!(all.contains(shown), "{subject}: {all}");
    }
    for subject in ["no boundary", "only a beginning", "many parts"] {
        let began = Instant::now();
        let open = post.open(post.by_subject(subject).await).await;
        assert!(began.elapsed() < Duration::from_secs(60), "{subject}: {:?}", began.elapsed());
        assert_eq!(open.message.subject, subject);
    }
    // What goes wrong with one keeps no other from being there.
    assert_eq!(post.list(MailPlace::Inboxes).await.len(), encodings().len() + 8);
}

#[tokio::test]
async fn files_have_names_that_stay_where_they_are_saved() {
    let post = Post::new().await;
    let names = [
        ("filename=\"../../etc/passwd.zip\"", "passwd.zip"),
        ("filename=\"C:\\\\Windows\\\\system.zip\"", "system.zip"),
        ("filename*0*=utf-8''..%2F..%2F; filename*1*=r%C3%A9sum%C3%A9.zip", "résumé.zip"),
        ("filename*=utf-8''photo%E2%80%AEgpj.exe", "photogpj.exe"),
        ("filename=\"...\"", "attachment"),
        ("filename=\".htaccess\"", "htaccess"),
        ("filename=\"a\tb:c?.zip\"", "ab_c_.zip"),
        ("filename=\"=?utf-8?q?d=C3=A9j=C3=A0.zip?=\"", "déjà.zip"),
        ("filename=\"\"", "attachment"),
    ];
    for (number, (disposition, _)) in names.iter().enumerate() {
        post.keep(&raw(&format!("file {number}"), &attached(disposition), "UEsDBAo=\r\n")).await;
    }
    let long = format!("filename=\"{}.zip\"", "long".repeat(100));
    post.keep(&raw("file with a long name", &attached(&long), "UEsDBAo=\r\n")).await;
    post.look().await;
    for (number, (disposition, name)) in names.iter().enumerate() {
        let id = post.by_subject(&format!("file {number}")).await;
        let part = post.open(id).await.parts.remove(0);
        assert_eq!(part.name, *name, "{disposition}");
        let content = post.kalends.mail_part(post.anna, id, part.number).await.unwrap();
        assert_eq!(content.content, b"PK\x03\x04\x0a");
    }
    let id = post.by_subject("file with a long name").await;
    assert_eq!(post.open(id).await.parts[0].name.chars().count(), 150);
}

#[tokio::test]
async fn a_mail_of_twenty_megabytes_to_ten_thousand_people_is_read_in_seconds() {
    let post = Post::new().await;
    let people: Vec<String> = (0..10_000).map(|number| format!("p{number}@example.org")).collect();
    // 20 MiB as base64: lines of 76 letters are 57 octets each.
    let line = format!("{}\r\n", "QUJD".repeat(19));
    let lines = 20 * 1024 * 1024 / line.len();
    let body = format!(
        "--b\r\nContent-Type: text/plain\r\n\r\nMany and much\r\n--b\r\n{}\r\n{}--b--\r\n",
        attached("filename=big.zip"),
        line.repeat(lines)
    );
    let fields = format!("Cc: {}\r\n{}", people.join(",\r\n "), typed("multipart/mixed; boundary=b"));
    post.keep(&raw("all of you", &fields, body)).await;
    let began = Instant::now();
    post.look().await;
    let id = post.by_subject("all of you").await;
    let open = post.open(id).await;
    assert_eq!((open.text.trim(), open.cc.len()), ("Many and much", 1_000));
    assert_eq!((open.parts[0].size, open.message.to.len()), (57 * lines as u64, 20));
    let part = post.kalends.mail_part(post.anna, id, open.parts[0].number).await.unwrap();
    assert_eq!(part.content, b"ABC".repeat(19 * lines));
    let took = began.elapsed();
    assert!(took < Duration::from_secs(120), "{took:?}");
    // Nobody writes to ten thousand people by mistake: that is refused by name, and an answer to one is not.
    let answer = |kind| post.kalends.begin_mail(post.anna, post.account, Some((id, kind)));
    let refused = answer(AnswerKind::ReplyAll).await;
    assert!(matches!(&refused, Err(Error::BadInput { problem: Problem::Request(_), .. })), "{refused:?}");
    assert_eq!(answer(AnswerKind::Reply).await.unwrap().content.to[0].address, "bob@example.org");
}
