//! Signing in: by a password (RFC 4616, LOGIN) or a token of OAuth (RFC 7628, XOAUTH2).

use super::Abilities;
use super::connection::{Connection, Piece};
use super::names::quoted;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::ProviderError;
use std::time::Duration;

/// Until a server has made up its mind: some are slow with wrong passwords.
const MAX_TIME: Duration = Duration::from_secs(60);

pub(super) async fn sign_in(
    connection: &mut Connection<'_>,
    abilities: &Abilities,
    user: &str,
    credentials: &Credentials,
) -> Result<(), ProviderError> {
    let done = match credentials {
        Credentials::Basic { password, .. } => by_password(connection, abilities, user, password).await,
        Credentials::OAuth { access_token: token, .. } | Credentials::Bearer { token } => {
            let (mechanism, proof) = match abilities.contains("AUTH=OAUTHBEARER") && !abilities.contains("AUTH=XOAUTH2")
            {
                true => ("OAUTHBEARER", format!("n,a={user},\u{1}auth=Bearer {token}\u{1}\u{1}")),
                false => ("XOAUTH2", format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}")),
            };
            authenticate(connection, abilities, mechanism, proof.as_bytes()).await
        }
        Credentials::Address { .. } => Err(ProviderError::Unauthenticated("there is no password for it".into())),
    };
    match done {
        // Many say no more than that.
        Err(ProviderError::Rejected(why)) => Err(ProviderError::Unauthenticated(why)),
        done => done,
    }
}

async fn by_password(
    connection: &mut Connection<'_>,
    abilities: &Abilities,
    user: &str,
    password: &str,
) -> Result<(), ProviderError> {
    if abilities.contains("AUTH=PLAIN") {
        return authenticate(connection, abilities, "PLAIN", format!("\0{user}\0{password}").as_bytes()).await;
    }
    if abilities.contains("LOGINDISABLED") {
        return Err(ProviderError::Unauthenticated(format!("{} takes no passwords", connection.host())));
    }
    let pieces = match (quoted(user), quoted(password)) {
        (Some(user), Some(password)) => vec![Piece::Text(format!("LOGIN {user} {password}"))],
        _ => vec![
            Piece::Text("LOGIN ".into()),
            Piece::Literal(user.as_bytes()),
            Piece::Text(" ".into()),
            Piece::Literal(password.as_bytes()),
        ],
    };
    connection.run(&pieces, |_| {}).await.map(|_| ())
}

async fn authenticate(
    connection: &mut Connection<'_>,
    abilities: &Abilities,
    mechanism: &str,
    proof: &[u8],
) -> Result<(), ProviderError> {
    let mut proof = Some(STANDARD.encode(proof));
    let begun = match abilities.contains("SASL-IR") {
        true => format!("AUTHENTICATE {mechanism} {}", proof.take().unwrap_or_default()),
        false => format!("AUTHENTICATE {mechanism}"),
    };
    let tag = connection.begin(&[Piece::Text(begun)]).await?;
    loop {
        let mut asked = false;
        let done = connection.finish(&tag, MAX_TIME, |response| {
            asked = matches!(response, imap_proto::Response::Continue(_));
            !asked
        });
        match done.await? {
            Some(_) => return Ok(()),
            // A challenge after the proof says why it is refused (RFC 7628 section 3.2.3): an empty answer ends it.
            None => connection.say(&proof.take().unwrap_or_default()).await?,
        }
    }
}
