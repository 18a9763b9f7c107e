//! Google Calendar: signing in, the way to its calendars, and tokens that end; Google is a stand-in.

use http::Method;
use kalends_domain::sync::connector::{Connector, CredentialKeeper, Found};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::{Answer, Provider, ProviderError};
use kalends_domain::sync::{ProviderKind, RemoteAccount, RemoteAccountId};
use kalends_providers::connector::RemoteServices;
use kalends_providers::google::Google;
use kalends_providers::oauth::SignedIn;
use kalends_providers::outbound::{Call, Outbound};
use kalends_test_support::google::{GoogleDouble, ME};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use url::Url;

const VERIFIER: &str = "a verifier of forty-three characters, at least";

#[derive(Default)]
struct Kept(Mutex<Vec<Credentials>>);

impl CredentialKeeper for Kept {
    fn replace(&self, credentials: Credentials) -> Answer<'_, ()> {
        self.0.lock().unwrap().push(credentials);
        Box::pin(async { Ok(()) })
    }
}

fn outbound() -> Outbound {
    Outbound::new(["127.0.0.1".to_owned()])
}

fn google(double: &GoogleDouble) -> Google {
    serde_json::from_value::<Google>(double.settings(None)).unwrap().checked().unwrap()
}

async fn signed_in(double: &GoogleDouble) -> SignedIn {
    let redirect = "https://kalends.example/settings/accounts/google/callback".to_owned();
    let sign_in = google(double).sign_in(outbound(), redirect).unwrap();
    let answer = outbound().call(Call::new(Method::GET, sign_in.way().url("a state", VERIFIER, None))).await.unwrap();
    let back: Url = answer.headers["location"].to_str().unwrap().parse().unwrap();
    let back: HashMap<String, String> = back.query_pairs().into_owned().collect();
    assert_eq!(back["state"], "a state");
    sign_in.signed_in(&back["code"], VERIFIER).await.unwrap()
}

fn account(found: &Found) -> RemoteAccount {
    let now = chrono::Utc::now();
    RemoteAccount {
        id: RemoteAccountId(1),
        owner: kalends_domain::access::PrincipalId(1),
        provider: found.provider,
        preset: found.preset.clone(),
        name: ME.into(),
        settings: found.settings.clone(),
        state: kalends_domain::sync::AccountState::Active,
        why: None,
        created_at: now,
        changed_at: now,
        checked_at: None,
        new_calendars: 0,
    }
}

async fn connect(
    double: &GoogleDouble,
    found: &Found,
    credentials: Credentials,
    kept: &Arc<Kept>,
) -> Result<Arc<dyn Provider>, ProviderError> {
    let services = RemoteServices::new(outbound()).with_google(Some(google(double)));
    services.connect(&account(found), Some(credentials), kept.clone()).await
}

#[tokio::test]
async fn whoever_signs_in_has_the_calendars_where_google_says_they_are() {
    let double = GoogleDouble::start().await;
    let SignedIn { name, found } = signed_in(&double).await;
    assert_eq!((name.as_str(), found.provider, found.preset.as_deref()), (ME, ProviderKind::CalDav, Some("google")));
    assert!(!found.settings.contains("ya29"), "{}", found.settings);
    let asked = double.asked();
    assert!(asked.contains(&"PROPFIND /caldav/v2/bea@gmail.example/user".to_owned()), "{asked:?}");
    let kept = Arc::new(Kept::default());
    let provider = connect(&double, &found, found.credentials.clone(), &kept).await.unwrap();
    let calendars = provider.calendars().await.unwrap();
    assert_eq!((calendars.len(), calendars[0].name.as_str(), calendars[0].is_writable), (1, "Bea", true));
}

#[tokio::test]
async fn a_token_that_ended_is_exchanged_and_the_refresh_token_stays() {
    let double = GoogleDouble::start().await;
    let SignedIn { found, .. } = signed_in(&double).await;
    let kept = Arc::new(Kept::default());
    let provider = connect(&double, &found, found.credentials.clone(), &kept).await.unwrap();
    double.end_access_tokens();
    provider.calendars().await.unwrap();
    let refresh = |credentials: &Credentials| match credentials {
        Credentials::OAuth { refresh_token, .. } => refresh_token.clone().unwrap(),
        other => panic!("{other:?}"),
    };
    let all = kept.0.lock().unwrap().clone();
    assert_eq!((all.len(), refresh(&all[0])), (1, refresh(&found.credentials)));
    double.revoke_consent();
    let Err(ProviderError::Unauthenticated(why)) = provider.calendars().await else { panic!() };
    assert!(why.contains("Google") && why.contains("sign in again"), "{why}");
}

#[tokio::test]
async fn google_takes_no_password_and_nobody_gets_there_unregistered() {
    let double = GoogleDouble::start().await;
    let SignedIn { found, .. } = signed_in(&double).await;
    let kept = Arc::new(Kept::default());
    let password = Credentials::Basic { user: ME.into(), password: "secret".into() };
    let Err(ProviderError::Unauthenticated(why)) = connect(&double, &found, password, &kept).await else { panic!() };
    assert!(why.contains("no passwords"), "{why}");
    let services = RemoteServices::new(outbound());
    let gone = services.connect(&account(&found), Some(found.credentials.clone()), kept.clone()).await;
    assert!(matches!(gone, Err(ProviderError::Forbidden(_))));
    let known = |services: &RemoteServices| services.services().iter().any(|service| service.id == "google");
    assert!(!known(&services) && known(&services.with_google(Some(google(&double)))));
}
