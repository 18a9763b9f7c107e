//! Rules about what a line of code may say, and where.

use super::tokens::{Kind, Token, closing, signs, word};

/// A line and what is wrong with it.
pub type Finding = (usize, String);

/// Levels of access are compared in one module alone: how access is found out may change without a search.
pub fn access_levels(path: &str, tokens: &[Token]) -> Vec<Finding> {
    if is_part_of(path, "domain/src/access") || path == "domain/src/model/principal.rs" {
        return Vec::new();
    }
    let compares = "compares a level of access: ask domain/src/access.rs for what is needed";
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| !token.is_test) {
        match token.word() {
            Some("Access") if signs(tokens, at + 1, "::") && (is_compared(tokens, at) || is_bounding(tokens, at)) => {
                found.push((token.line, compares.into()));
            }
            Some("matches") if signs(tokens, at + 1, "!(") && names_level(tokens, at + 2) => {
                found.push((token.line, compares.into()));
            }
            Some("access") if signs(tokens, at + 1, "()") && is_ordered(tokens, at + 3) => {
                found.push((token.line, compares.into()));
            }
            Some("access") if signs(tokens, at + 1, "(") && is_free_call(tokens, at) => {
                found.push((token.line, "finds out the access by itself: take it from domain/src/access.rs".into()));
            }
            _ => {}
        }
    }
    found
}

/// Whether the file is the module, or lies in its folder.
fn is_part_of(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

/// Whether a comparison stands before or after the path whose next to last word is at `at`.
fn is_compared(tokens: &[Token], at: usize) -> bool {
    let mut start = at;
    while start >= 3 && signs(tokens, start - 2, "::") && word(tokens, start - 3).is_some() {
        start -= 3;
    }
    let end = at + 4;
    let before = |back: usize, sign: &str| start >= back && signs(tokens, start - back, sign);
    let is_before = before(2, "==") || before(2, "!=") || before(2, ">=") || before(2, "<=") || before(1, "<")
        // Not the end of an arrow.
        || (before(1, ">") && !before(2, "=>") && !before(2, "->"));
    let is_after = ["==", "!=", ">=", "<=", "<", ">"].iter().any(|sign| signs(tokens, end, sign));
    is_before || is_after
}

/// Whether the level at `at` is what something is held to by `min` or `max`.
fn is_bounding(tokens: &[Token], at: usize) -> bool {
    at >= 2 && tokens[at - 1].is('(') && matches!(word(tokens, at - 2), Some("min" | "max"))
}

/// Whether a level is named between the bracket at `open` and its end.
fn names_level(tokens: &[Token], open: usize) -> bool {
    (open..closing(tokens, open)).any(|at| word(tokens, at) == Some("Access") && signs(tokens, at + 1, "::"))
}

/// Whether what ends before `at` is said to be more or less than something.
fn is_ordered(tokens: &[Token], at: usize) -> bool {
    ["<", ">"].iter().any(|sign| signs(tokens, at, sign)) && !signs(tokens, at, ">>")
}

/// Whether what is called at `at` is neither a method nor defined there.
fn is_free_call(tokens: &[Token], at: usize) -> bool {
    at == 0 || !(tokens[at - 1].is('.') || word(tokens, at - 1) == Some("fn"))
}

/// What writes an object, its version or the log.
const WRITES: [&str; 6] =
    ["insert_object", "update_object", "delete_object_row", "keep_version", "raise_revision", "log_change"];

/// Everything that changes a calendar goes through the gate, so that nothing changes without a row in the log that says why.
pub fn writes(path: &str, tokens: &[Token]) -> Vec<Finding> {
    if is_part_of(path, "domain/src/store") || is_part_of(path, "domain/src/write") {
        return Vec::new();
    }
    let is_write = |kind: &Kind| matches!(kind, Kind::Word(name) if WRITES.contains(&name.as_str()));
    let found = tokens.iter().filter(|token| !token.is_test && is_write(&token.kind));
    found.map(|token| (token.line, "writes beside the gate: do it through a Write".into())).collect()
}

const STATEMENTS: [&str; 6] = ["SELECT", "INSERT", "UPDATE", "DELETE", "BEGIN", "CREATE"];

/// SQL is in the store alone: use cases are the same whatever the database is.
pub fn sql(path: &str, tokens: &[Token]) -> Vec<Finding> {
    if is_part_of(path, "domain/src/store") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| !token.is_test) {
        match &token.kind {
            Kind::Text(text) if is_statement(text) => {
                found.push((token.line, "holds SQL: make it a query of domain/src/store".into()));
            }
            Kind::Word(name) if name == "sqlx" && signs(tokens, at + 1, "::") => {
                found.push((token.line, "names sqlx: only domain/src/store knows of it".into()));
            }
            _ => {}
        }
    }
    found
}

/// Where it is known which database it is.
const DIALECT: [&str; 2] = ["domain/src/store/dialect.rs", "domain/src/store/transaction.rs"];

/// What the two databases say differently stands in one room: every other statement is the same for both.
pub fn dialect(path: &str, tokens: &[Token]) -> Vec<Finding> {
    if DIALECT.contains(&path) {
        return Vec::new();
    }
    let asks = tokens.iter().filter(|token| !token.is_test && token.word() == Some("is_postgres"));
    asks.map(|token| (token.line, "asks which database it is: let domain/src/store/dialect.rs say both forms".into()))
        .collect()
}

fn is_statement(text: &str) -> bool {
    // A literal may begin with the end of its line.
    let mut words = text.trim_start_matches('\\').split_whitespace();
    words.next().is_some_and(|first| STATEMENTS.contains(&first)) && words.next().is_some()
}

/// One spelling for a maximum: who searches for `MAX_` finds every one.
pub fn names(tokens: &[Token]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if let Some("const" | "static") = token.word()
            && let Some(name) = word(tokens, at + 1)
        {
            let mut words = name.split('_').enumerate();
            if words.any(|(at, it)| matches!(it, "MOST" | "LONGEST" | "LIMIT") || (it == "MAX" && at > 0)) {
                found.push((token.line, format!("`{name}` is a maximum: call it `MAX_…`")));
            }
        }
    }
    found
}

const MAX_LINES: usize = 500;
const MAX_FUNCTION_LINES: usize = 120;
const MAX_STYLE_LINES: usize = 700;

/// No longer than one can keep in mind.
pub fn length(path: &str, text: &str) -> Vec<Finding> {
    let (max, part) = if path.ends_with(".css") { (MAX_STYLE_LINES, "sheets") } else { (MAX_LINES, "modules") };
    let lines = text.lines().count();
    if lines > max { vec![(1, format!("has {lines} lines of {max}: part it into {part}"))] } else { Vec::new() }
}

/// No function longer than can be read at once.
pub fn functions(tokens: &[Token]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.word() == Some("fn")
            && let Some(name) = word(tokens, at + 1)
            && let Some(open) = body(tokens, at)
            && let Some(end) = tokens.get(closing(tokens, open))
        {
            let lines = end.line - token.line + 1;
            if lines > MAX_FUNCTION_LINES {
                found.push((token.line, format!("`{name}` has {lines} lines of {MAX_FUNCTION_LINES}: part it")));
            }
        }
    }
    found
}

/// Where the body of the function at `at` opens, if it has one.
fn body(tokens: &[Token], at: usize) -> Option<usize> {
    let mut at = at;
    loop {
        let token = tokens.get(at)?;
        match token.kind {
            Kind::Open('{') => return Some(at),
            Kind::Open(_) => at = closing(tokens, at),
            Kind::Sign(';') | Kind::Close(_) => return None,
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::read;
    use super::*;

    fn lines(rule: impl Fn(&[Token]) -> Vec<Finding>, source: &str) -> Vec<usize> {
        rule(&read(source).expect("source")).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn levels_of_access_are_compared_in_access_alone() {
        let source = "fn a() {
            if held < Access::Read {}
            held >= domain::access::Access::Write;
            Access::Owner == held;
            let held = access(who, &calendar);
            crate::access::access(who, &calendar);
            view! { <p>{held != Access::None}</p> }
            matches!(held, Access::Read | Access::Write);
            ceiling.min(Access::Read);
            role.access() <= needed;
        }";
        let elsewhere = |tokens: &[Token]| access_levels("app/src/lib.rs", tokens);
        assert_eq!(lines(elsewhere, source), [2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert!(lines(|tokens| access_levels("domain/src/access.rs", tokens), source).is_empty());
        assert!(lines(|tokens| access_levels("domain/src/access/levels.rs", tokens), source).is_empty());
        assert!(!lines(|tokens| access_levels("domain/src/accessory.rs", tokens), source).is_empty());
    }

    #[test]
    fn levels_of_access_are_named_anywhere() {
        let source = "fn access(needed: Access) -> Access { match held.access() { Access::Read => Access::Write, _ => f(Access::Read) } }
            #[cfg(test)] mod tests { fn a() { held >= Access::Read; } }";
        assert!(lines(|tokens| access_levels("app/src/lib.rs", tokens), source).is_empty());
    }

    #[test]
    fn one_room_knows_which_database_it_is() {
        let source = "fn a(tx: &Transaction) {
            if tx.is_postgres() {}
        }";
        assert_eq!(lines(|tokens| dialect("domain/src/store/jobs.rs", tokens), source), [2]);
        assert!(lines(|tokens| dialect("domain/src/store/dialect.rs", tokens), source).is_empty());
    }

    #[test]
    fn sql_is_in_the_store_alone() {
        let source = "use sqlx::Row;
            const A: &str = \"SELECT name FROM users\";
            const B: &str = r#\"
                DELETE FROM users\"#;
            const C: &str = \"SELECT\";
            const D: &str = \"Select a day\";
            /// \"SELECT name\"
            #[cfg(test)] mod tests { const E: &str = \"BEGIN IMMEDIATE\"; }";
        assert_eq!(lines(|tokens| sql("domain/src/agenda.rs", tokens), source), [1, 2, 3]);
        assert!(lines(|tokens| sql("domain/src/store/sqlite.rs", tokens), source).is_empty());
    }

    #[test]
    fn only_the_gate_writes() {
        let source = "tx.log_change(change).await?;
            tx.object_head(calendar, name).await?;
            tx.delete_object_row(id).await?;
            kalends.delete_object(caller, id, name).await?;";
        assert_eq!(lines(|tokens| writes("domain/src/agenda.rs", tokens), source), [1, 3]);
        assert!(lines(|tokens| writes("domain/src/write.rs", tokens), source).is_empty());
    }

    #[test]
    fn a_maximum_has_one_spelling() {
        let source = "const MOST: usize = 1;
            const TITLE_LIMIT: usize = 1;
            static LONGEST_WAIT: u8 = 1;
            const PASSWORD_MAX: u8 = 1;
            const MAX_DEPTH: u8 = 1; const LIMITS: u8 = 1; const ALMOST: u8 = 1; const fn limit() {}";
        assert_eq!(lines(names, source), [1, 2, 3, 4]);
    }

    #[test]
    fn files_and_functions_have_an_end() {
        assert!(length("a.rs", &"\n".repeat(500)).is_empty());
        assert_eq!(length("a.rs", &"\n".repeat(501)).len(), 1);
        assert!(length("a.css", &"\n".repeat(700)).is_empty());
        assert_eq!(length("a.css", &"\n".repeat(701)).len(), 1);
        let function =
            |lines: usize| format!("\ntrait A {{ fn a(b: [u8; 3]); }}\nfn c() {{{}}}", "\n".repeat(lines - 1));
        assert!(lines(functions, &function(120)).is_empty());
        assert_eq!(lines(functions, &function(121)), [3]);
    }
}
