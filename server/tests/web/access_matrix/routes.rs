//! The routes that there are, from where they are made.

use super::viewers::World;
use kalends_server::web::page_paths;
use serde_json::Value;
use std::collections::BTreeSet;

/// Those that the matrix does without, with the reason.
pub const ELSEWHERE: &[(&str, &[&str])] = &[
    (
        "of an account alone",
        &[
            "/people/{slug}/picture",
            "/hooks/graph",
            "/settings/accounts/google",
            "/settings/accounts/google/callback",
            "/courrier",
            "/mail",
            "/mail/from/{message}/{kind}",
            "/mail/message/{id}/body",
            "/mail/message/{id}/edit",
            "/mail/message/{id}/invitation",
            "/mail/message/{id}/part/{part}",
            "/mail/message/{id}/source",
            "/mail/people",
            "/mail/pictures",
            "/mail/write",
            "/mail/{folder}",
            "/settings/mail/new",
            "/settings/mail/{id}",
            "/settings/mail/sign-in/gmail",
            "/settings/mail/sign-in/microsoft",
            "page /mail/from/{message}/{kind}",
            "page /mail/write",
            "page /mail/{folder}",
            "page /mail/{folder}/{message}",
            "page /settings/mail/new",
            "page /settings/mail/{id}",
            "/settings/accounts/microsoft",
            "/settings/accounts/microsoft/callback",
            "/settings/accounts/new/{service}",
            "/settings/accounts/{id}",
            "/settings/addresses",
            "/settings/addresses/{link}",
            "/settings/agenda",
            "/settings/export.zip",
            "/settings/own.css",
            "/settings/picture",
            "/settings/picture/remove",
            "/settings/profile",
            "/index.php/login/v2",
            "/login/v2/flow/{token}",
            "/login/v2/poll",
            "/settings/connect",
            "/settings/identities",
            "/sign-in/ended/{provider}",
            "/sign-in/signed-out/{provider}",
            "/sign-in/with/{provider}",
            "/sign-out",
            "/fn/adopt_time_zone",
            "/fn/change_password",
            "/fn/choose_password",
            "/fn/create_app_password",
            "/fn/end_other_sessions",
            "/fn/end_session",
            "/fn/invitation",
            "/fn/remote_account",
            "/fn/remote_accounts",
            "/fn/remote_calendars",
            "/fn/remote_service",
            "/fn/revoke_app_password",
            "/fn/save_preferences",
            "/fn/settings",
            "/fn/sign_in",
            "/fn/sign_in_state",
            "/fn/viewer",
            "DELETE /api/v1.0/accounts/{id}",
            "DELETE /api/v1.0/app-passwords/{id}",
            "DELETE /api/v1.0/sessions/{id}",
            "DELETE /api/v1.0/tokens/{id}",
            "DELETE /api/v1.0/users/me/picture",
            "GET /api/v1.0/accounts",
            "GET /api/v1.0/accounts/services",
            "GET /api/v1.0/accounts/{id}",
            "GET /api/v1.0/app-passwords",
            "GET /api/v1.0/sessions",
            "GET /api/v1.0/tokens",
            "GET /api/v1.0/users/me",
            "GET /api/v1.0/users/me/picture",
            "GET /api/v1.0/users/{name}/picture",
            "DELETE /api/v1.0/subscriptions/{id}",
            "GET /api/v1.0/accounts/{id}/removal",
            "GET /api/v1.0/subscriptions",
            "PATCH /api/v1.0/accounts/{id}",
            "POST /api/v1.0/subscriptions",
            "POST /api/v1.0/subscriptions/file",
            "PUT /api/v1.0/subscriptions/{id}/file",
            "PATCH /api/v1.0/users/me",
            "POST /api/v1.0/accounts",
            "POST /api/v1.0/accounts/{id}/test",
            "POST /api/v1.0/app-passwords",
            "POST /api/v1.0/tokens",
            "PUT /api/v1.0/accounts/{id}/password",
            "PUT /api/v1.0/users/me/picture",
            "DELETE /api/v1.0/mail/accounts/{id}",
            "DELETE /api/v1.0/mail/accounts/{id}/identities/{identity}",
            "DELETE /api/v1.0/mail/drafts/{id}",
            "DELETE /api/v1.0/mail/drafts/{id}/attachments/{attachment}",
            "GET /api/v1.0/mail/accounts/{id}/identities",
            "GET /api/v1.0/mail/drafts/{id}/attachments",
            "GET /api/v1.0/mail/drafts/{id}/attachments/{attachment}",
            "PATCH /api/v1.0/mail/accounts/{id}/identities/{identity}",
            "POST /api/v1.0/mail/accounts/{id}/identities",
            "POST /api/v1.0/mail/drafts/{id}/attachments",
            "GET /api/v1.0/mail/accounts",
            "GET /api/v1.0/mail/accounts/{id}",
            "GET /api/v1.0/mail/drafts",
            "GET /api/v1.0/mail/drafts/{id}",
            "GET /api/v1.0/mail/folders",
            "DELETE /api/v1.0/mail/picture-senders/{address}",
            "GET /api/v1.0/mail/accounts/{id}/pending",
            "GET /api/v1.0/mail/people",
            "GET /api/v1.0/mail/picture-senders",
            "PUT /api/v1.0/mail/picture-senders/{address}",
            "GET /api/v1.0/mail/messages",
            "GET /api/v1.0/mail/messages/{id}",
            "GET /api/v1.0/mail/messages/{id}/invitation",
            "GET /api/v1.0/mail/messages/{id}/invitation/conflicts",
            "GET /api/v1.0/mail/messages/{id}/parts/{number}",
            "GET /api/v1.0/mail/messages/{id}/source",
            "GET /api/v1.0/mail/messages/{id}/thread",
            "GET /api/v1.0/mail/messages/{id}/times",
            "PATCH /api/v1.0/mail/accounts/{id}",
            "POST /api/v1.0/mail/accounts",
            "POST /api/v1.0/mail/accounts/{id}/look",
            "POST /api/v1.0/mail/accounts/{id}/test",
            "POST /api/v1.0/mail/changes",
            "POST /api/v1.0/mail/changes/{id}/undo",
            "POST /api/v1.0/mail/drafts",
            "POST /api/v1.0/mail/drafts/{id}/restore",
            "POST /api/v1.0/mail/drafts/{id}/send",
            "POST /api/v1.0/mail/drafts/{id}/unsend",
            "POST /api/v1.0/mail/messages/{id}/edit",
            "POST /api/v1.0/mail/messages/{id}/event",
            "POST /api/v1.0/mail/messages/{id}/invitation",
            "POST /api/v1.0/mail/messages/{id}/task",
            "PUT /api/v1.0/mail/accounts/{id}/password",
            "PUT /api/v1.0/mail/drafts/{id}",
            "page /login/v2/flow/{token}",
            "page /settings/accounts",
            "page /settings/accounts/new/{service}",
            "page /settings/accounts/{id}",
            "page /settings/accounts/{id}/calendars",
            "page /settings/connect",
            "page /sign-in",
            "page /welcome/{secret}",
            "dav principal GET",
            "dav principal HEAD",
            "dav principal OPTIONS",
            "dav principal PROPFIND",
            "dav principal PROPPATCH",
            "dav principal REPORT",
        ],
    ),
    (
        "of a calendar's owner; tests/web/sync_links.rs has that everybody else is told nothing",
        &[
            "/calendars/{id}/sync",
            "/settings/accounts/{id}/calendars",
            "/fn/sync_link",
            "/fn/sync_receipt",
            "DELETE /api/v1.0/calendars/{id}/sync",
            "GET /api/v1.0/calendars/sync",
            "GET /api/v1.0/calendars/{id}/sync",
            "GET /api/v1.0/runs",
            "GET /api/v1.0/runs/{id}",
            "POST /api/v1.0/calendars/sync",
            "POST /api/v1.0/calendars/{id}/sync",
            "POST /api/v1.0/calendars/{id}/sync/pause",
            "POST /api/v1.0/calendars/{id}/sync/resume",
            "DELETE /api/v1.0/calendars/sync",
            "GET /api/v1.0/calendars/{id}/sync/conflicts",
            "GET /api/v1.0/calendars/{id}/sync/deletions",
            "GET /api/v1.0/calendars/{id}/sync/dry-run",
            "POST /api/v1.0/calendars/sync/dry-run",
            "POST /api/v1.0/calendars/{id}/sync/dry-run",
            "PUT /api/v1.0/calendars/{id}/sync/conflicts/{conflict}",
            "PATCH /api/v1.0/calendars/{id}/sync",
            "PUT /api/v1.0/calendars/{id}/sync/deletions",
            "POST /api/v1.0/runs/{id}/take-back",
            "PUT /api/v1.0/calendars/sync",
            "PUT /api/v1.0/calendars/{id}/sync",
            "page /calendars/{id}/sync",
            "page /calendars/{id}/sync/{run}",
        ],
    ),
    (
        "of who there is: people, groups and missions",
        &[
            "/groups",
            "/groups/{slug}",
            "/fn/team",
            "/fn/teams",
            "DELETE /api/v1.0/groups/{name}",
            "DELETE /api/v1.0/groups/{name}/members/{person}",
            "GET /api/v1.0/groups",
            "GET /api/v1.0/groups/{name}",
            "GET /api/v1.0/missions",
            "POST /api/v1.0/groups",
            "POST /api/v1.0/groups/{name}/calendars",
            "POST /api/v1.0/missions",
            "PUT /api/v1.0/groups/{name}",
            "PUT /api/v1.0/groups/{name}/members/{person}",
            "GET /api/v1.0/parties",
            "GET /api/v1.0/users",
        ],
    ),
    (
        "of whoever was invited by mail; tests/web/answer_links.rs has what they see and what they can do",
        &["/answer/{token}"],
    ),
    (
        "for administrators",
        &[
            "/admin/jobs",
            "/admin/people",
            "/admin/people/{id}",
            "/admin/people/{id}/export.zip",
            "/fn/jobs",
            "/fn/people",
            "/fn/person",
            "page /admin/jobs",
            "page /admin/people",
            "page /admin/people/{id}",
        ],
    ),
    (
        "of one's own list alone",
        &[
            "/calendars/new",
            "/calendars/visible",
            "/calendars/{id}",
            "/fn/calendars-hide",
            "/fn/calendar-save",
            "page /calendars/new",
            "POST /api/v1.0/calendars",
            "PATCH /api/v1.0/calendars/{id}",
            "PUT /api/v1.0/calendars/order",
            "PUT /api/v1.0/calendars/{id}/answer",
            "/shared",
            "dav home GET",
            "dav home POST",
            "dav home HEAD",
            "dav home OPTIONS",
            "dav home PROPFIND",
            "dav home PROPPATCH",
            "dav home REPORT",
        ],
    ),
    (
        "of what somebody follows, which is theirs alone; tests/web/subscriptions.rs has that others do not see it",
        &[
            "/settings/subscriptions",
            "/settings/subscriptions/file",
            "/fn/subscriptions_page",
            "page /settings/subscriptions",
        ],
    ),
    (
        "of imports, which are their maker's: the import itself is here",
        &[
            "/import",
            "/fn/import_page",
            "/fn/import_progress",
            "page /import/{job}",
            "/import/from",
            "/fn/move_page",
            "/fn/move_progress",
            "page /import/from",
            "page /import/from/{job}",
            "GET /api/v1.0/jobs",
            "GET /api/v1.0/jobs/{id}",
        ],
    ),
    (
        "of one's own reminders; tests/web/reminders.rs has that others do not see them",
        &[
            "/reminders",
            "/reminders/panel",
            "/fn/reminders",
            "DELETE /api/v1.0/reminders/subscriptions/{id}",
            "GET /api/v1.0/reminders",
            "GET /api/v1.0/reminders/settings",
            "PUT /api/v1.0/reminders/settings",
            "POST /api/v1.0/reminders/test",
            "GET /api/v1.0/reminders/subscriptions",
            "POST /api/v1.0/reminders/subscriptions",
            "POST /api/v1.0/reminders/{id}/dismiss",
            "POST /api/v1.0/reminders/{id}/snooze",
            "page /reminders",
        ],
    ),
    (
        "the same for all",
        &[
            "/push-worker.js",
            "/reminders.css",
            "/reminders.js",
            "/embed.js",
            "/healthz",
            "/fn/{*function}",
            "/fn/time-zones",
            "page /agenda",
            "page /event/new",
            "GET /api/v1.0/config",
            "GET /api/v1.0/documentation",
            "GET /api/v1.0/documentation.css",
            "GET /api/v1.0/openapi.json",
            "GET /api/v1.0/problems",
        ],
    ),
    (
        "forms of the agenda's operations, which are here as server functions",
        &["/event/new", "/event/{calendar}/{name}"],
    ),
    (
        "of who acts for whom; what delegates see is here as a way to the calendar, and tests/protocol/delegates.rs has who says so",
        &[
            "/settings/delegates",
            "/fn/delegates",
            "page /settings/delegates",
            "GET /api/v1.0/delegates",
            "PUT /api/v1.0/delegates/{who}",
            "DELETE /api/v1.0/delegates/{who}",
            "DELETE /api/v1.0/delegating/{who}",
            "dav proxies GET",
            "dav proxies HEAD",
            "dav proxies OPTIONS",
            "dav proxies PROPFIND",
            "dav proxies PROPPATCH",
            "dav proxies REPORT",
        ],
    ),
    (
        "of what one is told of shares alone; tests/protocol/invitations.rs has that others find nothing there",
        &[
            "dav notifications GET",
            "dav notifications HEAD",
            "dav notifications OPTIONS",
            "dav notifications PROPFIND",
            "dav notifications PROPPATCH",
            "dav notifications REPORT",
            "dav notification DELETE",
            "dav notification GET",
            "dav notification HEAD",
            "dav notification OPTIONS",
            "dav notification PROPFIND",
            "dav notification PROPPATCH",
            "dav notification REPORT",
        ],
    ),
    (
        "of messages to oneself alone; tests/protocol/scheduling.rs has that others find nothing there",
        &[
            "dav inbox GET",
            "dav inbox HEAD",
            "dav inbox OPTIONS",
            "dav inbox PROPFIND",
            "dav inbox PROPPATCH",
            "dav inbox REPORT",
            "dav message DELETE",
            "dav message GET",
            "dav message HEAD",
            "dav message OPTIONS",
            "dav message PROPFIND",
            "dav message PROPPATCH",
            "dav message REPORT",
            "dav outbox GET",
            "dav outbox HEAD",
            "dav outbox OPTIONS",
            "dav outbox POST",
            "dav outbox PROPFIND",
            "dav outbox PROPPATCH",
            "dav outbox REPORT",
        ],
    ),
    (
        "invites and answers by the gate of all writes; tests/use_cases/scheduling.rs has who may",
        &[
            "/event/{calendar}/{name}/invitation",
            "POST /api/v1.0/calendars/{id}/events/{name}/answer",
            "POST /api/v1.0/calendars/{id}/events/{name}/proposals",
            "POST /api/v1.0/calendars/{id}/events/{name}/proposals/{proposal}",
            "POST /api/v1.0/calendars/{id}/events/{name}/refresh",
            "PUT /api/v1.0/calendars/{id}/events/{name}/attendees",
        ],
    ),
    (
        "of what one has said of people elsewhere, which is one's own; tests/web/find_time.rs has that others do not see it",
        &[
            "/find-a-time",
            "GET /api/v1.0/free-busy/addresses",
            "PUT /api/v1.0/free-busy/addresses/{email}",
            "DELETE /api/v1.0/free-busy/addresses/{email}",
        ],
    ),
    ("made nowhere but in one's own home", &["dav calendar MKCALENDAR", "dav calendar MKCOL"]),
    ("refused for every object, or as MOVE and GET, which are here", &["dav object COPY", "dav object PROPPATCH"]),
];

/// Reports of who there is, which tests/protocol/{access_control,discovery,delegates}.rs have.
pub const REPORTS_ELSEWHERE: [&str; 4] =
    ["expand-property", "principal-match", "principal-property-search", "principal-search-property-set"];

/// The reports that the calendar and its objects know (RFC 3253 section 3.1.5).
pub async fn reports(world: &World) -> BTreeSet<String> {
    let client = &world.owner_client;
    let mut all = BTreeSet::new();
    for path in [client.at(""), client.at("a.ics")] {
        let known = client.property(&path, "D:supported-report-set").await.elements;
        let is_one = |name: &String| !["supported-report-set", "supported-report", "report"].contains(&name.as_str());
        all.extend(known.into_iter().filter(is_one));
    }
    all
}

const METHODS: [&str; 6] = ["get", "head", "put", "post", "patch", "delete"];

/// Every route by its name: `page /bin`, `/fn/agenda`, `dav object GET`, `GET /api/v1.0/calendars`, and what else the program serves.
pub async fn all(world: &World) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    all.extend(page_paths().map(|path| format!("page {path}")));
    all.extend(leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()));
    let client = &world.owner_client;
    for (kind, path) in [
        ("object", client.at("a.ics")),
        ("calendar", client.at("")),
        ("home", client.home()),
        ("principal", "/api/v1.0/caldav/principals/olga/".to_owned()),
        ("proxies", "/api/v1.0/caldav/principals/olga/calendar-proxy-write/".to_owned()),
        ("notifications", format!("{}notifications/", client.home())),
        ("notification", format!("{}notifications/1.xml", client.home())),
        ("inbox", format!("{}inbox/", client.home())),
        ("message", format!("{}inbox/1.ics", client.home())),
        ("outbox", format!("{}outbox/", client.home())),
    ] {
        let answer = client.request("OPTIONS", &path).send().await;
        let allowed = answer.header("allow").unwrap().split(", ");
        all.extend(allowed.map(|method| format!("dav {kind} {method}")));
    }
    let openapi: Value = serde_json::from_str(&client.get("/api/v1.0/openapi.json").await.text()).unwrap();
    for (path, methods) in openapi["paths"].as_object().unwrap() {
        let there = methods.as_object().unwrap().keys().filter(|method| METHODS.contains(&method.as_str()));
        all.extend(there.map(|method| format!("{} {path}", method.to_uppercase())));
    }
    all.extend(written());
    all
}

/// The paths in the sources of what is neither a page nor REST nor CalDAV.
fn written() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(std::result::Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                let name = entry.file_name();
                if name != "rest" && name != "caldav" {
                    folders.push(path);
                }
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let routes = text.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next());
            found.extend(routes.map(str::to_owned));
        }
    }
    found
}
