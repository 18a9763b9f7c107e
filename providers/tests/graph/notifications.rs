//! Change notifications: the handshake, what is told, and what becomes of a subscription.

use crate::setup::{calendar, provider};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use chrono::{TimeDelta, Utc};
use kalends_domain::sync::provider::{Notifications, ProviderError, RemoteCalendarId};
use kalends_domain::sync::{Notice, Noticed};
use kalends_providers::graph::{LIFETIME, read_notices};
use kalends_test_support::graph::Double;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use url::Url;

type Told = Arc<Mutex<Vec<Notice>>>;

async fn hook(State(told): State<Told>, Query(query): Query<HashMap<String, String>>, body: Bytes) -> Response {
    if let Some(token) = query.get("validationToken") {
        return token.clone().into_response();
    }
    told.lock().unwrap().extend(read_notices(&body).unwrap());
    StatusCode::ACCEPTED.into_response()
}

async fn listening() -> (Url, Told) {
    let told = Told::default();
    let app = Router::new().route("/hooks/graph", post(hook)).with_state(told.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks/graph", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, told)
}

#[tokio::test]
async fn a_subscription_is_made_renewed_told_by_and_ended() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let (url, told) = listening().await;
    let subscription = provider.subscribe(&calendar, url.as_str(), "the secret").await.unwrap();
    let lives = subscription.expires_at - Utc::now();
    assert!(lives <= LIFETIME && lives > LIFETIME - TimeDelta::minutes(1));

    for (lifecycle, what) in [
        (None, Noticed::Changed),
        (Some("reauthorizationRequired"), Noticed::Expiring),
        (Some("missed"), Noticed::Changed),
        (Some("subscriptionRemoved"), Noticed::Ended),
    ] {
        if lifecycle == Some("subscriptionRemoved") {
            let renewed = provider.renew(&subscription.id).await.unwrap();
            assert!(renewed.expires_at >= subscription.expires_at && renewed.id == subscription.id);
        }
        assert_eq!(double.notify(lifecycle).await, [202]);
        let heard = told.lock().unwrap().pop().unwrap();
        assert_eq!((heard.what, heard.subscription.as_str()), (what, subscription.id.as_str()));
        assert_eq!(heard.secret, "the secret");
    }
    // It is no more: it is made anew.
    assert!(matches!(provider.renew(&subscription.id).await, Err(ProviderError::Missing(_))));
    provider.unsubscribe(&subscription.id).await.unwrap();
    let anew = provider.subscribe(&calendar, url.as_str(), "the secret").await.unwrap();
    assert_ne!(anew.id, subscription.id);
    provider.unsubscribe(&anew.id).await.unwrap();
    assert!(double.notify(None).await.is_empty());
}

#[tokio::test]
async fn a_hook_that_does_not_answer_is_told_of() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let (url, _) = listening().await;
    let elsewhere = url.join("/elsewhere").unwrap();
    let Err(ProviderError::Rejected(why)) = provider.subscribe(&calendar, elsewhere.as_str(), "s").await else {
        panic!()
    };
    assert!(why.contains("validation"), "{why}");
    // Of what is in somebody else's mailbox Graph does not tell, and is not asked to.
    let shared = RemoteCalendarId(double.calendar("Team"));
    let Err(ProviderError::Rejected(why)) = provider.subscribe(&shared, url.as_str(), "s").await else { panic!() };
    assert!(why.contains("others share"), "{why}");
    let gone = RemoteCalendarId("gone".into());
    assert!(matches!(provider.subscribe(&gone, url.as_str(), "s").await, Err(ProviderError::Missing(_))));
    assert!(matches!(provider.renew("none").await, Err(ProviderError::Missing(_))));
}
