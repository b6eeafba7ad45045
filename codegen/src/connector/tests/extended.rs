//! What we add to the format.

use serde_json::{Value, json};

use super::{change, read, service};
use crate::connector::format;
use crate::model::{
    AutomationKind, BodyContent, PageStyle, PartContent, Payload, Primitive, TextPart, TypeRef,
};

/// What the extended format can say beside the two documents of [`good`].
fn extended() -> Value {
    json!({
        "$schema": "../connector.schema.json",
        "resources": [{
            "handle": "photos",
            "fields": [{ "name": "id", "type": "String", "selector": ["id"] }],
            "operations": {
                "add": {
                    "method": "POST", "path": { "value": "/photos" }, "kind": "query",
                    "multipart": {
                        "parts": [
                            { "name": "photo", "value": "{{photo}}" },
                            { "name": "more[]", "value": "{{more}}" },
                            { "name": "title", "value": "{{title}}" },
                            { "name": "note", "value": "by {{author}}!" }
                        ],
                        "placeholders": [
                            { "name": "photo", "type": "File" },
                            { "name": "more", "type": "Files", "required": false },
                            { "name": "title", "type": "String", "required": false },
                            { "name": "author", "type": "String" }
                        ]
                    },
                    "fields": [{ "name": "size", "type": "Integer", "selector": ["bytes"] }]
                },
                "search": {
                    "method": "GET", "path": { "value": "/photos" },
                    "list": { "style": "offset", "parameter": "skip", "limit": "take", "pageSize": 50 }
                },
                "list": { "method": "GET", "path": { "value": "/all" }, "list": false }
            }
        }]
    })
}

#[test]
fn the_extended_format_reads() {
    let (api, diagnostics) = read(&service(), &extended());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let api = api.unwrap();
    let [add, search, list] = api.operations.as_slice() else {
        panic!("{:?}", api.operations)
    };
    let BodyContent::Parts(parts) = &add.body.as_ref().unwrap().forms[0].content else {
        panic!("{:?}", add.body)
    };
    assert_eq!(parts[0].content, PartContent::File("photo".to_owned()));
    assert_eq!(parts[1].name, "more[]");
    let by = TextPart::Literal("by ".to_owned());
    assert!(matches!(&parts[3].content, PartContent::Text(text) if text[0] == by));
    assert_eq!(
        add.parameters[1].ty,
        TypeRef::List(Box::new(TypeRef::Primitive(Primitive::Upload)))
    );
    let automation = add.automation.as_ref().unwrap();
    assert_eq!(automation.kind, AutomationKind::Query);
    assert_eq!(automation.resource, "photos");
    let Payload::Record(TypeRef::Named(id)) = &add.outcomes.success[0].payload else {
        panic!("{:?}", add.outcomes)
    };
    assert_eq!(api.types.get(*id).source_name, "PhotoAdd");

    assert!(matches!(
        search.outcomes.success[0].payload,
        Payload::Records(_)
    ));
    let paging = search.pagination.as_ref().unwrap();
    assert_eq!(paging.limit.as_deref(), Some("take"));
    let PageStyle::Offset {
        offset, page_size, ..
    } = &paging.style
    else {
        panic!("{paging:?}")
    };
    assert_eq!((offset.as_str(), *page_size), ("skip", 50));
    assert!(matches!(
        list.outcomes.success[0].payload,
        Payload::Record(_)
    ));
    assert_eq!(list.pagination, None);
}

#[test]
fn defects_of_the_extended_format_are_told_at_their_place() {
    let operation = "/resources/0/operations/add";
    let search = "/resources/0/operations/search";
    let cases: &[(&str, Value, &str)] = &[
        ("/multipart/parts", json!([]), "has no parts"),
        (
            "/multipart/parts/0/value",
            json!("{{phot}}"),
            "`{{phot}}`, which is not declared",
        ),
        (
            "/multipart/parts/0/value",
            json!("x{{photo}}"),
            "can only be all of a part",
        ),
        (
            "/multipart/parts/0/vale",
            json!("x"),
            "did you mean `value`?",
        ),
        ("/multipart/partz", json!(1), "unknown key `partz`"),
        (
            "/multipart/placeholders/0/default",
            json!("x"),
            "is not a File",
        ),
        (
            "/bodyTemplate",
            json!({ "value": "{}" }),
            "has a `bodyTemplate` and a `multipart`",
        ),
        (
            "/path/value",
            json!("/photos/{{photo}}"),
            "can only be all of a part",
        ),
        ("/kind", json!("actoin"), "did you mean `action`?"),
        (
            "/fields/0/type",
            json!("File"),
            "unknown type `File` of field `size`",
        ),
        (
            "/list",
            json!("yes"),
            "has to be `true`, `false` or an object",
        ),
    ];
    let of_search: &[(&str, Value, &str)] = &[
        ("/list/style", json!("ofset"), "did you mean `offset`?"),
        ("/list/pageSize", json!(0), "a number of items"),
        ("/list/pagesize", json!(9), "did you mean `pageSize`?"),
        (
            "/list",
            json!({ "style": "token", "next": [0.5] }),
            "no element number",
        ),
    ];
    let cases = cases.iter().map(|case| (operation, case));
    for (at, (pointer, to, expected)) in cases.chain(of_search.iter().map(|case| (search, case))) {
        let mut document = extended();
        change(&mut document, &format!("{at}{pointer}"), to.clone());
        let (_, diagnostics) = read(&service(), &document);
        let found = diagnostics.iter().any(|told| {
            let text = format!(
                "{} {}",
                told.message,
                told.help.as_deref().unwrap_or_default()
            );
            text.contains(expected) && told.origin.pointer().starts_with(at)
        });
        assert!(found, "{pointer} {to}: {diagnostics:?}");
    }
}

#[test]
fn the_schema_knows_every_object() {
    assert!(format::keys::<format::Operation>().contains(&"bodyTemplate"));
    assert!(format::keys::<format::Service>().contains(&"baseURL"));
    let schema: Value = serde_json::from_str(&format::schema_text()).unwrap();
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        let open = definition["additionalProperties"] != false;
        assert_eq!(open, definition.get("anyOf").is_some(), "{name}");
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&extended()) && validator.is_valid(&service()));
    assert!(validator.is_valid(&super::resources()));
    for document in ["service.json", "resources.json"] {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/claude-connector");
        let text = std::fs::read_to_string(format!("{folder}/{document}")).unwrap();
        let value = serde_json::from_str(&text).unwrap();
        let errors = validator.iter_errors(&value).map(|error| error.to_string());
        assert_eq!(errors.collect::<Vec<_>>(), [""; 0], "{document}");
    }
    let mut misspelt = extended();
    change(
        &mut misspelt,
        "/resources/0/operations/add/multipart/partz",
        json!(1),
    );
    assert!(!validator.is_valid(&misspelt));
}
