//! Operations in, operations out; and what surrounds them.

use serde_json::json;

use crate::model::{
    BodyContent, Counts, CredentialKind, HttpMethod, Latency, Location, PageStyle, Payload, Shape,
    StatusRange, TypeRef,
};
use crate::openapi::testing::{api, brief, fields, paths, try_read};

#[test]
fn swagger_and_strangers_get_one_clear_error() {
    let (api, told) = try_read("swagger: '2.0'\npaths: {}");
    assert!(api.is_none());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("Swagger 2.0"), "{told:?}");
    let (api, told) = try_read("name: x");
    assert!(api.is_none() && told.len() == 1, "{told:?}");
    let (api, told) = try_read("openapi: 3.1.0\ninfo: {title: T, version: 1}");
    assert!(api.is_none() && told[0].starts_with("SW0104"), "{told:?}");
}

#[test]
fn the_wrong_kind_of_anything_is_left_out() {
    let (api, told) = api(
        "
openapi: 3.1.0
info: []
servers: {}
tags: 5
security: x
components: {schemas: {Bad: 5, Good: {type: object, properties: {a: 7, b: {type: [1, {}]}}, required: x}}, securitySchemes: {k: 1}}
paths:
  /a: 5
  /b: {get: 7, post: {parameters: {}, requestBody: 5, responses: [], tags: {}, security: 5}, purge: {}}
  /c: {get: {responses: {'999': {}, '200': 5, 4XX: {content: {application/json: 5}}}, parameters: [5, {in: body, name: b}, {name: x}]}}
webhooks: {w: 5, v: {get: {}}}
",
    );
    assert_eq!(api.operations.len(), 2);
    assert_eq!(fields(&api, "Good"), ["b: Any"]);
    assert!(told.len() >= 12, "{told:#?}");
}

#[test]
fn operations_get_resources_and_method_names() {
    let (api, told) = api(
        "
openapi: 3.2.0
info: {title: T, version: '1'}
tags:
  - {name: Batches, parent: Messages, description: Many at once.}
  - {name: Messages}
paths:
  /v1/messages:
    post: {operationId: createMessage, tags: [Messages], responses: {'204': {description: d}}}
  /v1/messages/batches:
    get: {operationId: listMessageBatches, tags: [Batches], responses: {}}
    post: {operationId: x, x-specwright-resource: messages.batches, x-specwright-method: submit, x-specwright-latency: slow, x-specwright-never-retry: true, x-specwright-reconnect: true, x-specwright-check: 'crate::checks::batch', x-specwright-check-body: true, responses: {}}
  /v1/models/{model_id}:
    parameters: [{name: model_id, in: path, required: true, schema: {type: string}}]
    get: {responses: {}}
    delete: {operationId: createMessage, x-specwright-check: 'no path', responses: {}}
",
    );
    let names: Vec<_> = api
        .operations
        .iter()
        .map(|operation| format!("{}.{}", operation.resource.join("."), operation.name))
        .collect();
    assert_eq!(
        names,
        [
            "messages.create",
            "messages.batches.list",
            "messages.batches.submit",
            "models.retrieve",
            "models.delete_by_model_id"
        ]
    );
    assert_eq!(api.operations[2].latency, Some(Latency::Slow));
    assert!(api.operations[2].never_retry);
    assert_eq!(
        api.operations[2].check.as_deref(),
        Some("crate::checks::batch")
    );
    assert_eq!(api.operations[4].check, None);
    assert!(api.operations[2].reconnects);
    assert!(api.operations[2].check_body && !api.operations[1].check_body);
    assert_eq!(api.operations[3].id, "retrieve_models_by_model_id");
    assert_eq!(api.operations[4].method, HttpMethod::Delete);
    let resources: Vec<_> = api
        .resources
        .iter()
        .map(|resource| resource.path.join("."))
        .collect();
    assert_eq!(resources, ["messages.batches", "messages", "models"]);
    assert_eq!(
        api.resources[0].description.as_deref(),
        Some("Many at once.")
    );
    assert_eq!(told.len(), 3, "{told:?}");
}

#[test]
fn methods_that_would_be_the_same_take_their_whole_id() {
    let (api, _) = paths(
        "
/pets: {get: {operationId: listPets, tags: [pets], responses: {}}}
/pets/all: {get: {operationId: list, tags: [pets], responses: {}}}
",
    );
    let names: Vec<_> = api
        .operations
        .iter()
        .map(|operation| operation.name.as_str())
        .collect();
    assert_eq!(names, ["list_pets", "list"]);
}

#[test]
fn parameters_in_every_place_and_style() {
    let (api, told) = paths(
        "
/pets/{id}/{missing}:
  parameters:
    - {name: id, in: path, required: true, schema: {type: integer}, style: label}
    - {name: limit, in: query, schema: {type: integer, default: 20, maximum: 100}}
    - {name: gone, in: path, required: true, schema: {type: string}}
  get:
    parameters:
      - {name: limit, in: query, schema: {type: integer, maximum: 50}, description: Own.}
      - {name: tags, in: query, explode: false, schema: {type: array, items: {type: string}}}
      - {name: ids, in: query, style: pipeDelimited, explode: false, schema: {type: array, items: {type: string}}}
      - {name: filter, in: query, style: deepObject, schema: {type: object, additionalProperties: {type: string}}}
      - {name: where, in: query, content: {application/json: {schema: {type: object}}}}
      - {name: X-Trace, in: header, schema: {type: string}, deprecated: true}
      - {name: session, in: cookie, schema: {type: string}}
      - {name: Authorization, in: header, schema: {type: string}}
      - {name: version, in: query, required: true, schema: {type: string, enum: ['2024']}}
      - {name: kind, in: query, schema: {type: string, enum: [a, b]}, x-specwright-name: sort_of}
      - {name: bad, in: query, style: matrix}
    responses: {}
",
    );
    let operation = &api.operations[0];
    let read: Vec<_> = operation
        .parameters
        .iter()
        .map(|parameter| {
            format!(
                "{} {:?} {:?}{}",
                parameter.wire,
                parameter.location,
                parameter.style,
                if parameter.required { "!" } else { "" }
            )
        })
        .collect();
    assert_eq!(
        read,
        [
            "id Path Simple!",
            "missing Path Simple!",
            "limit Query FormExplode",
            "tags Query Form",
            "ids Query PipeDelimited",
            "filter Query DeepObject",
            "where Query Json",
            "X-Trace Header Simple",
            "session Cookie Form",
            "version Query FormExplode",
            "kind Query FormExplode",
            "bad Query FormExplode",
        ]
    );
    assert_eq!(operation.path, "/pets/.{id}/{missing}");
    assert_eq!(operation.parameters[2].constraints, ["at most 50"]);
    let version = &operation.parameters[9];
    assert!(version.send_default && version.default == Some(json!("2024")));
    assert_eq!(operation.parameters[10].name, "sort_of");
    assert_eq!(
        brief(&api, &operation.parameters[10].ty),
        "RetrievePetsByIdByMissingKind"
    );
    assert_eq!(
        told.iter()
            .filter(|told| told.starts_with("SW0304"))
            .count(),
        2,
        "{told:?}"
    );
    assert_eq!(
        told.iter()
            .filter(|told| told.starts_with("SW0303"))
            .count(),
        1,
        "{told:?}"
    );
}

#[test]
fn client_parameters_leave_the_operations() {
    let (api, told) = api(
        "
openapi: 3.1.0
info: {title: T, version: '1'}
components:
  parameters:
    Org: {name: organization_uuid, in: path, required: true, schema: {type: string, format: uuid}, x-specwright-client: {name: organization, required: true, env: ORG}}
    Version: {name: api-version, in: header, schema: {type: string, default: '1'}, x-specwright-client: {name: version}}
    Device: {name: device-id, in: header, schema: {type: string}, x-specwright-client: {name: device, generate: uuid4}}
paths:
  /{organization_uuid}/a:
    parameters: [{$ref: '#/components/parameters/Org'}, {$ref: '#/components/parameters/Version'}, {$ref: '#/components/parameters/Device'}]
    get: {operationId: a, responses: {}}
    post: {operationId: b, responses: {}}
",
    );
    assert!(
        api.operations
            .iter()
            .all(|operation| operation.parameters.is_empty())
    );
    let [organization, version, device] = api.client_parameters.as_slice() else {
        panic!("{:?}", api.client_parameters)
    };
    assert_eq!(
        (
            organization.name.as_str(),
            organization.location,
            organization.required
        ),
        ("organization", Location::Path, true)
    );
    assert_eq!(organization.env.as_deref(), Some("ORG"));
    assert_eq!(version.default.as_deref(), Some("1"));
    assert!(device.generated_uuid);
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn bodies_in_several_forms() {
    let (api, told) = paths(
        "
/a:
  post:
    operationId: a
    requestBody:
      required: true
      content:
        text/plain: {}
        application/x-www-form-urlencoded: {schema: {type: object, properties: {a: {type: string}}}}
        multipart/form-data:
          schema: {type: object, properties: {file: {type: string, format: binary}, image: {}, meta: {type: object, properties: {n: {type: string}}}}}
          encoding: {image: {contentType: image/png}}
        application/json: {schema: {type: object, properties: {a: {type: string}}}, example: {a: x}}
        application/octet-stream: {}
    responses: {}
/b:
  post:
    operationId: b
    requestBody: {content: {multipart/form-data: {schema: {type: string}}}}
    responses: {}
/c:
  patch:
    operationId: c
    requestBody: {content: {application/merge-patch+json: {schema: {type: object}}, application/json-patch+json: {schema: {type: object}}}}
    responses: {}
/d:
  post:
    operationId: d
    requestBody: {content: {application/json: {schema: {type: object}}, application/vnd.x+json: {schema: {type: object}}, application/xml: {schema: {type: object}}}}
    responses: {}
",
    );
    let body = api.operations[0].body.as_ref().unwrap();
    assert!(body.required);
    let kinds = body.forms.iter().map(|form| match &form.content {
        BodyContent::Json(ty) => format!("json {}", brief(&api, ty)),
        BodyContent::Multipart(ty) => format!("multipart {}", brief(&api, ty)),
        BodyContent::Form(ty) => format!("form {}", brief(&api, ty)),
        other => format!("{other:?}"),
    });
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [
            "json ARequest",
            "multipart ARequest",
            "form ARequest",
            "Text",
            "Bytes"
        ]
    );
    assert_eq!(body.forms[0].examples, [json!({"a": "x"})]);
    let BodyContent::Multipart(TypeRef::Named(parts)) = &body.forms[1].content else {
        panic!()
    };
    let Shape::Object(parts) = &api.types.get(*parts).shape else {
        panic!()
    };
    let types: Vec<_> = parts
        .fields
        .iter()
        .map(|field| brief(&api, &field.ty))
        .collect();
    assert_eq!(types, ["Binary", "Binary", "ARequestMeta"]);
    assert!(api.operations[1].body.is_none());
    assert_eq!(
        api.operations[2].body.as_ref().unwrap().forms.len(),
        2,
        "patch types differ by media type"
    );
    let forms = &api.operations[3].body.as_ref().unwrap().forms;
    assert_eq!(
        forms
            .iter()
            .map(|form| form.media_type.as_str())
            .collect::<Vec<_>>(),
        ["application/json", "application/xml"]
    );
    assert_eq!(
        told.iter()
            .filter(|told| told.starts_with("SW0305"))
            .count(),
        2,
        "{told:?}"
    );
}

#[test]
fn responses_by_status() {
    let (api, _) = paths(
        "
/a:
  get:
    operationId: a
    responses:
      200: {description: Yes., content: {application/problem+json: {schema: {type: object}}, text/csv: {}, application/json: {schema: {type: object, properties: {a: {type: string}}}, examples: {x: {value: {a: b}}}}}}
      '202': {description: Later.}
      '304': {description: Same.}
      4XX: {content: {application/json: {schema: {type: object, properties: {code: {type: string}}}}}}
      default: {description: Other.}
/b: {get: {operationId: b, responses: {default: {content: {text/plain: {}}}}}}
/c: {get: {operationId: c, responses: {'302': {description: Elsewhere.}}}}
/d: {get: {operationId: d, responses: {'200': {content: {image/png: {schema: {type: string, format: binary}}}}}}}
/e: {get: {operationId: e, responses: {'200': {content: {application/json: {schema: {type: string, format: binary}}}}}}}
",
    );
    let outcomes = &api.operations[0].outcomes;
    let success: Vec<_> = outcomes
        .success
        .iter()
        .map(|outcome| outcome.status)
        .collect();
    assert_eq!(success, [StatusRange::Code(200), StatusRange::Code(202)]);
    let Payload::Json(ty) = &outcomes.success[0].payload else {
        panic!()
    };
    assert_eq!(brief(&api, ty), "AResponse");
    assert_eq!(outcomes.success[0].examples, [json!({"a": "b"})]);
    assert_eq!(outcomes.success[1].payload, Payload::Empty);
    let errors: Vec<_> = outcomes
        .errors
        .iter()
        .map(|outcome| outcome.status)
        .collect();
    assert_eq!(errors, [StatusRange::Class(4), StatusRange::Default]);
    let first = |index: usize| &api.operations[index].outcomes.success[0].payload;
    assert_eq!(*first(1), Payload::Text);
    assert_eq!(*first(2), Payload::Bytes);
    assert_eq!(*first(3), Payload::Bytes);
    assert_eq!(*first(4), Payload::Bytes);
}

#[test]
fn pagination_declared_and_by_link_header() {
    let (api, told) = paths(
        "
/a:
  get:
    operationId: a
    parameters: [{name: limit, in: query, schema: {type: integer}}]
    x-specwright-pagination: {style: cursor, items: data, limit: limit, after: after_id, before: before_id, first: first_id, last: last_id, more: has_more}
    responses: {}
/b:
  get:
    operationId: b
    parameters: [{name: per_page, in: query, schema: {type: integer}}]
    responses: {'200': {headers: {Link: {schema: {type: string}}}, content: {application/json: {schema: {type: array, items: {type: string}}}}}}
/c: {get: {operationId: c, x-specwright-pagination: {style: spiral}, responses: {}}}
/d: {get: {operationId: d, x-specwright-pagination: {style: offset, offset: offset, page-size: 30}, responses: {}}}
",
    );
    let cursor = api.operations[0].pagination.as_ref().unwrap();
    assert!(
        matches!(&cursor.style, PageStyle::Cursor { after, last, .. } if after == "after_id" && last == "last_id")
    );
    assert_eq!(
        (cursor.items.as_deref(), cursor.limit.as_deref()),
        (Some("data"), Some("limit"))
    );
    let link = api.operations[1].pagination.as_ref().unwrap();
    assert_eq!(
        (&link.style, link.limit.as_deref()),
        (&PageStyle::Link, Some("per_page"))
    );
    assert!(api.operations[2].pagination.is_none());
    assert!(matches!(
        api.operations[3].pagination.as_ref().unwrap().style,
        PageStyle::Offset { page_size: 30, .. }
    ));
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn pages_by_number_and_address_declared() {
    let (api, told) = paths(
        "
/a: {get: {operationId: a, x-specwright-pagination: {style: page, page: p, first-page: 0, items: rows, limit: size, pages: meta.pages, total: meta.total, more: more}, responses: {}}}
/b: {get: {operationId: b, x-specwright-pagination: {style: page, page: p}, responses: {}}}
/c: {get: {operationId: c, x-specwright-pagination: {style: page, page: p, number: meta.page}, responses: {}}}
/d: {get: {operationId: d, x-specwright-pagination: {style: url, next: links.next, items: data}, responses: {}}}
/e: {get: {operationId: e, x-specwright-pagination: {style: page}, responses: {}}}
/f: {get: {operationId: f, x-specwright-pagination: {style: url}, responses: {}}}
",
    );
    let style = |index: usize| Some(&api.operations[index].pagination.as_ref()?.style);
    let page = |first, counts| PageStyle::Page {
        page: "p".to_owned(),
        first,
        counts,
    };
    let counts = Counts {
        number: None,
        more: Some("more".to_owned()),
        pages: Some("meta.pages".to_owned()),
        total: Some("meta.total".to_owned()),
    };
    assert_eq!(style(0), Some(&page(Some(0), counts)));
    assert_eq!(style(1), Some(&page(Some(1), Counts::default())));
    let numbered = Counts {
        number: Some("meta.page".to_owned()),
        ..Counts::default()
    };
    assert_eq!(style(2), Some(&page(None, numbered)));
    let next = "links.next".to_owned();
    assert_eq!(style(3), Some(&PageStyle::Url { next }));
    assert_eq!((style(4), style(5)), (None, None));
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn credentials_servers_and_who_needs_them() {
    let (api, told) = api(
        "
openapi: 3.1.0
info: {title: T, version: '1'}
x-specwright-base-url-env: BASE
x-specwright-headers-env: HEADERS
servers: [{url: /relative}, {url: 'https://{region}.example.com/', variables: {region: {default: eu}}}]
security: [{bearer: []}]
components:
  securitySchemes:
    apiKey: {type: apiKey, in: header, name: X-Key, x-specwright-env: KEY, x-specwright-name: key}
    bearer: {type: http, scheme: bearer}
    oauth: {type: oauth2, flows: {}}
    basic: {type: http, scheme: Basic}
    odd: {type: mutualTLS}
paths:
  /a: {get: {operationId: a, responses: {}}, post: {operationId: b, security: [], responses: {}}}
",
    );
    assert_eq!(api.base_url.as_deref(), Some("https://eu.example.com"));
    assert_eq!(api.base_url_env.as_deref(), Some("BASE"));
    assert_eq!(api.headers_env.as_deref(), Some("HEADERS"));
    let names: Vec<_> = api
        .credentials
        .iter()
        .map(|credential| credential.name.as_str())
        .collect();
    assert_eq!(names, ["bearer", "key", "basic"]);
    assert_eq!(api.credentials[1].env.as_deref(), Some("KEY"));
    assert!(
        matches!(&api.credentials[1].kind, CredentialKind::Header { name, .. } if name == "X-Key")
    );
    assert!(api.operations[0].authenticated && !api.operations[1].authenticated);
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn webhooks_of_both_kinds() {
    let (api, _) = api(
        "
openapi: 3.1.0
info: {title: T, version: '1'}
webhooks:
  pet.created: {post: {summary: A pet., requestBody: {content: {application/json: {schema: {type: object, properties: {id: {type: string}}}}}}}}
x-webhooks:
  old: {post: {requestBody: {content: {application/json: {schema: {type: string}}}}}}
",
    );
    assert_eq!(api.webhooks[0].event, "pet.created");
    assert_eq!(brief(&api, &api.webhooks[0].payload), "PetCreatedPayload");
    assert_eq!(api.webhooks[0].description.as_deref(), Some("A pet."));
    assert_eq!(api.webhooks.len(), 2);
}

#[test]
fn callbacks_are_read_as_what_the_service_sends() {
    let (api, told) = paths(
        "
/jobs:
  post:
    operationId: startJob
    callbacks:
      done:
        '{$request.body#/url}':
          post: {summary: It ended., requestBody: {content: {application/json: {schema: {type: object, properties: {id: {type: string}}}}}}}
        x-more: 1
      gone: {'https://example.com/{$request.query.id}': {delete: {}}}
    responses: {'204': {}}
",
    );
    assert_eq!(told, Vec::<String>::new());
    let callbacks = &api.operations[0].callbacks;
    let brief = callbacks.iter().map(|callback| {
        let payload = callback.payload.as_ref().map(|ty| brief(&api, ty));
        (callback.name.as_str(), callback.method.as_str(), payload)
    });
    let expected = [
        ("done", "POST", Some("StartJobDonePayload".to_owned())),
        ("gone", "DELETE", None),
    ];
    assert_eq!(brief.collect::<Vec<_>>(), expected);
    assert_eq!(callbacks[0].address, "{$request.body#/url}");
    assert_eq!(callbacks[0].description.as_deref(), Some("It ended."));
}
