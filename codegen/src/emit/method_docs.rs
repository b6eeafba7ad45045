//! Documentation of operations.

use proc_macro2::TokenStream;

use super::docs::{Docs, link, sentence};
use super::operation::Call;
use super::{Scope, example, ident, outcome};
use crate::model::{Operation, Outcome, Payload, TypeRef};

/// The documentation of one way to call an operation. What the first way says is not said again.
pub(crate) fn of_call(scope: &Scope<'_>, operation: &Operation, call: &Call<'_>) -> TokenStream {
    let mut docs = match call.variant {
        None => whole(scope, operation, call),
        Some(variant) => {
            let summary = operation
                .summary
                .as_deref()
                .unwrap_or(&operation.id)
                .trim_end_matches('.');
            let mut docs = Docs::new(Some(&format!("{summary}, {variant}.")), "");
            let plain = operation.name.as_str();
            docs.text(&format!("Otherwise as [`{plain}`](Self::{plain})."));
            if let Some(returned) = returned(scope, operation, call) {
                docs.text(&format!("Returns {returned}"));
            }
            walked(&mut docs, operation, call);
            docs
        }
    };
    docs.section("Example", example::of_call(scope, operation, call));
    docs.tokens()
}

fn whole(scope: &Scope<'_>, operation: &Operation, call: &Call<'_>) -> Docs {
    let summary = operation.summary.as_deref().map(sentence);
    let otherwise = format!("`{}`.", operation.id);
    let mut docs = match (&summary, &operation.description) {
        (None, Some(description)) => Docs::new(Some(description), &otherwise),
        (summary, _) => Docs::new(summary.as_deref(), &otherwise),
    };
    if let (Some(summary), Some(description)) = (&summary, &operation.description)
        && summary.trim_end_matches('.') != description.trim().trim_end_matches('.')
    {
        docs.markdown(description);
    }
    let mut request = format!(
        "`{} {}`",
        operation.method.as_str(),
        operation.path.replace('`', "'")
    );
    if let Some(returned) = returned(scope, operation, call) {
        request.push_str(&format!(" returns {returned}"));
    }
    docs.text(&request);
    parameters(&mut docs, operation);
    walked(&mut docs, operation, call);
    callbacks(scope, &mut docs, operation);
    errors(scope, &mut docs, operation);
    docs
}

/// What the arguments are, where the document says more than their names.
fn parameters(docs: &mut Docs, operation: &Operation) {
    let lines = operation.required_parameters().filter_map(|parameter| {
        let mut text: Vec<String> = parameter
            .description
            .iter()
            .map(|text| text.trim().to_owned())
            .collect();
        text.extend(
            parameter
                .constraints
                .iter()
                .map(|constraint| sentence(constraint)),
        );
        (!text.is_empty()).then(|| {
            format!(
                "- `{}`: {}",
                parameter.name,
                text.join(" ").replace('\n', "\n  ")
            )
        })
    });
    let body = operation.body.as_ref().and_then(|body| {
        let text = body.description.as_deref()?.trim();
        body.required
            .then(|| format!("- `body`: {}", text.replace('\n', "\n  ")))
    });
    let lines: Vec<String> = lines.chain(body).collect();
    if !lines.is_empty() {
        docs.markdown(&lines.join("\n"));
    }
}

/// What a call answers with, in words that follow "returns".
fn returned(scope: &Scope<'_>, operation: &Operation, call: &Call<'_>) -> Option<String> {
    let payload = call.payload?;
    if outcome::is_by_status(operation) && call.variant.is_none() {
        let reply = scope.context.names.reply(operation);
        return Some(format!("a [`{reply}`]."));
    }
    // The types of a signature are imported, so their names alone are links.
    let described = |ty| described(scope, ty, true);
    let what = match payload {
        Payload::Empty => return None,
        Payload::Json(ty) | Payload::Record(ty) => described(ty),
        Payload::MaybeJson(ty) => format!("{}, or nothing", described(ty)),
        Payload::Text => "text".to_owned(),
        Payload::Bytes => "the bytes as they arrive".to_owned(),
        Payload::Events(ty) => format!("a stream of {}", described(ty)),
        Payload::JsonLines(ty) => format!("a stream of {}, one a line", described(ty)),
        Payload::Records(ty) => format!("a page of {}", described(ty)),
    };
    let success = operation.outcomes.success.first();
    let lines = success
        .and_then(|outcome| outcome.description.as_deref())
        .map(super::markdown::sanitize)
        .filter(|lines| call.variant.is_none() && !lines.is_empty());
    Some(match lines {
        Some(lines) => format!("{what}: {}", lines.join("\n")),
        None => format!("{what}."),
    })
}

/// How the pages of a list are walked.
fn walked(docs: &mut Docs, operation: &Operation, call: &Call<'_>) {
    if super::operation::is_paged(operation, call) {
        let request = &operation.request_name;
        docs.text(&format!(
            "Awaited, it is one page; [`items`]({request}::items) and [`pages`]({request}::pages) walk all of them."
        ));
    }
}

/// A type in words; `imported` types are linked by their names alone.
fn described(scope: &Scope<'_>, ty: &TypeRef, imported: bool) -> String {
    match ty {
        TypeRef::Named(id) if imported => {
            // Mentioned again, so that it is imported.
            scope.named(*id);
            link(&ident(&scope.context.api.types.get(*id).name))
        }
        TypeRef::Named(id) => scope.link(*id),
        TypeRef::List(inner) => format!("a list of {}", described(scope, inner, imported)),
        TypeRef::Tuple(places) => {
            let places = places.iter().map(|it| described(scope, it, imported));
            format!(
                "a list of exactly {}",
                places.collect::<Vec<_>>().join(", ")
            )
        }
        TypeRef::Map(inner) => format!("a map of {}", described(scope, inner, imported)),
        TypeRef::Nullable(inner) => format!("{}, or `null`", described(scope, inner, imported)),
        TypeRef::Primitive(_) => format!("`{}`", scope.ty(ty).to_string().replace(' ', "")),
        TypeRef::Any => "any JSON".to_owned(),
    }
}

/// What the service sends in turn, and the types to read it with.
fn callbacks(scope: &Scope<'_>, docs: &mut Docs, operation: &Operation) {
    let lines = operation.callbacks.iter().map(|callback| {
        let (name, method) = (&callback.name, callback.method.as_str());
        let address = callback.address.replace('`', "'");
        let mut text = format!("- `{name}`: `{method} {address}`");
        if let Some(ty) = &callback.payload {
            text.push_str(&format!(" with {}", described(scope, ty, false)));
        }
        let said = callback.description.as_deref().unwrap_or("");
        let said = super::markdown::sanitize(said).join("\n  ");
        match said.is_empty() {
            true => text + ".",
            false => format!("{text}: {said}"),
        }
    });
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        docs.section("Callbacks", lines);
    }
}

fn errors(scope: &Scope<'_>, docs: &mut Docs, operation: &Operation) {
    let errors = &operation.outcomes.errors;
    if errors.is_empty() {
        return;
    }
    let lines = errors.iter().flat_map(|outcome| error(scope, outcome));
    docs.section("Errors", lines.collect());
}

fn error(scope: &Scope<'_>, outcome: &Outcome) -> Vec<String> {
    let mut text = format!("- {}:", outcome::status(outcome.status));
    let description = outcome.description.as_deref().unwrap_or("").trim();
    let mut lines = super::markdown::sanitize(description).into_iter();
    match lines.next() {
        Some(first) => text.push_str(&format!(" {first}")),
        None => text.push_str(" an error."),
    }
    let mut all = vec![text];
    all.extend(
        lines
            .filter(|line| !line.is_empty())
            .map(|line| format!("  {line}")),
    );
    if let Payload::Json(ty) | Payload::MaybeJson(ty) = &outcome.payload
        && let Some(last) = all.last_mut()
    {
        if !last.ends_with(['.', '!', '?']) {
            last.push('.');
        }
        last.push_str(&format!(" The body is {}.", described(scope, ty, false)));
    }
    all
}
