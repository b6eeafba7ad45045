//! Parameters: single values and lists of them, in path, query and headers.

use serde_json::{Map, Value, json};

use super::describe;
use super::names::{Names, member};
use super::schemas::Schemas;
use crate::model::{
    Api, ClientParameter, Location, Operation, Parameter, Primitive, Style, TypeRef,
};

/// Parameter names that collide with what progenitor emits beside them.
const RESERVED: &[&str] = &[
    "body",
    "body_map",
    "encode_path",
    "header_map",
    "new",
    "send",
];

/// A parameter, wherever the model has it.
pub(super) struct Given<'a> {
    pub(super) wire: &'a str,
    pub(super) location: Location,
    pub(super) required: bool,
    style: Style,
    ty: &'a TypeRef,
    description: Option<String>,
    deprecated: bool,
}

/// Every parameter of an operation: its own, and those its client binds.
pub(super) fn of_operation<'a>(api: &'a Api, operation: &'a Operation) -> Vec<Given<'a>> {
    let mut given: Vec<Given<'a>> = operation.parameters.iter().map(of_call).collect();
    let bound = api
        .client_parameters
        .iter()
        .filter(|parameter| is_sent(parameter, operation))
        .map(of_client);
    let fixed = api.headers.iter().map(|(name, value)| Given {
        wire: name,
        location: Location::Header,
        required: true,
        style: Style::Simple,
        ty: &TypeRef::Primitive(Primitive::String),
        description: Some(format!("Always `{value}`.")),
        deprecated: false,
    });
    for parameter in bound.chain(fixed) {
        let same = |known: &Given<'_>| {
            known.location == parameter.location && known.wire.eq_ignore_ascii_case(parameter.wire)
        };
        if !given.iter().any(same) {
            given.push(parameter);
        }
    }
    given
}

fn of_call(parameter: &Parameter) -> Given<'_> {
    Given {
        wire: &parameter.wire,
        location: parameter.location,
        // Whoever sends requests without our client has to send what it would.
        required: parameter.required || parameter.send_default,
        style: parameter.style,
        ty: &parameter.ty,
        description: parameter.description.clone(),
        deprecated: parameter.deprecated,
    }
}

fn of_client(parameter: &ClientParameter) -> Given<'_> {
    let default = parameter
        .default
        .as_ref()
        .map(|default| format!("Default: `{default}`."));
    let description: Vec<String> = [parameter.description.clone(), default]
        .into_iter()
        .flatten()
        .collect();
    Given {
        wire: &parameter.wire,
        location: parameter.location,
        required: parameter.required || parameter.default.is_some() || parameter.generated_uuid,
        style: Style::Simple,
        ty: &parameter.ty,
        description: (!description.is_empty()).then(|| description.join("\n\n")),
        deprecated: false,
    }
}

fn is_sent(parameter: &ClientParameter, operation: &Operation) -> bool {
    parameter.location != Location::Path
        || names_in_path(&operation.path).any(|name| name == parameter.wire)
}

/// The names in the braces of a path template.
pub(super) fn names_in_path(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
}

/// A parameter as the document has it.
pub(super) struct Lowered {
    pub(super) value: Value,
    /// What is not as the API has it.
    pub(super) note: Option<&'static str>,
}

/// Lowers a parameter.
///
/// # Errors
/// The reason why it cannot be expressed.
pub(super) fn lower(
    given: &Given<'_>,
    schemas: &Schemas<'_>,
    names: &mut Names,
) -> Result<Lowered, &'static str> {
    let (schema, note) = match given.location {
        Location::Path => (in_path(given, schemas)?, None),
        Location::Query => in_query(given, schemas)?,
        Location::Header => in_header(given, schemas)?,
        Location::Cookie => return Err("progenitor has no cookie parameters"),
        Location::Body => return Err("it is a part of a body template"),
    };
    let name = member(given.wire);
    if RESERVED.contains(&name.as_str()) || !names.claim(&name) {
        return Err("something else has the same name in Rust");
    }
    let (place, wire) = match given.location {
        Location::Path => ("path", given.wire.to_owned()),
        Location::Query => ("query", given.wire.to_owned()),
        _ => ("header", given.wire.to_ascii_lowercase()),
    };
    let mut parameter = Map::new();
    parameter.insert("name".into(), wire.into());
    parameter.insert("in".into(), place.into());
    describe(&mut parameter, given.description.as_deref());
    parameter.insert(
        "required".into(),
        (given.required || given.location == Location::Path).into(),
    );
    if given.deprecated {
        parameter.insert("deprecated".into(), true.into());
    }
    parameter.insert("schema".into(), schema);
    Ok(Lowered {
        value: Value::Object(parameter),
        note,
    })
}

fn in_path(given: &Given<'_>, schemas: &Schemas<'_>) -> Result<Value, &'static str> {
    if given.style == Style::Json {
        return Err("progenitor has only the simple style in paths");
    }
    schemas
        .single(given.ty)
        .map(displayed)
        .ok_or("only single values can stand in a path")
}

fn in_query(
    given: &Given<'_>,
    schemas: &Schemas<'_>,
) -> Result<(Value, Option<&'static str>), &'static str> {
    if matches!(given.style, Style::DeepObject | Style::Json) {
        return Err("progenitor has only the form style in queries");
    }
    if let Some(schema) = schemas.single(given.ty) {
        return Ok((schema, None));
    }
    let items = schemas
        .several(given.ty)
        .ok_or("only single values and lists of them can stand in a query")?;
    match given.style {
        Style::FormExplode => Ok((json!({ "type": "array", "items": items }), None)),
        Style::Form | Style::Simple => Ok((json!({ "type": "string" }), Some(ONE_TEXT))),
        _ => Err("progenitor has only the form style in queries"),
    }
}

fn in_header(
    given: &Given<'_>,
    schemas: &Schemas<'_>,
) -> Result<(Value, Option<&'static str>), &'static str> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if given.wire.is_empty() || !given.wire.chars().all(is_token) {
        return Err("this is no name of a header");
    }
    if let Some(schema) = schemas.single(given.ty) {
        return Ok((displayed(schema), None));
    }
    schemas
        .several(given.ty)
        .ok_or("only single values and lists of them can stand in a header")?;
    Ok((json!({ "type": "string" }), Some(ONE_TEXT)))
}

const ONE_TEXT: &str = "the list is one text with commas";

/// A schema of values that progenitor writes with `to_string`, which is not how JSON writes times.
fn displayed(schema: Value) -> Value {
    if schema
        .get("format")
        .is_some_and(|format| format == "date-time")
    {
        return json!({ "type": "string" });
    }
    schema
}
