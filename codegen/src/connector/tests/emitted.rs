//! What is emitted for connectors.

use serde_json::{Value, json};

use super::{change, read, resources, service};
use crate::diagnostics::Diagnostics;

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
