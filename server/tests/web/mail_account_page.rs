//! The page of a mail account, by its forms alone: what its owner chooses about it. The account is at a real Dovecot.

use super::microsoft::{followed, get};
use hyper::{Method, StatusCode};
use kalends_domain::jobs::Worker;
use kalends_domain::mail::mailbox::Mailbox;
use kalends_domain::mail::{
    FolderRole, MailAccountId, MailChange, MailPlace, MailQuery, MailSecurity, MailSelection, MailServer, MailSettings,
    MessageFlags, NewMailAccount,
};
use kalends_domain::sync::credentials::Credentials;
use kalends_test_support::browser::{Answer, FORM, Person};
use kalends_test_support::dovecot::{Dovecot, Offering, PASSWORD};
use kalends_test_support::server::Server;
use kalends_test_support::smtp::{SmtpOptions, SmtpServer};
use std::sync::Arc;

/// Does what is to be done, and what follows from it.
pub async fn work(server: &Server) {
    let worker = Worker::new(server.kalends.clone(), server.closing.clone());
    while worker.run_due().await.unwrap() > 0 {}
}

/// `user`: whose mail it is at the server that all tests share.
async fn account(server: &Server, person: &Person, user: &str, imap: &Dovecot, smtp: &SmtpServer) -> MailAccountId {
    let at = |port| MailServer { host: "127.0.0.1".into(), port, security: MailSecurity::Plain, user: user.into() };
    let new = NewMailAccount {
        name: String::new(),
        address: "ada@example.org".into(),
        display_name: "Ada".into(),
        color: None,
        preset: None,
        settings: MailSettings::at(at(imap.port), at(smtp.address.port())),
        credentials: Credentials::Basic { user: user.into(), password: PASSWORD.into() },
    };
    let id = server.kalends.add_mail_account(person.caller, &new, None).await.unwrap();
    work(server).await;
    id
}

async fn post(server: &Server, cookie: &str, path: &str, form: &str) -> Answer {
    server.connect().await.send(Method::POST, path, cookie, FORM, form).await.unwrap()
}

/// The account of somebody whose servers take everything, and these for as long as they are kept.
async fn place(user: &str) -> (Server, Person, MailAccountId, (Arc<Dovecot>, SmtpServer)) {
    let taking = SmtpOptions {
        abilities: vec!["AUTH PLAIN"],
        answers: vec![("AUTH", "235 2.7.0 Accepted")],
        ..SmtpOptions::default()
    };
    let (imap, smtp) = (Dovecot::shared(Offering::Everything), SmtpServer::start(taking));
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let id = account(&server, &ada, user, &imap, &smtp).await;
    (server, ada, id, (imap, smtp))
}

/// What the page that writes sends.
async fn write(server: &Server, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let parts = fields
        .iter()
        .map(|(name, value)| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    let body = parts.collect::<String>() + "--x--\r\n";
    let kind = "multipart/form-data; boundary=x";
    server.connect().await.send(Method::POST, "/mail/write", cookie, kind, &body).await.unwrap()
}

#[tokio::test]
async fn what_is_typed_in_two_windows_is_lost_in_neither_and_what_is_thrown_away_comes_back() {
    let (server, ada, account, _servers) = place("windows").await;
    let draft = server.kalends.begin_mail(ada.caller, account, None).await.unwrap();
    let id = draft.id.0.to_string();
    let save = |what: &'static str, text: &'static str, revision: String| {
        let (server, cookie, id) = (&server, &ada.cookie, id.clone());
        async move { write(server, cookie, &[("do", what), ("draft", &id), ("revision", &revision), ("text", text)]).await }
    };
    let page = get(&server, &ada.cookie, &format!("/mail/write?draft={id}")).await.text;
    assert!(page.contains("name=\"revision\" value=\"1\""), "{page}");
    assert_eq!(save("save", "From the first window", "1".into()).await.status, StatusCode::SEE_OTHER);
    let late = save("save", "From the second window", "1".into()).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text.contains("changed in another window") && late.text.contains("From the second window"));
    assert!(late.text.contains("name=\"revision\" value=\"2\""), "who saves again means it");
    let text = || async { server.kalends.mail_draft(ada.caller, draft.id).await.map(|draft| draft.content.text) };
    assert_eq!(text().await.unwrap(), "From the first window");
    assert_eq!(save("save", "From the second window", "2".into()).await.status, StatusCode::SEE_OTHER);
    assert_eq!(text().await.unwrap(), "From the second window");

    let gone = save("discard", "", "3".into()).await;
    assert!(followed(&server, &ada.cookie, &gone).await.contains(&format!("discarded:{id}")));
    assert!(text().await.is_err());
    let orphan = save("save", "From a third window", "3".into()).await;
    assert_eq!(orphan.status, StatusCode::NOT_FOUND);
    assert!(orphan.text.contains("From a third window") && orphan.text.contains("name=\"draft\" value=\"\""));
    let back = post(&server, &ada.cookie, "/undo", &format!("undo=discarded%3A{id}")).await;
    assert!(back.status == StatusCode::OK && back.text.contains("The draft is back"), "{}", back.text);
    assert_eq!(text().await.unwrap(), "From the second window");
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
    let id = account(&server, &ada, "page", &imap, &smtp).await;
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

    // Each signature stands under what is written as its address, and none of an inbox is a bin.
    let form = format!("do=identity&identity={first}&name=Ada&signature=Countess");
    assert_eq!(post(&server, &ada.cookie, &path, &form).await.status, StatusCode::SEE_OTHER);
    let write = get(&server, &ada.cookie, "/mail/write?to=bob%40example.org&subject=Plans").await.text;
    assert!(write.contains("-- \nCountess\n</textarea>"), "{write}");
    assert!(write.contains("data-signature=\"\n\n-- \nAsk us\n\""), "{write}");
    let page = get(&server, &ada.cookie, &path).await.text;
    assert!(!page.contains("<option value=\"INBOX\""), "{page}");
    for form in ["sent=&drafts=&archive=&bin=INBOX&spam=", "sent=Trash&drafts=&archive=Trash&bin=&spam="] {
        let refused = post(&server, &ada.cookie, &path, &format!("do=folders&{form}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
    }

    // The account's own address stays.
    let remove = |identity: i64| format!("do=identity-remove&identity={identity}");
    assert_eq!(post(&server, &ada.cookie, &path, &remove(first)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&server, &ada.cookie, &path, &remove(other)).await.status, StatusCode::SEE_OTHER);
    assert_eq!(server.kalends.mail_identities(ada.caller, id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn pictures_once_texts_drafts_of_others_and_whole_headers_are_on_the_page() {
    let (server, ada, account, (imap, _smtp)) = place("pictures").await;
    let user = MailServer {
        host: "127.0.0.1".into(),
        port: imap.port,
        security: MailSecurity::Plain,
        user: "pictures".into(),
    };
    let credentials = Credentials::Basic { user: "pictures".into(), password: PASSWORD.into() };
    let dialer = kalends_providers::outbound::Dialer::new(["127.0.0.1".to_owned()]);
    let other = kalends_providers::imap::Imap::connect(&dialer, &user, &credentials).await.unwrap();
    let mail = |subject: &str, kind: &str, body: &str| {
        format!(
            "From: Bob <bob@example.org>\r\nTo: ada@example.org\r\nBcc: carl@example.org\r\nSubject: {subject}\r\n\
             Message-ID: <{subject}@x>\r\nX-Odd: very\r\nContent-Type: text/{kind}\r\n\r\n{body}\r\n"
        )
    };
    let html = "<p>Look <img src=\"https://pictures.example/a.png\"></p>";
    let put = async |folder: &str, text: String| {
        other.append(folder, MessageFlags::NONE, text.as_bytes()).await.unwrap();
    };
    put("INBOX", mail("Picture", "html", html)).await;
    put("Archive", mail("Old", "plain", "A zebra walks.")).await;
    put("Drafts", mail("Begun", "plain", "So far.")).await;
    server.kalends.look_at_mail(ada.caller, account).await.unwrap();
    work(&server).await;
    let of = async |place: MailPlace, subject: &str| {
        let query = MailQuery { place, threads: false, ..MailQuery::default() };
        let rows = server.kalends.list_mail(ada.caller, &query).await.unwrap().rows;
        let listed: Vec<_> = rows.into_iter().map(|row| row.message).collect();
        let found = listed.iter().position(|message| message.subject == subject);
        listed[found.unwrap_or_else(|| panic!("{subject} is not among {listed:?}"))].clone()
    };

    let picture = of(MailPlace::Inboxes, "Picture").await.id.0;
    let (page, body) = (format!("/mail/inbox/{picture}"), format!("/mail/message/{picture}/body"));
    let shown = get(&server, &ada.cookie, &page).await.text;
    assert!(shown.contains("Show them this once") && shown.contains("X-Odd") && shown.contains("carl@example.org"));
    assert!(shown.contains("name=\"do\" value=\"move\""), "an open message can be moved");
    assert!(!get(&server, &ada.cookie, &body).await.text.contains("pictures.example"));
    let once = get(&server, &ada.cookie, &format!("{page}?pictures={picture}")).await.text;
    assert!(once.contains(&format!("{body}?pictures")) && !once.contains("Show them this once"), "{once}");
    let framed = get(&server, &ada.cookie, &format!("{body}?pictures")).await;
    assert!(framed.text.contains("pictures.example") && framed.header("content-security-policy").contains("https:"));
    assert!(!get(&server, &ada.cookie, &body).await.text.contains("pictures.example"), "it was once");
    let form = "sender=bob%40example.org&back=/mail/inbox";
    assert_eq!(post(&server, &ada.cookie, "/mail/pictures", form).await.status, StatusCode::SEE_OTHER);
    assert!(get(&server, &ada.cookie, "/settings/accounts").await.text.contains("bob@example.org"));
    let hidden = post(&server, &ada.cookie, "/mail/pictures", "sender=bob%40example.org&do=hide").await;
    assert!(followed(&server, &ada.cookie, &hidden).await.contains("are not shown any more"));
    assert!(!get(&server, &ada.cookie, &body).await.text.contains("pictures.example"));

    let index = get(&server, &ada.cookie, "/mail/inbox?q=zebra").await.text;
    assert!(index.contains("?q=zebra&amp;in=texts") && !index.contains("data-message="), "{index}");
    assert!(get(&server, &ada.cookie, "/mail/inbox?q=zebra&in=texts").await.text.contains("Old"));

    let begun = of(MailPlace::Role(FolderRole::Drafts), "Begun").await;
    let page = get(&server, &ada.cookie, &format!("/mail/{}/{}", begun.folder.0, begun.id.0)).await.text;
    assert!(page.contains("Edit this draft"), "{page}");
    let edited = post(&server, &ada.cookie, &format!("/mail/message/{}/edit", begun.id.0), "").await;
    assert!(get(&server, &ada.cookie, edited.header("location")).await.text.contains("So far."));

    // That one was flagged, and that the other was read.
    let change = MailChange::Flagged(true);
    let selection = MailSelection::Messages(vec![begun.id]);
    server.kalends.change_mail(ada.caller, &selection, change).await.unwrap();
    for path in ["/mail/inbox".to_owned(), format!("/settings/mail/{}", account.0)] {
        assert!(get(&server, &ada.cookie, &path).await.text.contains("still to be told of 2 changes"), "{path}");
    }
}
