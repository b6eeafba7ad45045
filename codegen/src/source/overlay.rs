//! OpenAPI Overlay 1.x: documents that change another document before it is read.
//!
//! An overlay lists actions. Each selects values of the root document with an RFC 9535 JSONPath
//! and merges an `update` into them, merges a copy of another value into them (`copy`), or takes
//! them away (`remove`). Actions are done in order, each on what the ones before it made.

use std::path::Path;

use serde_json::Value;
use serde_json_path::JsonPath;

use super::{Node, Sources};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::origin::FileId;

/// What an action does to the values it selects.
enum Change {
    Update(Value),
    Copy(JsonPath),
    Remove,
}

impl Sources {
    /// Applies the overlay document at `path` to the root document.
    ///
    /// What is wrong with the overlay is an error in `diagnostics`; an action that selects nothing
    /// is a warning.
    pub fn overlay(&mut self, path: &Path, diagnostics: &mut Diagnostics) {
        let Some(file) = self.add(path, diagnostics) else {
            return;
        };
        let overlay = self.file(file);
        if !overlay
            .get("overlay")
            .is_some_and(|version| version.value().is_string())
        {
            let message = "this is no overlay: it has no `overlay` member that gives its version";
            diagnostics.push(Diagnostic::error(
                codes::OVERLAY_INVALID,
                overlay.origin(),
                message,
            ));
            return;
        }
        let Some(mut root) = self.files.first().map(|root| root.value.clone()) else {
            return;
        };
        let actions = overlay.array("actions", diagnostics);
        for action in actions.iter().flat_map(Node::items) {
            act(&action, &mut root, diagnostics);
        }
        if let Some(first) = self.files.first_mut() {
            first.value = root;
        }
        // What was merged in may refer to other files.
        self.load_references(FileId(0), diagnostics);
    }
}

fn act(action: &Node<'_>, root: &mut Value, diagnostics: &mut Diagnostics) {
    let Some((target, change)) = read(action, diagnostics) else {
        return;
    };
    let selected: Vec<String> = target
        .query_located(root)
        .locations()
        .map(|location| location.to_json_pointer())
        .collect();
    if selected.is_empty() {
        let message = format!("the target `{target}` selects nothing");
        diagnostics.push(
            Diagnostic::warning(codes::OVERLAY_UNUSED, action.origin(), message)
                .action("the action changes nothing"),
        );
    }
    let update = match change {
        Change::Update(update) => Some(update),
        Change::Copy(from) => match from.query(root).exactly_one() {
            Ok(value) => Some(value.clone()),
            Err(_) => {
                let message = format!("`{from}` does not select exactly one value to copy");
                let error = Diagnostic::error(codes::OVERLAY_INVALID, action.origin(), message);
                diagnostics.push(error);
                return;
            }
        },
        Change::Remove => None,
    };
    // Backwards, so that removing an element does not move those still to be removed.
    for pointer in selected.iter().rev() {
        match &update {
            Some(update) => {
                if let Some(target) = root.pointer_mut(pointer) {
                    apply(target, update);
                }
            }
            None => remove(root, pointer),
        }
    }
}

fn read(action: &Node<'_>, diagnostics: &mut Diagnostics) -> Option<(JsonPath, Change)> {
    let target = path(action, "target", diagnostics)?;
    if action.bool("remove", diagnostics) == Some(true) {
        return Some((target, Change::Remove));
    }
    if let Some(update) = action.get("update") {
        return Some((target, Change::Update(update.value().clone())));
    }
    if action.get("copy").is_some() {
        return Some((target, Change::Copy(path(action, "copy", diagnostics)?)));
    }
    let message = "the action has none of `update`, `copy` and `remove: true`";
    diagnostics.push(Diagnostic::error(
        codes::OVERLAY_INVALID,
        action.origin(),
        message,
    ));
    None
}

fn path(action: &Node<'_>, key: &str, diagnostics: &mut Diagnostics) -> Option<JsonPath> {
    let node = action.get(key);
    let text = node.as_ref().and_then(Node::as_str).unwrap_or_default();
    let error = match JsonPath::parse(text) {
        Ok(path) => return Some(path),
        Err(error) => error,
    };
    let origin = node.as_ref().unwrap_or(action).origin();
    let message = format!("`{key}` is no JSONPath: {error}");
    diagnostics.push(Diagnostic::error(codes::OVERLAY_INVALID, origin, message));
    None
}

/// An array gets one more element; everything else is merged.
fn apply(target: &mut Value, update: &Value) {
    match (target, update) {
        (Value::Array(items), Value::Array(more)) => items.extend(more.iter().cloned()),
        (Value::Array(items), one) => items.push(one.clone()),
        (target, update) => merge(target, update),
    }
}

// Recursion ends: documents nest no deeper than their reader allows.
fn merge(target: &mut Value, update: &Value) {
    match (target, update) {
        (Value::Object(members), Value::Object(updates)) => {
            for (key, update) in updates {
                match members.get_mut(key) {
                    Some(member) => merge(member, update),
                    None => drop(members.insert(key.clone(), update.clone())),
                }
            }
        }
        (Value::Array(items), Value::Array(more)) => items.extend(more.iter().cloned()),
        (target, update) => *target = update.clone(),
    }
}

fn remove(root: &mut Value, pointer: &str) {
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        return;
    };
    match root.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
        }
        Some(Value::Array(items)) => {
            if let Some(index) = key.parse().ok().filter(|index| *index < items.len()) {
                items.remove(index);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The root document after the actions, and the codes of what was found.
    fn overlaid(root: &str, actions: &str) -> (Value, Vec<&'static str>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("overlay.yaml");
        std::fs::write(&path, format!("overlay: 1.1.0\nactions:\n{actions}")).unwrap();
        let mut diagnostics = Diagnostics::default();
        let mut sources =
            Sources::from_text("root.yaml", root.to_owned(), &mut diagnostics).unwrap();
        sources.overlay(&path, &mut diagnostics);
        let codes = diagnostics.iter().map(|one| one.code.id).collect();
        (sources.root().value().clone(), codes)
    }

    #[test]
    fn updates_merge_objects_append_to_arrays_and_replace_scalars() {
        let (value, codes) = overlaid(
            "a: { b: { c: 1, tags: [x] } }\nservers: [{ url: one }]",
            "
- { target: $.a.b, update: { c: 2, d: { e: 3 }, tags: [y] } }
- { target: $.servers, update: { url: two } }
- { target: '$.servers[?@.url == \"one\"]', update: { url: uno } }
",
        );
        assert_eq!(
            value,
            json!({
                "a": {"b": {"c": 2, "tags": ["x", "y"], "d": {"e": 3}}},
                "servers": [{"url": "uno"}, {"url": "two"}]
            })
        );
        assert!(codes.is_empty(), "{codes:?}");
    }

    #[test]
    fn removes_and_copies() {
        let (value, codes) = overlaid(
            "paths: { '/a~b': { get: 1, x: 2 }, '/c': { x: 3 } }\nlist: [1, 2, 3, 4]",
            "
- { target: '$.paths.*.x', remove: true }
- { target: '$.list[?@ > 1 && @ < 4]', remove: true }
- { target: '$.paths[\"/c\"]', copy: '$.paths[\"/a~b\"]' }
",
        );
        assert_eq!(
            value,
            json!({"paths": {"/a~b": {"get": 1}, "/c": {"get": 1}}, "list": [1, 4]})
        );
        assert!(codes.is_empty(), "{codes:?}");
    }

    #[test]
    fn what_is_wrong_is_told() {
        let (_, codes) = overlaid(
            "a: 1",
            "
- { target: $.b, remove: true }
- { target: 'no path', remove: true }
- { target: $.a }
- { target: $.a, copy: '$.*.x' }
",
        );
        assert_eq!(codes, ["SW0608", "SW0607", "SW0607", "SW0607"]);
    }

    #[test]
    fn files_that_an_overlay_brings_in_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let root = write("root.yaml", "a: 1");
        write("other.yaml", "b: 2");
        let overlay = write(
            "overlay.yaml",
            "overlay: 1.0.0\nactions: [{ target: $, update: { x: { $ref: 'other.yaml#/b' } } }]",
        );
        let mut diagnostics = Diagnostics::default();
        let mut sources = Sources::load(&root, &mut diagnostics).unwrap();
        sources.overlay(&overlay, &mut diagnostics);
        let target = sources.follow(&sources.root().get("x").unwrap()).unwrap();
        assert_eq!(target.as_u64(), Some(2));
        assert!(diagnostics.is_empty());
    }
}
