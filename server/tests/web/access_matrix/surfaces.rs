//! The ways to see and to change what is in a calendar.

use super::viewers::{Viewer, World};
use super::{bins, links};
use hyper::Method;
use kalends_domain::access::Access;
use kalends_test_support::browser::FORM;
use kalends_test_support::events::Events;
use kalends_test_support::requests::{NS, query};
use serde_json::{Value, json};

/// What a surface shows to those who may see it.
#[derive(Clone, Copy, PartialEq)]
pub enum Shows {
    /// Nothing of events.
    Nothing,
    /// Every event, what is private as a time alone.
    Events,
    /// The event with this word.
    One(&'static str),
    /// What is public, to whoever has the address of a link.
    Published,
    /// What events were, to those to whom nothing is private.
    History,
    /// The same of the event with this word.
    HistoryOf(&'static str),
}

/// A request.
#[derive(Clone, Debug)]
pub enum Ask {
    Page(String),
    /// A form that is posted from a page: where to, and what.
    Form(String, String),
    /// A server function with JSON.
    Call(String, String),
    /// With the app password: method, path, headers, body.
    Client(&'static str, String, Vec<(&'static str, String)>, String),
    /// A stream, as far as it says at once what there is.
    Stream(String),
}

pub struct Answer {
    pub status: u16,
    /// Head and body.
    pub all: String,
    /// But for those that every answer has otherwise.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// What is of the moment, or of the length of an address.
const OF_EACH_ANSWER: [&str; 3] = ["date", "x-request-id", "content-length"];

fn steady<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    let steady = headers.filter(|(name, _)| !OF_EACH_ANSWER.contains(name));
    // A policy has a nonce of its own in each answer.
    let mut all: Vec<(String, String)> =
        steady.map(|(name, value)| (name.to_owned(), value.split("'nonce-").next().unwrap().to_owned())).collect();
    all.sort();
    all
}

impl Answer {
    /// What has to be the same for what is not there and what may not be seen.
    pub fn comparable(&self) -> String {
        let body = self.body.replace(ABSENT, "");
        match body.split_once("\"request_id\":\"") {
            Some((before, rest)) => format!("{before}{}", rest.split_once('"').map_or("", |(_, after)| after)),
            None => body,
        }
    }
}

/// The number of no calendar.
pub const ABSENT: &str = "987654321";

pub struct Surface {
    /// As [`super::routes`] names it.
    pub route: &'static str,
    pub name: &'static str,
    pub ask: Ask,
    pub shows: Shows,
    /// The same request for what is not there.
    pub absent: Option<Ask>,
    /// Whether it is not there for this viewer, whatever they may do with the calendar.
    pub is_hidden: bool,
}

impl Ask {
    /// What a REPORT asks for, without the prefix of its namespace.
    pub fn report(&self) -> Option<String> {
        let Ask::Client("REPORT", _, _, body) = self else { return None };
        let name = body.strip_prefix('<')?.split([' ', '>']).next()?;
        Some(name.rsplit(':').next().unwrap_or(name).to_owned())
    }

    /// Panics where no answer comes.
    pub async fn send(&self, world: &World, viewer: &Viewer) -> Answer {
        let answer = tokio::time::timeout(std::time::Duration::from_secs(30), self.try_send(world, viewer)).await;
        answer.unwrap_or_else(|_| panic!("no answer to {self:?} for {}", viewer.name))
    }

    async fn try_send(&self, world: &World, viewer: &Viewer) -> Answer {
        match self {
            Ask::Client(method, path, headers, body) => {
                let mut request = viewer.client.request(method, path);
                for (name, value) in headers {
                    request = request.header(name, value);
                }
                let request = if body.is_empty() { request } else { request.body(body.as_str()) };
                let answer = request.send().await;
                let body = String::from_utf8_lossy(&answer.body).into_owned();
                let headers = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                Answer { status: answer.status, all: format!("{answer:?}{body}"), headers: steady(headers), body }
            }
            Ask::Stream(path) => {
                let cookie = [("cookie", viewer.person.cookie.as_str())];
                let mut events = Events::open(world.server.address, path, &cookie).await;
                let (status, mut body) = (events.status.as_u16(), String::new());
                if status == 200 {
                    body = format!("{:?}", events.until("ready").await);
                } else {
                    body.push_str(&events.text().await);
                }
                Answer { status, all: body.clone(), headers: Vec::new(), body }
            }
            Ask::Page(path) => self.of_browser(world, viewer, Method::GET, path, "", "").await,
            Ask::Form(path, form) => self.of_browser(world, viewer, Method::POST, path, FORM, form).await,
            Ask::Call(path, json) => self.of_browser(world, viewer, Method::POST, path, "application/json", json).await,
        }
    }

    async fn of_browser(
        &self,
        world: &World,
        viewer: &Viewer,
        method: Method,
        path: &str,
        kind: &str,
        body: &str,
    ) -> Answer {
        let mut connection = world.server.connect().await;
        let answer = connection.send(method, path, &viewer.person.cookie, kind, body).await.unwrap();
        Answer {
            status: answer.status.as_u16(),
            all: format!("{:?}{}", answer.headers, answer.text),
            headers: steady(
                answer.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default())),
            ),
            body: answer.text,
        }
    }
}

pub fn dav(method: &'static str, path: &str, body: &str) -> Ask {
    let headers = vec![("Depth", "1".to_owned()), ("Content-Type", "application/xml; charset=utf-8".to_owned())];
    Ask::Client(method, path.to_owned(), headers, body.to_owned())
}

pub fn rest(method: &'static str, path: &str, body: &str) -> Ask {
    let headers = vec![("Content-Type", "application/json".to_owned())];
    Ask::Client(method, format!("/api/v1.0{path}"), headers, body.to_owned())
}

/// Everything that may be looked at.
pub fn surfaces(world: &World, viewer: &Viewer) -> Vec<Surface> {
    [pages(world), functions(world), caldav(world, viewer), rest_surfaces(world), links::surfaces(world, viewer)]
        .into_iter()
        .flatten()
        .collect()
}

pub fn surface(route: &'static str, name: &'static str, shows: Shows, ask: Ask, absent: Option<Ask>) -> Surface {
    Surface { route, name, ask, shows, absent, is_hidden: false }
}

fn pages(world: &World) -> Vec<Surface> {
    let id = world.calendar.0;
    let page = |route, shows, path: String| surface(route, route, shows, Ask::Page(path), None);
    let then = "2099-01-01T00%3A00";
    vec![
        page("page /agenda/{view}/{date}", Shows::Events, "/agenda/week/2027-03-02".into()),
        page("page /agenda/{view}/{date}", Shows::Events, "/agenda/month/2027-03-02".into()),
        page("page /agenda/{view}/{date}", Shows::Events, "/agenda/day/2027-03-02".into()),
        page("page /event/{calendar}/{name}", Shows::One("xenon"), format!("/event/{id}/a.ics")),
        page("page /event/{calendar}/{name}", Shows::One("krypton"), format!("/event/{id}/b.ics")),
        page("page /event/{calendar}/{name}", Shows::One("argon"), format!("/event/{id}/c.ics")),
        page("page /event/{calendar}/{name}/history", Shows::HistoryOf("xenon"), format!("/event/{id}/a.ics/history")),
        page("page /event/{calendar}/{name}/invitation", Shows::One("xenon"), format!("/event/{id}/a.ics/invitation")),
        page("page /mail/about/{calendar}/{name}", Shows::One("xenon"), format!("/mail/about/{id}/a.ics")),
        page("page /calendars/{id}/changes", Shows::History, format!("/calendars/{id}/changes")),
        page("page /calendars/{id}/as-of", Shows::Nothing, format!("/calendars/{id}/as-of?at={then}")),
        page("page /calendars/{id}", Shows::Nothing, format!("/calendars/{id}")),
        page("page /calendars/{id}/sharing", Shows::Nothing, format!("/calendars/{id}/sharing")),
        page("page /find-a-time", Shows::Nothing, "/find-a-time?who=olga&from=2027-03-01&days=7".into()),
        page(
            "page /find-a-time",
            Shows::One("xenon"),
            format!("/find-a-time?calendar={id}&name=a.ics&from=2027-03-01"),
        ),
        page("page /bin", Shows::Nothing, "/bin".into()),
        page("page /shared", Shows::Nothing, "/shared".into()),
        page("page /import", Shows::Nothing, "/import".into()),
        page("page /settings", Shows::Nothing, "/settings".into()),
        page("page /", Shows::Events, "/".into()),
        page("page /groups", Shows::Nothing, "/groups".into()),
        page("page /groups/{slug}", Shows::Nothing, "/groups/choir".into()),
        page("/calendars/{id}/export.ics", Shows::Events, format!("/calendars/{id}/export.ics")),
    ]
}

fn functions(world: &World) -> Vec<Surface> {
    let id = world.calendar.0;
    let get = |route, shows, query: &str| {
        let path = |id: &str| format!("{route}?{}", query.replace("{id}", id));
        let absent = query.contains("{id}").then(|| Ask::Page(path(ABSENT)));
        surface(route, route, shows, Ask::Page(path(&id.to_string())), absent)
    };
    vec![
        get("/fn/agenda", Shows::Events, "from=2027-03-01&to=2027-03-08&calendars={id}"),
        get("/fn/agenda-page", Shows::Events, "view=week&date=2027-03-02"),
        get("/fn/event", Shows::One("xenon"), "calendar={id}&name=a.ics"),
        get("/fn/event", Shows::One("krypton"), "calendar={id}&name=b.ics"),
        get("/fn/event", Shows::One("argon"), "calendar={id}&name=c.ics"),
        get("/fn/event-page", Shows::One("argon"), &format!("path=%2Fevent%2F{id}%2Fc.ics&query=")),
        get("/fn/event-history", Shows::HistoryOf("xenon"), "calendar={id}&name=a.ics"),
        get("/fn/calendar-history", Shows::History, "calendar={id}&person=&way=&day="),
        get("/fn/calendar-as-of", Shows::History, "calendar={id}&at=2099-01-01T00%3A00&everything=true"),
        get("/fn/calendar", Shows::Nothing, "id={id}"),
        get("/fn/calendar-page", Shows::Nothing, "id={id}"),
        get("/fn/calendar-shares", Shows::Nothing, "calendar={id}"),
        get("/fn/calendars", Shows::Nothing, ""),
        get("/fn/shared-calendars", Shows::Nothing, ""),
        get("/fn/upcoming", Shows::Events, ""),
        get("/fn/bin", Shows::Nothing, "piece=0"),
    ]
}

fn caldav(world: &World, viewer: &Viewer) -> Vec<Surface> {
    // In the home of whoever asks, and where its owner has it.
    let theirs = format!("/api/v1.0/caldav/calendars/{}/{}/", world.home, world.slug);
    [viewer.path.clone(), theirs].iter().flat_map(|path| at(path)).collect()
}

/// By CalDAV, in the calendar at `path`.
fn at(path: &str) -> Vec<Surface> {
    let absent = path.replace("shared-", &format!("shared-{ABSENT}")).replace("/watched/", &format!("/{ABSENT}/"));
    let dav = |route, name, shows, method, rest: &str, body: &str| {
        let never = Some(dav(method, &format!("{absent}{rest}"), body));
        surface(route, name, shows, dav(method, &format!("{path}{rest}"), body), never)
    };
    let all = format!("<D:propfind {NS}><D:allprop/></D:propfind>");
    let data = |inner: &str| format!("<C:calendar-data>{inner}</C:calendar-data>");
    let events = query("<C:comp-filter name=\"VEVENT\"/>", &data(""));
    let by_title = |word: &str| {
        let filter = format!(
            "<C:comp-filter name=\"VEVENT\"><C:prop-filter name=\"SUMMARY\"><C:text-match>{word}</C:text-match></C:prop-filter></C:comp-filter>"
        );
        query(&filter, "")
    };
    let expanded = query(
        "<C:comp-filter name=\"VEVENT\"><C:time-range start=\"20270301T000000Z\" end=\"20270308T000000Z\"/></C:comp-filter>",
        &data("<C:expand start=\"20270301T000000Z\" end=\"20270308T000000Z\"/>"),
    );
    let multiget = format!(
        "<C:calendar-multiget {NS}><D:prop><C:calendar-data/></D:prop>{}</C:calendar-multiget>",
        super::CLASSES.map(|(.., name)| format!("<D:href>{path}{name}</D:href>")).concat()
    );
    let sync = format!(
        "<D:sync-collection {NS}><D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/><C:calendar-data/></D:prop></D:sync-collection>"
    );
    let busy = format!(
        "<C:free-busy-query {NS}><C:time-range start=\"20270301T000000Z\" end=\"20270308T000000Z\"/></C:free-busy-query>"
    );
    let principals =
        format!("<D:acl-principal-prop-set {NS}><D:prop><D:displayname/></D:prop></D:acl-principal-prop-set>");
    vec![
        dav("dav calendar GET", "GET of all", Shows::Events, "GET", "", ""),
        dav("dav calendar HEAD", "HEAD of all", Shows::Nothing, "HEAD", "", ""),
        dav("dav calendar OPTIONS", "OPTIONS", Shows::Nothing, "OPTIONS", "", ""),
        dav("dav calendar PROPFIND", "PROPFIND", Shows::Nothing, "PROPFIND", "", &all),
        dav("dav calendar REPORT", "calendar-query", Shows::Events, "REPORT", "", &events),
        dav("dav calendar REPORT", "calendar-query by a title", Shows::Nothing, "REPORT", "", &by_title("krypton")),
        dav("dav calendar REPORT", "calendar-query expanded", Shows::Events, "REPORT", "", &expanded),
        dav("dav calendar REPORT", "calendar-multiget", Shows::Events, "REPORT", "", &multiget),
        dav("dav calendar REPORT", "sync-collection", Shows::Events, "REPORT", "", &sync),
        dav("dav calendar REPORT", "free-busy-query", Shows::Nothing, "REPORT", "", &busy),
        dav("dav calendar REPORT", "acl-principal-prop-set", Shows::Nothing, "REPORT", "", &principals),
        dav("dav object GET", "GET", Shows::One("xenon"), "GET", "a.ics", ""),
        dav("dav object GET", "GET of what is private", Shows::One("krypton"), "GET", "b.ics", ""),
        dav("dav object GET", "GET of what is confidential", Shows::One("argon"), "GET", "c.ics", ""),
        dav("dav object HEAD", "HEAD", Shows::Nothing, "HEAD", "c.ics", ""),
        dav("dav object OPTIONS", "OPTIONS of an object", Shows::Nothing, "OPTIONS", "c.ics", ""),
        dav("dav object PROPFIND", "PROPFIND of an object", Shows::Nothing, "PROPFIND", "c.ics", &all),
        dav("dav object REPORT", "multiget of an object", Shows::One("argon"), "REPORT", "c.ics", &multiget),
    ]
}

fn rest_surfaces(world: &World) -> Vec<Surface> {
    let id = world.calendar.0;
    let get = |route, shows, path: &str| {
        let with = |id: &str| rest("GET", &path.replace("{id}", id), "");
        let absent = path.contains("{id}").then(|| with(ABSENT));
        surface(route, route, shows, with(&id.to_string()), absent)
    };
    let window = "from=2027-03-01&to=2027-03-08";
    vec![
        get("GET /api/v1.0/calendars", Shows::Nothing, "/calendars"),
        get("GET /api/v1.0/calendars/{id}", Shows::Nothing, "/calendars/{id}"),
        get("GET /api/v1.0/calendars/{id}/events", Shows::Events, &format!("/calendars/{{id}}/events?{window}")),
        get("GET /api/v1.0/events", Shows::Events, &format!("/events?{window}&calendars={id}")),
        get("GET /api/v1.0/calendars/{id}/events/{name}", Shows::One("xenon"), "/calendars/{id}/events/a.ics"),
        get("GET /api/v1.0/calendars/{id}/events/{name}", Shows::One("argon"), "/calendars/{id}/events/c.ics"),
        get("GET /api/v1.0/calendars/{id}/objects", Shows::Nothing, "/calendars/{id}/objects"),
        get("GET /api/v1.0/calendars/{id}/objects/{name}", Shows::One("xenon"), "/calendars/{id}/objects/a.ics"),
        get("GET /api/v1.0/calendars/{id}/objects/{name}", Shows::One("argon"), "/calendars/{id}/objects/c.ics"),
        get("GET /api/v1.0/calendars/{id}/export", Shows::Events, "/calendars/{id}/export"),
        get("GET /api/v1.0/calendars/{id}/free-busy", Shows::Nothing, &format!("/calendars/{{id}}/free-busy?{window}")),
        get("GET /api/v1.0/free-busy", Shows::Nothing, &format!("/free-busy?calendar={{id}}&{window}")),
        surface(
            "POST /api/v1.0/free-busy/suggestions",
            "suggestions",
            Shows::Nothing,
            rest(
                "POST",
                "/free-busy/suggestions",
                "{\"guests\":[{\"address\":\"olga\"}],\"from\":\"2027-03-01\",\"to\":\"2027-03-08\",\"minutes\":60}",
            ),
            None,
        ),
        get("GET /api/v1.0/calendars/{id}/shares/{who}", Shows::Nothing, "/calendars/{id}/shares/spare"),
        get("GET /api/v1.0/calendars/{id}/changes", Shows::Nothing, "/calendars/{id}/changes"),
        get("GET /api/v1.0/calendars/{id}/as-of", Shows::History, "/calendars/{id}/as-of?at=2099-01-01T00%3A00%3A00Z"),
        get(
            "GET /api/v1.0/calendars/{id}/objects/{name}/versions",
            Shows::Nothing,
            "/calendars/{id}/objects/c.ics/versions",
        ),
        get(
            "GET /api/v1.0/calendars/{id}/events/{name}/invitation",
            Shows::Nothing,
            "/calendars/{id}/events/a.ics/invitation",
        ),
        get(
            "GET /api/v1.0/calendars/{id}/objects/{name}/origin",
            Shows::Nothing,
            "/calendars/{id}/objects/a.ics/origin",
        ),
        get("GET /api/v1.0/calendars/{id}/versions/{revision}", Shows::Nothing, "/calendars/{id}/versions/99999"),
        get("GET /api/v1.0/calendars/{id}/links", Shows::Nothing, "/calendars/{id}/links"),
        get("GET /api/v1.0/calendars/{id}/shares", Shows::Nothing, "/calendars/{id}/shares"),
        get("GET /api/v1.0/bin", Shows::Nothing, "/bin"),
        get("GET /api/v1.0/offers", Shows::Nothing, "/offers"),
        surface("GET /api/v1.0/stream", "the stream", Shows::Nothing, Ask::Stream("/api/v1.0/stream".into()), None),
    ]
}

/// What a time zone is, where it is one.
const RULE: &str =
    "BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n";

/// Everything that changes the calendar or what is of it, with whether the viewer may.
pub async fn writes(world: &World, viewer: &Viewer) -> Vec<(&'static str, Ask, bool)> {
    let by_level = by_level(world, viewer).await.into_iter().chain(bins::writes(world, viewer).await);
    let mut writes: Vec<(&'static str, Ask, bool)> =
        by_level.map(|(route, ask, needed)| (route, ask, viewer.level >= needed)).collect();
    writes.extend(links::writes(world, viewer).await);
    writes
}

/// What takes a level.
async fn by_level(world: &World, viewer: &Viewer) -> Vec<(&'static str, Ask, Access)> {
    let id = world.calendar.0;
    let text = kalends_test_support::texts::event_titled("new", "New");
    let theirs = format!("/api/v1.0/caldav/calendars/{}/{}/", world.home, world.slug);
    let path = &viewer.path;
    let changed = text.replace("UID:new", "UID:uid-of-a.ics");
    let put = |path: String, text: &str| {
        Ask::Client("PUT", path, vec![("Content-Type", "text/calendar; charset=utf-8".into())], text.into())
    };
    let to = |method, from: String, to: String| Ask::Client(method, from, vec![("Destination", to)], String::new());
    let matching = |method, path: String, body: &str| {
        let headers = vec![("Content-Type", "application/json".to_owned()), ("If-Match", "*".to_owned())];
        Ask::Client(method, format!("/api/v1.0{path}"), headers, body.to_owned())
    };
    // Another for each level, so that it changes.
    let zone = format!("BEGIN:VTIMEZONE\r\nTZID:Zone-{}\r\n{RULE}END:VTIMEZONE\r\n", viewer.level as u8);
    let zone = kalends_test_support::requests::set(&format!(
        "<C:calendar-timezone>{}</C:calendar-timezone>",
        kalends_test_support::texts::calendar(&zone)
    ));
    let acl = format!(
        "<D:acl {NS}><D:ace><D:principal><D:href>/api/v1.0/caldav/principals/spare/</D:href></D:principal><D:grant><D:privilege><D:read/></D:privilege></D:grant></D:ace></D:acl>"
    );
    let share = "<CS:share xmlns:D=\"DAV:\" xmlns:CS=\"http://calendarserver.org/ns/\"><CS:set>\
        <D:href>/api/v1.0/caldav/principals/spare/</D:href><CS:read/></CS:set></CS:share>";
    let at = |rest: &str| format!("/calendars/{id}{rest}");
    let new = "{\"title\":\"New\",\"start\":{\"type\":\"date\",\"date\":\"2027-03-05\"}}";
    let mut writes = vec![
        ("dav object PUT", put(format!("{path}new.ics"), &text), Access::Write),
        ("dav object PUT", put(format!("{path}a.ics"), &changed), Access::Write),
        ("dav object PUT", put(format!("{theirs}new.ics"), &text), Access::Write),
        ("dav object DELETE", dav("DELETE", &format!("{path}a.ics"), ""), Access::Write),
        ("dav object MOVE", to("MOVE", format!("{path}a.ics"), viewer.client.at("moved.ics")), Access::Write),
        ("dav calendar PROPPATCH", dav("PROPPATCH", path, &zone), Access::Administer),
        ("dav calendar POST", dav("POST", path, share), Access::Administer),
        ("dav calendar DELETE", Ask::Client("DELETE", theirs.clone(), Vec::new(), String::new()), Access::Owner),
        (
            "PUT /api/v1.0/calendars/{id}/objects/{name}",
            {
                let headers = vec![("Content-Type", "text/calendar".to_owned()), ("If-None-Match", "*".to_owned())];
                Ask::Client("PUT", format!("/api/v1.0/calendars/{id}/objects/new.ics"), headers, text.clone())
            },
            Access::Write,
        ),
        ("DELETE /api/v1.0/calendars/{id}/objects/{name}", matching("DELETE", at("/objects/a.ics"), ""), Access::Write),
        ("POST /api/v1.0/calendars/{id}/events", rest("POST", &at("/events"), new), Access::Write),
        (
            "PATCH /api/v1.0/calendars/{id}/events/{name}",
            matching("PATCH", at("/events/a.ics"), "{\"title\":\"New\"}"),
            Access::Write,
        ),
        ("DELETE /api/v1.0/calendars/{id}/events/{name}", matching("DELETE", at("/events/a.ics"), ""), Access::Write),
        (
            "POST /api/v1.0/calendars/{id}/import",
            {
                let headers = vec![("Content-Type", "text/calendar".to_owned())];
                Ask::Client("POST", format!("/api/v1.0/calendars/{id}/import"), headers, text.clone())
            },
            Access::Write,
        ),
        (
            "PUT /api/v1.0/calendars/{id}/shares/{who}",
            rest("PUT", &at("/shares/spare"), "{\"access\":\"free-busy\"}"),
            Access::Administer,
        ),
        (
            "POST /api/v1.0/calendars/{id}/links",
            rest("POST", &at("/links"), "{\"name\":\"New\",\"access\":\"read\"}"),
            Access::Administer,
        ),
        ("DELETE /api/v1.0/calendars/{id}/shares/{who}", rest("DELETE", &at("/shares/shared"), ""), Access::Administer),
        ("DELETE /api/v1.0/calendars/{id}", matching("DELETE", at(""), ""), Access::Owner),
        ("/fn/calendar-delete", Ask::Call("/fn/calendar-delete".into(), format!("{{\"id\":{id}}}")), Access::Owner),
        (
            "/calendars/{id}/sharing",
            Ask::Form(format!("/calendars/{id}/sharing"), "do=share&team=&name=spare&level=free-busy&ends=".into()),
            Access::Administer,
        ),
    ];
    writes.extend(edits(world).await);
    if path == &theirs {
        writes.push(("dav calendar ACL", dav("ACL", path, &acl), Access::Administer));
    }
    writes.push(("dav calendar ACL", dav("ACL", &theirs, &acl), Access::Administer));
    writes
}

/// What the agenda's form does.
async fn edits(world: &World) -> Vec<(&'static str, Ask, Access)> {
    let opened = world.opened("a.ics").await;
    let event = &opened["event"];
    let mut fields = opened["fields"].clone();
    fields["title"] = "New".into();
    let to = json!({ "Times": { "start": "2027-03-03T09:00:00", "end": "2027-03-03T10:00:00" } });
    let call = |path: &str, body: Value| Ask::Call(path.to_owned(), body.to_string());
    vec![
        ("/fn/event-create", call("/fn/event-create", json!({ "fields": fields })), Access::Write),
        (
            "/fn/event-update",
            call("/fn/event-update", json!({ "event": event, "scope": "all", "fields": fields })),
            Access::Write,
        ),
        ("/fn/event-move", call("/fn/event-move", json!({ "event": event, "scope": "all", "to": to })), Access::Write),
        ("/fn/event-delete", call("/fn/event-delete", json!({ "event": event, "scope": "all" })), Access::Write),
    ]
}
