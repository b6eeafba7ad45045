//! Schemas in, types out.

use serde_json::json;

use crate::model::{Api, Extra, Primitive, Shape, Tagging, TypeRef, Union};
use crate::openapi::testing::{api, brief, def, fields, object, schemas};

fn union<'a>(api: &'a Api, name: &str) -> &'a Union {
    match &def(api, name).shape {
        Shape::Union(union) => union,
        other => panic!("{name} is no union: {other:?}"),
    }
}

fn alias(api: &Api, name: &str) -> String {
    match &def(api, name).shape {
        Shape::Alias(ty) => brief(api, ty),
        other => panic!("{name} is no alias: {other:?}"),
    }
}

#[test]
fn scalars_by_type_and_format() {
    let (api, told) = schemas(
        "
O:
  type: object
  required: [a]
  properties:
    a: {type: string}
    b: {type: string, format: date-time}
    c: {type: string, format: byte}
    d: {type: string, format: password}
    e: {type: integer, format: int32}
    f: {type: integer}
    g: {type: integer, format: uint64}
    h: {type: number, format: float}
    i: {type: [string, 'null']}
    j: {type: array, items: {type: boolean}}
    k: {type: object, additionalProperties: {type: integer}}
    l: {type: object}
    m: {}
    n: true
    o: {type: string, x-specwright-secret: true}
    p: {type: string, contentEncoding: base64}
    q: {format: uuid}
    r: {type: integer, maximum: 18446744073709551615}
",
    );
    assert_eq!(
        fields(&api, "O"),
        [
            "a: String!",
            "b: DateTime",
            "c: Base64",
            "d: Secret",
            "e: Int32",
            "f: Int64",
            "g: Uint64",
            "h: Float",
            "i: String?",
            "j: [Bool]",
            "k: {Int64}",
            "l: {Any}",
            "m: Any",
            "n: Any",
            "o: Secret",
            "p: Base64",
            "q: Uuid",
            "r: Uint64",
        ]
    );
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn every_way_to_say_nullable_is_one() {
    let (api, told) = schemas(
        "
Pet: {type: object, properties: {id: {type: string}}}
Maybe: {type: object, nullable: true, properties: {id: {type: string}}}
O:
  type: object
  properties:
    a: {anyOf: [{$ref: '#/components/schemas/Pet'}, {type: 'null'}]}
    b: {oneOf: [{$ref: '#/components/schemas/Pet'}, {nullable: true}]}
    c: {allOf: [{$ref: '#/components/schemas/Pet'}], nullable: true}
    d: {$ref: '#/components/schemas/Maybe'}
    e: {enum: [x, y, null]}
    f: {$ref: '#/components/schemas/Pet', description: A pet., readOnly: true}
    g: {anyOf: [{type: string, maxLength: 3, description: Inner.}, {type: 'null'}]}
    h: {anyOf: [{$ref: '#/components/schemas/Maybe'}, {type: string}]}
",
    );
    assert_eq!(
        fields(&api, "O"),
        [
            "a: Pet?",
            "b: Pet?",
            "c: Pet?",
            "d: Maybe?",
            "e: OE?",
            "f: Pet",
            "g: String?",
            "h: OH?"
        ]
    );
    let fields = &object(&api, "O").fields;
    assert_eq!(fields[5].description.as_deref(), Some("A pet."));
    assert!(fields[5].read_only);
    assert_eq!(fields[6].constraints, ["at most 3 characters"]);
    assert_eq!(fields[6].description.as_deref(), Some("Inner."));
    assert!(matches!(def(&api, "Maybe").shape, Shape::Object(_)));
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn enums_and_constants() {
    let (api, told) = schemas(
        "
Color: {type: string, description: A color., enum: [red, green, red], x-specwright-module: colors}
Size: {type: integer, enum: [1, 2]}
Ttl: {enum: [5m, 1h], x-enum-varnames: [FiveMinutes, OneHour], x-enum-descriptions: {1h: Long.}}
Mixed: {enum: [auto, 1]}
Described: {oneOf: [{const: a, description: First.}, {const: b}]}
O:
  type: object
  required: [type, object, kind]
  properties:
    type: {const: pet}
    object: {type: string, enum: [list]}
    kind: {type: string, enum: [one, two]}
    mode: {type: string, enum: [only]}
    version: {const: 2}
    size: {type: integer, enum: [1, 2]}
    flag: {type: string, enum: [1.5, 'on']}
",
    );
    let Shape::OpenEnum(color) = &def(&api, "Color").shape else {
        panic!()
    };
    assert_eq!(
        color
            .values
            .iter()
            .map(|value| value.wire.as_str())
            .collect::<Vec<_>>(),
        ["red", "green"]
    );
    let Shape::OpenEnum(ttl) = &def(&api, "Ttl").shape else {
        panic!()
    };
    let beside: Vec<_> = ttl
        .values
        .iter()
        .map(|value| (value.name.as_str(), value.description.as_deref()))
        .collect();
    assert_eq!(beside, [("FiveMinutes", None), ("OneHour", Some("Long."))]);
    assert_eq!(def(&api, "Color").module.as_deref(), Some("colors"));
    assert_eq!(def(&api, "Color").description.as_deref(), Some("A color."));
    assert_eq!(alias(&api, "Size"), "Int64");
    assert_eq!(alias(&api, "Mixed"), "Any");
    assert_eq!(union(&api, "Described").variants.len(), 2);
    let known = &object(&api, "O").fields;
    assert_eq!(known[0].constant, Some(json!("pet")));
    assert_eq!(known[1].constant, Some(json!("list")));
    assert_eq!(brief(&api, &known[2].ty), "OKind");
    assert!(
        known[3].constant.is_none(),
        "an optional enum of one value is not sent by itself"
    );
    assert_eq!(brief(&api, &known[4].ty), "Int64");
    assert_eq!(known[4].constraints, ["always `2`"]);
    assert_eq!(known[5].constraints, ["one of 1, 2"]);
    let Shape::OpenEnum(flag) = &def(&api, "OFlag").shape else {
        panic!()
    };
    assert_eq!(flag.values[0].wire, "1.5");
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn what_objects_hold_beyond_their_properties() {
    let (api, _) = schemas(
        "
Open: {type: object, properties: {a: {type: string}}, additionalProperties: true}
Typed: {type: object, properties: {a: {type: string}}, additionalProperties: {type: integer}}
Closed: {type: object, properties: {a: {type: string}}, additionalProperties: false}
Silent: {type: object, properties: {a: {type: string}}}
Nothing: {type: object, additionalProperties: false}
Map: {type: object, patternProperties: {'^x': {type: string}}}
",
    );
    assert_eq!(object(&api, "Open").extra, Extra::Kept(TypeRef::Any));
    assert_eq!(
        object(&api, "Typed").extra,
        Extra::Kept(TypeRef::Primitive(Primitive::Int64))
    );
    assert_eq!(object(&api, "Closed").extra, Extra::Ignored);
    assert_eq!(object(&api, "Silent").extra, Extra::Ignored);
    assert!(object(&api, "Nothing").fields.is_empty());
    assert_eq!(alias(&api, "Map"), "{String}");
}

#[test]
fn all_of_has_parts_and_one_reference_alone_is_that_type() {
    let (api, told) = schemas(
        "
Base: {type: object, properties: {id: {type: string}}}
Derived:
  allOf:
    - $ref: '#/components/schemas/Base'
    - {type: object, properties: {name: {type: string}}, required: [id]}
  properties: {own: {type: string}}
Same: {description: The same., allOf: [{$ref: '#/components/schemas/Base'}]}
Sole: {allOf: [{type: object, properties: {x: {type: string}}}]}
O: {type: object, properties: {base: {allOf: [{$ref: '#/components/schemas/Base'}], description: Wrapped.}}}
Beside: {$ref: '#/components/schemas/Base', properties: {more: {type: string}}}
",
    );
    let Shape::AllOf(all_of) = &def(&api, "Derived").shape else {
        panic!()
    };
    let parts: Vec<String> = all_of.parts.iter().map(|part| brief(&api, part)).collect();
    assert_eq!(parts, ["Base", "Derived", "Derived", "Derived"]);
    // The last part narrows what `Base` declares.
    let TypeRef::Named(last) = all_of.parts[3] else {
        panic!()
    };
    let Shape::Object(narrowed) = &api.types.get(last).shape else {
        panic!()
    };
    assert_eq!(
        (
            narrowed.fields[0].wire.as_str(),
            narrowed.fields[0].required
        ),
        ("id", true)
    );
    assert_eq!(alias(&api, "Same"), "Base");
    assert_eq!(fields(&api, "Sole"), ["x: String"]);
    assert_eq!(fields(&api, "O"), ["base: Base"]);
    assert!(matches!(&def(&api, "Beside").shape, Shape::AllOf(all_of) if all_of.parts.len() == 2));
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn unions_with_a_mapping_keep_every_entry() {
    let (api, told) = schemas(
        "
Cat: {type: object, required: [type], properties: {type: {const: cat}}}
Dog: {type: object, properties: {type: {type: string}}}
Fox: {type: object, properties: {type: {type: string}}}
Pet:
  oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
  discriminator:
    propertyName: type
    mapping:
      cat: '#/components/schemas/Cat'
      kitten: Cat
      dog: Dog
      fox: '#/components/schemas/Fox'
      ghost: '#/components/schemas/Ghost'
",
    );
    let pet = union(&api, "Pet");
    assert_eq!(
        pet.tagging,
        Tagging::Undecided {
            property: Some("type".into())
        }
    );
    let tags: Vec<_> = pet
        .variants
        .iter()
        .map(|variant| (variant.name.as_str(), variant.tags.join(",")))
        .collect();
    assert_eq!(
        tags,
        [
            ("cat", "cat,kitten".into()),
            ("dog", "dog".into()),
            ("fox", "fox".into())
        ]
    );
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("SW0204 /components/schemas/Pet/discriminator/mapping/ghost"),
        "{told:?}"
    );
}

#[test]
fn unions_by_shape() {
    let (api, _) = schemas(
        "
Prompt:
  anyOf:
    - type: string
    - {type: array, items: {type: object, properties: {text: {type: string}}}}
    - {type: object, title: Named, properties: {a: {type: string}}}
    - anyOf: [{type: integer}, {type: 'null'}]
Either: {type: [string, integer, 'null']}
Limits: {type: object, properties: {a: {type: string}}, anyOf: [{required: [a]}, {required: [b]}]}
Kinds: {type: object, properties: {a: {type: string}}, oneOf: [{type: object, required: [a]}, {type: object, required: [b]}]}
Both: {oneOf: [{type: string}, {type: integer}], anyOf: [{type: string}, {type: integer}, {type: boolean}]}
Address: {type: string, anyOf: [{format: ipv4}, {pattern: x}]}
O: {type: object, properties: {either: {$ref: '#/components/schemas/Either'}}}
",
    );
    let prompt = union(&api, "Prompt");
    let types: Vec<_> = prompt
        .variants
        .iter()
        .map(|variant| brief(&api, &variant.ty))
        .collect();
    assert_eq!(types, ["String", "[PromptItem]", "PromptNamed", "Int64"]);
    assert_eq!(union(&api, "Either").variants.len(), 2);
    assert_eq!(fields(&api, "O"), ["either: Either?"]);
    assert_eq!(fields(&api, "Limits"), ["a: String"]);
    assert_eq!(fields(&api, "Kinds"), ["a: String"]);
    assert_eq!(union(&api, "Both").variants.len(), 3);
}

#[test]
fn inline_types_are_named_after_where_they_stand() {
    let (api, _) = schemas(
        "
Order:
  type: object
  properties:
    shipping_address: {type: object, properties: {city: {type: object, properties: {name: {type: string}}}}}
    lines: {type: array, items: {type: object, properties: {sku: {type: string}}}}
    status: {type: string, enum: [open, shipped]}
Pets: {type: array, items: {type: object, properties: {id: {type: string}}}}
",
    );
    assert_eq!(
        fields(&api, "Order"),
        [
            "shipping_address: OrderShippingAddress",
            "lines: [OrderLine]",
            "status: OrderStatus"
        ]
    );
    assert_eq!(
        fields(&api, "OrderShippingAddress"),
        ["city: OrderShippingAddressCity"]
    );
    assert_eq!(alias(&api, "Pets"), "[Pet]");
}

#[test]
fn references_lead_to_one_type_wherever_they_point() {
    let (api, told) = schemas(
        "
Tree: {type: object, properties: {left: {$ref: '#/components/schemas/Tree'}, leaf: {type: object, properties: {v: {type: string}}}}}
Leaf: {type: object, properties: {v: {$ref: '#/components/schemas/Tree/properties/leaf'}, w: {$ref: '#/components/schemas/Tree/properties/leaf/properties/v'}}}
A: {$ref: '#/components/schemas/B'}
B: {$ref: '#/components/schemas/A'}
Lost: {type: object, properties: {x: {$ref: '#/components/schemas/Nowhere'}}}
",
    );
    assert_eq!(fields(&api, "Tree"), ["left: Tree", "leaf: TreeLeaf"]);
    assert_eq!(fields(&api, "Leaf"), ["v: TreeLeaf", "w: String"]);
    assert_eq!(
        api.types
            .iter()
            .filter(|(_, def)| def.source_name == "TreeLeaf")
            .count(),
        1
    );
    assert_eq!(fields(&api, "Lost"), ["x: Any"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("SW0101 /components/schemas/Lost/properties/x"),
        "{told:?}"
    );
}

#[test]
fn cycles_and_depth_end() {
    // Within what the loader takes, beyond what is read.
    let deep = format!("{}{{}}{}", "{items: ".repeat(90), "}".repeat(90));
    let (_, told) = schemas(&format!(
        "
Deep: {deep}
Loop: {{type: array, items: {{$ref: '#/components/schemas/Loop/items'}}}}
Twice: {{type: array, items: {{patternProperties: {{a: {{$ref: '#/components/schemas/Twice/items'}}, b: {{$ref: '#/components/schemas/Twice/items'}}}}}}}}
Allof: {{allOf: [{{$ref: '#/components/schemas/Allof'}}, {{properties: {{a: {{type: string}}}}}}]}}
"
    ));
    assert!(
        told.iter().any(|told| told.starts_with("SW0202")),
        "{told:?}"
    );
}

#[test]
fn a_union_of_unions_of_itself_is_looked_through_to_an_end() {
    let (api, _) = schemas(
        "
A:
  anyOf:
  - anyOf: [{$ref: '#/components/schemas/A'}, {type: object, required: [b]}]
B: {oneOf: [{$ref: '#/components/schemas/A'}, {type: 'null'}]}
C: {allOf: [{$ref: '#/components/schemas/C'}, {anyOf: [{$ref: '#/components/schemas/C'}]}]}
D:
  type: object
  required: [a, b, c]
  properties:
    a: {$ref: '#/components/schemas/A'}
    b: {$ref: '#/components/schemas/B'}
    c: {$ref: '#/components/schemas/C'}",
    );
    assert_eq!(fields(&api, "D"), ["a: A!", "b: B?!", "c: C!"]);
}

#[test]
fn fields_say_everything_about_themselves() {
    let (api, _) = api(
        "
openapi: 3.0.3
info: {title: T, version: '1'}
components:
  schemas:
    Named: {type: object, x-specwright-name: Renamed, deprecated: true, example: {a: 1}, properties: {
      a: {type: integer, minimum: 0, exclusiveMinimum: true, default: 5, deprecated: true, writeOnly: true, description: ' Text. ', x-specwright-name: alpha}}}
paths: {}
",
    );
    let def = def(&api, "Renamed");
    assert!(def.deprecated && def.named);
    assert_eq!(def.examples, [json!({"a": 1})]);
    let a = &object(&api, "Renamed").fields[0];
    assert_eq!(a.constraints, ["more than 0"]);
    assert_eq!(a.default, Some(json!(5)));
    assert!(a.deprecated && a.write_only);
    assert_eq!(
        (a.description.as_deref(), a.name.as_str()),
        (Some("Text."), "alpha")
    );
    assert_eq!(brief(&api, &a.ty), "Int64");
    assert_eq!(api.operations.len(), 0);
}
