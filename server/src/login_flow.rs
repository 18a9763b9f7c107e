//! Nextcloud's login flow, version 2, as programs speak it: DAVx⁵ and others are let in by a button in the browser. They ask for an
//! address to open there, and then every second whether somebody has let them in.

use crate::unread_body::drain_unread_body;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::map_request;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Form, Json, Router};
use kalends_app::session::{ClientAddress, Site};
use kalends_domain::accounts::Origin;
use kalends_domain::{Error, Kalends};
use serde::Deserialize;
use serde_json::{Value, json};

/// Most octets of what a program sends.
const MAX_BODY: usize = 16 * 1024;

#[derive(Clone)]
struct Flows {
    kalends: Kalends,
    site: Site,
}

/// What programs ask for. No cookie has a say in it: pages of other sites that would ask learn nothing.
pub fn router(kalends: Kalends, site: Site) -> Router {
    Router::new()
        .route("/index.php/login/v2", post(begin))
        .route("/login/v2/poll", post(poll))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(map_request(drain_unread_body))
        .with_state(Flows { kalends, site })
}

/// `POST /index.php/login/v2`
async fn begin(State(flows): State<Flows>, request: Request) -> Response {
    let user_agent = request.headers().get(header::USER_AGENT);
    let origin = Origin {
        address: request.extensions().get::<ClientAddress>().and_then(|address| address.0),
        user_agent: user_agent.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
        device: None,
    };
    let url = &flows.site.public_url;
    match flows.kalends.begin_login_flow(&origin).await {
        Ok(secrets) => answer(
            StatusCode::OK,
            json!({
                "poll": { "token": secrets.poll.0, "endpoint": format!("{url}/login/v2/poll") },
                "login": format!("{url}/login/v2/flow/{}", secrets.login.0),
            }),
        ),
        Err(error) => failed(&error),
    }
}

#[derive(Deserialize)]
struct Poll {
    token: String,
}

/// `POST /login/v2/poll`
async fn poll(State(flows): State<Flows>, form: Result<Form<Poll>, FormRejection>) -> Response {
    // Whatever is no token is none that somebody has let in.
    let Ok(Form(Poll { token })) = form else { return answer(StatusCode::NOT_FOUND, json!([])) };
    match flows.kalends.redeem_login_flow(&token).await {
        Ok(let_in) => answer(
            StatusCode::OK,
            json!({
                "server": flows.site.public_url,
                "loginName": let_in.user.principal.slug,
                "appPassword": let_in.secret.0,
            }),
        ),
        Err(Error::NotFound(_)) => answer(StatusCode::NOT_FOUND, json!([])),
        Err(error) => failed(&error),
    }
}

fn answer(status: StatusCode, body: Value) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn failed(error: &Error) -> Response {
    let (status, seconds) = match error {
        Error::TooManyTries { seconds } => (StatusCode::TOO_MANY_REQUESTS, u64::try_from(*seconds).ok()),
        Error::QuotaExceeded { .. } => (StatusCode::FORBIDDEN, None),
        error => match error.retry_after() {
            Some(seconds) => (StatusCode::SERVICE_UNAVAILABLE, Some(seconds)),
            None => {
                tracing::error!(?error, "letting a program in failed");
                (StatusCode::INTERNAL_SERVER_ERROR, None)
            }
        },
    };
    let mut response = answer(status, json!({ "message": error.to_string() }));
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
