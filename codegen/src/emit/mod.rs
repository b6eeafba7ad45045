//! Turns the finished model into Rust.
//!
//! Everything here is a total function from model to tokens: no decision is left to make, nothing
//! can fail. One file for each thing that is emitted; what a file mentions, it gets through its
//! `Scope`, which writes the `use` list.

mod arguments;
mod automation;
mod client;
mod credential;
mod deserialize;
mod docs;
mod draft;
mod events;
mod example;
mod expression;
mod gate;
mod html;
mod json;
mod json_text;
mod markdown;
mod method_docs;
mod multipart;
mod names;
mod newtype;
mod object;
mod open_enum;
mod operation;
mod outcome;
mod page;
mod parameter;
mod plain;
mod program;
mod record;
mod request;
mod resource;
mod root;
mod routes;
mod scope;
mod serialize;
mod shape_union;
mod size;
mod template;
#[cfg(test)]
mod tests;
mod travel;
mod types;
mod union;
mod webhook;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{
    Api, BodyContent, Extra, Gate, Object, PageStyle, Pagination, Payload, Shape, TypeDef, TypeId,
    TypeRef,
};

pub(crate) use docs::Docs;
pub(crate) use gate::export;
pub use names::ident;
pub(crate) use names::reserved;
pub use operation::method_names;
pub(crate) use program::{Program, programs};
pub(crate) use resource::{accessor_name, path_to};
pub(crate) use scope::{Place, Scope};
pub(crate) use wire::tests as wire_tests;

/// One module of the emitted code.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its path below the root of the API: `["types", "messages"]`; the root itself is `[]`.
    /// Parents come before their children.
    pub path: Vec<String>,
    /// Documentation of the module, Markdown without comment marks.
    pub docs: String,
    /// Whether some of what it holds has no documentation, since the document has none.
    pub undocumented: bool,
    /// Whether its parent declares it `pub`; what a private one holds is re-exported there.
    pub public: bool,
    /// The cargo features that it is compiled with; `None` when it always is.
    pub gate: Option<Gate>,
    /// Its items, `use` lists first.
    pub tokens: TokenStream,
}

/// What is the same for everything emitted in one run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Path of the runtime crate in emitted code.
    pub runtime: String,
    /// Path under which users reach the API, for examples: `claude_typed::platform`. With the
    /// default, `crate_name`, examples are shown but not compiled.
    pub crate_path: String,
    /// Which of serde's traits types implement.
    pub serde: Serde,
    /// What the names of the cargo features of resources begin with: `platform` makes
    /// `platform-messages`, an empty text `messages`. Without it there are no features.
    pub features: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            runtime: "specwright_runtime".to_owned(),
            crate_path: "crate_name".to_owned(),
            serde: Serde::default(),
            features: None,
        }
    }
}

/// Which of serde's traits the types of an API implement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Serde {
    /// `Serialize` what is sent, `Deserialize` what is received: less to compile.
    #[default]
    Used,
    /// Both, for users who store what they received or read what they send. They are written out,
    /// so that a crate of such APIs compiles without serde's derive.
    Both,
}

impl Options {
    /// Whether users reach the API under a known path, so that examples can be compiled.
    pub(crate) fn has_crate_path(&self) -> bool {
        self.crate_path != Self::default().crate_path
    }
}

/// Emits an API as modules, the root first.
pub fn emit(api: &Api, options: &Options) -> Vec<Module> {
    let context = Context::new(api, options);
    let mut modules = vec![root::module(&context), client::module(&context)];
    modules.extend(resource::modules(&context));
    modules.extend(types::modules(&context));
    modules.extend(webhook::module(&context));
    modules.extend(routes::module(&context));
    modules.extend(automation::modules(&context));
    modules
}

/// What emission needs to know beyond the thing it emits.
pub(crate) struct Context<'a> {
    /// The API.
    pub(crate) api: &'a Api,
    /// The options of the run.
    pub(crate) options: &'a Options,
    /// Names of modules, constants and replies.
    pub(crate) names: names::Names,
    /// Objects whose fields are the parts of a multipart form.
    pub(crate) multipart: BTreeSet<TypeId>,
    /// Those of them that travel in no other way, so that their files can be streams.
    pub(crate) forms: BTreeSet<TypeId>,
    /// Types that are pages of a list, and how.
    pub(crate) pages: BTreeMap<TypeId, &'a Pagination>,
    /// Names of everything emitted: an import of another thing of that name is written in full.
    pub(crate) taken: BTreeSet<String>,
    /// About how large the types are.
    pub(crate) sizes: size::Sizes,
    /// Types that are read from plain JSON without serde.
    pub(crate) plain: BTreeSet<TypeId>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(api: &'a Api, options: &'a Options) -> Self {
        let names = names::Names::new(api);
        let taken = names.types(api);
        let multipart = multipart(api);
        let forms = forms(api, &multipart);
        Self {
            api,
            options,
            names,
            multipart,
            forms,
            pages: pages(api),
            taken,
            sizes: size::Sizes::new(&api.types),
            plain: plain::types(api),
        }
    }

    /// Whether a type is emitted: something reaches it.
    pub(crate) fn emits(&self, id: TypeId) -> bool {
        let def = self.api.types.get(id);
        let usage = def.usage;
        (usage.sent || usage.received) && !matches!(def.shape, Shape::AllOf(_))
    }

    /// Whether a type is written as JSON.
    pub(crate) fn serializes(&self, def: &TypeDef) -> bool {
        def.usage.sent || self.options.serde == Serde::Both
    }

    /// Whether a type is read from JSON.
    pub(crate) fn deserializes(&self, def: &TypeDef) -> bool {
        def.usage.received || self.options.serde == Serde::Both
    }

    /// Whether the traits of a struct are written out. Those of one that keeps what it does not know
    /// always are: derived code would first put all of it aside, and is several times as much to
    /// compile. So are those of one with a constant, which is no field.
    pub(crate) fn writes_out(&self, object: &Object) -> bool {
        let mut constants = object.fields.iter().flat_map(|field| &field.constant);
        self.options.serde == Serde::Both
            || object.extra != Extra::Ignored
            || constants.any(|constant| constant.is_string())
    }

    /// What a use of a type is once names are looked through, and whether it may be `null`.
    pub(crate) fn resolve(&self, ty: &'a TypeRef) -> (&'a TypeRef, bool) {
        let types = &self.api.types;
        let (mut ty, mut nullable) = (types.resolve(ty), false);
        // A chain of names is at most as long as the table; a longer one is a cycle.
        for _ in 0..=types.len() {
            let TypeRef::Nullable(inner) = ty else {
                return (ty, nullable);
            };
            (ty, nullable) = (types.resolve(inner), true);
        }
        (&TypeRef::Any, nullable)
    }

    /// The shape of a named type.
    pub(crate) fn shape(&self, ty: &'a TypeRef) -> Option<(TypeId, &'a Shape)> {
        match self.resolve(ty).0 {
            TypeRef::Named(id) => Some((*id, &self.api.types.get(*id).shape)),
            _ => None,
        }
    }
}

/// The objects that are sent as multipart forms.
fn multipart(api: &Api) -> BTreeSet<TypeId> {
    let contents = api
        .operations
        .iter()
        .flat_map(|operation| &operation.body)
        .flat_map(|body| &body.forms);
    let types = contents.filter_map(|form| match &form.content {
        BodyContent::Multipart(ty) => match api.types.resolve(ty) {
            TypeRef::Named(id) if matches!(api.types.get(*id).shape, Shape::Object(_)) => Some(*id),
            _ => None,
        },
        _ => None,
    });
    types.collect()
}

/// The multipart forms that are neither sent as JSON, nor received, nor part of another type.
fn forms(api: &Api, multipart: &BTreeSet<TypeId>) -> BTreeSet<TypeId> {
    let mut json = BTreeSet::new();
    let mut visit = |ty: &TypeRef| {
        ty.for_each_named(&mut |id| {
            json.insert(id);
        });
    };
    let contents = api
        .operations
        .iter()
        .flat_map(|operation| &operation.body)
        .flat_map(|body| &body.forms);
    for form in contents {
        if let BodyContent::Json(ty) | BodyContent::Form(ty) = &form.content {
            visit(ty);
        }
    }
    for (id, def) in api.types.iter() {
        match &def.shape {
            Shape::Object(object) => object.fields.iter().for_each(|field| visit(&field.ty)),
            Shape::Union(union) => union.variants.iter().for_each(|variant| visit(&variant.ty)),
            Shape::Alias(target) if !matches!(target, TypeRef::Named(target) if multipart.contains(target) && *target != id) =>
            {
                visit(target);
            }
            _ => {}
        }
    }
    multipart
        .iter()
        .copied()
        .filter(|id| !json.contains(id) && !api.types.get(*id).usage.received)
        .collect()
}

/// The types that paged operations answer with.
fn pages(api: &Api) -> BTreeMap<TypeId, &Pagination> {
    let mut pages = BTreeMap::new();
    for operation in &api.operations {
        let (Some(pagination), Some(outcome)) =
            (&operation.pagination, operation.outcomes.success.first())
        else {
            continue;
        };
        if let Payload::Json(ty) = &outcome.payload
            && let TypeRef::Named(id) = api.types.resolve(ty)
        {
            // What `Link` says is not in the reply: another style has more to say of it.
            let page = pages.entry(*id).or_insert(pagination);
            if page.style == PageStyle::Link {
                *page = pagination;
            }
        }
    }
    pages
}
