//! The build plan `specwright.toml`: which document becomes which module.
//!
//! ```toml
//! [[api]]
//! name = "platform"
//! document = "claude-platform/openapi.yaml"
//! output = "../sdk/src/platform"
//! crate-path = "claude_typed::platform"
//!
//! [[tools]]
//! name = "tools"
//! schemas = ["tools/*.schema.json"]
//! output = "../sdk/src/tools/inputs"
//! ```

use std::path::{Path, PathBuf};

use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde_json::{Map, Value};
use syn::parse::Parser;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::emit::Serde;
use crate::json_schema::Layout;
use crate::origin::Origin;
use crate::source::{Node, Sources, nearest};

/// Name of the plan's file.
pub const FILE_NAME: &str = "specwright.toml";

/// Name of the file beside the plan with the JSON Schema of the plan.
pub const SCHEMA_NAME: &str = "specwright.schema.json";

/// A build plan: which document becomes which module. All paths are relative to the plan's file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(deny_unknown_fields)]
pub struct Plan {
    /// The modules to generate, one for each API.
    #[serde(default)]
    pub api: Vec<PlannedApi>,
    /// The modules to generate from plain JSON Schemas, such as those of tool inputs.
    #[serde(default)]
    pub tools: Vec<PlannedTools>,
}

/// One API of a plan: a document and the module that is generated from it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(deny_unknown_fields)]
pub struct PlannedApi {
    /// Name of the API in messages: a snake_case Rust name.
    pub name: String,
    /// The OpenAPI document, or the service document of a connector.
    pub document: PathBuf,
    /// The resources document of a connector.
    #[serde(default)]
    pub resources: Option<PathBuf>,
    /// OpenAPI Overlay documents that are applied to the document, in this order.
    #[serde(default)]
    pub overlays: Vec<PathBuf>,
    /// The folder that the module is written to. Files in it that specwright did not write are
    /// left alone.
    pub output: PathBuf,
    /// Path under which users reach the module, for the examples in its documentation:
    /// `claude_typed::platform`. Default: the name.
    #[serde(default)]
    pub crate_path: Option<String>,
    /// Path of the runtime crate in the generated code. Default: `specwright_runtime`.
    #[serde(default)]
    pub runtime: Option<String>,
    /// Which of serde's traits types implement. Default: `used`.
    #[serde(default)]
    pub serde: Serde,
    /// Whether resources have cargo features, and what the names of these begin with. `generate`
    /// keeps them in the `Cargo.toml` of the crate that the output lies in. Default: `false`.
    #[serde(default)]
    pub features: FeatureNames,
    /// What an example is that breaks its own schema. Default: `deny`.
    #[serde(default)]
    pub examples: Examples,
    /// The part of the document to generate. Default: everything.
    #[serde(default)]
    pub only: Filter,
}

/// Whether resources have cargo features.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected true, false or the beginning of names")]
pub enum FeatureNames {
    /// `true`: features with the names of the resources, and `full` for all of them.
    Plain(bool),
    /// `"shop"`: features such as `shop-books`, `shop` for all of them, and `_shop`, which each of
    /// them enables, for what stands on the module as such.
    Prefixed(String),
}

impl Default for FeatureNames {
    fn default() -> Self {
        Self::Plain(false)
    }
}

impl FeatureNames {
    /// What names begin with; `None` without features.
    pub fn prefix(&self) -> Option<String> {
        match self {
            Self::Plain(wanted) => wanted.then(String::new),
            Self::Prefixed(prefix) => Some(prefix.clone()),
        }
    }

    /// Whether it makes names that cargo takes.
    fn is_valid(&self) -> bool {
        let Self::Prefixed(prefix) = self else {
            return true;
        };
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        prefix.starts_with(|c: char| c.is_ascii_alphanumeric()) && prefix.chars().all(part)
    }
}

/// A module of a plan with the types of plain JSON Schemas, and those schemas.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(deny_unknown_fields)]
pub struct PlannedTools {
    /// Name of the module in messages: a snake_case Rust name.
    pub name: String,
    /// The schemas, or lists of tools as MCP servers answer them. A `*` in the name of a file
    /// stands for anything: `tools/*.schema.json`.
    pub schemas: Vec<String>,
    /// The folder that the module is written to, with a file for each schema or tool. Files in it
    /// that specwright did not write are left alone. A path that ends with `.rs` is one file with
    /// all types.
    pub output: PathBuf,
    /// Path of the runtime crate in the generated code. Default: `specwright_runtime`.
    #[serde(default)]
    pub runtime: Option<String>,
}

impl PlannedTools {
    /// The schemas of a plan that lies in `folder`; the files that match a pattern are sorted.
    pub fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let files = self
            .schemas
            .iter()
            .flat_map(|schema| matching(folder, schema));
        files.collect()
    }

    /// Whether the output is a file or a folder.
    pub fn layout(&self) -> Layout {
        match self.output.extension() {
            Some(extension) if extension == "rs" => Layout::File,
            _ => Layout::Folder,
        }
    }
}

/// The files that a path with at most one `*`, in the name of the file, stands for.
fn matching(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let path = folder.join(pattern);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some((start, end)) = name.split_once('*') else {
        return vec![path];
    };
    let entries = path.parent().and_then(|parent| parent.read_dir().ok());
    let names = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name());
    let mut names: Vec<_> = names
        .filter(|found| {
            let rest = found.to_str().and_then(|found| found.strip_prefix(start));
            rest.is_some_and(|rest| rest.ends_with(end))
        })
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| path.with_file_name(name))
        .collect()
}

/// What an example of a document is that breaks its own schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Examples {
    /// An error: nothing is generated.
    #[default]
    Deny,
    /// A warning.
    Warn,
    /// Not looked at.
    Ignore,
}

/// A part of a document: operations that match any entry of `tags`, `paths` or `operations`, the
/// schemas of `types` beside them, and every type that these need. Without an entry, everything;
/// with entries of `types` alone, no operation. In each entry, a `*` at the end stands for any
/// rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
#[schemars(deny_unknown_fields)]
pub struct Filter {
    /// Tags.
    pub tags: Vec<String>,
    /// Paths.
    pub paths: Vec<String>,
    /// Operation ids.
    pub operations: Vec<String>,
    /// Names of component schemas, which are generated even when no operation uses them.
    pub types: Vec<String>,
}

impl Filter {
    /// Whether everything is generated.
    pub fn is_empty(&self) -> bool {
        [&self.tags, &self.paths, &self.operations, &self.types]
            .into_iter()
            .all(Vec::is_empty)
    }

    /// Whether an entry of a list is, or stands for, `name`.
    pub(crate) fn names(entries: &[String], name: &str) -> bool {
        entries.iter().any(|entry| match entry.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == entry,
        })
    }
}

impl Plan {
    /// Reads and checks the plan at `path`; every error in it is in `diagnostics`, whose places are
    /// in `sources`.
    pub fn load(path: &Path, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Self> {
        let file = sources.add(path, diagnostics)?;
        let root = sources.file(file);
        unknown_keys(&root, schema().as_value(), schema().as_value(), diagnostics);
        match serde_path_to_error::deserialize::<_, Self>(root.value()) {
            Ok(plan) => {
                plan.validate(&root, path.parent().unwrap_or(Path::new("")), diagnostics);
                (!diagnostics.has_errors()).then_some(plan)
            }
            Err(error) => {
                let origin = origin_of(&root, error.path());
                let message = error.inner().to_string();
                diagnostics.push(Diagnostic::error(codes::PLAN_INVALID, &origin, message));
                None
            }
        }
    }

    fn validate(&self, root: &Node<'_>, folder: &Path, diagnostics: &mut Diagnostics) {
        let apis = self.api.iter().map(|api| Entry {
            name: &api.name,
            output: &api.output,
            paths: [("crate-path", &api.crate_path), ("runtime", &api.runtime)].to_vec(),
        });
        let tools = self.tools.iter().map(|tools| Entry {
            name: &tools.name,
            output: &tools.output,
            paths: vec![("runtime", &tools.runtime)],
        });
        let places = [("api", self.api.len()), ("tools", self.tools.len())];
        let origins = places.into_iter().flat_map(|(key, count)| {
            (0..count).map(move |index| root.origin().key(key).index(index))
        });
        let entries: Vec<_> = origins.zip(apis.chain(tools)).collect();
        let mut error = |origin: Origin, message: String| {
            diagnostics.push(Diagnostic::error(codes::PLAN_INVALID, &origin, message));
        };
        for (index, (origin, entry)) in entries.iter().enumerate() {
            let others = entries.iter().take(index).map(|(_, other)| other);
            for (key, message) in entry.faults(others) {
                error(origin.key(key), message);
            }
        }
        for (index, api) in self.api.iter().enumerate() {
            if !api.features.is_valid() {
                let message = "names of features are ASCII letters, digits, `-` and `_`";
                let origin = root.origin().key("api").index(index).key("features");
                error(origin, message.to_owned());
            }
            if api.resources.is_some() && !(api.overlays.is_empty() && api.only.is_empty()) {
                let message = "overlays and `only` are for OpenAPI documents, not for connectors";
                let origin = root.origin().key("api").index(index).key("resources");
                error(origin, message.to_owned());
            }
        }
        for (index, tools) in self.tools.iter().enumerate() {
            let origin = root.origin().key("tools").index(index);
            for (index, schema) in tools.schemas.iter().enumerate() {
                if matching(folder, schema).is_empty() {
                    let origin = origin.key("schemas").index(index);
                    error(origin, format!("there is no file `{schema}`"));
                }
            }
        }
    }
}

/// What all entries of a plan have.
struct Entry<'a> {
    name: &'a str,
    output: &'a Path,
    /// Rust paths, by their keys.
    paths: Vec<(&'static str, &'a Option<String>)>,
}

impl Entry<'_> {
    /// What is wrong with this entry, also beside the `others` before it, by the keys concerned.
    fn faults<'e>(&self, others: impl Iterator<Item = &'e Self>) -> Vec<(&'static str, String)>
    where
        Self: 'e,
    {
        let mut faults = Vec::new();
        let snake = !self.name.chars().any(char::is_uppercase);
        if !snake || syn::parse_str::<syn::Ident>(self.name).is_err() {
            faults.push((
                "name",
                format!("`{}` is no snake_case Rust name", self.name),
            ));
        }
        for (key, path) in &self.paths {
            let path = path.as_ref();
            let is_path = |path: &String| syn::Path::parse_mod_style.parse_str(path).is_ok();
            if !path.is_none_or(is_path) {
                faults.push((*key, "this is no Rust path".to_owned()));
            }
        }
        for other in others {
            if other.name == self.name {
                faults.push((
                    "name",
                    format!("there are two entries named `{}`", self.name),
                ));
            }
            if self.output.starts_with(other.output) || other.output.starts_with(self.output) {
                let message = format!("the output lies in that of `{}`, or around it", other.name);
                faults.push(("output", message));
            }
        }
        faults
    }
}

/// The JSON Schema of a plan, for editors.
pub fn schema() -> schemars::Schema {
    schema_for!(Plan)
}

/// The text of the file with the schema.
pub fn schema_text() -> String {
    let mut members = Map::new();
    members.insert(
        "$comment".to_owned(),
        "@generated by specwright. Do not edit.".into(),
    );
    if let Value::Object(schema) = schema().to_value() {
        members.extend(schema);
    }
    serde_json::to_string_pretty(&members).unwrap_or_default() + "\n"
}

/// The nearest plan from `folder` upwards, `spec/specwright.toml` or `specwright.toml`, as a path
/// relative to `folder`.
pub fn find(folder: &Path) -> Option<PathBuf> {
    let mut up = PathBuf::new();
    for above in folder.ancestors() {
        for place in ["spec", ""] {
            let plan = Path::new(place).join(FILE_NAME);
            if above.join(&plan).is_file() {
                return Some(up.join(plan));
            }
        }
        up.push("..");
    }
    None
}

/// Errors for keys that the schema does not know.
// Recursion ends: the value was read, so it nests no deeper than its reader allows.
fn unknown_keys(node: &Node<'_>, schema: &Value, root: &Value, diagnostics: &mut Diagnostics) {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let target = reference.and_then(|reference| root.pointer(reference.strip_prefix('#')?));
    let schema = target.unwrap_or(schema);
    if let Some(items) = schema.get("items") {
        node.items()
            .for_each(|item| unknown_keys(&item, items, root, diagnostics));
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    for (key, member) in node.entries() {
        match properties.get(key) {
            Some(schema) => unknown_keys(&member, schema, root, diagnostics),
            None => {
                let message = format!("`{key}` is no key of a plan");
                let mut error =
                    Diagnostic::error(codes::PLAN_UNKNOWN_KEY, member.origin(), message);
                error.help = Some(match nearest(key, properties.keys().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        let known: Vec<_> =
                            properties.keys().map(|key| format!("`{key}`")).collect();
                        format!("the keys here are {}", known.join(", "))
                    }
                });
                diagnostics.push(error);
            }
        }
    }
}

fn origin_of(root: &Node<'_>, path: &serde_path_to_error::Path) -> Origin {
    use serde_path_to_error::Segment;
    path.iter()
        .fold(root.origin().clone(), |origin, segment| match segment {
            Segment::Seq { index } => origin.index(*index),
            Segment::Map { key } => origin.key(key),
            Segment::Enum { .. } | Segment::Unknown => origin,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::render;

    fn errors(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        std::fs::write(&path, text).unwrap();
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        let plan = Plan::load(&path, &mut sources, &mut diagnostics);
        assert_eq!(plan.is_some(), diagnostics.is_empty());
        render::human(&sources, &diagnostics, false)
    }

    const GOOD: &str = "[[api]]\nname = 'a'\ndocument = 'a.yaml'\noutput = 'src/a'\n";

    #[test]
    fn a_plan_reads() {
        assert_eq!(errors(GOOD), "");
        assert_eq!(
            errors(&format!("{GOOD}examples = 'warn'\nonly.tags = ['x']\n")),
            ""
        );
    }

    #[test]
    fn the_names_of_features_are_checked() {
        for good in ["true", "false", "'shop'", "'a-1_b'"] {
            assert_eq!(errors(&format!("{GOOD}features = {good}\n")), "");
        }
        for bad in ["'a b'", "''", "'_a'", "1", "[]"] {
            let text = errors(&format!("{GOOD}features = {bad}\n"));
            assert!(text.contains(":5:1"), "{bad}: {text}");
        }
    }

    #[test]
    fn unknown_keys_are_told_with_a_suggestion() {
        let text = errors(&format!(
            "{GOOD}documnt = 'b'\nonly.tag = ['x']\ncolour = 1\n"
        ));
        assert!(text.contains("`documnt` is no key of a plan"), "{text}");
        assert!(text.contains("did you mean `document`?"), "{text}");
        assert!(text.contains("did you mean `tags`?"), "{text}");
        assert!(text.contains(":7:1"), "{text}");
    }

    #[test]
    fn what_is_missing_of_the_wrong_kind_or_in_conflict_is_told() {
        assert!(errors("[[api]]\nname = 'a'\n").contains("missing field `document`"));
        assert!(errors(&GOOD.replace("'a.yaml'", "1")).contains(":3:1"));
        assert!(errors(&GOOD.replace("'a'", "'A b'")).contains("no snake_case Rust name"));
        for path in ["a-b", "Vec<a>", ""] {
            let text = errors(&format!("{GOOD}runtime = '{path}'\n"));
            assert!(text.contains("this is no Rust path"), "{path}: {text}");
        }
        let twice = errors(&[GOOD, &GOOD.replace("src/a", "src/a/b")].concat());
        assert!(
            twice.contains("two entries named `a`") && twice.contains("lies in that of `a`"),
            "{twice}"
        );
        let connector = errors(&format!(
            "{GOOD}resources = 'r.json'\noverlays = ['o.yaml']\n"
        ));
        assert!(connector.contains("not for connectors"), "{connector}");
        assert!(errors("api = [").contains("SW0002"));
    }

    #[test]
    fn schemas_are_found_by_pattern() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tools")).unwrap();
        for name in ["b.schema.json", "a.schema.json", "a.json", ".schema.jsonx"] {
            std::fs::write(folder.path().join("tools").join(name), "{}").unwrap();
        }
        let found = |pattern: &str| {
            let names = matching(folder.path(), pattern).into_iter();
            let names = names.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
            names.collect::<Vec<_>>()
        };
        assert_eq!(
            found("tools/*.schema.json"),
            ["a.schema.json", "b.schema.json"]
        );
        assert_eq!(found("tools/a.schema*.schema.json"), [""; 0]);
        assert_eq!(found("tools/other.json"), ["other.json"]);
        assert_eq!(found("*/a.json"), ["a.json"]);
        assert_eq!(found("none/*.json"), [""; 0]);
    }

    #[test]
    fn what_is_wrong_with_tools_is_told() {
        let tools = "[[tools]]\nname = 'a'\nschemas = ['no/*.json']\noutput = 'src/a/inputs'\n";
        let text = errors(&[GOOD, tools].concat());
        for finding in [
            "two entries named `a`",
            "lies in that of `a`",
            "there is no file `no/*.json`",
        ] {
            assert!(text.contains(finding), "{finding}: {text}");
        }
    }

    #[test]
    fn the_schema_forbids_unknown_keys() {
        let schema: Value = serde_json::from_str(&schema_text()).unwrap();
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["$defs"]["PlannedApi"]["additionalProperties"], false);
        assert_eq!(
            schema["$defs"]["PlannedApi"]["required"],
            serde_json::json!(["name", "document", "output"])
        );
    }

    #[test]
    fn the_nearest_plan_is_found() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("spec")).unwrap();
        std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
        std::fs::write(folder.path().join("spec").join(FILE_NAME), "").unwrap();
        let below = folder.path().join("a/b");
        assert_eq!(find(&below), Some("../../spec/specwright.toml".into()));
        assert_eq!(
            find(&folder.path().join("spec")),
            Some("specwright.toml".into())
        );
    }
}
