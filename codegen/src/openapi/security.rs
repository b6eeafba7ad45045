//! Security schemes into credentials.

use std::collections::HashSet;

use heck::ToSnakeCase;

use super::{Reader, extensions};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Credential, CredentialKind};
use crate::source::Node;

impl<'a> Reader<'a, '_> {
    /// Every scheme a client can use; those the document asks for first come first.
    pub(super) fn credentials(&mut self) {
        let components = self.root.object("components", self.diagnostics);
        let schemes = components
            .and_then(|components| components.object("securitySchemes", self.diagnostics));
        let Some(schemes) = schemes else { return };
        let mut seen = HashSet::new();
        let asked = self.root.get("security");
        let asked = asked.iter().flat_map(Node::items);
        let asked: Vec<_> = asked
            .flat_map(|one| one.entries().collect::<Vec<_>>())
            .collect();
        let named = asked.into_iter().chain(schemes.entries());
        for (name, place) in named.filter(|(name, _)| seen.insert(*name)) {
            match schemes.get(name) {
                Some(scheme) => self.credential(name, &scheme),
                None => self.undefined_scheme(&place, name),
            }
        }
    }

    fn undefined_scheme(&mut self, node: &Node<'a>, name: &str) {
        let message = format!("there is no security scheme `{name}`");
        self.diagnostics.push(
            Diagnostic::warning(codes::BAD_SECURITY, node.origin(), message)
                .action("it is left out"),
        );
    }

    fn credential(&mut self, name: &str, written: &Node<'a>) {
        let Some(node) = self.follow(written) else {
            return;
        };
        let Some(kind) = self.credential_kind(&node) else {
            return;
        };
        // OAuth flows, OpenID Connect and bearer tokens are one and the same header.
        if self.api.credentials.iter().any(|known| known.kind == kind) {
            return;
        }
        let credential = Credential {
            name: self
                .text(&node, extensions::NAME)
                .unwrap_or_else(|| name.to_snake_case()),
            kind,
            env: self.text(&node, extensions::ENV),
            description: self.text(&node, "description"),
            origin: node.origin().clone(),
        };
        self.api.credentials.push(credential);
    }

    fn credential_kind(&mut self, node: &Node<'a>) -> Option<CredentialKind> {
        let kind = self.text(node, "type").unwrap_or_default();
        let name = self.text(node, "name");
        let problem = match kind.as_str() {
            "apiKey" => match (node.string("in", self.diagnostics), name) {
                (_, None) => "an api key needs the `name` of its header, query parameter or cookie"
                    .to_owned(),
                (Some("header"), Some(name)) => {
                    return Some(CredentialKind::Header {
                        name,
                        prefix: String::new(),
                        suffix: String::new(),
                    });
                }
                (Some("query"), Some(name)) => return Some(CredentialKind::Query(name)),
                (Some("cookie"), Some(name)) => return Some(CredentialKind::Cookie(name)),
                (place, _) => format!("an api key cannot be in `{}`", place.unwrap_or_default()),
            },
            "http" => {
                let scheme = self
                    .text(node, "scheme")
                    .unwrap_or_default()
                    .to_ascii_lowercase();
                match scheme.as_str() {
                    "bearer" => return Some(CredentialKind::Bearer),
                    "basic" => {
                        return Some(CredentialKind::Basic {
                            user: None,
                            password: None,
                        });
                    }
                    other => format!("the HTTP authentication scheme `{other}` is not supported"),
                }
            }
            // The caller brings the access token.
            "oauth2" | "openIdConnect" => return Some(CredentialKind::Bearer),
            other => format!("security schemes of type `{other}` are not supported"),
        };
        self.diagnostics.push(
            Diagnostic::warning(codes::BAD_SECURITY, node.origin(), problem)
                .action("the client has no setter for it"),
        );
        None
    }

    /// Whether credentials go with an operation.
    pub(super) fn is_authenticated(&mut self, operation: &Node<'a>) -> bool {
        if self.api.credentials.is_empty() {
            return false;
        }
        let asked = operation
            .get("security")
            .or_else(|| self.root.get("security"));
        match asked.filter(Node::is_array) {
            Some(asked) => asked.items().any(|one| one.entries().next().is_some()),
            // A document with schemes that never asks for one forgot to.
            None => !self.asks_anywhere,
        }
    }
}
