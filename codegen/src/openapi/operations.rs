//! Paths into operations.

use std::collections::{HashMap, HashSet};

use heck::ToSnakeCase;
use serde_json::Value;

use super::media::Media;
use super::naming::{self, joined, pascal};
use super::parameters::{Parameters, fixed};
use super::paths::Path;
use super::responses::Answers;
use super::{Reader, extensions, paging, routes, upgrade};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{HttpMethod, Location, Operation, Parameter, Payload, Resource, StreamSwitch};
use crate::origin::{Origin, Token};
use crate::source::Node;

const METHODS: &[(&str, HttpMethod)] = &[
    ("get", HttpMethod::Get),
    ("put", HttpMethod::Put),
    ("post", HttpMethod::Post),
    ("delete", HttpMethod::Delete),
    ("options", HttpMethod::Options),
    ("head", HttpMethod::Head),
    ("patch", HttpMethod::Patch),
    ("trace", HttpMethod::Trace),
];

/// How many tags may be parents of one another.
const MAX_TAG_DEPTH: usize = 8;

/// What an operation is called.
struct Name {
    id: String,
    resource: Vec<String>,
    method: String,
    /// Whether the document names the method itself.
    fixed: bool,
}

impl<'a> Reader<'a, '_> {
    /// Every operation of every path.
    pub(super) fn paths(&mut self) {
        self.asks_anywhere = self.root.get("security").is_some();
        let Some(paths) = self.root.object("paths", self.diagnostics) else {
            return;
        };
        let mut items = Vec::new();
        for (path, written) in paths.entries().filter(|(path, _)| !path.starts_with("x-")) {
            let Some(item) = self.follow(&written).filter(Node::is_object) else {
                if !written.is_object() {
                    written.warn_kind("a path item", self.diagnostics);
                }
                continue;
            };
            self.asks_anywhere |= METHODS.iter().any(|(key, _)| {
                item.value()
                    .get(*key)
                    .is_some_and(|operation| operation.get("security").is_some())
            });
            items.push((path, item));
        }
        let mut ids = HashMap::new();
        let mut fixed = Vec::new();
        for (path, item) in &items {
            self.path_item(path, item, &mut ids, &mut fixed);
        }
        naming::part_methods(&mut self.api.operations, &fixed);
        self.resources();
    }

    fn path_item(
        &mut self,
        written: &str,
        item: &Node<'a>,
        ids: &mut HashMap<String, Origin>,
        fixed: &mut Vec<bool>,
    ) {
        let path = Path::parse(written);
        if path.fragment.is_some() {
            self.note_ignored(item, "what follows `#` in a path is never sent");
        }
        for (key, operation) in item.entries() {
            let Some((_, method)) = METHODS.iter().find(|(name, _)| *name == key) else {
                self.note_path_member(key, &operation);
                continue;
            };
            let Some(operation) = self.follow(&operation) else {
                continue;
            };
            if !operation.is_object() {
                operation.warn_kind("an operation", self.diagnostics);
                continue;
            }
            let name = self.name(&operation, *method, &path.template, ids);
            fixed.push(name.fixed);
            let operation = self.operation(item, &operation, *method, &path, name);
            self.api.operations.push(operation);
        }
    }

    fn note_path_member(&mut self, key: &str, node: &Node<'a>) {
        match key {
            "summary" | "description" | "parameters" | "$ref" => {}
            "servers" => self.note_ignored(
                node,
                "servers of a path are not used; the client has one base url",
            ),
            key if key.starts_with("x-") => {}
            _ => {
                let message = format!("operations with the method `{key}` cannot be sent");
                self.diagnostics.push(
                    Diagnostic::warning(codes::UNSUPPORTED_METHOD, node.origin(), message)
                        .action("it is left out"),
                );
            }
        }
    }

    fn operation(
        &mut self,
        item: &Node<'a>,
        node: &Node<'a>,
        method: HttpMethod,
        path: &Path,
        name: Name,
    ) -> Operation {
        let owner = pascal(&name.id);
        let mut parameters = self.parameters(item, node, &owner);
        let mut path = path.clone();
        for parameter in parameters
            .own
            .iter()
            .filter(|parameter| parameter.location == Location::Path)
        {
            path.adopt(&parameter.wire);
        }
        self.fit_path(&mut parameters, &path.names, node);
        for (name, sign) in &parameters.signs {
            path.put_before(name, sign);
        }
        add_fixed_query(&mut parameters, &path, node);
        let body = self.body(node, &joined(&owner, "Request"));
        let Answers {
            outcomes,
            stream,
            success,
        } = self.responses(node, &owner);
        let stream = stream.and_then(|payload| self.stream_switch(node, &name, payload));
        let mut pagination = paging::declared(node, self.diagnostics);
        let lone = outcomes.success.len() == 1 && method == HttpMethod::Get;
        if let (None, true, Some(success)) = (&pagination, lone, &success) {
            let queries = parameters
                .own
                .iter()
                .filter(|parameter| parameter.location == Location::Query);
            let queries: Vec<&str> = queries.map(|parameter| parameter.wire.as_str()).collect();
            pagination = self.link_pages(success, &queries);
        }
        if let Some(ignored) = node.get("servers") {
            self.note_ignored(&ignored, "`servers` of an operation are not used");
        }
        let callbacks = self.callbacks(node, &owner);
        let routes = routes::read(node, method, &path, self.diagnostics);
        Operation {
            id: name.id,
            resource: name.resource,
            name: name.method,
            request_name: String::new(),
            method,
            path: path.template,
            summary: self
                .text(node, "summary")
                .or_else(|| self.text(item, "summary")),
            description: self
                .text(node, "description")
                .or_else(|| self.text(item, "description")),
            deprecated: self.flag(node, "deprecated"),
            parameters: parameters.own,
            body,
            outcomes,
            pagination,
            stream,
            latency: extensions::latency(node, self.diagnostics),
            authenticated: self.is_authenticated(node),
            never_retry: self.flag(node, extensions::NEVER_RETRY),
            reconnects: self.flag(node, extensions::RECONNECT),
            callbacks,
            check_body: self.flag(node, extensions::CHECK_BODY),
            routes,
            automation: None,
            check: extensions::check(node, self.diagnostics),
            origin: node.origin().clone(),
        }
    }

    /// The second method of an operation that answers with a stream when asked to.
    fn stream_switch(
        &mut self,
        operation: &Node<'a>,
        name: &Name,
        payload: Payload,
    ) -> Option<StreamSwitch> {
        if let Some(node) = operation.object(extensions::STREAM, self.diagnostics) {
            let set = node.object("set", self.diagnostics);
            let set = set
                .iter()
                .flat_map(Node::entries)
                .map(|(key, value)| (key.to_owned(), value.value().clone()));
            let set = set.collect();
            let method = self
                .text(&node, "method")
                .unwrap_or_else(|| "stream".to_owned());
            return Some(StreamSwitch {
                method: method.to_snake_case(),
                set,
                payload,
            });
        }
        // What is asked for decides, unless a property of the body does.
        let body = operation
            .get("requestBody")
            .and_then(|body| self.sources.follow(&body).ok());
        let first = body.and_then(|body| self.contents(&body).into_iter().next());
        let json = first.filter(|content| content.media == Media::Json);
        let asks = json
            .and_then(|content| content.schema())
            .is_some_and(|schema| {
                let property = self.property(&schema, "stream");
                property.is_some_and(|property| self.is_boolean(&property))
            });
        let set = if asks {
            vec![("stream".to_owned(), Value::Bool(true))]
        } else {
            Vec::new()
        };
        Some(StreamSwitch {
            method: format!("{}_stream", name.method),
            set,
            payload,
        })
    }

    fn is_boolean(&self, schema: &Node<'a>) -> bool {
        let kinds = upgrade::kinds(schema.value());
        let members = || {
            ["anyOf", "oneOf"]
                .into_iter()
                .flat_map(|key| super::schemas::members(schema, key))
        };
        kinds.names == ["boolean"]
            || members().any(|member| upgrade::kinds(member.value()).names == ["boolean"])
    }

    fn name(
        &mut self,
        operation: &Node<'a>,
        method: HttpMethod,
        path: &str,
        ids: &mut HashMap<String, Origin>,
    ) -> Name {
        let resource = self.resource_of(operation, path);
        let given = self.text(operation, "operationId");
        let written = given.clone().unwrap_or_else(|| {
            let id = naming::derived_id(method, path);
            self.diagnostics.push(
                Diagnostic::note(
                    codes::OPERATION_ID,
                    operation.origin(),
                    "this operation has no operationId",
                )
                .action(format!("it is called `{id}`, after its method and path")),
            );
            id
        });
        let id = self.unique_id(written, operation, method, path, ids);
        let explicit = self.text(operation, extensions::METHOD);
        let fixed = explicit.is_some();
        let method = match (explicit, given) {
            (Some(explicit), _) => explicit.to_snake_case(),
            (None, Some(_)) => naming::method_from_id(&id, &resource),
            (None, None) => naming::method_from_path(method, path, &resource),
        };
        Name {
            id,
            resource,
            method,
            fixed,
        }
    }

    /// An operation id that no other operation has, told by their words: ids that differ only in
    /// case would become the same name.
    fn unique_id(
        &mut self,
        id: String,
        operation: &Node<'a>,
        method: HttpMethod,
        path: &str,
        ids: &mut HashMap<String, Origin>,
    ) -> String {
        let Some(first) = ids.get(&id.to_snake_case()).cloned() else {
            ids.insert(id.to_snake_case(), operation.origin().clone());
            return id;
        };
        let derived = naming::derived_id(method, path);
        let numbered = (2..).map(|number| format!("{derived}_{number}"));
        let unique = std::iter::once(derived.clone())
            .chain(numbered)
            .find(|id| !ids.contains_key(&id.to_snake_case()))
            .unwrap_or(derived);
        let message = format!("another operation has the operationId `{id}`");
        self.diagnostics.push(
            Diagnostic::warning(codes::OPERATION_ID, operation.origin(), message)
                .related(&first, "the first is here")
                .action(format!(
                    "this one is called `{unique}`, after its method and path"
                )),
        );
        ids.insert(unique.to_snake_case(), operation.origin().clone());
        unique
    }

    /// The resource an operation belongs to: as the document says, else its first tag, else the
    /// first word of its path.
    fn resource_of(&mut self, operation: &Node<'a>, path: &str) -> Vec<String> {
        if let Some(resource) = self.text(operation, extensions::RESOURCE) {
            let words = resource.split('.').map(|word| word.to_snake_case());
            return words.filter(|word| !word.is_empty()).collect();
        }
        let tags = operation.array("tags", self.diagnostics);
        let tag = tags
            .iter()
            .flat_map(Node::items)
            .find_map(|tag| tag.as_str().filter(|tag| !tag.to_snake_case().is_empty()));
        match tag {
            Some(tag) => self.tag_path(tag),
            None => {
                let first = naming::path_words(path)
                    .into_iter()
                    .find(|word| !word.is_empty());
                vec![first.unwrap_or_else(|| "root".to_owned())]
            }
        }
    }

    /// A tag below the tags that are its parents (3.2).
    fn tag_path(&self, tag: &str) -> Vec<String> {
        let mut path = vec![tag.to_snake_case()];
        let mut current = tag;
        for _ in 0..MAX_TAG_DEPTH {
            let parent = self
                .tag(current)
                .and_then(|tag| tag.value().get("parent")?.as_str());
            let Some(parent) = parent.filter(|parent| !path.contains(&parent.to_snake_case()))
            else {
                break;
            };
            path.insert(0, parent.to_snake_case());
            current = parent;
        }
        path
    }

    fn tag(&self, name: &str) -> Option<Node<'a>> {
        let index = *self.tags.get(name)?;
        let tags = self.root.get("tags")?;
        tags.child(&Token::Index(index))
    }

    /// The resources of all operations, in the order of the document's tags, then of appearance.
    fn resources(&mut self) {
        let mut described: HashMap<Vec<String>, (usize, Node<'a>)> = HashMap::new();
        let tags = self.root.get("tags");
        for (index, tag) in tags.iter().flat_map(Node::items).enumerate() {
            if let Some(name) = tag.get("name").and_then(|name| name.as_str()) {
                described.entry(self.tag_path(name)).or_insert((index, tag));
            }
        }
        let mut seen = HashSet::new();
        let mut resources = Vec::new();
        for operation in &self.api.operations {
            for depth in 1..=operation.resource.len() {
                let path: Vec<String> = operation.resource.iter().take(depth).cloned().collect();
                if seen.insert(path.clone()) {
                    resources.push(Resource {
                        path,
                        type_name: String::new(),
                        description: None,
                        origin: operation.origin.clone(),
                    });
                }
            }
        }
        for resource in &mut resources {
            if let Some((_, tag)) = described.get(&resource.path) {
                resource.origin = tag.origin().clone();
                resource.description = self
                    .text(tag, "description")
                    .or_else(|| self.text(tag, "summary"));
            }
        }
        resources.sort_by_key(|resource| {
            described
                .get(&resource.path)
                .map_or(usize::MAX, |(index, _)| *index)
        });
        self.api.resources = resources;
    }
}

/// Pairs in the path itself are parameters the caller need not give.
fn add_fixed_query(parameters: &mut Parameters, path: &Path, operation: &Node<'_>) {
    for (wire, value) in &path.query {
        let known = |parameter: &&mut Parameter| {
            parameter.location == Location::Query && parameter.wire == *wire
        };
        match parameters.own.iter_mut().find(known) {
            Some(parameter) => {
                parameter.default = Some(Value::String(value.clone()));
                parameter.send_default = true;
                parameter.required = false;
            }
            None => {
                parameters
                    .own
                    .push(fixed(wire, Location::Query, Some(value.clone()), operation))
            }
        }
    }
}
