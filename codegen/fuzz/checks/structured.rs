//! Documents that are nearly right: each byte of the input decides something about one.

use serde_json::{Map, Value, json};

/// How deep schemas nest.
const DEPTH: usize = 5;

const SCHEMAS: [&str; 4] = ["A", "B", "a", "Client"];

const REFERENCES: [&str; 8] = [
    "#/components/schemas/A",
    "#/components/schemas/B",
    "#/components/schemas/a",
    "#/components/schemas/Client",
    "#/components/schemas/Gone",
    "#/components/schemas/A/properties/id",
    "#",
    "https://elsewhere.example/a.json",
];

const NAMES: [&str; 16] = [
    "id",
    "type",
    "fooBar",
    "foo_bar",
    "Foo-Bar",
    "",
    "$",
    "1",
    "ß",
    "名前",
    "self",
    "a b",
    "data",
    "next_page",
    "has_more",
    "r#fn",
];

const TYPES: [&str; 9] = [
    "string", "integer", "number", "boolean", "null", "array", "object", "file", "",
];

const FORMATS: [&str; 12] = [
    "int32",
    "int64",
    "uint64",
    "float",
    "double",
    "date",
    "date-time",
    "uuid",
    "byte",
    "binary",
    "password",
    "odd",
];

const MEDIA: [&str; 10] = [
    "application/json",
    "application/problem+json",
    "multipart/form-data",
    "text/plain",
    "application/x-www-form-urlencoded",
    "text/event-stream",
    "application/jsonl",
    "image/*",
    "*/*",
    "odd",
];

const STATUSES: [&str; 8] = ["200", "201", "204", "4XX", "404", "default", "99", "x-odd"];

const EXTENSIONS: [&str; 12] = [
    "x-specwright-name",
    "x-specwright-method",
    "x-specwright-resource",
    "x-specwright-module",
    "x-specwright-newtype",
    "x-specwright-secret",
    "x-specwright-stream",
    "x-specwright-pagination",
    "x-specwright-routes",
    "x-specwright-frequent",
    "x-specwright-reconnect",
    "x-specwright-check",
];

/// The document that the input decides about, through the whole pipeline.
pub(crate) fn check(input: &[u8]) {
    super::pipeline::check("any.json", document(input).to_string());
}

fn document(input: &[u8]) -> Value {
    let mut choices = Choices(input);
    let versions = ["3.1.0", "3.0.3", "3.2.0", "3.7"];
    let version = choices.one_of(&versions);
    let schemas = SCHEMAS.map(|name| (name.to_owned(), choices.schema(0)));
    let mut paths = Map::new();
    for path in ["/a", "/a/{id}", "/a/{id}:act", "/{type}/b"] {
        let mut item = Map::new();
        for method in ["get", "post", "delete"] {
            if choices.flag() {
                item.insert(method.to_owned(), choices.operation());
            }
        }
        paths.insert(path.to_owned(), item.into());
    }
    json!({
        "openapi": version,
        "info": { "title": "Any", "version": "1" },
        "servers": [{ "url": "https://any.example" }],
        "paths": paths,
        "components": { "schemas": Value::Object(schemas.into_iter().collect()) },
    })
}

/// The rest of the input; when it is used up, every choice is the first.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn next(&mut self) -> usize {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        usize::from(*first)
    }

    fn flag(&mut self) -> bool {
        self.next() % 2 == 1
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.next() % all.len()]
    }

    fn list(&mut self, mut item: impl FnMut(&mut Self) -> Value) -> Value {
        let length = self.next() % 4;
        (0..length).map(|_| item(self)).collect()
    }

    fn members(&mut self, mut member: impl FnMut(&mut Self) -> Value) -> Map<String, Value> {
        let length = self.next() % 4;
        let member = |_| (self.one_of(&NAMES).to_owned(), member(self));
        (0..length).map(member).collect()
    }

    fn schema(&mut self, depth: usize) -> Value {
        if depth > DEPTH {
            return json!({ "type": "string" });
        }
        let mut schema = match self.next() % 12 {
            0 => json!({ "type": "string" }),
            1 | 2 => json!({ "$ref": self.one_of(&REFERENCES) }),
            3 => json!({ "type": self.one_of(&TYPES), "format": self.one_of(&FORMATS) }),
            4 | 5 => self.object(depth),
            6 => json!({ "type": "array", "items": self.schema(depth + 1) }),
            7 => json!({ "enum": self.list(Self::scalar) }),
            8 => self.union(depth),
            9 => json!({ "allOf": self.list(|it| it.schema(depth + 1)) }),
            10 => json!({ "type": [self.one_of(&TYPES), self.one_of(&TYPES)] }),
            _ => return self.scalar(),
        };
        if self.next() % 8 == 7
            && let Some(members) = schema.as_object_mut()
        {
            let value = self.scalar();
            let (key, value) = match self.next() % 8 {
                0 => ("default", value),
                1 => ("const", value),
                2 => ("nullable", value),
                3 => ("example", value),
                4 => ("not", self.schema(depth + 1)),
                5 => ("if", self.schema(depth + 1)),
                6 => ("description", value),
                _ => (self.one_of(&EXTENSIONS), value),
            };
            members.insert(key.to_owned(), value);
        }
        schema
    }

    fn object(&mut self, depth: usize) -> Value {
        let properties = self.members(|it| it.schema(depth + 1));
        let mut object = json!({
            "type": "object",
            "properties": properties,
            "required": self.list(|it| it.one_of(&NAMES).into()),
        });
        if self.flag() {
            object["additionalProperties"] = self.schema(depth + 1);
        }
        object
    }

    fn union(&mut self, depth: usize) -> Value {
        let members = self.list(|it| it.schema(depth + 1));
        let mut union = json!({});
        union[self.one_of(&["oneOf", "anyOf"])] = members;
        if self.flag() {
            let mapping = self.members(|it| it.one_of(&REFERENCES).into());
            let name = self.one_of(&NAMES);
            union["discriminator"] = json!({ "propertyName": name, "mapping": mapping });
        }
        union
    }

    fn scalar(&mut self) -> Value {
        match self.next() % 10 {
            0 => Value::Null,
            1 => true.into(),
            2 => false.into(),
            3 => (-1).into(),
            4 => u64::MAX.into(),
            5 => 0.5.into(),
            6 => json!([]),
            7 => json!({}),
            8 => "*/ \" {x} \n\u{0}".into(),
            _ => self.one_of(&NAMES).into(),
        }
    }

    fn operation(&mut self) -> Value {
        let mut operation = json!({
            "tags": self.list(|it| it.one_of(&NAMES).into()),
            "parameters": self.list(Self::parameter),
            "responses": self.responses(),
        });
        if self.flag() {
            operation["operationId"] = self.one_of(&NAMES).into();
        }
        if self.flag() {
            operation["requestBody"] = json!({ "content": self.content() });
        }
        if self.next() % 4 == 3 {
            operation[self.one_of(&EXTENSIONS)] = match self.flag() {
                true => self.scalar(),
                false => self.pagination(),
            };
        }
        operation
    }

    fn parameter(&mut self) -> Value {
        let places = ["query", "path", "header", "cookie", "body"];
        let styles = [
            "form",
            "simple",
            "deepObject",
            "pipeDelimited",
            "matrix",
            "label",
            "odd",
        ];
        let mut parameter = json!({
            "name": self.one_of(&NAMES),
            "in": self.one_of(&places),
            "schema": self.schema(DEPTH - 2),
            "required": self.flag(),
        });
        if self.flag() {
            parameter["style"] = self.one_of(&styles).into();
            parameter["explode"] = self.flag().into();
        }
        parameter
    }

    fn responses(&mut self) -> Value {
        let length = self.next() % 4;
        let responses = (0..length).map(|_| {
            let status = self.one_of(&STATUSES).to_owned();
            (
                status,
                json!({ "description": "", "content": self.content() }),
            )
        });
        Value::Object(responses.collect())
    }

    fn content(&mut self) -> Value {
        let length = self.next() % 3;
        let content = (0..length).map(|_| {
            let media = self.one_of(&MEDIA).to_owned();
            let key = self.one_of(&["schema", "itemSchema"]);
            (media, json!({ key: self.schema(1) }))
        });
        Value::Object(content.collect())
    }

    fn pagination(&mut self) -> Value {
        let styles = [
            "cursor",
            "page-token",
            "offset",
            "link",
            "recognised",
            "odd",
        ];
        let mut pagination = json!({ "style": self.one_of(&styles) });
        for key in [
            "items", "after", "last", "token", "next", "offset", "limit", "more",
        ] {
            if self.flag() {
                pagination[key] = self.one_of(&NAMES).into();
            }
        }
        pagination
    }
}
