//! Whole documents in, the model, diagnostics or Rust out.

mod defects;
mod emitted;
mod extended;
mod reading;

use serde_json::{Value, json};

use crate::diagnostics::{Diagnostics, Severity};
use crate::model::Api;
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
