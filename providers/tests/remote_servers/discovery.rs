//! How accounts are found at servers that tell little, or send elsewhere.

use crate::odd_server::{OddServer, Said, credentials, response};
use futures::future::BoxFuture;
use kalends_domain::sync::provider::ProviderError;
use kalends_providers::caldav::Account;
use kalends_providers::caldav::discovery::{DiscoveryError, Entry, discover};
use kalends_providers::caldav::dns::{Service, ServiceRecords};
use kalends_providers::credentials::Credentials;
use kalends_providers::outbound::Outbound;
use url::Url;

/// Name servers that know nothing, or fail.
struct NoRecords(Result<(), String>);

impl ServiceRecords for NoRecords {
    fn services<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<Service>, String>> {
        Box::pin(async { self.0.clone().map(|()| Vec::new()) })
    }

    fn texts<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<String>, String>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

async fn found(url: Url) -> Result<Account, DiscoveryError> {
    let outbound = Outbound::new(["127.0.0.1".to_owned()]);
    discover(&outbound, &NoRecords(Ok(())), &Entry::Address(url), &credentials()).await
}

fn home(href: &str) -> Said {
    Said::multistatus(&response("", &format!("<C:calendar-home-set><D:href>{href}</D:href></C:calendar-home-set>")))
}

/// Where the response itself says where it is, which nobody looks at.
fn principal(href: &str) -> Said {
    Said::multistatus(&response("x", &format!("<D:current-user-principal>{href}</D:current-user-principal>")))
}

#[tokio::test]
async fn an_account_is_found_over_the_well_known_address_and_the_principal() {
    let server = OddServer::new(|asked| match asked.what.as_str() {
        "PROPFIND /.well-known/caldav" => Said(301, vec![("location", "/dav/".into())], String::new()),
        "PROPFIND /dav/" => principal("<D:href>/dav/people/ada%40x</D:href>"),
        "PROPFIND /dav/people/ada@x" => home("/dav/calendars/ada%40x"),
        other => panic!("{other}"),
    })
    .await;
    let account = found(server.url("/")).await.unwrap();
    assert_eq!(account.homes, [server.url("/dav/calendars/ada@x/")]);
    assert_eq!(account.principal, Some(server.url("/dav/people/ada@x")));
    assert_eq!((account.user.as_deref(), account.calendars), (Some("ada"), Vec::new()));
}

#[tokio::test]
async fn the_address_that_was_given_counts_most_and_may_be_a_calendar() {
    let server = OddServer::new(|asked| match asked.what.as_str() {
        "PROPFIND /ada/home/" => home("/ada/home/"),
        "PROPFIND /single" => {
            Said::multistatus(&response("/single", "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"))
        }
        _ => Said::status(404),
    })
    .await;
    assert_eq!(found(server.url("/ada/home/")).await.unwrap().homes, [server.url("/ada/home/")]);
    let single = found(server.url("/single")).await.unwrap();
    assert_eq!((single.homes, single.calendars), (Vec::new(), vec![server.url("/single/")]));
}

#[tokio::test]
async fn where_nothing_is_found_all_that_was_tried_is_said() {
    let server = OddServer::new(|asked| match asked.what.as_str() {
        "PROPFIND /" => Said(200, Vec::new(), "<html>Welcome</html>".into()),
        _ => Said::status(405),
    })
    .await;
    let tried = ["/here", "/.well-known/caldav", "/"].map(|path| server.url(path).to_string()).to_vec();
    assert_eq!(found(server.url("/here")).await, Err(DiscoveryError::Nothing { tried }));
}

#[tokio::test]
async fn a_wrong_password_is_said_at_once_and_a_fault_only_when_nothing_else_leads_there() {
    let server = OddServer::new(|_| Said::status(401)).await;
    let refusal = found(server.url("/")).await.unwrap_err();
    assert!(matches!(refusal, DiscoveryError::Provider(ProviderError::Unauthenticated(_))), "{refusal}");
    assert_eq!(server.asked().len(), 1);
    let anonymous = OddServer::new(|_| principal("<D:unauthenticated/>")).await;
    let refusal = found(anonymous.url("/")).await.unwrap_err();
    assert!(matches!(refusal, DiscoveryError::Provider(ProviderError::Unauthenticated(_))), "{refusal}");
    let faulty = OddServer::new(|asked| match asked.what.as_str() {
        "PROPFIND /" => home("/home/"),
        _ => Said::status(503),
    })
    .await;
    assert_eq!(found(faulty.url("/")).await.unwrap().homes, [faulty.url("/home/")]);
    let down = OddServer::new(|_| Said::status(503)).await;
    let refusal = found(down.url("/")).await.unwrap_err();
    assert!(matches!(refusal, DiscoveryError::Provider(ProviderError::Transient { .. })), "{refusal}");
}

#[tokio::test]
async fn another_host_is_asked_only_when_a_person_agrees() {
    let other = OddServer::new(|asked| match asked.authorization {
        Some(_) => home("/home/"),
        None => Said::status(401),
    })
    .await;
    let to = other.url("/dav/");
    let location = to.to_string();
    let sending_on = OddServer::new(move |_| Said(301, vec![("location", location.clone())], String::new())).await;
    let asked_first = DiscoveryError::OtherHost { from: "127.0.0.1".into(), to: to.clone() };
    assert_eq!(found(sending_on.url("/")).await, Err(asked_first.clone()));
    let href = to.to_string();
    let naming = OddServer::new(move |_| home(&href)).await;
    assert_eq!(found(naming.url("/")).await, Err(asked_first));
    assert_eq!(found(to).await.unwrap().homes, [other.url("/home/")]);
}

#[tokio::test]
async fn a_domain_that_cannot_be_looked_up_may_be_found_later() {
    let entry = Entry::Mail("ada@example.org".into());
    let records = NoRecords(Err("no answer".into()));
    let refusal = discover(&Outbound::default(), &records, &entry, &credentials()).await.unwrap_err();
    let is_transient =
        |error: &DiscoveryError| matches!(error, DiscoveryError::Provider(error) if error.is_transient());
    assert!(is_transient(&refusal), "{refusal}");
    let none = Entry::Mail("ada".into());
    let refusal = discover(&Outbound::default(), &records, &none, &credentials()).await.unwrap_err();
    assert_eq!(refusal, DiscoveryError::NoMailAddress("ada".into()));
}

#[tokio::test]
async fn a_bearer_token_is_sent_as_it_is() {
    let server = OddServer::new(|asked| match asked.authorization.as_deref() {
        Some("Bearer token-1") => home("/home/"),
        _ => Said::status(401),
    })
    .await;
    let outbound = Outbound::new(["127.0.0.1".to_owned()]);
    let entry = Entry::Address(server.url("/"));
    let account = discover(&outbound, &NoRecords(Ok(())), &entry, &Credentials::bearer("token-1")).await.unwrap();
    assert_eq!((account.homes, account.user), (vec![server.url("/home/")], None));
}
