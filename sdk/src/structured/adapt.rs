//! JSON Schemas made what the API takes.

use std::fmt;

use serde_json::{Map, Value};
use specwright_runtime::Error;

use super::references::{escape, refuse_recursion};

const TYPES: [&str; 7] = [
    "object", "array", "string", "number", "integer", "boolean", "null",
];

const STRING_FORMATS: [&str; 10] = [
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "uri",
    "ipv4",
    "ipv6",
    "uuid",
];

/// The schema as the API takes it in `output_config.format` and for strict tools. The schema itself
/// stays as it is: check answers against it, since what is sent says less.
///
/// - Objects get `additionalProperties: false`. Their `properties` and `required`, the `items` of
///   arrays, `anyOf`, `allOf` and `$defs` are kept; `oneOf` becomes `anyOf`.
/// - `enum` and `const` of strings, numbers, booleans and null are kept and take the place of
///   `type`. A list of types becomes `anyOf`.
/// - A `$ref` stands alone; what was beside it is dropped.
/// - `description` and `title` are kept, `$schema` is not.
/// - All other keywords, formats that the API does not know and `minItems` above 1 are moved into
///   the description, as `{minimum: 1, maximum: 12}`.
///
/// ```
/// use claude_typed::structured::adapt;
/// use serde_json::json;
///
/// let adapted = adapt(&json!({
///     "type": "object",
///     "properties": {"age": {"type": "integer", "minimum": 0, "description": "In years."}},
/// }))?;
/// assert_eq!(adapted, json!({
///     "type": "object",
///     "properties": {"age": {"type": "integer", "description": "In years.\n\n{minimum: 0}"}},
///     "additionalProperties": false,
/// }));
/// # Ok::<(), claude_typed::structured::SchemaError>(())
/// ```
///
/// # Errors
/// A part says neither what type it is nor which others it consists of, or refers to what is not
/// in `$defs`, or contains itself; the error says which part.
pub fn adapt(schema: &Value) -> Result<Value, SchemaError> {
    refuse_recursion(schema)?;
    adapt_node(schema, "")
}

/// A schema that the API does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    path: String,
    reason: String,
}

impl SchemaError {
    pub(crate) fn new(path: &str, reason: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }

    /// Which part of the schema, as a JSON pointer; empty for all of it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong with it, and what to do.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, reason } = self;
        match path.as_str() {
            "" => write!(f, "a schema the API does not take: {reason}"),
            path => write!(f, "a schema the API does not take, at `{path}`: {reason}"),
        }
    }
}

impl std::error::Error for SchemaError {}

impl From<SchemaError> for Error {
    fn from(error: SchemaError) -> Self {
        Self::invalid_request(error.to_string())
    }
}

/// The parts of a node that are not adapted yet, and those that are.
struct Node<'a> {
    at: &'a str,
    original: &'a Map<String, Value>,
    rest: Map<String, Value>,
    adapted: Map<String, Value>,
}

fn adapt_node(node: &Value, at: &str) -> Result<Value, SchemaError> {
    let Value::Object(original) = node else {
        let reason = format!(
            "`{node}` says nothing about the value; use a type with a schema of its own here"
        );
        return Err(SchemaError::new(at, reason));
    };
    let mut node = Node {
        at,
        original,
        rest: original.clone(),
        adapted: Map::new(),
    };
    node.rest.remove("$schema");
    node.map("$defs", "$defs")?;
    if node.keep("$ref") {
        return Ok(node.adapted.into());
    }
    node.split_types();
    node.shape()?;
    node.keep("description");
    node.keep("title");
    node.tell_rest();
    Ok(node.adapted.into())
}

impl Node<'_> {
    /// Keeps a keyword as it is.
    fn keep(&mut self, keyword: &str) -> bool {
        let value = self.rest.remove(keyword);
        let found = value.is_some();
        self.adapted
            .extend(value.map(|value| (keyword.to_owned(), value)));
        found
    }

    /// Keeps a keyword if its value is one the API takes.
    fn keep_if(&mut self, keyword: &str, taken: impl FnOnce(&Value) -> bool) -> bool {
        self.rest.get(keyword).is_some_and(taken) && self.keep(keyword)
    }

    /// Adapts a list of schemas.
    fn list(&mut self, keyword: &str, adapted_as: &str) -> Result<bool, SchemaError> {
        let Some(Value::Array(nodes)) = self.rest.remove(keyword) else {
            return Ok(false);
        };
        let nodes = nodes.iter().enumerate();
        let nodes = nodes.map(|(index, node)| {
            let at = format!("{}/{keyword}/{index}", self.at);
            adapt_node(node, &at)
        });
        let nodes = nodes.collect::<Result<Vec<_>, _>>()?;
        self.adapted.insert(adapted_as.to_owned(), nodes.into());
        Ok(true)
    }

    /// Adapts schemas that have names.
    fn map(&mut self, keyword: &str, adapted_as: &str) -> Result<bool, SchemaError> {
        let Some(Value::Object(nodes)) = self.rest.remove(keyword) else {
            return Ok(false);
        };
        let nodes = nodes.iter().map(|(name, node)| {
            let at = format!("{}/{keyword}/{}", self.at, escape(name));
            Ok((name.clone(), adapt_node(node, &at)?))
        });
        let nodes = nodes.collect::<Result<Map<_, _>, _>>()?;
        self.adapted.insert(adapted_as.to_owned(), nodes.into());
        Ok(true)
    }

    /// Makes a list of types a choice between nodes of one type each, so that the keywords of each
    /// type are adapted as such.
    fn split_types(&mut self) {
        let choice = ["anyOf", "oneOf", "allOf"];
        let is_choice = choice.iter().any(|choice| self.rest.contains_key(*choice));
        let is_value = self.rest.get("enum").is_some_and(is_primitive_list)
            || self.rest.get("const").is_some_and(is_primitive);
        let Some(Value::Array(types)) = self.rest.get("type") else {
            return;
        };
        if is_choice || is_value {
            return;
        }
        if let [only] = types.as_slice() {
            let only = only.clone();
            self.rest.insert("type".to_owned(), only);
            return;
        }
        let types = types.clone();
        let about_all =
            |(key, _): &(String, Value)| matches!(key.as_str(), "description" | "title");
        let keywords = std::mem::take(&mut self.rest).into_iter();
        let (rest, common): (Map<_, _>, Map<_, _>) = keywords.partition(about_all);
        self.rest = rest;
        let nodes = types.into_iter().map(|r#type| {
            let keywords = if r#type == "null" {
                None
            } else {
                Some(&common)
            };
            let mut node = keywords.cloned().unwrap_or_default();
            node.insert("type".to_owned(), r#type);
            Value::Object(node)
        });
        let nodes = nodes.collect();
        self.rest.insert("anyOf".to_owned(), Value::Array(nodes));
    }

    /// What says which values there are: the first of `anyOf`, `oneOf`, `allOf` and `type`, and
    /// what belongs to the type.
    fn shape(&mut self) -> Result<(), SchemaError> {
        let is_value =
            self.keep_if("enum", is_primitive_list) | self.keep_if("const", is_primitive);
        if self.choice()? {
            self.rest.remove("type");
            return Ok(());
        }
        let r#type = match self.rest.remove("type") {
            None if is_value => return Ok(()),
            None => {
                let reason = "it has no `type`, `anyOf`, `oneOf` or `allOf`, so anything would do; say which type it is";
                return Err(SchemaError::new(self.at, reason));
            }
            Some(r#type) => r#type,
        };
        match r#type.as_str() {
            Some("object") => self.object()?,
            Some("array") => self.array()?,
            Some("string") => {
                let is_known = |format: &Value| {
                    format
                        .as_str()
                        .is_some_and(|format| STRING_FORMATS.contains(&format))
                };
                self.keep_if("format", is_known);
            }
            Some(r#type) if TYPES.contains(&r#type) => {}
            // Beside `enum`, whose values say it all.
            None if is_value => {}
            _ => {
                let reason = format!("`{type}` is no type; types are {}", TYPES.join(", "));
                return Err(SchemaError::new(self.at, reason));
            }
        }
        if !is_value {
            self.adapted.insert("type".to_owned(), r#type);
        }
        Ok(())
    }

    /// The first of the keywords that choose between schemas; the others are dropped.
    fn choice(&mut self) -> Result<bool, SchemaError> {
        let mut found = false;
        for (keyword, adapted_as) in [("anyOf", "anyOf"), ("oneOf", "anyOf"), ("allOf", "allOf")] {
            found = found || self.list(keyword, adapted_as)?;
            self.rest.remove(keyword);
        }
        Ok(found)
    }

    fn object(&mut self) -> Result<(), SchemaError> {
        if !self.map("properties", "properties")? {
            let none = Value::Object(Map::new());
            self.adapted.insert("properties".to_owned(), none);
        }
        self.rest.remove("additionalProperties");
        self.adapted
            .insert("additionalProperties".to_owned(), false.into());
        self.keep("required");
        Ok(())
    }

    fn array(&mut self) -> Result<(), SchemaError> {
        if let Some(items) = self.rest.remove("items") {
            let items = adapt_node(&items, &format!("{}/items", self.at))?;
            self.adapted.insert("items".to_owned(), items);
        }
        self.keep_if("minItems", |least| matches!(least.as_u64(), Some(0 | 1)));
        Ok(())
    }

    /// Tells in the description what no keyword can say.
    fn tell_rest(&mut self) {
        if self.rest.is_empty() {
            return;
        }
        // In the order of the schema, which taking things out of `rest` may have changed.
        let rest = self.original.iter();
        let rest = rest.filter(|(key, _)| self.rest.contains_key(*key));
        let rest: Vec<String> = rest.map(|(key, value)| format!("{key}: {value}")).collect();
        let rest = format!("{{{}}}", rest.join(", "));
        let description = match self.adapted.get("description").and_then(Value::as_str) {
            Some(description) => format!("{description}\n\n{rest}"),
            None => rest,
        };
        self.adapted
            .insert("description".to_owned(), description.into());
    }
}

fn is_primitive(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

fn is_primitive_list(value: &Value) -> bool {
    let list = value.as_array();
    list.is_some_and(|list| list.iter().all(is_primitive))
}
