//! What documents can say, and what becomes of it: each case is a small document, the Rust that has to
//! come of it and the kinds of findings that are told.

use std::fs;

use specwright::diagnostics::Diagnostics;
use specwright::write::single;
use specwright::{Input, generate};

/// A small document.
struct Case {
    what: &'static str,
    /// The document, less `openapi` and `info` of version 3.1 when it does not begin with them.
    document: &'static str,
    /// Parts of the generated code, in any layout.
    has: &'static [&'static str],
    /// Kinds of findings.
    told: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        what: "3.0 says nullable, and exclusive bounds as flags",
        document: "
openapi: 3.0.3
info: {title: T, version: '1'}
paths: {/x: {get: {operationId: getX, responses: {'200': {description: X, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}}}}
components: {schemas: {Thing: {type: object, required: [a, n], properties: {a: {type: string, nullable: true}, n: {type: integer, minimum: 0, exclusiveMinimum: true}}}}}
",
        has: &["pub a: Option<String>", "/// More than 0. pub n: i64"],
        told: &[],
    },
    Case {
        what: "3.1 says null as one of several types, anywhere",
        document: "
paths: {/x: {get: {operationId: getX, responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}}}}
components:
  schemas:
    Thing:
      type: object
      required: [a, b, c, d]
      properties:
        a: {type: ['null', string]}
        b: {oneOf: [{$ref: '#/components/schemas/Y'}, {type: 'null'}]}
        c: {type: array, items: {type: [integer, 'null']}}
        d: {type: object, additionalProperties: {anyOf: [{type: boolean}, {type: 'null'}]}}
    Y: {type: object, properties: {z: {type: string}}}
",
        has: &[
            "pub a: Option<String>",
            "pub b: Option<Y>",
            "pub c: Vec<Option<i64>>",
            "pub d: BTreeMap<String, Option<bool>>",
        ],
        told: &[],
    },
    Case {
        what: "3.2 describes the items of streams",
        document: "
openapi: 3.2.0
info: {title: T, version: '1'}
paths:
  /lines: {get: {operationId: getLines, responses: {'200': {content: {application/jsonl: {itemSchema: {type: object, properties: {n: {type: integer}}}}}}}}}
",
        has: &["-> Request<JsonLines<GetLinesResponseLine>, format::JsonLines>"],
        told: &[],
    },
    Case {
        what: "operations without an operationId, and two with the same",
        document: "
paths:
  /pets: {get: {tags: [pets], responses: {'204': {description: None}}}}
  /pets/{id}: {delete: {tags: [pets], operationId: gone, parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {'204': {description: None}}}}
  /cats: {get: {tags: [pets], operationId: gone, responses: {'204': {description: None}}}}
",
        has: &["pub fn list(&self)", "pub fn gone(&self, id: impl AsRef<str>)", "Operation::get(\"list_cats\", \"/cats\")"],
        told: &["SW0301", "SW0301"],
    },
    Case {
        what: "path items behind references",
        document: "
paths: {/a: {$ref: '#/components/pathItems/A'}}
components: {pathItems: {A: {get: {operationId: getA, responses: {'204': {description: None}}}}}}
",
        has: &["Operation::get(\"getA\", \"/a\")"],
        told: &[],
    },
    Case {
        what: "callbacks are types and documentation",
        document: "
paths:
  /jobs:
    post:
      operationId: startJob
      callbacks:
        done: {'{$request.body#/url}': {post: {summary: It ended., requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Job'}}}}}}}
      responses: {'204': {description: None}}
components: {schemas: {Job: {type: object, required: [id], properties: {id: {type: string}}}}}
",
        has: &[
            "/// # Callbacks /// - `done`: `POST {$request.body#/url}` with [`Job`](super::super::types::Job): It ended.",
            "#[derive(Clone, Debug, PartialEq, Deserialize)] #[non_exhaustive] pub struct Job { pub id: String, }",
        ],
        told: &[],
    },
    Case {
        what: "webhooks are an enum of events",
        document: "
webhooks: {pet.created: {post: {requestBody: {content: {application/json: {schema: {type: object, properties: {id: {type: string}}}}}}}}}
",
        has: &["PetCreated(PetCreatedPayload)", "\"pet.created\" => incoming.into_payload().map(Self::PetCreated)"],
        told: &[],
    },
    Case {
        what: "parameters in every place and style",
        document: "
paths:
  /a/{label}/{matrix}/{list}:
    get:
      operationId: getA
      parameters:
        - {name: label, in: path, required: true, style: label, schema: {type: integer}}
        - {name: matrix, in: path, required: true, style: matrix, schema: {type: string}}
        - {name: list, in: path, required: true, schema: {type: array, items: {type: string}}}
        - {name: a, in: query, schema: {type: array, items: {type: string}}}
        - {name: b, in: query, explode: false, schema: {type: array, items: {type: string}}}
        - {name: c, in: query, style: spaceDelimited, schema: {type: array, items: {type: string}}}
        - {name: d, in: query, style: pipeDelimited, schema: {type: array, items: {type: string}}}
        - {name: e, in: query, style: deepObject, schema: {type: object, properties: {f: {type: string}}}}
        - {name: g, in: query, content: {application/json: {schema: {type: object}}}}
        - {name: X-H, in: header, schema: {type: array, items: {type: string}}}
        - {name: X-J, in: header, content: {application/json: {schema: {type: object, properties: {k: {type: string}}}}}}
        - {name: sid, in: cookie, schema: {type: string}}
      responses: {'204': {description: None}}
",
        has: &[
            "\"/a/.{label}/;matrix={matrix}/{list}\"",
            ".path_param(\"label\", label)",
            ".query_param(\"a\", QueryStyle::FormExplode, a)",
            ".query_param(\"b\", QueryStyle::Form, b)",
            ".query_param(\"c\", QueryStyle::SpaceDelimited, c)",
            ".query_param(\"d\", QueryStyle::PipeDelimited, d)",
            ".query_param(\"e\", QueryStyle::DeepObject, e)",
            ".query_param(\"g\", QueryStyle::Json, g)",
            ".header_param(\"X-H\", x_h)",
            ".header_param(\"X-J\", serde_json::to_string(&x_j).ok())",
            ".cookie_param(\"sid\", sid.as_ref())",
        ],
        told: &[],
    },
    Case {
        what: "bodies of several media types are methods",
        document: "
paths:
  /x:
    post:
      operationId: sendX
      requestBody:
        required: true
        content:
          application/vnd.api+json: {schema: {$ref: '#/components/schemas/Thing'}}
          multipart/form-data: {schema: {type: object, required: [file], properties: {file: {}, meta: {$ref: '#/components/schemas/Thing'}}}, encoding: {file: {contentType: image/png}}}
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Thing'}}
          text/plain: {schema: {type: string}}
          application/xml: {schema: {type: object}}
      responses: {'204': {description: None}}
components: {schemas: {Thing: {type: object, properties: {a: {type: string}}}}}
",
        has: &[
            "pub fn send(&self, body: impl Borrow<Thing>)",
            ".header_param(\"content-type\", \"application/vnd.api+json\")",
            "pub fn send_multipart(&self, body: SendXRequest)",
            "pub file: Upload",
            "pub fn send_form(&self, body: impl Borrow<Thing>)",
            "pub fn send_text(&self, body: impl Into<String>)",
            "pub fn send_bytes(&self, body: impl Into<Body>)",
            ".bytes_body(\"application/xml\", body)",
        ],
        told: &[],
    },
    Case {
        what: "answers of several statuses and media types",
        document: "
paths:
  /a:
    get:
      operationId: getA
      responses:
        '200': {description: Now., content: {application/json: {schema: {type: object, required: [a], properties: {a: {type: string}}}}}}
        '202': {description: Later., content: {application/json: {schema: {type: object, required: [b], properties: {b: {type: string}}}}}}
        4XX: {description: Wrong., content: {application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}}}
        default: {description: Other., content: {application/json: {schema: {$ref: '#/components/schemas/Problem'}}}}
  /b: {get: {operationId: getB, responses: {2XX: {description: B., content: {application/hal+json: {schema: {$ref: '#/components/schemas/Problem'}}}}}}}
  /c: {get: {operationId: getC, responses: {'200': {description: C., content: {text/csv: {}}}}}}
  /d: {get: {operationId: getD, responses: {'200': {description: D., content: {application/xml: {}}}}}}
  /e: {get: {operationId: getE, responses: {default: {description: E., content: {'*/*': {schema: {$ref: '#/components/schemas/Problem'}}}}}}}
components: {schemas: {Problem: {type: object, properties: {title: {type: string}}}}}
",
        has: &[
            "pub enum GetAReply { /// Now. Ok(GetAResponse), /// Later. Accepted(GetAResponse2), }",
            "/// - `4XX`: Wrong. The body is [`Problem`](super::super::types::Problem).",
            "/// - Any other status: Other.",
            "pub fn get(&self) -> Request<Problem>",
            "pub fn get(&self) -> Request<String, format::Text>",
            "pub fn get(&self) -> Request<ByteStream, format::Download>",
            "pub fn get(&self) -> Request<Problem>",
        ],
        told: &[],
    },
    Case {
        what: "schemas beyond types",
        document: "
paths: {/x: {get: {operationId: getX, responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}}}}
components:
  schemas:
    Thing:
      type: object
      required: [any, never, not, if, kind, version, pair, pattern, level, mixed]
      properties:
        any: true
        never: false
        not: {not: {type: string}}
        if: {if: {type: string}, then: {minLength: 1}}
        kind: {const: x}
        version: {const: 2}
        pair: {type: array, prefixItems: [{type: string}, {type: integer}]}
        pattern: {type: object, patternProperties: {'^x-': {type: integer}}}
        level: {type: integer, enum: [1, 2]}
        mixed: {enum: [1, a, true]}
",
        has: &[
            "pub any: Value",
            "pub never: Value",
            "pub not: Value",
            "pub r#if: Value",
            "/// Always `2`. pub version: i64",
            "pub pair: Vec<ThingPairItem>",
            "pub pattern: BTreeMap<String, i64>",
            "/// One of 1, 2. pub level: i64",
            "pub mixed: Value",
        ],
        told: &["SW0201", "SW0201", "SW0201", "SW0201"],
    },
    Case {
        what: "lists of one length with a type for each place are tuples",
        document: "
paths:
  /x:
    post:
      operationId: sendX
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Line'}}}}
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Line'}}}}}
components:
  schemas:
    Line:
      type: object
      required: [from, steps, end, open]
      properties:
        from: {$ref: '#/components/schemas/Point'}
        steps: {type: array, items: {prefixItems: [{type: integer}, {type: [string, 'null']}, {type: object, required: [a], properties: {a: {type: string}}}], minItems: 3, items: false}}
        end: {oneOf: [{type: string}, {$ref: '#/components/schemas/Point'}]}
        next: {prefixItems: [{type: string}, {$ref: '#/components/schemas/Line'}], minItems: 2, maxItems: 2}
        open: {prefixItems: [{type: integer}, {type: number}], items: false}
    Point: {type: array, prefixItems: [{type: number}, {type: number}], minItems: 2, maxItems: 2}
",
        has: &[
            "pub type Point = (f64, f64);",
            "pub from: Point",
            "pub steps: Vec<(i64, Option<String>, LineStepItem)>",
            "Text(String), Point(Point),",
            "pub next: Option<Box<(String, Line)>>",
            "pub open: Vec<LineOpenItem>",
        ],
        told: &["SW0201"],
    },
    Case {
        what: "types that contain themselves and one another",
        document: "
paths: {/x: {get: {operationId: getX, responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Tree'}}}}}}}}
components:
  schemas:
    Tree: {type: object, required: [left, leaves], properties: {left: {$ref: '#/components/schemas/Leaf'}, next: {$ref: '#/components/schemas/Tree'}, leaves: {type: array, items: {$ref: '#/components/schemas/Leaf'}}}}
    Leaf: {type: object, properties: {tree: {$ref: '#/components/schemas/Tree'}}}
",
        has: &["pub left: Leaf", "pub next: Option<Box<Tree>>", "pub leaves: Vec<Leaf>", "pub tree: Option<Box<Tree>>"],
        told: &[],
    },
    Case {
        what: "discriminators with and without a mapping",
        document: "
paths: {/x: {get: {operationId: getX, responses: {'200': {content: {application/json: {schema: {type: object, required: [a, b], properties: {a: {$ref: '#/components/schemas/Mapped'}, b: {$ref: '#/components/schemas/Plain'}}}}}}}}}}
components:
  schemas:
    Mapped: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: kind, mapping: {c: '#/components/schemas/Cat', d: Dog}}}
    Plain: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: kind}}
    Cat: {type: object, required: [kind], properties: {kind: {type: string}}}
    Dog: {type: object, required: [kind], properties: {kind: {type: string}}}
",
        has: &["pub enum Mapped { C(Cat), D(Dog),", "pub enum Plain { Cat(Cat), Dog(Dog),", "Some(\"c\") => { Self::C(", "Some(\"Cat\") => { Self::Cat("],
        told: &[],
    },
    Case {
        what: "names of any script, keywords, and names that collide",
        document: "
paths:
  /x: {get: {operationId: getX, responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Größe'}}}}}}}
components:
  schemas:
    Größe: {type: object, properties: {名前: {type: string}, type: {type: string}, self: {type: string}, fooBar: {type: string}, foo_bar: {type: string}, '1st': {type: string}, '@id': {type: string}, error: {$ref: '#/components/schemas/Error'}, vec: {$ref: '#/components/schemas/Vec'}}}
    Error: {type: object, properties: {a: {type: string}}}
    Vec: {type: object, properties: {a: {type: string}}}
",
        has: &[
            "pub struct Größe",
            "pub 名前: Option<String>",
            "pub r#type: Option<String>",
            "#[serde(rename = \"self\")] pub self_: Option<String>",
            "#[serde(rename = \"fooBar\")] pub foo_bar: Option<String>",
            "#[serde(rename = \"foo_bar\")] pub foo_bar_2: Option<String>",
            "#[serde(rename = \"1st\")] pub _1st: Option<String>",
            "#[serde(rename = \"@id\")] pub id: Option<String>",
            "pub error: Option<ErrorModel>",
            "pub vec: Option<VecModel>",
        ],
        told: &["SW0471", "SW0471"],
    },
];

fn generated(input: &Input) -> (String, Vec<&'static str>) {
    let outcome = generate(input);
    let told = |diagnostics: &Diagnostics| diagnostics.iter().map(|it| it.code.id).collect();
    let modules = outcome.modules.expect("nothing is generated");
    let text = single(&modules, "").expect("the code is no Rust");
    (words(&text), told(&outcome.diagnostics))
}

/// A text in one line.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_documents_say_becomes_rust() {
    let mut wrong = Vec::new();
    for case in CASES {
        let mut document = case.document.trim_start().to_owned();
        if !document.starts_with("openapi") {
            document.insert_str(0, "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n");
        }
        let (text, told) = generated(&Input::text("t.yaml", document));
        // Signatures may be written over several lines, with a comma at the end.
        let flat = text.replace("( ", "(").replace(", )", ")");
        for part in case.has {
            if !text.contains(part) && !flat.contains(part) {
                wrong.push(format!("{}: no `{part}`", case.what));
            }
        }
        let told: Vec<_> = told.into_iter().filter(|code| *code != "SW0105").collect();
        if told != case.told {
            wrong.push(format!("{}: told {told:?}", case.what));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn json_and_yaml_say_the_same_and_references_lead_to_local_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    };
    file(
        "types/pet.yaml",
        "Pet: {type: object, required: [owner], properties: {owner: {$ref: 'owner.json'}}}",
    );
    file(
        "types/owner.json",
        r#"{"type": "object", "properties": {"pet": {"$ref": "pet.yaml#/Pet"}}}"#,
    );
    let yaml = file(
        "root.yaml",
        "
openapi: 3.1.0
info: {title: T, version: '1'}
paths: {/pets: {get: {operationId: listPets, responses: {'200': {description: A pet, content: {application/json: {schema: {$ref: 'types/pet.yaml#/Pet'}}}}}}}}
",
    );
    let json = file(
        "root.json",
        r#"{"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/pets": {"get": {"operationId": "listPets",
        "responses": {"200": {"description": "A pet", "content": {"application/json": {"schema": {"$ref": "types/pet.yaml#/Pet"}}}}}}}}}"#,
    );
    let (text, told) = generated(&Input::file(yaml));
    assert_eq!(told, Vec::<&str>::new());
    assert!(
        text.contains("pub struct Pet { pub owner: Owner, }"),
        "{text}"
    );
    assert!(text.contains("pub pet: Option<Box<Pet>>"), "{text}");
    assert_eq!(generated(&Input::file(json)).0, text);
}
