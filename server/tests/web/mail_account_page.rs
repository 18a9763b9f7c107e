//! The page of a mail account, by its forms alone: what its owner chooses about it. The account is at a real Dovecot.

use super::microsoft::{followed, get};
use hyper::{Method, StatusCode};
use kalends_domain::jobs::Worker;
use kalends_domain::mail::{FolderRole, MailAccountId, MailSecurity, MailServer, MailSettings, NewMailAccount};
use kalends_domain::sync::credentials::Credentials;
use kalends_test_support::browser::{Answer, FORM, Person};
use kalends_test_support::dovecot::{Dovecot, Offering, PASSWORD};
use kalends_test_support::server::Server;
use kalends_test_support::smtp::{SmtpOptions, SmtpServer};

/// Does what is to be done, and what follows from it.
pub async fn work(server: &Server) {
    let worker = Worker::new(server.kalends.clone(), server.closing.clone());
    while worker.run_due().await.unwrap() > 0 {}
}

async fn account(server: &Server, person: &Person, imap: &Dovecot, smtp: &SmtpServer) -> MailAccountId {
    let at = |port| MailServer { host: "127.0.0.1".into(), port, security: MailSecurity::Plain, user: "page".into() };
    let new = NewMailAccount {
        name: String::new(),
        address: "ada@example.org".into(),
        display_name: "Ada".into(),
        color: None,
        preset: None,
        settings: MailSettings::at(at(imap.port), at(smtp.address.port())),
        credentials: Credentials::Basic { user: "page".into(), password: PASSWORD.into() },
    };
    let id = server.kalends.add_mail_account(person.caller, &new, None).await.unwrap();
    work(server).await;
    id
}

async fn post(server: &Server, cookie: &str, path: &str, form: &str) -> Answer {
    server.connect().await.send(Method::POST, path, cookie, FORM, form).await.unwrap()
}

#[tokio::test]
async fn what_its_owner_chooses_is_kept_and_shown() {
    let imap = Dovecot::shared(Offering::Everything);
    let taking = SmtpOptions {
        abilities: vec!["AUTH PLAIN"],
        answers: vec![("AUTH", "235 2.7.0 Accepted")],
        ..SmtpOptions::default()
    };
    let smtp = SmtpServer::start(taking);
    let server = Server::with_pages().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let id = account(&server, &ada, &imap, &smtp).await;
    let path = format!("/settings/mail/{}", id.0);
    let page = get(&server, &ada.cookie, &path).await.text;
    assert!(page.contains("As found: Archive") && page.contains("Ada &lt;ada@example.org&gt;"), "{page}");
    assert!(page.contains("type=\"password\"") && !page.contains("sign-in-title"), "{page}");

    let done = post(&server, &ada.cookie, &path, "do=folders&sent=&drafts=&archive=Trash&bin=Archive&spam=").await;
    let page = followed(&server, &ada.cookie, &done).await;
    assert!(page.contains("Saved."), "{page}");
    assert!(page.contains("<option value=\"Trash\" selected"), "{page}");
    work(&server).await;
    let folders = server.kalends.mail_folders(ada.caller).await.unwrap();
    let role = |path: &str| folders.iter().find(|folder| folder.path == path).unwrap().role;
    assert_eq!([role("Trash"), role("Archive")], [Some(FolderRole::Archive), Some(FolderRole::Bin)]);
    assert_eq!(role("Sent"), Some(FolderRole::Sent));

    let form = "do=change&name=Work&color=%23112233&signature=&invitations=known&minutes=15";
    assert!(followed(&server, &ada.cookie, &post(&server, &ada.cookie, &path, form).await).await.contains("Saved."));
    assert_eq!(server.kalends.mail_account(ada.caller, id).await.unwrap().interval.num_minutes(), 15);

    // Another address to write as, with a signature of its own; twice is once.
    let form = "do=identity-add&identity_address=info%40example.org&identity_name=Desk";
    assert_eq!(post(&server, &ada.cookie, &path, form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(post(&server, &ada.cookie, &path, form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = post(&server, &ada.cookie, &path, "do=identity-add&identity_address=nobody&identity_name=").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let identities = server.kalends.mail_identities(ada.caller, id).await.unwrap();
    let (first, other) = (identities[0].id.0, identities[1].id.0);
    let form = format!("do=identity&identity={other}&name=Help&signature=Ask+us");
    assert_eq!(post(&server, &eve.cookie, &path, &form).await.status, StatusCode::NOT_FOUND);
    let page = followed(&server, &ada.cookie, &post(&server, &ada.cookie, &path, &form).await).await;
    assert!(page.contains("Help &lt;info@example.org&gt;") && page.contains("Ask us"), "{page}");
    let write = get(&server, &ada.cookie, "/mail/write").await;
    let write = match write.status.is_redirection() {
        true => get(&server, &ada.cookie, write.header("location")).await.text,
        false => write.text,
    };
    assert!(write.contains("info@example.org"), "{write}");

    // The account's own address stays.
    let remove = |identity: i64| format!("do=identity-remove&identity={identity}");
    assert_eq!(post(&server, &ada.cookie, &path, &remove(first)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&server, &ada.cookie, &path, &remove(other)).await.status, StatusCode::SEE_OTHER);
    assert_eq!(server.kalends.mail_identities(ada.caller, id).await.unwrap().len(), 1);
}
