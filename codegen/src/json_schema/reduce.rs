//! JSON Schemas of any kind in the few forms typify is given.
//!
//! What gets a name (structs, enums, unions) becomes a definition of its own under a name claimed
//! here; typify never has to make one up. Checks that do not change a type (patterns, lengths,
//! limits) are dropped: a tool's input is decoded, not judged.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use heck::{ToKebabCase, ToPascalCase, ToSnakeCase};
use serde_json::{Map, Value, json};

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::emit::Docs;
use crate::origin::{FileId, Origin};
use crate::source::{Node, Sources};

/// How deep schemas may lie in each other, references included.
const MAX_DEPTH: usize = 128;

/// Names that stand for something else in the emitted code.
const RESERVED: &[&str] = &[
    "BTreeMap",
    "Box",
    "ConversionError",
    "Default",
    "Deserialize",
    "Deserializer",
    "From",
    "FromStr",
    "Map",
    "MapAccess",
    "Ok",
    "Err",
    "Option",
    "Result",
    "Self",
    "Serialize",
    "Some",
    "None",
    "String",
    "TryFrom",
    "Value",
    "Vec",
];

/// What typify is given, and what it cannot be told.
#[derive(Default)]
pub(super) struct Reduced {
    /// Draft-07 schemas by the names of their types.
    pub(super) definitions: Map<String, Value>,
    /// Which of them are unions of objects that one property tells apart.
    pub(super) unions: BTreeMap<String, Union>,
    /// The fields of structs in the document's order.
    pub(super) fields: BTreeMap<String, Vec<String>>,
    /// The schemas that were read, in their order.
    pub(super) roots: Vec<Root>,
}

/// A schema of a file or of a tool.
pub(super) struct Root {
    /// The name of the file without its endings, or that of the tool.
    pub(super) name: String,
    /// The type that the schema itself became, if it did.
    pub(super) own: Option<String>,
    /// This and the other types it mentions, but for those that only types of earlier schemas do.
    pub(super) types: BTreeSet<String>,
}

/// A union of objects that the value of one property tells apart.
pub(super) struct Union {
    /// The property.
    pub(super) tag: String,
    /// Its value and the documentation, for each member.
    pub(super) members: Vec<(String, String)>,
}

pub(super) struct Reducer<'a, 'd> {
    sources: &'a Sources,
    diagnostics: &'d mut Diagnostics,
    /// What `#` means in references: the root of the schema that is read.
    base: Node<'a>,
    taken: BTreeSet<String>,
    /// The name of what is at a place, without the property that is its tag.
    placed: HashMap<(Origin, Option<String>), String>,
    depth: usize,
    reduced: Reduced,
}

impl<'a, 'd> Reducer<'a, 'd> {
    pub(super) fn new(sources: &'a Sources, diagnostics: &'d mut Diagnostics) -> Self {
        Self {
            sources,
            diagnostics,
            base: sources.root(),
            taken: RESERVED.iter().map(|name| (*name).to_owned()).collect(),
            placed: HashMap::new(),
            depth: 0,
            reduced: Reduced::default(),
        }
    }

    pub(super) fn finish(self) -> Reduced {
        self.reduced
    }

    /// Reads a schema, or the input schemas of a list of tools.
    pub(super) fn document(&mut self, file: FileId) {
        let root = self.sources.file(file);
        let Some(tools) = root.get("tools").filter(Node::is_array) else {
            let stem = self
                .sources
                .path(file)
                .file_name()
                .unwrap_or_default()
                .to_string_lossy();
            let stem = stem.split('.').next().unwrap_or_default().to_owned();
            return self.root(root, &stem, &stem);
        };
        for tool in tools.items() {
            let name = tool.string("name", self.diagnostics).unwrap_or("tool");
            match tool.get("inputSchema").or_else(|| tool.get("input_schema")) {
                Some(schema) => self.root(schema, name, &format!("{name}_input")),
                None => tool.warn_kind("a tool with an `inputSchema`", self.diagnostics),
            }
        }
    }

    /// Reads a schema that is called `called`; `name` is for its type.
    fn root(&mut self, root: Node<'a>, called: &str, name: &str) {
        self.base = root.clone();
        self.reduced.roots.push(Root {
            name: called.to_owned(),
            own: None,
            types: BTreeSet::new(),
        });
        let before = self.reduced.definitions.len();
        // An input without properties is a struct too: the type is what the caller asked for.
        let own = if root.get("properties").is_none()
            && types(&root) == ["object"]
            && members(&root).is_none()
        {
            self.named(&root, None, name, |this, node, name| {
                this.structure(node, name, None)
            })
        } else {
            self.schema(&root, name)
        };
        let own = own.get("$ref").and_then(Value::as_str).map(last_segment);
        if let Some(root) = self.reduced.roots.last_mut() {
            root.own = own.map(str::to_owned);
        }
        for key in ["$defs", "definitions"] {
            for (name, definition) in root.get(key).iter().flat_map(Node::entries) {
                self.schema(&definition, name);
            }
        }
        if self.reduced.definitions.len() == before {
            let message = "this schema describes no object, enumeration or union";
            let diagnostic = Diagnostic::warning(codes::NOT_EXPRESSED, root.origin(), message);
            self.diagnostics
                .push(diagnostic.action("no type is generated for it"));
        }
    }

    /// A schema where it is used; `name` is for a type that has no `title`.
    fn schema(&mut self, node: &Node<'a>, name: &str) -> Value {
        if self.depth >= MAX_DEPTH {
            return self.any(node, "schemas lie too deep in each other");
        }
        self.depth += 1;
        let schema = self.form(node, name);
        self.depth -= 1;
        schema
    }

    fn form(&mut self, node: &Node<'a>, name: &str) -> Value {
        if let Some(reference) = node.get("$ref").and_then(|reference| reference.as_str()) {
            return match self.resolve(node, reference) {
                Some(target) => self.schema(&target, last_segment(reference)),
                None => json!(true),
            };
        }
        if let Some(values) = choices(node) {
            return self.choice(node, name, &values);
        }
        if let Some(members) = members(node) {
            return match members.as_slice() {
                [member] => self.schema(member, name),
                members => self.union(node, name, members),
            };
        }
        match node
            .get("allOf")
            .map(|all| all.items().collect::<Vec<_>>())
            .as_deref()
        {
            Some([part]) => return self.schema(part, name),
            Some(_) => return self.any(node, "an `allOf` of several schemas"),
            None => {}
        }
        match types(node).as_slice() {
            [] if node.get("properties").is_some() => self.object(node, name),
            [] if node.get("items").is_some() => self.list(node, name),
            [] => json!(true),
            ["object"] => self.object(node, name),
            ["array"] => self.list(node, name),
            ["string"] => json!({ "type": "string" }),
            ["boolean"] => json!({ "type": "boolean" }),
            ["number"] => json!({ "type": "number" }),
            ["integer"] => json!({ "type": "integer", "format": integer(node) }),
            _ => self.any(node, "values of several types"),
        }
    }

    fn object(&mut self, node: &Node<'a>, name: &str) -> Value {
        if node
            .get("properties")
            .is_some_and(|properties| properties.entries().next().is_some())
        {
            return self.named(node, None, name, |this, node, name| {
                this.structure(node, name, None)
            });
        }
        let values = match node.get("additionalProperties").filter(Node::is_object) {
            Some(values) => self.element(&values, &format!("{name}_value")),
            None => json!(true),
        };
        json!({ "type": "object", "additionalProperties": values })
    }

    fn list(&mut self, node: &Node<'a>, name: &str) -> Value {
        let items = match node.get("items").filter(Node::is_object) {
            Some(items) => self.element(&items, &format!("{name}_item")),
            None => json!(true),
        };
        let limit = |key| node.get(key).and_then(|limit| limit.as_u64());
        match (limit("minItems"), limit("maxItems")) {
            // Arrays up to this length can be decoded.
            (Some(length @ 1..=32), Some(max)) if length == max => {
                json!({ "type": "array", "items": items, "minItems": length, "maxItems": length })
            }
            _ => json!({ "type": "array", "items": items }),
        }
    }

    /// What is in a list or map, where `null` has to be said with a type.
    fn element(&mut self, node: &Node<'a>, name: &str) -> Value {
        let schema = self.schema(node, name);
        if nullable(node) && schema.is_object() {
            return json!({ "oneOf": [schema, { "type": "null" }] });
        }
        schema
    }

    /// A string with fixed values: an enum, if there is a name for each.
    fn choice(
        &mut self,
        node: &Node<'a>,
        name: &str,
        values: &[(&'a str, Option<&'a str>)],
    ) -> Value {
        let mut names = BTreeSet::new();
        if !values
            .iter()
            .all(|(value, _)| names.insert(variant_name(value)))
        {
            self.left_out(
                node,
                "its values do not make different names",
                "it is a string",
            );
            return json!({ "type": "string" });
        }
        self.named(node, None, name, |_, _, _| {
            let variants = values.iter().map(|(value, description)| {
                let docs = Docs::new(*description, &format!("The value `{value}`.")).into_text();
                json!({ "const": value, "description": docs })
            });
            json!({ "oneOf": variants.collect::<Vec<_>>() })
        })
    }

    /// Objects that one property tells apart: an enum; nothing else is tried by luck.
    fn union(&mut self, node: &Node<'a>, name: &str, members: &[Node<'a>]) -> Value {
        let targets: Vec<_> = members
            .iter()
            .filter_map(|member| self.target(member))
            .collect();
        let Some(tag) = tag(&targets).filter(|_| targets.len() == members.len()) else {
            return self.any(
                node,
                "schemas that no property with a fixed value tells apart",
            );
        };
        self.named(node, None, name, |this, _, name| {
            let mut union = Union {
                tag: tag.to_owned(),
                members: Vec::new(),
            };
            let mut references = Vec::new();
            for target in &targets {
                let value = fixed(target, tag).unwrap_or_default();
                let docs = Docs::new(description(target), &format!("The `{tag}` is `{value}`."));
                union.members.push((value.to_owned(), docs.into_text()));
                let wanted = format!("{name}_{value}");
                references.push(this.named(target, Some(tag), &wanted, |this, node, name| {
                    this.structure(node, name, Some(tag))
                }));
            }
            this.reduced.unions.insert(name.to_owned(), union);
            json!({ "oneOf": references })
        })
    }

    /// A struct of all properties but `tag`.
    fn structure(&mut self, node: &Node<'a>, name: &str, tag: Option<&str>) -> Value {
        let (mut properties, mut required, mut fields) = (Map::new(), Vec::new(), Vec::new());
        let needed: Vec<_> = node
            .get("required")
            .iter()
            .flat_map(Node::items)
            .filter_map(|key| key.as_str())
            .collect();
        let entries = node
            .get("properties")
            .into_iter()
            .flat_map(|properties| properties.entries());
        for (key, property) in entries.filter(|(key, _)| Some(*key) != tag) {
            let field = field_name(key);
            if fields.contains(&field) {
                self.left_out(
                    &property,
                    &format!("`{field}` is already a field"),
                    "it is left out",
                );
                continue;
            }
            fields.push(field);
            let mut schema = match self.schema(&property, &format!("{name}_{key}")) {
                Value::Object(schema) => schema,
                _ => Map::new(),
            };
            let told = description(&property).or_else(|| description(&self.target(&property)?));
            let mut docs = Docs::new(told, &format!("The property `{key}`."));
            docs.limits(&[], property.value().get("default"));
            schema.insert("description".to_owned(), docs.into_text().into());
            if needed.contains(&key) && !nullable(&property) {
                required.push(key);
            }
            properties.insert(key.to_owned(), schema.into());
        }
        self.reduced.fields.insert(name.to_owned(), fields);
        let mut schema =
            json!({ "type": "object", "required": required, "properties": properties });
        // Without properties this alone makes it a struct and not a map.
        if let (true, Some(schema)) = (properties.is_empty(), schema.as_object_mut()) {
            schema.insert("additionalProperties".to_owned(), false.into());
        }
        schema
    }

    /// Defines what `build` makes of a schema, once, and refers to it.
    fn named(
        &mut self,
        node: &Node<'a>,
        tag: Option<&str>,
        name: &str,
        build: impl FnOnce(&mut Self, &Node<'a>, &str) -> Value,
    ) -> Value {
        let place = (node.origin().clone(), tag.map(str::to_owned));
        let name = match self.placed.get(&place) {
            Some(name) => name.clone(),
            None => {
                let title = node.get("title").and_then(|title| title.as_str());
                let name = self.claim(title.unwrap_or(name));
                self.placed.insert(place, name.clone());
                let mut schema = build(self, node, &name);
                let docs = Docs::new(description(node), &format!("The type `{name}`."));
                if let Some(schema) = schema.as_object_mut() {
                    schema.insert("description".to_owned(), docs.into_text().into());
                }
                self.reduced.definitions.insert(name.clone(), schema);
                name
            }
        };
        if let Some(root) = self.reduced.roots.last_mut() {
            root.types.insert(name.clone());
        }
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    fn claim(&mut self, wanted: &str) -> String {
        let ascii = wanted.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        // Twice: typify cuts what names share by words, and these have to be the words it sees.
        let wanted = identifier(
            &ascii.to_pascal_case().to_kebab_case().to_pascal_case(),
            "X",
        );
        let mut name = wanted.clone();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        name
    }

    fn resolve(&mut self, node: &Node<'a>, reference: &str) -> Option<Node<'a>> {
        let base = self.base.origin().pointer();
        let rebased = match reference.strip_prefix('#') {
            Some(pointer) if pointer.is_empty() || pointer.starts_with('/') => {
                format!("#{base}{pointer}")
            }
            _ => reference.to_owned(),
        };
        let resolved = self.sources.resolve(node, &rebased);
        if let Err(error) = &resolved {
            let message = format!("`{reference}` leads nowhere: {error}");
            let diagnostic = Diagnostic::warning(codes::UNRESOLVED_REF, node.origin(), message);
            self.diagnostics
                .push(diagnostic.action("the value is any JSON"));
        }
        resolved.ok()
    }

    /// A schema once one reference is followed.
    fn target(&mut self, member: &Node<'a>) -> Option<Node<'a>> {
        match member.get("$ref").and_then(|reference| reference.as_str()) {
            Some(reference) => self.resolve(member, reference),
            None => Some(member.clone()),
        }
    }

    fn any(&mut self, node: &Node<'a>, reason: &str) -> Value {
        self.left_out(node, reason, "the value is any JSON");
        json!(true)
    }

    fn left_out(&mut self, node: &Node<'a>, reason: &str, action: &str) {
        let message = format!("no type expresses this schema: {reason}");
        let diagnostic = Diagnostic::warning(codes::NOT_EXPRESSED, node.origin(), message);
        self.diagnostics.push(diagnostic.action(action));
    }
}

/// The types a schema allows, `null` aside.
fn types<'a>(node: &Node<'a>) -> Vec<&'a str> {
    let Some(types) = node.get("type") else {
        return Vec::new();
    };
    let several = types.items().filter_map(|name| name.as_str());
    types
        .as_str()
        .into_iter()
        .chain(several)
        .filter(|name| *name != "null")
        .collect()
}

/// The members of a `oneOf` or `anyOf`, `null` aside.
fn members<'a>(node: &Node<'a>) -> Option<Vec<Node<'a>>> {
    let members = node.get("oneOf").or_else(|| node.get("anyOf"))?;
    Some(members.items().filter(|member| !is_null(member)).collect())
}

/// Whether a schema allows only `null`.
fn is_null(node: &Node<'_>) -> bool {
    node.value().get("type").is_some_and(|kind| kind == "null")
}

/// Whether a schema says that `null` is allowed beside something else.
fn nullable(node: &Node<'_>) -> bool {
    let among = |key, null: &Value| {
        node.get(key)
            .is_some_and(|list| list.items().any(|item| item.value() == null))
    };
    let member = |key| {
        node.get(key)
            .is_some_and(|list| list.items().any(|item| is_null(&item)))
    };
    among("type", &json!("null"))
        || among("enum", &Value::Null)
        || member("oneOf")
        || member("anyOf")
}

/// The values of a string that has fixed ones, each with its description.
fn choices<'a>(node: &Node<'a>) -> Option<Vec<(&'a str, Option<&'a str>)>> {
    if let Some(value) = node.get("const") {
        return Some(vec![(value.as_str()?, None)]);
    }
    if let Some(values) = node.get("enum") {
        let values = values.items().filter(|value| !value.is_null());
        let values: Option<Vec<_>> = values.map(|value| Some((value.as_str()?, None))).collect();
        return values.filter(|values| !values.is_empty());
    }
    let members = members(node).filter(|members| !members.is_empty())?;
    let value = |member: &Node<'a>| Some((member.get("const")?.as_str()?, description(member)));
    members.iter().map(value).collect()
}

/// The property that has another fixed string in each of these objects.
fn tag<'a>(objects: &[Node<'a>]) -> Option<&'a str> {
    let mut keys = objects
        .first()?
        .get("properties")?
        .entries()
        .map(|(key, _)| key);
    keys.find(|key| {
        let mut values = BTreeSet::new();
        objects
            .iter()
            .all(|object| fixed(object, key).is_some_and(|value| values.insert(value)))
    })
}

/// The one string that a property of an object may be.
fn fixed<'a>(object: &Node<'a>, key: &str) -> Option<&'a str> {
    match choices(&object.get("properties")?.get(key)?)?.as_slice() {
        [(value, _)] => Some(value),
        _ => None,
    }
}

fn description<'a>(node: &Node<'a>) -> Option<&'a str> {
    node.get("description")?.as_str()
}

/// The width of an integer, as typify calls it.
fn integer(node: &Node<'_>) -> &'static str {
    let format = node.get("format").and_then(|format| format.as_str());
    let unsigned = node
        .get("minimum")
        .and_then(|minimum| minimum.as_f64())
        .is_some_and(|minimum| minimum >= 0.0);
    match format {
        Some("int32") if !unsigned => "int32",
        Some("int32" | "uint32") => "uint32",
        _ if unsigned => "uint64",
        Some("uint64") => "uint64",
        _ => "int64",
    }
}

fn last_segment(reference: &str) -> &str {
    reference.rsplit(['/', '#']).next().unwrap_or_default()
}

/// A value as typify names its variant. This has to be foreseen: it panics when two get one name.
fn variant_name(value: &str) -> String {
    identifier(&words(value).to_pascal_case(), "X")
}

/// A property as typify names its field.
fn field_name(key: &str) -> String {
    identifier(&words(key).to_snake_case(), "x")
}

fn words(text: &str) -> String {
    text.replace('\'', "")
        .replace(|c: char| !unicode_ident::is_xid_continue(c), "-")
}

fn identifier(cased: &str, prefix: &str) -> String {
    if cased.starts_with(unicode_ident::is_xid_start) {
        cased.to_owned()
    } else {
        format!("{prefix}{cased}")
    }
}
