//! Parsed objects kept for reading again: a month that is looked at twice is parsed once.

use crate::model::calendar::{CalendarId, Revision};
use crate::model::object::ObjectHead;
use crate::store::{ObjectId, Transaction};
use crate::{Kalends, Result};
use kalends_ical::instances::Window;
use kalends_ical::{CalendarObject, ComponentKind};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;

/// Octets of object text whose parsed form is kept. The parsed form takes about six times as much memory.
const CAPACITY: u64 = 3 * 1024 * 1024;
/// What a typical object weighs, to size the cache's table.
const TYPICAL: usize = 512;

/// A revision is never given to two texts of one object, so nothing in here ever has to be taken out.
pub(crate) type ParsedObjects = Cache<(ObjectId, Revision), Parsed, ByText>;

#[derive(Clone)]
pub(crate) struct Parsed {
    object: Arc<CalendarObject>,
    octets: usize,
}

#[derive(Clone)]
pub(crate) struct ByText;

impl Weighter<(ObjectId, Revision), Parsed> for ByText {
    fn weight(&self, _: &(ObjectId, Revision), parsed: &Parsed) -> u64 {
        parsed.octets as u64
    }
}

pub(crate) fn cache() -> ParsedObjects {
    Cache::with_weighter(CAPACITY as usize / TYPICAL, CAPACITY, ByText)
}

/// How many octets of objects are read at once; a single object may have more. Their parsed form takes about six times as much.
pub(crate) const PAGE_OCTETS: usize = 1024 * 1024;
/// How many heads of candidates are read at once.
const PAGE_HEADS: usize = 1000;

/// Parsed objects with what the store knows of them.
pub(crate) type Page = Vec<(ObjectHead, Arc<CalendarObject>)>;

/// The objects of a calendar whose extent touches a window, in pages, so that what is in memory does not grow with the calendar.
pub(crate) struct Candidates {
    pub calendar: CalendarId,
    window: Window,
    kind: Option<ComponentKind>,
    /// Where the next page begins; `None` when there is none.
    after: Option<ObjectId>,
}

impl Candidates {
    pub fn new(calendar: CalendarId, window: Window, kind: Option<ComponentKind>) -> Self {
        Candidates { calendar, window, kind, after: Some(ObjectId(0)) }
    }

    async fn read(&mut self, tx: &mut Transaction) -> Result<Option<Vec<ObjectHead>>> {
        let Some(after) = self.after else { return Ok(None) };
        let heads = tx.candidates(self.calendar, self.window, self.kind, after, PAGE_HEADS).await?;
        self.after = heads.last().map(|head| head.id).filter(|_| heads.len() == PAGE_HEADS);
        Ok((!heads.is_empty()).then_some(heads))
    }

    /// The next page of heads.
    pub async fn next_heads(&mut self, tx: &mut Transaction) -> Result<Option<Vec<ObjectHead>>> {
        self.read(tx).await
    }

    /// The next page of objects.
    pub async fn next_parsed(&mut self, kalends: &Kalends, tx: &mut Transaction) -> Result<Option<Page>> {
        let Some(mut heads) = self.read(tx).await? else { return Ok(None) };
        let mut octets = 0;
        let fitting = heads.iter().take_while(|head| {
            octets += head.size;
            octets <= PAGE_OCTETS
        });
        let count = fitting.count().max(1);
        if count < heads.len() {
            heads.truncate(count);
            self.after = heads.last().map(|head| head.id);
        }
        kalends.parsed(tx, heads).await.map(Some)
    }
}

impl Kalends {
    /// The objects of `heads`, in their order, parsed now or before.
    async fn parsed(&self, tx: &mut Transaction, heads: Vec<ObjectHead>) -> Result<Page> {
        let known: Vec<Option<Parsed>> = heads.iter().map(|head| self.parsed.get(&(head.id, head.revision))).collect();
        let missing: Vec<ObjectId> =
            heads.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(head, _)| head.id).collect();
        let texts = tx.texts(&missing).await?;
        if texts.is_empty() {
            return self.complete(heads, known, texts);
        }
        let kalends = self.clone();
        let octets = texts.iter().map(String::len).sum();
        self.parse_on_a_thread(octets, move || kalends.complete(heads, known, texts)).await
    }

    /// Parses `texts`, those of the heads that are not `known`, in their order.
    fn complete(&self, heads: Vec<ObjectHead>, known: Vec<Option<Parsed>>, texts: Vec<String>) -> Result<Page> {
        let mut texts = texts.into_iter();
        let mut objects = Vec::with_capacity(heads.len());
        for (head, known) in heads.into_iter().zip(known) {
            let object = match known {
                Some(parsed) => parsed.object,
                None => {
                    let Some(text) = texts.next() else { break };
                    let object = Arc::new(CalendarObject::parse(&text, &self.limits.text)?);
                    self.parsed.insert((head.id, head.revision), Parsed { object: object.clone(), octets: text.len() });
                    object
                }
            };
            objects.push((head, object));
        }
        Ok(objects)
    }
}
