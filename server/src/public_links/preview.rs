//! What an own link looks like in other sites, for the page in the settings that shows it.

use super::files::StaticFiles;
use super::pages::{events_of, published};
use super::{accepted, headers, in_language};
use crate::web::failed;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use chrono::Utc;
use kalends_app::public_pages::{self, Look, Shape};
use kalends_app::session::Site;
use kalends_app::sharing::links::Addresses;
use kalends_domain::Error;
use kalends_domain::Kalends;
use kalends_domain::access::Caller;
use kalends_domain::links::LinkId;

/// The page that `/embed/{token}` would be, for a link of the caller's, whose token nobody knows any more. `path`: where it is.
pub async fn preview(
    kalends: &Kalends,
    site: &Site,
    (caller, link): (Caller, LinkId),
    path: &str,
    query: &[(String, String)],
    request: &HeaderMap,
) -> Response {
    let work = async {
        let open = match kalends.open_own_link(caller, link).await {
            Ok(open) => open,
            Err(Error::NotFound(_)) => return StatusCode::NOT_FOUND.into_response(),
            Err(error) => return failed::answer_error(&error, "showing a public link"),
        };
        let look = Look::read(query, accepted(request), Shape::List, open.zone(), Utc::now());
        match events_of(&open, &look).await {
            Ok(events) => {
                let mut addresses = Addresses::new(&site.public_url, open.link.name.clone(), "");
                path.clone_into(&mut addresses.embed);
                let published = published(&open, addresses, None, events);
                Html(public_pages::embedded(published, &look, &StaticFiles::paths())).into_response()
            }
            Err(error) => failed::answer_error(&error, "showing a public link"),
        }
    };
    let response = in_language(query, request, work).await;
    headers::of_own_pages(response)
}
