//! The files of the tests: one for each resource, more where one would be too long.

use std::collections::BTreeSet;

use proc_macro2::Literal;
use quote::quote;

use super::super::operation::{Call, calls};
use super::super::{Context, client, outcome};
use super::{Test, Writer, call, error, plain_name, reply, signature, status_of};
use crate::model::{Operation, Outcome, Resource, StatusRange};
use crate::normalize::names::snake;
use crate::write::GeneratedFile;

/// Lines after which a file is begun anew.
const LINES: usize = 480;

/// Names that no file of tests can have: those of the others, and of crates that they mention.
const RESERVED: [&str; 8] = [
    "loopback",
    "main",
    "mod",
    "futures_util",
    "serde_json",
    "specwright_runtime",
    "std",
    "tokio",
];

/// What runs the server of the tests.
const LOOPBACK: &str = include_str!("../../package/files/loopback.rs");

/// The files of the tests, below `tests/wire`; none when there is no operation.
pub(crate) fn tests(context: &Context<'_>) -> Vec<GeneratedFile> {
    // A module hides the crate of its name.
    let root = context.options.crate_path.as_str();
    let mut taken: BTreeSet<String> = RESERVED
        .iter()
        .chain([&root])
        .map(|name| (*name).to_owned())
        .collect();
    let mut files = Vec::new();
    let mut modules = Vec::new();
    for resource in &context.api.resources {
        let tests = of_resource(context, resource);
        let mut rest = tests.as_slice();
        while !rest.is_empty() {
            let (here, later) = rest.split_at(fitting(rest));
            rest = later;
            let name = claim(&mut taken, context.names.file(&resource.path));
            files.extend(data(here));
            files.push(file(context, resource, &name, here));
            modules.push(name);
        }
    }
    if modules.is_empty() {
        return files;
    }
    files.push(main(context, &modules));
    files.push(generated("loopback.rs", LOOPBACK.to_owned()));
    files
}

fn generated(path: &str, text: String) -> GeneratedFile {
    GeneratedFile {
        path: path.into(),
        text,
    }
}

/// How many of the tests a file takes.
fn fitting(tests: &[Test]) -> usize {
    let mut lines = 0;
    let fit = tests.iter().take_while(|test| {
        lines += test.text.lines().count() + 1;
        lines <= LINES
    });
    fit.count().max(1)
}

fn claim(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{wanted}_{number}");
        number += 1;
    }
    name
}

fn data(tests: &[Test]) -> impl Iterator<Item = GeneratedFile> {
    let data = tests.iter().flat_map(|test| &test.data);
    data.map(|(name, text)| generated(&format!("data/{name}"), text.clone()))
}

fn main(context: &Context<'_>, modules: &[String]) -> GeneratedFile {
    let url = quote!(server.uri());
    let client = client::of_tests(context, &url);
    let root = &context.options.crate_path;
    let function = quote! {
        #[doc = " A client of a server, which tries nothing twice."]
        fn client(server: &loopback::Loopback) -> Result<Client, Box<dyn std::error::Error>> {
            Ok(#client?)
        }
    };
    let function = super::Expressions::new(context).format(&function);
    let modules = modules.iter().map(String::as_str).chain(["loopback"]);
    let modules: BTreeSet<&str> = modules.collect();
    let modules: String = modules
        .iter()
        .map(|name| {
            let raw = if syn::parse_str::<syn::Ident>(name).is_err() {
                "r#"
            } else {
                ""
            };
            format!("mod {raw}{name};\n")
        })
        .collect();
    let text = format!(
        "//! Every operation on the wire: a server on loopback sees what is sent and answers as the\n\
         //! document says; what is decoded is compared with that.\n\n\
         #![allow(deprecated, reason = \"what the document deprecates is tested, too\")]\n\n\
         {modules}\nuse {root}::Client;\n\n{function}"
    );
    generated("main.rs", text)
}

fn file(context: &Context<'_>, resource: &Resource, name: &str, tests: &[Test]) -> GeneratedFile {
    let root = &context.options.crate_path;
    let imports: BTreeSet<&str> = tests
        .iter()
        .flat_map(|test| test.imports.iter().map(String::as_str))
        .collect();
    let types: BTreeSet<&str> = tests
        .iter()
        .flat_map(|test| test.types.iter().map(String::as_str))
        .collect();
    let path = resource.path.join(".");
    let mut text = format!("//! The operations of `{path}` on the wire.\n\n");
    for import in imports {
        text.push_str(&format!("use {import};\n"));
    }
    if !types.is_empty() {
        let types: Vec<String> = types
            .iter()
            .map(|name| super::super::ident(name).to_string())
            .collect();
        text.push_str(&format!("use {root}::{{{}}};\n", types.join(", ")));
    }
    if tests.iter().any(|test| test.text.contains("loopback::")) {
        text.push_str("\nuse crate::loopback;\n");
    }
    for test in tests {
        text.push_str(&format!("\n{}", test.text.trim_end()));
        text.push('\n');
    }
    generated(&format!("{name}.rs"), text)
}

fn of_resource(context: &Context<'_>, resource: &Resource) -> Vec<Test> {
    let mut names = BTreeSet::new();
    let mut tests = Vec::new();
    let file = context.names.file(&resource.path);
    let operations = context.api.operations.iter();
    for operation in operations.filter(|operation| operation.resource == resource.path) {
        let scope = Writer::new(context).scope;
        let calls = calls(&scope, operation);
        for call in &calls {
            if call::is_unsendable(&Writer::new(context), call) {
                let name = claim(&mut names, &plain_name(&call.name));
                tests.push(unsendable(context, file, operation, call, &name));
                continue;
            }
            for (name, outcome) in outcomes(operation, call) {
                let name = claim(&mut names, &name);
                tests.push(success(context, file, operation, call, &name, outcome));
            }
        }
        let Some(first) = calls.first() else { continue };
        let name = format!("{}_refused", plain_name(&first.name));
        let sendable = !call::is_unsendable(&Writer::new(context), first);
        if sendable && !operation.outcomes.errors.is_empty() {
            let name = claim(&mut names, &name);
            tests.extend(refused(context, file, operation, first, &name));
        }
    }
    tests
}

/// The successes of a call that are tested, and the names of their tests.
fn outcomes<'o>(operation: &'o Operation, call: &Call<'_>) -> Vec<(String, &'o Outcome)> {
    let success = &operation.outcomes.success;
    let name = plain_name(&call.name);
    if call.is_stream() || !outcome::is_by_status(operation) {
        let stream = success.iter().find(|it| outcome::is_stream(&it.payload));
        let one = stream.filter(|_| success.len() > 1).or(success.first());
        return one.map(|outcome| (name, outcome)).into_iter().collect();
    }
    let mut seen: Vec<StatusRange> = Vec::new();
    let mut tested = Vec::new();
    for outcome in success {
        if seen.contains(&outcome.status) {
            continue;
        }
        seen.push(outcome.status);
        let variant = snake(&outcome::variant(outcome.status));
        tested.push((format!("{name}_{variant}"), outcome));
    }
    tested
}

fn success(
    context: &Context<'_>,
    file: &str,
    operation: &Operation,
    call: &Call<'_>,
    name: &str,
    outcome: &Outcome,
) -> Test {
    let writer = Writer::new(context);
    let success = &operation.outcomes.success;
    let named: Vec<StatusRange> = success.iter().map(|it| it.status).collect();
    let status = status_of(outcome.status, 200, &named);
    let literal = Literal::u16_unsuffixed(status);
    let sent = call::of(&writer, operation, call, true);
    let reply = reply::of(&writer, operation, call, outcome, &literal);
    let (server, checks) = (&reply.server, &reply.checks);
    let (before, request, arrived) = (&sent.before, &sent.request, &sent.checks);
    let statements = quote! {
        #server
        #before
        let answer = #request.await?;
        let request = server.request().await;
        #arrived
        assert_eq!(answer.status(), #literal);
        #checks
    };
    let about = format!("{}, answered with {status}.", signature(operation));
    writer.finish(file, name, &about, &statements)
}

/// The test of a call that cannot be made, as the document has it: nothing is sent.
fn unsendable(
    context: &Context<'_>,
    file: &str,
    operation: &Operation,
    call: &Call<'_>,
    name: &str,
) -> Test {
    let writer = Writer::new(context);
    let sent = call::of(&writer, operation, call, false);
    let (before, request) = (&sent.before, &sent.request);
    let statements = quote! {
        let server = loopback::empty(200).await;
        #before
        let error = #request.await.err().ok_or("no error")?;
        assert_eq!(error.error_type(), "invalid_request");
    };
    let about = format!(
        "{}, whose form is no object, is not sent.",
        signature(operation)
    );
    writer.finish(file, name, &about, &statements)
}

fn refused(
    context: &Context<'_>,
    file: &str,
    operation: &Operation,
    call: &Call<'_>,
    name: &str,
) -> Option<Test> {
    let writer = Writer::new(context);
    let statements = error::statements(&writer, operation, call)?;
    let about = format!("{}, refused.", signature(operation));
    Some(writer.finish(file, name, &about, &statements))
}
