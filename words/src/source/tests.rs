#![allow(clippy::unwrap_used)]

use super::*;
use crate::{Argument, Table};
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use proptest::prelude::*;

fn file(language: &str, text: &str) -> File {
    File { language: language.into(), path: format!("{language}/test.ftl"), text: text.into() }
}

fn problems(files: &[File]) -> Vec<String> {
    Languages::read(files).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

fn tables(files: &[File]) -> Vec<Table> {
    let languages = Languages::read(files).unwrap();
    let shape = shape_of(&languages);
    let read = |language| Table::read(table(&languages, language).leak(), &shape).unwrap();
    languages.all().iter().map(read).collect()
}

fn shape_of(languages: &Languages) -> String {
    let functions = functions(languages);
    let (_, rest) = functions.split_once("SHAPE: &str = \"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

const ENGLISH: &str = "\
-name = Kalends

test-today = Today
# Where an event went.
test-moved = { $event } moved to { $day }
test-welcome = Welcome to { -name }{ \"!\" }
test-events = { $count ->
    [0] No events on { $day }
    [one] { $count } event on { $day }
   *[other] { $count } events on { $day }
}
test-line = Line { NUMBER($line) }
";

const FRENCH: &str = "\
-name = Calendes
test-today = Aujourd’hui
test-moved = Le { $day } : { $event }
test-welcome = Bienvenue dans { -name }
test-events = { $count ->
    [one] { $count } évènement le { $day }
    [many] { $count } d’évènements le { $day }
   *[other] { $count } évènements le { $day }
}
test-line = Ligne { $line }
";

#[test]
fn each_language_says_the_same_messages_in_its_own_way() {
    let [english, french] = tables(&[file("fr", FRENCH), file("en", ENGLISH)]).try_into().unwrap();
    // In the order of their names.
    assert_eq!([english.language(), french.language()], ["en", "fr"]);
    assert_eq!([english.text(3), french.text(3)], ["Today", "Aujourd’hui"]);
    assert_eq!([english.text(4), french.text(4)], ["Welcome to Kalends!", "Bienvenue dans Calendes"]);
    let arguments = [Argument::Text("Fair"), Argument::Text("Monday")];
    assert_eq!(
        [english.format(2, &arguments), french.format(2, &arguments)],
        ["Fair moved to Monday", "Le Monday : Fair"]
    );
    let events = |table: &Table, count| table.format(0, &[Argument::Number(count), Argument::Text("lundi")]);
    assert_eq!([events(&english, 0), events(&english, 1)], ["No events on lundi", "1 event on lundi"]);
    assert_eq!([events(&french, 0), events(&french, 2)], ["0 évènement le lundi", "2 évènements le lundi"]);
    assert_eq!(events(&french, 1_000_000), "1000000 d’évènements le lundi");
    assert_eq!(english.format(1, &[Argument::Number(1234)]), "Line 1234");
}

#[test]
fn there_is_a_function_for_each_message() {
    let functions = functions(&Languages::read(&[file("en", ENGLISH)]).unwrap());
    insta::assert_snapshot!(functions, @r#"
    /// Tells the messages and their arguments apart from those of another version.
    pub const SHAPE: &str = "64b0b0d78ac30092";

    /// How many messages browsers say; those that the server alone says come after them.
    #[cfg(feature = "ssr")]
    const OF_BROWSERS: usize = 5;

    /// `` { $count -> [0] No events on { $day } [one] { $count } event on { $day } [other] { $count } events on { $day } } ``
    #[inline(always)]
    pub fn test_events(count: usize, day: &str) -> String {
        format(0, &[Argument::Number(count), Argument::Text(day)])
    }

    /// `` Line { $line } ``
    #[inline(always)]
    pub fn test_line(line: usize) -> String {
        format(1, &[Argument::Number(line)])
    }

    /// `` { $event } moved to { $day } ``
    ///
    /// Where an event went.
    #[inline(always)]
    pub fn test_moved(event: &str, day: &str) -> String {
        format(2, &[Argument::Text(event), Argument::Text(day)])
    }

    /// `` Today ``
    #[inline(always)]
    pub fn test_today() -> &'static str {
        text(3)
    }

    /// `` Welcome to Kalends! ``
    #[inline(always)]
    pub fn test_welcome() -> &'static str {
        text(4)
    }
    "#);
}

#[test]
fn what_the_server_alone_says_is_not_for_browsers() {
    let text = "server-b = Bad\nserver-a = { $n } of it";
    let server = File { language: "en".into(), path: "en/server.ftl".into(), text: text.into() };
    let languages = Languages::read(&[file("en", "test-z = Last"), server]).unwrap();
    let whole = table(&languages, languages.first());
    let of_browsers = browser_table(&languages, languages.first());
    assert!(whole.starts_with(&of_browsers) && of_browsers.ends_with("\nLast\n"), "{of_browsers}");
    assert!(whole.ends_with("\nBad\n"), "{whole}");
    let functions = functions(&languages);
    assert!(functions.contains("const OF_BROWSERS: usize = 1;"), "{functions}");
    assert!(functions.contains("#[cfg(feature = \"ssr\")]\n#[inline(always)]\npub fn server_b()"), "{functions}");
}

#[test]
fn what_is_not_supported_is_refused_with_its_place() {
    for (text, expected) in [
        ("test-a = A\ntest-b {", "en/test.ftl:2: is not Fluent"),
        ("other-a = A", "en/test.ftl:1: `other-a` must begin with `test-`"),
        ("test-A = A", "en/test.ftl:1: `test-A` must begin with `test-`"),
        ("\ntest-a = A\n    .title = B", "en/test.ftl:2: `test-a` has attributes"),
        ("test-a = <b>A</b>", "en/test.ftl:1: `test-a` holds a `<`"),
        ("test-a = A\n    b", "en/test.ftl:1: `test-a` goes over several lines"),
        ("test-a = { DATETIME($day) }", "en/test.ftl:1: `test-a` holds what is not supported"),
        ("test-a = A\ntest-b = { test-a }", "en/test.ftl:2: `test-b` holds what is not supported"),
        ("test-a = { -name }", "en/test.ftl:1: there is no term `-name`"),
        ("-name = { $a }\ntest-a = A", "en/test.ftl:1: the term `-name` is not text"),
        ("test-a = { $n ->\n    [few] a\n   *[other] b\n}", "en/test.ftl:2: `test-a`: `few` is neither a number"),
        ("test-a = { $n ->\n   *[one] a\n}", "en/test.ftl:2: `test-a`: the variant for everything else"),
        (
            "test-a = { $n ->\n   *[other] { $m ->\n       *[other] b\n    }\n}",
            "en/test.ftl:1: `test-a` chooses within a variant",
        ),
        ("test-a = A\ntest-a = B", "en/test.ftl:2: `test-a` stands in en/test.ftl:1 already"),
    ] {
        let found = problems(&[file("en", text)]);
        assert!(found.iter().any(|problem| problem.starts_with(expected)), "{text}: {found:?}");
    }
    assert!(problems(&[file("en", "test-a = A"), file("pl", "test-a = A")])[0].contains("plural rules of `pl`"));
    assert!(problems(&[file("fr", "test-a = A")])[0].contains("there is no such folder"));
}

#[test]
fn languages_have_the_same_messages_and_arguments() {
    let english = "test-a = { $x } of { $n ->\n   *[other] { $n }\n}\ntest-b = B";
    let french = "test-a = { $x ->\n   *[other] { $y }\n}\ntest-c = C";
    assert_eq!(
        problems(&[file("en", english), file("fr", french)]),
        [
            "en/test.ftl:4: `test-b` is missing in `fr`",
            "fr/test.ftl:1: `test-a` has `$y`, which it is not given",
            "fr/test.ftl:1: `test-a` leaves out `$n`",
            "fr/test.ftl:1: `test-a` takes `$x` for a number, which it is not in English",
            "fr/test.ftl:4: there is no `test-c` in English",
        ]
    );
}

#[test]
fn messages_that_are_numbered_are_one_function() {
    let english = "test-day-1 = Mo\ntest-day-2 = Tu\ntest-step-1 = One\ntest-step-3 = Three\ntest-day-short-1 = M";
    let languages = Languages::read(&[file("en", english)]).unwrap();
    let functions = functions(&languages);
    insta::assert_snapshot!(functions, @r#"
    /// Tells the messages and their arguments apart from those of another version.
    pub const SHAPE: &str = "1b23bed831585a45";

    /// How many messages browsers say; those that the server alone says come after them.
    #[cfg(feature = "ssr")]
    const OF_BROWSERS: usize = 5;

    /// `` Mo ``
    ///
    /// `number`: from 1 to 2; nothing is said for others.
    #[inline(always)]
    pub fn test_day(number: usize) -> &'static str {
        numbered(0, 2, number)
    }

    /// `` M ``
    ///
    /// `number`: from 1 to 1; nothing is said for others.
    #[inline(always)]
    pub fn test_day_short(number: usize) -> &'static str {
        numbered(2, 1, number)
    }

    /// `` One ``
    #[inline(always)]
    pub fn test_step_1() -> &'static str {
        text(3)
    }

    /// `` Three ``
    #[inline(always)]
    pub fn test_step_3() -> &'static str {
        text(4)
    }
    "#);
    let said = "words::test_day(2) words::test_step_1() words::test_step_3() words::test_day_short(1)".to_owned();
    assert_eq!(unused(languages.first(), &[said]), []);
    assert_eq!(unused(languages.first(), &[String::new()]).len(), 5);
}

#[test]
fn what_nobody_says_is_found() {
    let languages = Languages::read(&[file("en", "test-a = A\ntest-b = B\ntest-b-c = C")]).unwrap();
    let sources = ["fn a() { words::test_a(); crate::words::test_b_c() }".to_owned()];
    let found: Vec<_> = unused(languages.first(), &sources).iter().map(ToString::to_string).collect();
    assert_eq!(found, ["en/test.ftl:2: nothing says `test-b`"]);
}

/// What the reference implementation of Fluent makes of the message.
fn by_fluent(language: &str, text: &str, name: &str, arguments: &FluentArgs) -> String {
    let mut bundle = FluentBundle::new(vec![language.parse().unwrap()]);
    bundle.set_use_isolating(false);
    bundle.add_function("NUMBER", |positional, _| positional[0].clone()).unwrap();
    bundle.add_resource(FluentResource::try_new(text.to_owned()).unwrap()).unwrap();
    let pattern = bundle.get_message(name).unwrap().value().unwrap();
    bundle.format_pattern(pattern, Some(arguments), &mut Vec::new()).into_owned()
}

proptest! {
    #[test]
    fn fluent_says_the_same(
        count in prop_oneof![0usize..30, Just(1_000_000), Just(2_000_000), 0usize..100_000], event in "\\PC{0,8}", day in "\\PC{0,8}",
    ) {
        for (language, text) in [("en", ENGLISH), ("fr", FRENCH)] {
            let tables = tables(&[file("en", ENGLISH), file("fr", FRENCH)]);
            let table = tables.iter().find(|table| table.language() == language).unwrap();
            let mut arguments = FluentArgs::new();
            arguments.set("count", count);
            arguments.set("line", count);
            arguments.set("event", event.as_str());
            arguments.set("day", day.as_str());
            let said = |name| by_fluent(language, text, name, &arguments);
            let (number, event, day) = (Argument::Number(count), Argument::Text(&event), Argument::Text(&day));
            // The rules of the reference are older than French's `many`.
            if language == "en" || !matches!(count, 1_000_000 | 2_000_000) {
                prop_assert_eq!(table.format(0, &[number, day]), said("test-events"));
            }
            prop_assert_eq!(table.format(1, &[number]), said("test-line"));
            prop_assert_eq!(table.format(2, &[event, day]), said("test-moved"));
            prop_assert_eq!(table.text(4), said("test-welcome"));
        }
    }
}
