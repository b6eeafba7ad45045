//! Request bodies built from parameters (connectors).

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Scope, ident, json};
use crate::model::{
    Operation, Parameter, Part, PartContent, Primitive, Template, TextPart, TypeRef,
};

/// An expression of type `serde_json::Value`. In it, each body parameter of the operation is an
/// identifier of the parameter's name: the argument or a reference to it (`String`, `i64`, …;
/// `Option<…>` for an optional one without a default that is sent). The expression only reads it.
///
/// An optional parameter that is not given leaves out the member or element it is the value of,
/// and is nothing inside a text.
pub(crate) fn json_body(
    template: &Template,
    operation: &Operation,
    scope: &Scope<'_>,
) -> TokenStream {
    Builder { operation, scope }.value(template)
}

/// An expression of type `multipart::Form`, with the same identifiers in it. A part that is all of
/// an optional parameter is left out when that is not given.
pub(crate) fn form(parts: &[Part], operation: &Operation, scope: &Scope<'_>) -> TokenStream {
    let builder = Builder { operation, scope };
    let form = scope.runtime("multipart::Form");
    let parts = parts.iter().map(|part| builder.form_part(part));
    quote!(#form::new() #(#parts)*)
}

struct Builder<'a> {
    operation: &'a Operation,
    scope: &'a Scope<'a>,
}

impl Builder<'_> {
    /// An expression of type `Value`.
    fn value(&self, template: &Template) -> TokenStream {
        if self.leaves_out(template) {
            return self.json(template);
        }
        let (serde_json, json) = (self.scope.runtime("serde_json"), self.json(template));
        quote!(#serde_json::json!(#json))
    }

    /// What stands for a value within `json!`: JSON syntax as far as possible.
    fn json(&self, template: &Template) -> TokenStream {
        match template {
            Template::Literal(value) => json::tokens(value),
            Template::Number(number) => json::tokens(&serde_json::Value::Number(number.clone())),
            Template::Text(parts) => self.text(parts),
            Template::Argument(wire) => self
                .argument(wire)
                .map_or(quote!(null), |(name, _)| quote!(#name)),
            Template::Array(_) | Template::Object(_) if self.leaves_out(template) => {
                self.built(template)
            }
            Template::Array(items) => {
                let items = items.iter().map(|item| self.json(item));
                quote!([#(#items),*])
            }
            Template::Object(members) => {
                let members = members.iter().map(|(key, value)| {
                    let (key, value) = (self.key(key), self.json(value));
                    quote!(#key: #value)
                });
                quote!({#(#members),*})
            }
        }
    }

    /// Whether a list or an object has parts that may be left out: then it is built by calls.
    fn leaves_out(&self, template: &Template) -> bool {
        match template {
            Template::Array(items) => items.iter().any(|item| self.optional(item).is_some()),
            Template::Object(members) => members
                .iter()
                .any(|(_, value)| self.optional(value).is_some()),
            _ => false,
        }
    }

    fn built(&self, template: &Template) -> TokenStream {
        match template {
            Template::Array(items) => {
                let array = self.scope.within("template", "array");
                let items = items.iter().map(|item| self.part(item));
                quote!(#array([#(#items),*]))
            }
            Template::Object(members) => {
                let object = self.scope.within("template", "object");
                let members = members.iter().map(|(key, value)| {
                    let key = match key.as_slice() {
                        [TextPart::Literal(key)] => quote!(#key.to_owned()),
                        parts => self.format(parts),
                    };
                    let value = self.part(value);
                    quote!((#key, #value))
                });
                quote!(#object([#(#members),*]))
            }
            other => self.json(other),
        }
    }

    /// An expression of type `Option<Value>`.
    fn part(&self, template: &Template) -> TokenStream {
        match self.optional(template) {
            Some(parameter) => {
                let name = ident(&parameter.name);
                let serde_json = self.scope.runtime("serde_json");
                let text = match template {
                    Template::Text(_) => self.display(parameter),
                    _ => quote!(#name),
                };
                quote!(#name.as_ref().map(|#name| #serde_json::json!(#text)))
            }
            None => {
                let value = self.value(template);
                quote!(Some(#value))
            }
        }
    }

    /// The call that adds a part to a form.
    fn form_part(&self, part: &Part) -> TokenStream {
        let name = &part.name;
        let text = match &part.content {
            PartContent::File(wire) => {
                let Some((file, parameter)) = self.argument(wire) else {
                    return TokenStream::new();
                };
                return match (is_list(parameter), may_be_absent(parameter)) {
                    (false, false) => quote!(.part(#name, #file.clone())),
                    (false, true) => quote!(.parts(#name, #file.clone())),
                    (true, false) => quote!(.parts(#name, #file.iter().cloned())),
                    (true, true) => quote!(.parts(#name, #file.iter().flatten().cloned())),
                };
            }
            PartContent::Text(text) => text,
        };
        if let [TextPart::Argument(wire)] = text.as_slice()
            && let Some((value, parameter)) = self.argument(wire)
            && may_be_absent(parameter)
        {
            let (part, text) = (
                self.scope.runtime("multipart::Part"),
                self.display(parameter),
            );
            return quote!(.parts(#name, #value.as_ref().map(|#value| #part::text(#text))));
        }
        let text = self.text(text);
        quote!(.text(#name, #text))
    }

    /// The parameter that is all of a template, when it may have no value.
    fn optional(&self, template: &Template) -> Option<&Parameter> {
        let wire = match template {
            Template::Argument(wire) => wire,
            Template::Text(parts) => match parts.as_slice() {
                [TextPart::Argument(wire)] => wire,
                _ => return None,
            },
            _ => return None,
        };
        self.argument(wire)
            .map(|(_, parameter)| parameter)
            .filter(|parameter| may_be_absent(parameter))
    }

    fn argument(&self, wire: &str) -> Option<(Ident, &Parameter)> {
        let mut parameters = self.operation.parameters.iter();
        let parameter = parameters
            .find(|parameter| parameter.is_in_body() && parameter.input.as_deref() == Some(wire))?;
        Some((ident(&parameter.name), parameter))
    }

    fn key(&self, parts: &[TextPart]) -> TokenStream {
        match parts {
            [TextPart::Literal(key)] => quote!(#key),
            parts => {
                let key = self.format(parts);
                quote!((#key))
            }
        }
    }

    fn text(&self, parts: &[TextPart]) -> TokenStream {
        match parts {
            [TextPart::Literal(text)] => quote!(#text),
            [TextPart::Argument(wire)] => match self.argument(wire) {
                Some((name, parameter)) if is_text(parameter) => quote!(#name),
                _ => self.format(parts),
            },
            parts => self.format(parts),
        }
    }

    /// An expression of type `String`.
    fn format(&self, parts: &[TextPart]) -> TokenStream {
        let mut format = String::new();
        let mut arguments = Vec::new();
        for part in parts {
            match part {
                TextPart::Literal(text) => {
                    format.push_str(&text.replace('{', "{{").replace('}', "}}"));
                }
                TextPart::Argument(wire) => {
                    let Some((name, parameter)) = self.argument(wire) else {
                        continue;
                    };
                    if parts.len() == 1 {
                        return self.text_of(parameter);
                    }
                    format.push_str("{}");
                    let plain = !may_be_absent(parameter) && !is_list(parameter);
                    arguments.push(if plain {
                        quote!(#name)
                    } else {
                        self.text_of(parameter)
                    });
                }
            }
        }
        quote!(format!(#format, #(#arguments),*))
    }

    /// The text of an argument, which is empty for one that is not given: an expression of type
    /// `String`.
    fn text_of(&self, parameter: &Parameter) -> TokenStream {
        let name = ident(&parameter.name);
        let display = self.display(parameter);
        if may_be_absent(parameter) {
            quote!(#name.as_ref().map(|#name| #display).unwrap_or_default())
        } else {
            display
        }
    }

    /// The text of an argument that is given.
    fn display(&self, parameter: &Parameter) -> TokenStream {
        let name = ident(&parameter.name);
        if is_list(parameter) {
            // A list has no text of its own: it is its JSON.
            let serde_json = self.scope.runtime("serde_json");
            return quote!(#serde_json::json!(#name).to_string());
        }
        quote!(#name.to_string())
    }
}

fn is_list(parameter: &Parameter) -> bool {
    matches!(parameter.ty, TypeRef::List(_))
}

/// Whether the argument is an `Option`.
fn may_be_absent(parameter: &Parameter) -> bool {
    !parameter.required
        && parameter
            .default
            .as_ref()
            .is_none_or(serde_json::Value::is_null)
}

/// Whether the argument is a text already.
fn is_text(parameter: &Parameter) -> bool {
    parameter.ty == TypeRef::Primitive(Primitive::String) && !may_be_absent(parameter)
}
