//! Schemas as the API takes them, rule by rule; and those of Rust types.
#![cfg(feature = "structured")]

use claude_typed::structured::{Schema, adapt};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

fn adapted(schema: Value) -> Value {
    adapt(&schema).unwrap()
}

fn refused(schema: Value) -> (String, String) {
    let error = adapt(&schema).unwrap_err();
    (error.path().to_owned(), error.reason().to_owned())
}

fn of<T: JsonSchema>() -> Value {
    Schema::of::<T>().unwrap().adapted().clone().into()
}

#[test]
fn objects_are_closed_and_keep_their_properties() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "title": "Person",
        "description": "Who it is.",
        "properties": {
            "name": {"type": "string"},
            "home": {"type": "object", "properties": {"city": {"type": "string"}}},
            "rest": {"type": "object"},
        },
        "required": ["name"],
        "additionalProperties": {"type": "string"},
    });
    let before = schema.clone();
    assert_eq!(
        adapted(schema.clone()),
        json!({
            "type": "object",
            "title": "Person",
            "description": "Who it is.",
            "properties": {
                "name": {"type": "string"},
                "home": {
                    "type": "object",
                    "properties": {"city": {"type": "string"}},
                    "additionalProperties": false,
                },
                "rest": {"type": "object", "properties": {}, "additionalProperties": false},
            },
            "required": ["name"],
            "additionalProperties": false,
        })
    );
    assert_eq!(schema, before, "a copy is adapted");
}

#[test]
fn definitions_are_adapted_and_references_stand_alone() {
    let schema = json!({
        "$defs": {"City": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "type": "object",
        "properties": {
            "home": {"$ref": "#/$defs/City", "description": "Dropped.", "default": null},
        },
    });
    assert_eq!(
        adapted(schema),
        json!({
            "$defs": {"City": {
                "type": "object",
                "properties": {"name": {"type": "string"}},
                "additionalProperties": false,
            }},
            "type": "object",
            "properties": {"home": {"$ref": "#/$defs/City"}},
            "additionalProperties": false,
        })
    );
    // The definitions of a schema that is nothing but a reference are not lost.
    assert_eq!(
        adapted(json!({"$ref": "#/$defs/A", "$defs": {"A": {"type": "null"}}})),
        json!({"$ref": "#/$defs/A", "$defs": {"A": {"type": "null"}}})
    );
}

#[test]
fn values_take_the_place_of_the_type() {
    for (schema, expected) in [
        (
            json!({"type": "string", "enum": ["a", "b"], "description": "Which."}),
            json!({"enum": ["a", "b"], "description": "Which."}),
        ),
        (json!({"type": "integer", "const": 0}), json!({"const": 0})),
        (json!({"const": null}), json!({"const": null})),
        (
            json!({"type": ["string", "null"], "enum": ["a", null]}),
            json!({"enum": ["a", null]}),
        ),
        (
            json!({"type": "array", "enum": [[1], [2]]}),
            json!({"type": "array", "description": "{enum: [[1],[2]]}"}),
        ),
        (
            json!({"type": "object", "const": {"a": 1}}),
            json!({
                "type": "object", "properties": {}, "additionalProperties": false,
                "description": "{const: {\"a\":1}}",
            }),
        ),
    ] {
        assert_eq!(adapted(schema.clone()), expected, "{schema}");
    }
}

#[test]
fn the_first_of_the_choices_counts() {
    let (string, number) = (json!({"type": "string"}), json!({"type": "number"}));
    for (schema, expected) in [
        (
            json!({"oneOf": [string, number]}),
            json!({"anyOf": [string, number]}),
        ),
        (json!({"allOf": [string]}), json!({"allOf": [string]})),
        (
            json!({"anyOf": [string], "oneOf": [number], "allOf": [number], "type": "number"}),
            json!({"anyOf": [string]}),
        ),
        (
            json!({"oneOf": [string], "allOf": [number], "type": "number"}),
            json!({"anyOf": [string]}),
        ),
        (
            json!({"allOf": [string], "properties": {"a": string}, "type": "object"}),
            json!({
                "allOf": [string],
                "description": "{properties: {\"a\":{\"type\":\"string\"}}}",
            }),
        ),
        (
            json!({"anyOf": [{"oneOf": [{"type": "string", "minLength": 1}]}]}),
            json!({"anyOf": [{"anyOf": [{"type": "string", "description": "{minLength: 1}"}]}]}),
        ),
    ] {
        assert_eq!(adapted(schema.clone()), expected, "{schema}");
    }
}

#[test]
fn what_the_api_does_not_know_is_told_in_words() {
    for (schema, expected) in [
        (
            json!({"description": "Count.", "maximum": 9, "minimum": 1, "type": "integer"}),
            json!({"type": "integer", "description": "Count.\n\n{maximum: 9, minimum: 1}"}),
        ),
        (
            json!({"default": {"x": [1, 2]}, "pattern": "^a\"b$", "type": "string"}),
            json!({
                "type": "string",
                "description": "{default: {\"x\":[1,2]}, pattern: \"^a\\\"b$\"}",
            }),
        ),
        (
            json!({"type": "number", "format": "double"}),
            json!({"type": "number", "description": "{format: \"double\"}"}),
        ),
    ] {
        assert_eq!(adapted(schema.clone()), expected, "{schema}");
    }
}

#[test]
fn formats_the_api_knows_are_kept() {
    for format in [
        "date-time",
        "time",
        "date",
        "duration",
        "email",
        "hostname",
        "uri",
        "ipv4",
        "ipv6",
        "uuid",
    ] {
        let schema = json!({"type": "string", "format": format});
        assert_eq!(adapted(schema.clone()), schema);
    }
    assert_eq!(
        adapted(json!({"type": "string", "format": "iri", "description": "Where."})),
        json!({"type": "string", "description": "Where.\n\n{format: \"iri\"}"})
    );
}

#[test]
fn arrays_keep_a_least_length_of_zero_or_one() {
    for least in [0, 1] {
        let schema = json!({"type": "array", "items": {"type": "string"}, "minItems": least});
        assert_eq!(adapted(schema.clone()), schema);
    }
    assert_eq!(
        adapted(
            json!({"type": "array", "items": {"type": "object"}, "maxItems": 3, "minItems": 2})
        ),
        json!({
            "type": "array",
            "items": {"type": "object", "properties": {}, "additionalProperties": false},
            "description": "{maxItems: 3, minItems: 2}",
        })
    );
}

#[test]
fn a_list_of_types_is_a_choice() {
    assert_eq!(
        adapted(json!({
            "type": ["array", "null"], "items": {"type": "object"}, "minItems": 2,
            "description": "All of them.",
        })),
        json!({
            "anyOf": [
                {
                    "type": "array",
                    "items": {"type": "object", "properties": {}, "additionalProperties": false},
                    "description": "{minItems: 2}",
                },
                {"type": "null"},
            ],
            "description": "All of them.",
        })
    );
    assert_eq!(
        adapted(json!({"type": ["string"]})),
        json!({"type": "string"})
    );
}

#[test]
fn a_part_that_says_nothing_is_refused_with_its_place() {
    let (path, reason) = refused(json!({
        "type": "object",
        "properties": {"a/b": {"type": "array", "items": {"description": "Anything."}}},
    }));
    assert_eq!(path, "/properties/a~1b/items");
    assert!(reason.contains("no `type`"), "{reason}");

    let (path, reason) = refused(json!({"anyOf": [{"type": "null"}, true]}));
    assert_eq!(path, "/anyOf/1");
    assert!(reason.contains("`true`"), "{reason}");

    let (path, reason) = refused(json!({"$defs": {"X": {"type": "file"}}, "$ref": "#/$defs/X"}));
    assert_eq!(path, "/$defs/X");
    assert!(reason.contains("\"file\""), "{reason}");
}

#[test]
fn references_that_do_not_end_are_refused() {
    let item = json!({"type": "object", "properties": {"next": {"$ref": "#/$defs/B"}}});
    let back = json!({"type": "array", "items": {"$ref": "#/$defs/A"}});
    let schema = json!({"$defs": {"A": item, "B": back}, "$ref": "#/$defs/A"});
    let error = adapt(&schema).unwrap_err().to_string();
    assert!(error.contains("`A` contains `B` contains `A`"), "{error}");
    assert!(error.contains("at `/$defs/A`"), "{error}");

    let (_, reason) = refused(json!({
        "type": "object", "properties": {"inner": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
    }));
    assert!(reason.contains("contains itself"), "{reason}");
    let (_, reason) = refused(json!({"$ref": "#/$defs/Lost"}));
    assert!(reason.contains("#/$defs/Lost"), "{reason}");
    let (_, reason) = refused(json!({"$ref": "https://example.com/schema"}));
    assert!(reason.contains("https://example.com/schema"), "{reason}");
    // A property may be called like a keyword of data.
    let error = adapt(&json!({
        "$defs": {"A": {"type": "object", "properties": {"default": {"$ref": "#/$defs/A"}}}},
        "$ref": "#/$defs/A",
    }));
    assert!(error.is_err());
    // What looks like a reference in data is none.
    let data = json!({"type": "object", "default": {"$ref": "#"}});
    assert!(adapt(&data).is_ok());
}

#[derive(JsonSchema, Deserialize)]
#[allow(dead_code)]
struct Point {
    x: i32,
    y: Option<f64>,
}

/// Things to draw.
#[derive(JsonSchema, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(dead_code)]
enum Shape {
    /// Round.
    Circle {
        centre: Point,
        radius: f64,
    },
    Dot(Point),
    Nothing,
}

#[derive(JsonSchema, Deserialize)]
#[allow(dead_code)]
struct Drawing {
    title: String,
    #[serde(flatten)]
    shape: Shape,
}

#[test]
fn a_tag_beside_a_reference_is_not_lost() {
    let schema = of::<Shape>();
    let members = schema["anyOf"].as_array().unwrap();
    assert_eq!(members.len(), 3);
    for (member, kind, required) in [
        (0, "circle", json!(["kind", "centre", "radius"])),
        (1, "dot", json!(["kind", "x"])),
        (2, "nothing", json!(["kind"])),
    ] {
        let member = &members[member];
        assert_eq!(member["properties"]["kind"]["const"], kind, "{member}");
        assert_eq!(member["additionalProperties"], false);
        assert_eq!(member["required"], required, "{member}");
    }
    assert!(members[1]["properties"]["x"].is_object());
    assert_eq!(schema["description"], "Things to draw.");
}

#[test]
fn properties_beside_a_choice_are_in_each_member() {
    let schema = of::<Drawing>();
    assert!(schema.get("properties").is_none(), "{schema}");
    let members = schema["anyOf"].as_array().unwrap();
    assert_eq!(members.len(), 3);
    for member in members {
        assert_eq!(member["properties"]["title"]["type"], "string", "{member}");
        assert!(member["properties"]["kind"].is_object(), "{member}");
        let required = member["required"].as_array().unwrap();
        assert!(required.contains(&json!("title")) && required.contains(&json!("kind")));
    }
    // What is sent accepts no other values than the type reads.
    let adapted = Schema::from_value(schema).unwrap();
    let dot = json!({"title": "A dot", "kind": "dot", "x": 1});
    assert!(adapted.check(&dot).is_ok());
    let drawing: Drawing = serde_json::from_value(dot).unwrap();
    assert!(matches!(drawing.shape, Shape::Dot(Point { x: 1, .. })));
}

#[test]
fn properties_may_be_called_like_keywords() {
    #[derive(JsonSchema)]
    #[allow(dead_code)]
    struct Names {
        default: Shape,
        properties: String,
        #[serde(rename = "oneOf")]
        one_of: Vec<String>,
        #[serde(rename = "type")]
        kind: Point,
    }
    let schema = of::<Names>();
    assert_eq!(
        schema["properties"]["properties"],
        json!({"type": "string"})
    );
    assert_eq!(schema["properties"]["oneOf"]["type"], "array");
    assert_eq!(
        schema["properties"]["type"],
        json!({"$ref": "#/$defs/Point"})
    );
    assert_eq!(
        schema["properties"]["default"],
        json!({"$ref": "#/$defs/Shape"})
    );
    let dot = &schema["$defs"]["Shape"]["anyOf"][1]["properties"];
    assert_eq!(dot["kind"], json!({"const": "dot"}));
}

#[test]
fn options_and_numbers_of_rust() {
    let schema = of::<Point>();
    assert_eq!(
        schema["properties"],
        json!({
            "x": {"type": "integer", "description": "{format: \"int32\"}"},
            "y": {"anyOf": [
                {"type": "number", "description": "{format: \"double\"}"},
                {"type": "null"},
            ]},
        })
    );
    assert_eq!(schema["required"], json!(["x"]));
}

#[derive(JsonSchema)]
#[allow(dead_code)]
struct Tree {
    name: String,
    children: Vec<Tree>,
}

#[derive(JsonSchema)]
#[allow(dead_code)]
struct Loose {
    anything: Value,
}

#[test]
fn types_that_the_api_cannot_take_are_refused() {
    let error = Schema::of::<Tree>().unwrap_err().to_string();
    assert!(error.contains("contains itself"), "{error}");
    let error = Schema::of::<Loose>().unwrap_err();
    assert_eq!(error.path(), "/properties/anything");
}

#[test]
fn answers_are_checked_against_what_was_told_in_words() {
    #[derive(JsonSchema)]
    #[allow(dead_code)]
    struct Order {
        #[schemars(length(min = 2), inner(email))]
        to: Vec<String>,
        #[schemars(range(min = 1, max = 5))]
        count: u8,
    }
    let schema = Schema::of::<Order>().unwrap();
    assert_eq!(schema.original()["properties"]["count"]["maximum"], 5);
    assert!(
        schema.adapted()["properties"]["count"]
            .get("maximum")
            .is_none()
    );
    let good = json!({"to": ["a@example.com", "b@example.com"], "count": 5});
    assert!(schema.check(&good).is_ok());

    let wrong = schema
        .check(&json!({"to": ["nobody"], "count": 6}))
        .unwrap_err();
    let mut paths: Vec<&str> = wrong.iter().map(|one| one.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["/count", "/to", "/to/0"]);
    assert!(
        wrong
            .to_string()
            .contains("`/count`: 6 is greater than the maximum of 5")
    );

    let long = json!({"to": "é".repeat(5_000), "count": 1});
    let message = schema.check(&long).unwrap_err().to_string();
    assert!(message.len() < 1_000, "{} bytes", message.len());
}
