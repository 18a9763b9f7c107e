//! What is said to a server of mail, and what its answers mean.

use super::settings::SmtpCredentials;
use kalends_domain::outgoing_mail::{Envelope, MailError, RefusedRecipient, Sent, is_sendable};
use mail_send::smtp::message::Parameters;
use mail_send::{Credentials, Error, SmtpClient};
use smtp_proto::{
    AUTH_OAUTHBEARER, AUTH_XOAUTH2, EXT_8BIT_MIME, EXT_SIZE, EXT_SMTP_UTF8, EXT_START_TLS, EhloResponse, Response,
};
use std::borrow::Cow;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Until the answer to a message that was sent (RFC 5321 section 4.5.3.2.6 has ten minutes; whoever waits is a job).
const MAX_DATA_TIME: Duration = Duration::from_secs(300);
/// Saying good-bye is worth no longer.
const MAX_QUIT_TIME: Duration = Duration::from_secs(2);

pub(super) trait Octets: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Octets for T {}

type Client = SmtpClient<Box<dyn Octets>>;

/// A server that has said what it can.
pub(super) struct Conversation {
    client: Client,
    abilities: EhloResponse<String>,
}

/// Asks for encryption before anything else. Without it there is no conversation.
pub(super) async fn start_tls(mut client: SmtpClient<TcpStream>, own: &str) -> Result<TcpStream, MailError> {
    greeting(&mut client).await?;
    let abilities = client.ehlo(own).await.map_err(meaning)?;
    if !abilities.has_capability(EXT_START_TLS) {
        return Err(MailError::Refused("the server offers no STARTTLS, and nothing goes to it unencrypted".into()));
    }
    let reply = client.cmd(b"STARTTLS\r\n").await.map_err(meaning)?;
    if reply.code() != 220 {
        return Err(refusal(&reply));
    }
    // What came with that answer was read and is dropped: nobody has the server say something before it is encrypted.
    Ok(client.stream)
}

async fn greeting<T: AsyncRead + AsyncWrite + Unpin>(client: &mut SmtpClient<T>) -> Result<(), MailError> {
    let reply = timeout(client.timeout, client.read()).await.unwrap_or(Err(Error::Timeout)).map_err(meaning)?;
    match reply.code() {
        220 => Ok(()),
        _ => Err(refusal(&reply)),
    }
}

impl Conversation {
    /// With a server that speaks first.
    pub(super) async fn greeted(mut client: Client, own: String) -> Result<Self, MailError> {
        greeting(&mut client).await?;
        Self::begun(client, own).await
    }

    /// With one that has greeted.
    pub(super) async fn begun(mut client: Client, own: String) -> Result<Self, MailError> {
        let abilities = client.ehlo(&own).await.map_err(meaning)?;
        Ok(Conversation { client, abilities })
    }

    pub(super) async fn authenticated(mut self, credentials: &SmtpCredentials) -> Result<Self, MailError> {
        let credentials = match credentials {
            SmtpCredentials::Password { user, password } => Credentials::new(user.clone(), password.clone()),
            SmtpCredentials::OAuth { user, token } => {
                let mechanisms = self.abilities.auth();
                match mechanisms & AUTH_OAUTHBEARER != 0 && mechanisms & AUTH_XOAUTH2 == 0 {
                    true => Credentials::new_oauth(format!("n,a={user},\u{1}auth=Bearer {token}\u{1}\u{1}")),
                    false => Credentials::new_xoauth2(user.clone(), token.clone()),
                }
            }
        };
        match self.client.authenticate(&credentials, &self.abilities).await {
            Ok(_) => Ok(self),
            Err(error) => Err(meaning(error)),
        }
    }

    /// What the server calls itself.
    pub(super) fn server(&self) -> &str {
        self.abilities.hostname()
    }

    pub(super) async fn send(&mut self, envelope: &Envelope, message: &[u8]) -> Result<Sent, MailError> {
        let message = with_whole_line_ends(message);
        let parameters = self.parameters(envelope, &message)?;
        let client = &mut self.client;
        let from = client.cmd(format!("MAIL FROM:<{}>{parameters}\r\n", envelope.from)).await.map_err(meaning)?;
        if !is_positive(&from) {
            return Err(refusal(&from));
        }
        let mut refused = Vec::new();
        for address in &envelope.to {
            let reply = client.cmd(format!("RCPT TO:<{address}>\r\n")).await.map_err(meaning)?;
            if reply.code() == 421 {
                return Err(refusal(&reply));
            }
            if !is_positive(&reply) {
                let is_temporary = reply.code() < 500;
                refused.push(RefusedRecipient { address: address.clone(), is_temporary, reply: said(&reply) });
            }
        }
        if refused.len() == envelope.to.len() {
            return Err(MailError::Recipients(refused));
        }
        let go_on = client.cmd(b"DATA\r\n").await.map_err(meaning)?;
        if go_on.code() != 354 {
            return Err(refusal(&go_on));
        }
        let sending = async {
            // It ends what it writes with a line of its own.
            client.write_message(message.strip_suffix(b"\r\n").unwrap_or(&message)).await?;
            client.read().await
        };
        match timeout(MAX_DATA_TIME, sending).await.unwrap_or(Err(Error::Timeout)) {
            Ok(reply) if is_positive(&reply) => Ok(Sent { reply: said(&reply), refused }),
            Ok(reply) => Err(refusal(&reply)),
            Err(error) => {
                Err(MailError::Uncertain(format!("the server did not say whether it has the message: {error}")))
            }
        }
    }

    /// What MAIL has to say of a message.
    fn parameters(&self, envelope: &Envelope, message: &[u8]) -> Result<Parameters<'static>, MailError> {
        let addresses = || envelope.to.iter().chain([&envelope.from]);
        if envelope.to.is_empty() {
            return Err(MailError::Refused("the message is to nobody".into()));
        }
        // An empty sender is for what nobody is to answer (RFC 5321 section 4.5.5).
        if let Some(address) = addresses().find(|address| !is_sendable(address) && !address.is_empty()) {
            return Err(MailError::Refused(format!("{address:?} is no address of e-mail")));
        }
        let mut parameters = Parameters::new();
        if let Some(address) = addresses().find(|address| !address.is_ascii()) {
            if !self.abilities.has_capability(EXT_SMTP_UTF8) {
                return Err(MailError::Refused(format!("the server takes no address such as {address} (SMTPUTF8)")));
            }
            parameters.add("SMTPUTF8");
        }
        if self.abilities.has_capability(EXT_8BIT_MIME) && !message.is_ascii() {
            parameters.add(("BODY", "8BITMIME"));
        }
        if self.abilities.has_capability(EXT_SIZE) {
            let most = self.abilities.size;
            if most > 0 && message.len() > most {
                let size = message.len();
                return Err(MailError::Refused(format!("the message has {size} octets, and the server takes {most}")));
            }
            parameters.add(("SIZE".to_owned(), message.len().to_string()));
        }
        Ok(parameters)
    }

    pub(super) async fn quit(self) {
        // What was to be said is said.
        let _ = timeout(MAX_QUIT_TIME, self.client.quit()).await;
    }
}

/// Lines that end with CRLF, whatever they ended with: a lone LF or CR is read as an end of line by some servers and not by others.
fn with_whole_line_ends(message: &[u8]) -> Cow<'_, [u8]> {
    let is_whole = |at: usize| match message[at] {
        b'\n' => at > 0 && message[at - 1] == b'\r',
        b'\r' => message.get(at + 1) == Some(&b'\n'),
        _ => true,
    };
    if (0..message.len()).all(is_whole) {
        return Cow::Borrowed(message);
    }
    let mut whole = Vec::with_capacity(message.len() + 64);
    for (at, octet) in message.iter().enumerate() {
        match octet {
            b'\n' if at > 0 && message[at - 1] == b'\r' => {}
            b'\n' | b'\r' => whole.extend_from_slice(b"\r\n"),
            octet => whole.push(*octet),
        }
    }
    Cow::Owned(whole)
}

fn is_positive(reply: &Response<String>) -> bool {
    (200..300).contains(&reply.code())
}

fn said(reply: &Response<String>) -> String {
    // What a server says goes to people and logs, in one line.
    let text: String = reply.message().chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect();
    format!("{} {}", reply.code(), text.trim())
}

fn refusal(reply: &Response<String>) -> MailError {
    match reply.code() {
        400..500 => MailError::TryAgain(said(reply)),
        530 | 534 | 535 | 538 => MailError::Unauthenticated(said(reply)),
        _ => MailError::Refused(said(reply)),
    }
}

/// Of what went wrong before a message was sent.
fn meaning(error: Error) -> MailError {
    match error {
        Error::UnexpectedReply(reply) => refusal(&reply),
        Error::AuthenticationFailed(reply) if reply.code() < 500 => MailError::TryAgain(said(&reply)),
        Error::AuthenticationFailed(reply) => MailError::Unauthenticated(said(&reply)),
        Error::UnsupportedAuthMechanism => {
            MailError::Unauthenticated("the server takes no proof of the kind that there is".into())
        }
        Error::Io(error) => MailError::TryAgain(format!("the connection broke off: {error}")),
        Error::Timeout => MailError::TryAgain("the server did not answer in time".into()),
        Error::UnparseableReply => MailError::TryAgain("the server broke off, or does not speak SMTP".into()),
        error => MailError::Refused(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::with_whole_line_ends;

    #[test]
    fn no_line_ends_by_half() {
        for (given, sent) in
            [("a\r\nb\r\n", "a\r\nb\r\n"), ("a\nb\r.\n", "a\r\nb\r\n.\r\n"), ("\n\r\r\n", "\r\n\r\n\r\n")]
        {
            assert_eq!(with_whole_line_ends(given.as_bytes()).as_ref(), sent.as_bytes(), "{given:?}");
        }
    }
}
