//! Names for what the document leaves unnamed, and method names from operation ids.

use std::collections::HashMap;

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::model::{HttpMethod, Operation};
use crate::normalize::names::singular;

/// `text` in PascalCase, as a part of a type's name.
pub(super) fn pascal(text: &str) -> String {
    text.to_upper_camel_case()
}

/// The name of what belongs to `parent` and is called `part`: `Pet` and `owner` are `PetOwner`.
pub(super) fn joined(parent: &str, part: &str) -> String {
    let part = pascal(part);
    // Titles often repeat the name of what they are in.
    if !parent.is_empty() && part.starts_with(parent) && part.len() > parent.len() {
        return part;
    }
    format!("{parent}{part}")
}

/// The static words of a path: no parameters, no versions.
pub(super) fn path_words(path: &str) -> Vec<String> {
    let segments = path
        .split('/')
        .filter(|segment| !segment.is_empty() && !segment.contains('{'));
    segments
        .filter(|segment| !is_version(segment))
        .map(|segment| segment.to_snake_case())
        .collect()
}

/// `v1`, `v2beta1`, `1.0`, `2024-01-01`, and the `api` that leads to them.
fn is_version(segment: &str) -> bool {
    let digits = segment.strip_prefix(['v', 'V']).unwrap_or(segment);
    segment == "api" || digits.starts_with(|first: char| first.is_ascii_digit())
}

/// The operation id of an operation that has none: `listPetsByOwner` style, from method and path.
pub(super) fn derived_id(method: HttpMethod, path: &str) -> String {
    let mut id = verb(method, path).to_owned();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let parameter = segment
            .strip_prefix('{')
            .map(|rest| rest.trim_end_matches('}'));
        match parameter {
            Some(name) => {
                id.push_str("_by_");
                id.push_str(&name.to_snake_case());
            }
            None if is_version(segment) => {}
            None => {
                id.push('_');
                id.push_str(&segment.to_snake_case());
            }
        }
    }
    id
}

fn verb(method: HttpMethod, path: &str) -> &'static str {
    let item = path.trim_end_matches('/').ends_with('}');
    match method {
        HttpMethod::Get if item => "retrieve",
        HttpMethod::Get => "list",
        HttpMethod::Post => "create",
        HttpMethod::Put => "update",
        HttpMethod::Patch if item => "update",
        HttpMethod::Patch => "patch",
        HttpMethod::Delete => "delete",
        HttpMethod::Head => "head",
        HttpMethod::Options => "options",
        HttpMethod::Trace => "trace",
    }
}

/// The method name of an operation without an id: what is done, to what below the resource.
pub(super) fn method_from_path(method: HttpMethod, path: &str, resource: &[String]) -> String {
    let words: Vec<String> = path_words(path);
    let rest: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !resource.iter().any(|part| same_word(part, word)))
        .collect();
    let mut name = verb(method, path).to_owned();
    for word in rest {
        name.push('_');
        name.push_str(word);
    }
    name
}

/// The method name an operation id gives: its words without those of the resource.
pub(super) fn method_from_id(id: &str, resource: &[String]) -> String {
    let snake = id.to_snake_case();
    let words: Vec<&str> = snake.split('_').filter(|word| !word.is_empty()).collect();
    let owned = resource.join("_");
    let about: Vec<&str> = owned.split('_').filter(|word| !word.is_empty()).collect();
    let rest = without(&words, &about)
        .or_else(|| without(&words, about.get(about.len().saturating_sub(1)..)?));
    let name = rest.unwrap_or(words).join("_");
    if name.is_empty() { snake } else { name }
}

/// `words` without the first run of words that `about` consists of; `None` when there is no such
/// run, or nothing would be left.
fn without<'w>(words: &[&'w str], about: &[&str]) -> Option<Vec<&'w str>> {
    if about.is_empty() || about.len() >= words.len() {
        return None;
    }
    let matches = |window: &[&str]| {
        window
            .iter()
            .zip(about)
            .all(|(word, about)| same_word(word, about))
    };
    let start = words.windows(about.len()).position(matches)?;
    let mut rest = words.to_vec();
    rest.drain(start..start + about.len());
    Some(rest)
}

/// Whether two words are the same but for a plural.
fn same_word(a: &str, b: &str) -> bool {
    a == b || singular(a) == singular(b)
}

/// Operations of one resource that would get the same method name get the name of their whole id
/// instead; `fixed` are the names the document gives itself.
pub(super) fn part_methods(operations: &mut [Operation], fixed: &[bool]) {
    let mut uses: HashMap<(Vec<String>, String), usize> = HashMap::new();
    for operation in operations.iter() {
        *uses
            .entry((operation.resource.clone(), operation.name.clone()))
            .or_default() += 1;
    }
    for (operation, fixed) in operations.iter_mut().zip(fixed) {
        let count = uses.get(&(operation.resource.clone(), operation.name.clone()));
        if !fixed && count.is_some_and(|count| *count > 1) {
            operation.name = operation.id.to_snake_case();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_id(id: &str, resource: &str) -> String {
        method_from_id(
            id,
            &resource.split('.').map(str::to_owned).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn the_resource_is_not_said_twice() {
        assert_eq!(from_id("listPets", "pets"), "list");
        assert_eq!(from_id("getPetById", "pets"), "get_by_id");
        assert_eq!(from_id("repos/list-for-org", "repos"), "list_for_org");
        assert_eq!(from_id("listMessageBatches", "message_batches"), "list");
        assert_eq!(from_id("cancelBatch", "messages.batches"), "cancel");
        assert_eq!(from_id("getEntry", "entries"), "get");
        assert_eq!(from_id("pets", "pets"), "pets");
        assert_eq!(from_id("search", "pets"), "search");
    }

    #[test]
    fn methods_from_paths() {
        let name = |method, path: &str| method_from_path(method, path, &["pets".to_owned()]);
        assert_eq!(name(HttpMethod::Get, "/v1/pets"), "list");
        assert_eq!(name(HttpMethod::Get, "/v1/pets/{id}"), "retrieve");
        assert_eq!(name(HttpMethod::Post, "/pets"), "create");
        assert_eq!(name(HttpMethod::Delete, "/pets/{id}"), "delete");
        assert_eq!(name(HttpMethod::Get, "/pets/{id}/owners"), "list_owners");
        assert_eq!(
            derived_id(HttpMethod::Get, "/v1/pets/{petId}"),
            "retrieve_pets_by_pet_id"
        );
    }
}
