//! The modules of a crate, what each declares and imports, and which of them a path leads to.

use super::tokens::{Kind, Token, signs, word};
use std::collections::{BTreeMap, BTreeSet};

/// A path as it is written: `["crate", "ical", "edit"]`.
pub type Path = Vec<String>;

/// The modules of one crate by their paths, which begin below the crate.
#[derive(Default)]
pub struct Modules(BTreeMap<Path, Module>);

#[derive(Default)]
struct Module {
    /// The file that it stands in.
    file: String,
    items: BTreeSet<String>,
    /// What `use` calls by a name here.
    imports: BTreeMap<String, Path>,
    /// `use …::*`.
    globs: Vec<Path>,
    mentions: Vec<Mention>,
    /// The modules in files of their own that only tests have.
    test_modules: Vec<String>,
}

/// A path in the code.
struct Mention {
    path: Path,
    line: usize,
    /// By `use`: a name for a module does not use the module yet.
    is_import: bool,
}

/// One file names what another holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    pub from: String,
    pub line: usize,
    pub path: String,
    pub to: String,
}

const ITEMS: [&str; 8] = ["fn", "struct", "enum", "union", "trait", "type", "const", "static"];

/// The path of the module that a file below `src` is.
fn path_of(file: &str) -> Path {
    let mut path: Path = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if path.last().is_some_and(|last| last == "mod") || (path.len() == 1 && (path[0] == "lib" || path[0] == "main")) {
        path.pop();
    }
    path
}

impl Modules {
    /// Adds the module that the file is, and those that stand in it. `file`: below `src`.
    pub fn add(&mut self, file: &str, tokens: &[Token]) {
        let mut path = path_of(file);
        self.module(&path, file);
        // The depth of brackets, and at which the modules that stand in the file begin.
        let (mut depth, mut inline) = (0, Vec::new());
        let mut at = 0;
        while at < tokens.len() {
            let token = &tokens[at];
            match &token.kind {
                Kind::Open(_) => depth += 1,
                Kind::Close(_) => {
                    if inline.last() == Some(&depth) {
                        inline.pop();
                        path.pop();
                    }
                    depth -= 1;
                }
                Kind::Word(keyword) if keyword == "mod" => {
                    if let Some(name) = word(tokens, at + 1) {
                        if signs(tokens, at + 2, "{") {
                            path.push(name.to_owned());
                            depth += 1;
                            inline.push(depth);
                            self.module(&path, file);
                        } else if token.is_test {
                            self.module(&path, file).test_modules.push(name.to_owned());
                        }
                        at += 3;
                        continue;
                    }
                }
                _ if token.is_test => {}
                Kind::Word(keyword) if keyword == "use" && !signs(tokens, at + 1, "<") => {
                    at = self.module(&path, file).import(tokens, at + 1, is_public(tokens, at));
                    continue;
                }
                Kind::Word(first) => {
                    if depth == inline.last().copied().unwrap_or(0)
                        && ITEMS.contains(&first.as_str())
                        && let Some(name) = word(tokens, at + 1)
                    {
                        self.module(&path, file).items.insert(name.to_owned());
                    }
                    let follows_path = at >= 2 && signs(tokens, at - 2, "::");
                    let (segments, end) = segments(tokens, at);
                    if segments.len() > 1 && !follows_path {
                        let mention = Mention { path: segments, line: token.line, is_import: false };
                        self.module(&path, file).mentions.push(mention);
                        at = end;
                        continue;
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn module(&mut self, path: &[String], file: &str) -> &mut Module {
        let module = self.0.entry(path.to_vec()).or_default();
        file.clone_into(&mut module.file);
        module
    }

    /// Which file names what of which other, the first place of each pair; without tests.
    pub fn uses(&self) -> Vec<Use> {
        let mut found: Vec<Use> = Vec::new();
        for (path, module) in &self.0 {
            if self.is_test(path) {
                continue;
            }
            for mention in &module.mentions {
                let Some((target, rest)) = self.resolve(path, &mention.path, 0) else { continue };
                let to = &self.0[&target].file;
                let names_module = mention.is_import && rest == 0;
                let is_around = path.starts_with(&target);
                let is_known = |it: &Use| it.from == module.file && it.to == *to;
                if names_module
                    || is_around
                    || *to == module.file
                    || self.is_test(&target)
                    || found.iter().any(is_known)
                {
                    continue;
                }
                let path = mention.path.join("::");
                found.push(Use { from: module.file.clone(), line: mention.line, path, to: to.clone() });
            }
        }
        found
    }

    fn is_test(&self, path: &[String]) -> bool {
        (1..=path.len()).any(|length| {
            let (parent, name) = (&path[..length - 1], &path[length - 1]);
            self.0.get(parent).is_some_and(|module| module.test_modules.contains(name))
        })
    }

    /// The module that holds what the path leads to from `scope`, and how many segments are left in it; nothing for what
    /// is of another crate. `turns`: how many imports led here.
    fn resolve(&self, scope: &[String], path: &[String], turns: usize) -> Option<(Path, usize)> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.descend(Path::new(), rest, turns),
            "self" => self.descend(scope.to_vec(), rest, turns),
            "super" => {
                let mut scope = scope.to_vec();
                let ups = path.iter().take_while(|segment| *segment == "super").count();
                scope.truncate(scope.len().checked_sub(ups)?);
                self.descend(scope, &path[ups..], turns)
            }
            _ => {
                let module = self.0.get(scope)?;
                let is_child = self.child(scope, first).is_some();
                let is_known = is_child || module.items.contains(first) || module.imports.contains_key(first);
                if is_known { self.descend(scope.to_vec(), path, turns) } else { None }
            }
        }
    }

    fn descend(&self, mut scope: Path, path: &[String], turns: usize) -> Option<(Path, usize)> {
        const MAX_TURNS: usize = 20;
        if turns > MAX_TURNS {
            return None;
        }
        for (at, name) in path.iter().enumerate() {
            if let Some(child) = self.child(&scope, name) {
                scope = child;
                continue;
            }
            let module = self.0.get(&scope)?;
            if !module.items.contains(name) {
                if let Some(import) = module.imports.get(name) {
                    let onward: Path = import.iter().chain(&path[at + 1..]).cloned().collect();
                    return self.resolve(&scope, &onward, turns + 1);
                }
                for glob in &module.globs {
                    let onward: Path = glob.iter().chain(&path[at..]).cloned().collect();
                    if let Some((target, rest)) = self.resolve(&scope, &onward, turns + 1)
                        && self.0[&target].items.contains(&onward[onward.len() - rest])
                    {
                        return Some((target, rest));
                    }
                }
            }
            return Some((scope, path.len() - at));
        }
        self.0.contains_key(&scope).then_some((scope, 0))
    }

    fn child(&self, scope: &[String], name: &str) -> Option<Path> {
        let path: Path = scope.iter().map(String::as_str).chain([name]).map(str::to_owned).collect();
        self.0.contains_key(&path).then_some(path)
    }
}

impl Module {
    /// Reads what follows `use` and yields where it ends. What a module passes on (`pub use`) it does not use itself: who
    /// names it is led to where it stands.
    fn import(&mut self, tokens: &[Token], start: usize, passes_on: bool) -> usize {
        let mut at = start;
        // What stands before each group of braces that is open.
        let mut groups: Vec<Path> = vec![Path::new()];
        let mut path = Path::new();
        while let Some(token) = tokens.get(at) {
            at += 1;
            match &token.kind {
                Kind::Word(alias) if alias == "as" => {
                    if let Some(alias) = word(tokens, at) {
                        let whole: Path = groups.last().into_iter().flatten().chain(&path).cloned().collect();
                        self.imported(&whole, alias, token.line, passes_on);
                    }
                    path.clear();
                    at += 1;
                }
                Kind::Word(segment) => path.push(segment.clone()),
                Kind::Open('{') => {
                    let prefix: Path = groups.last().into_iter().flatten().chain(&path).cloned().collect();
                    groups.push(prefix);
                    path.clear();
                }
                Kind::Sign('*') => {
                    let whole: Path = groups.last().into_iter().flatten().chain(&path).cloned().collect();
                    if !passes_on {
                        let mut named = whole.clone();
                        named.push("*".into());
                        self.mentions.push(Mention { path: named, line: token.line, is_import: true });
                    }
                    self.globs.push(whole);
                    path.clear();
                }
                Kind::Sign(',' | ';') | Kind::Close('}') => {
                    if let Some(last) = path.last().cloned() {
                        let whole: Path = groups.last().into_iter().flatten().chain(&path).cloned().collect();
                        self.imported(&whole, &last, token.line, passes_on);
                        path.clear();
                    }
                    if token.is('}') {
                        groups.pop();
                    } else if token.is(';') {
                        break;
                    }
                }
                _ => {}
            }
        }
        at
    }

    fn imported(&mut self, path: &[String], name: &str, line: usize, passes_on: bool) {
        let path = match path {
            [before @ .., last] if last == "self" && !before.is_empty() => before,
            _ => path,
        };
        let name = if name == "self" { path.last().map_or(name, String::as_str) } else { name };
        self.imports.insert(name.to_owned(), path.to_vec());
        if !passes_on {
            self.mentions.push(Mention { path: path.to_vec(), line, is_import: true });
        }
    }
}

/// Whether `pub` or `pub(…)` stands before.
fn is_public(tokens: &[Token], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|at| word(tokens, at));
    before(1) == Some("pub")
        || (at >= 1 && tokens[at - 1].is(')') && (before(4) == Some("pub") || before(5) == Some("pub")))
}

/// The words of the path that begins at `at`, and where it ends.
fn segments(tokens: &[Token], at: usize) -> (Path, usize) {
    let mut path: Path = word(tokens, at).into_iter().map(str::to_owned).collect();
    let mut end = at + 1;
    while signs(tokens, end, "::")
        && let Some(segment) = word(tokens, end + 2)
    {
        path.push(segment.to_owned());
        end += 3;
    }
    (path, end)
}
