//! Names for the targets of references, from where they lie.

use std::path::Path;
use std::sync::Arc;

use heck::ToUpperCamelCase;

use super::naming::joined;
use crate::origin::{FileId, Origin, Token};
use crate::source::{Node, Sources};

/// The name of a schema that lies where documents keep named schemas; `None` anywhere else.
pub(super) fn component_name(sources: &Sources, target: &Node<'_>) -> Option<String> {
    let tokens = target.origin().tokens();
    let file = target.origin().file();
    match tokens.as_slice() {
        [] => Some(stem(sources.path(file))),
        // A file that is a collection of schemas: `schemas.yaml#/Pet`.
        [Token::Key(name)] if file != FileId::default() => Some(name.to_string()),
        [.., Token::Key(parent), Token::Key(name)] => {
            matches!(&**parent, "schemas" | "definitions" | "$defs").then(|| name.to_string())
        }
        _ => None,
    }
}

/// The name of the component schema of the root document that lies at `origin`.
pub(super) fn root_component(origin: &Origin) -> Option<Arc<str>> {
    match (origin.file(), origin.tokens().as_slice()) {
        (FileId(0), [Token::Key(parts), Token::Key(kind), Token::Key(name)])
            if &**parts == "components" && &**kind == "schemas" =>
        {
            Some(name.clone())
        }
        _ => None,
    }
}

fn stem(path: &Path) -> String {
    let stem = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    stem.split('.')
        .next()
        .unwrap_or_default()
        .to_upper_camel_case()
}

/// A hint for a schema that has no name where it lies: `…/schemas/Pet/properties/owner` is
/// `PetOwner`.
pub(super) fn hint(target: &Node<'_>) -> String {
    const PLACES: &[&str] = &[
        "components",
        "schemas",
        "definitions",
        "$defs",
        "properties",
        "paths",
        "content",
        "schema",
        "allOf",
        "oneOf",
        "anyOf",
        "responses",
        "requestBody",
        "parameters",
        "webhooks",
    ];
    let mut hint = String::new();
    for token in target.origin().tokens() {
        match token {
            Token::Key(key) if &*key == "items" => hint = joined(&hint, "Item"),
            // Media types say nothing about what is described.
            Token::Key(key)
                if PLACES.contains(&&*key) || (key.contains('/') && !key.starts_with('/')) => {}
            Token::Key(key) => hint = joined(&hint, &key),
            Token::Index(_) => {}
        }
    }
    hint
}

/// The name of a shared body, parameter or response that `written` refers to; `None` when it is
/// written in its place.
pub(super) fn shared_name(written: &Node<'_>, target: &Node<'_>) -> Option<String> {
    written.get("$ref")?;
    match target.origin().last() {
        Some(Token::Key(name)) => Some(name.to_upper_camel_case()),
        _ => None,
    }
}
