//! Types as schemas: objects are components, everything else stands where it is used.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::names::{Names, member};
use super::{LeftOut, describe};
use crate::model::{
    Api, BodyContent, Extra, Field, Object, Primitive, Shape, TypeDef, TypeId, TypeRef,
};

/// How deep a schema may nest before the rest of it is free JSON. Only aliases that lead into
/// themselves come near.
const MAX_DEPTH: usize = 32;

/// The schemas of an API.
pub(super) struct Schemas<'a> {
    pub(super) api: &'a Api,
    /// Component names of the objects.
    names: BTreeMap<TypeId, String>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(api: &'a Api) -> Self {
        let forms = multipart_forms(api);
        let mut unique = Names::default();
        let objects = api.types.iter().filter(|(id, def)| {
            let used = def.usage.sent || def.usage.received;
            used && matches!(def.shape, Shape::Object(_)) && !forms.contains(id)
        });
        let names = objects
            .map(|(id, def)| (id, unique.unique(&def.name)))
            .collect();
        Self { api, names }
    }

    /// The schema of a use of a type.
    pub(super) fn schema(&self, ty: &TypeRef) -> Value {
        self.nested(ty, 0)
    }

    fn nested(&self, ty: &TypeRef, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return json!({});
        }
        let (ty, nullable) = self.resolve(ty);
        let mut schema = match ty {
            TypeRef::Primitive(primitive) => scalar(*primitive),
            TypeRef::List(inner) => {
                json!({ "type": "array", "items": self.nested(inner, depth + 1) })
            }
            // 3.0 has one type for all places: theirs, where it is the same.
            TypeRef::Tuple(places) => {
                let mut items = places.iter().map(|place| self.nested(place, depth + 1));
                let first = items.next().unwrap_or_else(|| json!({}));
                let same = items.all(|other| other == first);
                json!({ "type": "array", "items": if same { first } else { json!({}) } })
            }
            TypeRef::Map(inner) => {
                json!({ "type": "object", "additionalProperties": self.nested(inner, depth + 1) })
            }
            TypeRef::Named(id) => self.named(*id),
            TypeRef::Nullable(_) | TypeRef::Any => json!({}),
        };
        match schema.as_object_mut() {
            // progenitor makes code that does not compile from a reference that may be null.
            Some(object) if nullable && object.contains_key("$ref") => return json!({}),
            Some(object) if nullable && object.contains_key("type") => {
                object.insert("nullable".into(), true.into());
            }
            _ => {}
        }
        schema
    }

    fn named(&self, id: TypeId) -> Value {
        match (&self.api.types.get(id).shape, self.names.get(&id)) {
            (Shape::Object(_), Some(name)) => {
                json!({ "$ref": format!("#/components/schemas/{name}") })
            }
            (Shape::OpenEnum(_), _) => scalar(Primitive::String),
            (Shape::Newtype(primitive), _) => scalar(*primitive),
            _ => json!({}),
        }
    }

    /// What a use of a type stands for, without aliases and without an outer `null`, and whether it
    /// may be null.
    pub(super) fn resolve<'t>(&'t self, ty: &'t TypeRef) -> (&'t TypeRef, bool) {
        let (mut ty, mut nullable) = (self.api.types.resolve(ty), false);
        // Each round takes off a `null`; there are not more of them than types, unless in a cycle.
        for _ in 0..=self.api.types.len() {
            let TypeRef::Nullable(inner) = ty else { break };
            nullable = true;
            ty = self.api.types.resolve(inner);
        }
        (ty, nullable)
    }

    /// The schema of a parameter with a single value, if it is one. Where it may be one of several
    /// single values, the text that is sent stands for them.
    pub(super) fn single(&self, ty: &TypeRef) -> Option<Value> {
        match self.resolve(ty).0 {
            TypeRef::Primitive(Primitive::Binary | Primitive::Upload) => None,
            TypeRef::Primitive(primitive) => Some(scalar(*primitive)),
            TypeRef::Named(id) => match &self.api.types.get(*id).shape {
                Shape::OpenEnum(_) => Some(scalar(Primitive::String)),
                Shape::Newtype(primitive) => Some(scalar(*primitive)),
                Shape::Union(union) if union.variants.iter().all(|one| self.is_text(&one.ty)) => {
                    Some(scalar(Primitive::String))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a type is a scalar or an enum: what a union of single values consists of.
    fn is_text(&self, ty: &TypeRef) -> bool {
        match self.resolve(ty).0 {
            TypeRef::Primitive(primitive) => {
                !matches!(primitive, Primitive::Binary | Primitive::Upload)
            }
            TypeRef::Named(id) => matches!(
                self.api.types.get(*id).shape,
                Shape::OpenEnum(_) | Shape::Newtype(_)
            ),
            _ => false,
        }
    }

    /// The schema of the values of a parameter with a list of them, if it is one.
    pub(super) fn several(&self, ty: &TypeRef) -> Option<Value> {
        match self.resolve(ty).0 {
            TypeRef::List(inner) => self.single(inner),
            _ => None,
        }
    }

    /// Whether a type is an object of single values.
    pub(super) fn is_flat(&self, ty: &TypeRef) -> bool {
        let TypeRef::Named(id) = self.resolve(ty).0 else {
            return false;
        };
        let Shape::Object(object) = &self.api.types.get(*id).shape else {
            return false;
        };
        object.extra == Extra::Ignored
            && object
                .fields
                .iter()
                .all(|field| self.single(&field.ty).is_some())
    }

    /// The components.
    pub(super) fn components(&self, left_out: &mut Vec<LeftOut>) -> Value {
        let mut components = Map::new();
        for (id, def) in self.api.types.iter() {
            match (&def.shape, self.names.get(&id)) {
                (Shape::Object(object), Some(name)) => {
                    components.insert(name.clone(), self.object(name, def, object, left_out));
                }
                (Shape::Union(union), _) => left_out.push(LeftOut {
                    subject: def.name.clone(),
                    part: format!("its {} variants", union.variants.len()),
                    reason: "any JSON stands in the place of a union".into(),
                }),
                _ => {}
            }
        }
        Value::Object(components)
    }

    fn object(
        &self,
        name: &str,
        def: &TypeDef,
        object: &Object,
        left_out: &mut Vec<LeftOut>,
    ) -> Value {
        let mut names = Names::default();
        let (mut properties, mut required) = (Map::new(), Vec::new());
        let mut leave_out = |field: &Field, reason: &str| {
            left_out.push(LeftOut {
                subject: name.to_owned(),
                part: format!("property `{}`", field.wire),
                reason: reason.to_owned(),
            });
        };
        for field in &object.fields {
            if field.internal {
                leave_out(field, "it is set by the operation that needs it");
                continue;
            }
            if !names.claim(&member(&field.wire)) {
                leave_out(field, "another property has the same name in Rust");
                continue;
            }
            let (schema, null_reference) = self.property(field);
            properties.insert(field.wire.clone(), schema);
            let one_way =
                (field.read_only && def.usage.sent) || (field.write_only && def.usage.received);
            if field.required && null_reference {
                leave_out(
                    field,
                    "it is required and may be null: it is optional instead",
                );
            } else if field.required && !one_way {
                required.push(Value::from(field.wire.as_str()));
            }
        }
        let mut schema = Map::new();
        schema.insert("type".into(), "object".into());
        describe(&mut schema, def.description.as_deref());
        schema.insert("properties".into(), Value::Object(properties));
        if !required.is_empty() {
            schema.insert("required".into(), Value::Array(required));
        }
        if let Extra::Kept(ty) = &object.extra {
            // Unknown members land in a field of this name, unless the document has one.
            let extra = if names.claim("extra") {
                self.schema(ty)
            } else {
                Value::Bool(true)
            };
            schema.insert("additionalProperties".into(), extra);
        }
        Value::Object(schema)
    }

    /// The schema of a property, and whether it is a reference that may be null: such a property
    /// cannot say `null`, so it must be optional.
    fn property(&self, field: &Field) -> (Value, bool) {
        let (ty, nullable) = self.resolve(&field.ty);
        let mut schema = self.schema(ty);
        let Some(object) = schema.as_object_mut() else {
            return (schema, false);
        };
        if object.contains_key("$ref") {
            return (schema, nullable);
        }
        if nullable && object.contains_key("type") {
            object.insert("nullable".into(), true.into());
        }
        let constant = field
            .constant
            .as_ref()
            .map(|value| format!("Always `{value}`."));
        let description = [field.description.clone(), constant];
        let description: Vec<String> = description.into_iter().flatten().collect();
        describe(
            object,
            (!description.is_empty())
                .then(|| description.join("\n\n"))
                .as_deref(),
        );
        for (key, set) in [
            ("deprecated", field.deprecated),
            ("readOnly", field.read_only),
            ("writeOnly", field.write_only),
        ] {
            if set {
                object.insert(key.into(), true.into());
            }
        }
        (schema, false)
    }
}

fn scalar(primitive: Primitive) -> Value {
    let (ty, format) = match primitive {
        Primitive::String
        | Primitive::Secret
        | Primitive::Timestamp
        | Primitive::Binary
        | Primitive::Upload => ("string", None),
        Primitive::Base64 => ("string", Some("byte")),
        Primitive::DateTime => ("string", Some("date-time")),
        Primitive::Date => ("string", Some("date")),
        Primitive::Uuid => ("string", Some("uuid")),
        Primitive::Bool => ("boolean", None),
        Primitive::Int32 => ("integer", Some("int32")),
        Primitive::Int64 => ("integer", Some("int64")),
        Primitive::Uint32 => ("integer", Some("uint32")),
        Primitive::Uint64 => ("integer", Some("uint64")),
        Primitive::Double => ("number", Some("double")),
        Primitive::Float => ("number", Some("float")),
    };
    match format {
        Some(format) => json!({ "type": ty, "format": format }),
        None => json!({ "type": ty }),
    }
}

/// Types that are the parts of a multipart body.
fn multipart_forms(api: &Api) -> HashSet<TypeId> {
    let bodies = api
        .operations
        .iter()
        .filter_map(|operation| operation.body.as_ref());
    bodies
        .flat_map(|body| &body.forms)
        .filter_map(|form| match &form.content {
            BodyContent::Multipart(ty) => match api.types.resolve(ty) {
                TypeRef::Named(id) => Some(*id),
                _ => None,
            },
            _ => None,
        })
        .collect()
}
