//! Parameters of operations.

use std::collections::HashMap;

use serde_json::Value;

use super::media::Media;
use super::naming::joined;
use super::objects::secret;
use super::{Reader, constraints, extensions, plain, pointers, upgrade};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{ClientParameter, Location, Parameter, Primitive, Style, TypeRef};
use crate::source::Node;

/// Headers that the client writes from other parts of the document.
const OWN_HEADERS: &[&str] = &["accept", "content-type", "authorization"];

/// What a parameter object became.
enum Read {
    /// A parameter of the operation, and what its style writes before its value in a path.
    Operation(Box<Parameter>, String),
    /// One bound by the client: its name on the wire and its place.
    Client(String, Location),
}

/// The parameters of one operation, and the path template they fit.
pub(super) struct Parameters {
    /// In the document's order, those of the path first.
    pub(super) own: Vec<Parameter>,
    /// Path parameters that the client knows.
    pub(super) bound: Vec<String>,
    /// What stands before the values of path parameters: `.` or `;name=`.
    pub(super) signs: HashMap<String, String>,
}

impl<'a> Reader<'a, '_> {
    /// The parameters of an operation: its own and, where it does not override them, those of the
    /// path.
    pub(super) fn parameters(
        &mut self,
        path: &Node<'a>,
        operation: &Node<'a>,
        owner: &str,
    ) -> Parameters {
        let mut read = Parameters {
            own: Vec::new(),
            bound: Vec::new(),
            signs: HashMap::new(),
        };
        let mut places = HashMap::new();
        let shared = path.array("parameters", self.diagnostics);
        let own = operation.array("parameters", self.diagnostics);
        let written = shared
            .iter()
            .flat_map(Node::items)
            .chain(own.iter().flat_map(Node::items));
        for written in written {
            match self.parameter(&written, owner) {
                Some(Read::Operation(parameter, sign)) => {
                    if parameter.location == Location::Path {
                        read.signs.insert(parameter.wire.clone(), sign);
                    }
                    let key = (parameter.wire.clone(), parameter.location);
                    let place = *places.entry(key).or_insert(read.own.len());
                    match read.own.get_mut(place) {
                        Some(overridden) => *overridden = *parameter,
                        None => read.own.push(*parameter),
                    }
                }
                Some(Read::Client(wire, Location::Path)) => read.bound.push(wire),
                Some(Read::Client(..)) | None => {}
            }
        }
        read
    }

    fn parameter(&mut self, written: &Node<'a>, owner: &str) -> Option<Read> {
        let node = self.follow(written)?;
        let Some(wire) = self.text(&node, "name") else {
            self.skip_parameter(&node, "a parameter without a name");
            return None;
        };
        let location = self.location(&node, &wire)?;
        if location == Location::Header && OWN_HEADERS.contains(&wire.to_ascii_lowercase().as_str())
        {
            return None;
        }
        let hint = pointers::shared_name(written, &node).unwrap_or_else(|| joined(owner, &wire));
        let (schema, style) = self.schema_and_style(&node, location);
        let mut ty = match &schema {
            Some(schema) => self.schema(schema, &hint),
            None => TypeRef::Primitive(Primitive::String),
        };
        if self.flag(&node, extensions::SECRET) {
            ty = secret(ty);
        }
        if let Some(bound) = node.object(extensions::CLIENT, self.diagnostics) {
            if matches!(location, Location::Path | Location::Header) {
                self.client_parameter(&node, &bound, &wire, location, ty);
                return Some(Read::Client(wire, location));
            }
            extensions::invalid(
                &bound,
                "only path and header parameters can be bound by the client",
                self.diagnostics,
            );
        }
        let mut parameter = Parameter {
            name: self.text(&node, extensions::NAME).unwrap_or_default(),
            input: None,
            in_body: false,
            location,
            style,
            ty,
            required: location == Location::Path || self.flag(&node, "required"),
            default: None,
            send_default: false,
            description: self.text(&node, "description"),
            constraints: Vec::new(),
            deprecated: self.flag(&node, "deprecated"),
            origin: node.origin().clone(),
            wire,
        };
        if let Some(schema) = &schema {
            self.limits(&mut parameter, schema);
        }
        let sign = self.sign(&node, &parameter);
        Some(Read::Operation(Box::new(parameter), sign))
    }

    /// What the styles of paths write before a value; several values are joined by commas.
    fn sign(&mut self, node: &Node<'a>, parameter: &Parameter) -> String {
        let style = node.get("style").and_then(|style| style.as_str());
        let sign = match (parameter.location, style) {
            (Location::Path, Some("label")) => ".".to_owned(),
            (Location::Path, Some("matrix")) => format!(";{}=", parameter.wire),
            _ => return String::new(),
        };
        let several = !matches!(parameter.ty, TypeRef::Primitive(_));
        if several && node.get("explode").and_then(|explode| explode.as_bool()) == Some(true) {
            self.note_ignored(
                node,
                "several values of a path parameter are joined by commas, `explode` or not",
            );
        }
        sign
    }

    /// What the schema of a parameter says beside its type.
    fn limits(&mut self, parameter: &mut Parameter, schema: &Node<'a>) {
        let value = schema.value();
        parameter.constraints = constraints::of(value);
        parameter.default = value
            .get("default")
            .filter(|default| !default.is_null())
            .cloned();
        if parameter.description.is_none() {
            parameter.description = self.text(schema, "description");
        }
        parameter.deprecated |= self.flag(schema, "deprecated");
        // A value the caller cannot choose is no question to the caller.
        if let Some(only) =
            only_value(value).filter(|_| parameter.required && parameter.location != Location::Path)
        {
            parameter.default = Some(only.clone());
            parameter.send_default = true;
            parameter.required = false;
        }
    }

    fn location(&mut self, node: &Node<'a>, wire: &str) -> Option<Location> {
        match node.string("in", self.diagnostics).unwrap_or_default() {
            "path" => Some(Location::Path),
            "query" => Some(Location::Query),
            "header" => Some(Location::Header),
            "cookie" => Some(Location::Cookie),
            other => {
                let message = format!("parameter `{wire}` is in `{other}`, which cannot be sent");
                self.skip_parameter(node, message);
                None
            }
        }
    }

    fn skip_parameter(&mut self, node: &Node<'a>, message: impl Into<String>) {
        self.diagnostics.push(
            Diagnostic::warning(codes::BAD_PARAMETER, node.origin(), message)
                .action("the parameter is left out"),
        );
    }

    fn schema_and_style(
        &mut self,
        node: &Node<'a>,
        location: Location,
    ) -> (Option<Node<'a>>, Style) {
        if node.get("content").is_some() {
            let contents = self.contents(node);
            let json = contents
                .iter()
                .find(|content| matches!(content.media, Media::Json | Media::Any));
            let style = if json.is_some() {
                Style::Json
            } else {
                default_style(location)
            };
            let schema = json
                .or(contents.first())
                .and_then(|content| content.schema());
            return (schema, style);
        }
        let schema = node
            .get("schema")
            .filter(|schema| schema.is_object() || schema.value().is_boolean());
        (schema, self.style(node, location))
    }

    fn style(&mut self, node: &Node<'a>, location: Location) -> Style {
        let style = node.string("style", self.diagnostics);
        let explode = node.bool("explode", self.diagnostics);
        match (location, style) {
            (_, None) if location == Location::Query && explode == Some(false) => Style::Form,
            (_, None) => default_style(location),
            (Location::Path, Some("label" | "matrix")) => Style::Simple,
            (Location::Path | Location::Header, Some("simple")) => Style::Simple,
            (Location::Cookie, Some("form" | "cookie")) => default_style(location),
            (Location::Query, Some("form")) if explode != Some(false) => Style::FormExplode,
            (Location::Query, Some("form")) => Style::Form,
            // With a pair for each element there is nothing left to be delimited.
            (Location::Query, Some("spaceDelimited" | "pipeDelimited"))
                if explode == Some(true) =>
            {
                Style::FormExplode
            }
            (Location::Query, Some("spaceDelimited")) => Style::SpaceDelimited,
            (Location::Query, Some("pipeDelimited")) => Style::PipeDelimited,
            (Location::Query, Some("deepObject")) => Style::DeepObject,
            (_, Some(other)) => {
                let message = format!("there is no style `{other}` for this kind of parameter");
                self.diagnostics.push(
                    Diagnostic::warning(codes::BAD_PARAMETER, node.origin(), message)
                        .action("the default style is used"),
                );
                default_style(location)
            }
        }
    }

    fn client_parameter(
        &mut self,
        node: &Node<'a>,
        bound: &Node<'a>,
        wire: &str,
        location: Location,
        ty: TypeRef,
    ) {
        let known = &self.api.client_parameters;
        if known
            .iter()
            .any(|known| known.wire == wire && known.location == location)
        {
            return;
        }
        let schema = node.get("schema");
        let default = bound
            .get("default")
            .or_else(|| schema.as_ref()?.get("default"));
        let generated_uuid = matches!(
            self.text(bound, "generate").as_deref(),
            Some("uuid4" | "uuid")
        );
        let secret = matches!(ty, TypeRef::Primitive(Primitive::Secret));
        let parameter = ClientParameter {
            wire: wire.to_owned(),
            name: self
                .text(bound, "name")
                .unwrap_or_else(|| heck::ToSnakeCase::to_snake_case(wire)),
            location,
            ty,
            default: default.map(|default| plain(default.value())),
            generated_uuid,
            env: self.text(bound, "env"),
            required: self.flag(bound, "required"),
            secret,
            description: self.text(node, "description"),
            origin: node.origin().clone(),
        };
        self.api.client_parameters.push(parameter);
    }

    /// Makes the path parameters those of the template.
    pub(super) fn fit_path(
        &mut self,
        parameters: &mut Parameters,
        names: &[String],
        operation: &Node<'a>,
    ) {
        parameters.own.retain(|parameter| {
            let fits = parameter.location != Location::Path || names.contains(&parameter.wire);
            if !fits {
                let message = format!("path parameter `{}` is not in the path", parameter.wire);
                self.diagnostics.push(
                    Diagnostic::warning(codes::PATH_PARAMETERS, &parameter.origin, message)
                        .action("the parameter is left out"),
                );
            }
            fits
        });
        for (index, name) in names.iter().enumerate() {
            let own = parameters
                .own
                .iter()
                .any(|known| known.location == Location::Path && known.wire == *name);
            if own || parameters.bound.contains(name) {
                continue;
            }
            let message = format!("`{{{name}}}` of the path is not declared as a parameter");
            self.diagnostics.push(
                Diagnostic::warning(codes::PATH_PARAMETERS, operation.origin(), message)
                    .action("it is a required string"),
            );
            let parameter = fixed(name, Location::Path, None, operation);
            parameters
                .own
                .insert(index.min(parameters.own.len()), parameter);
        }
    }
}

/// A string parameter that no parameter object describes.
pub(super) fn fixed(
    wire: &str,
    location: Location,
    value: Option<String>,
    node: &Node<'_>,
) -> Parameter {
    Parameter {
        wire: wire.to_owned(),
        name: String::new(),
        input: None,
        in_body: false,
        location,
        style: default_style(location),
        ty: TypeRef::Primitive(Primitive::String),
        required: value.is_none(),
        send_default: value.is_some(),
        default: value.map(Value::String),
        description: None,
        constraints: Vec::new(),
        deprecated: false,
        origin: node.origin().clone(),
    }
}

fn default_style(location: Location) -> Style {
    match location {
        Location::Query => Style::FormExplode,
        Location::Cookie => Style::Form,
        Location::Path | Location::Header | Location::Body => Style::Simple,
    }
}

/// The one value a schema allows.
fn only_value(schema: &Value) -> Option<&Value> {
    if upgrade::says_nullable(schema) {
        return None;
    }
    let only = match schema
        .get("enum")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        Some([only]) => Some(only),
        _ => None,
    };
    schema
        .get("const")
        .or(only)
        .filter(|value| value.is_string() || value.is_number() || value.is_boolean())
}
