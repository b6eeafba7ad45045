//! Endpoint and path of an operation become a path template and query parameters.

use serde_json::Value;

use super::placeholders::Placeholders;
use super::scan::{self, Piece};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{Location, Parameter, Primitive, Style, TypeRef};
use crate::origin::Origin;

/// What the path of an operation says.
#[derive(Debug, Default)]
pub(super) struct Path {
    /// With `{name}` for path parameters.
    pub(super) template: String,
    /// Path parameters, then query parameters, in order.
    pub(super) parameters: Vec<Parameter>,
}

/// Compiles `text`: endpoint and path value of the operation `what`, which says it at `at`.
pub(super) fn compile(
    text: &str,
    what: &str,
    at: &Origin,
    placeholders: &mut Placeholders,
    diagnostics: &mut Diagnostics,
) -> Path {
    let mut problem = |message: String| {
        diagnostics.push(Diagnostic::error(codes::CONNECTOR_URL, at, message));
    };
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        problem(format!(
            "the path of {what} holds spaces or control characters"
        ));
    }
    if text.contains('#') {
        problem(format!("the path of {what} holds `#`, which is never sent"));
    }
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    if !path.is_empty() && !path.starts_with('/') {
        problem(format!(
            "the path of {what} is `{text}`, which does not begin with `/` or `?`"
        ));
    }
    let mut compiler = Compiler {
        what,
        at,
        placeholders,
        diagnostics,
        path: Path::default(),
    };
    compiler.path(path);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        compiler.pair(pair);
    }
    compiler.path
}

struct Compiler<'a> {
    what: &'a str,
    at: &'a Origin,
    placeholders: &'a mut Placeholders,
    diagnostics: &'a mut Diagnostics,
    path: Path,
}

impl Compiler<'_> {
    fn path(&mut self, text: &str) {
        for piece in self.scan(text) {
            match piece {
                // Braces mean a parameter to the runtime.
                Piece::Text(text) => {
                    let text = text.replace('{', "%7B").replace('}', "%7D");
                    self.path.template.push_str(&text);
                }
                Piece::Placeholder(name) => {
                    self.path.template.push_str(&format!("{{{name}}}"));
                    self.use_in_path(name);
                }
            }
        }
    }

    fn use_in_path(&mut self, name: &str) {
        let by = format!("the path of {}", self.what);
        let Some(placeholder) = self
            .placeholders
            .using(name, &by, self.at, self.diagnostics)
        else {
            return;
        };
        let mut parameter = placeholder.parameter(Location::Path, name);
        if !parameter.required && parameter.default.is_none() {
            let message = format!(
                "placeholder `{name}` is part of the path of {}, so it cannot be left out",
                self.what
            );
            let origin = placeholder.origin.clone();
            self.diagnostics.push(
                Diagnostic::warning(codes::CONNECTOR_PLACEHOLDER, &origin, message)
                    .action("it is required")
                    .help("say `\"required\": true`, or give it a default"),
            );
            parameter.required = true;
        }
        if !self.path.parameters.iter().any(|known| known.wire == name) {
            self.path.parameters.push(parameter);
        }
    }

    /// One `name=value` of the query.
    fn pair(&mut self, pair: &str) {
        let (wire, value) = pair.split_once('=').unwrap_or((pair, ""));
        if wire.contains("{{") {
            self.problem(format!(
                "a name in the query of {} holds a placeholder: `{wire}`",
                self.what
            ));
            return;
        }
        match self.scan(value).as_slice() {
            [Piece::Placeholder(name)] => self.use_in_query(wire, name),
            [] => self.fixed(wire, ""),
            [Piece::Text(text)] => self.fixed(wire, text),
            _ => self.problem(format!(
                "`{value}` in the query of {} has to be fixed text or one placeholder",
                self.what
            )),
        }
    }

    fn use_in_query(&mut self, wire: &str, name: &str) {
        let by = format!("the query of {}", self.what);
        let Some(placeholder) = self
            .placeholders
            .using(name, &by, self.at, self.diagnostics)
        else {
            return;
        };
        let parameter = placeholder.parameter(Location::Query, wire);
        if self
            .path
            .parameters
            .iter()
            .any(|known| known.name == parameter.name || known.wire == wire)
        {
            self.problem(format!("`{name}` is in the URL of {} twice", self.what));
            return;
        }
        self.path.parameters.push(parameter);
    }

    /// A pair the document fixes: a parameter with a default that is sent.
    fn fixed(&mut self, wire: &str, value: &str) {
        let Some(value) = decode(value) else {
            self.problem(format!(
                "`{value}` in the query of {} is not well percent-encoded",
                self.what
            ));
            return;
        };
        if self.path.parameters.iter().any(|known| known.wire == wire) {
            self.problem(format!("`{wire}` is in the query of {} twice", self.what));
            return;
        }
        self.path.parameters.push(Parameter {
            wire: wire.to_owned(),
            name: String::new(),
            input: None,
            in_body: false,
            location: Location::Query,
            style: Style::FormExplode,
            ty: TypeRef::Primitive(Primitive::String),
            required: false,
            default: Some(Value::String(value)),
            send_default: true,
            description: Some("Fixed by the document.".to_owned()),
            constraints: Vec::new(),
            deprecated: false,
            origin: self.at.clone(),
        });
    }

    fn scan<'t>(&mut self, text: &'t str) -> Vec<Piece<'t>> {
        scan::scan(text).unwrap_or_else(|error| {
            let message = format!("the path of {} cannot be read: {error}", self.what);
            self.diagnostics.push(Diagnostic::error(
                codes::CONNECTOR_PLACEHOLDER,
                self.at,
                message,
            ));
            Vec::new()
        })
    }

    fn problem(&mut self, message: String) {
        self.diagnostics
            .push(Diagnostic::error(codes::CONNECTOR_URL, self.at, message));
    }
}

/// Undoes percent-encoding, as the value is encoded again when it is sent.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let value = digit(rest.next())? * 16 + digit(rest.next())?;
                bytes.push(u8::try_from(value).ok()?);
            }
            b'+' => bytes.push(b' '),
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok()
}
