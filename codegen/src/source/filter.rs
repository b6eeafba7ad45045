//! Keeps the part of an OpenAPI document that a plan asks for.

use serde_json::{Map, Value};

use super::{Node, Sources, nearest};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::plan::Filter;

const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

impl Sources {
    /// Removes every operation of the root document that `filter` does not name, from `paths` and
    /// `webhooks`. Types that nothing uses any more are left out later, because nothing reaches
    /// them; those that the filter names stay, see [`openapi::want`](crate::openapi::want).
    ///
    /// An entry of the filter that names nothing is an error.
    pub fn retain(&mut self, filter: &Filter, diagnostics: &mut Diagnostics) {
        if filter.is_empty() {
            return;
        }
        let mut known = Known {
            types: component_schemas(&self.root()),
            ..Known::default()
        };
        let mut kept = Vec::new();
        for key in ["paths", "webhooks"] {
            let Some(items) = self.root().get(key) else {
                continue;
            };
            let items = items.entries().filter_map(|(path, item)| {
                Some((path.to_owned(), self.item(path, &item, filter, &mut known)?))
            });
            kept.push((key, items.collect::<Map<_, _>>()));
        }
        known.tell(filter, &self.root(), diagnostics);
        let root = self
            .files
            .first_mut()
            .and_then(|root| root.value.as_object_mut());
        if let Some(root) = root {
            for (key, items) in kept {
                root.insert(key.to_owned(), Value::Object(items));
            }
        }
    }

    /// The path item with the operations that are kept; `None` when there is none.
    fn item(
        &self,
        path: &str,
        item: &Node<'_>,
        filter: &Filter,
        known: &mut Known,
    ) -> Option<Value> {
        known.paths.push(path.to_owned());
        let whole = Filter::names(&filter.paths, path);
        let target = self.follow(item).ok()?;
        let mut removed = Vec::new();
        let mut operations = 0;
        for method in METHODS {
            let Some(operation) = target.get(method) else {
                continue;
            };
            operations += 1;
            if !(known.keeps(&operation, filter) || whole) {
                removed.push(*method);
            }
        }
        if removed.len() == operations {
            return None;
        }
        let mut kept = item.value().clone();
        if let Some(members) = kept.as_object_mut() {
            removed
                .iter()
                .for_each(|method| drop(members.shift_remove(*method)));
        }
        Some(kept)
    }
}

fn component_schemas(root: &Node<'_>) -> Vec<String> {
    let schemas = root.get("components").and_then(|it| it.get("schemas"));
    let entries = schemas.iter().flat_map(Node::entries);
    entries.map(|(name, _)| name.to_owned()).collect()
}

/// The names of a document that a filter can use.
#[derive(Default)]
struct Known {
    tags: Vec<String>,
    paths: Vec<String>,
    operations: Vec<String>,
    types: Vec<String>,
}

impl Known {
    fn keeps(&mut self, operation: &Node<'_>, filter: &Filter) -> bool {
        let tags = operation.get("tags");
        let tags = tags
            .iter()
            .flat_map(Node::items)
            .filter_map(|tag| tag.as_str());
        let tags: Vec<_> = tags.map(str::to_owned).collect();
        let id = operation
            .get("operationId")
            .and_then(|id| id.as_str())
            .map(str::to_owned);
        let keeps = tags.iter().any(|tag| Filter::names(&filter.tags, tag))
            || id
                .as_ref()
                .is_some_and(|id| Filter::names(&filter.operations, id));
        self.tags.extend(tags);
        self.operations.extend(id);
        keeps
    }

    /// Tells entries of the filter that name nothing.
    fn tell(&self, filter: &Filter, root: &Node<'_>, diagnostics: &mut Diagnostics) {
        let kinds = [
            ("tag", &filter.tags, &self.tags),
            ("path", &filter.paths, &self.paths),
            ("operation", &filter.operations, &self.operations),
            ("type", &filter.types, &self.types),
        ];
        for (kind, wanted, known) in kinds {
            let used = |entry: &str| {
                let entry = [entry.to_owned()];
                known.iter().any(|one| Filter::names(&entry, one))
            };
            for name in wanted.iter().filter(|name| !used(name)) {
                let message = format!("the document has no {kind} `{name}` to keep");
                let mut error = Diagnostic::error(codes::FILTER_UNUSED, root.origin(), message);
                let near = nearest(name, known.iter().map(String::as_str));
                error.help = near.map(|near| format!("did you mean `{near}`?"));
                diagnostics.push(error);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "
paths:
  /a: { get: { operationId: a, tags: [x] }, post: { operationId: b, tags: [y] }, parameters: [] }
  /a/b: { get: { operationId: c } }
  /d: { $ref: '#/components/pathItems/D' }
webhooks:
  e: { post: { operationId: e, tags: [y] } }
components:
  pathItems: { D: { get: { operationId: d } } }
  schemas: { Apple: {}, Pear: {} }
";

    fn kept(filter: Filter) -> (Vec<String>, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let mut sources =
            Sources::from_text("t.yaml", DOCUMENT.to_owned(), &mut diagnostics).unwrap();
        sources.retain(&filter, &mut diagnostics);
        let mut kept = Vec::new();
        for key in ["paths", "webhooks"] {
            for (path, item) in sources.root().get(key).unwrap().entries() {
                kept.extend(item.entries().map(|(method, _)| format!("{path} {method}")));
            }
        }
        (
            kept,
            diagnostics
                .iter()
                .map(|one| format!("{} {:?}", one.message, one.help))
                .collect(),
        )
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn by_tag_path_and_operation() {
        let tags = Filter {
            tags: names(&["y"]),
            ..Filter::default()
        };
        assert_eq!(kept(tags).0, ["/a post", "/a parameters", "e post"]);
        let paths = Filter {
            paths: names(&["/a/*", "/d"]),
            ..Filter::default()
        };
        assert_eq!(kept(paths).0, ["/a/b get", "/d $ref"]);
        let operations = Filter {
            operations: names(&["a", "d"]),
            ..Filter::default()
        };
        assert_eq!(kept(operations).0, ["/a get", "/a parameters", "/d $ref"]);
        let any_rest = Filter {
            tags: names(&["x*"]),
            operations: names(&["e*"]),
            ..Filter::default()
        };
        assert_eq!(kept(any_rest).0, ["/a get", "/a parameters", "e post"]);
        let types = Filter {
            types: names(&["Pear", "App*"]),
            ..Filter::default()
        };
        assert_eq!(kept(types), (vec![], vec![]), "types add no operation");
        assert_eq!(kept(Filter::default()).0.len(), 6);
    }

    #[test]
    fn entries_that_name_nothing_are_told() {
        let filter = Filter {
            paths: names(&["/a/c"]),
            tags: names(&["x"]),
            types: names(&["Peer", "Plum*"]),
            ..Filter::default()
        };
        let (_, told) = kept(filter);
        assert_eq!(
            told,
            [
                "the document has no path `/a/c` to keep Some(\"did you mean `/a/b`?\")",
                "the document has no type `Peer` to keep Some(\"did you mean `Pear`?\")",
                "the document has no type `Plum*` to keep None",
            ]
        );
    }
}
