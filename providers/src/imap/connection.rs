//! A conversation with a server: commands with their literals, and answers, of which those that cannot be understood are passed over,
//! and none is larger than is taken (RFC 3501 sections 2.2 and 4.3).

use imap_proto::{Outcome, Response, ResponseCode, Status};
use kalends_domain::sync::provider::ProviderError;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;

/// Until the next part of an answer.
const MAX_SILENCE: Duration = Duration::from_secs(60);
/// Most brackets within one another in an answer: what reads it goes one deeper with each, and has a stack of its thread alone.
const MAX_DEPTH: usize = 50;
/// Most octets that all answers to one command have, or twice the largest of them.
const MAX_ANSWERS: usize = 256 * 1024 * 1024;
/// How many lines nobody understands until the other side is taken for no mail server.
const MAX_UNREADABLE: usize = 1_000;

pub(super) trait Octets: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Octets for T {}

/// A part of a command.
pub(super) enum Piece<'p> {
    /// ASCII, without ends of lines.
    Text(String),
    /// Any octets.
    Literal(&'p [u8]),
}

/// First and last of UIDs, for each run of them.
pub(super) type Uids = Vec<(u32, u32)>;

/// How a command ended well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// What something was put under.
    pub appended: Uids,
    /// Of what was copied or moved: where it was, and where it is.
    pub copied: Option<(Uids, Uids)>,
}

pub(super) struct Connection<'c> {
    host: String,
    stream: BufReader<Box<dyn Octets + 'c>>,
    number: u64,
    /// Largest answer that is taken, in octets.
    pub max_answer: usize,
    /// Literals need no permission (RFC 7888).
    pub literal_plus: bool,
    /// An answer was left unread: it is of no use any more.
    is_broken: bool,
}

/// Largest answer, where nothing else is said: the headers of one message.
pub(super) const MAX_ANSWER: usize = 4 * 1024 * 1024;

fn is_literal(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"}")?;
    let open = line.iter().rposition(|octet| *octet == b'{')?;
    let digits = std::str::from_utf8(&line[open + 1..]).ok()?.trim_end_matches('+');
    digits.parse().ok()
}

/// Whether brackets are too deep within one another, outside of what is quoted and of literals.
fn is_too_deep(answer: &[u8]) -> bool {
    let (mut depth, mut at, mut is_quoted) = (0_usize, 0, false);
    while let Some(octet) = answer.get(at) {
        at += 1;
        match octet {
            b'\\' if is_quoted => at += 1,
            b'"' => is_quoted = !is_quoted,
            b'(' if !is_quoted => depth += 1,
            b')' if !is_quoted => depth = depth.saturating_sub(1),
            b'\n' => {
                // A quoted text ends with its line.
                is_quoted = false;
                let line = answer[..at - 1].strip_suffix(b"\r").unwrap_or(&answer[..at - 1]);
                at += is_literal(line).unwrap_or(0);
            }
            _ => {}
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

pub(super) fn ranges(members: &[imap_proto::rfc4315::UidSetMember]) -> Uids {
    use imap_proto::rfc4315::UidSetMember;
    let range = |member: &UidSetMember| match member {
        UidSetMember::Uid(uid) => (*uid, *uid),
        UidSetMember::UidRange(range) => (*range.start().min(range.end()), *range.start().max(range.end())),
    };
    members.iter().map(range).collect()
}

impl<'c> Connection<'c> {
    pub(super) fn new(host: &str, stream: Box<dyn Octets + 'c>) -> Self {
        Connection {
            host: host.to_owned(),
            stream: BufReader::with_capacity(16 * 1024, stream),
            number: 0,
            max_answer: MAX_ANSWER,
            literal_plus: false,
            is_broken: false,
        }
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    fn broken(&mut self, why: impl std::fmt::Display) -> ProviderError {
        self.is_broken = true;
        ProviderError::Transient { why: format!("{}: {why}", self.host), retry_after: None }
    }

    /// One answer, whole, with its literals.
    pub(super) async fn read(&mut self, silence: Duration) -> Result<Vec<u8>, ProviderError> {
        if self.is_broken {
            return Err(self.broken("the connection is broken"));
        }
        // Whoever drops the future leaves a part of an answer behind.
        self.is_broken = true;
        let mut answer = Vec::new();
        loop {
            let from = answer.len();
            match timeout(silence, self.line(&mut answer)).await {
                Err(_) => return Err(self.broken("it did not answer in time")),
                Ok(Err(why)) => return Err(self.broken(why)),
                Ok(Ok(())) => {}
            }
            let line = &answer[from..];
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let Some(octets) = is_literal(line.strip_suffix(b"\r").unwrap_or(line)) else { break };
            if octets > self.max_answer.saturating_sub(answer.len()) {
                let most = self.max_answer;
                return Err(ProviderError::Refused(format!("{}: an answer is longer than {most} octets", self.host)));
            }
            let at = answer.len();
            answer.resize(at + octets, 0);
            let mut rest = at;
            while rest < answer.len() {
                match timeout(silence, self.stream.read(&mut answer[rest..])).await {
                    Err(_) => return Err(self.broken("it did not answer in time")),
                    Ok(Ok(0)) => return Err(self.broken("it closed the connection")),
                    Ok(Ok(read)) => rest += read,
                    Ok(Err(error)) => return Err(self.broken(error)),
                }
            }
        }
        if is_too_deep(&answer) {
            // How much stands within one another, whoever sent a message decides: it is passed over, as what no parser takes.
            if !answer.starts_with(b"* ") {
                return Err(self.broken("an answer has too much within one another"));
            }
            answer = b"* \r\n".to_vec();
        }
        self.is_broken = false;
        Ok(answer)
    }

    /// An answer that is waited for, and may not come: whoever stops waiting has lost nothing as long as none of it has come.
    pub(super) async fn peek(&mut self, silence: Duration) -> Result<Vec<u8>, ProviderError> {
        if self.is_broken {
            return Err(self.broken("the connection is broken"));
        }
        match timeout(silence, self.stream.fill_buf()).await {
            Ok(Ok(octets)) if !octets.is_empty() => {}
            Ok(Ok(_)) => return Err(self.broken("it closed the connection")),
            Ok(Err(error)) => return Err(self.broken(error)),
            Err(_) => return Err(self.broken("it did not answer in time")),
        }
        self.read(MAX_SILENCE).await
    }

    async fn line(&mut self, to: &mut Vec<u8>) -> Result<(), String> {
        let most = self.max_answer.saturating_sub(to.len()) as u64;
        match (&mut self.stream).take(most).read_until(b'\n', to).await {
            Ok(_) if to.last() == Some(&b'\n') => Ok(()),
            Ok(read) if read as u64 == most => Err("a line has no end".into()),
            _ => Err("it closed the connection".into()),
        }
    }

    async fn write(&mut self, octets: &[u8]) -> Result<(), ProviderError> {
        let written = timeout(MAX_SILENCE, async {
            self.stream.get_mut().write_all(octets).await?;
            self.stream.get_mut().flush().await
        });
        match written.await {
            Err(_) => Err(self.broken("it takes nothing")),
            Ok(Err(error)) => Err(self.broken(error)),
            Ok(Ok(())) => Ok(()),
        }
    }

    /// Sends something outside of a command: an answer to a challenge, or the end of IDLE.
    pub(super) async fn say(&mut self, line: &str) -> Result<(), ProviderError> {
        self.write(format!("{line}\r\n").as_bytes()).await
    }

    /// Begins a command. Yields its tag.
    pub(super) async fn begin(&mut self, pieces: &[Piece<'_>]) -> Result<String, ProviderError> {
        self.number += 1;
        let tag = format!("K{}", self.number);
        let mut line = format!("{tag} ").into_bytes();
        for piece in pieces {
            match piece {
                Piece::Text(text) => line.extend_from_slice(text.as_bytes()),
                Piece::Literal(octets) => {
                    let plus = if self.literal_plus { "+" } else { "" };
                    line.extend_from_slice(format!("{{{}{plus}}}\r\n", octets.len()).as_bytes());
                    self.write(&std::mem::take(&mut line)).await?;
                    if !self.literal_plus {
                        self.permission(&tag).await?;
                    }
                    self.write(octets).await?;
                }
            }
        }
        line.extend_from_slice(b"\r\n");
        self.write(&line).await?;
        Ok(tag)
    }

    /// Waits until the server says that it takes more.
    async fn permission(&mut self, tag: &str) -> Result<(), ProviderError> {
        loop {
            let answer = self.read(MAX_SILENCE).await?;
            if answer.starts_with(b"+") {
                return Ok(());
            }
            if answer.starts_with(format!("{tag} ").as_bytes()) {
                return Err(ended(&self.host, &answer[tag.len() + 1..])
                    .err()
                    .unwrap_or_else(|| unreadable(&self.host)));
            }
        }
    }

    /// Does a command, and hands each answer on the way to `each`.
    pub(super) async fn run(
        &mut self,
        pieces: &[Piece<'_>],
        mut each: impl FnMut(&Response<'_>),
    ) -> Result<Done, ProviderError> {
        let tag = self.begin(pieces).await?;
        self.finish(&tag, MAX_SILENCE, |response| {
            each(response);
            true
        })
        .await?
        .ok_or_else(|| unreadable(&self.host))
    }

    /// Reads the answers to a command until it ends, or `each` has had enough (`None`).
    pub(super) async fn finish(
        &mut self,
        tag: &str,
        silence: Duration,
        mut each: impl FnMut(&Response<'_>) -> bool,
    ) -> Result<Option<Done>, ProviderError> {
        let prefix = format!("{tag} ");
        let (mut unread, mut octets) = (0, 0);
        loop {
            let answer = self.read(silence).await?;
            octets += answer.len();
            if octets > MAX_ANSWERS.max(2 * self.max_answer) {
                return Err(self.broken("it does not stop answering"));
            }
            if answer.starts_with(prefix.as_bytes()) {
                return ended(&self.host, &answer[prefix.len()..]).map(Some);
            }
            // What stands behind it may be empty, which no parser takes.
            if answer.starts_with(b"+") {
                if !each(&Response::Continue(Outcome { code: None, information: None })) {
                    return Ok(None);
                }
                continue;
            }
            match Response::parse(&answer) {
                Ok((_, Response::Data { status: Status::Bye, outcome })) => {
                    let why = outcome.information.unwrap_or_default().into_owned();
                    return Err(self.broken(format!("it said goodbye: {}", why.trim())));
                }
                Ok((_, response)) => {
                    if !each(&response) {
                        return Ok(None);
                    }
                }
                // Something odd of one message is no reason to know nothing of the others.
                Err(_) => {
                    unread += 1;
                    tracing::debug!(
                        host = self.host,
                        octets = answer.len(),
                        "an answer of a mail server is not understood"
                    );
                    if unread > MAX_UNREADABLE {
                        self.is_broken = true;
                        return Err(unreadable(&self.host));
                    }
                }
            }
        }
    }
}

fn unreadable(host: &str) -> ProviderError {
    ProviderError::Unreadable(format!("{host} does not answer as a mail server (IMAP) does"))
}

/// How a command ended: what follows its tag.
fn ended(host: &str, rest: &[u8]) -> Result<Done, ProviderError> {
    // With a tag of a form that is surely read.
    let whole = [b"A1 ", rest].concat();
    let text = String::from_utf8_lossy(rest).trim().to_owned();
    let status = text.split(' ').next().unwrap_or_default().to_ascii_uppercase();
    let said = text.get(status.len()..).unwrap_or_default().trim().to_owned();
    match status.as_str() {
        "OK" => {
            let mut done = Done::default();
            if let Ok((_, Response::Done { outcome, .. })) = Response::parse(&whole) {
                match outcome.code {
                    Some(ResponseCode::AppendUid(_, uids)) => done.appended = ranges(&uids),
                    Some(ResponseCode::CopyUid(_, from, to)) => done.copied = Some((ranges(&from), ranges(&to))),
                    _ => {}
                }
            }
            Ok(done)
        }
        "NO" => Err(refused(host, &said)),
        "BAD" => Err(ProviderError::Rejected(format!("{host} does not understand what it was asked: {said}"))),
        _ => Err(unreadable(host)),
    }
}

/// What it means that a server says no (RFC 5530).
fn refused(host: &str, said: &str) -> ProviderError {
    let code = said.strip_prefix('[').and_then(|code| code.split([']', ' ']).next()).unwrap_or_default();
    let why = format!("{host} says: {said}");
    match code.to_ascii_uppercase().as_str() {
        "UNAVAILABLE" | "INUSE" | "LIMIT" | "SERVERBUG" => ProviderError::Transient { why, retry_after: None },
        "AUTHENTICATIONFAILED" | "AUTHORIZATIONFAILED" | "EXPIRED" => ProviderError::Unauthenticated(why),
        "NONEXISTENT" | "TRYCREATE" => ProviderError::Missing(why),
        "NOPERM" | "CANNOT" | "PRIVACYREQUIRED" | "CONTACTADMIN" => ProviderError::Forbidden(why),
        "OVERQUOTA" => ProviderError::Rejected(why),
        _ => ProviderError::Rejected(why),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_too_deep_is_known_before_it_is_read() {
        let brackets = "(".repeat(MAX_DEPTH + 1);
        for deep in [format!("* 1 FETCH (BODYSTRUCTURE {brackets}\r\n"), format!("* OK \"a\" {brackets}\r\n")] {
            assert!(is_too_deep(deep.as_bytes()), "{deep}");
        }
        for flat in [
            format!("* 1 FETCH (UID 1 BODY[] {{{}}}\r\n{brackets})\r\n", brackets.len()),
            format!("* LIST () \"/\" \"{brackets}\\\"{brackets}\"\r\n"),
            "* 1 FETCH (FLAGS (\\Seen))\r\n".repeat(MAX_DEPTH + 1),
        ] {
            assert!(!is_too_deep(flat.as_bytes()), "{flat}");
        }
    }

    #[test]
    fn a_literal_is_known_at_the_end_of_its_line() {
        assert_eq!(is_literal(b"* 1 FETCH (BODY[] {12}"), Some(12));
        assert_eq!(is_literal(b"* 1 FETCH (BODY[] {12+}"), Some(12));
        for no in [&b"* OK {x}"[..], b"* OK }", b"* OK {12} ", b"", b"{99999999999999999999999999}"] {
            assert_eq!(is_literal(no), None);
        }
    }

    #[tokio::test]
    async fn odd_answers_are_passed_over_and_large_ones_refused() {
        let (ours, mut theirs) = tokio::io::duplex(1 << 16);
        let mut connection = Connection::new("mail.example.org", Box::new(ours));
        let said =
            b"* 1 FETCH (UID ???)\r\n* SEARCH 3 4\r\n* 2 WHATEVER {3}\r\nabc\r\nK1 OK [COPYUID 7 3:4 8,9] done\r\n\
            * 1 FETCH (BODY[] {999999999}\r\n";
        theirs.write_all(said).await.unwrap();
        let mut found = Vec::new();
        let search = [Piece::Text("UID SEARCH ALL".into())];
        let done = connection.run(&search, |response| {
            if let Response::MailboxData(imap_proto::MailboxDatum::Search(uids)) = response {
                found.extend(uids.iter().copied());
            }
        });
        let done = done.await.unwrap();
        assert_eq!(found, [3, 4]);
        assert_eq!(done.copied, Some((vec![(3, 4)], vec![(8, 8), (9, 9)])));
        let large = connection.run(&[Piece::Text("UID FETCH 1 (BODY[])".into())], |_| {}).await;
        assert!(matches!(large, Err(ProviderError::Refused(_))), "{large:?}");
        let after = connection.run(&[Piece::Text("NOOP".into())], |_| {}).await;
        assert!(matches!(after, Err(ProviderError::Transient { .. })), "{after:?}");
    }

    #[test]
    fn what_a_no_means_is_said_by_its_code() {
        let said = |text: &str| ended("x", text.as_bytes());
        assert!(matches!(said("NO [AUTHENTICATIONFAILED] wrong"), Err(ProviderError::Unauthenticated(_))));
        assert!(matches!(said("NO [UNAVAILABLE] later"), Err(ProviderError::Transient { .. })));
        assert!(matches!(said("NO [NONEXISTENT] what"), Err(ProviderError::Missing(_))));
        assert!(matches!(said("NO what"), Err(ProviderError::Rejected(_))));
        assert!(matches!(said("BAD what"), Err(ProviderError::Rejected(_))));
        assert!(matches!(said("PERHAPS"), Err(ProviderError::Unreadable(_))));
        assert_eq!(said("OK [APPENDUID 1 7] done\r\n").unwrap().appended, [(7, 7)]);
    }
}
