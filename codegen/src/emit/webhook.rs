//! Webhook events: an enum of those the document names, and how a request becomes one.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::Docs;
use super::{Context, Module, Place, Scope, gate, ident};
use crate::model::{Api, Shape, TypeRef};

/// The `webhooks` module, when the document names events.
pub(crate) fn module(context: &Context<'_>) -> Option<Module> {
    let api = context.api;
    if api.webhooks.is_empty() {
        return None;
    }
    let scope = Scope::new(context, Place::TopLevel);
    let name = if is_connector(api) {
        "Trigger"
    } else {
        "WebhookEvent"
    };
    let (definition, methods, known) = (
        definition(&scope, name),
        methods(&scope, name),
        known(&scope),
    );
    let exports = exports(&scope);
    let items = quote! { #exports #definition #methods #known };
    let gate = gate::of_webhooks(context);
    let mut docs =
        "Events the service tells of by itself, as requests to an address of yours.".to_owned();
    if let Some(gate) = &gate {
        docs.push_str(&format!("\n\n{}", gate::note(gate)));
    }
    Some(Module {
        path: vec!["webhooks".to_owned()],
        docs,
        undocumented: false,
        public: true,
        gate,
        tokens: scope.file(&items),
    })
}

/// Connectors call an event that starts something a trigger.
fn is_connector(api: &Api) -> bool {
    let records = |ty: &TypeRef| match api.types.resolve(ty) {
        TypeRef::Named(id) => matches!(api.types.get(*id).shape, Shape::Record(_)),
        _ => false,
    };
    api.webhooks.iter().all(|webhook| records(&webhook.payload))
}

/// The payload types and the error, so that `webhooks` has all a receiver needs.
fn exports(scope: &Scope<'_>) -> TokenStream {
    let runtime = syn::parse_str::<syn::Path>(&scope.context.options.runtime).ok();
    runtime
        .map(|runtime| quote! { pub use #runtime::webhook::{Verify, WebhookError}; })
        .unwrap_or_default()
}

fn definition(scope: &Scope<'_>, name: &str) -> TokenStream {
    let (name, value) = (ident(name), scope.value());
    let variants = scope.context.api.webhooks.iter().map(|webhook| {
        let mut docs = Docs::new(
            webhook.description.as_deref(),
            &format!("`{}`.", webhook.event),
        );
        docs.text(&match &webhook.path {
            Some(path) => format!("Event `{}`, sent to `{path}`.", webhook.event),
            None => format!("Event `{}`.", webhook.event),
        });
        let docs = docs.tokens();
        let (variant, payload) = (ident(&webhook.variant), scope.ty(&webhook.payload));
        quote! { #docs #variant(#payload), }
    });
    quote! {
        /// An event.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            /// An event the document does not name.
            Unknown {
                /// Its name.
                event: String,
                /// Its payload.
                payload: #value,
            },
        }
    }
}

fn methods(scope: &Scope<'_>, name: &str) -> TokenStream {
    let (name, value) = (ident(name), scope.value());
    let webhooks = &scope.context.api.webhooks;
    let header_map = scope.runtime("http::HeaderMap");
    let incoming = scope.runtime("webhook::Incoming");
    let decodes = webhooks.iter().map(|webhook| {
        let (event, variant) = (&webhook.event, ident(&webhook.variant));
        quote!(#event => incoming.into_payload().map(Self::#variant),)
    });
    let names = webhooks.iter().map(|webhook| {
        let (event, variant) = (&webhook.event, ident(&webhook.variant));
        quote!(Self::#variant(_) => #event,)
    });
    quote! {
        impl #name {
            /// Reads a webhook request, whatever server it came to.
            ///
            /// The event is named by the path (the document's, or any that ends with the name of
            /// the event), by a header such as `webhook-event`, or by the member `event` or `type`
            /// of the body.
            ///
            /// This does not check who sent the request; [`parse_verified`](Self::parse_verified)
            /// does.
            ///
            /// # Errors
            /// The body is too large, is not JSON or is not the payload of the event, or nothing
            /// names the event.
            #[inline]
            pub fn parse(path: &str, headers: &#header_map, body: &[u8]) -> Result<Self, WebhookError> {
                Self::from_incoming(#incoming::read(KNOWN, path, headers, body)?)
            }

            /// Verifies a webhook request, by a signature or a shared secret, then reads it as
            /// [`parse`](Self::parse) does. `body` must be the bytes as they came.
            ///
            /// # Errors
            /// The request is not to be trusted, and as [`parse`](Self::parse);
            /// [`WebhookError::status`] is the status to answer with.
            pub fn parse_verified(
                verifier: &(impl Verify + ?Sized),
                path: &str,
                headers: &#header_map,
                body: &[u8],
            ) -> Result<Self, WebhookError> {
                Self::from_incoming(#incoming::read_verified(verifier, KNOWN, path, headers, body)?)
            }

            /// An event that came in another way than as a request.
            ///
            /// # Errors
            /// The payload is not that of the event.
            pub fn from_event(event: impl Into<String>, payload: #value) -> Result<Self, WebhookError> {
                Self::from_incoming(#incoming::new(event, payload))
            }

            #[inline]
            fn from_incoming(incoming: #incoming) -> Result<Self, WebhookError> {
                match incoming.event.as_str() {
                    #(#decodes)*
                    _ => Ok(Self::Unknown { event: incoming.event, payload: incoming.payload }),
                }
            }

            /// The name of the event.
            #[inline]
            pub fn event(&self) -> &str {
                match self {
                    #(#names)*
                    Self::Unknown { event, .. } => event,
                }
            }
        }
    }
}

fn known(scope: &Scope<'_>) -> TokenStream {
    let known_event = scope.runtime("webhook::KnownEvent");
    let events = scope.context.api.webhooks.iter().map(|webhook| {
        let event = &webhook.event;
        let path = webhook
            .path
            .as_ref()
            .map_or_else(|| quote!(None), |path| quote!(Some(#path)));
        quote!(#known_event::new(#event, #path))
    });
    quote! { const KNOWN: &[#known_event] = &[#(#events),*]; }
}
