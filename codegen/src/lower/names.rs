//! Names that stay apart in the code progenitor emits.

use std::collections::HashSet;

use heck::{ToPascalCase, ToSnakeCase};
use unicode_ident::is_xid_continue;

/// Names that are taken in one scope.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// Takes `name`; `false` when it is taken already.
    pub(super) fn claim(&mut self, name: &str) -> bool {
        self.taken.insert(name.to_owned())
    }

    /// `name`, with a number when it is taken already.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let mut unique = name.to_owned();
        let mut number = 2_u32;
        while !self.claim(&unique.to_pascal_case()) {
            unique = format!("{name}{number}");
            number = number.saturating_add(1);
        }
        unique
    }
}

/// The Rust name progenitor and typify give to a parameter or a property, as far as it matters for
/// two of them being the same.
pub(super) fn member(wire: &str) -> String {
    match wire {
        // The two names they do not take apart by case.
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => wire
            .replace('\'', "")
            .replace(|c| !is_xid_continue(c), "-")
            .to_snake_case(),
    }
}

/// Operation ids that become methods or structs which collide with what progenitor emits itself.
const RESERVED: &[&str] = &[
    "api_version",
    "byte_stream",
    "client_hooks",
    "client_info",
    "encode_path",
    "new_with_client",
    "operation_info",
    "request_builder_ext",
    "response_value",
];

/// The id of an operation: resource and method. A single word may be a keyword, or a name of the
/// client or the prelude, so it never stands alone.
pub(super) fn operation_id(resource: &[String], method: &str) -> String {
    let words: Vec<&str> = resource
        .iter()
        .map(String::as_str)
        .chain([method])
        .collect();
    let id = words.join("_").to_snake_case();
    if !id.contains('_') || RESERVED.contains(&id.as_str()) {
        return format!("{id}_operation");
    }
    id
}
