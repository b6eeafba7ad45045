//! Good documents become the model.

use serde_json::{Value, json};

use super::{change, good, read, resources, service};
use crate::model::{
    BodyContent, CredentialKind, Location, PageStyle, Payload, Primitive, Selector, Shape,
    Template, TypeRef,
};

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
