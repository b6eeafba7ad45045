//! A plan and what is generated from it: what the commands `generate` and `check` do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::connector::format;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::emit::Module;
use crate::json_schema::Layout;
use crate::manifest::{self, ManifestError, Section};
use crate::model::Feature;
use crate::origin::{FileId, Origin};
use crate::plan::{Plan, PlannedApi, PlannedTools, SCHEMA_NAME, schema_text};
use crate::progress::{Stage, Step};
use crate::source::{Sources, tidy};
use crate::write::{self, GeneratedFile, Kind, Output};
use crate::{Input, Outcome, emit, generate_watched, header, json_schema};

/// What one entry of a plan makes.
#[derive(Debug)]
pub struct Part {
    /// Its name in the plan; the plan itself has the name of its file.
    pub name: String,
    /// Its files; `None` when something is wrong and nothing is to be written.
    pub output: Option<Output>,
    /// Its cargo features; none unless the plan asks for them.
    pub features: Vec<Feature>,
    /// What was found.
    pub diagnostics: Diagnostics,
    /// The documents, to print the findings with.
    pub sources: Sources,
}

/// Generates everything the plan at `path` asks for, in memory.
///
/// The first part is the plan itself, whose files are schemas. When the plan is wrong, it is the
/// only part.
pub fn parts(path: &Path) -> Vec<Part> {
    parts_watched(path, &|_| {})
}

/// Like [`parts`]; `watch` is told each stage of each entry when it begins.
pub fn parts_watched(path: &Path, watch: &dyn Fn(Step<'_>)) -> Vec<Part> {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let plan = Plan::load(path, &mut sources, &mut diagnostics);
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let output = Output {
        folder: folder.clone(),
        files: schemas(plan.as_ref()),
        kind: Kind::Files,
    };
    let mut parts = vec![Part {
        name: path.file_name().unwrap_or_default().display().to_string(),
        output: plan.is_some().then_some(output),
        features: Vec::new(),
        diagnostics,
        sources,
    }];
    let Some(Plan { api, tools }) = &plan else {
        return parts;
    };
    let count = api.len() + tools.len();
    let step = |part, index| {
        move |stage| {
            watch(Step {
                part,
                index,
                parts: count,
                stage,
            });
        }
    };
    for (index, api) in api.iter().enumerate() {
        parts.push(part(api, &folder, &step(&api.name, index)));
    }
    for (index, tools) in tools.iter().enumerate() {
        let step = step(&tools.name, api.len() + index);
        parts.push(tools_part(tools, &folder, &step));
    }
    let manifests = manifests(path, api, &parts);
    parts.extend(manifests);
    parts
}

/// The manifests that the features of a plan's entries belong into.
fn manifests(plan: &Path, apis: &[PlannedApi], parts: &[Part]) -> Vec<Part> {
    let mut by_manifest: BTreeMap<Option<PathBuf>, Vec<(Section<'_>, Origin)>> = BTreeMap::new();
    // The plan itself is the first part.
    for ((index, api), part) in apis.iter().enumerate().zip(parts.iter().skip(1)) {
        if let (Some(output), false) = (&part.output, part.features.is_empty()) {
            let (api, features) = (api.name.as_str(), part.features.as_slice());
            let origin = Origin::default().key("api").index(index).key("features");
            let sections = by_manifest.entry(manifest::find(&output.folder));
            sections
                .or_default()
                .push((Section { api, features }, origin));
        }
    }
    let manifests = by_manifest.into_iter();
    manifests
        .map(|(path, sections)| manifest_part(plan, path, &sections))
        .collect()
}

fn manifest_part(plan: &Path, path: Option<PathBuf>, sections: &[(Section<'_>, Origin)]) -> Part {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    sources.add(plan, &mut diagnostics);
    let output = match &path {
        Some(path) => manifest_output(path, sections, &mut sources, &mut diagnostics),
        None => {
            for (_, origin) in sections {
                let message = "there is no `Cargo.toml` above the output for the features";
                diagnostics.push(Diagnostic::error(codes::MANIFEST, origin, message));
            }
            None
        }
    };
    Part {
        name: "Cargo.toml".to_owned(),
        output,
        features: Vec::new(),
        diagnostics,
        sources,
    }
}

fn manifest_output(
    path: &Path,
    sections: &[(Section<'_>, Origin)],
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Output> {
    let file = sources.add(path, diagnostics)?;
    let sections: Vec<Section<'_>> = sections.iter().map(|(section, _)| *section).collect();
    match manifest::update(sources.text(file), &sections) {
        Ok(text) => Some(Output {
            folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            files: vec![GeneratedFile {
                path: path.file_name().unwrap_or_default().into(),
                text,
            }],
            kind: Kind::Edits,
        }),
        Err(error) => {
            let origin = match &error {
                ManifestError::Taken(name) => Origin::root(file).key("features").key(name),
                ManifestError::Syntax(_) => Origin::root(file),
            };
            let help = "remove it, or put a prefix before generated names: `features = \"…\"`";
            let mut diagnostic = Diagnostic::error(codes::MANIFEST, &origin, error.to_string());
            diagnostic.help = matches!(error, ManifestError::Taken(_)).then(|| help.to_owned());
            diagnostics.push(diagnostic);
            None
        }
    }
}

/// The schemas beside a plan: that of the plan, and that of connectors where it has any.
fn schemas(plan: Option<&Plan>) -> Vec<GeneratedFile> {
    let file = |path: &str, text: String| GeneratedFile {
        path: path.into(),
        text,
    };
    let mut files = vec![file(SCHEMA_NAME, schema_text())];
    let mut apis = plan.into_iter().flat_map(|plan| &plan.api);
    if apis.any(|api| api.resources.is_some()) {
        files.push(file(format::SCHEMA_NAME, format::schema_text()));
    }
    files
}

/// What is generated from for an entry of a plan; its paths are relative to `folder`.
pub fn input(api: &PlannedApi, folder: &Path) -> Input {
    let default = emit::Options::default();
    Input {
        document: folder.join(&api.document),
        text: None,
        resources: api.resources.as_ref().map(|path| folder.join(path)),
        overlays: api.overlays.iter().map(|path| folder.join(path)).collect(),
        only: api.only.clone(),
        examples: api.examples,
        options: emit::Options {
            runtime: api.runtime.clone().unwrap_or(default.runtime),
            crate_path: api.crate_path.clone().unwrap_or_else(|| api.name.clone()),
            serde: api.serde,
            features: api.features.prefix(),
        },
    }
}

fn part(api: &PlannedApi, folder: &Path, watch: &dyn Fn(Stage)) -> Part {
    let outcome = generate_watched(&input(api, folder), watch);
    let header = header(&api.document, &outcome);
    let folder = tidy(&folder.join(&api.output));
    finish(&api.name, &header, outcome, watch, |files| Output {
        folder,
        files,
        kind: Kind::Folder,
    })
}

fn tools_part(tools: &PlannedTools, folder: &Path, watch: &dyn Fn(Stage)) -> Part {
    watch(Stage::Read);
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let mut add = |path: &PathBuf| sources.add(path, &mut diagnostics);
    let files: Vec<FileId> = tools.files(folder).iter().filter_map(&mut add).collect();
    let default = emit::Options::default().runtime;
    let runtime = tools.runtime.as_ref().unwrap_or(&default);
    watch(Stage::Emit);
    let layout = tools.layout();
    let modules = json_schema::modules(&sources, &files, layout, runtime, &mut diagnostics);
    let outcome = Outcome {
        modules: modules.filter(|_| !diagnostics.has_errors()),
        features: Vec::new(),
        diagnostics,
        sources,
        title: "JSON Schema".to_owned(),
    };
    let header = header(Path::new(&tools.schemas.join(", ")), &outcome);
    let output = tidy(&folder.join(&tools.output));
    finish(&tools.name, &header, outcome, watch, |mut files| {
        if layout == Layout::Folder {
            return Output {
                folder: output,
                files,
                kind: Kind::Folder,
            };
        }
        for file in &mut files {
            file.path = output.file_name().unwrap_or_default().into();
        }
        Output {
            folder: output.parent().unwrap_or(Path::new("")).to_owned(),
            files,
            kind: Kind::Files,
        }
    })
}

/// The files of modules; `None`, with an error, when a module is no Rust.
pub fn files(
    modules: &[Module],
    header: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<GeneratedFile>> {
    let malformed = |error: String| {
        let error = Diagnostic::error(codes::MALFORMED_OUTPUT, &Origin::default(), error);
        let help = "this is a bug in specwright: please report it with the document";
        diagnostics.push(error.action("nothing is written").help(help));
    };
    write::tree(modules, header).map_err(malformed).ok()
}

fn finish(
    name: &str,
    header: &str,
    outcome: Outcome,
    watch: &dyn Fn(Stage),
    output: impl FnOnce(Vec<GeneratedFile>) -> Output,
) -> Part {
    let Outcome {
        modules,
        features,
        mut diagnostics,
        sources,
        ..
    } = outcome;
    let files = modules.and_then(|modules| {
        watch(Stage::Write);
        files(&modules, header, &mut diagnostics)
    });
    Part {
        name: name.to_owned(),
        output: files.map(output),
        features,
        diagnostics,
        sources,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::write::Difference;

    #[test]
    fn each_stage_of_each_entry_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            write::write(&folder.path().join(path), text).unwrap();
        };
        let entry = |name: &str| {
            format!("[[api]]\nname = '{name}'\ndocument = '{name}.yaml'\noutput = '{name}'\n")
        };
        let tools = "[[tools]]\nname = 'tools'\nschemas = ['echo.json']\noutput = 'inputs.rs'\n";
        let plan = [&entry("good"), &entry("broken"), tools].concat();
        write("specwright.toml", &plan);
        write(
            "good.yaml",
            "openapi: 3.1.0\ncomponents: { schemas: { A: {} } }\n",
        );
        write("broken.yaml", "openapi: 3.1.0\n");
        write("echo.json", r#"{ "title": "EchoInput", "type": "object" }"#);

        let told = RefCell::new(Vec::new());
        parts_watched(&folder.path().join("specwright.toml"), &|step| {
            let Step {
                part,
                index,
                parts,
                stage,
            } = step;
            told.borrow_mut()
                .push(format!("{index}/{parts} {part} {stage}"));
        });
        let expected = [
            "0/3 good read",
            "0/3 good normalize",
            "0/3 good emit",
            "0/3 good write",
            "1/3 broken read",
            "2/3 tools read",
            "2/3 tools emit",
            "2/3 tools write",
        ];
        assert_eq!(told.into_inner(), expected);
    }

    #[test]
    fn the_file_of_tools_is_written_and_checked() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            write::write(&folder.path().join(path), text).unwrap();
        };
        let plan =
            "[[tools]]\nname = 'tools'\nschemas = ['tools/*.json']\noutput = 'out/inputs.rs'\n";
        write("specwright.toml", plan);
        write("out/mod.rs", "pub mod inputs;\n");
        let schema = r#"{ "title": "EchoInput", "type": "object", "properties": { "text": {} } }"#;
        write("tools/echo.json", schema);
        let output = || {
            let part = parts(&folder.path().join("specwright.toml")).pop().unwrap();
            assert!(part.diagnostics.is_empty());
            part.output.unwrap()
        };
        assert_eq!(output().apply().unwrap().written, 1);
        assert_eq!(output().differences().unwrap(), []);
        let text = std::fs::read_to_string(folder.path().join("out/inputs.rs")).unwrap();
        assert!(text.starts_with("// @generated by specwright from tools/*.json (JSON Schema, "));
        assert!(text.contains("pub struct EchoInput {"), "{text}");

        write("tools/echo.json", &schema.replace("text", "line"));
        let differences = output().differences().unwrap();
        let [(path, Difference::Changed { .. })] = differences.as_slice() else {
            panic!("{differences:?}");
        };
        assert_eq!(path, Path::new("inputs.rs"));
    }

    #[test]
    fn the_folder_of_tools_is_written_checked_and_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        let write = |path: &str, text: &str| write::write(&at(path), text).unwrap();
        let plan = "[[tools]]\nname = 'tools'\nschemas = ['tools/*.json']\noutput = 'inputs'\n";
        write("specwright.toml", plan);
        for tool in ["echo", "sum"] {
            let schema = format!(r#"{{ "title": "{tool}", "type": "object" }}"#);
            write(&format!("tools/{tool}.json"), &schema);
        }
        let output = || {
            let part = parts(&at("specwright.toml")).pop().unwrap();
            assert!(part.diagnostics.is_empty());
            part.output.unwrap()
        };
        write("inputs/mine.rs", "fn mine() {}\n");
        assert_eq!(output().apply().unwrap().written, 3);
        assert_eq!(output().differences().unwrap(), []);
        let text = std::fs::read_to_string(at("inputs/mod.rs")).unwrap();
        assert!(text.starts_with("// @generated by specwright from tools/*.json (JSON Schema, "));
        let rest = "mod echo;\nmod sum;\n\npub use self::echo::*;\npub use self::sum::*;\n";
        assert!(text.ends_with(rest), "{text}");
        let text = std::fs::read_to_string(at("inputs/echo.rs")).unwrap();
        assert!(text.starts_with(write::MARK) && text.contains("pub struct Echo {}"));

        std::fs::remove_file(at("tools/sum.json")).unwrap();
        let stale = ("sum.rs".into(), Difference::Stale);
        assert!(output().differences().unwrap().contains(&stale));
        assert_eq!(output().apply().unwrap().removed, 1);
        assert!(!at("inputs/sum.rs").exists() && at("inputs/mine.rs").exists());

        write(
            "tools/mine.json",
            r#"{ "title": "mine", "type": "object" }"#,
        );
        let error = output().apply().unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
    }
}
