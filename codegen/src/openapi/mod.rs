//! OpenAPI 3.0, 3.1 and 3.2 documents into the model, forgivingly: a bad or unsupported part is
//! left out with a diagnostic, the rest of the document still counts.

mod bodies;
mod compositions;
mod constraints;
mod extensions;
mod media;
mod naming;
mod objects;
mod operations;
mod paging;
mod parameters;
mod paths;
mod pointers;
mod responses;
mod routes;
mod scalars;
mod schemas;
mod security;
mod streams;
mod tuples;
mod unions;
mod upgrade;
mod webhooks;

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::Value;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{Api, TypeId, TypeRef};
use crate::origin::Origin;
use crate::plan::Filter;
use crate::source::{Node, Sources};
use upgrade::Dialect;

/// Whether a document says that it is an OpenAPI or Swagger document.
pub fn is_openapi(root: &Node<'_>) -> bool {
    root.get("openapi").is_some() || root.get("swagger").is_some()
}

/// The API an OpenAPI document describes.
///
/// Everything wrong with the document goes to `diagnostics`. `None`, after an error, only when
/// there is nothing to generate: Swagger 2, no OpenAPI at all, or a document without operations,
/// webhooks and schemas.
///
/// ```
/// use specwright::diagnostics::Diagnostics;
/// use specwright::{openapi, source::Sources};
///
/// let text = "
/// openapi: 3.1.0
/// info: { title: Weather, version: '1' }
/// paths:
///   /stations:
///     get: { tags: [stations], responses: { '204': { description: None } } }
/// ";
/// let mut diagnostics = Diagnostics::default();
/// let sources = Sources::from_text("weather.yaml", text.into(), &mut diagnostics).unwrap();
/// let api = openapi::read(&sources, &mut diagnostics).unwrap();
/// assert_eq!(api.operations[0].name, "list");
/// ```
pub fn read(sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Api> {
    let root = sources.root();
    let dialect = upgrade::dialect(&root, diagnostics)?;
    let mut reader = Reader {
        sources,
        root,
        dialect,
        diagnostics,
        api: Api::default(),
        slots: HashMap::new(),
        component_names: HashSet::new(),
        queue: VecDeque::new(),
        open: HashSet::new(),
        repeated: HashMap::new(),
        streams: HashMap::new(),
        envelopes: HashSet::new(),
        tags: tag_places(&sources.root()),
        asks_anywhere: false,
        noted: HashSet::new(),
        depth: 0,
    };
    reader.info();
    reader.servers();
    reader.credentials();
    reader.components();
    reader.paths();
    reader.webhooks();
    reader.drain();
    reader.finish()
}

/// Marks the component schemas that `only` names, so that they are there even when no operation
/// uses them.
pub fn want(api: &mut Api, only: &Filter) {
    if only.types.is_empty() {
        return;
    }
    for id in api.types.ids() {
        let def = api.types.get_mut(id);
        let name = pointers::root_component(&def.origin);
        def.wanted = name.is_some_and(|name| Filter::names(&only.types, &name));
    }
}

/// How deep schemas may nest in one another, references not counted. What formats the code recurses
/// with them: 64 levels overflowed a stack of 2 MiB in an unoptimised build, as a test has.
const MAX_DEPTH: usize = 32;

/// Identity of a value in the sources: a value never moves while they live.
type Address = *const Value;

/// Where a value lies, to know it again whatever path leads to it.
fn address(node: &Node<'_>) -> Address {
    std::ptr::from_ref(node.value())
}

/// What a schema became that a reference may lead to.
#[derive(Clone, Copy)]
struct Slot {
    id: TypeId,
    /// Whether each use of it may be `null`.
    nullable: bool,
}

impl Slot {
    fn ty(self) -> TypeRef {
        let ty = TypeRef::Named(self.id);
        if self.nullable { ty.nullable() } else { ty }
    }
}

/// Reads one document. Each part of it has a file with an `impl` of its own.
struct Reader<'a, 'd> {
    sources: &'a Sources,
    root: Node<'a>,
    dialect: Dialect,
    diagnostics: &'d mut Diagnostics,
    api: Api,
    /// Schemas that have a type already, so that one schema is one type whoever refers to it.
    slots: HashMap<Address, Slot>,
    /// Names of component schemas, which hints keep away from.
    component_names: HashSet<&'a str>,
    /// Schemas whose type has an id and no shape yet. References only queue, so following them
    /// takes no stack.
    queue: VecDeque<(TypeId, Node<'a>)>,
    /// Ids in the queue.
    open: HashSet<TypeId>,
    /// What references into the middle of schemas stand for; `None` while that is being read.
    repeated: HashMap<Address, Option<TypeRef>>,
    /// Event types made for the items of streams.
    streams: HashMap<Address, TypeId>,
    /// Component schemas that are the canonical envelope of a stream's events.
    envelopes: HashSet<Address>,
    /// Where in `tags` each tag is.
    tags: HashMap<&'a str, usize>,
    /// Whether the document says anywhere what needs authentication.
    asks_anywhere: bool,
    /// What was told once already.
    noted: HashSet<String>,
    /// How deep the schema being read is nested.
    depth: usize,
}

impl<'a> Reader<'a, '_> {
    fn info(&mut self) {
        let Some(info) = self.root.object("info", self.diagnostics) else {
            return;
        };
        self.api.title = self.text(&info, "title").unwrap_or_default();
        self.api.version = match info.get("version").map(|version| version.value()) {
            // `version: 1.0` without quotes is a number in YAML.
            Some(Value::Number(number)) => number.to_string(),
            _ => self.text(&info, "version").unwrap_or_default(),
        };
        self.api.description = self
            .text(&info, "description")
            .or_else(|| self.text(&info, "summary"));
    }

    /// The base url: the first server that is absolute, its variables at their defaults.
    fn servers(&mut self) {
        self.api.base_url_env = self.text(&self.root.clone(), extensions::BASE_URL_ENV);
        self.api.headers_env = self.text(&self.root.clone(), extensions::HEADERS_ENV);
        let Some(servers) = self.root.array("servers", self.diagnostics) else {
            return;
        };
        for server in servers.items() {
            let Some(url) = server.string("url", self.diagnostics) else {
                continue;
            };
            let url = self.with_variables(url, &server);
            if url.starts_with("http://") || url.starts_with("https://") {
                self.api.base_url = Some(url.trim_end_matches('/').to_owned());
                return;
            }
        }
        if let Some(first) = servers.items().next() {
            self.diagnostics.push(
                Diagnostic::note(
                    codes::RELATIVE_SERVER,
                    first.origin(),
                    "no server has an absolute url",
                )
                .action("the caller gives the base url"),
            );
        }
    }

    fn with_variables(&mut self, url: &str, server: &Node<'a>) -> String {
        let mut filled = url.trim().to_owned();
        let Some(variables) = server.object("variables", self.diagnostics) else {
            return filled;
        };
        for (name, variable) in variables.entries() {
            if let Some(default) = variable.value().get("default") {
                let default = plain(default);
                filled = filled.replace(&format!("{{{name}}}"), &default);
            }
        }
        filled
    }

    fn finish(self) -> Option<Api> {
        if self.api.operations.is_empty()
            && self.api.webhooks.is_empty()
            && self.api.types.is_empty()
        {
            self.diagnostics.push(Diagnostic::error(
                codes::NOTHING_TO_GENERATE,
                self.root.origin(),
                "the document has no operation, no webhook and no schema that can be generated",
            ));
            return None;
        }
        Some(self.api)
    }

    /// A text member, trimmed; `None` when it is absent or empty.
    fn text(&mut self, node: &Node<'a>, key: &str) -> Option<String> {
        let text = node.string(key, self.diagnostics)?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn flag(&mut self, node: &Node<'a>, key: &str) -> bool {
        node.bool(key, self.diagnostics).unwrap_or(false)
    }

    /// What stands at the end of a chain of references; `None`, with a warning, when it leads
    /// nowhere.
    fn follow(&mut self, node: &Node<'a>) -> Option<Node<'a>> {
        match self.sources.follow(node) {
            Ok(target) => Some(target),
            Err(error) => {
                self.unresolved(node.origin(), &error.to_string());
                None
            }
        }
    }

    fn unresolved(&mut self, at: &Origin, why: &str) {
        let message = format!("this reference leads nowhere: {why}");
        self.diagnostics.push(
            Diagnostic::warning(codes::UNRESOLVED_REF, at, message)
                .action("what refers to it is left out"),
        );
    }

    /// Tells what is not expressed, each kind of it once: some documents do it everywhere.
    fn note_ignored(&mut self, node: &Node<'a>, message: impl Into<String>) {
        let message = message.into();
        if self.noted.insert(message.clone()) {
            self.diagnostics.push(
                Diagnostic::note(codes::NOT_EXPRESSED, node.origin(), message)
                    .action("told for the first place only"),
            );
        }
    }
}

/// A scalar as the text it is written with.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn tag_places<'a>(root: &Node<'a>) -> HashMap<&'a str, usize> {
    let tags = root.get("tags");
    let names = tags.iter().flat_map(Node::items).enumerate();
    names
        .filter_map(|(index, tag)| Some((tag.value().get("name")?.as_str()?, index)))
        .collect()
}
