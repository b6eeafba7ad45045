//! Every use of a type in the model.

use super::{Api, BodyContent, Extra, Operation, Payload, Shape, TypeRef};

impl Shape {
    /// Calls `visit` for each type the shape is made from.
    pub fn for_each_type<'a>(&'a self, mut visit: impl FnMut(&'a TypeRef)) {
        match self {
            Self::Object(object) => {
                object.fields.iter().for_each(|field| visit(&field.ty));
                if let Extra::Kept(ty) = &object.extra {
                    visit(ty);
                }
            }
            Self::Union(union) => union.variants.iter().for_each(|it| visit(&it.ty)),
            Self::AllOf(all_of) => all_of.parts.iter().for_each(visit),
            Self::Events(events) => {
                let payloads = events.events.iter().filter_map(|it| it.payload.as_ref());
                payloads.for_each(visit);
            }
            Self::Record(record) => record.fields.iter().for_each(|field| visit(&field.ty)),
            Self::Alias(target) => visit(target),
            Self::OpenEnum(_) | Self::Newtype(_) => {}
        }
    }

    /// Calls `visit` for each type the shape is made from, to change it.
    pub fn for_each_type_mut(&mut self, mut visit: impl FnMut(&mut TypeRef)) {
        match self {
            Self::Object(object) => {
                object
                    .fields
                    .iter_mut()
                    .for_each(|field| visit(&mut field.ty));
                if let Extra::Kept(ty) = &mut object.extra {
                    visit(ty);
                }
            }
            Self::Union(union) => union.variants.iter_mut().for_each(|it| visit(&mut it.ty)),
            Self::AllOf(all_of) => all_of.parts.iter_mut().for_each(visit),
            Self::Events(events) => {
                let payloads = events
                    .events
                    .iter_mut()
                    .filter_map(|it| it.payload.as_mut());
                payloads.for_each(visit);
            }
            Self::Record(record) => {
                record
                    .fields
                    .iter_mut()
                    .for_each(|field| visit(&mut field.ty));
            }
            Self::Alias(target) => visit(target),
            Self::OpenEnum(_) | Self::Newtype(_) => {}
        }
    }
}

impl BodyContent {
    /// The type it is made from.
    pub fn ty(&self) -> Option<&TypeRef> {
        match self {
            Self::Json(ty) | Self::Form(ty) | Self::Multipart(ty) => Some(ty),
            Self::Text | Self::Bytes | Self::Template(_) | Self::Parts(_) => None,
        }
    }

    fn type_mut(&mut self) -> Option<&mut TypeRef> {
        match self {
            Self::Json(ty) | Self::Form(ty) | Self::Multipart(ty) => Some(ty),
            Self::Text | Self::Bytes | Self::Template(_) | Self::Parts(_) => None,
        }
    }
}

impl Payload {
    /// The type it carries.
    pub fn ty(&self) -> Option<&TypeRef> {
        match self {
            Self::Json(ty)
            | Self::MaybeJson(ty)
            | Self::Events(ty)
            | Self::JsonLines(ty)
            | Self::Record(ty)
            | Self::Records(ty) => Some(ty),
            Self::Empty | Self::Text | Self::Bytes => None,
        }
    }

    fn type_mut(&mut self) -> Option<&mut TypeRef> {
        match self {
            Self::Json(ty)
            | Self::MaybeJson(ty)
            | Self::Events(ty)
            | Self::JsonLines(ty)
            | Self::Record(ty)
            | Self::Records(ty) => Some(ty),
            Self::Empty | Self::Text | Self::Bytes => None,
        }
    }
}

impl Operation {
    /// The types of its parameters and bodies.
    pub fn sent_types(&self) -> impl Iterator<Item = &TypeRef> {
        let forms = self.body.iter().flat_map(|body| &body.forms);
        let bodies = forms.filter_map(|form| form.content.ty());
        self.parameters.iter().map(|it| &it.ty).chain(bodies)
    }

    /// The types of all it can answer with, and of what calls back.
    pub fn received_types(&self) -> impl Iterator<Item = &TypeRef> {
        let (success, errors) = (&self.outcomes.success, &self.outcomes.errors);
        let replies = success.iter().chain(errors).map(|it| &it.payload);
        let streams = self.stream.iter().map(|it| &it.payload);
        let callbacks = self.callbacks.iter().filter_map(|it| it.payload.as_ref());
        replies
            .chain(streams)
            .filter_map(Payload::ty)
            .chain(callbacks)
    }

    fn for_each_type_mut(&mut self, visit: &mut impl FnMut(&mut TypeRef)) {
        self.parameters.iter_mut().for_each(|it| visit(&mut it.ty));
        let forms = self.body.iter_mut().flat_map(|body| &mut body.forms);
        let sent = forms.filter_map(|form| form.content.type_mut());
        sent.for_each(&mut *visit);
        let (success, errors) = (&mut self.outcomes.success, &mut self.outcomes.errors);
        let replies = success.iter_mut().chain(errors).map(|it| &mut it.payload);
        let streams = self.stream.iter_mut().map(|it| &mut it.payload);
        let received = replies.chain(streams).filter_map(Payload::type_mut);
        let callbacks = self.callbacks.iter_mut();
        let callbacks = callbacks.filter_map(|it| it.payload.as_mut());
        received.chain(callbacks).for_each(visit);
    }
}

impl Api {
    /// Calls `visit` for each use of a type, to change it.
    pub fn for_each_type_mut(&mut self, mut visit: impl FnMut(&mut TypeRef)) {
        for id in self.types.ids() {
            self.types.get_mut(id).shape.for_each_type_mut(&mut visit);
        }
        for operation in &mut self.operations {
            operation.for_each_type_mut(&mut visit);
        }
        let bound = self.client_parameters.iter_mut().map(|it| &mut it.ty);
        bound.for_each(&mut visit);
        let payloads = self.webhooks.iter_mut().map(|it| &mut it.payload);
        payloads.for_each(visit);
    }
}
