//! The forms of who takes part in an event: answering and inviting.

use super::WebState;
use super::forms::{Posted, again, go_on};
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use kalends_app::invitation::InvitationRefused;
use kalends_app::invitation::server::{Wish, carry_out};
use kalends_app::return_path::{back_path, sign_in_path};
use kalends_app::{undo, words};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::HashMap;

/// Answers, or says who is invited, and shows the page again.
pub async fn wish(
    State(state): State<WebState>,
    Path((calendar, name)): Path<(i64, String)>,
    request: Request,
) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let path = page.uri().path().to_owned();
    let Some(user) = user else { return Redirect::to(&sign_in_path(&path)).into_response() };
    let query =
        Query::<HashMap<String, String>>::try_from_uri(page.uri()).map(|Query(query)| query).unwrap_or_default();
    let form: HashMap<String, String> = form.into_iter().collect();
    let field = |name: &str| form.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let wish = Wish {
        calendar,
        name: &name,
        instance: query.get("instance").map(String::as_str),
        etag: field("etag"),
        answer: field("answer"),
        delegate: field("delegate"),
        comment: field("comment"),
        attendees: form.get("attendees").map(String::as_str),
        proposed: field("propose").and(field("start").zip(field("end"))),
        location: field("location"),
        decided: field("proposal")
            .and_then(|id| id.parse().ok())
            .zip(field("decide").map(|decision| decision == "take")),
        refreshes: field("refresh").is_some(),
    };
    match carry_out(&state.web.kalends, &user, wish).await {
        // Back in the agenda, where it was answered.
        Ok(undo) if field("back").is_some() => {
            let said = undo::leave(words::server_invitation_saved(), undo);
            go_on(&state, back_path(field("back")), said)
        }
        Ok(_) => {
            let instance = query
                .get("instance")
                .map(|key| format!("&instance={}", utf8_percent_encode(key, NON_ALPHANUMERIC)))
                .unwrap_or_default();
            Redirect::to(&format!("{path}?saved{instance}")).into_response()
        }
        Err(error) => {
            let status = error.status();
            again(&state, page, InvitationRefused(error), status).await
        }
    }
}
