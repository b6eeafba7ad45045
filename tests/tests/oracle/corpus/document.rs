//! A document of others: its model, what progenitor makes of it once it is lowered, and the
//! operations that both clients have.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor::Generator;
use serde_json::Value;
use specwright::diagnostics::Diagnostics;
use specwright::emit::{Serde, method_names};
use specwright::lower::lower;
use specwright::model::{Api, BodyForm, Location, Operation, Parameter, Resource, TypeRef};
use specwright::plan::Examples;
use specwright::source::Sources;
use specwright::{Input, model};
use specwright_tests::data;
use syn::{FnArg, GenericArgument, ImplItem, Item, PathArguments, ReturnType, Type};

/// A document.
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) input: Input,
    pub(crate) api: Api,
    lowered: Value,
    /// progenitor's client.
    theirs: TokenStream,
}

impl Document {
    /// Reads and lowers a document, and has progenitor make a client of it; `None` when there is
    /// nothing to generate.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, String> {
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        let mut input = Input::file(path);
        input.examples = Examples::Ignore;
        input.options.serde = Serde::Both;
        let Some(api) = model(&input, &mut sources, &mut diagnostics) else {
            return Ok(None);
        };
        let lowered = lower(&api).document;
        let spec: OpenAPI =
            serde_json::from_value(lowered.clone()).map_err(|error| error.to_string())?;
        let theirs = Generator::default()
            .generate_tokens(&spec)
            .map_err(|error| error.to_string())?;
        Ok(Some(Self {
            name: data::name(path),
            input,
            api,
            lowered,
            theirs,
        }))
    }

    /// progenitor's client.
    pub(crate) fn theirs(&self) -> Result<syn::File, String> {
        syn::parse2(self.theirs.clone())
            .map_err(|error| format!("progenitor's is no Rust: {error}"))
    }

    /// The operations that progenitor takes, as they are lowered.
    fn lowered(&self) -> Vec<(&Operation, &Value)> {
        let mut known = HashSet::new();
        let lowered = self.api.operations.iter().filter_map(|operation| {
            let method = operation.method.as_str().to_ascii_lowercase();
            let lowered = self.lowered["paths"][&operation.path].get(&method)?;
            // Of those with one path, the first is there.
            known
                .insert((&operation.path, method))
                .then_some((operation, lowered))
        });
        lowered.collect()
    }

    /// How many operations progenitor takes.
    pub(crate) fn taken(&self) -> usize {
        self.lowered().len()
    }

    /// The operations that both clients have, and why others that progenitor takes are not called.
    pub(crate) fn operations(
        &self,
        theirs: &syn::File,
    ) -> (Vec<Shared<'_>>, Vec<(String, String)>) {
        let methods = methods(theirs);
        let (mut shared, mut refused) = (Vec::new(), Vec::new());
        for (operation, lowered) in self.lowered() {
            let id = lowered["operationId"].as_str().unwrap_or_default();
            match self.shared(operation, lowered, &methods) {
                Ok(operation) => shared.push(operation),
                Err(reason) => refused.push((id.to_owned(), reason)),
            }
        }
        (shared, refused)
    }

    fn shared<'a>(
        &'a self,
        operation: &'a Operation,
        lowered: &Value,
        methods: &BTreeMap<String, Method>,
    ) -> Result<Shared<'a>, String> {
        let id = lowered["operationId"].as_str().unwrap_or_default();
        let media_type = lowered["requestBody"]["content"]
            .as_object()
            .and_then(|content| content.keys().next());
        let is_kept = |form: &BodyForm| {
            let own = form.media_type.split(';').next().unwrap_or_default();
            media_type.is_none_or(|media_type| own.trim() == media_type)
        };
        let (method, form) = method_names(&self.api, operation)
            .into_iter()
            .find(|(_, form)| form.is_none_or(is_kept))
            .ok_or("our client has no method for the form of the body that progenitor takes")?;
        let mut resources = self.api.resources.iter();
        let resource = resources.find(|resource| resource.path == operation.resource);
        let theirs = methods
            .get(id)
            .ok_or("progenitor has made no method of it")?;
        let mut parameters = parameters(operation, lowered);
        parameters.sort_by_key(|given| given.place(&operation.path));
        let arguments = parameters.len() + usize::from(form.is_some());
        if arguments != theirs.arguments.len() {
            return Err(format!(
                "progenitor takes {} arguments instead of {arguments}",
                theirs.arguments.len()
            ));
        }
        Ok(Shared {
            id: id.to_owned(),
            operation,
            resource: resource.ok_or("it belongs to no resource")?,
            method,
            form,
            parameters,
            theirs: theirs.clone(),
        })
    }
}

/// An operation that both clients have.
pub(crate) struct Shared<'a> {
    /// Its id in the lowered document.
    pub(crate) id: String,
    pub(crate) operation: &'a Operation,
    pub(crate) resource: &'a Resource,
    /// Name of our method.
    pub(crate) method: String,
    /// The form of its body.
    pub(crate) form: Option<&'a BodyForm>,
    /// The parameters that both have, in progenitor's order.
    pub(crate) parameters: Vec<Given<'a>>,
    pub(crate) theirs: Method,
}

/// A parameter that both clients have.
pub(crate) struct Given<'a> {
    pub(crate) parameter: &'a Parameter,
    /// Whether progenitor takes a text for it, whatever its type is.
    pub(crate) is_text: bool,
}

impl Given<'_> {
    /// Its name among the arguments of a call.
    pub(crate) fn key(&self) -> String {
        let place = match self.parameter.location {
            Location::Path => "path",
            Location::Query => "query",
            _ => "header",
        };
        format!("{place} {}", self.parameter.wire)
    }

    /// Where progenitor has it: in the order of the path, then by name.
    fn place(&self, path: &str) -> (usize, usize, String) {
        let wire = &self.parameter.wire;
        match self.parameter.location {
            Location::Path => {
                let at = path.find(&format!("{{{wire}}}")).unwrap_or_default();
                (0, at, String::new())
            }
            Location::Query => (1, 0, wire.clone()),
            _ => (2, 0, wire.to_ascii_lowercase()),
        }
    }
}

/// The parameters of an operation that are in the lowered document, too.
fn parameters<'a>(operation: &'a Operation, lowered: &Value) -> Vec<Given<'a>> {
    let lowered = lowered["parameters"].as_array().into_iter().flatten();
    let given = lowered.filter_map(|lowered| {
        let (wire, place) = (lowered["name"].as_str()?, lowered["in"].as_str()?);
        let location = match place {
            "path" => Location::Path,
            "query" => Location::Query,
            _ => Location::Header,
        };
        let mut known = operation.parameters.iter();
        let parameter = known.find(|it| {
            it.location == location
                && match location {
                    Location::Header => it.wire.eq_ignore_ascii_case(wire),
                    _ => it.wire == wire,
                }
        })?;
        Some(Given {
            parameter,
            is_text: lowered["schema"]["type"] == "string",
        })
    });
    given.collect()
}

/// A method of progenitor's client.
#[derive(Clone)]
pub(crate) struct Method {
    /// The types of its arguments.
    pub(crate) arguments: Vec<Type>,
    /// What is inside of `ResponseValue` when it succeeds.
    pub(crate) reply: Type,
}

/// The asynchronous methods of progenitor's client.
fn methods(file: &syn::File) -> BTreeMap<String, Method> {
    let mut methods = BTreeMap::new();
    let blocks = file.items.iter().filter_map(|item| match item {
        Item::Impl(block) if block.trait_.is_none() => Some(block),
        _ => None,
    });
    for item in blocks.flat_map(|block| &block.items) {
        let ImplItem::Fn(function) = item else {
            continue;
        };
        let signature = &function.sig;
        let arguments = signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(argument) => Some((*argument.ty).clone()),
            FnArg::Receiver(_) => None,
        });
        let reply = match &signature.output {
            ReturnType::Type(_, ty) => generic(ty).and_then(generic),
            ReturnType::Default => None,
        };
        if let (Some(_), Some(reply)) = (signature.asyncness, reply) {
            let method = Method {
                arguments: arguments.collect(),
                reply: reply.clone(),
            };
            methods.insert(signature.ident.to_string(), method);
        }
    }
    methods
}

/// The first type in the angle brackets of another one.
pub(crate) fn generic(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Whether a type of the model may be `null`, and what it is otherwise.
pub(crate) fn plain<'a>(api: &'a Api, ty: &'a TypeRef) -> &'a TypeRef {
    api.types.resolve(ty.split_nullable().0)
}
