//! Bodies with parts that may be left out.

use serde_json::{Map, Value};

/// An object of the members that have a value.
///
/// ```
/// use serde_json::json;
/// use specwright_runtime::template::object;
///
/// let due: Option<&str> = None;
/// let body = object([
///     ("title".to_owned(), Some(json!("Write"))),
///     ("due".to_owned(), due.map(|due| json!(due))),
/// ]);
/// assert_eq!(body, json!({"title": "Write"}));
/// ```
pub fn object(members: impl IntoIterator<Item = (String, Option<Value>)>) -> Value {
    let members = members.into_iter();
    let given = members.filter_map(|(name, value)| Some((name, value?)));
    Value::Object(given.collect::<Map<_, _>>())
}

/// A list of the elements that have a value.
pub fn array(items: impl IntoIterator<Item = Option<Value>>) -> Value {
    Value::Array(items.into_iter().flatten().collect())
}
