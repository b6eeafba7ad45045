//! JSON values as tokens.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use serde_json::Value;

/// What goes between the parentheses of `json!(…)`.
pub(crate) fn tokens(value: &Value) -> TokenStream {
    match value {
        Value::Null => quote!(null),
        Value::Bool(value) => quote!(#value),
        Value::String(text) => quote!(#text),
        Value::Number(number) => {
            if let Some(number) = number.as_u64() {
                let number = Literal::u64_unsuffixed(number);
                quote!(#number)
            } else if let Some(number) = number.as_i64() {
                let number = Literal::i64_unsuffixed(number);
                quote!(#number)
            } else {
                let number = Literal::f64_unsuffixed(
                    number
                        .as_f64()
                        .filter(|n| n.is_finite())
                        .unwrap_or_default(),
                );
                quote!(#number)
            }
        }
        Value::Array(items) => {
            let items = items.iter().map(tokens);
            quote!([#(#items),*])
        }
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| {
                let value = tokens(value);
                quote!(#key: #value)
            });
            quote!({#(#members),*})
        }
    }
}
