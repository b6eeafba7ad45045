//! The Rust of the calls, for the program that makes them.

use specwright::emit::ident;
use specwright::model::{Api, BodyContent, BodyForm, Parameter, Payload, Primitive, TypeRef};
use syn::Type;

use super::document::{Document, Given, Shared, generic, plain};

/// The file of the program that calls these operations.
pub(crate) fn file(document: &Document, operations: &[Shared<'_>]) -> String {
    let mut text = "use super::*;\n\npub(crate) static OPERATIONS: &[Operation] = &[\n".to_owned();
    for (index, operation) in operations.iter().enumerate() {
        text.push_str(&format!(
            "Operation {{ id: {:?}, ours: |client, given| Box::pin(ours_{index}(client, given)), \
             theirs: |client, given| Box::pin(theirs_{index}(client, given)) }},\n",
            operation.id
        ));
    }
    text.push_str("];\n");
    for (index, operation) in operations.iter().enumerate() {
        text.push_str(&ours(&document.api, operation, index));
        text.push_str(&theirs(operation, index));
    }
    text
}

fn ours(api: &Api, shared: &Shared<'_>, index: usize) -> String {
    let operation = shared.operation;
    let body = operation.body.as_ref().zip(shared.form);
    let mut arguments: Vec<String> = operation
        .required_parameters()
        .map(|parameter| {
            let ty = rust_type(api, plain(api, &parameter.ty));
            format!("given.read::<{ty}>({:?})?", key(parameter))
        })
        .collect();
    if let Some((_, form)) = body.filter(|(body, _)| body.required) {
        arguments.push(our_body(api, form, "read"));
    }
    let (resource, method) = (ident(&shared.resource.type_name), ident(&shared.method));
    let mut text = format!(
        "\nasync fn ours_{index}(client: specwright_runtime::Client, given: Given) -> Outcome {{\n\
         let call = ours::resources::{resource}::new(client).{method}({});\n",
        arguments.join(", ")
    );
    let optional = shared.parameters.iter().map(|given| given.parameter);
    for parameter in optional.filter(|parameter| !parameter.required) {
        let ty = rust_type(api, plain(api, &parameter.ty));
        let (setter, key) = (ident(&parameter.name), key(parameter));
        let given = format!("given.maybe::<{ty}>({key:?})?");
        text.push_str(&set(&given, &setter.to_string()));
    }
    if let Some((_, form)) = body.filter(|(body, _)| !body.required) {
        text.push_str(&set(&our_body(api, form, "maybe"), "body"));
    }
    let payload = operation.outcomes.success.first();
    let value = match payload.map(|outcome| &outcome.payload) {
        None | Some(Payload::Empty) => "Ok(Value::Null)",
        Some(Payload::Bytes) => "text(&reply.into_inner().collect().await.map_err(Failure::call)?)",
        Some(_) => "value(&*reply)",
    };
    text.push_str(&format!(
        "let reply = call.await.map_err(Failure::call)?;\n{value}\n}}\n"
    ));
    text
}

fn set(given: &str, setter: &str) -> String {
    format!("let call = match {given} {{ Some(value) => call.{setter}(value), None => call }};\n")
}

fn our_body(api: &Api, form: &BodyForm, read: &str) -> String {
    let ty = match &form.content {
        BodyContent::Json(ty) | BodyContent::Form(ty) => rust_type(api, api.types.resolve(ty)),
        _ => "String".to_owned(),
    };
    format!("given.{read}::<{ty}>(\"body\")?")
}

fn key(parameter: &Parameter) -> String {
    let is_text = false;
    Given { parameter, is_text }.key()
}

/// A type of our client, as the program names it.
fn rust_type(api: &Api, ty: &TypeRef) -> String {
    match api.types.resolve(ty) {
        TypeRef::Named(id) => format!("ours::types::{}", ident(&api.types.get(*id).name)),
        TypeRef::List(inner) => format!("Vec<{}>", rust_type(api, inner)),
        TypeRef::Tuple(places) => {
            let places: Vec<String> = places.iter().map(|place| rust_type(api, place)).collect();
            format!("({})", places.join(", "))
        }
        TypeRef::Map(inner) => {
            format!(
                "std::collections::BTreeMap<String, {}>",
                rust_type(api, inner)
            )
        }
        TypeRef::Nullable(inner) => format!("Option<{}>", rust_type(api, inner)),
        TypeRef::Any => "Value".to_owned(),
        TypeRef::Primitive(primitive) => match primitive {
            Primitive::String => "String",
            Primitive::Bool => "bool",
            Primitive::Int32 => "i32",
            Primitive::Int64 => "i64",
            Primitive::Uint32 => "u32",
            Primitive::Uint64 => "u64",
            Primitive::Double => "f64",
            Primitive::Float => "f32",
            Primitive::DateTime => {
                "specwright_runtime::chrono::DateTime<specwright_runtime::chrono::Utc>"
            }
            Primitive::Date => "specwright_runtime::chrono::NaiveDate",
            Primitive::Uuid => "specwright_runtime::uuid::Uuid",
            Primitive::Base64 | Primitive::Binary => "specwright_runtime::encoding::Base64",
            Primitive::Secret => "specwright_runtime::Secret",
            Primitive::Timestamp => "specwright_runtime::record::Timestamp",
            Primitive::Upload => "specwright_runtime::multipart::Upload",
        }
        .to_owned(),
    }
}

fn theirs(shared: &Shared<'_>, index: usize) -> String {
    let keys = shared.parameters.iter().map(Given::key);
    let keys = keys.chain(shared.form.map(|_| "body".to_owned()));
    let arguments: Vec<String> = keys
        .zip(&shared.theirs.arguments)
        .map(|(key, ty)| argument(&key, ty))
        .collect();
    let value = match &shared.theirs.reply {
        Type::Tuple(_) => "Ok(Value::Null)",
        reply if is_named(reply, "ByteStream") => "collect(reply).await",
        _ => "value(&reply)",
    };
    format!(
        "\nasync fn theirs_{index}(client: theirs::Client, given: Given) -> Outcome {{\n\
         let reply = client.{}({}).await.map_err(Failure::call)?.into_inner();\n{value}\n}}\n",
        shared.id,
        arguments.join(", ")
    )
}

/// An argument of progenitor's, by its type.
fn argument(key: &str, ty: &Type) -> String {
    match ty {
        Type::Reference(reference) if is_named(&reference.elem, "str") => {
            format!("&given.read::<String>({key:?})?")
        }
        Type::Reference(_) => format!("&given.read({key:?})?"),
        _ if is_named(ty, "Option") => match generic(ty) {
            Some(Type::Reference(reference)) if is_named(&reference.elem, "str") => {
                format!("given.maybe::<String>({key:?})?.as_deref()")
            }
            Some(Type::Reference(_)) => format!("given.maybe({key:?})?.as_ref()"),
            _ => format!("given.maybe({key:?})?"),
        },
        _ if is_named(ty, "B") => format!("given.bytes({key:?})?"),
        _ => format!("given.read({key:?})?"),
    }
}

fn is_named(ty: &Type, name: &str) -> bool {
    let Type::Path(path) = ty else { return false };
    let last = path.path.segments.last();
    last.is_some_and(|segment| segment.ident == name)
}
