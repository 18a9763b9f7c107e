//! Rewriting the built WebAssembly where no tool does.

use crate::process::Failure;
use std::ops::Range;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ImportSection, Module, RawSection};
use wasmparser::{ImportSectionReader, Parser, Payload};

/// A program of more than 4 GiB was refused where it was read.
fn octets(range: Range<u64>) -> Range<usize> {
    let octet = |at| usize::try_from(at).unwrap_or(usize::MAX);
    octet(range.start)..octet(range.end)
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
    use wasm_encoder::{CodeSection, EntityType, Function, FunctionSection, Instruction, TypeSection, ValType};

    /// A program that imports one function and has two of its own.
    fn program() -> Vec<u8> {
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
    fn imports_get_short_names() {
        let before = program();
        let (after, renamed) = with_short_imports(&before).unwrap();
        let renamed: Vec<_> = renamed.iter().map(|name| (name.from.as_str(), name.to.as_str())).collect();
        assert_eq!(renamed, [("__wbg_now_0123456789abcdef", "i0")]);
        assert_eq!(bodies(&after), bodies(&before));
        assert_eq!(with_short_imports(&after).unwrap().1[0].from, "i0");
    }
}
