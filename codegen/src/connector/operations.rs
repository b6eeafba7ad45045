//! Operations of a resource.

use heck::ToSnakeCase;

use super::naming::{self, Scope};
use super::path::{self, Path};
use super::placeholders::Placeholders;
use super::resources::Context;
use super::service::Service;
use super::{keys, paging, template};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{
    Body, BodyContent, BodyForm, HttpMethod, Location, Operation, Outcome, Outcomes, Parameter,
    Payload, StatusRange,
};
use crate::source::Node;

/// Methods, most used first.
const METHODS: [HttpMethod; 7] = [
    HttpMethod::Get,
    HttpMethod::Post,
    HttpMethod::Put,
    HttpMethod::Patch,
    HttpMethod::Delete,
    HttpMethod::Head,
    HttpMethod::Options,
];

/// The operation whose reply is a list of records.
const LIST: &str = "list";

/// Reads the operations of the resource `node`, which is `what`.
pub(super) fn read(
    node: &Node<'_>,
    what: &str,
    context: &Context<'_>,
    service: &mut Service,
    diagnostics: &mut Diagnostics,
) {
    let operations = keys::optional(node, "operations");
    if let Some(operations) = &operations
        && !operations.is_object()
    {
        keys::wrong_kind(
            operations,
            &format!("`operations` of {what}"),
            "an object",
            diagnostics,
        );
        return;
    }
    let mut names = Scope::new("operation");
    let mut empty = true;
    for (name, operation) in operations.iter().flat_map(Node::entries) {
        empty = false;
        if names.claim(name, operation.origin(), diagnostics)
            && let Some(operation) = read_one(&operation, name, context, service, diagnostics)
        {
            service.api.operations.push(operation);
        }
    }
    if empty {
        let place = operations.as_ref().unwrap_or(node);
        diagnostics.push(
            Diagnostic::warning(
                codes::CONNECTOR_EMPTY,
                place.origin(),
                format!("{what} has no operations"),
            )
            .action("its client can do nothing"),
        );
    }
}

fn read_one(
    node: &Node<'_>,
    name: &str,
    context: &Context<'_>,
    service: &Service,
    diagnostics: &mut Diagnostics,
) -> Option<Operation> {
    let what = format!("operation `{name}` of resource `{}`", context.handle);
    if !keys::object(
        node,
        &what,
        &["method", "path", "bodyTemplate", "meta"],
        diagnostics,
    ) {
        return None;
    }
    let method = method(node, &what, diagnostics);
    let path_node = keys::required(node, &what, "path", diagnostics).filter(|path| {
        keys::object(
            path,
            &format!("`path` of {what}"),
            &["value", "placeholders"],
            diagnostics,
        )
    });
    let body_node = keys::optional(node, "bodyTemplate").filter(|body| {
        keys::object(
            body,
            &format!("`bodyTemplate` of {what}"),
            &["value", "placeholders"],
            diagnostics,
        )
    });

    let mut placeholders = Placeholders::default();
    for part in [&path_node, &body_node].into_iter().flatten() {
        placeholders.declare(part, &what, diagnostics);
    }
    let path = path_node.as_ref().and_then(|node| {
        let (value, place) =
            keys::required_string(node, &format!("`path` of {what}"), "value", diagnostics)?;
        let text = format!("{}{value}", context.endpoint);
        Some(path::compile(
            &text,
            &what,
            place.origin(),
            &mut placeholders,
            diagnostics,
        ))
    });
    let body = body_node
        .as_ref()
        .and_then(|node| body(node, &what, service, &mut placeholders, diagnostics));
    if let (Some(path), Some((_, names))) = (&path, &body) {
        tell_shared(path, names, &what, diagnostics);
    }
    if path.is_some() && body.is_some() == body_node.is_some() {
        placeholders.tell_unused(&what, diagnostics);
    }
    let meta = keys::meta(node, &what, &[], diagnostics);
    let (method, path) = (method?, path?);
    let summary = meta
        .short
        .unwrap_or_else(|| naming::summary(context.handle, name, method, &path.template));
    let list = name == LIST;
    Some(Operation {
        id: format!("{}.{name}", context.handle),
        resource: vec![context.name.clone()],
        name: name.to_snake_case(),
        request_name: String::new(),
        method,
        summary: Some(summary),
        description: meta.description,
        deprecated: false,
        pagination: list.then(|| paging::recognise(&path.parameters)),
        parameters: parameters(
            &path,
            body.as_ref().map_or(&[], |(_, names)| names),
            &placeholders,
        ),
        path: path.template,
        body: body.map(|(body, _)| body),
        outcomes: outcomes(context, list),
        stream: None,
        latency: None,
        authenticated: service.authenticated,
        never_retry: false,
        origin: node.origin().clone(),
    })
}

fn method(node: &Node<'_>, what: &str, diagnostics: &mut Diagnostics) -> Option<HttpMethod> {
    let (name, place) = keys::required_string(node, what, "method", diagnostics)?;
    let known = METHODS.map(HttpMethod::as_str);
    let found = METHODS
        .into_iter()
        .find(|method| method.as_str().eq_ignore_ascii_case(name));
    if found.is_none() {
        let message = format!("`{name}`, the method of {what}, is no HTTP method");
        let diagnostic = Diagnostic::error(codes::CONNECTOR_METHOD, place.origin(), message);
        diagnostics.push(keys::suggest(diagnostic, name, &known));
    }
    found
}

/// The body, and the placeholders its template uses.
fn body(
    node: &Node<'_>,
    what: &str,
    service: &Service,
    placeholders: &mut Placeholders,
    diagnostics: &mut Diagnostics,
) -> Option<(Body, Vec<String>)> {
    let by = format!("`bodyTemplate` of {what}");
    let (text, place) = keys::required_string(node, &by, "value", diagnostics)?;
    let (template, names) = match template::compile(text) {
        Ok(compiled) => compiled,
        Err(problem) => {
            let message =
                format!("{by} is not JSON once its placeholders are filled in: {problem}");
            diagnostics.push(Diagnostic::error(
                codes::CONNECTOR_TEMPLATE,
                place.origin(),
                message,
            ));
            return None;
        }
    };
    for name in &names {
        placeholders.using(name, &by, place.origin(), diagnostics);
    }
    let form = BodyForm {
        media_type: service.media_type.clone(),
        content: BodyContent::Template(template),
        examples: Vec::new(),
    };
    let body = Body {
        required: true,
        forms: vec![form],
        description: None,
        origin: node.origin().clone(),
    };
    Some((body, names))
}

/// One input that goes into the address and into the body has no form in the model yet.
fn tell_shared(path: &Path, in_body: &[String], what: &str, diagnostics: &mut Diagnostics) {
    for parameter in path
        .parameters
        .iter()
        .filter(|parameter| in_body.contains(&parameter.name))
    {
        let message = format!(
            "placeholder `{}` of {what} is used in the address and in the body",
            parameter.name
        );
        diagnostics.push(
            Diagnostic::error(codes::CONNECTOR_PLACEHOLDER, &parameter.origin, message)
                .help("declare it under two names, one for each place"),
        );
    }
}

/// Parameters in the order in which they are declared: that is the order of arguments.
fn parameters(path: &Path, in_body: &[String], placeholders: &Placeholders) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for placeholder in placeholders.iter() {
        let name = &placeholder.name;
        if let Some(parameter) = path
            .parameters
            .iter()
            .find(|parameter| parameter.name == *name)
        {
            parameters.push(parameter.clone());
        } else if in_body.contains(name) {
            parameters.push(placeholder.parameter(Location::Body, name));
        }
    }
    let fixed = path
        .parameters
        .iter()
        .filter(|parameter| parameter.name.is_empty());
    parameters.extend(fixed.cloned());
    parameters
}

fn outcomes(context: &Context<'_>, list: bool) -> Outcomes {
    let record = context.record.clone();
    let payload = if list {
        Payload::Records(record)
    } else {
        Payload::Record(record)
    };
    let outcome = Outcome {
        status: StatusRange::Class(2),
        payload,
        description: None,
        examples: Vec::new(),
    };
    Outcomes {
        success: vec![outcome],
        errors: Vec::new(),
    }
}
