//! The service document: where requests go, what every request carries.

use heck::ToSnakeCase;

use super::auth::{self, Auth};
use super::format::{self, SecretText, ServiceDocument, Text};
use super::{keys, scan};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{
    Api, ClientParameter, Credential, CredentialKind, Location, Primitive, TypeRef,
};
use crate::source::Node;

/// Headers that say how contents are negotiated; a caller has no use for a setter.
const NEGOTIATION: [&str; 5] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "user-agent",
];

/// What the service document says.
#[derive(Default)]
pub(super) struct Service {
    /// The API so far: no resources yet.
    pub(super) api: Api,
    /// `content-type` of bodies.
    pub(super) media_type: String,
    /// Whether requests carry credentials.
    pub(super) authenticated: bool,
}

/// Reads the service document. `None` when it is no service document at all.
pub(super) fn read(root: &Node<'_>, diagnostics: &mut Diagnostics) -> Option<Service> {
    if !keys::object::<ServiceDocument>(root, "the service document", diagnostics) {
        return None;
    }
    let mut api = Api::default();
    if let Some((handle, node)) =
        keys::required_string(root, "the service document", "handle", diagnostics)
    {
        check_handle(handle, &node, "the service", diagnostics);
        api.title = handle.to_owned();
    }
    let meta = keys::meta(root, "the service", diagnostics);
    api.title = meta.short.unwrap_or(api.title);
    api.description = meta.description;
    api.version = root
        .string("version", diagnostics)
        .unwrap_or_default()
        .to_owned();

    let mut service = Service {
        api,
        media_type: "application/json".to_owned(),
        authenticated: false,
    };
    let node = keys::required(root, "the service document", "service", diagnostics)?;
    if !keys::object::<format::Service>(&node, "`service`", diagnostics) {
        return Some(service);
    }
    base_url(&node, &mut service.api, diagnostics);
    if let Some(media_type) = node.string("contentType", diagnostics) {
        content_type(media_type, &node, diagnostics);
        service.media_type = media_type.to_owned();
    }
    let auth = auth::read(&node, diagnostics);
    if let Some(credential) = auth.as_ref().and_then(|auth| auth.credential.clone()) {
        service.api.credentials.push(credential);
    }
    headers(&node, auth.as_ref(), &mut service, diagnostics);
    service.authenticated = !service.api.credentials.is_empty();
    Some(service)
}

/// Checks the handle of a service or a resource.
pub(super) fn check_handle(
    handle: &str,
    node: &Node<'_>,
    what: &str,
    diagnostics: &mut Diagnostics,
) -> bool {
    let allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-');
    let valid = handle.chars().all(allowed) && handle.starts_with(|c: char| c.is_ascii_lowercase());
    if !valid {
        let wrong: String = handle.chars().filter(|c| !allowed(*c)).collect();
        let reason = match wrong.as_str() {
            "" => "does not begin with a letter".to_owned(),
            _ => format!("holds `{wrong}`, which is outside a-z, 0-9, `_` and `-`"),
        };
        let message = format!("the handle `{handle}` of {what} {reason}");
        diagnostics.push(Diagnostic::error(
            codes::CONNECTOR_HANDLE,
            node.origin(),
            message,
        ));
    }
    valid
}

fn base_url(node: &Node<'_>, api: &mut Api, diagnostics: &mut Diagnostics) {
    let Some(wrapper) = keys::required(node, "`service`", "baseURL", diagnostics) else {
        return;
    };
    let Some((url, place)) = keys::wrapped::<Text>(&wrapper, "`baseURL`", diagnostics) else {
        return;
    };
    let scheme = ["https", "http"].into_iter().find(|scheme| {
        url.strip_prefix(scheme)
            .and_then(|rest| rest.strip_prefix("://"))
            .is_some_and(|host| host.starts_with(|c: char| c.is_alphanumeric() || c == '['))
    });
    let unusable =
        |c: char| c.is_whitespace() || matches!(c, '{' | '}' | '?' | '#' | '"' | '<' | '>' | '\\');
    let Some(scheme) = scheme.filter(|_| !url.contains(unusable)) else {
        let message = format!("`baseURL` is `{url}`, which is no http address to put paths behind");
        diagnostics.push(
            Diagnostic::error(codes::CONNECTOR_URL, place.origin(), message)
                .help("write it like `https://api.example.com/v1`: scheme, host, path, no query"),
        );
        return;
    };
    api.base_url = Some(url.trim_end_matches('/').to_owned());
    match node.string("protocol", diagnostics) {
        Some(protocol) if !protocol.eq_ignore_ascii_case(scheme) => diagnostics.push(
            Diagnostic::warning(
                codes::CONNECTOR_URL,
                &node.origin().key("protocol"),
                format!("`protocol` is `{protocol}`, but `baseURL` begins with `{scheme}`"),
            )
            .action("the scheme of `baseURL` is used"),
        ),
        _ => {}
    }
}

/// Bodies are built as JSON whatever the document calls them.
fn content_type(media_type: &str, node: &Node<'_>, diagnostics: &mut Diagnostics) {
    let essence = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if essence != "application/json" && !essence.ends_with("+json") {
        let message = format!("the content type `{media_type}` is not JSON");
        diagnostics.push(
            Diagnostic::warning(
                codes::CONNECTOR_HEADER,
                &node.origin().key("contentType"),
                message,
            )
            .action("bodies are sent as JSON under this name"),
        );
    }
}

fn headers(
    node: &Node<'_>,
    auth: Option<&Auth>,
    service: &mut Service,
    diagnostics: &mut Diagnostics,
) {
    let Some(headers) = keys::optional(node, "headers") else {
        return;
    };
    if !headers.is_object() {
        keys::wrong_kind(&headers, "`headers`", "an object", diagnostics);
        return;
    }
    let mut seen: Vec<String> = Vec::new();
    for (name, wrapper) in headers.entries() {
        let what = format!("header `{name}`");
        let Some((value, place)) = keys::wrapped::<SecretText>(&wrapper, &what, diagnostics) else {
            continue;
        };
        let lower = name.to_ascii_lowercase();
        let problem = if seen.contains(&lower) {
            Some(format!("{what} is given twice, in different case"))
        } else {
            check_header(name, value)
        };
        if let Some(problem) = problem {
            diagnostics.push(Diagnostic::error(
                codes::CONNECTOR_HEADER,
                place.origin(),
                problem,
            ));
            continue;
        }
        seen.push(lower);
        let env = wrapper.string("env", diagnostics).map(str::to_owned);
        header(
            Header {
                name,
                value,
                env,
                place,
            },
            auth,
            service,
            diagnostics,
        );
    }
}

/// What is wrong with a header, if anything.
fn check_header(name: &str, value: &str) -> Option<String> {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(token) {
        return Some(format!("`{name}` is no header name"));
    }
    let bad = value.chars().any(|c| c.is_control() && c != '\t');
    bad.then(|| format!("the value of header `{name}` holds control characters"))
}

struct Header<'a> {
    name: &'a str,
    value: &'a str,
    env: Option<String>,
    place: Node<'a>,
}

fn header(
    header: Header<'_>,
    auth: Option<&Auth>,
    service: &mut Service,
    diagnostics: &mut Diagnostics,
) {
    if header.name.eq_ignore_ascii_case("content-type") {
        service.media_type = header.value.to_owned();
        return;
    }
    if !header.value.contains("{{") {
        fixed_header(header, service);
        return;
    }
    let Some((prefix, name, suffix)) = scan::single(header.value) else {
        let message = format!(
            "the value `{}` of header `{}` has to hold exactly one placeholder, or none",
            header.value, header.name
        );
        diagnostics.push(Diagnostic::error(
            codes::CONNECTOR_HEADER,
            header.place.origin(),
            message,
        ));
        return;
    };
    let kind = CredentialKind::Header {
        name: header.name.to_owned(),
        prefix: prefix.to_owned(),
        suffix: suffix.to_owned(),
    };
    if let Some(auth) = auth.filter(|auth| auth.placeholders.iter().any(|known| known == name)) {
        // `auth` says the same once more, in the seed's way.
        if !auth
            .credential
            .as_ref()
            .is_some_and(|known| same_header(&known.kind, &kind))
        {
            let message = format!(
                "`{{{{{name}}}}}` is the credential of `auth`, which does not put it into header `{}`",
                header.name
            );
            diagnostics.push(
                Diagnostic::error(codes::CONNECTOR_AUTH, header.place.origin(), message)
                    .help("say the header in `auth` alone, or use another placeholder here"),
            );
        }
        return;
    }
    let origin = header.place.origin().clone();
    if service.api.credentials.is_empty() || !prefix.is_empty() || !suffix.is_empty() {
        service.api.credentials.push(Credential {
            name: name.to_snake_case(),
            kind,
            env: header.env,
            description: None,
            origin,
        });
    } else {
        // There is a credential already, and credentials are alternatives: this one is needed
        // besides.
        service.api.client_parameters.push(ClientParameter {
            wire: header.name.to_owned(),
            name: name.to_snake_case(),
            location: Location::Header,
            ty: TypeRef::Primitive(Primitive::Secret),
            default: None,
            generated_uuid: false,
            env: header.env,
            required: true,
            secret: true,
            description: Some(format!(
                "Value of the `{}` header of every request.",
                header.name
            )),
            origin,
        });
    }
}

fn same_header(a: &CredentialKind, b: &CredentialKind) -> bool {
    match (a, b) {
        (
            CredentialKind::Header {
                name: a,
                prefix: before,
                suffix: after,
            },
            CredentialKind::Header {
                name: b,
                prefix,
                suffix,
            },
        ) => a.eq_ignore_ascii_case(b) && before == prefix && after == suffix,
        (
            CredentialKind::Bearer,
            CredentialKind::Header {
                name,
                prefix,
                suffix,
            },
        ) => name.eq_ignore_ascii_case("authorization") && prefix == "Bearer " && suffix.is_empty(),
        _ => false,
    }
}

/// A fixed header is what the caller sends unless it is set, `anthropic-version` for example.
fn fixed_header(header: Header<'_>, service: &mut Service) {
    let lower = header.name.to_ascii_lowercase();
    if NEGOTIATION.contains(&lower.as_str()) {
        service
            .api
            .headers
            .push((header.name.to_owned(), header.value.to_owned()));
        return;
    }
    service.api.client_parameters.push(ClientParameter {
        wire: header.name.to_owned(),
        name: header.name.to_snake_case(),
        location: Location::Header,
        ty: TypeRef::Primitive(Primitive::String),
        default: Some(header.value.to_owned()),
        generated_uuid: false,
        env: header.env,
        required: false,
        secret: false,
        description: Some(format!(
            "Value of the `{}` header of every request.",
            header.name
        )),
        origin: header.place.origin().clone(),
    });
}
