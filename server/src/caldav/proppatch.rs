//! PROPPATCH (RFC 4918 section 9.2): all of the changes or none.

use super::body::{self, PROPERTIES_OCTETS};
use super::conditions;
use super::error::Failure;
use super::headers::{Preferences, local_path};
use super::props::update::{Phase, Update};
use super::props::{CalendarData, CalendarView, InboxView, Live, ObjectView, PrincipalView, Quota, View};
use super::resource::{Address, Resource};
use super::scheduling;
use super::stream::multistatus;
use super::target::{self, Proxies, Target};
use super::xml::Document;
use super::{Call, preference_applied};
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kalends_domain::sharing::PartyKind;
use kalends_domain::{Error, Missing};

pub async fn answer(call: Call, body: Body) -> Result<Response, Failure> {
    let document = body::xml(&call.headers, body, PROPERTIES_OCTETS)
        .await?
        .filter(|document| document.root.name.is_dav("propertyupdate"))
        .ok_or_else(|| Failure::bad_request("The body has to be a DAV:propertyupdate."))?;
    let update = Update::of(&document, Phase::Update, call.kalends.limits().dead_properties);
    if update.is_empty() {
        return Err(Failure::bad_request("There is no property to set or remove."));
    }
    let update = carry_out(&call, &document, update).await?;
    let preferences = Preferences::of(&call.headers);
    if preferences.minimal && update.is_accepted() {
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
async fn carry_out(call: &Call, document: &Document, mut update: Update) -> Result<Update, Failure> {
    let Call { kalends, caller, who, .. } = call;
    // Here only counts that the properties are there.
    let quota = Some(Quota::default());
    match &call.target {
        Target::Calendar(calendar) => {
            let object_octets = kalends.limits().text.object_octets;
            let view = View::Calendar(CalendarView { calendar, dead: &[], object_octets, quota, access_list: None });
            update.excuse_absent(|property| view.has(property, who));
            conditions::check(call).await?;
            if update.is_accepted()
                && let Err(error) = kalends.update_calendar(*caller, calendar.id, update.patch(&calendar.slug)).await
            {
                return update.attributed(&error).ok_or_else(|| call.failure(error));
            }
        }
        Target::Object(place) => {
            let (calendar, head) = (&place.calendar, place.head()?);
            let view = View::Object(ObjectView { head, calendar, access_list: None, data: CalendarData::None });
            update.refuse(|property| view.has(property, who));
        }
        Target::Principal(party) => {
            let (members, teams, delegating, addresses) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            let view = View::Principal(PrincipalView { party, who, members, teams, delegating, addresses });
            update.refuse(|property| view.has(property, who));
        }
        Target::Home => {
            let owner = &target::party(who);
            update.refuse(|property| View::Home { owner, takes_calendars: true, quota }.has(property, who));
        }
        Target::HomeOf(owner, _) => {
            update.refuse(|property| View::Home { owner, takes_calendars: false, quota }.has(property, who));
        }
        Target::Proxies(proxies) if proxies.person.id == who.id => {
            update.refuse_but(&[Live::GroupMemberSet], |property| View::Proxies(proxies).has(property, who));
            conditions::check(call).await?;
            if update.is_accepted() {
                set_members(call, proxies, document, &mut update).await?;
            }
        }
        Target::Proxies(proxies) => update.refuse(|property| View::Proxies(proxies).has(property, who)),
        Target::Notifications(notices) => {
            update.refuse(|property| View::Notifications(notices).has(property, who));
        }
        Target::Notification(notice) => update.refuse(|property| View::Notification(notice).has(property, who)),
        Target::Inbox(content) => {
            let view = View::Inbox(InboxView { content });
            let changed = [Live::CalendarAvailability, Live::ScheduleDefaultCalendarUrl];
            update.refuse_but(&changed, |property| view.has(property, who));
            conditions::check(call).await?;
            if update.is_accepted()
                && let Some((property, why)) = scheduling::change_inbox(call, document).await?
            {
                update.forbid(property, &why);
            }
        }
        Target::InboxItem(item) => {
            update.refuse(|property| View::InboxItem(item, CalendarData::None).has(property, who));
        }
        Target::Outbox => update.refuse(|property| View::Outbox(&target::party(who)).has(property, who)),
        Target::Container => update.refuse(|property| View::Container(&call.resource).has(property, who)),
        Target::Vacant { .. } | Target::Inner | Target::Missing => return Err(Failure::not_found()),
    }
    Ok(update)
}

/// Has those act for the caller whom the last DAV:group-member-set names, and nobody where it is removed (caldav-proxy section 5.2).
async fn set_members(call: &Call, proxies: &Proxies, document: &Document, update: &mut Update) -> Result<(), Failure> {
    let mut hrefs: Vec<&str> = Vec::new();
    for instruction in &document.root.children {
        for set in instruction.dav_all("prop").flat_map(|prop| prop.dav_all("group-member-set")) {
            hrefs = match instruction.name.is_dav("set") {
                true => set.dav_all("href").map(|href| href.text.trim()).collect(),
                false => Vec::new(),
            };
        }
    }
    let mut members = Vec::new();
    for href in hrefs {
        let path = local_path(href, &call.headers).ok().flatten();
        let found = match path.and_then(|path| Address::parse(path).ok()) {
            Some(Address { resource: Resource::Principal { slug }, .. }) => {
                call.kalends.party_named(call.caller, &slug).await
            }
            _ => Err(Error::NotFound(Missing::Person)),
        };
        match found {
            Ok(party) if party.kind == PartyKind::Person => members.push(party.id),
            Ok(_) | Err(Error::NotFound(_)) => {
                update.forbid(Live::GroupMemberSet, &format!("There is no person at {href}."));
                return Ok(());
            }
            Err(error) => return Err(call.failure(error)),
        }
    }
    match call.kalends.set_delegates(call.caller, proxies.group.access(), &members).await {
        Ok(()) => {}
        Err(error @ (Error::BadInput { .. } | Error::QuotaExceeded { .. })) => {
            update.forbid(Live::GroupMemberSet, &error.to_string());
        }
        Err(error) => return Err(call.failure(error)),
    }
    Ok(())
}
