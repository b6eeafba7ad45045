//! Operations of a resource.

use heck::ToSnakeCase;

use super::naming::{self, Scope};
use super::paging::{self, List};
use super::path::{self, Path};
use super::placeholders::Placeholders;
use super::resources::{ABSENT, Context, MODULE, add_record};
use super::service::Service;
use super::{fields, format, keys, multipart, template};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{
    Automation, AutomationKind, Body, BodyContent, BodyForm, HttpMethod, Location, Operation,
    Outcome, Outcomes, Parameter, Payload, StatusRange, TypeRef,
};
use crate::source::Node;

/// Methods, most used first.
pub(super) const METHODS: [HttpMethod; 7] = [
    HttpMethod::Get,
    HttpMethod::Post,
    HttpMethod::Put,
    HttpMethod::Patch,
    HttpMethod::Delete,
    HttpMethod::Head,
    HttpMethod::Options,
];

/// What an operation can be to an automation.
pub(super) const KINDS: [&str; 2] = ["action", "query"];

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
    service: &mut Service,
    diagnostics: &mut Diagnostics,
) -> Option<Operation> {
    let what = format!("operation `{name}` of resource `{}`", context.handle);
    if !keys::object::<format::Operation>(node, &what, diagnostics) {
        return None;
    }
    let method = method(node, &what, diagnostics);
    let list = paging::read(node, name, &what, diagnostics);
    let kind = kind(node, &what, method, diagnostics);
    let record = record(node, name, &what, context, service, diagnostics);
    let Call {
        path,
        body,
        parameters,
    } = call(node, &what, context, service, diagnostics)?;
    let meta = keys::meta(node, &what, diagnostics);
    let method = method?;
    let summary = meta
        .short
        .unwrap_or_else(|| naming::summary(context.handle, name, method, &path));
    Some(Operation {
        id: format!("{}.{name}", context.handle),
        resource: vec![context.name.clone()],
        name: name.to_snake_case(),
        request_name: String::new(),
        method,
        summary: Some(summary),
        description: meta.description,
        deprecated: false,
        pagination: list.pagination(&parameters),
        parameters,
        path,
        body,
        outcomes: outcomes(record, list != List::No),
        stream: None,
        latency: None,
        authenticated: service.authenticated,
        never_retry: false,
        reconnects: false,
        callbacks: Vec::new(),
        check_body: false,
        routes: Vec::new(),
        automation: Some(Automation {
            kind,
            resource: context.handle.to_owned(),
        }),
        check: None,
        origin: node.origin().clone(),
    })
}

/// What an operation sends.
struct Call {
    path: String,
    body: Option<Body>,
    parameters: Vec<Parameter>,
}

/// Reads path and body together: they share placeholders. Both are read to the end, so that
/// everything wrong in either is told.
fn call(
    node: &Node<'_>,
    what: &str,
    context: &Context<'_>,
    service: &Service,
    diagnostics: &mut Diagnostics,
) -> Option<Call> {
    let path_node = keys::required(node, what, "path", diagnostics).filter(|path| {
        let what = format!("`path` of {what}");
        keys::object::<format::Template>(path, &what, diagnostics)
    });
    let template = keys::optional(node, "bodyTemplate").filter(|body| {
        let what = format!("`bodyTemplate` of {what}");
        keys::object::<format::Template>(body, &what, diagnostics)
    });
    let multipart = keys::optional(node, "multipart").filter(|body| {
        let what = format!("`multipart` of {what}");
        keys::object::<format::Multipart>(body, &what, diagnostics)
    });
    let mut placeholders = Placeholders::default();
    for part in [&path_node, &template, &multipart].into_iter().flatten() {
        placeholders.declare(part, what, diagnostics);
    }
    let path = path_node.as_ref().and_then(|node| {
        let by = format!("`path` of {what}");
        let (value, place) = keys::required_string(node, &by, "value", diagnostics)?;
        let text = format!("{}{value}", context.endpoint);
        let at = place.origin();
        Some(path::compile(
            &text,
            what,
            at,
            &mut placeholders,
            diagnostics,
        ))
    });
    let bodies = [
        template
            .as_ref()
            .map(|node| template_body(node, what, service, &mut placeholders, diagnostics)),
        multipart
            .as_ref()
            .map(|node| multipart_body(node, what, &mut placeholders, diagnostics)),
    ];
    let failed = bodies.iter().any(|body| matches!(body, Some(None)));
    if let (Some(_), Some(second)) = (&template, &multipart) {
        let message = format!("{what} has a `bodyTemplate` and a `multipart`");
        diagnostics.push(
            Diagnostic::error(codes::CONNECTOR_TEMPLATE, second.origin(), message)
                .help("take one of them away: a request has one body"),
        );
    }
    let body = bodies.into_iter().flatten().flatten().next();
    let (body, names) = body.map_or((None, Vec::new()), |(body, names)| (Some(body), names));
    let path = path?;
    if !failed {
        placeholders.tell_unused(what, diagnostics);
    }
    Some(Call {
        parameters: parameters(&path, &names, &placeholders),
        path: path.template,
        body: body.filter(|_| !failed),
    })
}

/// What an automation sees in the operation `node`, which is `what`.
fn kind(
    node: &Node<'_>,
    what: &str,
    method: Option<HttpMethod>,
    diagnostics: &mut Diagnostics,
) -> AutomationKind {
    let reads = matches!(method, Some(HttpMethod::Get | HttpMethod::Head));
    let default = if reads {
        AutomationKind::Query
    } else {
        AutomationKind::Action
    };
    match node.string("kind", diagnostics) {
        None => default,
        Some("action") => AutomationKind::Action,
        Some("query") => AutomationKind::Query,
        Some(other) => {
            let message = format!("`{other}`, the kind of {what}, is none");
            let place = node.origin().key("kind");
            let diagnostic = Diagnostic::error(codes::CONNECTOR_LIST, &place, message);
            diagnostics.push(keys::suggest(diagnostic, other, &KINDS));
            default
        }
    }
}

/// The record an operation answers with: its own, or that of its resource.
fn record(
    node: &Node<'_>,
    name: &str,
    what: &str,
    context: &Context<'_>,
    service: &mut Service,
    diagnostics: &mut Diagnostics,
) -> TypeRef {
    if keys::optional(node, "fields").is_none() {
        return context.record.clone();
    }
    let record = fields::read(node, what, "fields", diagnostics);
    let description = format!(
        "What the reply of `{}.{name}` says, picked out of it.\n\n{ABSENT}",
        context.handle
    );
    let type_name = naming::operation_type(context.handle, name);
    add_record(service, type_name, MODULE, description, record, node)
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

/// A JSON body, and the placeholders its template uses.
fn template_body(
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
    let content = BodyContent::Template(template);
    Some((body(node, service.media_type.clone(), content), names))
}

/// A multipart body, and the placeholders its parts use.
fn multipart_body(
    node: &Node<'_>,
    what: &str,
    placeholders: &mut Placeholders,
    diagnostics: &mut Diagnostics,
) -> Option<(Body, Vec<String>)> {
    let (parts, names) = multipart::compile(node, what, placeholders, diagnostics)?;
    let content = BodyContent::Parts(parts);
    Some((body(node, "multipart/form-data".to_owned(), content), names))
}

fn body(node: &Node<'_>, media_type: String, content: BodyContent) -> Body {
    let form = BodyForm {
        media_type,
        content,
        examples: Vec::new(),
    };
    Body {
        required: true,
        forms: vec![form],
        description: None,
        origin: node.origin().clone(),
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
            parameters.push(Parameter {
                in_body: in_body.contains(name),
                ..parameter.clone()
            });
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

fn outcomes(record: TypeRef, list: bool) -> Outcomes {
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
