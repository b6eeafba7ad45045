//! What a JSON value becomes on its way through a type: whether it can be one, and what is left of
//! it. Generated code does the same when it runs; tests are made from what is known before.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::expression::MAX_DEPTH;
use super::object::{Member, Presence, members};
use super::{Scope, shape_union};
use crate::model::{Extra, Object, Primitive, Shape, Tagging, TypeDef, TypeRef, Union};

/// The part of the way that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A caller builds it and it is sent. Members that nobody can set make it another value.
    Sent,
    /// It is read: members that no field keeps are gone.
    Read,
    /// It is read and written again: what is only ever read is gone, too.
    Written,
}

/// What `value` is after its way through a `ty`; `None` when it is no `ty`.
pub(crate) fn travel(scope: &Scope<'_>, ty: &TypeRef, value: &Value, way: Way) -> Option<Value> {
    Traveller { scope, way }.at(ty, value, 0)
}

struct Traveller<'a> {
    scope: &'a Scope<'a>,
    way: Way,
}

impl Traveller<'_> {
    fn at(&self, ty: &TypeRef, value: &Value, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.scope.context.api.types.resolve(ty) {
            TypeRef::Any => Some(value.clone()),
            TypeRef::Primitive(primitive) => scalar(*primitive, value),
            TypeRef::Nullable(_) if value.is_null() => Some(Value::Null),
            TypeRef::Nullable(inner) => self.at(inner, value, depth + 1),
            TypeRef::List(inner) => {
                let items = value.as_array()?.iter();
                items
                    .map(|item| self.at(inner, item, depth + 1))
                    .collect::<Option<Vec<_>>>()
                    .map(Value::Array)
            }
            TypeRef::Tuple(places) => {
                let items = value.as_array().filter(|it| it.len() == places.len())?;
                places
                    .iter()
                    .zip(items)
                    .map(|(place, item)| self.at(place, item, depth + 1))
                    .collect::<Option<Vec<_>>>()
                    .map(Value::Array)
            }
            TypeRef::Map(inner) => {
                let entries = value.as_object()?.iter();
                entries
                    .map(|(key, value)| Some((key.clone(), self.at(inner, value, depth + 1)?)))
                    .collect::<Option<Map<_, _>>>()
                    .map(Value::Object)
            }
            TypeRef::Named(id) => self.named(self.scope.context.api.types.get(*id), value, depth),
        }
    }

    fn named(&self, def: &TypeDef, value: &Value, depth: usize) -> Option<Value> {
        match &def.shape {
            Shape::OpenEnum(_) => value.as_str().map(|_| value.clone()),
            Shape::Newtype(primitive) => scalar(*primitive, value),
            Shape::Object(object) => self.object(def, object, value.as_object()?, depth),
            Shape::Union(union) => self.union(union, value, depth),
            Shape::AllOf(_) | Shape::Events(_) | Shape::Record(_) | Shape::Alias(_) => None,
        }
    }

    fn object(
        &self,
        def: &TypeDef,
        object: &Object,
        given: &Map<String, Value>,
        depth: usize,
    ) -> Option<Value> {
        let mut made = Map::new();
        for member in members(self.scope, def, object) {
            let wire = &member.field.wire;
            if let Some(value) = self.member(def, &member, given.get(wire), depth)? {
                made.insert(wire.clone(), value);
            }
        }
        let known = |key: &str| object.fields.iter().any(|field| field.wire == key);
        for (key, value) in given.iter().filter(|(key, _)| !known(key)) {
            match &object.extra {
                Extra::Kept(ty) => {
                    made.insert(key.clone(), self.at(ty, value, depth + 1)?);
                }
                Extra::Ignored if self.way == Way::Sent => return None,
                Extra::Ignored => {}
            }
        }
        Some(Value::Object(made))
    }

    /// What becomes of a member: `None` when the object cannot be, `Some(None)` when it is gone.
    fn member(
        &self,
        def: &TypeDef,
        member: &Member<'_>,
        given: Option<&Value>,
        depth: usize,
    ) -> Option<Option<Value>> {
        let field = member.field;
        let never_written = field.read_only && def.usage.sent;
        if let Some(constant) = member.constant {
            return Some(Some(constant.into()));
        }
        if self.way == Way::Sent && field.read_only {
            return Some(None);
        }
        if self.way == Way::Sent && member.literal.is_some() {
            return Some(field.constant.clone());
        }
        let value = match (given, member.presence) {
            (None, Presence::Always) => return None,
            (None, Presence::Nullable) if self.way == Way::Sent => return None,
            (None | Some(Value::Null), Presence::Nullable) => Some(Value::Null),
            (None, _) | (Some(Value::Null), Presence::Optional) => None,
            (Some(Value::Null), Presence::Maybe) => Some(Value::Null),
            (Some(value), _) => Some(self.at(member.inner, value, depth + 1)?),
        };
        Some(value.filter(|_| self.way != Way::Written || !never_written))
    }

    fn union(&self, union: &Union, value: &Value, depth: usize) -> Option<Value> {
        let Tagging::Property(tag) = &union.tagging else {
            return self.untagged(union, value, depth);
        };
        let told = value.as_object()?.get(tag).map(Value::as_str);
        let variant = union.variants.iter().find(|variant| match told {
            Some(Some(told)) => variant.tags.iter().any(|known| known == told),
            Some(None) => false,
            None => variant.default,
        });
        match variant {
            Some(variant) => self.at(&variant.ty, value, depth + 1),
            // Kept as it came.
            None => (self.way != Way::Sent && told.is_some()).then(|| value.clone()),
        }
    }

    fn untagged(&self, union: &Union, value: &Value, depth: usize) -> Option<Value> {
        if self.way == Way::Sent {
            let mut variants = union.variants.iter();
            return variants.find_map(|variant| self.at(&variant.ty, value, depth + 1));
        }
        let (candidates, sure) = shape_union::candidates_of(self.scope, union, value);
        let mut fitting = candidates.iter().filter_map(|variant| {
            let inner = self.at(&variant.ty, value, depth + 1);
            if sure { Some(inner) } else { inner.map(Some) }
        });
        match fitting.next() {
            Some(member) => member,
            None => Some(value.clone()),
        }
    }
}

fn scalar(primitive: Primitive, value: &Value) -> Option<Value> {
    let text = |is: fn(&str) -> bool| value.as_str().filter(|text| is(text)).map(Value::from);
    match primitive {
        Primitive::String | Primitive::Secret | Primitive::Timestamp | Primitive::Upload => {
            text(|_| true)
        }
        Primitive::Bool => value.as_bool().map(Value::from),
        Primitive::Int32 => Some(i32::try_from(value.as_i64()?).ok()?.into()),
        Primitive::Int64 => value.as_i64().map(Value::from),
        Primitive::Uint32 => Some(u32::try_from(value.as_u64()?).ok()?.into()),
        Primitive::Uint64 => value.as_u64().map(Value::from),
        Primitive::Double | Primitive::Float => value.as_f64().map(Value::from),
        Primitive::DateTime => text(is_date_time),
        Primitive::Date => text(is_date),
        Primitive::Uuid => {
            let text = text(is_uuid)?;
            Some(text.as_str()?.to_ascii_lowercase().into())
        }
        Primitive::Base64 | Primitive::Binary => {
            let bytes = STANDARD.decode(value.as_str()?).ok()?;
            Some(STANDARD.encode(bytes).into())
        }
    }
}

/// Whether a text is digits with these marks between them: `0000-00-00`.
fn has_form(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text
            .bytes()
            .zip(form.bytes())
            .all(|(found, wanted)| match wanted {
                b'0' => found.is_ascii_digit(),
                b'x' => found.is_ascii_hexdigit(),
                _ => found == wanted,
            })
}

fn is_uuid(text: &str) -> bool {
    has_form(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
}

/// `2026-01-31`.
fn is_date(text: &str) -> bool {
    let number = |range: std::ops::Range<usize>| -> Option<u32> { text.get(range)?.parse().ok() };
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    has_form(text, "0000-00-00") && (1..=12).contains(&month) && (1..=days).contains(&day)
}

/// `2026-01-31T12:00:00.5Z`, with an offset as well.
fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else {
        return false;
    };
    let (time, offset) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => return false,
    };
    let below = |text: &str, limits: &[u32]| {
        let mut parts = text.split(':').zip(limits);
        parts.all(|(part, limit)| part.parse::<u32>().is_ok_and(|part| part < *limit))
    };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let zone = matches!(offset, "Z" | "z")
        || offset
            .get(1..)
            .is_some_and(|zone| has_form(zone, "00:00") && below(zone, &[24, 60]));
    is_date(date)
        && has_form(time, "00:00:00")
        && below(time, &[24, 60, 60])
        && (1..=9).contains(&fraction.len())
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && zone
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn dates_and_times() {
        for good in [
            "2026-01-31T12:00:00Z",
            "2024-02-29T23:59:59.123+05:30",
            "2026-12-01t00:00:00z",
        ] {
            assert!(is_date_time(good), "{good}");
        }
        for bad in [
            "2026-01-31",
            "2026-01-31 12:00:00Z",
            "2026-01-31T12:00:00",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:00Z",
            "2026-02-29T12:00:00Z",
            "2026-01-31T12:00:00.Z",
            "2026-01-31T12:00:00+0530",
            "Tué-01-31T12:00:00Z",
        ] {
            assert!(!is_date_time(bad), "{bad}");
        }
        assert!(is_date("2000-02-29") && !is_date("1900-02-29") && !is_date("2026-13-01"));
    }

    #[test]
    fn scalars_keep_to_their_types() {
        assert_eq!(scalar(Primitive::Int32, &json!(3_000_000_000_u32)), None);
        assert_eq!(scalar(Primitive::Int64, &json!(1.5)), None);
        assert_eq!(scalar(Primitive::Double, &json!(1)), Some(json!(1.0)));
        assert_eq!(scalar(Primitive::String, &json!(1)), None);
        assert_eq!(scalar(Primitive::Base64, &json!("a b")), None);
        let uuid = json!("01234567-89AB-4CDE-8F01-23456789ABCD");
        let lower = json!("01234567-89ab-4cde-8f01-23456789abcd");
        assert_eq!(scalar(Primitive::Uuid, &uuid), Some(lower));
    }
}
