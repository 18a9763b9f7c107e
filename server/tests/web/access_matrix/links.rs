//! Public links: what is at their addresses, and what their makers do with them.

use super::surfaces::{ABSENT, Ask, Shows, Surface, rest, surface};
use super::viewers::{Viewer, World};

/// At the addresses of a link that shows events, and of one that shows when somebody is busy; and what says which links there are.
pub fn surfaces(world: &World, viewer: &Viewer) -> Vec<Surface> {
    let at = |token: &str, shows: Shows| {
        let page = |route, shows, path: String| surface(route, route, shows, Ask::Page(path), None);
        vec![
            page("/public/{token}", shows, format!("/public/{token}?view=month&date=2027-03-02")),
            page("/public/{token}", shows, format!("/public/{token}?view=list&date=2027-03-02")),
            page("/embed/{token}", shows, format!("/embed/{token}?layout=month&date=2027-03-02")),
            page("/embed/{token}", shows, format!("/embed/{token}?part=1&layout=month&date=2027-03-02")),
            page("/wall/{token}", Shows::Nothing, format!("/wall/{token}")),
            page("/feeds/{file}", shows, format!("/feeds/{token}.ics")),
            surface(
                "/public/{token}/stream",
                "stream of a link",
                Shows::Nothing,
                Ask::Stream(format!("/public/{token}/stream")),
                None,
            ),
        ]
    };
    [at(&world.link, Shows::Published), at(&world.busy_link, Shows::Nothing), own(world, viewer)]
        .into_iter()
        .flatten()
        .collect()
}

/// Whether the viewer made the links.
fn is_maker(world: &World, viewer: &Viewer) -> bool {
    viewer.person.caller.principal == world.owner.caller.principal
}

/// Links by their number, which are their maker's.
fn own(world: &World, viewer: &Viewer) -> Vec<Surface> {
    let (id, is_hidden) = (world.link_id.0, !is_maker(world, viewer));
    let shows = if is_hidden { Shows::Nothing } else { Shows::Published };
    let of = |route, shows, ask: &dyn Fn(i64) -> Ask| Surface {
        is_hidden,
        ..surface(route, route, shows, ask(id), Some(ask(ABSENT.parse().unwrap())))
    };
    vec![
        of("GET /api/v1.0/links/{id}", Shows::Nothing, &|id| rest("GET", &format!("/links/{id}"), "")),
        of("/settings/embed/{link}", shows, &|id| {
            Ask::Page(format!("/settings/embed/{id}?layout=month&date=2027-03-02"))
        }),
        // A page has a nonce of its own each time; tests/web/links.rs has that it shows nothing of a link that is another's.
        surface(
            "page /settings/embed",
            "the page of what is embedded",
            Shows::Nothing,
            Ask::Page(format!("/settings/embed?link={id}")),
            None,
        ),
        surface("GET /api/v1.0/links", "links", Shows::Nothing, rest("GET", "/links", ""), None),
        surface("/fn/own-links", "own links", Shows::Nothing, Ask::Page("/fn/own-links".into()), None),
    ]
}

/// What changes them.
pub async fn writes(world: &World, viewer: &Viewer) -> Vec<(&'static str, Ask, bool)> {
    let (id, may) = (world.some_link().await.0, is_maker(world, viewer));
    let wanted = format!("{{\"name\":\"Changed\",\"access\":\"read\",\"calendars\":[{}]}}", world.calendar.0);
    vec![
        ("PUT /api/v1.0/links/{id}", rest("PUT", &format!("/links/{id}"), &wanted), may),
        ("POST /api/v1.0/links/{id}/rotate", rest("POST", &format!("/links/{id}/rotate"), ""), may),
        ("DELETE /api/v1.0/links/{id}", rest("DELETE", &format!("/links/{id}"), ""), may),
    ]
}
