//! Places events that overlap side by side in a day's column.

use super::order;

/// Where an event stands across its column: from `column` over `span` of `columns` equal parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub column: usize,
    pub span: usize,
    pub columns: usize,
}

/// Places half-open spans so that none covers another, each as far left as it fits and as wide as what stands beside it allows.
///
/// Spans that touch each other, directly or through others, share one number of columns: as many as overlap at once at the
/// most. The longer of two that start together stands further left. A span without length takes part as if it had one.
pub fn pack(spans: &[(u32, u32)]) -> Vec<Place> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order::sort(&mut order, |&a, &b| (spans[a].0, spans[b].1, a).cmp(&(spans[b].0, spans[a].1, b)));
    let mut places = vec![Place { column: 0, span: 1, columns: 1 }; spans.len()];
    let mut group: Vec<usize> = Vec::new();
    let mut group_end = 0;
    for &i in &order {
        let (start, end) = effective(spans[i]);
        if start >= group_end && !group.is_empty() {
            place_group(spans, &group, &mut places);
            group.clear();
        }
        group_end = if group.is_empty() { end } else { group_end.max(end) };
        group.push(i);
    }
    place_group(spans, &group, &mut places);
    places
}

fn effective((start, end): (u32, u32)) -> (u32, u32) {
    (start, end.max(start + 1))
}

fn overlap(a: (u32, u32), b: (u32, u32)) -> bool {
    let (a, b) = (effective(a), effective(b));
    a.0 < b.1 && b.0 < a.1
}

/// `group` is in the order of starts.
fn place_group(spans: &[(u32, u32)], group: &[usize], places: &mut [Place]) {
    let mut columns: Vec<Vec<usize>> = Vec::new();
    for &i in group {
        let (start, _) = effective(spans[i]);
        let free =
            columns.iter().position(|members| members.last().is_none_or(|&last| effective(spans[last]).1 <= start));
        let column = free.unwrap_or_else(|| {
            columns.push(Vec::new());
            columns.len() - 1
        });
        columns[column].push(i);
        places[i].column = column;
    }
    for &i in group {
        let right = &columns[places[i].column + 1..];
        let free =
            right.iter().take_while(|members| !members.iter().any(|&other| overlap(spans[i], spans[other]))).count();
        places[i].span = 1 + free;
        places[i].columns = columns.len();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn place(column: usize, span: usize, columns: usize) -> Place {
        Place { column, span, columns }
    }

    #[test]
    fn alone_takes_the_whole_width() {
        assert_eq!(pack(&[]), []);
        assert_eq!(pack(&[(540, 600), (600, 660)]), [place(0, 1, 1), place(0, 1, 1)]);
    }

    #[test]
    fn a_chain_of_overlaps_shares_its_columns() {
        // a overlaps b, b overlaps c, c starts when a is over: c stands below a.
        assert_eq!(pack(&[(540, 600), (570, 660), (600, 700)]), [place(0, 1, 2), place(1, 1, 2), place(0, 1, 2)]);
    }

    #[test]
    fn what_has_room_beside_it_grows() {
        // Three at once in the morning, one that overlaps only the first of them in the afternoon.
        let places = pack(&[(480, 900), (480, 540), (480, 540), (600, 660)]);
        assert_eq!(places, [place(0, 1, 3), place(1, 1, 3), place(2, 1, 3), place(1, 2, 3)]);
    }

    #[test]
    fn moments_without_length_do_not_cover_each_other() {
        assert_eq!(pack(&[(540, 540), (540, 540)]), [place(0, 1, 2), place(1, 1, 2)]);
    }

    proptest! {
        #[test]
        fn nothing_is_covered_and_nothing_is_wider_than_the_column(
            raw in proptest::collection::vec((0u32..1440, 0u32..400), 0..60),
        ) {
            let spans: Vec<_> = raw.iter().map(|&(start, length)| (start, start + length)).collect();
            let places = pack(&spans);
            for (i, a) in places.iter().enumerate() {
                prop_assert!(a.span >= 1 && a.column + a.span <= a.columns);
                for (j, b) in places.iter().enumerate().skip(i + 1) {
                    if overlap(spans[i], spans[j]) {
                        prop_assert_eq!(a.columns, b.columns);
                        prop_assert!(a.column + a.span <= b.column || b.column + b.span <= a.column);
                    }
                }
                // No more columns than events that are on at once.
                let most = spans.iter().map(|&s| spans.iter().filter(|&&o| overlap((s.0, s.0), o)).count()).max();
                prop_assert!(a.columns <= most.unwrap_or(0));
            }
        }
    }
}
