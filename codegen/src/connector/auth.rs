//! How the service is told who asks.

use heck::ToSnakeCase;

use super::format::{self, SecretText, Text};
use super::{keys, scan};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{Credential, CredentialKind};
use crate::source::Node;

/// Ways to authenticate.
pub(super) const METHODS: [&str; 4] = ["api_token", "basic", "bearer", "none"];

/// What `auth` says.
pub(super) struct Auth {
    /// The credential; `None` for `none`, and where there was an error.
    pub(super) credential: Option<Credential>,
    /// The placeholders it is made from.
    pub(super) placeholders: Vec<String>,
}

/// The text of a credential: what is fixed around its one placeholder.
struct Token {
    prefix: String,
    name: String,
    suffix: String,
    env: Option<String>,
}

/// Reads `auth` of the service. `None` when it is absent or unusable.
pub(super) fn read(service: &Node<'_>, diagnostics: &mut Diagnostics) -> Option<Auth> {
    let auth = keys::optional(service, "auth")?;
    if !keys::object::<format::Auth>(&auth, "`auth`", diagnostics) {
        return None;
    }
    let (method, place) = keys::required_string(&auth, "`auth`", "method", diagnostics)?;
    match method {
        "none" => Some(Auth {
            credential: None,
            placeholders: Vec::new(),
        }),
        "api_token" => api_token(&params(&auth, "apiToken", diagnostics)?, diagnostics),
        "basic" => basic(&params(&auth, "basic", diagnostics)?, diagnostics),
        "bearer" => bearer(&params(&auth, "bearer", diagnostics)?, diagnostics),
        _ => {
            let message = format!("unknown auth method `{method}`");
            let diagnostic = Diagnostic::error(codes::CONNECTOR_AUTH, place.origin(), message);
            diagnostics.push(keys::suggest(diagnostic, method, &METHODS));
            None
        }
    }
}

fn params<'a>(auth: &Node<'a>, name: &str, diagnostics: &mut Diagnostics) -> Option<Node<'a>> {
    let params = keys::required(auth, "`auth`", "params", diagnostics)?;
    if !keys::object::<format::AuthParams>(&params, "`params` of `auth`", diagnostics) {
        return None;
    }
    keys::required(&params, "`params` of `auth`", name, diagnostics)
}

fn api_token(node: &Node<'_>, diagnostics: &mut Diagnostics) -> Option<Auth> {
    if !keys::object::<format::ApiToken>(node, "`apiToken`", diagnostics) {
        return None;
    }
    let token = token(node, "`apiToken`", "token", diagnostics);
    let mut name = |key: &str| {
        let wrapper = keys::optional(node, key)?;
        keys::wrapped::<Text>(&wrapper, &format!("`{key}`"), diagnostics)
    };
    let (header, query) = (name("headerName"), name("queryName"));
    let token = token?;
    let kind = match (header, query) {
        (Some((name, _)), None) => CredentialKind::Header {
            name: name.to_owned(),
            prefix: token.prefix.clone(),
            suffix: token.suffix.clone(),
        },
        (None, Some((name, _))) if token.prefix.is_empty() && token.suffix.is_empty() => {
            CredentialKind::Query(name.to_owned())
        }
        (header, query) => {
            let problem = match (header, query) {
                (None, None) => "`apiToken` has neither `headerName` nor `queryName`",
                (Some(_), Some(_)) => "`apiToken` has both `headerName` and `queryName`",
                _ => "a token in the query has to be the placeholder alone",
            };
            diagnostics.push(
                Diagnostic::error(codes::CONNECTOR_AUTH, node.origin(), problem)
                    .help("give exactly one of `headerName` and `queryName`"),
            );
            return None;
        }
    };
    Some(credential(token, kind, node))
}

fn bearer(node: &Node<'_>, diagnostics: &mut Diagnostics) -> Option<Auth> {
    if !keys::object::<format::Bearer>(node, "`bearer`", diagnostics) {
        return None;
    }
    let token = token(node, "`bearer`", "token", diagnostics)?;
    let kind = if token.prefix.is_empty() && token.suffix.is_empty() {
        CredentialKind::Bearer
    } else {
        CredentialKind::Header {
            name: "Authorization".to_owned(),
            prefix: format!("Bearer {}", token.prefix),
            suffix: token.suffix.clone(),
        }
    };
    Some(credential(token, kind, node))
}

fn basic(node: &Node<'_>, diagnostics: &mut Diagnostics) -> Option<Auth> {
    if !keys::object::<format::Basic>(node, "`basic`", diagnostics) {
        return None;
    }
    let user = part(node, "username", diagnostics);
    let password = part(node, "password", diagnostics);
    let (name, env, kind, placeholders) = match (user?, password?) {
        (Part::Secret(user, _), Part::Secret(password, _)) => (
            "basic_auth".to_owned(),
            None,
            CredentialKind::Basic {
                user: None,
                password: None,
            },
            vec![user, password],
        ),
        (Part::Secret(name, env), Part::Fixed(password)) => (
            name.to_snake_case(),
            env,
            CredentialKind::Basic {
                user: None,
                password: Some(password),
            },
            vec![name],
        ),
        (Part::Fixed(user), Part::Secret(name, env)) => (
            name.to_snake_case(),
            env,
            CredentialKind::Basic {
                user: Some(user),
                password: None,
            },
            vec![name],
        ),
        (Part::Fixed(_), Part::Fixed(_)) => {
            let message =
                "`basic` has no placeholder: a document should not hold the secret itself";
            diagnostics.push(
                Diagnostic::error(codes::CONNECTOR_AUTH, node.origin(), message)
                    .help("write `{{password}}` and let the caller give it"),
            );
            return None;
        }
    };
    let origin = node.origin().clone();
    let credential = Credential {
        name,
        kind,
        env,
        description: None,
        origin,
    };
    Some(Auth {
        credential: Some(credential),
        placeholders,
    })
}

/// User or password of basic authentication.
enum Part {
    Fixed(String),
    /// Placeholder and environment variable.
    Secret(String, Option<String>),
}

fn part(node: &Node<'_>, key: &str, diagnostics: &mut Diagnostics) -> Option<Part> {
    // Absent is empty: `curl -u name:` sends an empty password too.
    let Some(wrapper) = keys::optional(node, key) else {
        return Some(Part::Fixed(String::new()));
    };
    let what = format!("`{key}`");
    let (text, place) = keys::wrapped::<SecretText>(&wrapper, &what, diagnostics)?;
    if !text.contains("{{") {
        return Some(Part::Fixed(text.to_owned()));
    }
    match scan::single(text) {
        Some(("", name, "")) => {
            let env = wrapper.string("env", diagnostics).map(str::to_owned);
            Some(Part::Secret(name.to_owned(), env))
        }
        _ => {
            let message = format!("{what} has to be fixed text or one placeholder, not `{text}`");
            diagnostics.push(Diagnostic::error(
                codes::CONNECTOR_AUTH,
                place.origin(),
                message,
            ));
            None
        }
    }
}

fn token(node: &Node<'_>, what: &str, key: &str, diagnostics: &mut Diagnostics) -> Option<Token> {
    let wrapper = keys::required(node, what, key, diagnostics)?;
    let (text, place) = keys::wrapped::<SecretText>(&wrapper, &format!("`{key}`"), diagnostics)?;
    let Some((prefix, name, suffix)) = scan::single(text) else {
        // The text may be a secret somebody pasted: it is not repeated here.
        let message = format!("`{key}` of {what} has to hold exactly one placeholder");
        diagnostics.push(
            Diagnostic::error(codes::CONNECTOR_AUTH, place.origin(), message)
                .help("write `{{apiKey}}` and let the caller give the key"),
        );
        return None;
    };
    Some(Token {
        prefix: prefix.to_owned(),
        name: name.to_owned(),
        suffix: suffix.to_owned(),
        env: wrapper.string("env", diagnostics).map(str::to_owned),
    })
}

fn credential(token: Token, kind: CredentialKind, node: &Node<'_>) -> Auth {
    let credential = Credential {
        name: token.name.to_snake_case(),
        kind,
        env: token.env,
        description: None,
        origin: node.origin().clone(),
    };
    Auth {
        credential: Some(credential),
        placeholders: vec![token.name],
    }
}
