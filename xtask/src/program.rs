//! Rewriting the built WebAssembly where no tool does.

use crate::process::Failure;
use std::collections::HashSet;
use std::ops::Range;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{CodeSection, ImportSection, Module, RawSection};
use wasmparser::{ImportSectionReader, KnownCustom, Name, Parser, Payload, TypeRef};

/// Parts of the names of functions that nothing calls in the browser, although their addresses are kept, so that neither the
/// compiler nor `wasm-opt` can see it. Whoever calls one after all ends the page: every page that hydrates is tested.
const NEVER_CALLED: [&str; 6] = [
    // How Leptos hydrates pages that load parts of themselves later (`hydrate_lazy`), and from templates.
    "hydrate_async",
    "new_with_async_value",
    "hydrate_from_template",
    // How the router tells a server of its routes.
    "generate_routes",
    // Channels with a bound: Leptos' have none.
    "mpmc::array::Channel",
    "mpmc::zero::Channel",
];

/// The program with the bodies of the functions that are [`NEVER_CALLED`] replaced by a trap. `wasm-opt` removes what only
/// they used.
pub fn without_uncalled(program: &[u8]) -> Result<Vec<u8>, Failure> {
    let (uncalled, imported) = uncalled(program)?;
    if uncalled.is_empty() {
        return Err(Failure(format!(
            "the program names no function like {NEVER_CALLED:?}: was it stripped too early?"
        )));
    }
    let mut module = Module::new();
    let mut code = CodeSection::new();
    let mut index = imported;
    let mut left = 0;
    for payload in Parser::new(0).parse_all(program) {
        let payload = payload?;
        match &payload {
            Payload::CodeSectionStart { count, .. } => left = *count,
            Payload::CodeSectionEntry(body) => {
                if uncalled.contains(&index) {
                    // No locals; unreachable; end.
                    code.raw(&[0, 0x00, 0x0b]);
                } else {
                    code.raw(body.as_bytes());
                }
                index += 1;
                left -= 1;
                if left == 0 {
                    module.section(&code);
                }
            }
            _ => {
                if let Some((id, range)) = payload.as_section() {
                    module.section(&RawSection { id, data: &program[octets(range)] });
                }
            }
        }
    }
    Ok(module.finish())
}

/// A program of more than 4 GiB was refused where it was read.
fn octets(range: Range<u64>) -> Range<usize> {
    let octet = |at| usize::try_from(at).unwrap_or(usize::MAX);
    octet(range.start)..octet(range.end)
}

/// The indices of the functions that are [`NEVER_CALLED`], and how many functions are imported.
fn uncalled(program: &[u8]) -> Result<(HashSet<u32>, u32), Failure> {
    let mut uncalled = HashSet::new();
    let mut imported = 0;
    for payload in Parser::new(0).parse_all(program) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
                }
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(names) = section.as_known() else { continue };
                for part in names {
                    let Name::Function(functions) = part? else { continue };
                    for function in functions {
                        let function = function?;
                        if NEVER_CALLED.iter().any(|part| function.name.contains(part)) {
                            uncalled.insert(function.index);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    Ok((uncalled, imported))
}

/// A name that the program imports and the short one that it imports instead.
pub struct Renamed {
    pub from: String,
    pub to: String,
}

/// The program with short names for what it imports: wasm-bindgen's carry digests, which do not compress.
pub fn with_short_imports(program: &[u8]) -> Result<(Vec<u8>, Vec<Renamed>), Failure> {
    let mut module = Module::new();
    let mut renamed = Vec::new();
    for payload in Parser::new(0).parse_all(program) {
        let payload = payload?;
        if let Payload::ImportSection(imports) = &payload {
            module.section(&short(imports, &mut renamed)?);
        } else if let Some((id, range)) = payload.as_section() {
            module.section(&RawSection { id, data: &program[octets(range)] });
        }
    }
    Ok((module.finish(), renamed))
}

fn short(imports: &ImportSectionReader, renamed: &mut Vec<Renamed>) -> Result<ImportSection, Failure> {
    let mut section = ImportSection::new();
    for import in imports.clone().into_imports() {
        let import = import?;
        let to = format!("i{:x}", renamed.len());
        let kind = RoundtripReencoder
            .entity_type(import.ty)
            .map_err(|error| Failure(format!("the import {} cannot be renamed: {error}", import.name)))?;
        section.import(import.module, &to, kind);
        renamed.push(Renamed { from: import.name.to_owned(), to });
    }
    Ok(section)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use wasm_encoder::{
        EntityType, Function, FunctionSection, ImportSection, Instruction, NameMap, NameSection, TypeSection, ValType,
    };

    /// A program that imports one function and has two of its own, of which `names` are the names.
    fn program(names: [&str; 2]) -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        module.section(&types);
        let mut imports = ImportSection::new();
        imports.import("browser", "__wbg_now_0123456789abcdef", EntityType::Function(0));
        module.section(&imports);
        let mut functions = FunctionSection::new();
        functions.function(0).function(0);
        module.section(&functions);
        let mut code = CodeSection::new();
        for value in [1, 2] {
            let mut function = Function::new([]);
            function.instruction(&Instruction::I32Const(value)).instruction(&Instruction::End);
            code.function(&function);
        }
        module.section(&code);
        let mut map = NameMap::new();
        names.iter().zip(1..).for_each(|(name, index)| map.append(index, name));
        let mut section = NameSection::new();
        section.functions(&map);
        module.section(&section);
        module.finish()
    }

    fn bodies(program: &[u8]) -> Vec<Vec<u8>> {
        let payloads = Parser::new(0).parse_all(program).map(Result::unwrap);
        payloads
            .filter_map(|payload| match payload {
                Payload::CodeSectionEntry(body) => Some(body.as_bytes().to_vec()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn only_what_nothing_calls_becomes_a_trap() {
        let before = program(["<T as View>::hydrate_async::{{closure}}", "<T as View>::hydrate"]);
        let after = without_uncalled(&before).unwrap();
        assert_eq!(bodies(&after), [vec![0, 0x00, 0x0b], bodies(&before).remove(1)]);
        assert_eq!(uncalled(&after).unwrap(), (HashSet::from([1]), 1), "the rest stays as it was");
    }

    #[test]
    fn a_program_without_names_is_refused() {
        assert!(without_uncalled(&program(["start", "stop"])).is_err());
    }

    #[test]
    fn imports_get_short_names() {
        let before = program(["start", "hydrate_async"]);
        let (after, renamed) = with_short_imports(&before).unwrap();
        let renamed: Vec<_> = renamed.iter().map(|name| (name.from.as_str(), name.to.as_str())).collect();
        assert_eq!(renamed, [("__wbg_now_0123456789abcdef", "i0")]);
        assert_eq!(bodies(&after), bodies(&before));
        assert_eq!(with_short_imports(&after).unwrap().1[0].from, "i0");
    }
}
