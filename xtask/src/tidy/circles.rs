//! No circles between the modules of a crate: what uses each other can only be read, changed and moved as one.
//!
//! A module is a file, and a use is a path in it that leads into another, through `pub use` to where the name really stands.
//! What a module takes from those around it (`super::…` from its parent, anything from `lib.rs`) is no use: it is a part of them.

use super::Offence;
use super::modules::{Modules, Use};
use super::tokens::Token;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The circles of one crate. `folder`: its `src`; `files`: their paths below it, with their tokens.
pub fn check(folder: &str, files: &[(&str, &[Token])]) -> Vec<Offence> {
    let mut modules = Modules::default();
    files.iter().for_each(|(file, tokens)| modules.add(file, tokens));
    circles(&modules.uses()).into_iter().map(|uses| report(folder, &uses)).collect()
}

fn report(folder: &str, uses: &[&Use]) -> Offence {
    let files: BTreeSet<&str> = uses.iter().map(|it| it.from.as_str()).collect();
    let mut what = format!(
        "a circle of {} modules: move what they share into a module below them, or what uses both into one above",
        files.len()
    );
    for Use { from, line, path, to } in uses {
        let _ = write!(what, "\n    {folder}/{from}:{line}: {path}, which is in {to}");
    }
    Offence { path: format!("{folder}/{}", uses[0].from), line: uses[0].line, what }
}

/// The uses that make each circle: of those modules that lead to each other.
fn circles(uses: &[Use]) -> Vec<Vec<&Use>> {
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for it in uses {
        next.entry(&it.from).or_default().push(&it.to);
    }
    let reach: BTreeMap<&str, BTreeSet<&str>> = next.keys().map(|from| (*from, reached(&next, from))).collect();
    let leads = |from: &str, to: &str| reach.get(from).is_some_and(|reached| reached.contains(to));
    let mut found: Vec<Vec<&Use>> = Vec::new();
    for it in uses.iter().filter(|it| leads(&it.to, &it.from)) {
        match found.iter_mut().find(|circle| leads(&circle[0].from, &it.from) && leads(&it.from, &circle[0].from)) {
            Some(circle) => circle.push(it),
            None => found.push(vec![it]),
        }
    }
    found
}

fn reached<'a>(next: &BTreeMap<&str, Vec<&'a str>>, from: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = next.get(from).cloned().unwrap_or_default();
    while let Some(file) = open.pop() {
        if reached.insert(file) {
            open.extend(next.get(file).into_iter().flatten());
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::super::tokens::read;
    use super::*;

    /// The files that the first circle names, each with its uses.
    fn found(sources: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<(&str, Vec<Token>)> =
            sources.iter().map(|(file, source)| (*file, read(source).expect("source"))).collect();
        let files: Vec<(&str, &[Token])> = files.iter().map(|(file, tokens)| (*file, tokens.as_slice())).collect();
        let offences = check("src", &files);
        let lines = offences.iter().flat_map(|offence| offence.what.lines().skip(1));
        lines.map(|line| line.trim().trim_start_matches("src/").to_owned()).collect()
    }

    #[test]
    fn two_that_use_each_other_are_a_circle() {
        let uses = found(&[
            ("a.rs", "use crate::b::B;\nstruct A;"),
            ("b.rs", "\nfn b(a: crate::a::A) {}"),
            ("c.rs", "use super::a::A;"),
        ]);
        assert_eq!(uses, ["a.rs:1: crate::b::B, which is in b.rs", "b.rs:2: crate::a::A, which is in a.rs"]);
    }

    #[test]
    fn one_way_is_none() {
        assert!(
            found(&[
                ("a.rs", "use crate::{b::{B, C as D}, c};"),
                ("b.rs", "use crate::c::*;"),
                ("c.rs", "use std::fmt;")
            ])
            .is_empty()
        );
    }

    #[test]
    fn macros_and_names_for_modules_are_followed() {
        let uses = found(&[
            ("a.rs", "use super::b as other; fn a() { view! { <p>{other::c()}</p> } }"),
            ("b.rs", "use crate::a::A;"),
        ]);
        assert_eq!(uses.len(), 2);
        assert!(found(&[("a.rs", "use super::b as other;"), ("b.rs", "use crate::a::A;")]).is_empty());
    }

    #[test]
    fn what_is_passed_on_leads_to_where_it_stands() {
        let house = ("house/mod.rs", "mod inner; mod other; pub use inner::Inner; pub use other::*;");
        let inner = ("house/inner.rs", "use super::Other;");
        assert!(found(&[house, inner, ("house/other.rs", "pub struct Other;")]).is_empty());
        assert_eq!(found(&[house, inner, ("house/other.rs", "use crate::house::Inner; pub struct Other;")]).len(), 2);
    }

    #[test]
    fn a_module_may_take_from_those_around_it() {
        let root = ("lib.rs", "mod a; pub struct All; use a::A;");
        let parent = ("a/mod.rs", "mod b; pub struct A(b::B); use crate::All;");
        assert!(
            found(&[root, parent, ("a/b.rs", "use super::A; use crate::All;"), ("c.rs", "use crate::All;")]).is_empty()
        );
        // But not by a way around: a -> a/b -> c -> a.
        assert_eq!(
            found(&[parent, ("a/b.rs", "use crate::c::C; pub struct B;"), ("c.rs", "use crate::a::A;")]).len(),
            3
        );
    }

    #[test]
    fn modules_in_a_file_are_of_the_file_and_tests_do_not_count() {
        let inline = ("a.rs", "mod inner { use super::super::b::B; fn f() { self::g() } } pub struct A;");
        assert_eq!(found(&[inline, ("b.rs", "use crate::a::inner::f;")]).len(), 2);
        let tests = "pub struct B; #[cfg(test)] mod tests { use crate::a::A; } #[cfg(test)] mod cases;";
        assert!(found(&[inline, ("b.rs", tests), ("b/cases.rs", "use crate::a::A;")]).is_empty());
    }
}
