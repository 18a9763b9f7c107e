//! When a calendar is busy (RFC 4791 section 7.10), without saying with what.

use crate::access::{Access, PrincipalId};
use crate::calendars::{CalendarId, authorize};
use crate::ical::CalendarObject;
use crate::ical::ComponentKind;
use crate::instances::{Window, instances};
use crate::time::Zone;
use crate::{Error, Kalends, Result};
use chrono::{DateTime, Utc};

/// FBTYPE (RFC 5545 section 3.2.9), the weaker first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BusyKind {
    Tentative,
    Busy,
}

/// A span in which something takes time, its end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BusySpan {
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    pub kind: BusyKind,
}

impl Kalends {
    /// The spans within `from` to `to` in which events of the calendar take time, in order; spans of one kind do not touch, and
    /// where a tentative one meets a busy one it is cut. Transparent and cancelled events take none. `floating` is the zone that
    /// floating times and days are read in.
    ///
    /// # Errors
    /// `NotFound` (the calendar), `TooManyInstances`.
    pub async fn free_busy(
        &self,
        who: PrincipalId,
        calendar: CalendarId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        floating: &Zone,
    ) -> Result<Vec<BusySpan>> {
        let window = Window { start: Some(from), end: Some(to) };
        let mut tx = self.db.read().await?;
        authorize(&mut *tx, who, calendar, Access::Read).await?;
        let candidates = tx.candidates(calendar, window, Some(ComponentKind::Event)).await?;
        let limit = self.limits.instances;
        let mut spans = Vec::new();
        for (_, _, object) in self.parsed(&mut *tx, candidates).await? {
            add(&mut spans, &object, window, floating, limit)?;
            if spans.len() > limit {
                return Err(Error::TooManyInstances { limit });
            }
        }
        for span in &mut spans {
            span.start = span.start.max(from);
            span.end = span.end.min(to);
        }
        Ok(joined(spans))
    }
}

fn add(
    spans: &mut Vec<BusySpan>,
    object: &CalendarObject,
    window: Window,
    floating: &Zone,
    limit: usize,
) -> Result<()> {
    for instance in instances(object, window, floating, limit)? {
        let entry = instance.override_index.map_or(object.master.as_ref(), |index| object.overrides.get(index));
        let Some(entry) = entry.filter(|entry| !entry.transparent) else { continue };
        let kind = match entry.status.as_deref() {
            Some("CANCELLED") => continue,
            Some("TENTATIVE") => BusyKind::Tentative,
            _ => BusyKind::Busy,
        };
        spans.push(BusySpan { start: instance.start_utc, end: instance.end_utc, kind });
    }
    Ok(())
}

/// Joins spans that overlap or touch. Walks over the points where something begins or ends, and knows at each how many of a kind
/// are under way.
fn joined(spans: Vec<BusySpan>) -> Vec<BusySpan> {
    let mut points: Vec<(DateTime<Utc>, BusyKind, i32)> = Vec::with_capacity(spans.len() * 2);
    for span in spans.iter().filter(|span| span.start < span.end) {
        points.push((span.start, span.kind, 1));
        points.push((span.end, span.kind, -1));
    }
    points.sort_unstable_by_key(|(at, _, _)| *at);
    let (mut busy, mut tentative) = (0, 0);
    let mut joined: Vec<BusySpan> = Vec::new();
    let mut points = points.into_iter().peekable();
    while let Some((at, kind, step)) = points.next() {
        match kind {
            BusyKind::Busy => busy += step,
            BusyKind::Tentative => tentative += step,
        }
        let Some((next, _, _)) = points.peek() else { break };
        let kind = match (busy > 0, tentative > 0) {
            (true, _) => BusyKind::Busy,
            (false, true) => BusyKind::Tentative,
            (false, false) => continue,
        };
        if at == *next {
            continue;
        }
        match joined.last_mut() {
            Some(last) if last.end == at && last.kind == kind => last.end = *next,
            _ => joined.push(BusySpan { start: at, end: *next, kind }),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use BusyKind::{Busy, Tentative};
    use proptest::prelude::*;

    fn span(start: i64, end: i64, kind: BusyKind) -> BusySpan {
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        BusySpan { start: at(start), end: at(end), kind }
    }

    #[test]
    fn spans_are_joined_and_the_stronger_kind_counts() {
        let spans =
            vec![span(5, 9, Tentative), span(0, 2, Busy), span(2, 6, Busy), span(9, 10, Busy), span(3, 3, Busy)];
        assert_eq!(joined(spans), [span(0, 6, Busy), span(6, 9, Tentative), span(9, 10, Busy)]);
        let around = vec![span(0, 10, Tentative), span(4, 5, Busy)];
        assert_eq!(joined(around), [span(0, 4, Tentative), span(4, 5, Busy), span(5, 10, Tentative)]);
        assert_eq!(joined(Vec::new()), []);
    }

    proptest! {
        #[test]
        fn every_second_is_as_its_strongest_span(parts in prop::collection::vec((0i64..40, 0i64..10, any::<bool>()), 0..12)) {
            let spans: Vec<BusySpan> = parts
                .iter()
                .map(|(start, length, busy)| span(*start, start + length, if *busy { Busy } else { Tentative }))
                .collect();
            let joined = joined(spans.clone());
            for second in 0..60 {
                let at = DateTime::from_timestamp(second, 0).unwrap();
                let of = |spans: &[BusySpan]| spans.iter().filter(|s| s.start <= at && at < s.end).map(|s| s.kind).max();
                prop_assert_eq!(of(&spans), of(&joined));
            }
            for pair in joined.windows(2) {
                prop_assert!(pair[0].end < pair[1].start || pair[0].end == pair[1].start && pair[0].kind != pair[1].kind);
            }
        }
    }
}
