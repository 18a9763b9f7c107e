//! Merges of components put together by chance, beside what the rule for each line says.

use super::*;
use proptest::prelude::*;

/// Lines that are judged by themselves: none, or one of two values. Two that come to collide are two collisions.
const ALONE: [&str; 6] = [
    "SUMMARY:",
    "URL:https://example.org/",
    "X-OWN;X-P=\"a;b\":",
    "PRIORITY:",
    "ATTENDEE;CN=Ann:mailto:ann@example.org",
    "CLASS:X-",
];

/// Elements of sets: there or not.
const ELEMENTS: [&str; 5] = ["CATEGORIES:A", "CATEGORIES:B", "COMMENT:a\\, b", "COMMENT:c", "EXDATE:20260106T090000Z"];

#[derive(Clone, Debug, PartialEq, Eq)]
struct Slots {
    alone: [u8; 6],
    elements: [bool; 5],
}

fn slots() -> impl Strategy<Value = Slots> {
    (prop::array::uniform6(0..3_u8), prop::array::uniform5(any::<bool>()))
        .prop_map(|(alone, elements)| Slots { alone, elements })
}

impl Slots {
    /// `backwards` writes the lines in the other order.
    fn text(&self, backwards: bool) -> String {
        let alone = ALONE.iter().zip(self.alone).filter(|(_, value)| *value > 0).map(|(line, value)| match *line {
            line if line.starts_with("ATTENDEE") => line.replace(":mailto", &format!(";X-STATE={value}:mailto")),
            line => format!("{line}{value}"),
        });
        let elements =
            ELEMENTS.iter().zip(self.elements).filter(|(_, there)| *there).map(|(line, _)| (*line).to_owned());
        let mut lines: Vec<String> = alone.chain(elements).collect();
        lines.extend(["DTSTART:20260105T090000Z".to_owned(), "RRULE:FREQ=DAILY".to_owned()]);
        if backwards {
            lines.reverse();
        }
        event(&lines.join("\n"))
    }
}

/// What a line comes to, and whether that is a question.
fn three_ways<T: PartialEq>(base: T, ours: T, theirs: T, winner: Winner) -> (T, bool) {
    if ours == theirs || theirs == base {
        (ours, false)
    } else if ours == base {
        (theirs, false)
    } else {
        (if winner == Winner::Ours { ours } else { theirs }, true)
    }
}

proptest! {
    #[test]
    fn every_line_is_as_the_side_has_it_that_changed_it(
        base in slots(),
        ours in slots(),
        theirs in slots(),
        backwards in any::<[bool; 3]>(),
    ) {
        let texts = [base.text(backwards[0]), ours.text(backwards[1]), theirs.text(backwards[2])];
        let versions = all(&texts[0], &texts[1], &texts[2]);
        for winner in [Winner::Ours, Winner::Theirs] {
            let mut expected = base.clone();
            let mut questions = 0;
            for (at, slot) in expected.alone.iter_mut().enumerate() {
                let (value, asked) = three_ways(base.alone[at], ours.alone[at], theirs.alone[at], winner);
                (*slot, questions) = (value, questions + usize::from(asked));
            }
            for (at, slot) in expected.elements.iter_mut().enumerate() {
                *slot = three_ways(base.elements[at], ours.elements[at], theirs.elements[at], winner).0;
            }
            let mut asked = 0;
            let text = resolve(&versions, &limits(), &mut |_| { asked += 1; winner }).unwrap().unwrap();
            prop_assert!(same_meaning(&text, &expected.text(false), &limits()).unwrap(), "{}", text);
            prop_assert_eq!(asked, questions);
        }
        if let Outcome::Merged { text } = merge(&versions, &limits()).unwrap() {
            // What theirs has not touched stands as it stood.
            let kept = texts[1].lines().filter(|line| texts[0].contains(line) && texts[2].contains(line));
            prop_assert!(kept.into_iter().all(|line| text.contains(line)), "{}", text);
        }
    }
}
