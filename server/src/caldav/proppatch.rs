//! PROPPATCH (RFC 4918 section 9.2): all of the changes or none.

use super::body::{self, PROPERTIES_OCTETS};
use super::conditions;
use super::error::Failure;
use super::headers::Preferences;
use super::props::update::{Stage, Update};
use super::props::{CalendarData, CalendarView, ObjectView, PrincipalView, Quota, View};
use super::stream::multistatus;
use super::target::Target;
use super::{Call, preference_applied};
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

pub async fn answer(call: Call, body: Body) -> Result<Response, Failure> {
    let document = body::xml(&call.headers, body, PROPERTIES_OCTETS)
        .await?
        .filter(|document| document.root.name.is_dav("propertyupdate"))
        .ok_or_else(|| Failure::bad_request("The body has to be a DAV:propertyupdate."))?;
    let update = Update::of(&document, Stage::Made, call.kalends.limits().dead_properties);
    if update.is_empty() {
        return Err(Failure::bad_request("There is no property to set or remove."));
    }
    let update = carry_out(&call, update).await?;
    let preferences = Preferences::of(&call.headers);
    if preferences.minimal && update.is_good() {
        return Ok(preference_applied(StatusCode::NO_CONTENT.into_response(), preferences));
    }
    let href = call.href;
    multistatus(|mut out| async move {
        out.response(&href, |xml| update.write_propstats(xml));
        Ok(out)
    })
    .await
}

/// Makes the changes, if all of them can be made; yields them with what became of each.
async fn carry_out(call: &Call, mut update: Update) -> Result<Update, Failure> {
    let Call { kalends, caller, who, .. } = call;
    // Here only counts that the properties are there.
    let quota = Some(Quota::default());
    match &call.target {
        Target::Calendar(calendar) => {
            let object_octets = kalends.limits().text.object_octets;
            let view = View::Calendar(CalendarView { calendar, dead: &[], object_octets, quota, access_list: None });
            update.excuse_absent(|property| view.has(property, who));
            conditions::check(call).await?;
            if update.is_good()
                && let Err(error) = kalends.update_calendar(*caller, calendar.id, update.patch(&calendar.slug)).await
            {
                return update.blamed(&error).ok_or_else(|| call.failure(error));
            }
        }
        Target::Object(place) => {
            let (calendar, head) = (&place.calendar, place.head()?);
            let view = View::Object(ObjectView { head, calendar, access_list: None, data: CalendarData::None });
            update.refuse(|property| view.has(property, who));
        }
        Target::Principal(party) => {
            let view = View::Principal(PrincipalView { party, who, members: Vec::new(), teams: Vec::new() });
            update.refuse(|property| view.has(property, who));
        }
        Target::Home => {
            update.refuse(|property| View::Home { owner: who, takes_calendars: true, quota }.has(property, who))
        }
        Target::Signpost => update.refuse(|property| View::Signpost(&call.resource).has(property, who)),
        Target::Vacant { .. } | Target::Inner | Target::Missing => return Err(Failure::not_found()),
    }
    Ok(update)
}
