//! Calendar files: download of a calendar, and the upload that the import page posts.

use super::{WebState, failed, render};
use crate::caldav;
use axum::Router;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kalends_app::import::api::{ImportOutcome, ImportReport};
use kalends_app::session::CurrentUser;
use kalends_app::wire::ApiError;
use kalends_app::words;
use kalends_domain::Kalends;
use kalends_domain::access::Caller;
use kalends_domain::accounts::User;
use kalends_domain::calendars::CalendarId;
use kalends_domain::jobs::JobId;
use leptos::prelude::provide_context;

/// A file of so many octets or more is imported by a job: nobody has to wait for it.
const LARGE: usize = 1024 * 1024;
/// What surrounds the file in the posted form.
const FORM_OCTETS: usize = 64 * 1024;

pub fn router(import_octets: usize) -> Router<WebState> {
    Router::new()
        .route("/calendars/{id}/export.ics", get(export))
        .route("/import", post(import).layer(DefaultBodyLimit::max(import_octets + FORM_OCTETS)))
}

async fn export(State(state): State<WebState>, Path(id): Path<i64>, request: Request) -> Response {
    let Some(caller) = signed_in(&request) else { return Redirect::to("/sign-in").into_response() };
    let kalends = &state.web.kalends;
    let found = async {
        let calendar = kalends.calendar_by_id(caller, CalendarId(id)).await?;
        Ok((file_name(&calendar.details.display_name), kalends.export(caller, calendar.id).await?))
    };
    match found.await {
        Ok((name, export)) => {
            let mut response = caldav::file(export);
            let headers = response.headers_mut();
            if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.ics\"")) {
                headers.insert(header::CONTENT_DISPOSITION, value);
            }
            response
        }
        Err(kalends_domain::Error::NotFound(_)) => StatusCode::NOT_FOUND.into_response(),
        Err(kalends_domain::Error::Forbidden { .. }) => StatusCode::FORBIDDEN.into_response(),
        Err(error) => failed::answer_error(&error, "exporting a calendar"),
    }
}

/// A calendar's name as that of a file: what is letter or digit in ASCII, the rest as hyphens.
fn file_name(calendar: &str) -> String {
    let words: Vec<&str> =
        calendar.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "calendar".to_owned() } else { words.join("-") }
}

/// Takes the file in and answers with the import page, which shows the report.
///
/// What takes longer is done by a job, of which the page that this leads to says how far it has come.
async fn import(State(state): State<WebState>, request: Request) -> Response {
    let Some(caller) = signed_in(&request) else { return Redirect::to("/sign-in?next=/import").into_response() };
    let (parts, body) = request.into_parts();
    let page = Request::from_parts(parts.clone(), axum::body::Body::empty());
    let outcome = match Multipart::from_request(Request::from_parts(parts, body), &()).await {
        Ok(form) => take_in(&state.web.kalends, caller, form).await,
        Err(rejection) => Err(bad("file", rejection.body_text())),
    };
    let outcome = match outcome {
        Ok(TakenIn::ByJob(JobId(job))) => return Redirect::to(&format!("/import/{job}")).into_response(),
        Ok(TakenIn::Done(report)) => Ok(report),
        Err(error) => Err(error),
    };
    let status = outcome.as_ref().map_or_else(ApiError::status, |_| StatusCode::OK);
    let outcome = ImportOutcome(outcome);
    let mut response = render(&state, page, move || provide_context(outcome.clone())).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

/// What became of a file that was posted.
enum TakenIn<Report> {
    Done(Report),
    ByJob(JobId),
}

async fn take_in(kalends: &Kalends, caller: Caller, mut form: Multipart) -> Result<TakenIn<ImportReport>, ApiError> {
    let (mut calendar, mut name, mut file) = (None, String::new(), None);
    while let Some(field) = form.next_field().await.map_err(|error| unreadable(kalends, &error))? {
        match field.name() {
            Some("calendar") => {
                calendar = field.text().await.map_err(|error| unreadable(kalends, &error))?.parse().ok()
            }
            Some("name") => name = field.text().await.map_err(|error| unreadable(kalends, &error))?,
            Some("file") => {
                let called = field.file_name().unwrap_or_default().to_owned();
                file = Some((called, field.bytes().await.map_err(|error| unreadable(kalends, &error))?));
            }
            _ => {}
        }
    }
    let Some((called, file)) = file.filter(|(_, file)| !file.is_empty()) else {
        return Err(bad("file", words::server_import_choose_file()));
    };
    let (calendar, made) = match calendar {
        Some(id) => (kalends.calendar_by_id(caller, CalendarId(id)).await?.into_calendar(), false),
        None => {
            let name = Some(name.trim()).filter(|name| !name.is_empty());
            let name = name.unwrap_or_else(|| called.strip_suffix(".ics").unwrap_or(&called).trim());
            (
                kalends
                    .create_named_calendar(caller, if name.is_empty() { words::server_import_imported() } else { name })
                    .await?,
                true,
            )
        }
    };
    let imported = match file.len() {
        0..LARGE => kalends.import(caller, calendar.id, &called, file).await.map(TakenIn::Done),
        _ => kalends.begin_import(caller, (calendar.id, made), &called, &file).await.map(TakenIn::ByJob),
    };
    match imported {
        Ok(TakenIn::ByJob(job)) => Ok(TakenIn::ByJob(job)),
        Ok(TakenIn::Done(report)) => {
            let calendar = (calendar.id, calendar.details.display_name);
            Ok(TakenIn::Done(ImportReport::new(calendar, called, report)))
        }
        Err(error) => {
            if made {
                // Nothing came in; the calendar that was made for it goes again.
                kalends.discard_calendar(caller, calendar.id).await?;
            }
            Err(error.into())
        }
    }
}

fn signed_in(request: &Request) -> Option<Caller> {
    request.extensions().get::<CurrentUser>().and_then(|user| user.0.as_ref()).map(User::on_a_page)
}

fn bad(field: &str, message: impl Into<String>) -> ApiError {
    ApiError::BadInput { field: field.to_owned(), message: message.into() }
}

fn unreadable(kalends: &Kalends, error: &MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let limit = kalends.limits().import_octets / (1024 * 1024);
        return bad("file", words::server_import_too_large(limit));
    }
    bad("file", words::server_import_unreadable(&error.body_text()))
}
