//! Whole documents in, the model or diagnostics out.

mod extended;

use serde_json::{Value, json};

use crate::diagnostics::{Diagnostics, Severity};
use crate::model::{
    Api, BodyContent, CredentialKind, Location, PageStyle, Payload, Primitive, Selector, Shape,
    Template, TypeRef,
};
use crate::source::Sources;

fn service() -> Value {
    json!({
        "handle": "shop",
        "meta": { "short": "Shop", "description": "Sells things." },
        "service": {
            "baseURL": { "value": "https://shop.example/v1" },
            "protocol": "https",
            "contentType": "application/json",
            "headers": {
                "shop-version": { "value": "7" },
                "x-key": { "value": "{{apiKey}}" }
            },
            "auth": {
                "method": "api_token",
                "params": { "apiToken": {
                    "token": { "value": "{{apiKey}}", "env": "SHOP_KEY" },
                    "headerName": { "value": "X-Key" }
                } }
            }
        }
    })
}

fn resources() -> Value {
    json!([{
        "handle": "order_lines",
        "meta": { "short": "Lines", "description": "Lines of orders." },
        "endpoint": { "value": "/lines" },
        "fields": [
            { "name": "id", "type": "String", "selector": ["id"], "meta": { "description": "Id." } },
            { "name": "firstTag", "type": "DateTime", "selector": ["tags", 0, "at"] }
        ],
        "operations": {
            "list": { "method": "GET", "path": {
                "value": "?limit={{limit}}&q={{q}}&fixed=a%20b&created[gte]={{since}}",
                "placeholders": [
                    { "name": "limit", "type": "Integer", "required": false, "default": 10 },
                    { "name": "q", "type": "String", "required": false },
                    { "name": "since", "type": "DateTime", "required": true }
                ]
            } },
            "create": {
                "method": "POST",
                "path": { "value": "/{{order}}", "placeholders": [
                    { "name": "order", "type": "String", "required": true }
                ] },
                "bodyTemplate": {
                    "value": "{\"name\": \"{{name}}\", \"count\": {{count}}}",
                    "placeholders": [
                        { "name": "name", "type": "String", "required": true },
                        { "name": "count", "type": "Integer", "required": false, "default": 1 }
                    ]
                }
            }
        },
        "webhooks": [{
            "event": "order_lines.added", "path": "/hooks/order_lines.added",
            "payload": [{ "name": "id", "type": "String", "selector": ["line", "id"] }]
        }]
    }])
}

fn read(service: &Value, resources: &Value) -> (Option<Api>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let mut sources =
        Sources::from_text("service.json", service.to_string(), &mut diagnostics).unwrap();
    sources.add_text(
        "resources.json".as_ref(),
        resources.to_string(),
        &mut diagnostics,
    );
    let api = super::read(&sources, &mut diagnostics);
    (api, diagnostics)
}

fn good() -> Api {
    let (api, diagnostics) = read(&service(), &resources());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    api.unwrap()
}

#[test]
fn the_service_becomes_a_client() {
    let api = good();
    assert_eq!(api.title, "Shop");
    assert_eq!(api.base_url.as_deref(), Some("https://shop.example/v1"));
    // The header says what `auth` says: one credential.
    let [credential] = api.credentials.as_slice() else {
        panic!("{:?}", api.credentials)
    };
    assert_eq!(
        (credential.name.as_str(), credential.env.as_deref()),
        ("api_key", Some("SHOP_KEY"))
    );
    assert!(matches!(&credential.kind, CredentialKind::Header { name, .. } if name == "X-Key"));
    let [version] = api.client_parameters.as_slice() else {
        panic!()
    };
    assert_eq!(
        (version.wire.as_str(), version.default.as_deref()),
        ("shop-version", Some("7"))
    );
}

#[test]
fn paths_and_queries_become_parameters_in_the_order_of_their_declaration() {
    let api = good();
    let list = &api.operations[0];
    assert_eq!(
        (list.id.as_str(), list.path.as_str()),
        ("order_lines.list", "/lines")
    );
    let parameters: Vec<_> = list
        .parameters
        .iter()
        .map(|p| (p.wire.as_str(), p.name.as_str(), p.required, p.send_default))
        .collect();
    assert_eq!(
        parameters,
        [
            ("limit", "limit", false, true),
            ("q", "q", false, false),
            ("created[gte]", "since", true, false),
            ("fixed", "", false, true),
        ]
    );
    assert_eq!(
        list.parameters[2].ty,
        TypeRef::Primitive(Primitive::Timestamp)
    );
    assert_eq!(list.parameters[3].default, Some(json!("a b")));
    assert!(matches!(
        list.outcomes.success[0].payload,
        Payload::Records(_)
    ));
    let paging = list.pagination.as_ref().unwrap();
    assert_eq!(
        (&paging.style, paging.limit.as_deref()),
        (&PageStyle::Recognised, Some("limit"))
    );
}

#[test]
fn bodies_become_templates_and_their_placeholders_parameters() {
    let api = good();
    let create = &api.operations[1];
    assert_eq!(create.path, "/lines/{order}");
    let locations: Vec<_> = create
        .parameters
        .iter()
        .map(|p| (p.wire.as_str(), p.location))
        .collect();
    assert_eq!(
        locations,
        [
            ("order", Location::Path),
            ("name", Location::Body),
            ("count", Location::Body)
        ]
    );
    let form = &create.body.as_ref().unwrap().forms[0];
    let BodyContent::Template(Template::Object(members)) = &form.content else {
        panic!()
    };
    assert_eq!(members[1].1, Template::Argument("count".to_owned()));
    assert!(matches!(
        create.outcomes.success[0].payload,
        Payload::Record(_)
    ));
}

#[test]
fn fields_become_records_and_webhooks_events() {
    let api = good();
    let types: Vec<_> = api
        .types
        .iter()
        .map(|(_, def)| def.source_name.as_str())
        .collect();
    assert_eq!(types, ["OrderLine", "OrderLineAdded"]);
    let (_, record) = api.types.iter().next().unwrap();
    let Shape::Record(record) = &record.shape else {
        panic!()
    };
    let [key, index, at] = record.fields[1].selector.as_slice() else {
        panic!()
    };
    assert_eq!(
        (key, index),
        (&Selector::Key("tags".to_owned()), &Selector::Index(0))
    );
    assert_eq!(at, &Selector::Key("at".to_owned()));
    let webhook = &api.webhooks[0];
    assert_eq!(
        (webhook.event.as_str(), webhook.variant.as_str()),
        ("order_lines.added", "OrderLineAdded")
    );
}

/// Changes the value at a pointer; `null` takes it away.
fn change(document: &mut Value, pointer: &str, to: Value) {
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Object(members) if to.is_null() => drop(members.remove(last)),
        Value::Object(members) => drop(members.insert(last.to_owned(), to)),
        Value::Array(items) if last == "-" => items.push(to),
        Value::Array(items) => items[last.parse::<usize>().unwrap()] = to,
        _ => panic!("{pointer}"),
    }
}

/// Which code is told where when a place of the resources document is changed.
fn told(changed: &[(&str, Value)], in_service: bool) -> Vec<(&'static str, Severity, String)> {
    let (mut service, mut resources) = (service(), resources());
    for (pointer, to) in changed {
        let document = if in_service {
            &mut service
        } else {
            &mut resources
        };
        change(document, pointer, to.clone());
    }
    let (api, diagnostics) = read(&service, &resources);
    assert_eq!(api.is_none(), diagnostics.has_errors());
    let told = diagnostics.iter();
    told.map(|told| (told.code.id, told.severity, told.origin.pointer()))
        .collect()
}

#[test]
fn defects_of_the_service_are_told_at_their_place() {
    let cases = [
        ("/handle", json!("Shop!"), "SW0503", "/handle"),
        ("/service/baseURL", Value::Null, "SW0502", "/service"),
        (
            "/service/baseURL/value",
            json!("shop.example"),
            "SW0512",
            "/service/baseURL/value",
        ),
        (
            "/service/baseURL/value",
            json!("https://{{host}}/v1"),
            "SW0512",
            "/service/baseURL/value",
        ),
        ("/service/headers", json!([]), "SW0005", "/service/headers"),
        (
            "/service/headers/a b",
            json!({"value": "x"}),
            "SW0514",
            "/service/headers/a b/value",
        ),
        (
            "/service/headers/b",
            json!({"value": "x\ny"}),
            "SW0514",
            "/service/headers/b/value",
        ),
        (
            "/service/headers/c",
            json!({"value": "{{a}}{{b}}"}),
            "SW0514",
            "/service/headers/c/value",
        ),
        (
            "/service/headers/d",
            json!({"value": "{{apiKey}}"}),
            "SW0513",
            "/service/headers/d/value",
        ),
        (
            "/service/auth/method",
            json!("api_key"),
            "SW0513",
            "/service/auth/method",
        ),
        (
            "/service/auth/params/apiToken/queryName",
            json!({"value": "k"}),
            "SW0513",
            "/service/auth/params/apiToken",
        ),
        (
            "/service/auth/params/apiToken/token/value",
            json!("secret"),
            "SW0513",
            "/service/auth/params/apiToken/token/value",
        ),
        ("/service/auht", json!({}), "SW0501", "/service/auht"),
    ];
    for (pointer, to, code, place) in cases {
        let told = told(&[(pointer, to.clone())], true);
        let found = told
            .iter()
            .any(|(id, _, at)| (*id, at.as_str()) == (code, place));
        assert!(found, "{pointer} = {to}: {told:?}");
    }
}

#[test]
fn defects_of_resources_are_told_at_their_place() {
    let list = "/0/operations/list";
    let create = "/0/operations/create";
    let text = format!("{create}/bodyTemplate/value");
    let cases = [
        (
            "/0/handle".to_owned(),
            Value::Null,
            "SW0502",
            "/0".to_owned(),
        ),
        (
            "/0/fields/1/name".to_owned(),
            json!("ID"),
            "SW0504",
            "/0/fields/1/name".to_owned(),
        ),
        (
            "/0/fields/0/selector".to_owned(),
            json!([]),
            "SW0507",
            "/0/fields/0/selector".to_owned(),
        ),
        (
            "/0/fields/0/selector/0".to_owned(),
            json!(-1),
            "SW0507",
            "/0/fields/0/selector/0".to_owned(),
        ),
        (
            "/0/fields/0/type".to_owned(),
            json!("Int"),
            "SW0506",
            "/0/fields/0/type".to_owned(),
        ),
        (
            format!("{list}/method"),
            json!("FETCH"),
            "SW0511",
            format!("{list}/method"),
        ),
        (
            format!("{list}/path/value"),
            json!("lines"),
            "SW0508",
            format!("{list}/path/placeholders/0"),
        ),
        (
            format!("{list}/path/value"),
            json!("?a={{nope}}"),
            "SW0508",
            format!("{list}/path/value"),
        ),
        (
            format!("{list}/path/value"),
            json!("?a=x{{q}}"),
            "SW0512",
            format!("{list}/path/value"),
        ),
        (
            format!("{list}/path/value"),
            json!("/{{q"),
            "SW0508",
            format!("{list}/path/value"),
        ),
        (
            format!("{list}/path/placeholders/0/default"),
            json!("ten"),
            "SW0510",
            format!("{list}/path/placeholders/0/default"),
        ),
        (
            format!("{list}/path/placeholders/-"),
            json!({"name": "q", "type": "String"}),
            "SW0504",
            format!("{list}/path/placeholders/3/name"),
        ),
        (
            text.clone(),
            json!("{\"a\": {{count}"),
            "SW0509",
            text.clone(),
        ),
        (
            "/0/webhooks/0/event".to_owned(),
            json!("added"),
            "SW0515",
            "/0/webhooks/0/event".to_owned(),
        ),
        (
            "/0/webhooks/-".to_owned(),
            json!({"event": "order_lines.added"}),
            "SW0504",
            "/0/webhooks/1/event".to_owned(),
        ),
        (
            "/0/operations".to_owned(),
            json!({}),
            "SW0516",
            "/0/operations".to_owned(),
        ),
    ];
    for (pointer, to, code, place) in cases {
        let told = told(&[(&pointer, to.clone())], false);
        let found = told.iter().any(|(id, _, at)| *id == code && *at == place);
        assert!(found, "{pointer} = {to}: {told:?}");
    }
}

#[test]
fn all_defects_are_told_in_one_run() {
    let told = told(
        &[
            ("/0/handle", json!("x y")),
            ("/0/fields/0/type", json!("Text")),
            ("/0/operations/list/method", Value::Null),
            ("/0/webhooks/0/event", json!("added")),
        ],
        false,
    );
    let errors: Vec<_> = told
        .iter()
        .filter(|told| told.1 == Severity::Error)
        .map(|told| told.0)
        .collect();
    assert_eq!(errors, ["SW0503", "SW0506", "SW0502", "SW0515"]);
}

#[test]
fn a_misspelt_key_is_an_error_only_where_its_namesake_is_missing() {
    let severity = |pointer: &str| told(&[(pointer, json!({}))], false)[0].1;
    assert_eq!(severity("/0/operations/list/bodyTemplat"), Severity::Error);
    assert_eq!(severity("/0/operations/list/methodd"), Severity::Warning);
    assert_eq!(severity("/0/colour"), Severity::Warning);
    assert!(told(&[("/0/x-note", json!(1)), ("/0/$comment", json!(2))], false).is_empty());
}

#[test]
fn a_second_secret_in_a_header_is_needed_besides_the_first() {
    let mut service = service();
    change(
        &mut service,
        "/service/headers/x-tenant",
        json!({"value": "{{tenantId}}", "env": "T"}),
    );
    let (api, _) = read(&service, &resources());
    let api = api.unwrap();
    let tenant = api
        .client_parameters
        .iter()
        .find(|p| p.wire == "x-tenant")
        .unwrap();
    assert!(tenant.required && tenant.secret);
    assert_eq!(
        (tenant.name.as_str(), tenant.env.as_deref()),
        ("tenant_id", Some("T"))
    );
    assert_eq!(api.credentials.len(), 1);
}

#[test]
fn basic_authentication_fixes_what_the_document_fixes() {
    let basic = |user: &str, password: &str| {
        let mut service = service();
        change(&mut service, "/service/headers", Value::Null);
        let params =
            json!({"basic": {"username": {"value": user}, "password": {"value": password}}});
        change(
            &mut service,
            "/service/auth",
            json!({"method": "basic", "params": params}),
        );
        let (api, _) = read(&service, &resources());
        api.map(|api| {
            (
                api.credentials[0].name.clone(),
                api.credentials[0].kind.clone(),
            )
        })
    };
    let kind = |user: Option<&str>, password: Option<&str>| CredentialKind::Basic {
        user: user.map(str::to_owned),
        password: password.map(str::to_owned),
    };
    assert_eq!(
        basic("{{secretKey}}", ""),
        Some(("secret_key".to_owned(), kind(None, Some(""))))
    );
    assert_eq!(
        basic("me", "{{pw}}"),
        Some(("pw".to_owned(), kind(Some("me"), None)))
    );
    assert_eq!(
        basic("{{u}}", "{{pw}}"),
        Some(("basic_auth".to_owned(), kind(None, None)))
    );
    assert_eq!(basic("me", "secret"), None);
}

/// The emitted module at `path`, as Rust.
fn emitted(service: &Value, resources: &Value, path: &[&str]) -> String {
    let (api, diagnostics) = read(service, resources);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let mut api = api.unwrap();
    crate::normalize::run(&mut api, &mut Diagnostics::default());
    let modules = crate::emit::emit(&api, &crate::emit::Options::default());
    let module = modules
        .into_iter()
        .find(|module| module.path == path)
        .unwrap();
    prettyplease::unparse(&syn::parse2(module.tokens).unwrap())
}

#[test]
fn templates_are_emitted_as_json_with_arguments_in_it() {
    let mut resources = resources();
    let template = "/0/operations/create/bodyTemplate";
    let text = r#"{"name": "{{name}}", "text": "{{{name}}, {{tags}}}", "count": {{count}}, "n": {"due": "{{due}}", "all": [{{due}}, 1]}}"#;
    change(&mut resources, &format!("{template}/value"), json!(text));
    for placeholder in [
        json!({"name": "tags", "type": "Array", "required": false, "default": ["a"]}),
        json!({"name": "due", "type": "DateTime", "required": false}),
    ] {
        change(
            &mut resources,
            &format!("{template}/placeholders/-"),
            placeholder,
        );
    }
    let code = emitted(&service(), &resources, &["resources", "order_lines"]);
    let code: String = code.split_whitespace().collect();
    for expected in [
        r#"{"name":name,"text":format!("{{{},{}}}",name,serde_json::json!(tags).to_string()),"count":count,"#,
        r#""n":template::object([("due".to_owned(),due.as_ref().map(|due|serde_json::json!(due.to_string()))),"#,
        r#"("all".to_owned(),Some(template::array([due.as_ref().map(|due|serde_json::json!(due)),Some(serde_json::json!(1))])))"#,
        r#"tags:vec![serde_json::json!("a")],due:None"#,
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
}

#[test]
fn records_are_emitted_with_their_selectors() {
    let code = emitted(&service(), &resources(), &["types", "records"]);
    for expected in [
        "pub struct OrderLine {",
        "pub first_tag: Option<DateTime<Utc>>,",
        r#"Field::new("firstTag", &[Key("tags"), Index(0), Key("at")])"#,
        "let [id, first_tag] = &ORDER_LINE_FIELDS;",
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
}

#[test]
fn webhooks_are_emitted_as_one_enum() {
    let code = emitted(&service(), &resources(), &["webhooks"]);
    for expected in [
        "pub enum Trigger {",
        "OrderLineAdded(OrderLineAdded),",
        r#""order_lines.added" => incoming.into_payload().map(Self::OrderLineAdded),"#,
        r#"KnownEvent::new("order_lines.added", Some("/hooks/order_lines.added"))"#,
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
}

/// Every place of a document.
fn pointers(value: &Value, pointer: &str, all: &mut Vec<String>) {
    let mut below = |key: &str, value: &Value| {
        let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
        pointers(value, &pointer, all);
        all.push(pointer);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| below(key, value)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, item)| below(&index.to_string(), item)),
        _ => {}
    }
}

#[test]
fn whatever_stands_in_a_place_is_refused_or_makes_rust() {
    let odd = [
        Value::Null,
        json!(-1.5),
        json!(true),
        json!(""),
        json!("type"),
        json!("{{a}} \" \\ {\n"),
        json!("日本"),
        json!([]),
        json!([{}]),
        json!({}),
        json!({"value": "{{x}}"}),
    ];
    for in_service in [true, false] {
        let original = if in_service { service() } else { resources() };
        let mut places = Vec::new();
        pointers(&original, "", &mut places);
        for (place, odd) in places
            .iter()
            .flat_map(|place| odd.iter().map(move |odd| (place, odd)))
        {
            let (mut service, mut resources) = (service(), resources());
            let document = if in_service {
                &mut service
            } else {
                &mut resources
            };
            *document.pointer_mut(place).unwrap() = odd.clone();
            let (Some(mut api), _) = read(&service, &resources) else {
                continue;
            };
            crate::normalize::run(&mut api, &mut Diagnostics::default());
            for module in crate::emit::emit(&api, &crate::emit::Options::default()) {
                let parsed = syn::parse2::<syn::File>(module.tokens.clone());
                assert!(parsed.is_ok(), "{place} = {odd}: {}", module.tokens);
            }
        }
    }
}
