//! Operations, inputs and outputs as JSON.

use serde::{Serialize, Serializer};

use super::{Input, Kind, Operation, Output, ValueType};
use crate::object::Members;

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Members::new(serializer)
            .member("handle", self.handle)
            .member("resource", self.resource)
            .member("kind", &self.kind)
            .member("description", self.description)
            .member("list", &self.list)
            .member("inputs", self.inputs)
            .member("outputs", self.outputs)
            .end()
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Action => "action",
            Self::Query => "query",
            Self::Trigger => "trigger",
        })
    }
}

impl Serialize for Input {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Members::new(serializer)
            .member("name", self.name)
            .member("type", &self.ty)
            .member("required", &self.required)
            .member("default", &self.default_value())
            .member("description", self.description)
            .end()
    }
}

impl Serialize for Output {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Members::new(serializer)
            .member("name", self.name)
            .member("type", &self.ty)
            .member("description", self.description)
            .end()
    }
}

/// By the name of the variant.
impl Serialize for ValueType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:?}"))
    }
}
