use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::*;
use crate::diagnostics::render;

/// The modules of a schema, and what was found.
fn read(text: &str, layout: Layout) -> (Option<Vec<Module>>, String) {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let path = Path::new("tool.schema.json");
    let file = sources.add_text(path, text.to_owned(), &mut diagnostics);
    let files = [file.unwrap()];
    let modules = modules(&sources, &files, layout, "rt", &mut diagnostics);
    (modules, render::human(&sources, &diagnostics, false))
}

fn text(module: &Module) -> String {
    prettyplease::unparse(&syn::parse2(module.tokens.clone()).unwrap())
}

/// The one file of a schema, and what was found.
fn generated(schema: &str) -> (Option<String>, String) {
    let (modules, findings) = read(schema, Layout::File);
    let file = modules.map(|modules| {
        let [module] = modules.as_slice() else {
            panic!("{modules:?}");
        };
        text(module)
    });
    (file, findings)
}

/// What a schema becomes of which everything is kept.
fn code(schema: serde_json::Value) -> String {
    let (code, findings) = generated(&schema.to_string());
    assert_eq!(findings, "");
    code.unwrap()
}

fn assert_has(code: &str, parts: &[&str]) {
    for part in parts {
        assert!(code.contains(part), "`{part}` is not in\n{code}");
    }
}

/// What schemas become in a folder, by the names of the files; a path that has no `.schema` is only
/// referred to. Everything is kept.
fn folder(schemas: &[(&str, serde_json::Value)]) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    for (path, schema) in schemas {
        std::fs::write(folder.path().join(path), schema.to_string()).unwrap();
    }
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let own = schemas.iter().filter(|(path, _)| path.contains(".schema"));
    let own = own.filter_map(|(path, _)| sources.add(&folder.path().join(path), &mut diagnostics));
    let files: Vec<_> = own.collect();
    let modules = modules(&sources, &files, Layout::Folder, "rt", &mut diagnostics).unwrap();
    assert_eq!(render::human(&sources, &diagnostics, false), "");
    let files = modules.iter();
    files.map(|it| (it.path.join("/"), text(it))).collect()
}

fn assert_files(files: &BTreeMap<String, String>, names: &[&str]) {
    assert_eq!(files.keys().collect::<Vec<_>>(), names);
}

/// An object with these properties, none of them required.
fn object(properties: serde_json::Value) -> serde_json::Value {
    json!({ "title": "ToolInput", "type": "object", "properties": properties })
}

#[test]
fn an_object_is_a_struct_in_the_documents_order() {
    let mut schema = object(json!({
        "type": { "type": "string", "description": "Which.\n\nOf all." },
        "n": { "type": "integer", "minimum": 0, "default": 3 },
        "i": { "type": ["integer", "null"], "format": "int32" },
        "also": { "type": "array", "items": { "type": "number" } },
        "pair": { "type": "array", "items": { "type": "integer" }, "minItems": 2, "maxItems": 2 },
        "by_name": { "type": "object", "additionalProperties": { "type": "boolean" } },
        "anything": {},
    }));
    schema["required"] = json!(["type", "i", "pair"]);
    schema["additionalProperties"] = json!(false);
    let code = code(schema);
    assert_has(
        &code,
        &[
            "pub struct ToolInput {\n    /// Which.\n    ///\n    /// Of all.\n    #[serde(rename = \"type\")]\n    pub type_: String,\n    /// The property `n`. Defaults to `3`.",
            "pub n: Option<u64>,",
            "pub i: Option<i32>,",
            "pub also: Vec<f64>,",
            "pub pair: [i64; 2],",
            "pub by_name: BTreeMap<String, bool>,",
            "pub anything: Option<Value>,",
            "use std::collections::BTreeMap;\nuse serde::{Deserialize, Serialize};",
        ],
    );
    assert!(
        !code.contains("deny_unknown_fields") && !code.contains("::std::option"),
        "{code}"
    );
    let places = [
        "type_:",
        "n:",
        "i:",
        "also:",
        "pair:",
        "by_name:",
        "anything:",
    ];
    let places = places.map(|field| code.find(&format!("pub {field}")).unwrap());
    assert!(places.is_sorted(), "{code}");
}

#[test]
fn fixed_strings_are_an_enum() {
    let code = code(object(json!({
        "way": { "enum": ["up", "far-down"] },
        "told": { "oneOf": [{ "const": "a", "description": "The first." }, { "const": "b" }] },
    })));
    assert_has(
        &code,
        &[
            "pub way: Option<ToolInputWay>,",
            "/// The value `far-down`.\n    #[serde(rename = \"far-down\")]\n    FarDown,",
            "/// The first.\n    #[serde(rename = \"a\")]\n    A,",
        ],
    );
}

#[test]
fn a_fixed_property_tells_the_members_of_a_union_apart() {
    let member = |value: &str, more: serde_json::Value| {
        let mut properties = more;
        properties["kind"] = json!({ "const": value });
        json!({ "type": "object", "description": value, "properties": properties, "required": ["kind"] })
    };
    let code = code(json!({
        "title": "Shape",
        "oneOf": [
            member("dot", json!({})),
            member("group", json!({ "parts": { "type": "array", "items": { "$ref": "#" } } })),
            member("not", json!({ "inner": { "$ref": "#" } })),
        ],
    }));
    assert_has(
        &code,
        &[
            "#[derive(Clone, Debug, PartialEq, Serialize)]\n#[serde(tag = \"kind\")]\npub enum Shape {",
            "/// dot\n    #[serde(rename = \"dot\")]\n    Dot(ShapeDot),",
            "#[serde(untagged)]\n    Unknown(Value),",
            "const TAG: &'static str = \"kind\";",
            "Some(\"group\") => Self::Group(union::member(body)?),",
            "pub struct ShapeDot {}",
            "pub parts: Vec<Shape>,",
            "Box<",
        ],
    );
    assert!(!code.contains("pub kind"), "{code}");
}

#[test]
fn a_list_of_tools_gives_the_input_of_each() {
    let tool = |name: &str| {
        json!({ "name": name, "inputSchema": {
            "type": "object",
            "properties": { "at": { "$ref": "#/$defs/place" } },
            "$defs": { "place": { "type": "object", "properties": { name: { "type": "string" } } } },
        } })
    };
    let code = code(
        json!({ "tools": [tool("get-weather"), tool("get_map"), { "name": "x", "inputSchema": { "type": "object" } }] }),
    );
    assert_has(
        &code,
        &[
            "pub struct GetWeatherInput {",
            "pub at: Option<Place>,",
            "pub get_weather: Option<String>,",
            "pub struct GetMapInput {",
            "pub at: Option<Place2>,",
            "pub struct XInput {}",
        ],
    );
}

#[test]
fn in_a_folder_each_schema_has_a_file_and_so_have_the_types_of_several() {
    let input = |title: &str, properties: serde_json::Value| json!({ "title": title, "type": "object", "properties": properties });
    let files = folder(&[
        (
            "common.json",
            json!({ "definitions": {
                "place": input("Place", json!({ "room": { "$ref": "#/definitions/room" } })),
                "room": input("Room", json!({ "floor": { "type": "integer" } })),
                "pace": { "enum": ["slow", "fast"] },
            } }),
        ),
        (
            "walk.schema.json",
            input(
                "WalkInput",
                json!({
                    "to": { "$ref": "common.json#/definitions/place" },
                    "pace": { "$ref": "common.json#/definitions/pace" },
                }),
            ),
        ),
        (
            "look.schema.json",
            input(
                "LookInput",
                json!({
                    "at": { "type": "array", "items": { "$ref": "common.json#/definitions/place" } },
                    "then": { "$ref": "walk.schema.json" },
                }),
            ),
        ),
    ]);
    assert_files(&files, &["", "error", "look", "shared", "walk"]);
    assert_eq!(
        files[""],
        "pub use self::look::*;\npub use self::shared::*;\npub use self::walk::*;\n"
    );
    assert_has(&files["error"], &["pub struct ConversionError("]);
    assert_has(
        &files["look"],
        &["use super::{Place, WalkInput};", "pub at: Vec<Place>,"],
    );
    assert_has(
        &files["walk"],
        &["use super::{Pace, Place};", "pub struct WalkInput {"],
    );
    assert_has(
        &files["shared"],
        &[
            "use super::error::ConversionError;",
            "pub struct Place {",
            "pub struct Room {",
            "pub enum Pace {",
        ],
    );
}

#[test]
fn in_a_folder_the_many_parts_of_a_schema_have_a_file() {
    let member = |number: usize| json!({ "type": "object", "properties": { "kind": { "const": format!("k{number}") } } });
    let shapes = |count: usize| {
        let members: Vec<_> = (0..count).map(member).collect();
        folder(&[(
            "shape.schema.json",
            json!({ "title": "Shape", "oneOf": members }),
        )])
    };
    assert_files(&shapes(29), &["", "shape"]);
    let files = shapes(30);
    assert_files(&files, &["", "shape", "shape_parts"]);
    assert_has(
        &files["shape"],
        &[
            "use super::{\n    ShapeK0,",
            "use rt::union;",
            "pub enum Shape {",
            "impl From<ShapeK29> for Shape {",
        ],
    );
    assert_has(&files["shape_parts"], &["pub struct ShapeK29 {}"]);
    assert!(!files["shape_parts"].contains("use rt"), "{files:?}");
}

#[test]
fn in_a_folder_tools_have_files_of_different_names() {
    let names = ["error", "mod", "shared", "get-map", "getMap", "self", "é"];
    let tools =
        names.map(|name| json!({ "name": name, "inputSchema": object(json!({ "a": {} })) }));
    let files = folder(&[("list.schema.json", json!({ "tools": tools }))]);
    assert_files(
        &files,
        &[
            "", "error2", "get_map", "get_map2", "mod2", "self2", "shared2", "shared3",
        ],
    );
    assert_has(&files["get_map2"], &["pub struct ToolInput5 {"]);
}

#[test]
fn names_of_the_prelude_and_each_others_are_not_taken() {
    let code = code(json!({
        "title": "Option",
        "type": "object",
        "properties": { "option": { "title": "Value", "type": "object", "properties": { "a": { "title": "value", "enum": ["x"] } } } },
    }));
    assert_has(
        &code,
        &[
            "pub struct Option2 {",
            "pub option: Option<Value2>,",
            "pub enum Value3 {",
        ],
    );
}

#[test]
fn what_no_type_expresses_is_told_with_its_place() {
    let cases = [
        (
            json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] }),
            "tells apart",
            "Option<Value>",
        ),
        (
            json!({ "allOf": [{ "type": "object" }, { "type": "object" }] }),
            "`allOf` of several",
            "Option<Value>",
        ),
        (
            json!({ "type": ["string", "integer"] }),
            "several types",
            "Option<Value>",
        ),
        (
            json!({ "$ref": "#/definitions/absent" }),
            "leads nowhere",
            "Option<Value>",
        ),
        (
            json!({ "$ref": "#/properties/p" }),
            "too deep",
            "Option<Value>",
        ),
        (
            json!({ "enum": ["+", "-"] }),
            "different names",
            "Option<String>",
        ),
        (
            json!({ "enum": ["1", "x1"] }),
            "different names",
            "Option<String>",
        ),
    ];
    for (schema, finding, ty) in cases {
        let (code, findings) =
            generated(&serde_json::to_string_pretty(&object(json!({ "p": schema }))).unwrap());
        assert!(
            findings.contains(finding) && findings.contains("tool.schema.json:"),
            "{schema}: {findings}"
        );
        assert_has(&code.unwrap(), &[&format!("pub p: {ty},")]);
    }
    let (_, findings) = generated(&object(json!({ "a-b": {}, "a_b": {} })).to_string());
    assert!(findings.contains("`a_b` is already a field"), "{findings}");
    let (code, findings) = generated("{ \"type\": \"string\" }");
    assert!(
        code.is_none() && findings.contains("describes no object"),
        "{findings}"
    );
}

/// typify panics on much of this.
#[test]
fn odd_schemas_do_not_panic() {
    let odd = [
        json!({ "not": {} }),
        json!({ "if": {}, "then": false }),
        json!({ "items": [{}, {}] }),
        json!(false),
        json!(3),
        json!({ "enum": [] }),
        json!({ "enum": [1, null, {}] }),
        json!({ "enum": [null] }),
        json!({ "const": { "a": 1 } }),
        json!({ "oneOf": [] }),
        json!({ "oneOf": [true, false] }),
        json!({ "oneOf": [{ "type": "null" }] }),
        json!({ "allOf": [] }),
        json!({ "anyOf": [{ "$ref": "#" }, { "$ref": "#/definitions/none" }] }),
        json!({ "type": "nonsense" }),
        json!({ "type": 7 }),
        json!({ "type": "object", "patternProperties": { "(": {} }, "propertyNames": false, "minProperties": 3 }),
        json!({ "type": "string", "pattern": "(", "format": "uuid", "minLength": 5, "maxLength": 1, "default": 9 }),
        json!({ "type": "array", "uniqueItems": true, "items": { "type": "number" }, "minItems": 9, "maxItems": 9 }),
        json!({ "type": "integer", "minimum": 5, "maximum": 1, "multipleOf": 0, "format": "int8" }),
        json!({ "type": "object", "required": ["x", 1], "properties": { "": {}, "'": {}, "ß": {}, "self": {}, "gen": {}, "+1": {}, "🦀": {}, "a\nb": {} } }),
        json!({ "title": "ß é", "type": "object", "properties": { "a": { "enum": ["", "ß", "Self", "+1", "-1"] } } }),
        json!({ "$ref": 5 }),
        json!({ "$ref": "https://example.com/a.json" }),
        json!({ "$ref": "#/definitions/a%" }),
        json!({ "oneOf": [{ "properties": { "t": { "const": "unknown" } } }, { "properties": { "t": { "const": "self" } } }] }),
        json!({ "oneOf": [{ "properties": { "t": { "const": "a" } } }, { "properties": { "t": { "const": "ab" } } }] }),
    ];
    for schema in odd {
        let schemas = [
            schema.clone(),
            object(json!({ "p": schema, "q": [schema] })),
            json!({ "definitions": { "d": schema }, "$ref": "#/definitions/d" }),
            json!({ "tools": [schema, { "name": schema, "inputSchema": schema }] }),
        ];
        for schema in schemas.map(|schema| schema.to_string()) {
            for layout in [Layout::File, Layout::Folder] {
                let (modules, _) = read(&schema, layout);
                modules.iter().flatten().for_each(|module| {
                    text(module);
                });
            }
        }
    }
}

#[test]
fn the_schemas_of_this_repository_lose_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/tools");
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let names = ["bash", "computer", "memory", "text_editor"];
    let files = names.map(|name| {
        sources
            .add(
                &folder.join(format!("{name}.schema.json")),
                &mut diagnostics,
            )
            .unwrap()
    });
    let layout = Layout::Folder;
    assert!(
        modules(
            &sources,
            &files,
            layout,
            "specwright_runtime",
            &mut diagnostics
        )
        .is_some()
    );
    assert_eq!(render::human(&sources, &diagnostics, false), "");
}
