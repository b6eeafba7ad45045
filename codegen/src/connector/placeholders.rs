//! The inputs of an operation.

use serde_json::Value;

use super::kinds::{self, Kind};
use super::naming::Scope;
use super::{format, keys};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{Location, Parameter, Style};
use crate::origin::Origin;
use crate::source::Node;

/// A declared placeholder.
#[derive(Clone, Debug)]
pub(super) struct Placeholder {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) required: bool,
    pub(super) default: Option<Value>,
    description: Option<String>,
    pub(super) origin: Origin,
}

impl Placeholder {
    /// The parameter of an operation it becomes.
    pub(super) fn parameter(&self, location: Location, wire: &str) -> Parameter {
        let style = match (location, self.kind) {
            (Location::Query, Kind::Json) => Style::Json,
            (Location::Query, _) => Style::FormExplode,
            _ => Style::Simple,
        };
        Parameter {
            wire: wire.to_owned(),
            name: self.name.clone(),
            input: Some(self.name.clone()),
            in_body: false,
            location,
            style,
            ty: self.kind.argument(),
            required: self.required,
            default: self.default.clone(),
            send_default: self.default.is_some(),
            description: self.description.clone(),
            constraints: Vec::new(),
            deprecated: false,
            origin: self.origin.clone(),
        }
    }
}

/// The placeholders of an operation: those of its path and those of its body, by name.
#[derive(Default)]
pub(super) struct Placeholders {
    all: Vec<Placeholder>,
    used: Vec<String>,
    /// Names of those declared in a way that cannot be read, which has been told.
    broken: Vec<String>,
    /// Whether a text uses one that is not declared: then unused ones are the other half of the
    /// same mistake.
    unknown: bool,
}

impl Placeholders {
    /// Adds those declared in `node`, the `path` or `bodyTemplate` of `what`.
    pub(super) fn declare(&mut self, node: &Node<'_>, what: &str, diagnostics: &mut Diagnostics) {
        let mut names = Scope::new("placeholder");
        for item in keys::items(node, what, "placeholders", diagnostics) {
            let Some(placeholder) = read(&item, &mut names, diagnostics) else {
                let name = item.get("name").and_then(|name| name.as_str());
                self.broken.extend(name.map(str::to_owned));
                continue;
            };
            match self.all.iter().find(|known| known.name == placeholder.name) {
                // Path and body may name the same input: the caller gives it once.
                Some(known) => check_same(known, &placeholder, diagnostics),
                None => self.all.push(placeholder),
            }
        }
    }

    /// The placeholder a text uses; an error when it is not declared.
    pub(super) fn using(
        &mut self,
        name: &str,
        by: &str,
        at: &Origin,
        diagnostics: &mut Diagnostics,
    ) -> Option<&Placeholder> {
        if !self.used.iter().any(|used| used == name) {
            self.used.push(name.to_owned());
        }
        let found = self.all.iter().find(|placeholder| placeholder.name == name);
        if let Some(file) = found.filter(|found| found.kind.is_file()) {
            let message = format!(
                "{by} uses `{{{{{name}}}}}`, which is {} and can only be all of a part of `multipart`",
                file.kind.noun()
            );
            diagnostics.push(Diagnostic::error(codes::CONNECTOR_PLACEHOLDER, at, message));
            return None;
        }
        if found.is_none() && !self.broken.iter().any(|broken| broken == name) {
            self.unknown = true;
            let names = self.all.iter().map(|placeholder| placeholder.name.as_str());
            let message = format!("{by} uses `{{{{{name}}}}}`, which is not declared");
            let diagnostic = Diagnostic::error(codes::CONNECTOR_PLACEHOLDER, at, message);
            diagnostics.push(match keys::suggestion(name, names) {
                Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
                None => diagnostic.help("declare it in the `placeholders` beside the text"),
            });
        }
        found
    }

    /// Whether a placeholder of this name takes files.
    pub(super) fn is_file(&self, name: &str) -> bool {
        let mut named = self
            .all
            .iter()
            .filter(|placeholder| placeholder.name == name);
        named.any(|placeholder| placeholder.kind.is_file())
    }

    /// Notes that the files of this placeholder are sent.
    pub(super) fn use_file(&mut self, name: &str) {
        self.used.push(name.to_owned());
    }

    /// Those declared, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Placeholder> {
        self.all.iter()
    }

    /// Tells those that no text uses.
    pub(super) fn tell_unused(&self, what: &str, diagnostics: &mut Diagnostics) {
        let unused = |placeholder: &&Placeholder| !self.used.contains(&placeholder.name);
        for placeholder in self.all.iter().filter(unused).filter(|_| !self.unknown) {
            let message = format!("placeholder `{}` of {what} is never used", placeholder.name);
            diagnostics.push(
                Diagnostic::warning(codes::CONNECTOR_PLACEHOLDER, &placeholder.origin, message)
                    .action("it is left out"),
            );
        }
    }
}

fn check_same(known: &Placeholder, again: &Placeholder, diagnostics: &mut Diagnostics) {
    let same = known.kind == again.kind
        && known.required == again.required
        && known.default == again.default;
    if !same {
        let message = format!(
            "placeholder `{}` is declared twice, differently",
            again.name
        );
        diagnostics.push(
            Diagnostic::error(codes::CONNECTOR_DUPLICATE, &again.origin, message)
                .related(&known.origin, "the first is here")
                .help("path and body share one input: declare it the same way in both"),
        );
    }
}

fn read(
    node: &Node<'_>,
    names: &mut Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Placeholder> {
    let name = node
        .get("name")
        .and_then(|name| name.as_str())
        .unwrap_or_default();
    let what = if name.is_empty() {
        "a placeholder".to_owned()
    } else {
        format!("placeholder `{name}`")
    };
    if !keys::object::<format::Placeholder>(node, &what, diagnostics) {
        return None;
    }
    let (name, place) = keys::required_string(node, &what, "name", diagnostics)?;
    let free = names.claim(name, place.origin(), diagnostics);
    check_name(name, place.origin(), diagnostics);
    let kind = Kind::read(node, &what, &kinds::NAMES, diagnostics);
    let default = keys::optional(node, "default");
    let required = match keys::optional(node, "required") {
        Some(required) => required.as_bool().or_else(|| {
            keys::wrong_kind(
                &required,
                &format!("`required` of {what}"),
                "a boolean",
                diagnostics,
            );
            None
        })?,
        None => default.is_none(),
    };
    let (kind, true) = (kind?, free) else {
        return None;
    };
    if let Some(default) = &default {
        check_default(default, kind, required, &what, diagnostics);
    }
    Some(Placeholder {
        name: name.to_owned(),
        kind,
        required,
        default: default
            .filter(|_| !required)
            .map(|default| default.value().clone()),
        description: node.string("description", diagnostics).map(str::to_owned),
        origin: node.origin().clone(),
    })
}

fn check_name(name: &str, at: &Origin, diagnostics: &mut Diagnostics) {
    if !super::scan::is_name(name) {
        let message = format!("placeholder name `{name}` cannot stand between double braces");
        diagnostics.push(
            Diagnostic::error(codes::CONNECTOR_NAME, at, message)
                .help("use letters, digits, `_`, `-` and `.`"),
        );
    } else if name.contains(['-', '.']) {
        let message = format!("placeholder name `{name}` is not an identifier");
        diagnostics.push(
            Diagnostic::note(codes::CONNECTOR_NAME, at, message)
                .action("the argument gets a name made from it"),
        );
    }
}

fn check_default(
    default: &Node<'_>,
    kind: Kind,
    required: bool,
    what: &str,
    diagnostics: &mut Diagnostics,
) {
    if !kind.accepts(default.value()) {
        let message = format!(
            "default {} of {what} is not {}",
            default.value(),
            kind.noun()
        );
        diagnostics.push(Diagnostic::error(
            codes::CONNECTOR_DEFAULT,
            default.origin(),
            message,
        ));
    } else if required {
        let message = format!("{what} is required, so its default is never used");
        diagnostics.push(
            Diagnostic::warning(codes::CONNECTOR_DEFAULT, default.origin(), message)
                .action("it is left out")
                .help("say `\"required\": false`, or take the default away"),
        );
    }
}
