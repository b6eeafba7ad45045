//! Lists that have a type for each place, and which of them are tuples.

use serde_json::Value;

use crate::model::TypeRef;
use crate::source::Node;

/// The schemas of the places of a list, and what is said about elements after them: `prefixItems`
/// and `items` since 2020-12, `items` and `additionalItems` before.
const FORMS: [(&str, &str); 2] = [("prefixItems", "items"), ("items", "additionalItems")];

/// The schemas of the places of a list, if it has any.
pub(super) fn places<'a>(schema: &Node<'a>) -> Option<Node<'a>> {
    let places = FORMS.iter().filter_map(|(places, _)| schema.get(places));
    places.into_iter().find(Node::is_array)
}

/// Whether a list has an element at each of its places and none after them: only then each value
/// that the document allows is a tuple. `items: false` alone lets a list end early.
pub(super) fn is_exact(schema: &Value) -> bool {
    let form = FORMS
        .iter()
        .find_map(|(places, rest)| Some((schema.get(places)?.as_array()?, schema.get(rest))));
    let Some((places, rest)) = form else {
        return false;
    };
    let is_limit = |key| schema.get(key).and_then(Value::as_u64) == Some(places.len() as u64);
    // A list of one place is as exact as its element.
    (2..=TypeRef::MAX_TUPLE).contains(&places.len())
        && is_limit("minItems")
        && (is_limit("maxItems") || rest == Some(&Value::Bool(false)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_of_one_length_are_exact() {
        let two = json!([{"type": "string"}, {"type": "integer"}]);
        for (schema, exact) in [
            (
                json!({"prefixItems": two, "minItems": 2, "maxItems": 2}),
                true,
            ),
            (
                json!({"prefixItems": two, "minItems": 2, "items": false}),
                true,
            ),
            (
                json!({"prefixItems": two, "minItems": 2, "maxItems": 2, "items": {}}),
                true,
            ),
            (
                json!({"items": two, "minItems": 2, "additionalItems": false}),
                true,
            ),
            // May end early.
            (json!({"prefixItems": two, "items": false}), false),
            (
                json!({"prefixItems": two, "minItems": 1, "maxItems": 2}),
                false,
            ),
            // May go on.
            (json!({"prefixItems": two, "minItems": 2}), false),
            (
                json!({"prefixItems": two, "minItems": 2, "items": {"type": "string"}}),
                false,
            ),
            (
                json!({"prefixItems": two, "minItems": 2, "additionalItems": false}),
                false,
            ),
            (
                json!({"prefixItems": two, "minItems": 3, "maxItems": 3}),
                false,
            ),
            // No places, one, and too many.
            (
                json!({"items": {"type": "string"}, "minItems": 2, "maxItems": 2}),
                false,
            ),
            (
                json!({"prefixItems": [true], "minItems": 1, "maxItems": 1}),
                false,
            ),
            (
                json!({"prefixItems": vec![true; 12], "minItems": 12, "maxItems": 12}),
                true,
            ),
            (
                json!({"prefixItems": vec![true; 13], "minItems": 13, "maxItems": 13}),
                false,
            ),
        ] {
            assert_eq!(is_exact(&schema), exact, "{schema}");
        }
    }
}
