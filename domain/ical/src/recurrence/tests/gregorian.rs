//! Rules in the calendar of RFC 5545.

use super::*;
use chrono::{Datelike, TimeDelta};
use chrono_tz::Tz;

fn at(text: &str) -> NaiveDateTime {
    let text = if text.len() == 8 { format!("{text}T090000") } else { text.to_owned() };
    NaiveDateTime::parse_from_str(&text, "%Y%m%dT%H%M%S").unwrap()
}

fn series(rule: &str, start: &str) -> Series {
    let start = Moment::Zoned { local: at(start), tzid: "America/New_York".into() };
    Series::new(&Rule::parse(rule).unwrap(), &start, &Zone::Iana(Tz::America__New_York))
}

/// The first `most` instances.
fn first(rule: &str, start: &str, most: usize) -> String {
    written(all(&series(rule, start)).take(most))
}

/// The examples of RFC 5545 section 3.8.5.3 in its order, all in New York.
#[test]
fn the_examples_of_rfc_5545() {
    lead_to(
        series,
        &[
            (
                "FREQ=DAILY;COUNT=10",
                "19970902",
                "19970902 19970903 19970904 19970905 19970906 19970907 19970908 19970909 19970910 19970911",
            ),
            ("FREQ=DAILY;INTERVAL=2", "19970902", "19970902 19970904 19970906 19970908 19970910"),
            ("FREQ=DAILY;INTERVAL=10;COUNT=5", "19970902", "19970902 19970912 19970922 19971002 19971012"),
            (
                "FREQ=WEEKLY;COUNT=10",
                "19970902",
                "19970902 19970909 19970916 19970923 19970930 19971007 19971014 19971021 19971028 19971104",
            ),
            (
                "FREQ=WEEKLY;UNTIL=19971224T000000Z",
                "19970902",
                "19970902 19970909 19970916 19970923 19970930 19971007 19971014 19971021 19971028 19971104 19971111 19971118 19971125 19971202 19971209 19971216 19971223",
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
                "19970902",
                "19970902 19970916 19970930 19971014 19971028 19971111 19971125 19971209 19971223 19980106 19980120",
            ),
            (
                "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
                "19970902",
                "19970902 19970904 19970909 19970911 19970916 19970918 19970923 19970925 19970930 19971002",
            ),
            (
                "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
                "19970902",
                "19970902 19970904 19970909 19970911 19970916 19970918 19970923 19970925 19970930 19971002",
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
                "19970901",
                "19970901 19970903 19970905 19970915 19970917 19970919 19970929 19971001 19971003 19971013 19971015 19971017 19971027 19971029 19971031 19971110 19971112 19971114 19971124 19971126 19971128 19971208 19971210 19971212 19971222",
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
                "19970902",
                "19970902 19970904 19970916 19970918 19970930 19971002 19971014 19971016",
            ),
            (
                "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
                "19970905",
                "19970905 19971003 19971107 19971205 19980102 19980206 19980306 19980403 19980501 19980605",
            ),
            ("FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "19970905", "19970905 19971003 19971107 19971205"),
            (
                "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
                "19970907",
                "19970907 19970928 19971102 19971130 19980104 19980125 19980301 19980329 19980503 19980531",
            ),
            ("FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "19970922", "19970922 19971020 19971117 19971222 19980119 19980216"),
            ("FREQ=MONTHLY;BYMONTHDAY=-3", "19970928", "19970928 19971029 19971128 19971229 19980129 19980226"),
            (
                "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
                "19970902",
                "19970902 19970915 19971002 19971015 19971102 19971115 19971202 19971215 19980102 19980115",
            ),
            (
                "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
                "19970930",
                "19970930 19971001 19971031 19971101 19971130 19971201 19971231 19980101 19980131 19980201",
            ),
            (
                "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
                "19970910",
                "19970910 19970911 19970912 19970913 19970914 19970915 19990310 19990311 19990312 19990313",
            ),
            (
                "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
                "19970902",
                "19970902 19970909 19970916 19970923 19970930 19971104 19971111 19971118 19971125 19980106",
            ),
        ],
    );
}

#[test]
fn the_examples_of_rfc_5545_from_the_first_of_years_on() {
    lead_to(
        series,
        &[
            (
                "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
                "19970610",
                "19970610 19970710 19980610 19980710 19990610 19990710 20000610 20000710 20010610 20010710",
            ),
            (
                "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
                "19970310",
                "19970310 19990110 19990210 19990310 20010110 20010210 20010310 20030110 20030210 20030310",
            ),
            (
                "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
                "19970101",
                "19970101 19970410 19970719 20000101 20000409 20000718 20030101 20030410 20030719 20060101",
            ),
            ("FREQ=YEARLY;BYDAY=20MO", "19970519", "19970519 19980518 19990517"),
            ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "19970512", "19970512 19980511 19990517"),
            (
                "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
                "19970313",
                "19970313 19970320 19970327 19980305 19980312 19980319 19980326 19990304 19990311 19990318 19990325",
            ),
            (
                "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
                "19970605",
                "19970605 19970612 19970619 19970626 19970703 19970710 19970717 19970724 19970731 19970807 19970814 19970821 19970828 19980604",
            ),
            // The RFC takes DTSTART away with an EXDATE: it is no Friday.
            (
                "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
                "19970902",
                "19970902 19980213 19980313 19981113 19990813 20001013",
            ),
            (
                "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
                "19970913",
                "19970913 19971011 19971108 19971213 19980110 19980207 19980307 19980411 19980509 19980613",
            ),
            (
                "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
                "19961105",
                "19961105 20001107 20041102",
            ),
            ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "19970904", "19970904 19971007 19971106"),
            (
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
                "19970929",
                "19970929 19971030 19971127 19971230 19980129 19980226 19980330",
            ),
            ("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", "19970902", "19970902 19970902T120000 19970902T150000"),
            (
                "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
                "19970902",
                "19970902 19970902T091500 19970902T093000 19970902T094500 19970902T100000 19970902T101500",
            ),
            (
                "FREQ=MINUTELY;INTERVAL=90;COUNT=4",
                "19970902",
                "19970902 19970902T103000 19970902T120000 19970902T133000",
            ),
            ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "19970805", "19970805 19970810 19970819 19970824"),
            ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "19970805", "19970805 19970817 19970819 19970831"),
            ("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "20070115", "20070115 20070130 20070215 20070315 20070330"),
        ],
    );
}

/// The examples of RFC 5545 section 3.8.5.3 that give two rules for one series.
#[test]
fn rules_that_say_the_same() {
    for (start, one, other) in [
        (
            "19980101",
            "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
            "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
        ),
        (
            "19970902",
            "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40;UNTIL=19990101T000000Z",
            "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16;UNTIL=19990101T000000Z",
        ),
    ] {
        let all = first(one, start, usize::MAX);
        assert_eq!(all, first(other, start, usize::MAX), "{one}");
        assert!(all.split(' ').count() >= 93, "{one}");
    }
    let new_year = first("FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA", "19980101", 100);
    assert!(new_year.starts_with("19980101 19980102") && new_year.ends_with("20000130 20000131"), "{new_year}");
    let daily = first("FREQ=DAILY;UNTIL=19971224T000000Z", "19970902", 1000);
    assert!(daily.split(' ').count() == 113 && daily.ends_with("19971223"), "{daily}");
}

fn floating(rule: &str, start: &str) -> Series {
    Series::new(&Rule::parse(rule).unwrap(), &Moment::Floating(at(start)), &Zone::UTC)
}

#[test]
fn dtstart_counts_even_where_the_rule_does_not_lead() {
    assert_eq!(first("FREQ=WEEKLY;BYDAY=MO;COUNT=3", "20260106", 9), "20260106 20260112 20260119");
    let series = floating("FREQ=WEEKLY;BYDAY=MO;COUNT=3", "20260106");
    let later: Vec<_> = series.between(at("20260107"), NaiveDateTime::MAX).collect();
    assert_eq!(later, [at("20260112"), at("20260119")]);
    assert_eq!(first("FREQ=DAILY;UNTIL=20260105T000000Z", "20260106", 9), "");
    // What an EXRULE takes away is only what it leads to.
    let rule = Rule::parse("FREQ=WEEKLY;BYDAY=MO;COUNT=2").unwrap();
    let series = Series::without_start(&rule, &Moment::Floating(at("20260106")), &Zone::UTC);
    assert_eq!(all(&series).collect::<Vec<_>>(), [at("20260112"), at("20260119")]);
}

#[test]
fn until_in_every_form() {
    let last = |rule: &str, start: Moment| {
        let zone = Zone::Iana(Tz::America__New_York);
        let series = Series::new(&Rule::parse(rule).unwrap(), &start, &zone);
        all(&series).last().map(|local| local.format("%m%dT%H").to_string())
    };
    let zoned = || Moment::Zoned { local: at("20260101T200000"), tzid: "x".into() };
    let is = |rule: &str, start: Moment, expected: &str| assert_eq!(last(rule, start), Some(expected.into()), "{rule}");
    // 20:00 in New York is 01:00 UTC of the next day.
    is("FREQ=DAILY;UNTIL=20260106T010000Z", zoned(), "0105T20");
    is("FREQ=DAILY;UNTIL=20260106T005959Z", zoned(), "0104T20");
    is("FREQ=DAILY;UNTIL=20260106", zoned(), "0106T20");
    is("FREQ=DAILY;UNTIL=20260106T200000", zoned(), "0106T20");
    is("FREQ=DAILY;UNTIL=20260106T195959", zoned(), "0105T20");
    is("FREQ=DAILY;UNTIL=20260106T010000Z", Moment::Utc(at("20260101T010000")), "0106T01");
    is("FREQ=DAILY;UNTIL=20260106T010000", Moment::Utc(at("20260101T010000")), "0106T01");
    is("FREQ=DAILY;UNTIL=20260106", Moment::Utc(at("20260101T010000")), "0106T01");
    is("FREQ=DAILY;UNTIL=20260106T010000Z", Moment::Floating(at("20260101T010000")), "0106T01");
    is("FREQ=DAILY;UNTIL=20260106", Moment::Date(at("20260101").date()), "0106T00");
    is("FREQ=DAILY;UNTIL=20260106T010000Z", Moment::Date(at("20260101").date()), "0106T00");
    is("FREQ=DAILY;UNTIL=20260110;COUNT=3", zoned(), "0103T20");
    is("FREQ=DAILY;UNTIL=20260103;COUNT=30", zoned(), "0103T20");
}

#[test]
fn days_have_no_times() {
    let days = |rule: &str| {
        let series = Series::new(&Rule::parse(rule).unwrap(), &Moment::Date(at("20260101").date()), &Zone::UTC);
        series
            .between(NaiveDateTime::MIN, NaiveDateTime::MAX)
            .map(|local| local.format("%dT%H%M").to_string())
            .collect::<Vec<_>>()
    };
    // RFC 5545 section 3.3.10: beside a date BYHOUR, BYMINUTE and BYSECOND are ignored.
    assert_eq!(days("FREQ=DAILY;COUNT=3;BYHOUR=9,10;BYMINUTE=5"), ["01T0000", "02T0000", "03T0000"]);
}

/// Weeks by ISO 8601, as chrono counts them, and by their definition for weeks that start on another day.
#[test]
fn weeks_at_the_edges_of_years() {
    let found = |rule: &str| -> Vec<NaiveDate> {
        let series = floating(rule, "19960101");
        series.between(at("19970101"), at("20400101")).map(|local| local.date()).collect()
    };
    let days = |wanted: &dyn Fn(NaiveDate) -> bool| -> Vec<NaiveDate> {
        at("19970101").date().iter_days().take_while(|day| day.year() < 2040).filter(|day| wanted(*day)).collect()
    };
    const ALL: &str = "BYDAY=MO,TU,WE,TH,FR,SA,SU";
    for week in [1, 2, 20, 52, 53] {
        let expected = days(&|day| day.iso_week().week() == week);
        assert_eq!(found(&format!("FREQ=YEARLY;BYWEEKNO={week};{ALL}")), expected, "{week}");
    }
    let is_last = |day: NaiveDate| (day + chrono::Days::new(7)).iso_week().week() == 1;
    assert_eq!(found(&format!("FREQ=YEARLY;BYWEEKNO=-1;{ALL}")), days(&is_last));
    // A year has week 53 or week -53, or neither: 2020 has both.
    let of_long_years = days(&|day| {
        let year = day.iso_week().year();
        day.iso_week().week() == 1 && NaiveDate::from_isoywd_opt(year, 53, Weekday::Mon).is_some()
    });
    assert_eq!(found(&format!("FREQ=YEARLY;BYWEEKNO=-53;{ALL}")), of_long_years);
    // Weeks from Sunday: the first one with four days in January is the one that holds the first Wednesday.
    let of_sunday = days(&|day| {
        let wednesday = day + chrono::Days::new(3) - chrono::Days::new(day.weekday().num_days_from_sunday().into());
        wednesday.ordinal() <= 7
    });
    assert_eq!(found(&format!("FREQ=YEARLY;WKST=SU;BYWEEKNO=1;{ALL}")), of_sunday);
    // Without BYDAY the weekday is that of DTSTART; with an interval years are counted by their weeks.
    assert_eq!(first("FREQ=YEARLY;BYWEEKNO=1", "20081231", 4), "20081231 20100106 20110105 20120104");
    assert_eq!(first("FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1", "20081231", 3), "20081231 20110105 20130102");
}

#[test]
fn ordinals_of_days() {
    // In the year, and with BYMONTH in the month.
    assert_eq!(first("FREQ=YEARLY;BYDAY=-1SU", "20261227", 3), "20261227 20271226 20281231");
    assert_eq!(first("FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU", "20260329", 4), "20260329 20261025 20270328 20271031");
    assert_eq!(first("FREQ=YEARLY;BYMONTH=2;BYDAY=5MO", "20160229", 2), "20160229 20440229");
    assert_eq!(first("FREQ=MONTHLY;BYDAY=5SA,-5SA;COUNT=4", "20260131", 9), "20260131 20260502 20260530 20260801");
    // Every Sunday and the first Monday.
    assert_eq!(
        first("FREQ=MONTHLY;BYDAY=SU,1MO", "20260201", 6),
        "20260201 20260202 20260208 20260215 20260222 20260301"
    );
    assert_eq!(first("FREQ=YEARLY;BYYEARDAY=366,-366", "20240101", 4), "20240101 20241231 20280101 20281231");
    assert_eq!(first("FREQ=YEARLY;BYYEARDAY=60", "20240229", 3), "20240229 20250301 20260301");
    assert_eq!(first("FREQ=MONTHLY;BYMONTHDAY=-31", "20260101", 4), "20260101 20260301 20260501 20260701");
    assert_eq!(first("FREQ=YEARLY", "20240229", 3), "20240229 20280229 20320229");
    assert_eq!(first("FREQ=MONTHLY", "20260131", 4), "20260131 20260331 20260531 20260731");
}

#[test]
fn positions_in_a_set_of_times() {
    assert_eq!(
        first("FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0,30;BYSETPOS=1,-1", "20260101", 4),
        "20260101 20260101T173000 20260102 20260102T173000"
    );
    assert_eq!(
        first("FREQ=HOURLY;INTERVAL=2;BYDAY=TH;BYMINUTE=0,20,40;BYSETPOS=-1", "20260101T084000", 2),
        "20260101T084000 20260101T104000"
    );
    assert_eq!(
        first("FREQ=HOURLY;INTERVAL=12;BYDAY=TH", "20260101", 4),
        "20260101 20260101T210000 20260108 20260108T210000"
    );
    let steps = (0..).map(|n| at("20260102") + TimeDelta::seconds(100_000 * n));
    let fridays: Vec<_> = steps.filter(|local| local.weekday() == Weekday::Fri).take(50).collect();
    let series = floating("FREQ=SECONDLY;INTERVAL=100000;BYDAY=FR", "20260102");
    assert_eq!(all(&series).take(50).collect::<Vec<_>>(), fridays);
}

/// Rules that nothing or next to nothing matches end at the end of time, and soon.
#[test]
fn rules_without_instances_end() {
    let after = at("20260103");
    let check = |rule: &str, series: &Series| assert!(series.between(after, NaiveDateTime::MAX).count() < 40, "{rule}");
    let rules = [
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=-30",
        "FREQ=YEARLY;BYMONTH=1;BYYEARDAY=366",
        "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1",
        "FREQ=MINUTELY;INTERVAL=1440;BYHOUR=3",
        "FREQ=HOURLY;INTERVAL=4294967295;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYHOUR=5",
        "FREQ=SECONDLY;INTERVAL=4294967295;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=DAILY;INTERVAL=4294967295",
        "FREQ=YEARLY;INTERVAL=4294967295",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6;BYDAY=MO",
        "FREQ=DAILY;BYSETPOS=2",
        "FREQ=HOURLY;BYMONTHDAY=31;BYMONTH=4,6",
        "FREQ=MINUTELY;INTERVAL=7;BYDAY=MO;BYYEARDAY=366;BYMONTHDAY=30",
    ];
    end_soon(&rules, |rule| floating(rule, "20260102T090000"), after, check);
    // In a window, what lies beyond it costs nothing.
    let full = floating(
        "FREQ=YEARLY;BYMONTH=1,2,3;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=0,1,2,3,4,5,6,7,8,9,10;BYMINUTE=0,1,2,3,4,5,6;BYSECOND=0,1,2,3,4,5,6,7,8,9",
        "20000101",
    );
    assert_eq!(full.between(at("90000101T000000"), at("90000101T000005")).count(), 5);
}

#[test]
fn counting_before_a_point_is_cheap_and_right() {
    for rule in [
        "FREQ=DAILY",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=WEEKLY;BYDAY=MO,WE",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=HOURLY;INTERVAL=5",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=MINUTELY;INTERVAL=7;BYHOUR=9",
        "FREQ=YEARLY;BYWEEKNO=53",
    ] {
        let (series, to) = (floating(rule, "20001231"), at("20120615"));
        let counted = series.between(NaiveDateTime::MIN, to).count() as u64;
        let limited = floating(&format!("{rule};COUNT={counted}"), "20001231");
        assert_eq!(all(&limited).last(), limited.last_start(), "{rule}");
        assert_eq!(limited.between(to, NaiveDateTime::MAX).count(), 0, "{rule}");
    }
    let forever = floating("FREQ=SECONDLY;COUNT=4294967295", "20260101");
    assert_eq!(forever.last_start(), Some(at("20260101") + TimeDelta::seconds(4_294_967_294)));
    assert_eq!(forever.between(at("20990101"), NaiveDateTime::MAX).next(), Some(at("20990101")));
}

#[test]
fn what_clients_write_is_read() {
    are_read_as(&[
        ("freq=weekly;byday=mo, tu;wkst=su", "FREQ=WEEKLY;WKST=SU;BYDAY=MO,TU"),
        ("FREQ=DAILY;", "FREQ=DAILY"),
        ("INTERVAL=01;BYMONTH=+3;FREQ=YEARLY;BYDAY=+2SU", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
        ("FREQ=MONTHLY;BYDAY=MO,MO;BYSETPOS=-1;X-FOO=1", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20260101t000000z", "FREQ=DAILY;COUNT=3;UNTIL=20260101T000000Z"),
        ("FREQ=MINUTELY;BYSECOND=60;UNTIL=20260101T235960", "FREQ=MINUTELY;UNTIL=20260101T235959;BYSECOND=59"),
    ]);
}

#[test]
fn bad_rules_are_refused_with_a_reason() {
    are_refused(&[
        ("", "FREQ is missing"),
        ("COUNT=3", "FREQ is missing"),
        ("FREQ=FORTNIGHTLY", "FORTNIGHTLY"),
        ("FREQ=DAILY;FREQ=DAILY", "twice"),
        ("FREQ=DAILY;COUNT", "no value"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;COUNT=99999999999999999999", "COUNT"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL"),
        ("FREQ=DAILY;UNTIL=2026", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20260101T2500é0", "UNTIL"),
        ("FREQ=DAILY;BYHOUR=24", "from 0 to 23"),
        ("FREQ=DAILY;BYMONTH=13", "from 1 to 12"),
        ("FREQ=DAILY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY"),
        ("FREQ=MONTHLY;BYDAY=XX", "weekday"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=é", "weekday"),
        ("FREQ=MONTHLY;BYDAY=", "empty"),
        ("FREQ=WEEKLY;BYDAY=1MO", "number"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "BYWEEKNO"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO cannot stand beside FREQ=MONTHLY"),
        ("FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
        ("FREQ=YEARLY;BYEASTER=1", "BYEASTER"),
    ]);
}
