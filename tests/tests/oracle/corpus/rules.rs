//! Differences between the two clients that are as they should be.

use serde_json::Value;
use specwright::model::{BodyContent, Payload, TypeRef};

use super::cases::Case;
use super::document::{Document, Shared};
use super::places::{self, At};
use crate::compare::{Difference, With};

/// A kind of difference that is as it should be.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    /// Why it is as it should be.
    pub(crate) reason: &'static str,
    /// Whether a difference is one of these.
    applies: fn(&Context<'_>, &Difference) -> bool,
}

/// Where a difference is.
pub(crate) struct Context<'a> {
    pub(crate) document: &'a Document,
    pub(crate) operation: &'a Shared<'a>,
    pub(crate) case: &'a Case,
}

impl<'a> Context<'a> {
    /// What the model has at the place of a difference.
    fn at(&self, difference: &Difference) -> Vec<At<'a>> {
        let ty = match difference.part.as_str() {
            "body" => self.body(),
            _ => self.reply(),
        };
        let api = &self.document.api;
        ty.map_or_else(Vec::new, |ty| places::at(api, ty, &difference.place))
    }

    fn body(&self) -> Option<&'a TypeRef> {
        match &self.operation.form?.content {
            BodyContent::Json(ty) | BodyContent::Form(ty) => Some(ty),
            _ => None,
        }
    }

    fn reply(&self) -> Option<&'a TypeRef> {
        match &self.operation.operation.outcomes.success.first()?.payload {
            Payload::Json(ty) | Payload::MaybeJson(ty) => Some(ty),
            _ => None,
        }
    }
}

/// The rule that explains a difference.
pub(crate) fn explaining(context: &Context<'_>, difference: &Difference) -> Option<&'static Rule> {
    RULES
        .iter()
        .find(|rule| (rule.applies)(context, difference))
}

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "accept",
        reason: "where a success has no JSON, progenitor asks for anything, or for the JSON of \
                 errors alone; ours asks for what the success has, and for anything else",
        applies: |context, it| {
            let takes_all = text(it.ours.as_ref()).ends_with("*/*");
            it.part == "header accept" && context.reply().is_none() && takes_all
        },
    },
    Rule {
        name: "media type parameters",
        reason: "the lowered document has media types without parameters: progenitor knows no others",
        applies: |_, it| {
            let (ours, other) = (text(it.ours.as_ref()), text(it.other.as_ref()));
            it.part == "header content-type" && ours.split(';').next() == Some(other)
        },
    },
    Rule {
        name: "read only",
        reason: "`readOnly` members are not written, so they are not there when a reply is",
        applies: |context, it| {
            let is_read_only = |at: At<'_>| matches!(at, At::Field(field) if field.read_only);
            it.ours.is_none() && context.at(it).into_iter().any(is_read_only)
        },
    },
    Rule {
        name: "null",
        reason: "in what is only read, and for members that are any JSON, `None` is read from `null` \
                 and from what is not there",
        applies: |context, it| {
            let types = &context.document.api.types;
            let is_any = |ty: &TypeRef| *types.resolve(ty.split_nullable().0) == TypeRef::Any;
            let is_field = |at: At<'_>| match at {
                At::Field(field) => it.part == "reply" || is_any(&field.ty),
                At::Ignored => false,
            };
            it.with == With::Given
                && it.other == Some(Value::Null)
                && it.ours.is_none()
                && context.at(it).into_iter().any(is_field)
        },
    },
    Rule {
        name: "required null",
        reason: "a member that is required and may be `null` is written, be it as `null`, when an example \
                 leaves it out",
        applies: |context, it| {
            let is_that =
                |at: At<'_>| matches!(at, At::Field(field) if field.required && !field.read_only);
            context.case.is_example
                && it.ours == Some(Value::Null)
                && it.other.is_none()
                && context.at(it).into_iter().any(is_that)
        },
    },
    Rule {
        name: "one value",
        reason: "a member that has one value only is written with it, whether it was there or not",
        applies: |context, it| {
            let is_that = |at: At<'_>| matches!(at, At::Field(field) if field.constant == it.ours);
            it.ours.is_some() && it.other.is_none() && context.at(it).into_iter().any(is_that)
        },
    },
    Rule {
        name: "one name",
        reason: "typify has one member for two whose names differ in how words are joined, as \
                 `connection_string` and `connectionString`",
        applies: |context, it| {
            let name = match context.document.name.as_str() {
                "supabase-mgmt.json" => "/connectionString",
                "sentry.json" => "/isGlobal",
                _ => return false,
            };
            it.with == With::Progenitor && it.place.ends_with(name)
        },
    },
    Rule {
        name: "another member",
        reason: "the example is one member of a union and has members that only another describes, which \
                 it is not: an address in Canada, an organization that is no user; typify has the \
                 members of all",
        applies: |context, it| {
            let owner_of_space = || {
                let id = &context.operation.id;
                id.starts_with("copilot_spaces_") && it.place.contains("/owner/")
            };
            context.case.is_example
                && it.ours.is_none()
                && match context.document.name.as_str() {
                    "lob.yaml" => it.place.ends_with("/to/recipient_moved"),
                    "github.json" => owner_of_space(),
                    _ => false,
                }
        },
    },
    Rule {
        name: "members without a description",
        reason: "a member that an example has and its schema has not is ignored",
        applies: |context, it| {
            let places = context.at(it);
            context.case.is_example
                && it.ours.is_none()
                && !places.is_empty()
                && places.iter().all(|at| matches!(at, At::Ignored))
        },
    },
    Rule {
        name: "no base64",
        reason: "an example of `format: byte` that is no base64 is refused by ours; typify has texts",
        applies: |context, it| {
            let refused = it.ours.as_ref().map(Value::to_string).unwrap_or_default();
            let is_outcome = it.part == "request" || it.part == "outcome";
            context.case.is_example && is_outcome && refused.contains("invalid base64")
        },
    },
    Rule {
        name: "strict",
        reason: "an example that breaks its schema is refused by typify; ours takes `null` for what \
                 need not be there, and unknown texts of enums",
        applies: |context, it| {
            let (ours, other) = (it.ours.as_ref(), it.other.as_ref());
            let refused = other.and_then(|it| it["call"].as_str()).unwrap_or_default();
            context.case.is_example
                && it.part == "outcome"
                && ours.is_some_and(|ours| ours.get("reply").is_some())
                && refused.starts_with("Invalid Response Payload")
        },
    },
    Rule {
        name: "not of its schema",
        reason: "an example that has another kind of JSON than its schema says, or not all it requires, is \
                 refused by ours; typify has any JSON there, or all members may be missing",
        applies: |context, it| {
            let refused = it.ours.as_ref().map(Value::to_string).unwrap_or_default();
            let is_outcome = it.part == "request" || it.part == "outcome";
            let breaks = ["invalid type: ", "missing field "];
            context.case.is_example && is_outcome && breaks.iter().any(|it| refused.contains(it))
        },
    },
    Rule {
        name: "null as a body",
        reason: "the lowered document has no `null` for a body: progenitor takes none",
        applies: |_, it| {
            let refused = it.other.as_ref().and_then(|it| it["argument"].as_str());
            let is_outcome = it.part == "request" || it.part == "outcome";
            is_outcome && refused.is_some_and(|it| it.starts_with("body: invalid type: null"))
        },
    },
    Rule {
        name: "single precision",
        reason: "`format: float` is `f32` in both, which ours writes as the shortest text that is read \
                 as the same number",
        applies: |_, it| {
            let single = |it: Option<&Value>| Some(it?.as_f64()? as f32);
            let (ours, other) = (single(it.ours.as_ref()), single(it.other.as_ref()));
            ours.is_some() && ours == other
        },
    },
    Rule {
        name: "a reply as a body",
        reason: "the test reads the body from JSON as if it were a reply, and there the members of the \
                 union are told apart by what this body has not, or need not have",
        applies: |context, it| {
            let of = (
                context.document.name.as_str(),
                context.operation.id.as_str(),
            );
            let told_apart_by_less = [
                ("heyapi-full-3.0.yaml", "no_tag_import"),
                ("discord.json", "guilds_update_auto_moderation_rule"),
            ];
            told_apart_by_less.contains(&of) && it.part == "body"
        },
    },
    Rule {
        name: "empty",
        reason: "typify leaves out lists and maps that are empty",
        applies: |_, it| {
            let empty = match &it.ours {
                Some(Value::Array(items)) => items.is_empty(),
                Some(Value::Object(members)) => members.is_empty(),
                _ => false,
            };
            it.with == With::Progenitor && it.other.is_none() && empty
        },
    },
];

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}
