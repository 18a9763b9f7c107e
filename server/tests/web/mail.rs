//! The pages of mail for whom they are not: those without an account, strangers, and those who ask for what is not theirs.

use hyper::{Method, StatusCode};
use kalends_test_support::browser::FORM;
use kalends_test_support::server::Server;

#[tokio::test]
async fn mail_leads_to_the_inbox_and_says_how_to_begin() {
    let server = Server::with_pages().await;
    let person = server.person("ada").await;
    let mut browser = server.connect().await;
    for path in ["/mail", "/courrier"] {
        let answer = browser.get(path, &person.cookie).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/mail/inbox"), "{path}");
    }
    for path in ["/mail/inbox", "/mail/write"] {
        let page = browser.get(path, &person.cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.text.contains("/settings/mail/new"), "{path}");
    }
    let dashboard = browser.get("/", &person.cookie).await;
    assert!(!dashboard.text.contains("data-mail-card"), "there is nothing to show");
}

#[tokio::test]
async fn what_is_not_there_and_what_is_another_persons_is_the_same() {
    let server = Server::with_pages().await;
    let person = server.person("ada").await;
    let mut browser = server.connect().await;
    for path in [
        "/mail/12",
        "/mail/nowhere",
        "/mail/inbox/12",
        "/mail/inbox/x",
        "/mail/write?draft=12",
        "/mail/write?reply=12",
        "/mail/message/12/body",
        "/mail/message/12/part/1",
        "/mail/message/12/source",
        "/settings/mail/12",
    ] {
        let answer = browser.get(path, &person.cookie).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.text);
    }
    for (path, form) in [
        ("/mail/inbox", "m=12&do=read"),
        ("/mail/12", "m=12&do=archive"),
        ("/mail/message/12/edit", ""),
        ("/settings/mail/12", "do=remove"),
        ("/undo", "undo=mail%3A6f1f3c4e-0000-4000-8000-000000000000"),
        ("/undo", "undo=unsent%3A12"),
        ("/undo", "undo=discarded%3A12"),
    ] {
        let mut browser = server.connect().await;
        let answer = browser.send(Method::POST, path, &person.cookie, FORM, form).await.unwrap();
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path} {form}: {}", answer.text);
    }
}

#[tokio::test]
async fn forms_that_say_nothing_are_refused() {
    let server = Server::with_pages().await;
    let person = server.person("ada").await;
    for (path, form, status) in [
        ("/mail/inbox", "do=read", StatusCode::UNPROCESSABLE_ENTITY),
        ("/mail/inbox", "m=1&do=burn", StatusCode::BAD_REQUEST),
        ("/mail/inbox", "m=x&do=read", StatusCode::BAD_REQUEST),
        ("/mail/pictures", "sender=", StatusCode::UNPROCESSABLE_ENTITY),
        ("/settings/mail/1", "do=burn", StatusCode::BAD_REQUEST),
        ("/settings/mail/new", "do=look&address=nobody", StatusCode::UNPROCESSABLE_ENTITY),
        (
            "/settings/mail/new",
            "do=add&address=ada%40example.org&imap_host=x&imap_port=0&smtp_host=x&smtp_port=25&user=a&password=b",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let mut browser = server.connect().await;
        let answer = browser.send(Method::POST, path, &person.cookie, FORM, form).await.unwrap();
        assert_eq!(answer.status, status, "{path} {form}: {}", answer.text);
    }
}

#[tokio::test]
async fn strangers_are_sent_to_sign_in_or_told_nothing() {
    let server = Server::with_pages().await;
    let mut browser = server.connect().await;
    for path in ["/mail/inbox", "/mail/inbox/12", "/mail/write", "/settings/mail/new", "/settings/mail/12"] {
        let answer = browser.get(path, "").await;
        assert!(answer.status.is_redirection() && answer.header("location").starts_with("/sign-in"), "{path}");
    }
    for path in ["/mail/message/12/body", "/mail/message/12/part/1", "/mail/message/12/source", "/mail/people?q=ada"] {
        assert_eq!(browser.get(path, "").await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let mut browser = server.connect().await;
    let answer = browser.send(Method::POST, "/mail/inbox", "", FORM, "m=1&do=read").await.unwrap();
    assert!(answer.status.is_redirection() && answer.header("location").starts_with("/sign-in"));
}
