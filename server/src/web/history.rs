//! Forms that bring something back: a version of an event, an event or a whole calendar as it was.

use super::WebState;
use super::forms::{Posted, again};
use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use kalends_app::agenda::links;
use kalends_app::history::{RestoreRefused, as_of_server, server};
use kalends_app::return_path::{back_path, sign_in_path};
use kalends_app::wire::ApiError;
use kalends_domain::accounts::User;
use std::collections::HashMap;

/// What a form says that somebody posted who is signed in.
struct Wish {
    page: Request,
    user: User,
    form: HashMap<String, String>,
    query: HashMap<String, String>,
}

impl Wish {
    /// # Errors
    /// The answer to whoever is not signed in, and to what is no form.
    async fn read(request: Request) -> Result<Self, Response> {
        let Posted { page, user, form } = Posted::read(request).await?;
        let Some(user) = user else {
            return Err(Redirect::to(&sign_in_path(&path_and_query(page.uri()))).into_response());
        };
        let query = Query::try_from_uri(page.uri()).map(|Query(query)| query).unwrap_or_default();
        Ok(Wish { page, user, form: form.into_iter().collect(), query })
    }

    /// A number that the page wrote into its form.
    fn number(&self, name: &str) -> Option<i64> {
        self.form.get(name)?.parse().ok()
    }

    /// The page again, with why nothing was brought back.
    async fn refuse(self, state: &WebState, error: ApiError) -> Response {
        let status = error.status();
        again(state, self.page, RestoreRefused(error), status).await
    }
}

fn path_and_query(uri: &Uri) -> String {
    uri.path_and_query().map(ToString::to_string).unwrap_or_default()
}

/// Brings a version of an event back, and shows its history again.
pub async fn restore_version(
    State(state): State<WebState>,
    Path((calendar, _)): Path<(i64, String)>,
    request: Request,
) -> Response {
    let wish = match Wish::read(request).await {
        Ok(wish) => wish,
        Err(response) => return response,
    };
    let Some(revision) = wish.number("revision") else { return StatusCode::BAD_REQUEST.into_response() };
    let etag = wish.form.get("etag").map(String::as_str).filter(|etag| !etag.is_empty());
    match server::restore(&state.web.kalends, &wish.user, calendar, revision, etag).await {
        Ok(name) => {
            let back = back_path(wish.query.get("back").map(String::as_str));
            Redirect::to(&format!("{}&restored", links::history(calendar, &name, back))).into_response()
        }
        Err(error) => wish.refuse(&state, error).await,
    }
}

/// Brings an event, or a whole calendar, back as it was, and shows the calendar as it was then beside what it is now.
pub async fn bring_back(State(state): State<WebState>, Path(calendar): Path<i64>, request: Request) -> Response {
    let wish = match Wish::read(request).await {
        Ok(wish) => wish,
        Err(response) => return response,
    };
    let at = wish.query.get("at").filter(|at| !at.is_empty());
    let (Some(at), Some(seen)) = (at, wish.number("seen")) else { return StatusCode::BAD_REQUEST.into_response() };
    let name = wish.form.get("name").map(String::as_str);
    match as_of_server::bring_back(&state.web.kalends, &wish.user, calendar, at, name, seen).await {
        Ok(as_of_server::BroughtBack { at, was, left }) => {
            let all = if wish.query.contains_key("all") { "&all" } else { "" };
            let left = if left > 0 { format!("&left={left}") } else { String::new() };
            let path = format!("/calendars/{calendar}/as-of?at={at}{all}&was={was}{left}");
            Redirect::to(&path).into_response()
        }
        Err(error) => wish.refuse(&state, error).await,
    }
}
