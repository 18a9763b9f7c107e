//! A mail account at a hoster that has calendars as well, Infomaniak: what it brings is at a CalDAV server of another hand.

use crate::setup::{Post, new_user, services, taking};
use futures::future::BoxFuture;
use kalends_domain::mail::{FedCalendars, NewMailAccount};
use kalends_domain::sync::connector::{Connector, CredentialKeeper, FindError, Found, Service, Wanted};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::{Answer, Provider};
use kalends_domain::sync::{LinkSettings, LinkTarget, NewLink, ProviderKind, RemoteAccount};
use kalends_providers::connector::RemoteServices;
use kalends_test_support::server::Server;
use kalends_test_support::smtp::SmtpOptions;
use std::sync::Arc;

/// The services as they are, but that Infomaniak's calendars are at another address.
struct Elsewhere {
    services: Arc<RemoteServices>,
    address: String,
}

impl Connector for Elsewhere {
    fn connect<'a>(
        &'a self,
        account: &'a RemoteAccount,
        credentials: Option<Credentials>,
        keeper: Arc<dyn CredentialKeeper>,
    ) -> Answer<'a, Arc<dyn Provider>> {
        self.services.connect(account, credentials, keeper)
    }

    fn services(&self) -> Vec<Service> {
        self.services.services()
    }

    fn find<'a>(&'a self, wanted: &'a Wanted) -> BoxFuture<'a, Result<Found, FindError>> {
        Box::pin(async move {
            assert_eq!((wanted.service.as_deref(), wanted.address.as_str()), (Some("infomaniak"), ""));
            let service = Some("caldav".to_owned());
            let there = Wanted { service, address: self.address.clone(), credentials: wanted.credentials.clone() };
            let found = self.services.find(&there).await?;
            Ok(Found { preset: wanted.service.clone(), ..found })
        })
    }
}

const EVENT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:there\r\nDTSTAMP:20260101T000000Z\r\n\
    DTSTART:20300301T100000Z\r\nDURATION:PT1H\r\nSUMMARY:Choir\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[tokio::test]
async fn a_mail_account_at_infomaniak_brings_its_calendars_and_takes_them_with_it() {
    let post = Post::new().await;
    let there = Server::start().await;
    let other = there.account("grace").await;
    assert_eq!(other.put(&other.at("choir.ics"), EVENT).await.status, 201);
    let address = format!("http://{}/", there.address);
    let kalends = post.kalends.clone().with_connector(Arc::new(Elsewhere { services: services(), address }));
    let anna = post.anna;
    let smtp = taking(SmtpOptions::default());
    let new = crate::setup::new_account(&post.dovecot, &new_user(), &smtp);
    let new = NewMailAccount { preset: Some("infomaniak".into()), ..new };
    let mail = kalends.add_mail_account(anna, &new, None).await.unwrap();

    let offers = kalends.mail_offers(anna, mail).await.unwrap();
    let [offer] = &offers[..] else { panic!("{offers:?}") };
    assert_eq!((offer.name.as_str(), offer.interval.num_minutes()), ("Infomaniak", 15));
    assert_eq!((offer.provider, offer.needs_sign_in, offer.taken), (ProviderKind::CalDav, false, None));
    assert_eq!(kalends.remote_accounts(anna).await.unwrap(), [], "nothing behind anybody's back");
    // The mailbox has another password than the calendars have here.
    let refused = kalends.take_mail_offer(anna, mail, None, None).await;
    assert!(matches!(refused, Err(kalends_domain::Error::Remote(_))), "{refused:?}");
    let password = password_of(other.authorization.as_ref().unwrap());
    let account = kalends.take_mail_offer(anna, mail, Some("grace"), Some(&password)).await.unwrap();
    let known = kalends.remote_account(anna, account).await.unwrap();
    assert_eq!(known.preset.as_deref(), Some("infomaniak"));

    let offered = kalends.offered_calendars(anna, account).await.unwrap();
    let remote = offered.into_iter().map(|offered| offered.remote).find(|remote| remote.is_writable).unwrap();
    let settings = LinkSettings::proposed(known.provider, &remote);
    assert_eq!(settings.interval.map(|interval| interval.num_minutes()), Some(15));
    let link = NewLink { account, remote: remote.id, target: LinkTarget::New { name: None }, settings };
    let dry = kalends.dry_run_of_new_link(anna, &link).await.unwrap();
    assert_eq!(dry.counts.iter().map(|count| count.count).sum::<u64>(), 1, "{dry:?}");
    assert_eq!(post.home.count("sync_links").await, 0, "a dry run makes nothing");
    let made = kalends.make_sync_link(anna, &link).await.unwrap();
    let work = async || {
        let worker = kalends_domain::jobs::Worker::new(kalends.clone(), tokio_util::sync::CancellationToken::new());
        worker.run_due().await.unwrap();
    };
    work().await;
    assert_eq!(post.home.count("objects WHERE uid = 'there'").await, 1);

    // What it feeds is said before it goes, and goes with it, here alone.
    let dependents = kalends.mail_dependents(anna, mail).await.unwrap();
    assert_eq!(dependents.calendar_accounts, [account]);
    kalends.remove_mail_account(anna, mail, FedCalendars::Bin).await.unwrap();
    work().await;
    let of_account = format!("mail_accounts WHERE id = {}", mail.0);
    for left in ["mail_feeds", "remote_accounts", "sync_links", "sync_objects", "sync_runs", of_account.as_str()] {
        assert_eq!(post.home.count(left).await, 0, "{left}");
    }
    let jobs = kalends.jobs().await.unwrap();
    assert!(!jobs.iter().any(|job| job.kind == "sync"), "{jobs:?}");
    assert!(!kalends.calendars(anna).await.unwrap().iter().any(|held| held.id == made.calendar), "it is in the bin");
    assert_eq!(other.get(&other.at("choir.ics")).await.status, 200, "there it stays");
    assert_eq!(post.home.damages().await, Vec::<String>::new());
}

fn password_of(authorization: &str) -> String {
    use base64::Engine;
    let decoded =
        base64::engine::general_purpose::STANDARD.decode(authorization.strip_prefix("Basic ").unwrap()).unwrap();
    String::from_utf8(decoded).unwrap().split_once(':').unwrap().1.to_owned()
}
