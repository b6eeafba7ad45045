//! Small programs that use an API, for its crate's README and examples.

use std::cmp::Reverse;

use quote::quote;

use super::expression::Expressions;
use super::operation::{Call, calls, is_paged};
use super::{Context, Place, Scope, client, example, ident};
use crate::model::{HttpMethod, Operation, Payload};

/// A program.
pub(crate) struct Program {
    /// Its name, snake_case.
    pub(crate) name: String,
    /// What it does, a sentence.
    pub(crate) about: String,
    /// Its text, without documentation.
    pub(crate) text: String,
}

/// The programs worth having: the simplest call, and a stream if there is one. `prefix` begins the
/// names of the environment variables they read.
pub(crate) fn programs(context: &Context<'_>, prefix: &str) -> Vec<Program> {
    let scope = Scope::new(context, Place::Resource);
    let operations = context.api.operations.iter().filter(|it| !it.deprecated);
    let mut all: Vec<(&Operation, Call<'_>)> = operations
        .flat_map(|operation| {
            let calls = calls(&scope, operation);
            calls.into_iter().map(move |call| (operation, call))
        })
        .collect();
    // The first of the simplest: the order of the document stays where nothing else counts.
    all.sort_by_key(|(operation, call)| Reverse(simplicity(operation, call)));
    let streams = |call: &Call<'_>| {
        matches!(
            call.payload,
            Some(Payload::Events(_) | Payload::JsonLines(_))
        )
    };
    let simplest = all.iter().find(|(_, call)| !streams(call));
    let stream = all.iter().find(|(_, call)| streams(call));
    simplest
        .into_iter()
        .chain(stream)
        .map(|(operation, call)| program(context, prefix, operation, call))
        .collect()
}

/// How well a call shows an API: walks of pages before single values, reading before changing, few
/// arguments before many.
fn simplicity(operation: &Operation, call: &Call<'_>) -> (bool, bool, bool, Reverse<usize>) {
    let arguments = operation.required_parameters().count();
    let says_something = !matches!(call.payload, None | Some(Payload::Empty | Payload::Bytes));
    (
        is_paged(operation, call) && arguments == 0,
        operation.method == HttpMethod::Get && says_something,
        says_something,
        Reverse(arguments + usize::from(operation.body.is_some())),
    )
}

fn program(context: &Context<'_>, prefix: &str, operation: &Operation, call: &Call<'_>) -> Program {
    let expressions = Expressions::new(context);
    expressions.mention_name("Client");
    let client = client::of_program(context, prefix);
    let statements = example::statements(&expressions, operation, call);
    let main = quote! {
        #[tokio::main]
        async fn main() -> Result<(), Box<dyn std::error::Error>> {
            let client = #client;
            #statements
            Ok(())
        }
    };
    let main = expressions.format(&main);
    let (imports, types) = expressions.mentioned();
    let mut text: String = imports
        .iter()
        .map(|path| format!("use {path};\n"))
        .collect();
    let types: Vec<String> = types.iter().map(|name| ident(name).to_string()).collect();
    let root = &context.options.crate_path;
    match types.as_slice() {
        [only] => text.push_str(&format!("use {root}::{only};\n")),
        several => text.push_str(&format!("use {root}::{{{}}};\n", several.join(", "))),
    }
    let resource = operation.resource.join("_");
    let method = call.name.to_string().trim_start_matches("r#").to_owned();
    let summary = operation.summary.as_deref().map(str::trim);
    let summary = summary.filter(|summary| summary.contains(' ') && !summary.contains('\n'));
    let path = operation.path.replace('`', "'");
    let about = match summary {
        Some(summary) => format!("{}.", summary.trim_end_matches('.')),
        None => format!("`{} {path}`.", operation.method.as_str()),
    };
    Program {
        name: crate::normalize::names::snake(&format!("{resource}_{method}")),
        about,
        text: format!("{text}\n{main}"),
    }
}
