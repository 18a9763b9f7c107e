//! Forms of the pages of mail, and what stands in messages: the frame of their HTML, attachments, originals.

use super::WebState;
use super::forms::{Posted, again, go_on, value};
use axum::Router;
use axum::body::Body;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Path, RawQuery, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Json, Redirect, Response};
use axum::routing::{get, post};
use kalends_app::flash::Flash;
use kalends_app::mail::making::{self, Making, MakingFields, MakingRefused};
use kalends_app::mail::paths::{self, INBOX, folder_path};
use kalends_app::mail::server::{self, File};
use kalends_app::mail::wishes::{
    AccountRefused, AccountWish, AddRefused, AddWish, ComposeRefused, ComposeWish, MailRefused, MailWish, NewFile,
};
use kalends_app::mail::writing::{self, MAX_ATTACHED_OCTETS};
use kalends_app::mail::{accounts, frame_document, invitation_server};
use kalends_app::reading::Reader;
use kalends_app::return_path::{back_path, sign_in_path};
use kalends_app::session::CurrentUser;
use kalends_app::wire::ApiError;
use kalends_app::{locale, undo, words};
use kalends_domain::accounts::User;

/// What surrounds the files in the posted form: the text, and everybody whom it is for.
const FORM_OCTETS: usize = 4 * 1024 * 1024;

pub(super) fn router() -> Router<WebState> {
    let inbox = || async { Redirect::to(&folder_path(INBOX)) };
    Router::new()
        .route("/mail", get(inbox))
        .route("/courrier", get(inbox))
        .route("/mail/{folder}", post(messages))
        .route("/mail/write", post(write).layer(DefaultBodyLimit::max(MAX_ATTACHED_OCTETS + FORM_OCTETS)))
        .route("/mail/pictures", post(pictures))
        .route("/mail/people", get(people))
        .route("/mail/message/{id}/body", get(body))
        .route("/mail/message/{id}/part/{part}", get(part))
        .route("/mail/message/{id}/source", get(source))
        .route("/mail/message/{id}/edit", post(edit))
        .route("/mail/message/{id}/invitation", post(invitation))
        .route("/mail/from/{message}/{kind}", post(make))
        .route("/settings/mail/new", post(add))
        .route("/settings/mail/{id}", post(account))
}

fn said(state: &WebState, to: &str, text: String) -> Response {
    go_on(state, to, Flash { form: server::FORM.to_owned(), outcome: Ok(text), kept: Vec::new() })
}

/// Does what a list, or a message, asks for.
async fn messages(State(state): State<WebState>, Path(folder): Path<String>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to(&sign_in_path(page.uri().path())).into_response() };
    let Some(wish) = MailWish::read(&form, &folder) else { return StatusCode::BAD_REQUEST.into_response() };
    match server::fulfil(&state.web.kalends, &user, &wish).await {
        Ok((text, Some(key))) => go_on(&state, &wish.back, undo::leave(&text, key)),
        Ok((text, None)) => said(&state, &wish.back, text),
        Err(error) => {
            let status = error.status();
            again(&state, page, MailRefused(error), status).await
        }
    }
}

/// Keeps, sends or discards what is written. The script that keeps it while it is written learns the draft.
async fn write(State(state): State<WebState>, request: Request) -> Response {
    let Some(user) = signed_in(&request) else { return Redirect::to(&sign_in_path(paths::WRITE)).into_response() };
    let accepted = request.headers().get(header::ACCEPT);
    let is_script = accepted.is_some_and(|accepted| accepted.as_bytes() == b"application/json");
    let (parts, body) = request.into_parts();
    let mut page = Request::from_parts(parts.clone(), Body::empty());
    *page.method_mut() = Method::GET;
    let posted = match Multipart::from_request(Request::from_parts(parts, body), &()).await {
        Ok(form) => read(form).await,
        Err(rejection) => return rejection.into_response(),
    };
    let written = match posted {
        Ok(wish) => writing::write(&state.web.kalends, &user, wish).await,
        Err(refused) => Err(refused),
    };
    match written {
        Ok(written) if is_script => {
            Json(serde_json::json!({ "draft": written.draft, "revision": written.revision })).into_response()
        }
        Ok(written) => match written.undo {
            Some(key) => go_on(&state, &written.next, undo::leave(&written.said, key)),
            None => said(&state, &written.next, written.said),
        },
        Err(refused) if is_script => {
            let text = serde_json::json!({ "text": refused.error.to_string() });
            (refused.error.status(), Json(text)).into_response()
        }
        Err(refused) => {
            let status = refused.error.status();
            again(&state, page, *refused, status).await
        }
    }
}

async fn read(mut form: Multipart) -> Result<ComposeWish, Box<ComposeRefused>> {
    let (mut fields, mut files): (Vec<(String, String)>, Vec<NewFile>) = (Vec::new(), Vec::new());
    let too_large = |fields: &[(String, String)], error: &MultipartError| {
        // What was typed comes before the files.
        let text = match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => words::server_mail_too_large().to_owned(),
            _ => error.body_text(),
        };
        let typed = ComposeWish::read(|name| value(fields, name), Vec::new()).map(|wish| wish.fields);
        let typed = typed.unwrap_or_else(|refused| refused.fields);
        Box::new(ComposeRefused { fields: typed, error: ApiError::BadInput { field: "file".into(), message: text } })
    };
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(error) => return Err(too_large(&fields, &error)),
        };
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let called = field.file_name().unwrap_or_default().to_owned();
            let kind = field.content_type().unwrap_or("application/octet-stream").to_owned();
            let content = field.bytes().await.map_err(|error| too_large(&fields, &error))?;
            // A field without a choice is a file without name and content.
            if !called.is_empty() || !content.is_empty() {
                files.push(NewFile { name: called, kind, content: content.to_vec() });
            }
        } else {
            let text = field.text().await.map_err(|error| too_large(&fields, &error))?;
            fields.push((name, text));
        }
    }
    ComposeWish::read(|name| value(&fields, name), files)
}

/// Shows the pictures of a sender from now on, or not any more.
async fn pictures(State(state): State<WebState>, request: Request) -> Response {
    let Posted { user, form, .. } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to(&sign_in_path(paths::PATH)).into_response() };
    let sender = value(&form, "sender").unwrap_or_default();
    let back = value(&form, "back");
    let back = back.as_deref().map_or(paths::PATH, |back| back_path(Some(back)));
    let shows = value(&form, "do").as_deref() != Some("hide");
    match server::show_pictures(&state.web.kalends, &user, &sender, shows).await {
        Ok(()) if !shows => {
            // The page of accounts has the list of them.
            let form = kalends_app::remote_accounts::server::FORM.to_owned();
            let outcome = Ok(words::server_mail_pictures_hidden(&sender));
            go_on(&state, kalends_app::remote_accounts::PATH, Flash { form, outcome, kept: Vec::new() })
        }
        Ok(()) => said(&state, back, words::server_mail_pictures_shown(&sender)),
        Err(error) => failed_with(&error),
    }
}

/// Whom somebody may mean who has begun to type.
async fn people(State(state): State<WebState>, RawQuery(query): RawQuery, request: Request) -> Response {
    let Some(user) = signed_in(&request) else { return StatusCode::NOT_FOUND.into_response() };
    let query: Vec<(String, String)> =
        form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let typed = value(&query, "q").unwrap_or_default();
    match writing::people(&state.web.kalends, &user, &typed).await {
        Ok(people) => Json(people).into_response(),
        Err(error) => failed_with(&error),
    }
}

/// Has a message of the folder for drafts be written on.
async fn edit(State(state): State<WebState>, Path(id): Path<i64>, request: Request) -> Response {
    let Some(user) = signed_in(&request) else { return Redirect::to(&sign_in_path(paths::PATH)).into_response() };
    match server::edit(&state.web.kalends, &user, id).await {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(error) => failed_with(&error),
    }
}

/// What a message says as HTML, for its frame; with its pictures from elsewhere where they are wanted this once.
async fn body(
    State(state): State<WebState>,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let Some(user) = signed_in(&request) else { return StatusCode::NOT_FOUND.into_response() };
    let is_once = query.as_deref() == Some("pictures");
    let frame = match server::frame(&state.web.kalends, &user, id, is_once).await {
        Ok(frame) => frame,
        Err(error) => return failed_with(&error),
    };
    let policy = frame_document::policy(frame.has_pictures);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    let mut response = (headers, frame_document::document(&frame.html)).into_response();
    insert(&mut response, header::CONTENT_SECURITY_POLICY, &policy);
    response
}

/// An attachment. The browser shows it itself only where that is asked for, and of what cannot run.
async fn part(
    State(state): State<WebState>,
    Path((id, part)): Path<(i64, usize)>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let Some(user) = signed_in(&request) else { return StatusCode::NOT_FOUND.into_response() };
    match server::part(&state.web.kalends, &user, id, part).await {
        Ok(file) => {
            let is_shown = query.as_deref() == Some("show") && server::can_be_seen(&file.kind);
            answer_file(file, is_shown)
        }
        Err(error) => failed_with(&error),
    }
}

/// Does what somebody says to what a message says about a meeting.
async fn invitation(State(state): State<WebState>, Path(id): Path<i64>, request: Request) -> Response {
    let Posted { user, form, .. } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to(&sign_in_path(paths::PATH)).into_response() };
    let back = value(&form, "back");
    let back = back.as_deref().map_or(paths::PATH, |back| back_path(Some(back)));
    let deed = value(&form, "do").unwrap_or_default();
    let calendar = value(&form, "calendar").filter(|calendar| !calendar.is_empty()).map(|id| id.parse().unwrap_or(0));
    let comment = value(&form, "comment");
    let kalends = &state.web.kalends;
    match invitation_server::carry_out(kalends, &user, id, &deed, calendar, comment.as_deref()).await {
        Ok(text) => said(&state, back, text),
        Err(error) => failed_with(&error),
    }
}

/// Makes an event or a task of a message.
async fn make(State(state): State<WebState>, Path((message, kind)): Path<(i64, String)>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(making) = Making::from_name(&kind) else { return StatusCode::NOT_FOUND.into_response() };
    let Some(user) = user else { return Redirect::to(&sign_in_path(page.uri().path())).into_response() };
    let reader = Reader::of(&locale::viewer(&user, Some(page.headers())));
    let fields = MakingFields::read(&form, reader);
    match making::server::make(&state.web.kalends, &user, (making, message), &fields).await {
        Ok(made) => go_on(&state, &made.next, undo::leave(made.said, made.undo)),
        Err(error) => {
            let status = error.status();
            again(&state, page, MakingRefused { fields, error }, status).await
        }
    }
}

/// A message as it came.
async fn source(State(state): State<WebState>, Path(id): Path<i64>, request: Request) -> Response {
    let Some(user) = signed_in(&request) else { return StatusCode::NOT_FOUND.into_response() };
    match server::source(&state.web.kalends, &user, id).await {
        Ok(content) => {
            let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))];
            (headers, content).into_response()
        }
        Err(error) => failed_with(&error),
    }
}

fn answer_file(file: File, is_shown: bool) -> Response {
    let File { name, kind, content } = file;
    let mut response = content.into_response();
    // Pictures are shown within the text as well, whatever they are to be saved as.
    let kind = if server::can_be_seen(&kind) { kind.as_str() } else { "application/octet-stream" };
    insert(&mut response, header::CONTENT_TYPE, kind);
    let disposition = if is_shown { "inline" } else { "attachment" };
    // RFC 8187 for what is not ASCII; the other name is for programs that do not know it.
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_. ".contains(c) { c } else { '_' }).collect();
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20");
    let disposition = format!("{disposition}; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    insert(&mut response, header::CONTENT_DISPOSITION, &disposition);
    response
}

fn insert(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Says why in words, where no page does.
fn failed_with(error: &ApiError) -> Response {
    (error.status(), error.to_string()).into_response()
}

fn signed_in(request: &Request) -> Option<User> {
    request.extensions().get::<CurrentUser>().and_then(|user| user.0.clone())
}

/// Looks for the servers of an address, or adds the account.
async fn add(State(state): State<WebState>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to(&sign_in_path(paths::ADD)).into_response() };
    let AddWish { fields, is_sure } = AddWish::read(|name| value(&form, name));
    let kalends = &state.web.kalends;
    let refused = if is_sure {
        match accounts::add(kalends, &user, &fields, value(&form, "password").unwrap_or_default()).await {
            Ok(to) => return said(&state, &to, words::server_mail_added().to_owned()),
            Err(error) => AddRefused { fields, error: Some(error) },
        }
    } else {
        accounts::look(kalends, &user, fields).await
    };
    let status = refused.error.as_ref().map_or(StatusCode::OK, ApiError::status);
    again(&state, page, refused, status).await
}

/// Does what a form on the page of a mail account asks for.
async fn account(State(state): State<WebState>, Path(id): Path<i64>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to(&sign_in_path(page.uri().path())).into_response() };
    let Some(wish) = AccountWish::read(|name| value(&form, name)) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let password = value(&form, "password").unwrap_or_default();
    match accounts::fulfil(&state.web.kalends, &user, id, &wish, &password).await {
        Ok((to, text)) => {
            // The page of accounts says it where this one is gone.
            let form = if matches!(wish, AccountWish::Remove { .. }) {
                kalends_app::remote_accounts::server::FORM
            } else {
                server::FORM
            };
            go_on(&state, &to, Flash { form: form.to_owned(), outcome: Ok(text), kept: Vec::new() })
        }
        Err(error) => {
            let status = error.status();
            again(&state, page, AccountRefused { wish, error }, status).await
        }
    }
}
