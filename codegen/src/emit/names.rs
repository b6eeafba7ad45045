//! Identifiers, and the names emission itself adds: files, reply enums.
//!
//! The names of types, fields, methods and variants are final when they get here.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::model::{Api, Operation, TypeDef, Usage};
use crate::normalize::names::{SHARED, claim, file_name};

/// A name as an identifier. Keywords become raw identifiers; those that cannot get an underscore.
pub fn ident(name: &str) -> Ident {
    if matches!(name, "self" | "Self" | "super" | "crate") {
        return Ident::new(&format!("{name}_"), Span::call_site());
    }
    if KEYWORDS.contains(&name) {
        return Ident::new_raw(name, Span::call_site());
    }
    if is_word(name) {
        return Ident::new(name, Span::call_site());
    }
    let mut word: String = name
        .chars()
        .filter(|c| unicode_ident::is_xid_continue(*c))
        .collect();
    word.insert(0, 'x');
    Ident::new(&word, Span::call_site())
}

/// The keywords of Rust, reserved ones included, that can be raw identifiers.
const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

fn is_word(name: &str) -> bool {
    let (first, rest) = match name.strip_prefix('_') {
        Some(rest) => (!rest.is_empty(), rest),
        None => (name.starts_with(unicode_ident::is_xid_start), name),
    };
    first && rest.chars().all(unicode_ident::is_xid_continue)
}

/// Names that files cannot have: these, and words that cannot name a module.
pub(crate) fn reserved<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    let names = names.into_iter().chain(["self", "super", "crate"]);
    names.map(str::to_owned).collect()
}

/// The name of the constant of an operation.
pub(crate) fn constant_ident(method: &str) -> Ident {
    ident(&method.to_uppercase())
}

/// The method that chains an optional field: the field's name, unless it would hide a function
/// that every struct has.
pub(crate) fn setter_ident(field: &str) -> Ident {
    match field {
        "new" | "default" | "clone" | "from" => ident(&format!("with_{field}")),
        _ => ident(field),
    }
}

/// The place of a type: the group that cargo features make, and the file.
type Filed = (Option<usize>, String);

fn filed(def: &TypeDef) -> Filed {
    let module = def.module.as_deref().unwrap_or(SHARED);
    (def.group, module.to_owned())
}

/// Says that a chained method may have the name of an operator's.
pub(crate) fn operator_name(method: &Ident) -> Option<TokenStream> {
    const OPERATORS: [&str; 10] = [
        "add", "bitand", "bitor", "bitxor", "div", "mul", "rem", "shl", "shr", "sub",
    ];
    OPERATORS.iter().any(|operator| method == operator).then(
        || quote! { #[allow(clippy::should_implement_trait, reason = "the document's name")] },
    )
}

/// Names that emission adds.
#[derive(Debug, Default)]
pub(crate) struct Names {
    files: BTreeMap<Vec<String>, String>,
    /// Paths below the module `types`: a file, or a file in a folder.
    types: BTreeMap<Filed, Vec<String>>,
    replies: BTreeMap<String, String>,
}

impl Names {
    pub(crate) fn new(api: &Api) -> Self {
        let mut names = Self::default();
        let mut taken = reserved(["mod", "resources"]);
        for resource in &api.resources {
            let name = claim(&mut taken, &file_name(&resource.path.join("_")));
            names.files.insert(resource.path.clone(), name);
        }
        names.types = type_files(api);
        let mut taken = names.types(api);
        for operation in api
            .operations
            .iter()
            .filter(|operation| operation.outcomes.success.len() > 1)
        {
            let name = claim(&mut taken, &format!("{}Reply", operation.request_name));
            names.replies.insert(operation.request_name.clone(), name);
        }
        names
    }

    /// The file of a resource.
    pub(crate) fn file(&self, resource: &[String]) -> &str {
        self.files.get(resource).map_or("", String::as_str)
    }

    /// The file of a type, as a path below the module `types`.
    pub(crate) fn type_file(&self, def: &TypeDef) -> &[String] {
        self.types.get(&filed(def)).map_or(&[], Vec::as_slice)
    }

    /// The enum of the replies of an operation, when it has one.
    pub(crate) fn reply(&self, operation: &Operation) -> Ident {
        ident(
            self.replies
                .get(&operation.request_name)
                .map_or("Reply", String::as_str),
        )
    }

    /// The names of everything public that is emitted.
    pub(crate) fn types(&self, api: &Api) -> BTreeSet<String> {
        let types = api.types.iter().map(|(_, def)| &def.name);
        let resources = api.resources.iter().map(|resource| &resource.type_name);
        let requests = api
            .operations
            .iter()
            .map(|operation| &operation.request_name);
        types
            .chain(resources)
            .chain(requests)
            .chain(self.replies.values())
            .cloned()
            .collect()
    }
}

fn type_files(api: &Api) -> BTreeMap<Filed, Vec<String>> {
    let mut taken = reserved(["mod", "types"]);
    let used = api
        .types
        .iter()
        .filter(|(_, def)| def.usage != Usage::default());
    let filed: BTreeSet<Filed> = used.map(|(_, def)| filed(def)).collect();
    let mut modules: BTreeMap<Option<usize>, Vec<String>> = BTreeMap::new();
    for (group, module) in filed {
        modules.entry(group).or_default().push(module);
    }
    let mut files = BTreeMap::new();
    for (group, modules) in modules {
        let features = api.features.as_ref();
        let folder = group.and_then(|group| Some(&features?.groups.get(group)?.name));
        let folder = folder.map(|name| claim(&mut taken, &file_name(name)));
        let mut within = reserved(["mod"]);
        let single = modules.len() == 1;
        for module in modules {
            let path = match &folder {
                None => vec![claim(&mut taken, &file_name(&module))],
                Some(file) if single => vec![file.clone()],
                Some(folder) => vec![folder.clone(), claim(&mut within, &file_name(&module))],
            };
            files.insert((group, module), path);
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_makes_an_identifier() {
        let names = [
            "type", "self", "Self", "crate", "gen", "id", "", "1a", "a-b", "_", "_1", "日本",
        ];
        let idents = names.map(|name| ident(name).to_string());
        assert_eq!(
            idents,
            [
                "r#type", "self_", "Self_", "crate_", "r#gen", "id", "x", "x1a", "xab", "x_", "_1",
                "日本"
            ]
        );
    }
}
