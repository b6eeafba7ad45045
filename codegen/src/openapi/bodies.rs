//! Request bodies.

use std::collections::HashSet;

use super::media::{Content, Media};
use super::{Reader, pointers, upgrade};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Body, BodyContent, BodyForm, Shape, TypeRef};
use crate::source::Node;

impl<'a> Reader<'a, '_> {
    /// The body of an operation; `hint` names the type of a body that has no name.
    pub(super) fn body(&mut self, operation: &Node<'a>, hint: &str) -> Option<Body> {
        let written = operation
            .get("requestBody")
            .filter(|body| !body.is_null())?;
        let node = self.follow(&written)?;
        let hint = pointers::shared_name(&written, &node).unwrap_or_else(|| hint.to_owned());
        let contents = self.contents(&node);
        let mut forms: Vec<BodyForm> = Vec::with_capacity(contents.len());
        let mut media = HashSet::new();
        for content in &contents {
            if !media.insert(content.media_type) {
                continue;
            }
            let Some(body) = self.body_content(content, &hint) else {
                continue;
            };
            // Another media type for the same JSON is no other form, unless the media type is what
            // makes the difference (`merge-patch+json`).
            let plain = forms
                .first()
                .is_some_and(|first| first.media_type == "application/json");
            if plain && forms.iter().any(|known| same(&known.content, &body)) {
                continue;
            }
            let media_type = match content.media {
                Media::Any if matches!(body, BodyContent::Json(_)) => "application/json",
                Media::Any => "application/octet-stream",
                _ => content.media_type,
            };
            forms.push(BodyForm {
                media_type: media_type.to_owned(),
                content: body,
                examples: self.examples(&content.node),
            });
        }
        if forms.is_empty() {
            self.diagnostics.push(
                Diagnostic::warning(
                    codes::UNUSABLE_BODY,
                    node.origin(),
                    "no form of this body can be sent",
                )
                .action("the operation is generated without a body"),
            );
            return None;
        }
        Some(Body {
            required: self.flag(&node, "required"),
            forms,
            description: self.text(&node, "description"),
            origin: node.origin().clone(),
        })
    }

    fn body_content(&mut self, content: &Content<'a>, hint: &str) -> Option<BodyContent> {
        let schema = content.schema();
        let raw = schema
            .as_ref()
            .is_some_and(|schema| upgrade::is_binary(schema.value()));
        Some(match content.media {
            Media::Json | Media::Any if raw => BodyContent::Bytes,
            Media::Any if schema.is_none() => BodyContent::Bytes,
            Media::Json | Media::Any => {
                BodyContent::Json(schema.map_or(TypeRef::Any, |schema| self.schema(&schema, hint)))
            }
            Media::Form => BodyContent::Form(
                schema.map_or(TypeRef::Map(Box::new(TypeRef::Any)), |schema| {
                    self.schema(&schema, hint)
                }),
            ),
            Media::Multipart => BodyContent::Multipart(self.multipart(content, hint)?),
            Media::Text | Media::JsonLines | Media::Events => BodyContent::Text,
            Media::Bytes => BodyContent::Bytes,
        })
    }

    /// The parts of a multipart body: an object, named or not.
    fn multipart(&mut self, content: &Content<'a>, hint: &str) -> Option<TypeRef> {
        let schema = content.schema();
        let parts = schema.as_ref().filter(|schema| self.has_parts(schema));
        let Some(schema) = parts else {
            self.diagnostics.push(
                Diagnostic::warning(
                    codes::UNUSABLE_BODY,
                    content.node.origin(),
                    "a multipart body needs an object schema whose properties are its parts",
                )
                .action("this form of the body is left out"),
            );
            return None;
        };
        let ty = match self.schema(schema, hint) {
            TypeRef::Nullable(inner) => *inner,
            ty => ty,
        };
        self.binary_parts(content, &ty);
        Some(ty)
    }

    /// Whether a schema, looked at through references and `allOf`, is an object with properties
    /// and nothing else.
    fn has_parts(&self, schema: &Node<'a>) -> bool {
        let Ok(target) = self.sources.follow(schema) else {
            return false;
        };
        let value = target.value();
        if ["oneOf", "anyOf"]
            .iter()
            .any(|key| value.get(*key).is_some())
            && value.get("properties").is_none()
        {
            return false;
        }
        let has = |value: &serde_json::Value| {
            value
                .get("properties")
                .and_then(serde_json::Value::as_object)
                .is_some_and(|parts| !parts.is_empty())
        };
        has(value)
            || super::schemas::members(&target, "allOf").any(|part| {
                self.sources
                    .follow(&part)
                    .is_ok_and(|part| has(part.value()))
            })
    }

    /// `encoding` says that a part is no text although its schema does not: such parts are files.
    fn binary_parts(&mut self, content: &Content<'a>, ty: &TypeRef) {
        let Some(encoding) = content.node.get("encoding").filter(Node::is_object) else {
            return;
        };
        let TypeRef::Named(id) = ty else { return };
        let Shape::Object(object) = &mut self.api.types.get_mut(*id).shape else {
            return;
        };
        for field in &mut object.fields {
            let media_type = encoding
                .get(&field.wire)
                .and_then(|part| part.get("contentType")?.as_str());
            let untyped = field.ty == TypeRef::Any;
            let file = media_type.is_some_and(|media_type| {
                let first = media_type.split(',').next().unwrap_or_default().trim();
                matches!(super::media::classify(first), Media::Bytes) && first != "application/xml"
            });
            if untyped && file {
                field.ty = TypeRef::Primitive(crate::model::Primitive::Binary);
            }
        }
    }
}

/// Whether two forms are the same JSON.
fn same(known: &BodyContent, other: &BodyContent) -> bool {
    match (known, other) {
        (BodyContent::Json(known), BodyContent::Json(other)) => known == other,
        _ => false,
    }
}
