//! SMTP (RFC 5321) as a client: the server of the installation, and those of people's own accounts. Of encryption there is what the
//! settings say and never less; a password goes over no connection that is not encrypted, but within this machine.

mod conversation;
mod settings;

pub use settings::{SmtpCredentials, SmtpSecurity, SmtpSettings};

use crate::outbound::{Dialer, OutboundError};
use conversation::Conversation;
use kalends_domain::outgoing_mail::{Answer, Envelope, MailError, MailTransport, Sent};
use mail_send::SmtpClient;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// For one command until its answer, and for a message until it is taken.
const MAX_COMMAND_TIME: Duration = Duration::from_secs(60);
/// For everything, from the name to the end.
const MAX_TIME: Duration = Duration::from_secs(180);

/// Sends mail by one server. Each message has a connection of its own.
#[derive(Clone, Debug)]
pub struct SmtpTransport {
    dialer: Dialer,
    settings: SmtpSettings,
}

impl SmtpTransport {
    pub fn new(dialer: Dialer, settings: SmtpSettings) -> Self {
        SmtpTransport { dialer, settings }
    }

    /// Connects, has it encrypted as the settings say, and proves who asks.
    async fn open(&self) -> Result<Conversation, MailError> {
        let SmtpSettings { host, port, security, credentials } = &self.settings;
        let stream = self.dialer.connect(host, *port).await.map_err(unconnected)?;
        let (own, is_here) = ends(&stream);
        let conversation = match security {
            SmtpSecurity::Tls => {
                let stream = self.dialer.encrypt(host, stream).await.map_err(unconnected)?;
                Conversation::greeted(SmtpClient { stream: Box::new(stream), timeout: MAX_COMMAND_TIME }, own).await?
            }
            SmtpSecurity::StartTls => {
                let client = SmtpClient { stream, timeout: MAX_COMMAND_TIME };
                let stream = conversation::start_tls(client, &own).await?;
                let stream = self.dialer.encrypt(host, stream).await.map_err(unconnected)?;
                Conversation::begun(SmtpClient { stream: Box::new(stream), timeout: MAX_COMMAND_TIME }, own).await?
            }
            SmtpSecurity::None => {
                Conversation::greeted(SmtpClient { stream: Box::new(stream), timeout: MAX_COMMAND_TIME }, own).await?
            }
        };
        let Some(credentials) = credentials else { return Ok(conversation) };
        if *security == SmtpSecurity::None && !is_here {
            return Err(MailError::Refused(format!(
                "a password does not go to {host} unencrypted: use smtps or smtp+starttls"
            )));
        }
        conversation.authenticated(credentials).await
    }
}

impl MailTransport for SmtpTransport {
    fn send<'a>(&'a self, envelope: &'a Envelope, message: &'a [u8]) -> Answer<'a, Sent> {
        Box::pin(async move {
            let mut conversation = timeout(MAX_TIME, self.open()).await.unwrap_or_else(|_| Err(self.too_slow()))?;
            // It ends in time by itself: whether the message was sent is known within it alone.
            let sent = conversation.send(envelope, message).await;
            conversation.quit().await;
            sent
        })
    }

    fn check(&self) -> Answer<'_, String> {
        Box::pin(async move {
            let conversation = timeout(MAX_TIME, self.open()).await.unwrap_or_else(|_| Err(self.too_slow()))?;
            let name = conversation.server().to_owned();
            conversation.quit().await;
            Ok(name)
        })
    }
}

impl SmtpTransport {
    fn too_slow(&self) -> MailError {
        MailError::TryAgain(OutboundError::TooSlow(self.settings.host.clone()).to_string())
    }
}

fn unconnected(error: OutboundError) -> MailError {
    match error.is_transient() {
        true => MailError::TryAgain(error.to_string()),
        false => MailError::Refused(error.to_string()),
    }
}

/// How this side calls itself (RFC 5321 section 4.1.3), and whether the other is on the same machine.
fn ends(stream: &TcpStream) -> (String, bool) {
    let own = match stream.local_addr() {
        Ok(SocketAddr::V4(address)) => format!("[{}]", address.ip()),
        Ok(SocketAddr::V6(address)) => format!("[IPv6:{}]", address.ip()),
        Err(_) => "localhost".to_owned(),
    };
    (own, stream.peer_addr().is_ok_and(|address| address.ip().to_canonical().is_loopback()))
}
