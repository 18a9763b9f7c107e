//! What app passwords and tokens open, and what they do not.

use kalends_domain::accounts::{CredentialKind, NewAppPassword};
use kalends_domain::calendars::CalendarId;
use kalends_test_support::client::Client;
use kalends_test_support::home::first_calendar;
use kalends_test_support::server::Server;
use kalends_test_support::texts::event_titled;

/// Ada, and what her credential `new` lets a client do.
async fn with(server: &Server, full: &Client, new: NewAppPassword) -> Client {
    let ada = server.kalends.user_by_slug(&full.name).await.unwrap();
    let kind = new.kind;
    let (_, secret) = server.kalends.create_app_password(ada.principal.id, new).await.unwrap();
    match kind {
        CredentialKind::AppPassword => Client::new(server.address, &full.name, &secret.0),
        CredentialKind::Token => Client { authorization: Some(format!("Bearer {}", secret.0)), ..full.clone() },
    }
}

async fn personal(server: &Server, name: &str) -> CalendarId {
    let user = server.kalends.user_by_slug(name).await.unwrap();
    first_calendar(&server.kalends, user.on_a_page()).await
}

#[tokio::test]
async fn a_credential_that_only_reads_is_told_by_name_what_it_lacks() {
    let server = Server::start().await;
    let full = server.account("ada").await;
    full.add(&full.at("a.ics"), &event_titled("a", "One")).await;
    for kind in [CredentialKind::AppPassword, CredentialKind::Token] {
        let new = NewAppPassword { kind, label: "reads".into(), reads_only: true, ..NewAppPassword::default() };
        let reads = with(&server, &full, new).await;
        assert_eq!(reads.get(&reads.at("a.ics")).await.text(), event_titled("a", "One"));
        let put = reads.put(&reads.at("b.ics"), event_titled("b", "Two")).await;
        assert_eq!(put.status, 403);
        let href = reads.at("b.ics");
        let named =
            format!("<D:need-privileges><D:resource><D:href>{href}</D:href><D:privilege><D:write/></D:privilege>");
        assert!(put.text().contains(&named), "{}", put.text());
        assert_eq!(reads.delete(&reads.at("a.ics")).await.status, 403);
        assert_eq!(reads.delete(&reads.at("")).await.status, 403);
        let made = reads.request("MKCALENDAR", &format!("{}more/", reads.home())).send().await;
        assert_eq!(made.status, 403);
        assert!(made.text().contains("<D:need-privileges>"), "{}", made.text());
        let privileges = reads.propfind(&reads.home(), "1", "").await.text();
        assert!(!privileges.contains("D:bind"));
        let wanted = "<D:current-user-privilege-set/>";
        let said = reads.propfind(&reads.home(), "1", &kalends_test_support::requests::propfind(wanted)).await.text();
        assert!(!said.contains("D:bind") && !said.contains("D:write-content"), "{said}");
    }
    assert_eq!(full.propfind(&full.home(), "1", "").await.multistatus().responses.len(), 2);
}

#[tokio::test]
async fn for_a_credential_of_one_calendar_the_home_has_no_other() {
    let server = Server::start().await;
    let full = server.account("ada").await;
    let other = format!("{}other/", full.home());
    assert_eq!(full.request("MKCALENDAR", &other).send().await.status, 201);
    full.add(&format!("{other}hidden.ics"), &event_titled("hidden", "Hidden")).await;
    let only = Some(personal(&server, "ada").await);
    for kind in [CredentialKind::AppPassword, CredentialKind::Token] {
        let new = NewAppPassword { kind, label: "one".into(), only, ..NewAppPassword::default() };
        let one = with(&server, &full, new).await;
        let listed = one.propfind(&one.home(), "1", "").await.multistatus();
        assert_eq!(listed.responses.keys().collect::<Vec<_>>(), [&one.home(), &one.at("")]);
        let put = one.put(&one.at("a.ics"), event_titled("a", "A")).await;
        assert!(matches!(put.status, 201 | 204), "{}", put.text());
        // As if it was not there: the same answers as for a name that no calendar has.
        for method in ["GET", "PROPFIND", "DELETE", "REPORT"] {
            let ask = async |path: &str| {
                let body = "<D:sync-collection xmlns:D=\"DAV:\"><D:sync-token/><D:prop/></D:sync-collection>";
                let request = one.request(method, path);
                let request = if method == "REPORT" { request.xml(body) } else { request };
                let answer = request.send().await;
                (answer.status, answer.text().replace("other", "none"))
            };
            let none = format!("{}none/", one.home());
            assert_eq!(ask(&other).await, ask(&none).await, "{method}");
            assert_eq!(ask(&format!("{other}hidden.ics")).await, ask(&format!("{none}hidden.ics")).await, "{method}");
        }
        let copy = one.request("COPY", &one.at("a.ics")).header("Destination", &format!("{other}b.ics")).send().await;
        assert!(matches!(copy.status, 404 | 409), "{}", copy.status);
        let made = one.request("MKCALENDAR", &format!("{}more/", one.home())).send().await;
        assert_eq!(made.status, 403);
        assert_eq!(one.request("MKCALENDAR", &other).send().await.status, 403);
        assert_eq!(one.delete(&one.at("")).await.status, 403);
    }
    assert_eq!(full.get(&format!("{other}hidden.ics")).await.status, 200);
}

#[tokio::test]
async fn a_credential_is_refused_once_it_is_revoked_or_has_ended() {
    let server = Server::start().await;
    let full = server.account("ada").await;
    let ada = server.kalends.user_by_slug("ada").await.unwrap().principal.id;
    let token = || NewAppPassword { kind: CredentialKind::Token, label: "script".into(), ..NewAppPassword::default() };
    let revoked = with(&server, &full, token()).await;
    let soon = chrono::Utc::now() + chrono::TimeDelta::milliseconds(1_000);
    let ending = with(&server, &full, NewAppPassword { expires_at: Some(soon), ..token() }).await;
    for client in [&revoked, &ending] {
        assert_eq!(client.propfind(&client.home(), "0", "").await.status, 207);
    }
    let id = server.kalends.app_passwords(ada).await.unwrap()[1].id;
    server.kalends.revoke_app_password(ada, id).await.unwrap();
    assert_eq!(revoked.propfind(&revoked.home(), "0", "").await.status, 401);
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let refused = ending.propfind(&ending.home(), "0", "").await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").unwrap().starts_with("Basic"));
}
