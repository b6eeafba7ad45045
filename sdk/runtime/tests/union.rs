//! Unions, open enums and the three-state property, as generated code uses
//! them.

use proptest::prelude::*;
use serde::de::{IgnoredAny, MapAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};
use specwright_runtime::json::{Kind, from_value, has_keys, kind};
use specwright_runtime::maybe::Maybe;
use specwright_runtime::union::{self, Tagged};

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(tag = "type", rename = "text")]
struct Text {
    text: String,
    #[serde(default, skip_serializing_if = "Maybe::is_absent")]
    note: Maybe<u8>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(tag = "type", rename = "group")]
struct Group {
    blocks: Vec<Block>,
    level: u8,
}

#[derive(Debug, Clone, PartialEq)]
enum Block {
    Text(Text),
    Group(Box<Group>),
    Ping,
    Unknown(Value),
}

impl<'de> Tagged<'de> for Block {
    const TAG: &'static str = "type";

    fn variant<A: MapAccess<'de>>(tag: Option<&str>, body: A) -> Result<Self, A::Error> {
        Ok(match tag {
            Some("text") => Self::Text(union::member(body)?),
            Some("group") => Self::Group(union::member(body)?),
            Some("ping") => {
                union::member::<IgnoredAny, _>(body)?;
                Self::Ping
            }
            _ => Self::Unknown(union::unknown(tag, Self::TAG, body)?),
        })
    }
}

impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        union::deserialize(deserializer)
    }
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => text.serialize(serializer),
            Self::Group(group) => group.serialize(serializer),
            Self::Ping => json!({"type": "ping"}).serialize(serializer),
            Self::Unknown(value) => value.serialize(serializer),
        }
    }
}

fn read(json: &str) -> Result<Block, serde_json::Error> {
    let from_text = serde_json::from_str(json);
    let from_bytes: Result<Block, _> = serde_json::from_reader(json.as_bytes());
    if let (Ok(a), Ok(b)) = (&from_text, &from_bytes) {
        assert_eq!(a, b);
    }
    from_text
}

fn error(json: &str) -> String {
    read(json).unwrap_err().to_string()
}

fn text(text: &str) -> Text {
    Text {
        text: text.into(),
        note: Maybe::Absent,
        extra: Map::new(),
    }
}

#[test]
fn the_tag_may_stand_anywhere() {
    let mut expected = text("hi");
    expected
        .extra
        .insert("cache".into(), json!({"ttl": [1, null]}));
    expected.note = Maybe::Value(3);
    for json in [
        r#"{"type":"text","text":"hi","cache":{"ttl":[1,null]},"note":3}"#,
        r#"{"text":"hi","type":"text","cache":{"ttl":[1,null]},"note":3}"#,
        r#"{"note":3,"text":"hi","cache":{"ttl":[1,null]},"type":"text"}"#,
        r#" { "t\u0065xt" : "h\u0069" , "note":3, "t\u0079pe" : "te\u0078t", "cache":{"ttl":[1,null]}} "#,
    ] {
        assert_eq!(read(json).unwrap(), Block::Text(expected.clone()), "{json}");
    }
}

#[test]
fn a_known_tag_is_not_among_the_kept_fields() {
    let Block::Text(block) = read(r#"{"a":1,"type":"text","text":""}"#).unwrap() else {
        panic!("a text");
    };
    assert_eq!(block.extra, json!({"a": 1}).as_object().unwrap().clone());
}

#[test]
fn nested_unions_in_any_order() {
    let inner = Block::Group(Box::new(Group {
        blocks: vec![Block::Text(text("a")), Block::Ping],
        level: 2,
    }));
    for json in [
        r#"{"type":"group","blocks":[{"type":"text","text":"a"},{"x":{},"type":"ping"}],"level":2}"#,
        r#"{"blocks":[{"text":"a","type":"text"},{"type":"ping","x":[]}],"level":2,"type":"group"}"#,
    ] {
        assert_eq!(read(json).unwrap(), inner, "{json}");
    }
}

#[test]
fn what_is_unknown_is_kept_whole() {
    for json in [
        json!({"type": "image", "source": {"type": "url"}, "n": 1.5}),
        json!({"source": 1}),
        json!({}),
        json!({"type": null, "text": "t"}),
        json!({"a": 1, "type": 7, "z": [{}]}),
        json!({"type": {"deep": [true]}}),
        json!({"type": ["text"]}),
    ] {
        assert_eq!(
            read(&json.to_string()).unwrap(),
            Block::Unknown(json.clone())
        );
        assert_eq!(
            serde_json::from_value::<Block>(json.clone()).unwrap(),
            Block::Unknown(json)
        );
    }
}

#[test]
fn what_is_no_object_is_refused() {
    for (json, found) in [
        (r#""hi""#, r#"string "hi""#),
        ("1", "integer `1`"),
        ("-1", "integer `-1`"),
        ("true", "boolean `true`"),
        ("null", "null"),
        ("[{}]", "sequence"),
        ("0.5", "floating point `0.5`"),
    ] {
        let message = error(json);
        let expected =
            format!("invalid type: {found}, expected an object with the property `type`");
        assert!(message.starts_with(&expected), "{json}: {message}");
    }
}

#[test]
fn an_error_in_a_body_says_the_tag_and_where() {
    let message = error(r#"{"type":"text","text":1}"#);
    assert!(
        message.starts_with("type `text`: invalid type: integer `1`"),
        "{message}"
    );
    assert_eq!(message.matches("at line").count(), 1, "{message}");

    let message = error(r#"{"text":1,"type":"text"}"#);
    assert!(
        message.starts_with("type `text`: `text`: invalid type: integer `1`"),
        "{message}"
    );

    let message = error(r#"{"level":1,"blocks":[{"type":"ping"},{"type":"text"}],"type":"group"}"#);
    let expected = "type `group`: `blocks[1]`: type `text`: missing field `text`";
    assert!(message.starts_with(expected), "{message}");

    let mut json = serde_json::Deserializer::from_str(
        r#"{"type":"group","level":1,"blocks":[{"type":"ping"},{"type":"text","text":[]}]}"#,
    );
    let error = serde_path_to_error::deserialize::<_, Block>(&mut json).unwrap_err();
    assert!(
        error.path().to_string().starts_with("blocks[1]"),
        "{}",
        error.path()
    );
}

#[test]
fn kinds_and_keys_of_json() {
    let kinds = json!([null, true, 1, -1, 1.5, "s", [], {}]);
    let kinds: Vec<_> = kinds.as_array().unwrap().iter().map(kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::Null,
            Kind::Boolean,
            Kind::Integer,
            Kind::Integer,
            Kind::Number,
            Kind::String,
            Kind::Array,
            Kind::Object
        ]
    );
    assert!(has_keys(&json!({"a": null}), &["a"]));
    assert!(!has_keys(&json!(["a"]), &["a"]));

    let result: Result<Group, serde_json::Error> = from_value(json!({"blocks": [], "level": "x"}));
    let message = result.unwrap_err().to_string();
    assert!(
        message.starts_with("`level`: invalid type: string \"x\""),
        "{message}"
    );
    let result: Result<u8, serde_json::Error> = from_value(json!("x"));
    assert!(result.unwrap_err().to_string().starts_with("invalid type"));
}

#[test]
fn three_states_of_a_property() {
    #[derive(Serialize, Deserialize, Debug, PartialEq, Default)]
    struct Patch {
        #[serde(default, skip_serializing_if = "Maybe::is_absent")]
        name: Maybe<String>,
    }
    for (json, name) in [
        ("{}", Maybe::Absent),
        (r#"{"name":null}"#, Maybe::Null),
        (r#"{"name":"a"}"#, Maybe::Value("a".to_owned())),
    ] {
        let patch: Patch = serde_json::from_str(json).unwrap();
        assert_eq!(patch.name, name);
        assert_eq!(serde_json::to_string(&patch).unwrap(), json);
    }
    assert!(serde_json::from_str::<Patch>(r#"{"name":1}"#).is_err());
    assert_eq!(Maybe::<u8>::from(None), Maybe::Null);
    assert_eq!(Maybe::from(1).map(|n| n + 1), Maybe::Value(2));
    assert_eq!(Maybe::<u8>::Null.map(|n| n + 1).unwrap_or(9), 9);
    let mut value = Maybe::Value(1);
    *value.as_mut().unwrap() += 1;
    assert_eq!((value.take(), value), (Maybe::Value(2), Maybe::Absent));
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Quarters: serde_json reads other fractions to the last bit only with a feature.
        any::<i32>().prop_map(|n| Value::from(f64::from(n) / 4.0)),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Objects whose tag, when they have one, is at any place among the keys.
fn blocks() -> impl Strategy<Value = Value> {
    let extra = prop::collection::btree_map("[a-su-z][a-z]{0,3}|zz[a-z]", values(), 0..4);
    let tag = prop_oneof![Just("text"), Just("group"), Just("ping"), Just("other")];
    let leaf = (extra, tag, ".{0,8}").prop_map(|(extra, tag, text)| {
        let mut object: Map<String, Value> = extra.into_iter().collect();
        match tag {
            "text" => object.extend([("text".to_owned(), text.into())]),
            "group" => {
                object = Map::from_iter([("blocks".into(), json!([])), ("level".into(), 1.into())])
            }
            "ping" => object.clear(),
            _ => {}
        }
        object.insert("type".into(), tag.into());
        Value::Object(object)
    });
    leaf.prop_recursive(3, 20, 3, |inner| {
        (prop::collection::vec(inner, 0..3), any::<u8>())
            .prop_map(|(blocks, level)| json!({"blocks": blocks, "level": level, "type": "group"}))
    })
}

fn with_tag_first(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_by_key(|(key, _)| *key != "type");
            let entries: Vec<_> = entries
                .into_iter()
                .map(|(key, value)| {
                    format!("{}:{}", Value::from(key.as_str()), with_tag_first(value))
                })
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(with_tag_first).collect();
            format!("[{}]", items.join(","))
        }
        scalar => scalar.to_string(),
    }
}

proptest! {
    #[test]
    fn round_trip(value in blocks()) {
        let as_sorted: Block = serde_json::from_str(&value.to_string()).unwrap();
        let as_tag_first: Block = serde_json::from_str(&with_tag_first(&value)).unwrap();
        let from_value: Block = serde_json::from_value(value.clone()).unwrap();
        prop_assert_eq!(&as_sorted, &as_tag_first);
        prop_assert_eq!(&as_sorted, &from_value);
        prop_assert_eq!(serde_json::to_value(&as_sorted).unwrap(), value);
    }
}
