//! Who one is and what one wants of the agenda: the forms, the pictures, and the sheet of style that follows from it.

use super::forms::{Posted, go_on, value};
use super::{WebState, failed};
use crate::entity_tags::Tags;
use axum::Router;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kalends_app::addresses::wish::AddressWish;
use kalends_app::flash::Flash;
use kalends_app::return_path::sign_in_path;
use kalends_app::session::CurrentUser;
use kalends_app::settings::{addresses, agenda, profile};
use kalends_app::ui::OUTCOME;
use kalends_app::wire::ApiError;
use kalends_app::{letters, locale, own_style, words};
use kalends_domain::accounts::{MAX_PICTURE_OCTETS, Picture, ProfilePatch, Secret, User};
use kalends_domain::calendars::CalendarId;
use kalends_domain::{Error, Kalends};
use std::fmt::Write;

/// What surrounds the picture in the posted form.
const FORM_OCTETS: usize = 16 * 1024;
const SETTINGS: &str = "/settings";

pub(super) fn router() -> Router<WebState> {
    Router::new()
        .route("/settings/profile", post(change_profile))
        .route("/settings/addresses", post(change_addresses))
        .route("/settings/addresses/{link}", get(prove_address))
        .route("/settings/agenda", post(change_agenda))
        .route("/settings/picture", post(set_picture).layer(DefaultBodyLimit::max(MAX_PICTURE_OCTETS + FORM_OCTETS)))
        .route("/settings/picture/remove", post(remove_picture))
        .route("/settings/own.css", get(style))
        .route("/people/{slug}/picture", get(picture))
}

/// Goes back to the settings, which say what became of a form.
fn back(state: &WebState, form: &str, outcome: Result<&str, ApiError>, kept: Vec<(String, String)>) -> Response {
    let kept = if outcome.is_ok() { Vec::new() } else { kept };
    let flash = Flash { form: form.to_owned(), outcome: outcome.map(str::to_owned), kept };
    go_on(state, &format!("{SETTINGS}#{OUTCOME}"), flash)
}

async fn change_profile(State(state): State<WebState>, request: Request) -> Response {
    let Posted { user, form, .. } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to(&sign_in_path(SETTINGS)).into_response() };
    let text = |name: &str| value(&form, name).unwrap_or_default().trim().to_owned();
    let patch = ProfilePatch {
        display_name: Some(text("name")),
        email: Some(Some(text("email")).filter(|email| !email.is_empty())),
        preferences: None,
    };
    let changed = state.web.kalends.change_profile(user.on_a_page(), |_| Ok(patch.clone())).await;
    let outcome = changed.map(|_| words::server_profile_saved()).map_err(ApiError::from);
    back(&state, profile::FORM, outcome, form)
}

async fn change_addresses(State(state): State<WebState>, request: Request) -> Response {
    let Posted { user, form, .. } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to(&sign_in_path(SETTINGS)).into_response() };
    let Some(wish) = AddressWish::read(|name| value(&form, name)) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let (kalends, caller) = (&state.web.kalends, user.on_a_page());
    let done = match wish {
        AddressWish::Add(address) => match kalends.add_address(caller, &address).await {
            Ok(()) if user.is_admin => Ok(words::server_addresses_added_own()),
            Ok(()) if kalends.sends_mail() => prove(&state, &user, &address).await,
            added => added.map(|()| words::server_addresses_added()),
        },
        AddressWish::Prove(address) => prove(&state, &user, &address).await,
        AddressWish::Main(address) => {
            kalends.make_main_address(caller, &address).await.map(|()| words::server_profile_saved())
        }
        AddressWish::Remove(address) => {
            kalends.remove_address(caller, &address).await.map(|()| words::server_addresses_removed())
        }
    };
    back(&state, addresses::FORM, done.map_err(ApiError::from), form)
}

/// Has a link go to an address of the person's that shows that it is theirs.
async fn prove(state: &WebState, user: &User, address: &str) -> Result<&'static str, Error> {
    let write =
        |user: &User, address: &str, link: &Secret| letters::proof_of_address(&state.web.site, user, address, link);
    match state.web.kalends.send_address_proof(user.on_a_page(), address, write).await {
        Ok(()) => Ok(words::server_letters_address_sent()),
        // It is theirs already.
        Err(Error::NotFound(_)) => Ok(words::server_addresses_added()),
        Err(error) => Err(error),
    }
}

/// `GET /settings/addresses/{link}`, from an e-mail: who opens it, signed in, has read what came to the address. Whoever else has it opened
/// for them gets nothing by it, as it names who has to be signed in.
async fn prove_address(State(state): State<WebState>, Path(link): Path<String>, request: Request) -> Response {
    let Some(user) = signed_in(&request) else {
        return Redirect::to(&sign_in_path(request.uri().path())).into_response();
    };
    let proven = state.web.kalends.prove_address(user.on_a_page(), &link).await;
    let outcome = match proven {
        Ok(address) => Ok(words::server_addresses_proven(&address)),
        Err(Error::NotFound(_)) => Err(ApiError::NotFound(words::server_addresses_link_gone().into())),
        Err(error) => Err(ApiError::from(error)),
    };
    back(&state, addresses::FORM, outcome.as_deref().map_err(Clone::clone), Vec::new())
}

async fn change_agenda(State(state): State<WebState>, request: Request) -> Response {
    let Posted { user, form, .. } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to(&sign_in_path(SETTINGS)).into_response() };
    let changed = agenda_changed(&state.web.kalends, &user, &form).await;
    back(&state, agenda::FORM, changed.map(|()| words::server_profile_saved()), form)
}

async fn agenda_changed(kalends: &Kalends, user: &User, form: &[(String, String)]) -> Result<(), ApiError> {
    let wish = agenda::AgendaWish::read(|name| value(form, name))?;
    if let Some(calendar) = wish.calendar {
        kalends.set_default_calendar(user.on_a_page(), CalendarId(calendar)).await?;
    }
    let change = |user: &User| {
        let mut preferences = user.preferences.clone();
        preferences.view = wish.view;
        preferences.reminder_minutes = wish.reminder_minutes;
        preferences.working_hours = wish.working_hours;
        Ok(ProfilePatch { preferences: Some(preferences), ..ProfilePatch::default() })
    };
    kalends.change_profile(user.on_a_page(), change).await?;
    Ok(())
}

async fn set_picture(State(state): State<WebState>, request: Request) -> Response {
    let Some(user) = signed_in(&request) else { return Redirect::to(&sign_in_path(SETTINGS)).into_response() };
    let outcome = async {
        let content = sent_picture(request).await?;
        state.web.kalends.set_picture(user.on_a_page(), content).await?;
        Ok(words::server_profile_picture_done())
    };
    back(&state, profile::PICTURE_FORM, outcome.await, Vec::new())
}

/// The file of the form.
async fn sent_picture(request: Request) -> Result<Vec<u8>, ApiError> {
    let bad = |message: &str| ApiError::BadInput { field: "picture".into(), message: message.into() };
    let unreadable = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => bad(words::server_profile_picture_large()),
        _ => bad(words::server_profile_picture_wrong()),
    };
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|_| bad(words::server_profile_picture_wrong()))?;
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() == Some("picture") {
            return Ok(field.bytes().await.map_err(unreadable)?.into());
        }
    }
    Err(bad(words::server_profile_picture_wrong()))
}

async fn remove_picture(State(state): State<WebState>, request: Request) -> Response {
    let Some(user) = signed_in(&request) else { return Redirect::to(&sign_in_path(SETTINGS)).into_response() };
    let removed = state.web.kalends.remove_picture(user.on_a_page()).await;
    let outcome = removed.map(|()| words::server_profile_picture_removed()).map_err(ApiError::from);
    back(&state, profile::PICTURE_FORM, outcome, Vec::new())
}

/// `GET /people/{slug}/picture`, for everybody with an account. For whom there is none, and for whoever has no account, there is nothing.
async fn picture(State(state): State<WebState>, Path(slug): Path<String>, uri: Uri, request: Request) -> Response {
    let Some(user) = signed_in(&request) else { return StatusCode::NOT_FOUND.into_response() };
    match state.web.kalends.picture(user.on_a_page(), &slug).await {
        Ok(picture) => of_picture(picture, uri.query(), request.headers()),
        Err(Error::NotFound(_)) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => failed::answer_error(&error, "showing a picture"),
    }
}

/// A picture with what keeps it one, whatever it is taken for.
pub(crate) fn of_picture(picture: Picture, query: Option<&str>, headers: &HeaderMap) -> Response {
    const FOREVER: &str = "private, max-age=31536000, immutable";
    let mut hex = String::new();
    for octet in picture.digest {
        // Strings take whatever is written.
        let _ = write!(hex, "{octet:02x}");
    }
    // Another picture has another address, where the address says which.
    let is_named =
        query.and_then(|query| query.strip_prefix("v=")).is_some_and(|v| v.len() == 16 && hex.starts_with(v));
    let etag = format!("\"{hex}\"");
    let known = Tags::of(headers, "if-none-match").ok().flatten().is_some_and(|tags| tags.match_weakly(Some(&etag)));
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let media_type = HeaderValue::from_str(&picture.media_type);
        let mut response = picture.content.into_response();
        let fallback = HeaderValue::from_static("application/octet-stream");
        response.headers_mut().insert(header::CONTENT_TYPE, media_type.unwrap_or(fallback));
        response
    };
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(header::ETAG, &etag);
    set(header::CACHE_CONTROL, if is_named { FOREVER } else { "private, no-cache" });
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

/// `GET /settings/own.css?v=…`
async fn style(request: Request) -> Response {
    let Some(user) = signed_in(&request) else { return StatusCode::NOT_FOUND.into_response() };
    let style = own_style::of(&user, locale::viewer(&user, Some(request.headers())).week_start);
    let asked = request.uri().path_and_query().map(|path| path.as_str()).unwrap_or_default();
    let cache = if asked == own_style::path(&style) { "private, max-age=31536000, immutable" } else { "no-store" };
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, cache)], style).into_response()
}

fn signed_in(request: &Request) -> Option<User> {
    request.extensions().get::<CurrentUser>().and_then(|user| user.0.clone())
}
