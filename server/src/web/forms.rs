//! Forms that browsers post to the page that holds them, without WebAssembly.

use super::{WebState, failed, render};
use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Json, Redirect, Response};
use kalends_app::flash::{self, Flash};
use kalends_app::return_path::back_path;
use kalends_app::session::CurrentUser;
use kalends_app::wire::ApiError;
use kalends_app::{bin, calendars, event, jobs, locale, undo, words};
use kalends_domain::Error;
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId;
use leptos::prelude::provide_context;

/// Saves or deletes what the form of an event says and goes on, or shows the page again with everything that was typed.
pub async fn event(State(state): State<WebState>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let (path, query) = (page.uri().path(), page.uri().query().unwrap_or_default());
    match event::server::post(&state.web.kalends, user.as_ref(), page.headers(), path, query, &form).await {
        Ok(done) if done.undo.is_empty() => Redirect::to(&done.next).into_response(),
        Ok(done) => go_on(&state, &done.next, undo::leave(done.said, done.undo)),
        Err(refused) => {
            let status = refused.notice.as_ref().map_or(StatusCode::UNPROCESSABLE_ENTITY, ApiError::status);
            let guests = event::guests::TypedGuests::read(&form);
            let typed = move || {
                provide_context((*refused).clone());
                if let Some(guests) = &guests {
                    provide_context(guests.clone());
                }
            };
            answered_by(&state, page, typed, status).await
        }
    }
}

/// Takes an edit back: says to the script what became of it, and to a plain form by the page that it names.
pub async fn undo(State(state): State<WebState>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let asked = undo::server::Posted::read(&form);
    let answer = asked.take_back(&state.web.kalends, user.as_ref()).await;
    if page.headers().get(header::ACCEPT).is_none_or(|accepted| accepted.as_bytes() != b"application/json") {
        return go_on(&state, asked.back, undo::left(&asked, answer));
    }
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => {
            let text = serde_json::json!({ "text": error.to_string() });
            let mut response = (error.status(), Json(text)).into_response();
            if error == ApiError::SignedOut {
                // RFC 9110 section 15.5.2 wants one; browsers ask for no password by it.
                let challenge = HeaderValue::from_static("Cookie realm=\"Kalends\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            }
            response
        }
    }
}

/// Leads to a page that has something to say.
pub(super) fn go_on(state: &WebState, to: &str, said: Flash) -> Response {
    let mut response = Redirect::to(to).into_response();
    if let Some(cookie) = flash::header(said, state.web.site.secure()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Makes, changes or deletes a calendar.
pub async fn calendar(State(state): State<WebState>, id: Option<Path<i64>>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    match calendars::server::post(&state.web.kalends, user.as_ref(), id.map(|Path(id)| id), &form).await {
        Ok(None) => Redirect::to("/agenda").into_response(),
        Ok(Some(key)) => {
            // Where the agenda is: what is left for a page is not for one that only leads on.
            let viewer = user.map(|user| locale::viewer(&user, Some(page.headers())));
            let agenda =
                viewer.map_or("/agenda".into(), |viewer| format!("/agenda/{}/{}", viewer.view, viewer.now.date()));
            go_on(&state, &agenda, undo::leave(words::calendars_deleted(), key))
        }
        Err(refused) => {
            let status = refused.error.status();
            again(&state, page, *refused, status).await
        }
    }
}

/// Brings back what rests in the bin, or removes it for good.
pub async fn bin(State(state): State<WebState>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to("/sign-in?next=/bin").into_response() };
    let Some(wish) = bin::Wish::read(|name| value(&form, name)) else { return StatusCode::BAD_REQUEST.into_response() };
    match bin::server::fulfil(&state.web.kalends, &user, wish).await {
        Ok(done) => Redirect::to(&format!("/bin?done={done}")).into_response(),
        Err(error) => {
            let status = error.status();
            again(&state, page, bin::WishRefused(error), status).await
        }
    }
}

/// Has a job tried again, removed, or begun.
pub async fn jobs(State(state): State<WebState>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to("/sign-in?next=/admin/jobs").into_response() };
    let Some(wish) = jobs::Wish::read(|name| value(&form, name)) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match jobs::server::fulfil(&state.web.kalends, &user, wish).await {
        Ok(()) => Redirect::to("/admin/jobs").into_response(),
        Err(error) => {
            let status = error.status();
            again(&state, page, jobs::WishRefused(error), status).await
        }
    }
}

pub(super) fn value(form: &[(String, String)], wanted: &str) -> Option<String> {
    form.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
}

/// Keeps which calendars the agenda shows, has those brought into step now that this is asked for, and goes back to it.
pub async fn visible_calendars(State(state): State<WebState>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to("/sign-in?next=/agenda").into_response() };
    let kalends = &state.web.kalends;
    let caller = user.on_a_page();
    let shown = |id: CalendarId| form.iter().any(|(name, value)| name == "show" && value.parse() == Ok(id.0));
    let hide = async {
        let all = kalends.calendars(caller).await?;
        let hidden: Vec<CalendarId> = all.into_iter().map(|calendar| calendar.id).filter(|id| !shown(*id)).collect();
        kalends.hide_calendars(caller, &hidden).await
    };
    let sync = form.iter().find(|(name, _)| name == "sync");
    // Whoever has one brought into step chooses nothing: the page may be older than a calendar that it does not name.
    if sync.is_none()
        && let Err(error) = hide.await
    {
        return failed::answer_error(&error, "choosing the calendars that are shown");
    }
    if let Some((_, which)) = sync
        && let Err(error) = calendars::server::sync_now(kalends, &user, which).await
        // Of a page that was old the agenda shows that it is not in step any more.
        && !matches!(error, Error::NotFound(_) | Error::Forbidden { .. })
    {
        return failed::answer_error(&error, "bringing a calendar into step");
    }
    let back = page.headers().get(header::REFERER).and_then(|referrer| referrer.to_str().ok());
    // The page is of this site, or the request would have been refused.
    let back = back.and_then(|referrer| referrer.parse::<Uri>().ok());
    let back = back.as_ref().and_then(Uri::path_and_query).map_or("/agenda", |path| path.as_str());
    Redirect::to(back_path(Some(back))).into_response()
}

/// A form, who posted it, and the request for the page that it is on.
pub(super) struct Posted {
    pub page: Request,
    pub user: Option<User>,
    pub form: Vec<(String, String)>,
}

impl Posted {
    pub async fn read(request: Request) -> Result<Self, Response> {
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
pub(super) async fn again(
    state: &WebState,
    page: Request,
    refused: impl Clone + Send + Sync + 'static,
    status: StatusCode,
) -> Response {
    answered_by(state, page, move || provide_context(refused.clone()), status).await
}

/// The page again, with what `more` provides.
async fn answered_by(
    state: &WebState,
    page: Request,
    more: impl Fn() + Clone + Send + Sync + 'static,
    status: StatusCode,
) -> Response {
    let mut response = render(state, page, more).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}
