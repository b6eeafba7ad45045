//! Requests that the service makes: webhooks of the document and callbacks of operations.

use super::Reader;
use super::naming::{joined, pascal};
use crate::model::{BodyContent, Callback, HttpMethod, TypeRef, Webhook};
use crate::source::Node;

impl<'a> Reader<'a, '_> {
    /// Webhooks of 3.1, and `x-webhooks` of 3.0 documents.
    pub(super) fn webhooks(&mut self) {
        for key in ["webhooks", "x-webhooks"] {
            let Some(webhooks) = self.root.object(key, self.diagnostics) else {
                continue;
            };
            for (event, written) in webhooks.entries() {
                let Some(item) = self.follow(&written).filter(Node::is_object) else {
                    continue;
                };
                if let Some(webhook) = self.webhook(event, &item) {
                    self.api.webhooks.push(webhook);
                }
            }
        }
    }

    fn webhook(&mut self, event: &str, item: &Node<'a>) -> Option<Webhook> {
        let Some(operation) = item
            .get("post")
            .or_else(|| item.get("put"))
            .filter(Node::is_object)
        else {
            self.note_ignored(item, "this webhook is not a POST or PUT; it is left out");
            return None;
        };
        let payload = self.pushed(&operation, event);
        Some(Webhook {
            event: event.to_owned(),
            path: None,
            payload: payload.unwrap_or(TypeRef::Any),
            resource: None,
            variant: String::new(),
            description: self.said(&operation),
            origin: operation.origin().clone(),
        })
    }

    /// What calls back after an operation; `owner` is the operation's name in PascalCase.
    pub(super) fn callbacks(&mut self, operation: &Node<'a>, owner: &str) -> Vec<Callback> {
        let mut found = Vec::new();
        let named = operation.object("callbacks", self.diagnostics);
        for (name, written) in named.iter().flat_map(Node::entries) {
            let Some(callback) = self.follow(&written) else {
                continue;
            };
            for (address, item) in callback.entries() {
                // Extensions are beside the addresses.
                if address.starts_with("x-") {
                    continue;
                }
                let Some(item) = self.follow(&item) else {
                    continue;
                };
                for (method, request) in item.entries() {
                    let Some(method) = HttpMethod::named(method) else {
                        continue;
                    };
                    let payload = self.pushed(&request, &joined(owner, name));
                    found.push(Callback {
                        name: name.to_owned(),
                        method,
                        address: address.to_owned(),
                        payload,
                        description: self.said(&request),
                    });
                }
            }
        }
        found
    }

    /// The type of the JSON body of a request that the service makes; `name` is what it tells of.
    fn pushed(&mut self, request: &Node<'a>, name: &str) -> Option<TypeRef> {
        let body = self.body(request, &joined(&pascal(name), "Payload"))?;
        body.forms.iter().find_map(|form| match &form.content {
            BodyContent::Json(ty) => Some(ty.clone()),
            _ => None,
        })
    }

    fn said(&mut self, request: &Node<'a>) -> Option<String> {
        self.text(request, "description")
            .or_else(|| self.text(request, "summary"))
    }
}
