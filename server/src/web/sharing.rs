//! Forms of the pages that share calendars and make groups and missions.

use super::WebState;
use super::forms::{Posted, again, go_on, value};
use crate::public_links;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kalends_app::delegates::{self, DelegateRefused, DelegateWish, server as delegates_server};
use kalends_app::flash::Flash;
use kalends_app::return_path::sign_in_path;
use kalends_app::session::CurrentUser;
use kalends_app::sharing::links::server::Done;
use kalends_app::sharing::links::{self, LinkRefused, LinkWish};
use kalends_app::sharing::{AnswerRefused, ShareRefused, ShareWish, path, server, shared_server};
use kalends_app::teams::{NewTeamRefused, TeamFields, TeamRefused, TeamWish, server as teams_server};
use kalends_domain::accounts::User;
use kalends_domain::links::LinkId;
use kalends_domain::sharing::Answer;

/// What a form says that somebody posted who is signed in.
struct Form {
    page: Request,
    user: User,
    fields: Vec<(String, String)>,
}

impl Form {
    /// # Errors
    /// The answer to whoever is not signed in, and to what is no form.
    async fn read(request: Request) -> Result<Self, Response> {
        let Posted { page, user, form } = Posted::read(request).await?;
        let Some(user) = user else {
            return Err(Redirect::to(&sign_in_path(page.uri().path())).into_response());
        };
        Ok(Form { page, user, fields: form })
    }

    fn value(&self, name: &str) -> Option<String> {
        value(&self.fields, name)
    }
}

/// Leads to a page that says of this form that it did its work.
fn said(state: &WebState, form: &str, to: &str, text: String) -> Response {
    go_on(state, to, Flash { form: form.to_owned(), outcome: Ok(text), kept: Vec::new() })
}

/// Shares a calendar, changes how it is shared, or takes it back.
pub async fn calendar_shares(State(state): State<WebState>, Path(calendar): Path<i64>, request: Request) -> Response {
    let form = match Form::read(request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    if let Some(wish) = LinkWish::read(&form.fields) {
        return links(&state, form, calendar, wish).await;
    }
    let Some(wish) = ShareWish::read(|name| form.value(name)) else { return StatusCode::BAD_REQUEST.into_response() };
    match server::fulfil(&state.web.kalends, &form.user, calendar, &wish).await {
        Ok(text) => said(&state, server::FORM, &path(calendar), text),
        Err(refusal) => {
            let status = refusal.status();
            again(&state, form.page, ShareRefused { wish, refusal }, status).await
        }
    }
}

/// Makes, changes and ends public links of a calendar. The address of one is shown once, on the page that follows.
async fn links(state: &WebState, form: Form, calendar: i64, wish: LinkWish) -> Response {
    match links::server::fulfil(&state.web.kalends, &form.user, calendar, &wish).await {
        Ok(Done::Said(text)) => said(state, server::FORM, &path(calendar), text),
        Ok(Done::Address { name, secret }) => {
            let kept = vec![("name".to_owned(), name)];
            let flash = Flash { form: links::server::FORM.to_owned(), outcome: Ok(secret), kept };
            go_on(state, &format!("{}#link-addresses", path(calendar)), flash)
        }
        Err(refusal) => {
            let status = refusal.status();
            again(state, form.page, LinkRefused { wish, refusal }, status).await
        }
    }
}

/// Accepts, declines or leaves what others shared.
pub async fn shared(State(state): State<WebState>, request: Request) -> Response {
    let form = match Form::read(request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let answer = match form.value("do").as_deref() {
        Some("accept") => Some(Answer::Accepted),
        Some("decline") => Some(Answer::Declined),
        _ => None,
    };
    let calendar = form.value("calendar").and_then(|id| id.parse().ok());
    let (Some(answer), Some(calendar)) = (answer, calendar) else { return StatusCode::BAD_REQUEST.into_response() };
    match shared_server::answer(&state.web.kalends, &form.user, calendar, answer).await {
        Ok(text) => said(&state, shared_server::FORM, "/shared", text),
        Err(error) => {
            let status = error.status();
            again(&state, form.page, AnswerRefused(error), status).await
        }
    }
}

/// Has somebody act for whoever posts it, or no longer.
pub async fn delegates(State(state): State<WebState>, request: Request) -> Response {
    let form = match Form::read(request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Some(wish) = DelegateWish::read(|name| form.value(name)) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match delegates_server::fulfil(&state.web.kalends, &form.user, &wish).await {
        Ok(text) => said(&state, delegates_server::FORM, delegates::PATH, text),
        Err(refusal) => {
            let status = refusal.status();
            again(&state, form.page, DelegateRefused { wish, refusal }, status).await
        }
    }
}

/// Makes a group or a mission.
pub async fn new_team(State(state): State<WebState>, request: Request) -> Response {
    let form = match Form::read(request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let fields = TeamFields::read(|name| form.value(name));
    let made = teams_server::create(&state.web.kalends, &form.user, &fields).await;
    match made {
        Ok((to, text)) => said(&state, teams_server::FORM, &to, text),
        Err(refusal) => {
            let status = refusal.status();
            again(&state, form.page, NewTeamRefused { fields, refusal }, status).await
        }
    }
}

/// Changes a group or a mission, who belongs to it, and what it owns.
pub async fn team(State(state): State<WebState>, Path(slug): Path<String>, request: Request) -> Response {
    let form = match Form::read(request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Some(wish) = TeamWish::read(|name| form.value(name)) else { return StatusCode::BAD_REQUEST.into_response() };
    match teams_server::fulfil(&state.web.kalends, &form.user, &slug, &wish).await {
        Ok((to, text)) => said(&state, teams_server::FORM, &to, text),
        Err(refusal) => {
            let status = refusal.status();
            again(&state, form.page, TeamRefused { wish, refusal }, status).await
        }
    }
}

/// `GET /settings/embed/{link}`: how a public link of the viewer's looks in other sites.
pub async fn embed_preview(State(state): State<WebState>, Path(link): Path<i64>, request: Request) -> Response {
    let user = request.extensions().get::<CurrentUser>().and_then(|user| user.0.clone());
    let Some(user) = user else { return StatusCode::NOT_FOUND.into_response() };
    let query = request.uri().query().unwrap_or_default();
    let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let (kalends, site) = (&state.web.kalends, &state.web.site);
    let own = (user.on_a_page(), LinkId(link));
    public_links::preview(kalends, site, own, request.uri().path(), &query, request.headers()).await
}
