//! What is wrong is told where it stands.

use serde_json::{Value, json};

use super::told;
use crate::diagnostics::Severity;

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
