//! Mail servers by IMAP (RFC 3501), with what makes it quick where a server has it: CONDSTORE and QRESYNC (RFC 7162), MOVE (RFC 6851),
//! UIDPLUS (RFC 4315), SPECIAL-USE (RFC 6154), IDLE (RFC 2177), LITERAL+ (RFC 7888).
//!
//! Answers are read by `imap-proto`. The conversation itself is ours: an answer about one odd message, which no parser takes, must not
//! end it, and no answer may be larger than somebody has room for.

mod connection;
mod fetched;
mod mailbox;
mod names;
mod sign_in;
mod structure;

use crate::outbound::{Dialer, OutboundError};
use connection::{Connection, Octets, Piece};
use imap_proto::{Capability, Response, Status};
use kalends_domain::mail::mailbox::MailCapabilities;
use kalends_domain::mail::{MailSecurity, MailServer};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::ProviderError;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::Mutex;

/// Until a server has greeted.
const MAX_GREETING: Duration = Duration::from_secs(30);

/// A connection to a server, signed in.
pub struct Imap {
    talk: Mutex<Talk>,
    capabilities: MailCapabilities,
}

/// A conversation, with what was agreed on in it.
struct Talk {
    connection: Connection<'static>,
    /// The folder that is open; `None`: none is.
    open: Option<String>,
    qresync: bool,
}

/// What a server says that it can.
type Abilities = BTreeSet<String>;

fn noted(abilities: &mut Abilities, capabilities: &[Capability<'_>]) {
    for capability in capabilities {
        abilities.insert(match capability {
            Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
            Capability::Auth(name) => format!("AUTH={}", name.to_ascii_uppercase()),
            Capability::Atom(name) => name.to_ascii_uppercase(),
        });
    }
}

async fn abilities(connection: &mut Connection<'_>) -> Result<Abilities, ProviderError> {
    let mut abilities = Abilities::new();
    connection
        .run(&[Piece::Text("CAPABILITY".into())], |response| {
            if let Response::Capabilities(capabilities) = response {
                noted(&mut abilities, capabilities);
            }
        })
        .await?;
    Ok(abilities)
}

fn from_outbound(error: OutboundError) -> ProviderError {
    error.into()
}

async fn greeted(connection: &mut Connection<'_>) -> Result<bool, ProviderError> {
    let greeting = connection.read(MAX_GREETING).await?;
    let host = connection.host();
    match Response::parse(&greeting) {
        Ok((_, Response::Data { status: Status::Ok, .. })) => Ok(false),
        Ok((_, Response::Data { status: Status::PreAuth, .. })) => Ok(true),
        Ok((_, Response::Data { status: Status::Bye, outcome })) => {
            let why = outcome.information.unwrap_or_default();
            Err(ProviderError::Transient { why: format!("{host} lets nobody in: {}", why.trim()), retry_after: None })
        }
        _ => Err(ProviderError::Unreadable(format!("{host} does not greet as a mail server (IMAP) does"))),
    }
}

impl Imap {
    /// Connects, has the connection encrypted as the settings say, and signs in.
    ///
    /// # Errors
    /// Why that is not so.
    pub async fn connect(
        dialer: &Dialer,
        server: &MailServer,
        credentials: &Credentials,
    ) -> Result<Self, ProviderError> {
        let host = server.host.as_str();
        let stream = dialer.connect(host, server.port).await.map_err(from_outbound)?;
        let is_here = stream.peer_addr().is_ok_and(|address| address.ip().to_canonical().is_loopback());
        let mut connection = match server.security {
            MailSecurity::Tls => {
                let stream = dialer.encrypt(host, stream).await.map_err(from_outbound)?;
                let mut connection = Connection::new(host, Box::new(stream));
                greeted(&mut connection).await?;
                connection
            }
            MailSecurity::StartTls => {
                // A connection that says that somebody is signed in cannot be encrypted any more.
                let mut plain = PlainConnection { host, stream };
                plain.start_tls().await?;
                let stream = dialer.encrypt(host, plain.stream).await.map_err(from_outbound)?;
                Connection::new(host, Box::new(stream))
            }
            MailSecurity::Plain => {
                if !is_here {
                    return Err(ProviderError::Refused(format!(
                        "a password does not go to {host} unencrypted: choose TLS or STARTTLS"
                    )));
                }
                let mut connection = Connection::new(host, Box::new(stream));
                greeted(&mut connection).await?;
                connection
            }
        };
        let before = abilities(&mut connection).await?;
        connection.literal_plus = before.contains("LITERAL+");
        sign_in::sign_in(&mut connection, &before, &server.user, credentials).await?;
        let after = abilities(&mut connection).await?;
        connection.literal_plus = after.contains("LITERAL+");
        let mut talk = Talk { connection, open: None, qresync: false };
        let condstore = after.contains("CONDSTORE") || after.contains("QRESYNC");
        if after.contains("QRESYNC") && after.contains("ENABLE") {
            let enabled = talk.connection.run(&[Piece::Text("ENABLE QRESYNC".into())], |_| {}).await;
            talk.qresync = enabled.is_ok();
        }
        let capabilities = MailCapabilities {
            condstore,
            qresync: talk.qresync,
            moves: after.contains("MOVE"),
            uidplus: after.contains("UIDPLUS"),
            idle: after.contains("IDLE"),
            gmail: after.contains("X-GM-EXT-1"),
        };
        Ok(Imap { talk: Mutex::new(talk), capabilities })
    }
}

/// A connection that is about to be encrypted.
struct PlainConnection<'c> {
    host: &'c str,
    stream: tokio::net::TcpStream,
}

impl PlainConnection<'_> {
    /// Agrees with the server to encrypt (RFC 3501 section 6.2.1). Without that there is no conversation.
    async fn start_tls(&mut self) -> Result<(), ProviderError> {
        let refused = |why: &str| ProviderError::Refused(format!("{}: {why}", self.host));
        let mut connection = Connection::new(self.host, Box::new(&mut self.stream) as Box<dyn Octets + '_>);
        if greeted(&mut connection).await? {
            return Err(refused("it is signed in before anything is encrypted, and nothing goes to it so"));
        }
        let abilities = abilities(&mut connection).await?;
        if !abilities.contains("STARTTLS") {
            return Err(refused("it offers no STARTTLS, and nothing goes to it unencrypted"));
        }
        connection.run(&[Piece::Text("STARTTLS".into())], |_| {}).await?;
        // What came with that answer was read ahead and is dropped here.
        Ok(())
    }
}
