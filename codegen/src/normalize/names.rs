//! Rust names for everything that is emitted.
//!
//! Names are claimed before casing: two names collide when their words are the same, so `fooBar`
//! and `foo_bar` collide here, early and the same way on every run, and not in the compiler.

mod scope;
mod words;

use std::collections::HashSet;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{
    Api, Operation, Primitive, Shape, TypeId, TypeRef, Types, Union, Usage, Variant,
};
use scope::Scope;
pub(super) use words::common_ending;
pub(crate) use words::{SHARED, claim, file_name, pascal, singular, snake};

/// Types that generated files import, or that every Rust file knows.
pub(super) const RESERVED_TYPES: &[&str] = &[
    "Any",
    "ApiError",
    "Base64",
    "Borrow",
    "Box",
    "BTreeMap",
    "ByStatus",
    "ByteStream",
    "Bytes",
    "Clone",
    "Client",
    "ClientBuilder",
    "Credential",
    "DateTime",
    "Debug",
    "Default",
    "Deserialize",
    "Deserializer",
    "Display",
    "Download",
    "Duration",
    "Empty",
    "Err",
    "Error",
    "Event",
    "EventStream",
    "Events",
    "Form",
    "Format",
    "Formatter",
    "From",
    "FromStatus",
    "Into",
    "IntoIterator",
    "Iterator",
    "Items",
    "Json",
    "JsonLines",
    "Latency",
    "Map",
    "Maybe",
    "MaybeJson",
    "Method",
    "NaiveDate",
    "Next",
    "None",
    "Ok",
    "Operation",
    "Option",
    "Page",
    "Pages",
    "Pagination",
    "Part",
    "QueryStyle",
    "RawEvent",
    "Record",
    "Request",
    "Response",
    "Result",
    "Secret",
    "Self",
    "Send",
    "Serialize",
    "Serializer",
    "Some",
    "String",
    "Sync",
    "Tagged",
    "Text",
    "ToString",
    "Trigger",
    "UnknownEvent",
    "Upload",
    "Utc",
    "Uuid",
    "Value",
    "Vec",
    "WebhookError",
];

/// Methods that every resource client has.
const RESOURCE_METHODS: &[&str] = &["new", "client"];

/// Methods that every request has, and identifiers generated methods use.
const REQUEST_METHODS: &[&str] = &[
    "body",
    "body_field",
    "client",
    "form",
    "header",
    "idle_timeout",
    "into_future",
    "items",
    "max_retries",
    "new",
    "page_at",
    "pages",
    "paginate",
    "query",
    "reconnect",
    "request",
    "self",
    "send",
    "timeout",
    "unchecked",
];

/// Fields and methods that every sent struct may have.
const STRUCT_METHODS: &[&str] = &["new", "extra", "into_form", "raw"];

pub(super) fn run(api: &mut Api, diagnostics: &mut Diagnostics) {
    let mut scope = Scope::types(RESERVED_TYPES);
    name_resources(api, &mut scope);
    name_types(&mut api.types, &mut scope, diagnostics);
    name_operations(api, &mut scope, diagnostics);
    name_webhooks(api);
    let ids: Vec<_> = api.types.ids().collect();
    for id in ids {
        name_parts(&mut api.types, id);
    }
}

fn name_resources(api: &mut Api, scope: &mut Scope) {
    for resource in &mut api.resources {
        let short = resource.path.last().map_or("", String::as_str);
        let name = pascal(short, "Resource");
        let long = pascal(&resource.path.join("_"), "Resource");
        resource.type_name = match [&name, &long].into_iter().find(|name| scope.is_free(name)) {
            Some(free) => scope.claim(free),
            None => scope.claim(&format!("{long}Resource")),
        };
    }
}

/// Names the document gives are claimed first, hints after.
fn name_types(types: &mut Types, scope: &mut Scope, diagnostics: &mut Diagnostics) {
    let used: Vec<TypeId> = types
        .iter()
        .filter(|(_, def)| def.usage != Usage::default())
        .map(|(id, _)| id)
        .collect();
    let (named, hinted): (Vec<TypeId>, Vec<TypeId>) =
        used.into_iter().partition(|id| types.get(*id).named);
    for id in named.into_iter().chain(hinted) {
        let def = types.get_mut(id);
        let wanted = pascal(&def.source_name, "Type");
        def.name = scope.claim(&wanted);
        if def.named && def.name != wanted {
            diagnostics.push(
                Diagnostic::note(
                    codes::RENAMED_TYPE,
                    &def.origin,
                    format!("the name `{wanted}` is taken by another item of the generated module"),
                )
                .action(format!("the type is called `{}`", def.name))
                .help("give it another name with `x-specwright-name`"),
            );
        }
    }
}

fn name_operations(api: &mut Api, scope: &mut Scope, diagnostics: &mut Diagnostics) {
    let mut methods: std::collections::BTreeMap<Vec<String>, Scope> =
        std::collections::BTreeMap::new();
    for resource in &api.resources {
        let children = api.resources.iter().filter(|child| {
            child.path.len() == resource.path.len() + 1 && child.path.starts_with(&resource.path)
        });
        let mut taken = Scope::values(RESOURCE_METHODS);
        for child in children {
            taken.claim(&snake(child.name()));
        }
        methods.insert(resource.path.clone(), taken);
    }
    for operation in &mut api.operations {
        let taken = methods
            .entry(operation.resource.clone())
            .or_insert_with(|| Scope::values(RESOURCE_METHODS));
        let wanted = snake(&operation.name);
        operation.name = taken.claim(&wanted);
        if operation.name != wanted {
            diagnostics.push(
                Diagnostic::note(
                    codes::RENAMED_METHOD,
                    &operation.origin,
                    format!(
                        "the method name `{wanted}` is taken in resource `{}`",
                        operation.resource.join(".")
                    ),
                )
                .action(format!("the method is called `{}`", operation.name))
                .help("give it another name with `x-specwright-method`"),
            );
        }
        if let Some(stream) = &mut operation.stream {
            stream.method = taken.claim(&snake(&stream.method));
        }
        operation.request_name = scope.claim(&pascal(&operation.id, "Request"));
        name_parameters(operation);
    }
}

fn name_parameters(operation: &mut Operation) {
    let mut taken = Scope::values(REQUEST_METHODS);
    for parameter in &mut operation.parameters {
        let wanted = if parameter.name.is_empty() {
            &parameter.wire
        } else {
            &parameter.name
        };
        parameter.name = taken.claim(&snake(wanted));
    }
}

fn name_webhooks(api: &mut Api) {
    let mut taken = Scope::types(&["Unknown"]);
    for webhook in &mut api.webhooks {
        let wanted = if webhook.variant.is_empty() {
            &webhook.event
        } else {
            &webhook.variant
        };
        webhook.variant = taken.claim(&pascal(wanted, "Event"));
    }
}

/// Names of fields, variants, values and events.
fn name_parts(types: &mut Types, id: TypeId) {
    let mut shape = std::mem::replace(&mut types.get_mut(id).shape, Shape::Alias(TypeRef::Any));
    match &mut shape {
        Shape::Object(object) => {
            let mut taken = Scope::values(STRUCT_METHODS);
            // Public fields first: a constant nobody sees must not take a better name away.
            object
                .fields
                .iter_mut()
                .filter(|field| field.constant.is_none())
                .for_each(|field| {
                    let wanted = if field.name.is_empty() {
                        &field.wire
                    } else {
                        &field.name
                    };
                    field.name = taken.claim(&snake(wanted));
                });
            object
                .fields
                .iter_mut()
                .filter(|field| field.constant.is_some())
                .for_each(|field| {
                    field.name = taken.claim(&snake(&field.wire));
                });
        }
        Shape::Record(record) => {
            let mut taken = Scope::values(STRUCT_METHODS);
            for field in &mut record.fields {
                field.name = taken.claim(&snake(&field.wire));
            }
        }
        Shape::OpenEnum(known) => {
            let mut taken = Scope::types(&["Unknown", "Self"]);
            for value in &mut known.values {
                let wanted = if value.name.is_empty() {
                    &value.wire
                } else {
                    &value.name
                };
                value.name = taken.claim(&pascal(wanted, "Empty"));
            }
        }
        Shape::Events(events) => {
            let mut taken = Scope::types(&["Unknown", "Self"]);
            for event in &mut events.events {
                let wanted = if event.name.is_empty() {
                    &event.wire
                } else {
                    &event.name
                };
                event.name = taken.claim(&pascal(wanted, "Message"));
            }
        }
        Shape::Union(union) => name_variants(types, id, union),
        Shape::Newtype(_) | Shape::Alias(_) | Shape::AllOf(_) => {}
    }
    types.get_mut(id).shape = shape;
}

fn name_variants(types: &Types, id: TypeId, union: &mut Union) {
    let mut taken = Scope::types(&["Unknown", "Self"]);
    let union_name = types.get(id).name.clone();
    let names: Vec<String> = union
        .variants
        .iter()
        .map(|variant| variant_name(types, variant, &union_name))
        .collect();
    // When stripping the union's own name leaves two the same, all keep their full names.
    let unique = names.iter().collect::<HashSet<_>>().len() == names.len();
    for (variant, short) in union.variants.iter_mut().zip(names) {
        let name = if unique {
            short
        } else {
            variant_name(types, variant, "")
        };
        variant.name = taken.claim(&name);
    }
}

/// The document's own word for a member: a hint, its one tag, its type's name (less the name of
/// the union around it), or the kind of JSON it is.
fn variant_name(types: &Types, variant: &Variant, union_name: &str) -> String {
    if !variant.name.is_empty() {
        return pascal(&variant.name, "Variant");
    }
    if let [tag] = variant.tags.as_slice() {
        return pascal(tag, "Empty");
    }
    type_word(types, &variant.ty, union_name)
}

fn type_word(types: &Types, ty: &TypeRef, union_name: &str) -> String {
    match ty {
        TypeRef::Named(id) => {
            let def = types.get(*id);
            match def.name.strip_prefix(union_name) {
                Some(rest) if rest.starts_with(|first: char| first.is_uppercase()) => {
                    rest.to_owned()
                }
                _ if def.name.is_empty() => pascal(&def.source_name, "Variant"),
                _ => def.name.clone(),
            }
        }
        TypeRef::Primitive(primitive) => primitive_word(*primitive).to_owned(),
        TypeRef::List(_) => "List".to_owned(),
        TypeRef::Tuple(_) => "Tuple".to_owned(),
        TypeRef::Map(_) => "Map".to_owned(),
        TypeRef::Nullable(inner) => type_word(types, inner, union_name),
        TypeRef::Any => "Json".to_owned(),
    }
}

fn primitive_word(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::String | Primitive::Secret => "Text",
        Primitive::Bool => "Bool",
        Primitive::Int32 | Primitive::Int64 | Primitive::Uint32 | Primitive::Uint64 => "Integer",
        Primitive::Double | Primitive::Float => "Number",
        Primitive::DateTime | Primitive::Timestamp => "DateTime",
        Primitive::Date => "Date",
        Primitive::Uuid => "Uuid",
        Primitive::Base64 | Primitive::Binary | Primitive::Upload => "Bytes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EnumValue, Field, Object, OpenEnum, TypeDef};
    use crate::origin::Origin;

    fn named(shape: Shape, name: &str) -> Api {
        let mut api = Api::default();
        let mut def = TypeDef::new(name, true, shape, Origin::default());
        def.usage.sent = true;
        api.types.add(def);
        run(&mut api, &mut Diagnostics::default());
        api
    }

    #[test]
    fn names_that_differ_only_in_case_collide_early() {
        let field = |wire| Field::new(wire, TypeRef::Any, true, Origin::default());
        let object = Object {
            fields: vec![field("fooBar"), field("foo_bar"), field("new")],
            ..Object::default()
        };
        let api = named(Shape::Object(object), "error");
        let def = api.types.iter().next().unwrap().1;
        assert_eq!(def.name, "ErrorModel");
        let Shape::Object(object) = &def.shape else {
            panic!()
        };
        let names: Vec<_> = object
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        assert_eq!(names, ["foo_bar", "foo_bar_2", "new_"]);
    }

    #[test]
    fn enum_values_get_valid_names() {
        let value = |wire: &str| EnumValue {
            wire: wire.into(),
            name: String::new(),
            description: None,
        };
        let values = ["5m", "", "+1", "-1", "unknown", "日本", "end_turn"]
            .map(value)
            .to_vec();
        let api = named(Shape::OpenEnum(OpenEnum { values }), "ttl");
        let Shape::OpenEnum(known) = &api.types.iter().next().unwrap().1.shape else {
            panic!()
        };
        let names: Vec<_> = known
            .values
            .iter()
            .map(|value| value.name.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "V5m",
                "Empty",
                "Plus1",
                "Minus1",
                "UnknownValue",
                "日本",
                "EndTurn"
            ]
        );
    }
}
