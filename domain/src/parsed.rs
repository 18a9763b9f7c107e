//! Parsed objects kept for reading again: a month that is looked at twice is parsed once.

use crate::calendars::Revision;
use crate::ical::CalendarObject;
use crate::objects::ObjectHead;
use crate::store::{ObjectId, Transaction};
use crate::thread::on_a_thread;
use crate::{Kalends, Result};
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

impl Kalends {
    /// The objects of `heads`, in their order, parsed now or before.
    pub(crate) async fn parsed(
        &self,
        tx: &mut dyn Transaction,
        heads: Vec<(ObjectId, ObjectHead)>,
    ) -> Result<Vec<(ObjectId, ObjectHead, Arc<CalendarObject>)>> {
        let known: Vec<Option<Parsed>> =
            heads.iter().map(|(id, head)| self.parsed.get(&(*id, head.revision))).collect();
        let missing: Vec<ObjectId> =
            heads.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|((id, _), _)| *id).collect();
        let texts = tx.texts(&missing).await?;
        if texts.is_empty() {
            return self.complete(heads, known, texts);
        }
        let kalends = self.clone();
        on_a_thread(move || kalends.complete(heads, known, texts)).await
    }

    /// Parses `texts`, those of the heads that are not `known`, in their order.
    fn complete(
        &self,
        heads: Vec<(ObjectId, ObjectHead)>,
        known: Vec<Option<Parsed>>,
        texts: Vec<String>,
    ) -> Result<Vec<(ObjectId, ObjectHead, Arc<CalendarObject>)>> {
        let mut texts = texts.into_iter();
        let mut objects = Vec::with_capacity(heads.len());
        for ((id, head), known) in heads.into_iter().zip(known) {
            let object = match known {
                Some(parsed) => parsed.object,
                None => {
                    let Some(text) = texts.next() else { break };
                    let object = Arc::new(CalendarObject::parse(&text, &self.limits)?);
                    self.parsed.insert((id, head.revision), Parsed { object: object.clone(), octets: text.len() });
                    object
                }
            };
            objects.push((id, head, object));
        }
        Ok(objects)
    }
}
