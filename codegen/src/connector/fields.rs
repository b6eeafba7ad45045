//! `fields` and payloads with selectors become records.

use serde_json::Value;

use super::kinds::{self, Kind};
use super::naming::Scope;
use super::{format, keys};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{Record, RecordField, Selector};
use crate::source::Node;

/// Reads the fields in member `key` of `node`, which is `what`.
pub(super) fn read(
    node: &Node<'_>,
    what: &str,
    key: &str,
    diagnostics: &mut Diagnostics,
) -> Record {
    let mut names = Scope::new("field");
    let fields = keys::items(node, what, key, diagnostics);
    Record {
        fields: fields
            .iter()
            .filter_map(|field| read_field(field, &mut names, diagnostics))
            .collect(),
    }
}

fn read_field(
    node: &Node<'_>,
    names: &mut Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<RecordField> {
    let name = node
        .get("name")
        .and_then(|name| name.as_str())
        .unwrap_or_default();
    let what = if name.is_empty() {
        "a field".to_owned()
    } else {
        format!("field `{name}`")
    };
    if !keys::object::<format::Field>(node, &what, diagnostics) {
        return None;
    }
    let name = keys::required_string(node, &what, "name", diagnostics)
        .filter(|(name, place)| names.claim(name, place.origin(), diagnostics));
    let kind = Kind::read(node, &what, &kinds::OF_FIELDS, diagnostics);
    let selector = selector(node, &what, "selector", diagnostics);
    let meta = keys::meta(node, &what, diagnostics);
    Some(RecordField {
        wire: name?.0.to_owned(),
        name: String::new(),
        ty: kind?.value(),
        selector: selector?,
        description: meta.description.or(meta.short),
        origin: node.origin().clone(),
    })
}

/// The steps in the required member `key` of `node`, which is `what`.
pub(super) fn selector(
    node: &Node<'_>,
    what: &str,
    key: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Selector>> {
    let selector = keys::required(node, what, key, diagnostics)?;
    let mut problem = |at: &Node<'_>, message: String| {
        diagnostics.push(
            Diagnostic::error(codes::CONNECTOR_SELECTOR, at.origin(), message)
                .help("a selector is a list like `[\"content\", 0, \"text\"]`: member names and element numbers from the root of the reply"),
        );
    };
    if !selector.is_array() {
        problem(
            &selector,
            format!(
                "the selector of {what} is {}, not an array",
                selector.kind()
            ),
        );
        return None;
    }
    let steps: Vec<Option<Selector>> = selector
        .items()
        .map(|step| match step.value() {
            Value::String(key) => Some(Selector::Key(key.clone())),
            Value::Number(number) => {
                let index = number.as_u64().and_then(|index| usize::try_from(index).ok());
                if index.is_none() {
                    problem(&step, format!("`{number}` in the selector of {what} is no element number: those are 0, 1, 2, …"));
                }
                index.map(Selector::Index)
            }
            _ => {
                problem(&step, format!("a step in the selector of {what} is {}, neither a member name nor an element number", step.kind()));
                None
            }
        })
        .collect();
    if steps.is_empty() {
        problem(&selector, format!("the selector of {what} is empty"));
        return None;
    }
    steps.into_iter().collect()
}
