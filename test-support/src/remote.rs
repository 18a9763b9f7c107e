//! A service elsewhere with calendars in memory: it has ids and tags of its own, names changes since a cursor or lists everything, writes
//! texts its own way where a test wants that, and fails where a test says.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use kalends_domain::sync::RemoteAccount;
use kalends_domain::sync::connector::{Connector, CredentialKeeper};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::{
    Answer, Capabilities, ChangePage, Coverage, Cursor, FetchOutcome, Fetched, Following, Provider, ProviderError,
    RemoteCalendar, RemoteCalendarId, RemoteHead, RemoteObjectId, RemoteTag, Stored, StoredText,
};
use kalends_ical::instances::Window;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// What is asked of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Calendars,
    Changes,
    Fetch,
    Create,
    Update,
    Delete,
}

/// What goes wrong with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is refused, and nothing is done.
    Refused(ProviderError),
    /// It is done, and the answer is lost.
    Lost,
}

/// A fault that may be otherwise the next time.
pub fn transient() -> ProviderError {
    ProviderError::Transient { why: "the connection was reset".into(), retry_after: None }
}

type Faults = Box<dyn FnMut(Call, &[&str]) -> Option<Fault> + Send>;
type Rewriting = Box<dyn Fn(&str) -> String + Send>;

/// A calendar of the service.
struct Collection {
    remote: RemoteCalendar,
    /// Text and version of each object.
    objects: BTreeMap<String, (String, u64)>,
    /// The last change of each object that there ever was.
    changes: BTreeMap<String, u64>,
}

struct State {
    calendars: BTreeMap<String, Collection>,
    version: u64,
    /// Earlier cursors are rejected.
    oldest: u64,
    made: u64,
    lists: bool,
    windowed: bool,
    is_lossy: bool,
    sends_texts: bool,
    reads_back: bool,
    page: usize,
    wished: Option<TimeDelta>,
    faults: Option<Faults>,
    rewriting: Option<Rewriting>,
    calls: Vec<(Call, usize)>,
}

/// The service. Clones are the same one.
#[derive(Clone)]
pub struct RemoteService(Arc<Mutex<State>>);

pub const REMOTE: &str = "work";

impl RemoteService {
    /// With the one calendar [`REMOTE`], which names its changes.
    pub fn new() -> Self {
        let service = RemoteService(Arc::new(Mutex::new(State {
            calendars: BTreeMap::new(),
            version: 1,
            oldest: 0,
            made: 0,
            lists: false,
            windowed: false,
            is_lossy: false,
            sends_texts: false,
            reads_back: true,
            page: 40,
            wished: None,
            faults: None,
            rewriting: None,
            calls: Vec::new(),
        })));
        service.add_calendar(REMOTE, true);
        service
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap())
    }

    pub fn add_calendar(&self, id: &str, is_writable: bool) {
        let remote = RemoteCalendar {
            id: RemoteCalendarId(id.to_owned()),
            name: id.to_owned(),
            description: None,
            color: Some("#112233".into()),
            order: None,
            components: None,
            is_writable,
            is_shared: false,
            time_zone: None,
            following: Following::Changes,
        };
        let collection = Collection { remote, objects: BTreeMap::new(), changes: BTreeMap::new() };
        self.with(|state| state.calendars.insert(id.to_owned(), collection));
    }

    pub fn remove_calendar(&self, id: &str) {
        self.with(|state| state.calendars.remove(id));
    }

    /// What was changed last is named by no cursor, as by a server that gave one while it was being written.
    pub fn miss_last_change(&self) {
        self.with(|state| {
            let version = state.version;
            let changes = state.calendars.values_mut().flat_map(|calendar| calendar.changes.values_mut());
            changes.filter(|change| **change == version).for_each(|change| *change = 0);
        });
    }

    /// It lists everything each time, instead of naming what has changed.
    pub fn lists(&self) {
        self.with(|state| state.lists = true);
    }

    /// It lists what touches the window that it is asked for, and nothing else.
    pub fn is_windowed(&self) {
        self.with(|state| (state.lists, state.windowed, state.page) = (true, true, usize::MAX));
    }

    /// The calendar [`REMOTE`] is called and coloured otherwise.
    pub fn looks(&self, name: &str, color: &str) {
        let look = |remote: &mut RemoteCalendar| (remote.name, remote.color) = (name.into(), Some(color.into()));
        self.with(|state| look(&mut state.calendars.get_mut(REMOTE).unwrap().remote));
    }

    /// It does not say that it keeps texts as they are.
    pub fn is_lossy(&self) {
        self.with(|state| state.is_lossy = true);
    }

    /// Texts come with the heads.
    pub fn sends_texts(&self) {
        self.with(|state| state.sends_texts = true);
    }

    /// It says what it has as soon as it was sent.
    pub fn tells_tags(&self) {
        self.with(|state| state.reads_back = false);
    }

    /// Whatever is put is stored as `rewriting` has it.
    pub fn rewrites(&self, rewriting: impl Fn(&str) -> String + Send + 'static) {
        self.with(|state| state.rewriting = Some(Box::new(rewriting)));
    }

    /// It wishes to be asked again after so long.
    pub fn wishes(&self, interval: Option<TimeDelta>) {
        self.with(|state| state.wished = interval);
    }

    /// `faults` says of each call, with the UIDs or ids that it is about, what goes wrong.
    pub fn fails(&self, faults: impl FnMut(Call, &[&str]) -> Option<Fault> + Send + 'static) {
        self.with(|state| state.faults = Some(Box::new(faults)));
    }

    pub fn works(&self) {
        self.with(|state| state.faults = None);
    }

    /// No cursor that was given out is of use any more.
    pub fn forgets_cursors(&self) {
        self.with(|state| {
            state.version += 1;
            state.oldest = state.version;
        });
    }

    /// The calls since the last time that this was asked, with how many objects each was about.
    pub fn calls(&self) -> Vec<(Call, usize)> {
        self.with(|state| std::mem::take(&mut state.calls))
    }

    /// Somebody else stores an object there: in the place of the one of its UID, if there is one.
    pub fn put(&self, text: &str) {
        self.with(|state| {
            let uid = uid(text);
            let id = id_of(&state.calendars[REMOTE], &uid);
            let id = id.unwrap_or_else(|| state.new_id());
            state.store(REMOTE, &id, text);
        });
    }

    /// Somebody else deletes an object there.
    pub fn delete(&self, uid: &str) {
        self.with(|state| {
            if let Some(id) = id_of(&state.calendars[REMOTE], uid) {
                state.remove(REMOTE, &id);
            }
        });
    }

    /// The text of the object with this UID.
    pub fn text(&self, uid: &str) -> Option<String> {
        self.with(|state| {
            let calendar = &state.calendars[REMOTE];
            id_of(calendar, uid).map(|id| calendar.objects[&id].0.clone())
        })
    }

    /// All texts, by id.
    pub fn texts(&self) -> BTreeMap<String, String> {
        self.with(|state| {
            let objects = state.calendars[REMOTE].objects.iter();
            objects.map(|(id, (text, _))| (id.clone(), text.clone())).collect()
        })
    }

    /// Every object is at another place from now on, with the same text.
    pub fn moves_everything(&self) {
        self.with(|state| {
            let objects = std::mem::take(&mut state.calendars.get_mut(REMOTE).unwrap().objects);
            for (id, (text, _)) in objects {
                state.version += 1;
                let version = state.version;
                state.calendars.get_mut(REMOTE).unwrap().changes.insert(id, version);
                let new = state.new_id();
                state.store(REMOTE, &new, &text);
            }
        });
    }
}

impl Default for RemoteService {
    fn default() -> Self {
        Self::new()
    }
}

fn uid(text: &str) -> String {
    // As far as a service reads what it stores.
    text.lines().find_map(|line| line.strip_prefix("UID:")).unwrap_or_default().to_owned()
}

fn starts(text: &str) -> DateTime<Utc> {
    let start = text.lines().find_map(|line| line.strip_prefix("DTSTART:")).unwrap();
    NaiveDateTime::parse_from_str(start, "%Y%m%dT%H%M%SZ").unwrap().and_utc()
}

fn id_of(calendar: &Collection, wanted: &str) -> Option<String> {
    calendar.objects.iter().find(|(_, (text, _))| uid(text) == wanted).map(|(id, _)| id.clone())
}

fn tag(version: u64) -> RemoteTag {
    RemoteTag(format!("\"{version}\""))
}

impl State {
    fn new_id(&mut self) -> String {
        self.made += 1;
        format!("object-{}.ics", self.made)
    }

    fn store(&mut self, calendar: &str, id: &str, text: &str) -> u64 {
        self.version += 1;
        let calendar = self.calendars.get_mut(calendar).unwrap();
        calendar.objects.insert(id.to_owned(), (text.to_owned(), self.version));
        calendar.changes.insert(id.to_owned(), self.version);
        self.version
    }

    fn remove(&mut self, calendar: &str, id: &str) {
        self.version += 1;
        let calendar = self.calendars.get_mut(calendar).unwrap();
        calendar.objects.remove(id);
        calendar.changes.insert(id.to_owned(), self.version);
    }

    /// `Ok(true)`: the answer is to be lost.
    fn called(&mut self, call: Call, about: &[&str]) -> Result<bool, ProviderError> {
        self.calls.push((call, about.len()));
        match self.faults.as_mut().and_then(|faults| faults(call, about)) {
            None => Ok(false),
            Some(Fault::Refused(error)) => Err(error),
            Some(Fault::Lost) => Ok(true),
        }
    }

    fn calendar(&mut self, id: &RemoteCalendarId) -> Result<&mut Collection, ProviderError> {
        self.calendars.get_mut(&id.0).ok_or_else(|| ProviderError::Missing("there is no such calendar".into()))
    }

    fn changes(&mut self, id: &RemoteCalendarId, since: Option<&Cursor>) -> Result<ChangePage, ProviderError> {
        let (lists, sends_texts, oldest, newest, page) =
            (self.lists, self.sends_texts, self.oldest, self.version, self.page);
        let calendar = self.calendar(id)?;
        let head = |id: &String, (text, version): &(String, u64)| RemoteHead {
            id: RemoteObjectId(id.clone()),
            tag: Some(tag(*version)),
            text: sends_texts.then(|| text.clone()),
        };
        let cursor = since.map(|cursor| cursor.0.as_str()).unwrap_or_default();
        // A listing goes on after an id.
        if lists || since.is_none() || cursor.contains('@') {
            let (after, at) = cursor.split_once('@').map_or(("", newest), |(after, at)| (after, at.parse().unwrap()));
            if at < oldest {
                return Err(ProviderError::CursorRejected);
            }
            let mut rest = calendar.objects.range(after.to_owned()..).filter(|(id, _)| id.as_str() > after);
            let present: Vec<RemoteHead> = rest.by_ref().take(page).map(|(id, object)| head(id, object)).collect();
            let has_more = rest.next().is_some();
            let next = match present.last().filter(|_| has_more) {
                Some(last) => format!("{}@{at}", last.id.0),
                None => at.to_string(),
            };
            let next = Cursor(if lists && !has_more { String::new() } else { next });
            return Ok(ChangePage { coverage: Coverage::Everything, present, removed: Vec::new(), next, has_more });
        }
        let since: u64 = cursor.parse().map_err(|_| ProviderError::CursorRejected)?;
        if since < oldest {
            return Err(ProviderError::CursorRejected);
        }
        let mut changed: Vec<(u64, String)> =
            calendar.changes.iter().filter(|(_, at)| **at > since).map(|(id, at)| (*at, id.clone())).collect();
        changed.sort();
        let has_more = changed.len() > page;
        changed.truncate(page);
        let next = if has_more { changed.last().map_or(newest, |(at, _)| *at) } else { newest };
        let (mut present, mut removed) = (Vec::new(), Vec::new());
        for (_, id) in changed {
            match calendar.objects.get(&id) {
                Some(object) => present.push(head(&id, object)),
                None => removed.push(RemoteObjectId(id)),
            }
        }
        Ok(ChangePage { coverage: Coverage::Changes, present, removed, next: Cursor(next.to_string()), has_more })
    }

    fn stored(&mut self, calendar: &str, id: &str, text: &str) -> Stored {
        let kept = self.rewriting.as_ref().map_or_else(|| text.to_owned(), |rewriting| rewriting(text));
        let version = self.store(calendar, id, &kept);
        let says = !self.reads_back && self.rewriting.is_none();
        let text = if says { StoredText::AsSent { tag: tag(version) } } else { StoredText::ToBeReadBack };
        Stored { id: RemoteObjectId(id.to_owned()), text }
    }

    fn check(
        &mut self,
        calendar: &RemoteCalendarId,
        id: &str,
        wanted: Option<&RemoteTag>,
    ) -> Result<(), ProviderError> {
        let calendar = self.calendar(calendar)?;
        if !calendar.remote.is_writable {
            return Err(ProviderError::Forbidden("the calendar is for reading".into()));
        }
        let Some((_, version)) = calendar.objects.get(id) else { return Err(ProviderError::Changed) };
        if wanted.is_some_and(|wanted| *wanted != tag(*version)) { Err(ProviderError::Changed) } else { Ok(()) }
    }
}

/// What was answered, or that nobody hears it.
fn answered<T>(lost: bool, answer: T) -> Result<T, ProviderError> {
    if lost { Err(transient()) } else { Ok(answer) }
}

impl Provider for RemoteService {
    fn capabilities(&self) -> Capabilities {
        Capabilities { writes: true, keeps_texts: self.with(|state| !state.is_lossy) }
    }

    fn calendars(&self) -> Answer<'_, Vec<RemoteCalendar>> {
        let answer = self.with(|state| {
            let lost = state.called(Call::Calendars, &[])?;
            answered(lost, state.calendars.values().map(|calendar| calendar.remote.clone()).collect())
        });
        Box::pin(async move { answer })
    }

    fn changes<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        since: Option<&'a Cursor>,
        window: Window,
    ) -> Answer<'a, ChangePage> {
        let answer = self.with(|state| {
            let lost = state.called(Call::Changes, &[])?;
            let mut page = state.changes(calendar, since)?;
            if state.windowed {
                page.coverage = Coverage::Within(window);
                let objects = &state.calendar(calendar)?.objects;
                page.present.retain(|head| window.start.is_none_or(|start| starts(&objects[&head.id.0].0) >= start));
            }
            answered(lost, page)
        });
        Box::pin(async move { answer })
    }

    fn wished_interval(&self) -> Option<TimeDelta> {
        self.with(|state| state.wished)
    }

    fn fetch<'a>(&'a self, calendar: &'a RemoteCalendarId, objects: &'a [RemoteObjectId]) -> Answer<'a, Vec<Fetched>> {
        let answer = self.with(|state| {
            let names: Vec<&str> = objects.iter().map(|id| id.0.as_str()).collect();
            let lost = state.called(Call::Fetch, &names)?;
            let calendar = state.calendar(calendar)?;
            let fetched = objects.iter().map(|id| {
                let outcome = match calendar.objects.get(&id.0) {
                    Some((text, version)) => FetchOutcome::Text { text: text.clone(), tag: Some(tag(*version)) },
                    None => FetchOutcome::Gone,
                };
                Fetched { id: id.clone(), outcome }
            });
            let fetched = fetched.collect();
            answered(lost, fetched)
        });
        Box::pin(async move { answer })
    }

    fn create<'a>(&'a self, calendar: &'a RemoteCalendarId, uid: &'a str, text: &'a str) -> Answer<'a, Stored> {
        let answer = self.with(|state| {
            let lost = state.called(Call::Create, &[uid])?;
            if !state.calendar(calendar)?.remote.is_writable {
                return Err(ProviderError::Forbidden("the calendar is for reading".into()));
            }
            if let Some(by) = id_of(state.calendar(calendar)?, uid) {
                return Err(ProviderError::UidTaken { by: Some(RemoteObjectId(by)) });
            }
            let id = state.new_id();
            let stored = state.stored(&calendar.0, &id, text);
            answered(lost, stored)
        });
        Box::pin(async move { answer })
    }

    fn update<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        object: &'a RemoteObjectId,
        tag: Option<&'a RemoteTag>,
        text: &'a str,
    ) -> Answer<'a, Stored> {
        let answer = self.with(|state| {
            let lost = state.called(Call::Update, &[&uid(text)])?;
            state.check(calendar, &object.0, tag)?;
            let stored = state.stored(&calendar.0, &object.0, text);
            answered(lost, stored)
        });
        Box::pin(async move { answer })
    }

    fn delete<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        object: &'a RemoteObjectId,
        tag: Option<&'a RemoteTag>,
    ) -> Answer<'a, ()> {
        let answer = self.with(|state| {
            let lost = state.called(Call::Delete, &[&object.0])?;
            if state.calendar(calendar)?.objects.contains_key(&object.0) {
                state.check(calendar, &object.0, tag)?;
                state.remove(&calendar.0, &object.0);
            }
            answered(lost, ())
        });
        Box::pin(async move { answer })
    }
}

impl Connector for RemoteService {
    fn connect<'a>(
        &'a self,
        _: &'a RemoteAccount,
        _: Option<Credentials>,
        _: Arc<dyn CredentialKeeper>,
    ) -> Answer<'a, Arc<dyn Provider>> {
        let service = self.clone();
        Box::pin(async move { Ok(Arc::new(service) as Arc<dyn Provider>) })
    }
}

/// A service that says itself when to come back.
pub fn busy(wait: TimeDelta) -> ProviderError {
    ProviderError::Transient { why: "too many requests".into(), retry_after: Some(wait) }
}
