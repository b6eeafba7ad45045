use serde_json::{Value, json};

use super::*;
use crate::diagnostics::Diagnostics;
use crate::source::Sources;
use crate::{normalize, openapi};

fn lowered(rest: &str) -> Lowered {
    let text = format!("openapi: 3.1.0\ninfo: {{ title: Shop, version: '1' }}\n{rest}");
    let mut diagnostics = Diagnostics::default();
    let sources = Sources::from_text("shop.yaml", text, &mut diagnostics).unwrap();
    let mut api = openapi::read(&sources, &mut diagnostics).unwrap();
    normalize::run(&mut api, &mut diagnostics);
    lower(&api)
}

fn operation<'a>(lowered: &'a Lowered, path: &str, method: &str) -> &'a Value {
    &lowered.document["paths"][path][method]
}

fn parameter<'a>(operation: &'a Value, name: &str) -> Option<&'a Value> {
    operation["parameters"]
        .as_array()?
        .iter()
        .find(|parameter| parameter["name"] == name)
}

fn reason<'a>(lowered: &'a Lowered, subject: &str, part: &str) -> Option<&'a str> {
    let mut all = lowered.left_out.iter();
    all.find(|one| one.subject == subject && one.part == part)
        .map(|one| one.reason.as_str())
}

#[test]
fn a_parameter_with_one_value_is_required() {
    let lowered = lowered(
        "
paths:
  /authorize:
    get:
      tags: [tokens]
      operationId: authorize
      parameters:
        - { name: kind, in: query, required: true, schema: { type: string, enum: [code] } }
      responses: { '204': { description: Done. } }
",
    );
    let authorize = operation(&lowered, "/authorize", "get");
    let kind = parameter(authorize, "kind").unwrap();
    assert_eq!(kind["required"], true, "our client sends it by itself");
}

#[test]
fn parameters_that_cannot_be_expressed_are_named() {
    let lowered = lowered(
        "
paths:
  /books/{id}:
    get:
      tags: [books]
      operationId: getBook
      parameters:
        - { name: id, in: path, required: true, schema: { type: string } }
        - { name: page, in: query, schema: { type: integer, format: int32 } }
        - { name: ids, in: query, schema: { type: array, items: { type: string } } }
        - { name: fields, in: query, explode: false, schema: { type: array, items: { type: string } } }
        - { name: where, in: query, style: deepObject, schema: { type: object, additionalProperties: { type: string } } }
        - { name: session, in: cookie, schema: { type: string } }
        - { name: X-Kinds, in: header, schema: { type: array, items: { type: string } } }
        - { name: Id, in: header, schema: { type: string } }
        - { name: since, in: query, schema: { oneOf: [{ type: integer }, { type: string }] } }
      responses: { '200': { description: A book, content: { application/json: { schema: { type: string } } } } }
",
    );
    let books = operation(&lowered, "/books/{id}", "get");
    let id = books["operationId"].as_str().unwrap();
    assert!(id.starts_with("books_"), "{id}");
    assert_eq!(parameter(books, "id").unwrap()["in"], "path");
    assert_eq!(
        parameter(books, "page").unwrap()["schema"],
        json!({ "type": "integer", "format": "int32" })
    );
    assert_eq!(parameter(books, "ids").unwrap()["schema"]["type"], "array");
    assert_eq!(
        parameter(books, "fields").unwrap()["schema"],
        json!({ "type": "string" })
    );
    assert_eq!(
        parameter(books, "x-kinds").unwrap()["schema"],
        json!({ "type": "string" })
    );
    assert_eq!(
        parameter(books, "since").unwrap()["schema"],
        json!({ "type": "string" })
    );
    assert!(parameter(books, "where").is_none());
    assert!(parameter(books, "session").is_none());
    for part in ["fields", "where", "session", "X-Kinds", "Id"] {
        assert!(
            reason(&lowered, id, &format!("parameter `{part}`")).is_some(),
            "{part}"
        );
    }
    assert!(reason(&lowered, id, "parameter `ids`").is_none());
}

#[test]
fn an_operation_without_a_required_part_is_left_out() {
    let lowered = lowered(
        "
paths:
  /books:
    put:
      tags: [books]
      operationId: upload
      requestBody: { required: true, content: { multipart/form-data: { schema: { type: object, properties: { file: { type: string, format: binary } } } } } }
      responses: { '204': { description: None } }
    post:
      tags: [books]
      operationId: search
      parameters: [{ name: session, in: cookie, required: true, schema: { type: string } }]
      responses: { '204': { description: None } }
    get:
      tags: [books]
      operationId: watch
      responses: { '200': { description: Events, content: { text/event-stream: { schema: { type: string } } } } }
",
    );
    assert_eq!(lowered.document["paths"], json!({}));
    let mut subjects: Vec<&str> = lowered
        .left_out
        .iter()
        .filter(|one| one.part == "the operation")
        .map(|one| one.subject.as_str())
        .collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["books_search", "books_upload", "books_watch"]);
}

#[test]
fn one_success_type_and_one_error_type_stay() {
    let lowered = lowered(
        "
paths:
  /books:
    get:
      tags: [books]
      operationId: list
      responses:
        '200': { description: Books, content: { application/json: { schema: { type: array, items: { type: string } } } } }
        '204': { description: None }
        '404': { description: Gone, content: { text/plain: { schema: { type: string } } } }
        default: { description: Failed, content: { application/json: { schema: { $ref: '#/components/schemas/Failure' } } } }
components: { schemas: { Failure: { type: object, properties: { message: { type: string } } } } }
",
    );
    let list = operation(&lowered, "/books", "get");
    let responses = list["responses"].as_object().unwrap();
    let statuses: Vec<&String> = responses.keys().collect();
    assert_eq!(statuses, ["200", "4XX", "5XX"]);
    assert_eq!(
        responses["4XX"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/Failure"
    );
    assert!(reason(&lowered, "books_list", "success without a body").is_some());
    assert!(reason(&lowered, "books_list", "error 404").is_some());
}

#[test]
fn types_become_what_lets_unknown_values_pass() {
    let lowered = lowered(
        "
paths:
  /shelves:
    get:
      tags: [shelves]
      operationId: get
      responses: { '200': { description: A shelf, content: { application/json: { schema: { $ref: '#/components/schemas/Shelf' } } } } }
components:
  schemas:
    Shelf:
      type: object
      required: [kind, top, next, count]
      additionalProperties: true
      properties:
        kind: { type: string, enum: [wall, floor] }
        top: { oneOf: [{ type: string }, { type: integer }] }
        next: { anyOf: [{ $ref: '#/components/schemas/Shelf' }, { type: 'null' }] }
        inner: { $ref: '#/components/schemas/Shelf' }
        count: { type: [integer, 'null'], format: int64 }
        fooBar: { type: string }
        foo_bar: { type: string }
        others: { type: array, items: { $ref: '#/components/schemas/Name' } }
    Name: { type: string }
",
    );
    let shelf = &lowered.document["components"]["schemas"]["Shelf"];
    let properties = &shelf["properties"];
    assert_eq!(properties["kind"], json!({ "type": "string" }));
    assert_eq!(properties["top"], json!({}));
    assert_eq!(
        properties["next"],
        json!({ "$ref": "#/components/schemas/Shelf" })
    );
    assert_eq!(
        properties["count"],
        json!({ "type": "integer", "format": "int64", "nullable": true })
    );
    assert_eq!(
        properties["others"],
        json!({ "type": "array", "items": { "type": "string" } })
    );
    assert_eq!(shelf["required"], json!(["kind", "top", "count"]));
    assert_eq!(shelf["additionalProperties"], json!({}));
    assert!(properties.get("foo_bar").is_none());
    assert!(reason(&lowered, "Shelf", "property `foo_bar`").is_some());
    assert!(reason(&lowered, "Shelf", "property `next`").is_some());
}

#[test]
fn client_parameters_are_parameters_of_each_operation() {
    let lowered = lowered(
        "
paths:
  /orgs/{org}/books:
    parameters: [{ $ref: '#/components/parameters/Org' }, { $ref: '#/components/parameters/Version' }]
    get: { tags: [books], operationId: list, responses: { '204': { description: None } } }
components:
  parameters:
    Org: { name: org, in: path, required: true, x-specwright-client: { name: org, required: true }, schema: { type: string } }
    Version: { name: Shop-Version, in: header, x-specwright-client: { name: version, default: '7' }, schema: { type: string, default: '7' } }
",
    );
    let list = operation(&lowered, "/orgs/{org}/books", "get");
    assert_eq!(parameter(list, "org").unwrap()["required"], true);
    let version = parameter(list, "shop-version").unwrap();
    assert_eq!(
        (&version["in"], &version["required"]),
        (&json!("header"), &json!(true))
    );
}

#[test]
fn operation_ids_are_neither_keywords_nor_names_of_the_client() {
    let path = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names::operation_id(&path(&["messages", "batches"]), "create"),
        "messages_batches_create"
    );
    assert_eq!(names::operation_id(&[], "move"), "move_operation");
    assert_eq!(
        names::operation_id(&path(&["api"]), "version"),
        "api_version_operation"
    );
}
