//! Lists of records.

use std::ops::Deref;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{Field, PickError, Record, Selector};
use crate::pages::{Next, Page};

/// One page of a list of records. It derefs to a slice.
///
/// Connector documents do not say where in a reply a list is. It is found so:
/// - the reply is a list: that is it;
/// - the reply is an object: the list is its member `data`, or its only member that is a list;
/// - a record whose selectors lead through that list by number (`channels`, 0, `id`) is about the
///   whole reply, which then is the one record; one whose selectors lead through it by name
///   (`data`, `gid`) is about an element as if it stood there alone;
/// - a reply without a list, or whose own members fit the record at least as well as those of the
///   first element, is the one record.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordPage<T> {
    records: Vec<T>,
    rest: Value,
    last_id: Option<String>,
    first_id: Option<String>,
}

impl<T: Record> RecordPage<T> {
    /// Picks the records out of a reply.
    ///
    /// # Errors
    /// When a record holds a value of another type than the document says.
    pub fn from_reply(reply: Value) -> Result<Self, PickError> {
        let (items, rest) = split(reply, T::FIELDS);
        let records = items
            .into_iter()
            .map(T::from_reply)
            .collect::<Result<Vec<T>, _>>()?;
        let id = |record: Option<&T>| id(record?.raw());
        Ok(Self {
            first_id: id(records.first()),
            last_id: id(records.last()),
            records,
            rest,
        })
    }
}

impl<T> RecordPage<T> {
    /// The reply without the records, `has_more` and `last_id` for example; `null` when the whole
    /// reply is the one record. Each record keeps its own part of the reply.
    pub fn rest(&self) -> &Value {
        &self.rest
    }
}

impl<T: Record> RecordPage<T> {
    /// What the reply says of paging is in its rest, or in the record that is all of it.
    fn around(&self) -> &Value {
        match self.records.as_slice() {
            [whole] if self.rest.is_null() => whole.raw(),
            _ => &self.rest,
        }
    }

    fn text(&self, key: &str) -> Option<String> {
        text(self.around().get(key)?)
    }

    /// The token of the next page.
    fn token(&self) -> Option<String> {
        const KEYS: [&str; 6] = [
            "next_page",
            "next_page_token",
            "nextPageToken",
            "next_cursor",
            "nextCursor",
            "next_token",
        ];
        let around = self.around();
        let nested = || around.get("response_metadata")?.get("next_cursor");
        let found = KEYS
            .iter()
            .find_map(|key| around.get(key))
            .or_else(nested)?;
        text(found).filter(|token| !token.is_empty())
    }
}

impl<T: Record> Page for RecordPage<T> {
    type Item = T;

    fn into_items(self) -> Vec<T> {
        self.records
    }

    fn len(&self) -> usize {
        self.records.len()
    }

    fn next(&self) -> Next {
        Next::Shown {
            first: self.text("first_id").or_else(|| self.first_id.clone()),
            last: self.text("last_id").or_else(|| self.last_id.clone()),
            token: self.token(),
            more: ["has_more", "hasMore"]
                .iter()
                .find_map(|key| self.around().get(key)?.as_bool()),
        }
    }

    fn at(&self, place: &[Selector]) -> Option<String> {
        let mut steps = place.iter();
        let found = steps.try_fold(self.around(), |value, step| step.step(value));
        text(found?)
    }
}

impl<T> Deref for RecordPage<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.records
    }
}

impl<T> IntoIterator for RecordPage<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.records.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a RecordPage<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.records.iter()
    }
}

impl<'de, T: Record> Deserialize<'de> for RecordPage<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_reply(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The replies of the single records, and what is left of the whole.
fn split(mut reply: Value, fields: &[Field]) -> (Vec<Value>, Value) {
    if let Some(items) = reply.as_array_mut() {
        return (std::mem::take(items), reply);
    }
    if reply.is_null() {
        return (Vec::new(), reply);
    }
    let Some((key, named)) = list_in(&reply, fields) else {
        return (vec![reply], Value::Null);
    };
    let items = match reply.get_mut(&key).map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let wrap = |item| Value::Object(Map::from_iter([(key.clone(), item)]));
    let items = if named {
        items.into_iter().map(wrap).collect()
    } else {
        items
    };
    (items, reply)
}

/// The member of an object that is the list of records, and whether the selectors begin with its
/// name. `None` when the object itself is the record.
fn list_in(reply: &Value, fields: &[Field]) -> Option<(String, bool)> {
    let members = reply.as_object()?;
    let data = members
        .get_key_value("data")
        .filter(|(_, data)| data.is_array() || data.is_null());
    let (key, list) = data.or_else(|| {
        let mut lists = members.iter().filter(|(_, member)| member.is_array());
        lists.next().filter(|_| lists.next().is_none())
    })?;
    let mut named = false;
    for field in fields {
        match field.selector {
            [Selector::Key(first), Selector::Key(_), ..] if first == key => named = true,
            [Selector::Key(first), ..] if first == key => return None,
            _ => {}
        }
    }
    let fitting = |value: &Value| {
        fields
            .iter()
            .filter(|field| field.find(value).is_some())
            .count()
    };
    let whole = fitting(reply);
    let first = list.get(0).map_or(0, fitting);
    let is_whole = !named && key != "data" && whole > 0 && whole >= first;
    (!is_whole).then(|| (key.clone(), named))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn id(raw: &Value) -> Option<String> {
    text(raw.get("id")?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Selector::{Index, Key};
    use super::*;

    /// A record with the fields of the test at hand.
    macro_rules! record {
        ($name:ident, $($selector:expr),*) => {
            #[derive(Debug, Clone, PartialEq)]
            struct $name(Value);

            impl Record for $name {
                const FIELDS: &'static [Field] = &[$(Field::new("f", &$selector)),*];

                fn from_reply(reply: Value) -> Result<Self, PickError> {
                    Ok(Self(reply))
                }

                fn raw(&self) -> &Value {
                    &self.0
                }
            }
        };
    }

    record!(Model, [Key("id")], [Key("name")]);
    record!(Channel, [Key("channels"), Index(0), Key("id")], [Key("ok")]);
    record!(Results, [Key("results")], [Key("has_more")]);
    record!(
        Task,
        [Key("data"), Key("gid")],
        [Key("data"), Key("tags"), Index(0)]
    );
    record!(
        Forecast,
        [Key("latitude")],
        [Key("hourly"), Key("time"), Index(0)]
    );

    fn page<T: Record>(reply: Value) -> RecordPage<T> {
        RecordPage::from_reply(reply).unwrap()
    }

    fn raws<T: Record>(reply: Value) -> Vec<Value> {
        page::<T>(reply)
            .iter()
            .map(|record| record.raw().clone())
            .collect()
    }

    #[test]
    fn lists_are_found_where_services_put_them() {
        let items = [json!({"id": "a"}), json!({"id": "b"})];
        assert_eq!(raws::<Model>(json!(items)), items);
        assert_eq!(raws::<Model>(json!({"data": items, "warnings": []})), items);
        assert_eq!(raws::<Model>(json!({"ok": true, "models": items})), items);
        assert_eq!(
            raws::<Model>(json!({"data": [], "has_more": false})),
            [] as [Value; 0]
        );
        assert_eq!(raws::<Model>(json!({"data": null})), [] as [Value; 0]);
        assert_eq!(raws::<Model>(Value::Null), [] as [Value; 0]);
    }

    #[test]
    fn selectors_tell_whether_a_record_is_the_whole_reply() {
        let reply = json!({"ok": true, "channels": [{"id": "C1"}, {"id": "C2"}]});
        assert_eq!(raws::<Channel>(reply.clone()), [reply]);
        let reply = json!({"results": [], "has_more": false});
        assert_eq!(raws::<Results>(reply.clone()), [reply]);
        let reply = json!({"latitude": 1.0, "hourly": {"time": ["a"]}});
        assert_eq!(raws::<Forecast>(reply.clone()), [reply]);
        // The only list is not what the record is about.
        let reply = json!({"latitude": 1.0, "alerts": [{}]});
        assert_eq!(raws::<Forecast>(reply.clone()), [reply]);
    }

    #[test]
    fn selectors_through_the_list_by_name_see_one_element() {
        let reply = json!({"data": [{"gid": "1"}, {"gid": "2"}], "next_page": null});
        let expected = [json!({"data": {"gid": "1"}}), json!({"data": {"gid": "2"}})];
        assert_eq!(raws::<Task>(reply), expected);
    }

    #[test]
    fn the_rest_of_the_reply_stays_reachable() {
        let page = page::<Model>(json!({"data": [{"id": "a"}], "total": 7}));
        assert_eq!(page.rest(), &json!({"data": null, "total": 7}));
    }

    #[test]
    fn the_reply_shows_how_it_goes_on() {
        let shown = |reply| match page::<Model>(reply).next() {
            Next::Shown {
                first,
                last,
                token,
                more,
            } => (first, last, token, more),
            other => panic!("{other:?}"),
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            shown(
                json!({"data": [{"id": "a"}], "has_more": true, "first_id": "x", "last_id": "y"})
            ),
            (some("x"), some("y"), None, Some(true))
        );
        // Without ids in the reply those of the records are meant.
        assert_eq!(
            shown(json!({"data": [{"id": "a"}, {"id": 2}], "has_more": false})),
            (some("a"), some("2"), None, Some(false))
        );
        assert_eq!(
            shown(json!({"data": [], "has_more": true, "next_page": "p2"})),
            (None, None, some("p2"), Some(true))
        );
        for last in [
            json!({"data": [], "next_page": null}),
            json!({"data": [], "next_cursor": ""}),
        ] {
            assert_eq!(shown(last), (None, None, None, None));
        }
        let slack = json!({"models": [{"id": "a"}], "response_metadata": {"next_cursor": "c"}});
        assert_eq!(shown(slack).2, some("c"));
    }
}
