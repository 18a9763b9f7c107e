//! SMTP against a server that takes mail, and against one that does not.

#![allow(clippy::unwrap_used)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kalends_domain::outgoing_mail::{Envelope, MailError, MailTransport};
use kalends_providers::outbound::Dialer;
use kalends_providers::smtp::{SmtpCredentials, SmtpSecurity, SmtpSettings, SmtpTransport};
use kalends_test_support::smtp::{SmtpOptions, SmtpServer, make_certificate};

const MESSAGE: &[u8] = b"Subject: hello\r\n\r\n.one\n..\r\n.\r\nQUIT\r\n";

fn settings(server: &SmtpServer) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".into(),
        port: server.address.port(),
        security: SmtpSecurity::None,
        credentials: None,
    }
}

fn transport(settings: SmtpSettings) -> SmtpTransport {
    SmtpTransport::new(Dialer::new(["127.0.0.1".to_owned()]), settings)
}

fn envelope(to: &[&str]) -> Envelope {
    Envelope { from: "kalends@example.org".into(), to: to.iter().map(|to| (*to).to_owned()).collect() }
}

#[tokio::test]
async fn a_message_arrives_as_it_is_and_cannot_end_early() {
    let server = SmtpServer::start(SmtpOptions { abilities: vec!["8BITMIME", "SIZE 1000"], ..SmtpOptions::default() });
    let sent =
        transport(settings(&server)).send(&envelope(&["ada@example.org", "bob@example.org"]), MESSAGE).await.unwrap();
    assert_eq!((sent.refused.len(), sent.reply.as_str()), (0, "250 taken as 1"));
    let [mail] = server.mails().try_into().unwrap();
    assert_eq!(mail.message, "Subject: hello\r\n\r\n.one\r\n..\r\n.\r\nQUIT\r\n");
    assert_eq!((mail.from.as_str(), mail.to.len()), ("kalends@example.org", 2));
    assert!(server.lines().contains(&"MAIL FROM:<kalends@example.org> SIZE=37".to_owned()), "{:?}", server.lines());
    let long = [MESSAGE, &[b'a'; 1000]].concat();
    let refused = transport(settings(&server)).send(&envelope(&["ada@example.org"]), &long).await;
    assert!(matches!(refused, Err(MailError::Refused(why)) if why.contains("1000")));
}

#[tokio::test]
async fn recipients_are_refused_one_by_one() {
    let refusing = |answers| SmtpOptions { answers, ..SmtpOptions::default() };
    let server =
        SmtpServer::start(refusing(vec![("RCPT TO:<bob", "550 5.1.1 nobody here"), ("RCPT TO:<eve", "451 later")]));
    let transport = transport(settings(&server));
    let sent =
        transport.send(&envelope(&["ada@example.org", "bob@example.org", "eve@example.org"]), MESSAGE).await.unwrap();
    let refused: Vec<_> =
        sent.refused.iter().map(|it| (it.address.as_str(), it.is_temporary, it.reply.as_str())).collect();
    assert_eq!(refused, [("bob@example.org", false, "550 nobody here"), ("eve@example.org", true, "451 later")]);
    assert_eq!(server.mails()[0].to, ["ada@example.org"]);
    let error = transport.send(&envelope(&["bob@example.org"]), MESSAGE).await.unwrap_err();
    assert!(matches!(&error, MailError::Recipients(all) if all.len() == 1) && !error.is_transient());
    assert!(transport.send(&envelope(&["eve@example.org"]), MESSAGE).await.unwrap_err().is_transient());
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn what_goes_wrong_says_whether_it_is_tried_again() {
    let server = SmtpServer::start(SmtpOptions::default());
    let send = async |answers: Vec<(&'static str, &'static str)>| {
        server.set(SmtpOptions { answers, ..SmtpOptions::default() });
        transport(settings(&server)).send(&envelope(&["ada@example.org"]), MESSAGE).await.unwrap_err()
    };
    assert!(matches!(send(vec![("greeting", "421 busy")]).await, MailError::TryAgain(_)));
    assert!(matches!(send(vec![("greeting", "554 go away")]).await, MailError::Refused(_)));
    assert!(matches!(send(vec![("MAIL", "")]).await, MailError::TryAgain(_)));
    assert!(matches!(send(vec![("MAIL", "530 5.7.0 who are you")]).await, MailError::Unauthenticated(_)));
    assert!(matches!(send(vec![("DATA", "452 full")]).await, MailError::TryAgain(_)));
    assert!(matches!(send(vec![(".", "554 5.7.1 spam")]).await, MailError::Refused(why) if why == "554 spam"));
    assert!(matches!(send(vec![(".", "")]).await, MailError::Uncertain(_)));
    let gone = transport(SmtpSettings { port: 1, ..settings(&server) });
    assert!(matches!(gone.send(&envelope(&["ada@example.org"]), MESSAGE).await, Err(MailError::TryAgain(_))));
    let private = SmtpTransport::new(Dialer::new([]), settings(&server));
    assert!(matches!(private.check().await, Err(MailError::Refused(why)) if why.contains("private network")));
}

#[tokio::test]
async fn nothing_is_said_in_commands_but_addresses() {
    let server = SmtpServer::start(SmtpOptions::default());
    let transport = transport(settings(&server));
    for wrong in ["a@b>\r\nRCPT TO:<eve@example.org", "a b@c", "nobody", "zoë@example.org"] {
        let refused = transport.send(&envelope(&[wrong]), MESSAGE).await;
        assert!(matches!(refused, Err(MailError::Refused(_))), "{wrong}");
    }
    assert!(matches!(transport.send(&envelope(&[]), MESSAGE).await, Err(MailError::Refused(_))));
    server.set(SmtpOptions { abilities: vec!["SMTPUTF8"], ..SmtpOptions::default() });
    transport.send(&envelope(&["zoë@example.org"]), MESSAGE).await.unwrap();
    assert!(server.lines().contains(&"MAIL FROM:<kalends@example.org> SMTPUTF8".to_owned()));
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn who_asks_is_proven_in_three_ways() {
    let (user, token) = ("ada@example.org".to_owned(), "secret token".to_owned());
    let server = SmtpServer::start(SmtpOptions::default());
    for (credentials, ability, proof) in [
        (
            SmtpCredentials::Password { user: user.clone(), password: token.clone() },
            "AUTH PLAIN",
            "\0ada@example.org\0secret token",
        ),
        (
            SmtpCredentials::OAuth { user: user.clone(), token: token.clone() },
            "AUTH PLAIN XOAUTH2",
            "user=ada@example.org\u{1}auth=Bearer secret token\u{1}\u{1}",
        ),
        (
            SmtpCredentials::OAuth { user, token },
            "AUTH OAUTHBEARER",
            "n,a=ada@example.org,\u{1}auth=Bearer secret token\u{1}\u{1}",
        ),
    ] {
        let options = SmtpOptions { abilities: vec![ability], ..SmtpOptions::default() };
        server.set(SmtpOptions { proof: Some(STANDARD.encode(proof)), ..options.clone() });
        let transport = transport(SmtpSettings { credentials: Some(credentials), ..settings(&server) });
        assert_eq!(transport.check().await.unwrap(), "test", "{ability}");
        server.set(SmtpOptions { proof: Some("else".into()), ..options });
        assert!(matches!(transport.check().await, Err(MailError::Unauthenticated(_))), "{ability}");
        server.set(SmtpOptions::default());
        assert!(matches!(transport.check().await, Err(MailError::Unauthenticated(_))), "{ability}");
    }
}

#[tokio::test]
async fn without_the_encryption_that_is_wanted_nothing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path());
    let server = SmtpServer::start(SmtpOptions::default());
    let credentials = Some(SmtpCredentials::Password { user: "ada".into(), password: "secret".into() });
    let wanted = SmtpSettings { security: SmtpSecurity::StartTls, credentials, ..settings(&server) };
    let refused = transport(wanted.clone()).send(&envelope(&["ada@example.org"]), MESSAGE).await;
    assert!(matches!(refused, Err(MailError::Refused(why)) if why.contains("STARTTLS")));
    // Nobody vouches for that certificate.
    for is_implicit in [false, true] {
        let certificate = Some(folder.path().to_owned());
        server.set(SmtpOptions { certificate, is_implicit, ..SmtpOptions::default() });
        let security = if is_implicit { SmtpSecurity::Tls } else { SmtpSecurity::StartTls };
        let refused = transport(SmtpSettings { security, ..wanted.clone() }).check().await;
        assert!(matches!(refused, Err(MailError::Refused(why)) if why.contains("certificate")));
    }
    assert!(server.lines().iter().all(|line| !line.starts_with("AUTH") && !line.starts_with("MAIL")));
}
