//! How many lanes fit into a week of a month. `style/agenda.css` has the same measures.

use super::MONTH_LANES;

/// Of a day's head, and of a lane, in rem.
const HEAD: f64 = 1.875;
const LANE: f64 = 1.375;
/// Between two weeks, in CSS pixels.
const LINE: f64 = 1.0;
/// A month that is lower scrolls.
const MIN_ROOM: f64 = 2.0;

/// What is known of a month's height, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthHeight {
    /// Of all weeks together.
    pub weeks: f64,
    /// Of one rem.
    pub rem: f64,
}

/// The lanes that each of so many weeks has room for, one for "+ n more" among them.
pub fn month_room(height: MonthHeight, weeks: usize) -> usize {
    let week = height.weeks / weeks as f64 - LINE;
    let lanes = ((week / height.rem - HEAD) / LANE).max(MIN_ROOM);
    (lanes as usize).min(MONTH_LANES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(week: f64, rem: f64) -> usize {
        month_room(MonthHeight { weeks: 5.0 * week, rem }, 5)
    }

    #[test]
    fn a_lane_fits_as_a_whole_or_not_at_all() {
        // 30 px for the head, 22 px for a lane and 1 px for the line.
        for (week, lanes) in [(10.0, 2), (96.0, 2), (97.0, 3), (118.9, 3), (119.0, 4), (251.0, 10), (2000.0, 10)] {
            assert_eq!(room(week, 16.0), lanes, "{week}");
        }
        assert_eq!(room(193.0, 32.0), 3);
        assert_eq!(month_room(MonthHeight { weeks: 640.0, rem: 16.0 }, 5), 4);
        assert_eq!(month_room(MonthHeight { weeks: 640.0, rem: 16.0 }, 6), 3);
    }
}
