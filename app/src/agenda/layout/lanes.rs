//! Stacks what covers whole days: the rows of a month, the all-day lane of a week.

/// A bar over the days `first` to `last` (included) of one row, counted from the row's first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    pub first: usize,
    pub last: usize,
}

impl Bar {
    pub fn days(self) -> std::ops::RangeInclusive<usize> {
        self.first..=self.last
    }
}

/// Bars with the lane that each stands in, and what of them shows when there is room for so many lanes and no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lanes {
    /// For each bar, counted from the top.
    pub lane: Vec<usize>,
    /// For each bar: how many lanes there must be room for so that it shows.
    pub room: Vec<usize>,
    /// Lanes in all.
    pub count: usize,
}

/// Puts each bar into the first lane that is free on all its days; bars given earlier stand higher.
pub fn stack(bars: &[Bar]) -> Lanes {
    let days = bars.iter().map(|bar| bar.last + 1).max().unwrap_or(0);
    // taken[lane][day]
    let mut taken: Vec<Vec<bool>> = Vec::new();
    let mut lane = Vec::with_capacity(bars.len());
    for bar in bars {
        let free = taken.iter().position(|lane| bar.days().all(|day| !lane[day]));
        let chosen = free.unwrap_or_else(|| {
            taken.push(vec![false; days]);
            taken.len() - 1
        });
        for day in bar.days() {
            taken[chosen][day] = true;
        }
        lane.push(chosen);
    }
    // A bar in the last lane that there is room for gives way to "more" when any of its days has something below it.
    let lowest: Vec<usize> = (0..days).map(|day| taken.iter().rposition(|lane| lane[day]).unwrap_or(0)).collect();
    let room = bars
        .iter()
        .zip(&lane)
        .map(|(bar, &lane)| if bar.days().all(|day| lowest[day] <= lane) { lane + 1 } else { lane + 2 })
        .collect();
    Lanes { lane, room, count: taken.len() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn bar(first: usize, last: usize) -> Bar {
        Bar { first, last }
    }

    /// How many bars of a day are left out where there is room for `room` lanes; the last of them then says so.
    fn hidden(lanes: &Lanes, bars: &[Bar], day: usize, room: usize) -> usize {
        bars.iter().zip(&lanes.room).filter(|(bar, needed)| bar.days().contains(&day) && **needed > room).count()
    }

    #[test]
    fn bars_fill_the_lanes_from_the_top() {
        let lanes = stack(&[bar(0, 2), bar(1, 1), bar(3, 6), bar(1, 3)]);
        assert_eq!(lanes.lane, [0, 1, 0, 2]);
        assert_eq!(lanes.count, 3);
    }

    #[test]
    fn the_last_lane_gives_way_to_more() {
        let bars = [bar(0, 0), bar(0, 0), bar(0, 0)];
        let lanes = stack(&bars);
        assert_eq!(lanes.room, [2, 3, 3]);
        assert_eq!(hidden(&lanes, &bars, 0, 3), 0);
        assert_eq!(hidden(&lanes, &bars, 0, 2), 2, "one shows, the second lane says + 2 more");
        assert_eq!(hidden(&lanes, &bars, 0, 1), 3);
    }

    proptest! {
        #[test]
        fn no_two_bars_meet_and_more_always_has_a_lane(
            raw in proptest::collection::vec((0usize..7, 0usize..7), 0..40), room in 1usize..8,
        ) {
            let bars: Vec<_> = raw.iter().map(|&(a, b)| bar(a.min(b), a.max(b))).collect();
            let lanes = stack(&bars);
            for day in 0..7 {
                let mut seen = std::collections::HashSet::new();
                let on_day: Vec<_> = (0..bars.len()).filter(|&i| bars[i].days().contains(&day)).collect();
                for &i in &on_day {
                    prop_assert!(seen.insert(lanes.lane[i]), "two bars in one lane");
                }
                let hidden = hidden(&lanes, &bars, day, room);
                let shown: Vec<_> = on_day.iter().filter(|&&i| lanes.room[i] <= room).collect();
                prop_assert_eq!(shown.len() + hidden, on_day.len());
                // Where something is left out, the last lane is free for saying so.
                let deepest = shown.iter().map(|&&i| lanes.lane[i] + 1).max().unwrap_or(0);
                let most = if hidden > 0 { room - 1 } else { room };
                prop_assert!(deepest <= most);
            }
            // With room for all, all show.
            prop_assert!(lanes.room.iter().all(|&needed| needed <= lanes.count));
        }
    }
}
