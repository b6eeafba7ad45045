//! Objects: their members are read in any order, each into its place, and written until one fails.

use std::collections::BTreeMap;

use serde::de::MapAccess;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};
use specwright_runtime::maybe::Maybe;
use specwright_runtime::object::{self, Members, Object, Required};

#[derive(Debug, PartialEq)]
struct Lamp<Extra> {
    id: u32,
    colour: Option<String>,
    watts: Option<f64>,
    extra: Extra,
}

macro_rules! reads {
    ($extra:ty) => {
        impl<'de> Object<'de> for Lamp<$extra> {
            fn read<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
                let (mut id, mut colour, mut watts) = (Required(None), None, None);
                let mut extra = <$extra>::default();
                object::read(
                    map,
                    &["id", "colour", "watts"],
                    &mut [&mut id, &mut colour, &mut watts],
                    &mut extra,
                )?;
                let Required(Some(id)) = id else {
                    return Err(object::missing());
                };
                Ok(Self {
                    id,
                    colour,
                    watts,
                    extra,
                })
            }
        }

        impl<'de> Deserialize<'de> for Lamp<$extra> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                object::deserialize(deserializer)
            }
        }
    };
}

reads!(());
reads!(Map<String, Value>);
reads!(BTreeMap<String, u8>);

fn lamp<Extra>(extra: Extra) -> Lamp<Extra> {
    Lamp {
        id: 7,
        colour: Some("red".into()),
        watts: Some(4.5),
        extra,
    }
}

#[test]
fn members_come_in_any_order_among_others() {
    for text in [
        r#"{"id":7,"colour":"red","watts":4.5}"#,
        r#"{"watts":4.5,"colour":"red","id":7}"#,
        r#"{"x":1,"colour":"red","y":[{"id":8}],"id":7,"watts":4.5,"z":null}"#,
        r#"{"watts":4.5,"watt\u0073":4.5,"id":7,"colour":"red"}"#,
    ] {
        assert_eq!(serde_json::from_str::<Lamp<()>>(text).unwrap(), lamp(()));
    }
}

#[test]
fn of_a_member_that_comes_twice_the_last_counts() {
    let text =
        r#"{"id":1,"colour":"blue","id":7,"watts":1,"colour":null,"watts":4.5,"colour":"red"}"#;
    assert_eq!(serde_json::from_str::<Lamp<()>>(text).unwrap(), lamp(()));
}

#[test]
fn other_members_are_kept_in_the_map_there_is() {
    let value = json!({"a": 1, "id": 7, "b": 2, "colour": "red", "watts": 4.5});
    let kept: Lamp<BTreeMap<String, u8>> = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(
        kept,
        lamp(BTreeMap::from([("a".into(), 1), ("b".into(), 2)]))
    );
    let kept: Lamp<Map<String, Value>> = serde_json::from_value(value).unwrap();
    assert_eq!(Value::Object(kept.extra), json!({"a": 1, "b": 2}));
}

#[test]
fn an_error_says_what_is_wrong() {
    for (text, message) in [
        (r#"{"colour":"red"}"#, "missing field `id`"),
        (r#"{"id":null}"#, "invalid type: null, expected u32"),
        (r#"{"id":1,"watts":"4"}"#, "invalid type: string \"4\""),
        (r#"{"id":1,"#, "EOF while parsing"),
        (r#"[1]"#, "invalid type: sequence, expected an object"),
    ] {
        let error = serde_json::from_str::<Lamp<()>>(text).unwrap_err();
        assert!(error.to_string().starts_with(message), "{text}: {error}");
    }
}

/// A value that cannot be written.
struct Broken;

impl Serialize for Broken {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("it is broken"))
    }
}

struct Written;

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Members::new(serializer)
            .member("a", &1)
            .member("b", &Broken)
            .optional("c", &Some(2))
            .extra(&BTreeMap::from([("d".to_owned(), 3)]))
            .end()
    }
}

#[test]
fn the_first_thing_that_cannot_be_written_is_the_error() {
    let error = serde_json::to_string(&Written).unwrap_err();
    assert_eq!(error.to_string(), "it is broken");
    let error = serde_json::to_value(Written).unwrap_err();
    assert_eq!(error.to_string(), "it is broken");
}

#[test]
fn an_object_is_complete_once() {
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut text);
    let mut members = Members::new(&mut serializer);
    members.member("a", &1);
    assert!(members.end().is_ok());
    assert!(members.member("b", &2).end().is_err());
    assert_eq!(text, br#"{"a":1}"#);
}

/// Numbers that reading without the feature puts one float beside.
#[cfg(feature = "exact-floats")]
#[test]
fn floats_are_read_to_the_last_bit() {
    let inexact_otherwise = [
        "31.245270191439438",
        "121.48791951161945",
        "2.638344616030823e-256",
    ];
    for text in inexact_otherwise {
        let json = format!(r#"{{"id":7,"watts":{text}}}"#);
        let lamp: Lamp<()> = serde_json::from_str(&json).unwrap();
        assert_eq!(lamp.watts, text.parse().ok());
    }
}

struct Shelf {
    books: Vec<&'static str>,
    lent: Option<Vec<u8>>,
    lost: Maybe<Vec<u8>>,
}

impl Serialize for Shelf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Members::new(serializer)
            .list("books", &self.books)
            .optional_list("lent", &self.lent)
            .maybe_list("lost", &self.lost)
            .end()
    }
}

#[test]
fn lists_are_written_in_order_or_left_out() {
    let shelves = [
        (vec![], None, Maybe::Absent, r#"{"books":[]}"#),
        (
            vec!["b", "a"],
            Some(vec![]),
            Maybe::Null,
            r#"{"books":["b","a"],"lent":[],"lost":null}"#,
        ),
        (
            vec!["c"],
            Some(vec![1, 2]),
            Maybe::Value(vec![3]),
            r#"{"books":["c"],"lent":[1,2],"lost":[3]}"#,
        ),
    ];
    for (books, lent, lost, text) in shelves {
        let shelf = Shelf { books, lent, lost };
        assert_eq!(serde_json::to_string(&shelf).unwrap(), text);
    }
}
