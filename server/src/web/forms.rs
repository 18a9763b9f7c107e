//! Forms that browsers post to the page that holds them, without WebAssembly.

use super::{WebState, failed, render};
use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use kalends_app::calendars::server::COOKIE_SECONDS;
use kalends_app::cookies::{DEFAULT_COOKIE, HIDDEN_COOKIE, hidden_value};
use kalends_app::return_path::back_path;
use kalends_app::session::CurrentUser;
use kalends_app::wire::ApiError;
use kalends_app::{calendars, event};
use kalends_domain::accounts::User;
use leptos::prelude::provide_context;

/// Saves or deletes what the form of an event says and goes on, or shows the page again with everything that was typed.
pub async fn event(State(state): State<WebState>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let (path, query) = (page.uri().path(), page.uri().query().unwrap_or_default());
    match event::server::post(&state.web.kalends, user.as_ref(), page.headers(), path, query, &form).await {
        Ok(next) => Redirect::to(&next).into_response(),
        Err(refused) => {
            let status = refused.notice.as_ref().map_or(StatusCode::UNPROCESSABLE_ENTITY, ApiError::status);
            again(&state, page, *refused, status).await
        }
    }
}

/// Makes, changes or deletes a calendar.
pub async fn calendar(State(state): State<WebState>, id: Option<Path<i64>>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    match calendars::server::post(&state.web.kalends, user.as_ref(), id.map(|Path(id)| id), &form).await {
        Ok(default) => {
            let cookie = default.map(|id| cookie(&state, DEFAULT_COOKIE, &id.to_string()));
            (cookie.map(|cookie| [(header::SET_COOKIE, cookie)]), Redirect::to("/agenda")).into_response()
        }
        Err(refused) => {
            let status = refused.error.status();
            again(&state, page, *refused, status).await
        }
    }
}

/// Remembers which calendars the agenda shows, and goes back to it.
pub async fn visible_calendars(State(state): State<WebState>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to("/sign-in?next=/agenda").into_response() };
    let all = match state.web.kalends.calendars(user.on_a_page(), user.principal.id).await {
        Ok(all) => all,
        Err(error) => return failed::answer_error(&error, "reading the calendars"),
    };
    let shown = |id: i64| form.iter().any(|(name, value)| name == "show" && value.parse() == Ok(id));
    let hidden: Vec<i64> = all.into_iter().map(|calendar| calendar.id.0).filter(|id| !shown(*id)).collect();
    let back = page.headers().get(header::REFERER).and_then(|referrer| referrer.to_str().ok());
    // The page is of this site, or the request would have been refused.
    let back = back.and_then(|referrer| referrer.parse::<Uri>().ok());
    let back = back.as_ref().and_then(Uri::path_and_query).map_or("/agenda", |path| path.as_str());
    let cookie = cookie(&state, HIDDEN_COOKIE, &hidden_value(&hidden));
    ([(header::SET_COOKIE, cookie)], Redirect::to(back_path(Some(back)))).into_response()
}

/// A form, who posted it, and the request for the page that it is on.
struct Posted {
    page: Request,
    user: Option<User>,
    form: Vec<(String, String)>,
}

impl Posted {
    async fn read(request: Request) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let mut page = Request::from_parts(parts.clone(), Body::empty());
        *page.method_mut() = Method::GET;
        let user = page.extensions().get::<CurrentUser>().and_then(|user| user.0.clone());
        let form = Form::from_request(Request::from_parts(parts, body), &()).await;
        let Form(form) = form.map_err(IntoResponse::into_response)?;
        Ok(Posted { page, user, form })
    }
}

/// The page again, with what was refused.
async fn again(
    state: &WebState,
    page: Request,
    refused: impl Clone + Send + Sync + 'static,
    status: StatusCode,
) -> Response {
    let mut response = render(state, page, move || provide_context(refused.clone())).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

/// A cookie that scripts cannot read; `value` is of digits and dots.
fn cookie(state: &WebState, name: &str, value: &str) -> String {
    let secure = if state.web.site.secure() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}")
}
