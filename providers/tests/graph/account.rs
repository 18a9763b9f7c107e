//! Signing in, tokens that end, and what an account has of calendars.

use crate::setup::{self, Kept, calendar, provider, provider_until};
use chrono::{TimeDelta, Utc};
use http::Method;
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::{Following, Provider, ProviderError};
use kalends_providers::graph::{Account, Graph, Microsoft};
use kalends_providers::oauth::CalendarSignIn;
use kalends_providers::outbound::Call;
use kalends_test_support::graph::{Double, Fault};
use std::collections::HashMap;
use std::sync::Arc;
use url::Url;

const VERIFIER: &str = "a verifier of forty-three characters, at least";

fn sign_in_as(microsoft: Microsoft) -> CalendarSignIn {
    let redirect = "https://kalends.example/settings/accounts/microsoft/callback".to_owned();
    microsoft.sign_in(setup::outbound(), redirect).unwrap()
}

fn sign_in(double: &Double) -> CalendarSignIn {
    sign_in_as(setup::microsoft(double))
}

/// Goes where somebody is sent, and comes back with what Microsoft says.
async fn come_back(url: Url) -> HashMap<String, String> {
    let answer = setup::outbound().call(Call::new(Method::GET, url)).await.unwrap();
    assert_eq!(answer.status, 302, "{}", String::from_utf8_lossy(&answer.body));
    let back: Url = answer.headers["location"].to_str().unwrap().parse().unwrap();
    assert!(back.as_str().starts_with("https://kalends.example/settings/accounts/microsoft/callback?"));
    back.query_pairs().into_owned().collect()
}

#[tokio::test]
async fn whoever_signs_in_comes_back_with_tokens_and_a_name() {
    let double = Double::start().await;
    let sign_in = sign_in(&double);
    let url = sign_in.way().url("a state", VERIFIER, None);
    let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
    assert_eq!(query["scope"], "offline_access User.Read Calendars.ReadWrite");
    assert!(!url.as_str().contains("verifier"));
    let back = come_back(url).await;
    assert_eq!(back["state"], "a state");
    let signed_in = sign_in.signed_in(&back["code"], VERIFIER).await.unwrap();
    let account: Account = serde_json::from_str(&signed_in.found.settings).unwrap();
    assert_eq!((signed_in.name.as_str(), account), ("Ada@contoso.example", setup::account()));
    let graph = Graph::new(
        setup::outbound(),
        setup::microsoft(&double),
        setup::account(),
        signed_in.found.credentials,
        Arc::<Kept>::default(),
    );
    assert_eq!(graph.unwrap().calendars().await.unwrap().len(), 3);
    // A code is good for once.
    let again = sign_in.signed_in(&back["code"], VERIFIER).await;
    assert!(matches!(again, Err(ProviderError::Unauthenticated(_))), "{again:?}");
}

#[tokio::test]
async fn a_code_is_good_for_nobody_else() {
    let double = Double::start().await;
    let sign_in = sign_in(&double);
    let back = come_back(sign_in.way().url("s", VERIFIER, None)).await;
    let stolen = sign_in.signed_in(&back["code"], "another verifier of at least forty-three characters").await;
    assert!(matches!(stolen, Err(ProviderError::Unauthenticated(_))), "{stolen:?}");
}

#[tokio::test]
async fn a_registration_that_is_wrong_is_the_administrators_to_mend() {
    let double = Double::start().await;
    let wrong = Microsoft { client_secret: Some("wrong".into()), ..setup::microsoft(&double) };
    let sign_in = sign_in_as(wrong);
    let back = come_back(sign_in.way().url("s", VERIFIER, None)).await;
    let Err(ProviderError::Forbidden(why)) = sign_in.signed_in(&back["code"], VERIFIER).await else { panic!() };
    assert!(why.contains("[microsoft]") && why.contains("AADSTS7000215") && !why.contains("Trace"), "{why}");
    for tenant in ["organizations", "contoso.example"] {
        let microsoft = Microsoft { tenant: tenant.into(), ..setup::microsoft(&double) };
        let sign_in = sign_in_as(microsoft);
        let back = come_back(sign_in.way().url("s", VERIFIER, None)).await;
        sign_in.signed_in(&back["code"], VERIFIER).await.unwrap();
    }
}

#[tokio::test]
async fn a_token_that_ended_is_exchanged_once_and_the_new_ones_are_kept() {
    let double = Double::start().await;
    let kept = Arc::new(Kept::default());
    let provider = provider_until(&double, kept.clone(), Utc::now() + TimeDelta::hours(1));
    provider.calendars().await.unwrap();
    assert!(kept.all.lock().unwrap().is_empty());
    // It is over although its time is not: 401, and then another one, for both requests at once.
    double.end_access_tokens();
    let (one, other) = tokio::join!(provider.calendars(), provider.calendars());
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(kept.all.lock().unwrap().len(), 1);
    // What was kept is good for the next start.
    double.end_access_tokens();
    let stored = kept.all.lock().unwrap().pop().unwrap();
    assert!(matches!(&stored, Credentials::OAuth { expires_at: Some(_), refresh_token: Some(_), .. }));
    let next =
        Graph::new(setup::outbound(), setup::microsoft(&double), setup::account(), stored, kept.clone()).unwrap();
    next.calendars().await.unwrap();
    assert_eq!(kept.all.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_token_is_exchanged_before_its_end() {
    let double = Double::start().await;
    let kept = Arc::new(Kept::default());
    let provider = provider_until(&double, kept.clone(), Utc::now() + TimeDelta::seconds(30));
    provider.calendars().await.unwrap();
    assert_eq!(kept.all.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn tokens_that_cannot_be_kept_are_said_and_stay_in_use() {
    let double = Double::start().await;
    let kept = Arc::new(Kept { fails: true, ..Kept::default() });
    let provider = provider_until(&double, kept, Utc::now());
    assert!(provider.calendars().await.unwrap_err().is_transient());
    provider.calendars().await.unwrap();
}

#[tokio::test]
async fn consent_that_was_taken_back_is_for_a_person_to_give_again() {
    let double = Double::start().await;
    let provider = provider(&double);
    double.revoke_consent();
    let Err(ProviderError::Unauthenticated(why)) = provider.calendars().await else { panic!() };
    assert!(why.contains("sign in again") && why.contains("AADSTS50173") && !why.contains("Trace"), "{why}");
}

#[tokio::test]
async fn calendars_have_their_names_colours_groups_and_rights() {
    let double = Double::start().await;
    let calendars = provider(&double).calendars().await.unwrap();
    let told: Vec<_> = calendars
        .iter()
        .map(|it| (it.name.as_str(), it.color.as_deref(), it.description.as_deref(), it.is_writable, it.is_shared))
        .collect();
    assert_eq!(
        told,
        [
            ("Calendar", Some("#0A78D4"), Some("My Calendars"), true, false),
            ("Birthdays", Some("#4FA83D"), Some("My Calendars"), false, false),
            ("Team", None, Some("People"), true, true),
        ]
    );
    assert_eq!(calendars[0].id, calendar(&double));
    assert!(calendars.iter().all(|it| it.following == Following::Changes));
    assert_eq!(calendars.iter().map(|it| it.order.unwrap()).collect::<Vec<_>>(), [0, 1, 2]);
}

#[tokio::test]
async fn a_server_that_has_had_too_much_is_left_alone_for_as_long_as_it_says() {
    let double = Double::start().await;
    let provider = provider(&double);
    for (status, wait) in [(429, Some(17)), (503, Some(5)), (504, None)] {
        double.fail(Fault { matching: "GET /me/calendars?", status, retry_after: wait, code: "TooManyRequests" });
        let Err(ProviderError::Transient { retry_after, .. }) = provider.calendars().await else { panic!("{status}") };
        assert_eq!(retry_after, wait.map(|wait| TimeDelta::seconds(wait.into())));
    }
    // Also when it is one request of a batch.
    double.fail(Fault { matching: "calendarGroups/", status: 429, retry_after: Some(9), code: "TooManyRequests" });
    let Err(ProviderError::Transient { retry_after, .. }) = provider.calendars().await else { panic!() };
    assert_eq!(retry_after, Some(TimeDelta::seconds(9)));
    double.fail(Fault { matching: "GET /me/calendars?", status: 403, retry_after: None, code: "ErrorAccessDenied" });
    assert!(matches!(provider.calendars().await, Err(ProviderError::Forbidden(_))));
}
