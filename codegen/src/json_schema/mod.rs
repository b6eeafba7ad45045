//! Plain JSON Schema documents as Rust types, by way of typify.
//!
//! For what is described outside of any API: the input of tools. typify panics on schemas it does
//! not expect, so it never sees a document: `reduce` rewrites every schema in the few forms that
//! it is known to take and says with a place what could not be kept, and `polish` turns what
//! comes back into code like the rest of what is generated.

mod layout;
mod polish;
mod reduce;

use proc_macro2::TokenStream;
use typify::{MapType, TypeSpace, TypeSpaceSettings};

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::emit::Module;
use crate::origin::{FileId, Origin};
use crate::source::Sources;
pub use layout::Layout;
use reduce::{Reduced, Reducer};

/// The types of `files` as modules, the root first. Users reach all of them through the root.
///
/// A file is one schema, whose `title` (else the file's name) is the name of its type; or a list of
/// tools as an MCP server answers `tools/list`, whose inputs become types. `None` when there is
/// nothing to generate; the reason is in `diagnostics`, as is everything that was left out.
///
/// Objects become structs that ignore properties they do not know, strings with fixed values enums,
/// and objects that one fixed property tells apart an enum with an `Unknown` variant. `runtime` is
/// the path of the runtime crate in the emitted code.
pub fn modules(
    sources: &Sources,
    files: &[FileId],
    layout: Layout,
    runtime: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Module>> {
    let mut reducer = Reducer::new(sources, diagnostics);
    for file in files {
        reducer.document(*file);
    }
    let reduced = reducer.finish();
    let origin = Origin::root(files.first().copied().unwrap_or_default());
    if reduced.definitions.is_empty() {
        let message = "there is no schema here that a type can be made of";
        diagnostics.push(Diagnostic::error(codes::NOT_EXPRESSED, &origin, message));
        return None;
    }
    let modules = generate(&reduced).and_then(|tokens| {
        let items = polish::polish(tokens, &reduced);
        let modules = items.and_then(|items| layout::modules(items, &reduced, layout, runtime));
        modules.map_err(|error| error.to_string())
    });
    modules
        .map_err(|reason| {
            let message = format!("no types can be made of the schemas: {reason}");
            diagnostics.push(Diagnostic::error(codes::MALFORMED_OUTPUT, &origin, message));
        })
        .ok()
}

fn generate(reduced: &Reduced) -> Result<TokenStream, String> {
    let root = serde_json::json!({ "definitions": reduced.definitions });
    let root = serde_json::from_value(root).map_err(|error| error.to_string())?;
    let map: MapType = "::std::collections::BTreeMap".parse()?;
    let mut settings = TypeSpaceSettings::default();
    settings
        .with_attr("#[non_exhaustive]".to_owned())
        .with_derive("PartialEq".to_owned())
        .with_map_type(map);
    let mut space = TypeSpace::new(&settings);
    space
        .add_root_schema(root)
        .map_err(|error| error.to_string())?;
    Ok(space.to_stream())
}

#[cfg(test)]
mod tests;
