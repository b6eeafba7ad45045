//! References between schemas: what they lead to, and whether they end.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::adapt::SchemaError;

const DEFINITIONS: &str = "#/$defs/";

/// A name as part of a JSON pointer.
pub(super) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name of the definition that a `$ref` refers to.
pub(super) fn definition_name(reference: &str) -> Option<String> {
    let name = reference.strip_prefix(DEFINITIONS)?;
    let name = percent_decode_str(name).decode_utf8_lossy();
    (!name.contains('/')).then(|| name.replace("~1", "/").replace("~0", "~"))
}

/// Refuses references that lead nowhere, and those that lead back to where they are.
pub(super) fn refuse_recursion(schema: &Value) -> Result<(), SchemaError> {
    let definitions = schema.get("$defs").and_then(Value::as_object);
    let mut graph: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, definition) in definitions.into_iter().flatten() {
        graph.insert(name, references(definition)?);
    }
    let all = references(schema)?;
    if let Some(lost) = all.iter().find(|name| !graph.contains_key(name.as_str())) {
        let reason = format!("`{DEFINITIONS}{lost}` is referred to, but not there");
        return Err(SchemaError::new("", reason));
    }
    let mut finished = Vec::new();
    for name in graph.keys() {
        find_cycle(&graph, name, &mut Vec::new(), &mut finished)?;
    }
    Ok(())
}

/// Follows the references of a definition; `path` are those that led to it.
fn find_cycle<'a>(
    graph: &'a BTreeMap<&str, Vec<String>>,
    name: &'a str,
    path: &mut Vec<&'a str>,
    finished: &mut Vec<&'a str>,
) -> Result<(), SchemaError> {
    if finished.contains(&name) {
        return Ok(());
    }
    if let Some(start) = path.iter().position(|known| *known == name) {
        let cycle = path.iter().skip(start).chain([&name]);
        let cycle: Vec<String> = cycle.map(|name| format!("`{name}`")).collect();
        let reason = format!(
            "it contains itself ({}), and the API takes no recursive schemas; limit how deep it nests, or refer to parts by an id",
            cycle.join(" contains ")
        );
        return Err(SchemaError::new(
            &format!("/$defs/{}", escape(name)),
            reason,
        ));
    }
    path.push(name);
    for next in graph.get(name).into_iter().flatten() {
        find_cycle(graph, next, path, finished)?;
    }
    path.pop();
    finished.push(name);
    Ok(())
}

/// The names of the definitions that a schema refers to, its own definitions left aside.
fn references(schema: &Value) -> Result<Vec<String>, SchemaError> {
    let mut found = Vec::new();
    let mut open = match schema {
        Value::Object(schema) => {
            let parts = schema.iter().filter(|(key, _)| *key != "$defs");
            parts.flat_map(|(key, part)| schemas(key, part)).collect()
        }
        _ => Vec::new(),
    };
    if let Some(Value::String(reference)) = schema.get("$ref") {
        found.push(referred(reference)?);
    }
    while let Some(node) = open.pop() {
        if let Some(Value::String(reference)) = node.get("$ref") {
            found.push(referred(reference)?);
        }
        let parts = node.as_object().into_iter().flatten();
        open.extend(parts.flat_map(|(key, part)| schemas(key, part)));
    }
    Ok(found)
}

/// The schemas in the value of a keyword.
fn schemas<'a>(keyword: &str, value: &'a Value) -> Vec<&'a Value> {
    match (keyword_holds(keyword), value) {
        (Holds::Data, _) => Vec::new(),
        (Holds::Named, Value::Object(nodes)) => nodes.values().collect(),
        (_, Value::Array(nodes)) => nodes.iter().collect(),
        (_, node) => vec![node],
    }
}

/// What the value of a keyword is.
pub(super) enum Holds {
    /// A value, which may look like a schema.
    Data,
    /// Schemas by name; a name may look like a keyword.
    Named,
    /// A schema, a list of them, or something else.
    Schemas,
}

pub(super) fn keyword_holds(keyword: &str) -> Holds {
    match keyword {
        "const" | "enum" | "default" | "examples" => Holds::Data,
        "properties" | "patternProperties" | "dependentSchemas" | "$defs" => Holds::Named,
        _ => Holds::Schemas,
    }
}

fn referred(reference: &str) -> Result<String, SchemaError> {
    definition_name(reference).ok_or_else(|| {
        let reason = match reference {
            "#" => "it contains itself (`$ref: #`), and the API takes no recursive schemas; limit how deep it nests, or refer to parts by an id".to_owned(),
            other => format!("`{other}` is not in `{DEFINITIONS}`, and nothing else can be referred to"),
        };
        SchemaError::new("", reason)
    })
}
