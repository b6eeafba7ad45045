//! Finds the examples of a document and the schemas they belong to.

use crate::origin::Origin;
use crate::source::{Node, Sources};

/// An example.
pub(super) struct Example<'a> {
    /// The value.
    pub(super) node: Node<'a>,
    /// The schema it has to keep to.
    pub(super) schema: Origin,
}

/// All examples of all files.
pub(super) fn collect(sources: &Sources) -> Vec<Example<'_>> {
    let mut collector = Collector {
        sources,
        found: Vec::new(),
    };
    for file in sources.files() {
        collector.object(&sources.file(file));
    }
    collector.found
}

struct Collector<'a> {
    sources: &'a Sources,
    found: Vec<Example<'a>>,
}

// Recursion ends: documents nest no deeper than their reader allows, and references are not
// followed.
impl<'a> Collector<'a> {
    /// Visits an object that is no schema.
    fn object(&mut self, node: &Node<'a>) {
        self.beside(node);
        node.items().for_each(|item| self.object(&item));
        for (key, member) in node.entries() {
            match key {
                "example" | "examples" | "default" | "value" => {}
                "schema" | "itemSchema" => self.schema(&member),
                "schemas" | "$defs" => member
                    .entries()
                    .for_each(|(_, schema)| self.schema(&schema)),
                "content" => {
                    for (media_type, content) in member.entries() {
                        self.media_type(media_type, &content);
                    }
                }
                _ if key.starts_with("x-") => {}
                _ => self.object(&member),
            }
        }
    }

    fn media_type(&mut self, media_type: &str, node: &Node<'a>) {
        let name = media_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if name == "application/json" || name.ends_with("+json") {
            self.beside(node);
        }
        for key in ["schema", "itemSchema"] {
            node.get(key).iter().for_each(|schema| self.schema(schema));
        }
    }

    /// Notes the examples beside a `schema`: those of a media type, parameter or header.
    fn beside(&mut self, node: &Node<'a>) {
        let Some(schema) = node.get("schema").filter(Node::is_object) else {
            return;
        };
        // Media types that share a schema share its validator.
        let only_reference = schema.entries().count() == 1;
        let target = self.sources.follow(&schema).ok().filter(|_| only_reference);
        let schema = target.as_ref().unwrap_or(&schema).origin();
        if let Some(example) = node.get("example") {
            self.add(example, schema);
        }
        let examples = node.get("examples");
        for (_, example) in examples.iter().flat_map(Node::entries) {
            let Ok(example) = self.sources.follow(&example) else {
                continue;
            };
            if let Some(value) = example.get("dataValue").or_else(|| example.get("value")) {
                self.add(value, schema);
            }
        }
    }

    fn schema(&mut self, node: &Node<'a>) {
        let origin = node.origin();
        if let Some(example) = node.get("example") {
            self.add(example, origin);
        }
        let examples = node.get("examples");
        examples
            .iter()
            .flat_map(Node::items)
            .for_each(|example| self.add(example, origin));
        for (key, member) in node.entries() {
            match key {
                "properties" | "patternProperties" | "$defs" | "definitions"
                | "dependentSchemas" => {
                    member
                        .entries()
                        .for_each(|(_, schema)| self.schema(&schema));
                }
                "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                    member.items().for_each(|schema| self.schema(&schema));
                }
                "items"
                | "additionalProperties"
                | "not"
                | "if"
                | "then"
                | "else"
                | "contains"
                | "propertyNames"
                | "unevaluatedItems"
                | "unevaluatedProperties"
                | "contentSchema" => self.schema(&member),
                _ => {}
            }
        }
    }

    fn add(&mut self, node: Node<'a>, schema: &Origin) {
        // Generated documents say `example: null` where they have none.
        if node.is_null() {
            return;
        }
        self.found.push(Example {
            node,
            schema: schema.clone(),
        });
    }
}
