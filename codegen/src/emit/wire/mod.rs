//! Wire tests: each operation is called against a server on loopback, which answers with an example
//! of the document or, where that has none, with a value drafted from the schema.
//!
//! What arrives and what is decoded is worked out here, from the model alone.

mod call;
mod error;
mod expected;
mod reply;
mod suite;

pub(crate) use suite::tests;

use std::cell::RefCell;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

use super::draft::draft;
use super::expression::Expressions;
use super::travel::{Way, travel};
use super::{Context, Place, Scope};
use crate::model::{Operation, StatusRange, TypeRef};

/// JSON with more lines than this is a file of its own.
const MAX_LINES: usize = 40;

/// What is put in the place of JSON until the code around it is formatted.
const JSON: &str = "raw_json_";

/// One test function while it is written.
struct Writer<'a> {
    scope: Scope<'a>,
    expressions: Expressions<'a>,
    /// JSON texts, by their placeholders' numbers.
    texts: RefCell<Vec<String>>,
}

/// A finished test function.
struct Test {
    /// Its text. JSON that is a file of its own stands in it as that of `data/FILE`.
    text: String,
    /// Files of JSON, by their names.
    data: Vec<(String, String)>,
    /// Types it mentions, from the root of the API.
    types: Vec<String>,
    /// Full paths of what else it imports.
    imports: Vec<String>,
}

impl<'a> Writer<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        Self {
            scope: Scope::new(context, Place::Resource),
            expressions: Expressions::new(context),
            texts: RefCell::default(),
        }
    }

    /// An expression of type `Value`: JSON that stands in the test as text.
    fn json(&self, value: &Value) -> TokenStream {
        let mut texts = self.texts.borrow_mut();
        let placeholder = format_ident!("{JSON}{}_", texts.len());
        texts.push(super::json_text::json(value));
        quote!(#placeholder)
    }

    /// A value that can be read as a `ty`: one of the examples, or a draft whose texts are `name`.
    fn readable(&self, ty: &TypeRef, examples: &[Value], name: &str) -> Value {
        let drafted = draft(&self.scope, ty, name, Way::Read);
        let mut candidates = examples.iter().chain([&drafted]);
        candidates
            .find_map(|value| travel(&self.scope, ty, value, Way::Read))
            .unwrap_or_else(|| drafted.clone())
    }

    /// Whether all of a type can be written again.
    fn is_written(&self, ty: &TypeRef) -> bool {
        let mut written = true;
        ty.for_each_named(&mut |id| {
            let context = self.expressions.context;
            written &= context.serializes(context.api.types.get(id));
        });
        written
    }

    /// What a value is once it is written again, where that is another one: members that are only
    /// ever read are not written.
    fn rewritten(&self, ty: &TypeRef, value: &Value) -> Option<Value> {
        travel(&self.scope, ty, value, Way::Written).filter(|written| written != value)
    }

    /// The function with these statements; `file` is what its JSON files are called by.
    fn finish(self, file: &str, name: &str, about: &str, statements: &TokenStream) -> Test {
        let ident = super::ident(name);
        let about = format!(" {about}");
        let function = quote! {
            #[doc = #about]
            #[tokio::test]
            async fn #ident() -> Result<(), Box<dyn std::error::Error>> { #statements Ok(()) }
        };
        let mut text = self.expressions.format(&function);
        let mut data = Vec::new();
        for (number, json) in self.texts.take().iter().enumerate() {
            let literal = if json.lines().count() > MAX_LINES {
                let path = format!("{file}_{name}_{number}.json");
                let literal = format!("include_str!(\"data/{path}\")");
                data.push((path, format!("{json}\n")));
                literal
            } else {
                raw(&json.replace('\n', "\n        "))
            };
            let call = format!("loopback::json({literal})");
            text = text.replace(&format!("{JSON}{number}_"), &call);
        }
        let (imports, types) = self.expressions.mentioned();
        Test {
            text,
            data,
            types,
            imports,
        }
    }
}

/// A text as a raw string of Rust.
fn raw(text: &str) -> String {
    let mut marks = String::new();
    while text.contains(&format!("\"{marks}")) {
        marks.push('#');
    }
    format!("r{marks}\"{text}\"{marks}")
}

/// A status that stands for all of a range; none of the statuses that are named otherwise.
fn status_of(range: StatusRange, otherwise: u16, named: &[StatusRange]) -> u16 {
    let first = match range {
        StatusRange::Code(code) => return code,
        StatusRange::Class(class) => u16::from(class) * 100,
        StatusRange::Default => otherwise,
    };
    let free = |code: &u16| !named.contains(&StatusRange::Code(*code));
    (first..first + 100).find(free).unwrap_or(first)
}

/// `` `GET /pets/{id}` ``.
fn signature(operation: &Operation) -> String {
    let path = operation.path.replace('`', "'");
    format!("`{} {path}`", operation.method.as_str())
}

/// A name without the mark of a raw identifier.
fn plain_name(name: &Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}
