//! What was deleted, and calendars as they were.

use super::surfaces::{Ask, rest};
use super::viewers::{Resting, Viewer, World};
use kalends_domain::access::Access;
use kalends_test_support::browser::FORM;

/// Brings back or takes away for good what was deleted or was otherwise: for those who write and to whom nothing is private.
pub async fn writes(world: &World, viewer: &Viewer) -> Vec<(&'static str, Ask, Access)> {
    let id = world.calendar.0;
    let needed = if viewer.sees_private { Access::Write } else { Access::Administer };
    let Resting { object, removal } = world.resting().await;
    let post = |path: String, headers: Vec<(&'static str, String)>| Ask::Client("POST", path, headers, String::new());
    let root = format!("/api/v1.0/calendars/{id}");
    let whole = world.resting_calendar().await.0;
    let absent = vec![("If-None-Match", "*".to_owned())];
    vec![
        (
            "POST /api/v1.0/calendars/{id}/versions/{revision}/restore",
            post(format!("{root}/versions/{removal}/restore"), absent),
            needed,
        ),
        (
            "POST /api/v1.0/calendars/{id}/bin/{object}/restore",
            post(format!("{root}/bin/{object}/restore"), Vec::new()),
            needed,
        ),
        (
            "DELETE /api/v1.0/calendars/{id}/bin/{object}",
            rest("DELETE", &format!("/calendars/{id}/bin/{object}"), ""),
            Access::Administer,
        ),
        (
            "/event/{calendar}/{name}/history",
            Ask::Form(format!("/event/{id}/gone.ics/history"), format!("revision={removal}&etag=")),
            needed,
        ),
        (
            "/undo",
            {
                // As scripts send it: a form is answered by a page that says what became of it.
                let headers = vec![
                    ("Cookie", viewer.person.cookie.clone()),
                    ("Accept", "application/json".to_owned()),
                    ("Content-Type", FORM.to_owned()),
                    ("Sec-Fetch-Site", "same-origin".to_owned()),
                ];
                Ask::Client("POST", "/undo".into(), headers, format!("undo={id}%3A{removal}"))
            },
            Access::Write,
        ),
        ("/bin", Ask::Form("/bin".into(), format!("do=restore&calendar={id}&object={object}")), needed),
        (
            "/calendars/{id}/as-of",
            {
                let (at, seen) = (world.before_removal().await, world.revision().await);
                Ask::Form(format!("/calendars/{id}/as-of?at={at}"), format!("seen={seen}"))
            },
            needed,
        ),
        (
            "/calendars/{id}/as-of",
            {
                let (at, seen) = (world.before_removal().await, world.revision().await);
                Ask::Form(format!("/calendars/{id}/as-of?at={at}"), format!("seen={seen}&name=gone.ics"))
            },
            needed,
        ),
        (
            "POST /api/v1.0/bin/calendars/{id}/restore",
            rest("POST", &format!("/bin/calendars/{whole}/restore"), ""),
            Access::Owner,
        ),
        ("DELETE /api/v1.0/bin/calendars/{id}", rest("DELETE", &format!("/bin/calendars/{whole}"), ""), Access::Owner),
        ("/bin", Ask::Form("/bin".into(), format!("do=restore-calendar&calendar={whole}")), Access::Owner),
        ("/bin", Ask::Form("/bin".into(), format!("do=purge-calendar&calendar={whole}")), Access::Owner),
    ]
}
