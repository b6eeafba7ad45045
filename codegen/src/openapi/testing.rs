//! Small documents for tests.

use super::read;
use crate::diagnostics::Diagnostics;
use crate::model::{Api, Object, Shape, TypeDef, TypeRef};
use crate::source::Sources;

/// Reads a document; what is wrong with it as text, one line each.
pub(super) fn try_read(text: &str) -> (Option<Api>, Vec<String>) {
    let mut diagnostics = Diagnostics::default();
    let sources = Sources::from_text("openapi.yaml", text.to_owned(), &mut diagnostics)
        .expect("the document parses");
    let api = read(&sources, &mut diagnostics);
    let told = diagnostics.iter().map(|told| {
        format!(
            "{} {}: {}",
            told.code.id,
            told.origin.pointer(),
            told.message
        )
    });
    (api, told.collect())
}

/// Reads a document that has to give an API.
pub(super) fn api(text: &str) -> (Api, Vec<String>) {
    let (api, told) = try_read(text);
    (api.expect("an API"), told)
}

/// Reads a 3.1 document with these component schemas, indented by two.
pub(super) fn schemas(schemas: &str) -> (Api, Vec<String>) {
    api(&format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\ncomponents:\n  schemas:\n{}",
        indented(schemas, 4)
    ))
}

/// Reads a 3.1 document with these paths, indented by two.
pub(super) fn paths(paths: &str) -> (Api, Vec<String>) {
    api(&format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n{}",
        indented(paths, 2)
    ))
}

fn indented(text: &str, by: usize) -> String {
    text.lines()
        .map(|line| format!("{}{line}\n", " ".repeat(by)))
        .collect()
}

/// The type with this name in the document or hint.
pub(super) fn def<'a>(api: &'a Api, name: &str) -> &'a TypeDef {
    let found = api.types.iter().find(|(_, def)| def.source_name == name);
    found.map(|(_, def)| def).unwrap_or_else(|| {
        let names: Vec<_> = api
            .types
            .iter()
            .map(|(_, def)| def.source_name.clone())
            .collect();
        panic!("no type {name} among {names:?}")
    })
}

/// The struct with this name.
pub(super) fn object<'a>(api: &'a Api, name: &str) -> &'a Object {
    match &def(api, name).shape {
        Shape::Object(object) => object,
        other => panic!("{name} is no object: {other:?}"),
    }
}

/// A use of a type, written briefly: `[Pet]?`.
pub(super) fn brief(api: &Api, ty: &TypeRef) -> String {
    match ty {
        TypeRef::Named(id) => api.types.get(*id).source_name.clone(),
        TypeRef::Primitive(primitive) => format!("{primitive:?}"),
        TypeRef::List(inner) => format!("[{}]", brief(api, inner)),
        TypeRef::Tuple(places) => {
            let places = places.iter().map(|place| brief(api, place));
            format!("({})", places.collect::<Vec<_>>().join(", "))
        }
        TypeRef::Map(inner) => format!("{{{}}}", brief(api, inner)),
        TypeRef::Nullable(inner) => format!("{}?", brief(api, inner)),
        TypeRef::Any => "Any".to_owned(),
    }
}

/// The fields of a struct, briefly: `id: Int64!` is required.
pub(super) fn fields(api: &Api, name: &str) -> Vec<String> {
    let fields = object(api, name).fields.iter();
    fields
        .map(|field| {
            format!(
                "{}: {}{}",
                field.wire,
                brief(api, &field.ty),
                if field.required { "!" } else { "" }
            )
        })
        .collect()
}
