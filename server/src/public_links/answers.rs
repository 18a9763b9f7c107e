//! `/answer/{token}`: the page to which the mail of an invitation leads. What opens addresses by itself changes nothing: an answer is what
//! the form of the page sends.

use super::{Asked, Public, accepted, address, in_language, pairs};
use crate::web::failed;
use axum::Form;
use axum::extract::FromRequest;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::{NaiveDate, NaiveDateTime};
use kalends_app::invitation::answer_page::{self, ANSWERS, Notice, Written, zone_of};
use kalends_app::public_pages::too_many;
use kalends_domain::scheduling::{Heard, Invited, NoInvitation, Said};
use kalends_domain::{Error, Problem};
use kalends_ical::edit::Timing;
use kalends_ical::itip::PartStat;
use kalends_ical::placement::When;
use std::net::IpAddr;

/// What is read of an address beside its secret.
fn value(query: &[(String, String)], name: &str) -> String {
    query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// `GET`: the invitation as it is now.
pub async fn page(State(public): State<Public>, Path(token): Path<String>, asked: Asked, request: Request) -> Response {
    let (query, from) = (pairs(asked), address(&request));
    let headers = request.into_parts().0.headers;
    let work = async {
        let notice = match value(&query, "done").as_str() {
            "answer" => Some(Notice::Noted),
            "proposal" => Some(Notice::Proposed),
            _ => None,
        };
        let written = Written { say: value(&query, "say"), ..Written::default() };
        shown(&public, &token, from, &headers, notice, &written, StatusCode::OK).await
    };
    in_language(&query, &headers, work).await
}

/// `POST`: an answer, or another time.
pub async fn answer(
    State(public): State<Public>,
    Path(token): Path<String>,
    asked: Asked,
    request: Request,
) -> Response {
    let (query, from) = (pairs(asked), address(&request));
    let headers = request.headers().clone();
    let form: Result<Form<Vec<(String, String)>>, FormRejection> = Form::from_request(request, &()).await;
    let Form(form) = match form {
        Ok(form) => form,
        Err(wrong) => return wrong.into_response(),
    };
    let work = async { heard(&public, &token, from, &headers, &form).await };
    in_language(&query, &headers, work).await
}

/// The page of the invitation, or where there is none the page that says why.
async fn shown(
    public: &Public,
    token: &str,
    from: Option<IpAddr>,
    headers: &HeaderMap,
    notice: Option<Notice>,
    written: &Written,
    status: StatusCode,
) -> Response {
    match open(public, token, from).await {
        Ok(invited) => {
            let _turn = public.0.rendering.acquire().await;
            let html = answer_page::answer_page(&public.0.files.paths, &invited, notice, written, accepted(headers));
            (status, Html(html)).into_response()
        }
        Err(response) => response,
    }
}

/// # Errors
/// The answer where there is no invitation at this address.
async fn open(public: &Public, token: &str, from: Option<IpAddr>) -> Result<Invited, Response> {
    if let Err(Error::TooManyTries { seconds }) = public.0.guesses.check(from) {
        let seconds = u64::try_from(seconds).unwrap_or_default();
        return Err(slowed(Html(too_many(&public.0.files.paths, seconds)), seconds));
    }
    match public.kalends().invited_by_link(token).await {
        Ok(Ok(invited)) => Ok(invited),
        Ok(Err(why)) => Err(nothing(public, why, from)),
        Err(error) => Err(failed::answer_error(&error, "showing an invitation")),
    }
}

fn slowed(page: Html<String>, seconds: u64) -> Response {
    let mut response = (StatusCode::TOO_MANY_REQUESTS, page).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

fn nothing(public: &Public, why: NoInvitation, from: Option<IpAddr>) -> Response {
    let status = match why {
        NoInvitation::Unknown => {
            public.0.guesses.add(from);
            StatusCode::NOT_FOUND
        }
        NoInvitation::Cancelled | NoInvitation::NotInvited | NoInvitation::Over => StatusCode::GONE,
    };
    (status, Html(answer_page::nothing(&public.0.files.paths, why))).into_response()
}

async fn heard(
    public: &Public,
    token: &str,
    from: Option<IpAddr>,
    headers: &HeaderMap,
    form: &[(String, String)],
) -> Response {
    let invited = match open(public, token, from).await {
        Ok(invited) => invited,
        Err(response) => return response,
    };
    let field = |name: &str| value(form, name);
    let written = Written { say: field("answer"), comment: field("comment"), start: field("start"), end: field("end") };
    let unfit = StatusCode::UNPROCESSABLE_ENTITY;
    let given = ANSWERS.iter().find(|(name, _)| *name == written.say).and_then(|(_, it)| PartStat::from_name(it));
    let said = match given {
        Some(partstat) => Said::Answer(partstat),
        None => match proposed(&invited, &written) {
            Some(timing) => Said::Proposal(timing),
            None => return shown(public, token, from, headers, Some(Notice::NoTime), &written, unfit).await,
        },
    };
    let comment = Some(written.comment.as_str());
    let outcome = public.kalends().answer_by_link(token, &field("seen"), said, comment).await;
    let notice = match outcome {
        Ok(Ok(Heard::Yes | Heard::Same)) => {
            let done = if given.is_some() { "answer" } else { "proposal" };
            return Redirect::to(&format!("/answer/{token}?done={done}")).into_response();
        }
        Ok(Ok(Heard::Changed)) => {
            return shown(public, token, from, headers, Some(Notice::Changed), &written, StatusCode::CONFLICT).await;
        }
        Ok(Ok(Heard::Later)) => {
            return shown(public, token, from, headers, Some(Notice::Later), &written, StatusCode::ACCEPTED).await;
        }
        Ok(Ok(Heard::NotStored)) => {
            return shown(public, token, from, headers, Some(Notice::NotStored), &written, StatusCode::CONFLICT).await;
        }
        Ok(Err(why)) => return nothing(public, why, from),
        Err(Error::TooManyTries { seconds }) => {
            let page = Html(answer_page::too_often(&public.0.files.paths));
            return slowed(page, u64::try_from(seconds).unwrap_or_default());
        }
        Err(Error::BadInput { problem: Problem::Length { .. }, .. }) => Notice::TooLong,
        Err(Error::BadInput { problem: Problem::Request(_), .. }) => Notice::SameTime,
        Err(Error::BadInput { .. }) => Notice::NoTime,
        Err(error) => return failed::answer_error(&error, "answering an invitation"),
    };
    shown(public, token, from, headers, Some(notice), &written, unfit).await
}

/// The time that the form has; `None`: it is none.
fn proposed(invited: &Invited, written: &Written) -> Option<Timing> {
    let draft = invited.event.draft.as_ref()?;
    let time = |text: &str| {
        let read = |format| NaiveDateTime::parse_from_str(text.trim(), format).ok();
        read("%Y-%m-%dT%H:%M").or_else(|| read("%Y-%m-%dT%H:%M:%S"))
    };
    let day = |text: &str| text.trim().parse::<NaiveDate>().ok();
    let to = match draft.timing {
        Timing::AllDay { .. } => {
            let (first, last) = (day(&written.start)?, day(&written.end)?);
            (first <= last).then_some(When::Days { first, last })?
        }
        Timing::Timed { .. } => {
            let (start, end) = (time(&written.start)?, time(&written.end)?);
            (start <= end).then_some(When::Times { start, end })?
        }
    };
    Some(draft.moved(to, zone_of(invited), false).timing)
}
