//! Change notifications: the handshake, what is told, and what becomes of a subscription.

use crate::setup::{calendar, provider};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use chrono::{TimeDelta, Utc};
use kalends_domain::sync::provider::ProviderError;
use kalends_providers::graph::{LIFETIME, Notification, Notified, Subscription};
use kalends_test_support::graph::Double;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use url::Url;

type Told = Arc<Mutex<Vec<Notification>>>;

async fn hook(State(told): State<Told>, Query(query): Query<HashMap<String, String>>, body: Bytes) -> Response {
    if let Some(token) = query.get("validationToken") {
        return token.clone().into_response();
    }
    told.lock().unwrap().extend(Notification::read(&body).unwrap());
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
    let subscription = provider.subscribe(&calendar, &url, "the secret").await.unwrap();
    let lives = subscription.expires_at - Utc::now();
    assert!(lives <= LIFETIME && lives > LIFETIME - TimeDelta::minutes(1));
    assert!(!subscription.needs_renewal(Utc::now()));

    for (lifecycle, what) in [
        (None, Notified::Changed),
        (Some("reauthorizationRequired"), Notified::ReauthorizationRequired),
        (Some("missed"), Notified::Missed),
        (Some("subscriptionRemoved"), Notified::Removed),
    ] {
        if lifecycle == Some("subscriptionRemoved") {
            let renewed = provider.renew(&subscription).await.unwrap();
            assert!(renewed.expires_at >= subscription.expires_at && renewed.id == subscription.id);
        }
        assert_eq!(double.notify(lifecycle).await, [202]);
        let heard = told.lock().unwrap().pop().unwrap();
        assert_eq!((heard.what, heard.subscription.as_str()), (what, subscription.id.as_str()));
        assert!(heard.proves("the secret") && !heard.proves("another"));
    }
    // It is no more: it is made anew.
    assert!(matches!(provider.renew(&subscription).await, Err(ProviderError::Missing(_))));
    provider.unsubscribe(&subscription).await.unwrap();
    let anew = provider.subscribe(&calendar, &url, "the secret").await.unwrap();
    assert_ne!(anew.id, subscription.id);
    provider.unsubscribe(&anew).await.unwrap();
    assert!(double.notify(None).await.is_empty());
}

#[tokio::test]
async fn a_hook_that_does_not_answer_is_told_of() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let (url, _) = listening().await;
    let elsewhere = url.join("/elsewhere").unwrap();
    let Err(ProviderError::Rejected(why)) = provider.subscribe(&calendar, &elsewhere, "s").await else { panic!() };
    assert!(why.contains("validation"), "{why}");
    let gone = Subscription { id: "none".into(), expires_at: Utc::now() };
    assert!(matches!(provider.renew(&gone).await, Err(ProviderError::Missing(_))));
}
