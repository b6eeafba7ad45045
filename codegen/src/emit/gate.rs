//! Conditions in front of what only some cargo features need.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Context, ident};
use crate::model::{Gate, TypeId};

/// When a resource is compiled, by its path.
pub(crate) fn of_resource(context: &Context<'_>, path: &[String]) -> Option<Gate> {
    let features = context.api.features.as_ref()?;
    let feature = features.resources.get(path.first()?)?;
    Some(Gate(vec![feature.clone()]))
}

/// When webhooks are compiled.
pub(crate) fn of_webhooks(context: &Context<'_>) -> Option<Gate> {
    let feature = context.api.features.as_ref()?.webhooks.clone()?;
    Some(Gate(vec![feature]))
}

/// When a type is compiled.
pub(crate) fn of_type<'a>(context: &Context<'a>, id: TypeId) -> Option<&'a Gate> {
    let groups = &context.api.features.as_ref()?.groups;
    let group = context.api.types.get(id).group?;
    groups.get(group).map(|group| &group.gate)
}

/// The condition as an attribute; nothing where there is none.
pub(crate) fn attribute(gate: Option<&Gate>) -> TokenStream {
    match gate.map(|Gate(features)| features.as_slice()) {
        None => TokenStream::new(),
        Some([feature]) => quote! { #[cfg(feature = #feature)] },
        Some(features) => quote! { #[cfg(any(#(feature = #features),*))] },
    }
}

/// The line that makes all of a child module known by the path of its parent.
pub(crate) fn export(module: &str, gate: Option<&Gate>) -> TokenStream {
    let (attribute, module) = (attribute(gate), ident(module));
    quote! { #attribute pub use self::#module::*; }
}

/// What the documentation says of a condition.
pub(crate) fn note(gate: &Gate) -> String {
    let features: Vec<_> = gate.0.iter().map(|name| format!("`{name}`")).collect();
    format!("Needs the feature {}.", features.join(" or "))
}
