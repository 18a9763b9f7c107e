//! A sheet of style of each person's own: how they look in the header of pages, and when they work, in the hours of the agenda. None of it
//! is in the program that browsers load.

use crate::ui::avatar::{initials, picture_path};
use chrono::Weekday;
use kalends_domain::accounts::{DAY_MINUTES, User, WorkingHours, WorkingTime};
use std::fmt::Write;

/// Where it is; its address changes with what is in it.
pub const PATH: &str = "/settings/own.css";

/// The address of the sheet that says `style`.
pub fn path(style: &str) -> String {
    // FNV-1a: nothing but the browser's cache depends on it.
    let hash = style
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3));
    format!("{PATH}?v={hash:016x}")
}

/// `week_start`: the first of the seven columns of a week.
pub fn of(user: &User, week_start: Weekday) -> String {
    let mut style = String::from(
        ".site-header>form{display:flex;align-items:center}\
         .site-header>form::before{display:grid;place-items:center;width:1.75rem;height:1.75rem;flex:none;border-radius:50%;\
         background:var(--accent-soft) center/cover;color:var(--accent-text);font-size:var(--text-xs);font-weight:var(--weight-bold);",
    );
    // Strings take whatever is written. What stands after the slash is read aloud: nothing, as the button says who it is.
    let _ = match &user.picture {
        Some(digest) => {
            let path = picture_path(&user.principal.slug, digest);
            write!(style, "content:\"\" / \"\";background-image:url(\"{path}\")}}")
        }
        None => write!(style, "content:\"{}\" / \"\"}}", escaped(&initials(&user.principal.display_name))),
    };
    if let Some(hours) = &user.preferences.working_hours {
        push_hours(&mut style, hours, week_start);
    }
    style
}

/// Shades what is not worked of each column. A week has seven; of a single day the sheet does not know which it is, so that it is shaded
/// where all days on which somebody works have the same hours.
fn push_hours(style: &mut String, hours: &WorkingHours, week_start: Weekday) {
    style.push_str(
        ".grid__column::before{content:\"\";position:absolute;inset:0;pointer-events:none;--free:color-mix(in srgb,var(--text) 5%,transparent);\
         background:linear-gradient(var(--free) var(--from,0%),transparent var(--from,0%) var(--to,0%),var(--free) var(--to,0%))}\
         .grid__column:only-child::before{background:none}",
    );
    let mut day = week_start;
    for column in 1..=7 {
        if let Some(time) = hours.days()[day.num_days_from_monday() as usize] {
            push_day(style, &format!(".grid__column:nth-child({column}):not(:only-child)"), time);
        }
        day = day.succ();
    }
    let mut worked = hours.days().iter().flatten();
    if let Some(first) = worked.next()
        && worked.all(|time| time == first)
    {
        style.push_str(
            ".grid__column:only-child:not(.grid__column--weekend)::before{background:linear-gradient(var(--free) var(--from),transparent var(--from) var(--to),var(--free) var(--to))}",
        );
        push_day(style, ".grid__column:only-child", *first);
    }
}

fn push_day(style: &mut String, column: &str, time: WorkingTime) {
    let percent = |minutes: u16| f64::from(minutes) * 100.0 / f64::from(DAY_MINUTES);
    let _ = write!(style, "{column}::before{{--from:{:.3}%;--to:{:.3}%}}", percent(time.start), percent(time.end));
}

/// Within a string of CSS.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| format!("\\{:x} ", u32::from(c)).chars().collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_stand_in_the_column_of_their_day() {
        let work = Some(WorkingTime { start: 540, end: 1020 });
        let monday_and_friday = WorkingHours::new([work, None, None, None, work, None, None]).unwrap_or_default();
        let of = |start| {
            let mut style = String::new();
            push_hours(&mut style, &monday_and_friday, start);
            style
        };
        assert!(
            of(Weekday::Mon)
                .contains(".grid__column:nth-child(1):not(:only-child)::before{--from:37.500%;--to:70.833%}")
        );
        assert!(of(Weekday::Mon).contains(":nth-child(5)") && !of(Weekday::Mon).contains(":nth-child(2)"));
        assert!(of(Weekday::Sun).contains(":nth-child(2)") && of(Weekday::Sun).contains(":nth-child(6)"));
        assert!(of(Weekday::Mon).contains(":only-child:not(.grid__column--weekend)"));
    }

    #[test]
    fn nothing_ends_the_string() {
        assert_eq!(escaped("\"}"), "\\22 \\7d ");
        assert_ne!(path("a"), path("b"));
    }
}
