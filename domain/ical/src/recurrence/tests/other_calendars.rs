//! Rules with RSCALE and SKIP (RFC 7529).

use super::*;
use chrono::TimeDelta;
use chrono_tz::Tz;

fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y%m%d").unwrap()
}

fn series(rule: &str, start: &str) -> Series {
    Series::new(&Rule::parse(rule).unwrap(), &Moment::Date(day(start)), &Zone::UTC)
}

/// The first `most` instances.
fn first(rule: &str, start: &str, most: usize) -> String {
    written(all(&series(rule, start)).take(most))
}

/// The examples of RFC 7529 section 4.3 and others of which the days are known, with DTSTART on an instance.
#[test]
fn known_series() {
    lead_to(
        series,
        &[
            // New year in China; the last day of the Ethiopic year; a day in Adar I, or in Adar where there is but one.
            ("RSCALE=CHINESE;FREQ=YEARLY", "20130210", "20130210 20140131 20150219 20160208 20170128"),
            ("RSCALE=CHINESE;FREQ=YEARLY;UNTIL=20200101;INTERVAL=2", "20130210", "20130210 20150219 20170128 20190205"),
            ("RSCALE=ETHIOPIC;FREQ=MONTHLY;BYMONTH=13", "20130906", "20130906 20140906 20150906 20160906"),
            (
                "RSCALE=ETHIOPIC;FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=-1;COUNT=6",
                "20140910",
                "20140910 20150911 20160910 20170910 20180910 20190911",
            ),
            (
                "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD",
                "20140208",
                "20140208 20150227 20160217 20170306 20180223",
            ),
            ("RSCALE=HEBREW;FREQ=YEARLY;SKIP=FORWARD", "20140208", "20140208 20150227 20160217 20170306"),
            ("RSCALE=HEBREW;FREQ=YEARLY;COUNT=4", "20140205", "20140205 20160214 20190210 20220206"),
            (
                "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD",
                "20120229",
                "20120229 20130301 20140301 20150301 20160229 20170301",
            ),
            ("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD", "20160229", "20160229 20170228 20180228 20190228 20200229"),
            ("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=OMIT", "20160229", "20160229 20200229 20240229"),
            ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=OMIT;COUNT=4", "20140131", "20140131 20140331 20140531 20140731"),
            ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;COUNT=4", "20140131", "20140131 20140228 20140331 20140430"),
            ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;COUNT=4", "20140131", "20140131 20140301 20140331 20140501"),
            // A leap month is one of the months.
            ("RSCALE=CHINESE;FREQ=MONTHLY;COUNT=4", "20140920", "20140920 20141020 20141119 20141218"),
            ("RSCALE=CHINESE;FREQ=MONTHLY;INTERVAL=3;COUNT=3", "20140920", "20140920 20141218 20150317"),
            ("RSCALE=ISLAMIC-CIVIL;FREQ=MONTHLY;COUNT=4", "20131025", "20131025 20131124 20131224 20140122"),
            ("RSCALE=ISLAMIC-CIVIL;FREQ=YEARLY;BYMONTH=9", "20130709", "20130709 20140629 20150618 20160607 20170527"),
            ("RSCALE=DANGI;FREQ=YEARLY;BYMONTHDAY=8;BYMONTH=4;UNTIL=20160101", "20140506", "20140506 20150525"),
            ("RSCALE=CHINESE;FREQ=YEARLY;BYMONTHDAY=10;BYMONTH=9;COUNT=3", "20141003", "20141003 20151022 20161010"),
            ("RSCALE=CHINESE;FREQ=YEARLY;BYMONTHDAY=10;BYMONTH=4L", "20200601", "20200601 20580531 20690530 20770531"),
            (
                "RSCALE=CHINESE;FREQ=YEARLY;BYMONTHDAY=10;BYMONTH=9L;SKIP=FORWARD",
                "20131112",
                "20131112 20141102 20151121",
            ),
            (
                "RSCALE=CHINESE;FREQ=YEARLY;BYMONTHDAY=10;BYMONTH=9L;SKIP=BACKWARD",
                "20141102",
                "20141102 20151022 20161010",
            ),
            (
                "RSCALE=CHINESE;FREQ=YEARLY;BYMONTHDAY=10;BYMONTH=9,9L;SKIP=BACKWARD;COUNT=4",
                "20141003",
                "20141003 20141102 20151022 20161010",
            ),
        ],
    );
}

#[test]
fn known_series_of_days_that_move() {
    lead_to(
        series,
        &[
            // The months that are missing first, then the days.
            (
                "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=30;SKIP=FORWARD;COUNT=5",
                "20140302",
                "20140302 20150321 20160310 20170328 20180317",
            ),
            (
                "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=-1;SKIP=FORWARD;COUNT=5",
                "20140302",
                "20140302 20150320 20160310 20170327 20180316",
            ),
            (
                "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=30;SKIP=BACKWARD;COUNT=5",
                "20140302",
                "20140302 20150219 20160310 20170226 20180215",
            ),
            // A month is every month of its name, by whichever way it is asked for.
            (
                "RSCALE=HEBREW;FREQ=MONTHLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD",
                "20140208",
                "20140208 20150227 20160217",
            ),
            ("RSCALE=HEBREW;FREQ=DAILY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD", "20140208", "20140208 20160217 20190213"),
            // Two days can be moved to one, and one to where another is already.
            (
                "RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;SKIP=FORWARD;COUNT=5",
                "20150228",
                "20150228 20150301 20160228 20160229 20170228",
            ),
            (
                "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=1,29,30,31;SKIP=FORWARD;COUNT=7",
                "20150130",
                "20150130 20150131 20150201 20150301 20150329 20150330 20150331",
            ),
            (
                "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=-31;COUNT=7;SKIP=BACKWARD",
                "20150101",
                "20150101 20150131 20150301 20150331 20150501 20150531 20150701",
            ),
            (
                "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=-31;COUNT=4;SKIP=FORWARD",
                "20150101",
                "20150101 20150201 20150301 20150401",
            ),
            (
                "RSCALE=GREGORIAN;FREQ=MONTHLY;INTERVAL=3;SKIP=FORWARD;COUNT=4",
                "20140131",
                "20140131 20140501 20140731 20141031",
            ),
            (
                "RSCALE=GREGORIAN;FREQ=YEARLY;BYYEARDAY=366;SKIP=FORWARD",
                "20121231",
                "20121231 20140101 20150101 20160101 20161231",
            ),
            (
                "RSCALE=GREGORIAN;FREQ=YEARLY;BYYEARDAY=366;SKIP=BACKWARD",
                "20121231",
                "20121231 20131231 20141231 20151231 20161231",
            ),
            (
                "RSCALE=GREGORIAN;FREQ=YEARLY;BYYEARDAY=-366;SKIP=FORWARD",
                "20120101",
                "20120101 20130101 20140101 20150101 20160101",
            ),
            (
                "RSCALE=GREGORIAN;FREQ=YEARLY;BYYEARDAY=-366;SKIP=BACKWARD",
                "20120101",
                "20120101 20121231 20131231 20141231 20160101",
            ),
            // BYDAY chooses among the days as they were moved, BYSETPOS among what that leaves.
            (
                "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=SU;SKIP=FORWARD",
                "20150301",
                "20150301 20150531 20160131 20160501",
            ),
            (
                "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=1,31;BYSETPOS=-1;SKIP=FORWARD;COUNT=4",
                "20150131",
                "20150131 20150301 20150331 20150501",
            ),
            // Weeks and days are counted in the year of the system: this one began on the 19th of February.
            ("RSCALE=CHINESE;FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "20150216", "20150216 20160208 20170130"),
            ("RSCALE=CHINESE;FREQ=YEARLY;BYYEARDAY=1,-1", "20150218", "20150218 20150219 20160207 20160208"),
            ("RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=1;BYDAY=1SU", "20150222", "20150222 20160214 20170129"),
            // Systems that number the Gregorian years otherwise.
            ("RSCALE=JAPANESE;FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=5", "20190505", "20190505 20200505 20210505"),
        ],
    );
}

#[test]
fn new_years_of_half_a_century() {
    const DAYS: &str = "0205 0124 0212 0201 0122 0209 0129 0218 0207 0126 0214 0203 0123 0210 0131 0219 0208 0128 0216 0205 0125 \
        0212 0201 0122 0210 0129 0217 0206 0126 0213 0203 0123 0211 0131 0219 0208 0128 0215 0204 0124 0212 0201 0122 0210 0130 \
        0217 0206 0126 0214 0202 0123";
    let expected: Vec<String> = DAYS.split_whitespace().zip(2000..).map(|(day, year)| format!("{year}{day}")).collect();
    assert_eq!(first("RSCALE=CHINESE;FREQ=YEARLY", "20000205", 51), expected.join(" "));
    // By every way in, and from far away.
    let from = |rule: &str, start: &str| written(series(rule, start).between(at("20000101"), at("20510101")));
    assert_eq!(from("RSCALE=chinese;FREQ=YEARLY", "19000131"), expected.join(" "));
    assert_eq!(from("RSCALE=CHINESE;FREQ=YEARLY;COUNT=151", "19000131"), expected.join(" "));
    assert_eq!(from("RSCALE=CHINESE;FREQ=MONTHLY;BYMONTH=1", "19000131"), expected.join(" "));
    assert_eq!(from("RSCALE=CHINESE;FREQ=DAILY;BYMONTH=1;BYMONTHDAY=1", "19000131"), expected.join(" "));
}

fn at(text: &str) -> NaiveDateTime {
    day(text).and_time(chrono::NaiveTime::MIN)
}

#[test]
fn nothing_is_known_of_an_unknown_system_but_dtstart() {
    for rule in ["FREQ=YEARLY", "FREQ=MONTHLY;BYMONTH=20L;BYMONTHDAY=40;COUNT=12", "FREQ=DAILY;BYSETPOS=3;SKIP=FORWARD"]
    {
        let series = series(&format!("RSCALE=DISCORDIAN;{rule}"), "20260301");
        assert_eq!(written(all(&series)), "20260301", "{rule}");
        assert_eq!(series.last_start(), Some(at("20260301")), "{rule}");
        assert_eq!(series.between(at("20260302"), NaiveDateTime::MAX).count(), 0, "{rule}");
    }
    assert_eq!(first("RSCALE=DISCORDIAN;FREQ=YEARLY;UNTIL=20250101", "20260301", 9), "");
    let rule = Rule::parse("RSCALE=DISCORDIAN;FREQ=YEARLY").unwrap();
    let excluded = Series::without_start(&rule, &Moment::Date(day("20260301")), &Zone::UTC);
    assert_eq!(all(&excluded).count(), 0);
}

/// The time of the day is that of DTSTART in its zone, before and after the clocks change.
#[test]
fn in_the_wall_clock_time_of_the_zone() {
    let start = Moment::Zoned { local: at("20250129") + TimeDelta::hours(1), tzid: "x".into() };
    let rule = Rule::parse("RSCALE=CHINESE;FREQ=MONTHLY;UNTIL=20250627T170000Z").unwrap();
    let series = Series::new(&rule, &start, &Zone::Iana(Tz::Asia__Shanghai));
    let found: Vec<_> = all(&series).collect();
    // The last begins at 01:00 of the 25th of June in Shanghai, which is 17:00 of the 24th in UTC.
    assert_eq!(
        written(found.iter().map(|local| local.date().and_time(chrono::NaiveTime::MIN))),
        "20250129 20250228 20250329 20250428 20250527 20250625"
    );
    assert!(found.iter().all(|local| local.time() == start.local().time()));
}

#[test]
fn what_is_written_is_read() {
    are_read_as(&[
        ("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=OMIT", "FREQ=YEARLY"),
        ("FREQ=YEARLY;SKIP=OMIT", "FREQ=YEARLY"),
        ("freq=yearly;skip=forward;bymonth=5l,6;rscale=hebrew", "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L,6;SKIP=FORWARD"),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD", "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD"),
        (
            "FREQ=YEARLY;BYYEARDAY=385;BYWEEKNO=-55;RSCALE=CHINESE",
            "RSCALE=CHINESE;FREQ=YEARLY;BYWEEKNO=-55;BYYEARDAY=385",
        ),
        ("RSCALE=ethioaa;FREQ=YEARLY;BYMONTH=13", "RSCALE=ETHIOPIC-AMETE-ALEM;FREQ=YEARLY;BYMONTH=13"),
        ("RSCALE=x-Mars;FREQ=YEARLY;BYMONTH=24", "RSCALE=X-MARS;FREQ=YEARLY;BYMONTH=24"),
    ]);
}

#[test]
fn what_makes_no_sense_is_refused() {
    are_refused(&[
        ("FREQ=YEARLY;SKIP=FORWARD", "SKIP cannot stand without RSCALE"),
        ("RSCALE=CHINESE;FREQ=YEARLY;SKIP=SIDEWAYS", "none of OMIT, BACKWARD, FORWARD"),
        ("RSCALE=;FREQ=YEARLY", "RSCALE"),
        ("RSCALE=A B;FREQ=YEARLY", "RSCALE"),
        ("RSCALE=CHINESE;RSCALE=HEBREW;FREQ=YEARLY", "twice"),
        ("FREQ=YEARLY;BYMONTH=5L", "from 1 to 12"),
        ("RSCALE=PERSIAN;FREQ=YEARLY;BYMONTH=5L", "no month of the calendar PERSIAN"),
        ("RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=6L", "no month of the calendar HEBREW"),
        ("RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=13", "no month of the calendar CHINESE"),
        ("RSCALE=COPTIC;FREQ=YEARLY;BYMONTH=14", "no month"),
        ("RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=L", "no month"),
        ("RSCALE=X;FREQ=YEARLY;BYMONTH=300", "BYMONTH"),
        ("RSCALE=CHINESE;FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
    ]);
}

/// Rules that nothing or next to nothing matches end at the end of time, and soon.
#[test]
fn rules_without_instances_end() {
    let rules = [
        "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=12L",
        "RSCALE=CHINESE;FREQ=DAILY;BYMONTH=12L",
        "RSCALE=CHINESE;FREQ=SECONDLY;BYMONTH=1L;BYMONTHDAY=31",
        "RSCALE=HEBREW;FREQ=MONTHLY;BYMONTHDAY=31",
        "RSCALE=COPTIC;FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=7",
        "RSCALE=PERSIAN;FREQ=YEARLY;BYYEARDAY=385",
    ];
    end_soon(&rules, |rule| series(rule, "20260102"), at("20260103"), |_, _| ());
}
