//! A complete crate from a document: what `specwright new` writes.
//!
//! Everything but the generated module is made here and written once; the module itself is made as
//! `specwright generate` makes it, from the copy of the document in the new crate.

mod documents;
mod features;
mod manifest;
mod name;
mod readme;
mod write;

use std::path::{Path, PathBuf};

use crate::diagnostics::Diagnostics;
use crate::emit::{self, Context, Serde};
use crate::model::Api;
use crate::progress::Stage;
use crate::source::Sources;
use crate::write::GeneratedFile;
use crate::{Input, model_watched};
use documents::Documents;

pub use write::{Created, write};

/// A crate that is to be made.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// What it is made from.
    pub input: Input,
    /// Its name. Default: from the title of the document.
    pub name: Option<String>,
    /// The folder of the runtime crate, for a dependency by path. Default: the runtime of this
    /// version, from the registry.
    pub runtime: Option<PathBuf>,
}

/// The crate of a [`Package`], in memory.
#[derive(Debug)]
pub struct Prepared {
    /// Its name.
    pub name: String,
    /// Its files, without the generated module; `None` when something is wrong and nothing is to
    /// be written.
    pub files: Option<Vec<GeneratedFile>>,
    /// What was found in the documents.
    pub diagnostics: Diagnostics,
    /// The documents, to print the findings with.
    pub sources: Sources,
}

/// What the files of a crate are made from.
struct Draft<'a> {
    /// Name of the crate.
    name: &'a str,
    api: &'a Api,
    context: &'a Context<'a>,
    sources: &'a Sources,
    documents: &'a Documents,
    /// The cargo features of the resources.
    features: features::ResourceFeatures,
    /// The runtime crate: a path from the crate, or `None` for the registry.
    runtime: Option<String>,
    programs: Vec<emit::Program>,
}

impl Package {
    /// A crate from the document at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let mut input = Input::file(path);
        input.options.serde = Serde::Both;
        input.options.features = Some(String::new());
        Self {
            input,
            ..Self::default()
        }
    }

    /// Makes the files of a crate that will lie in `folder`; `watch` is told each stage when it
    /// begins.
    ///
    /// # Errors
    /// When the name or the path of the runtime cannot be used: what is wrong with it.
    pub fn prepare(&self, folder: &Path, watch: &dyn Fn(Stage)) -> Result<Prepared, String> {
        if let Some(fault) = self.name.as_deref().and_then(name::fault) {
            return Err(format!("the crate cannot have this name: {fault}"));
        }
        let runtime = self.runtime.as_deref();
        let runtime = runtime.map(|path| runtime_from(folder, path)).transpose()?;
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        let api = model_watched(&self.input, &mut sources, &mut diagnostics, watch);
        let api = api.filter(|_| !diagnostics.has_errors());
        let title = api.as_ref().map_or("", |api| api.title.as_str());
        let name = self.name.clone();
        let name = name.unwrap_or_else(|| name::of_title(title, &self.input.document));
        let files = api.map(|api| self.files(&name, &api, &sources, runtime));
        Ok(Prepared {
            name,
            files,
            diagnostics,
            sources,
        })
    }

    fn files(
        &self,
        name: &str,
        api: &Api,
        sources: &Sources,
        runtime: Option<String>,
    ) -> Vec<GeneratedFile> {
        let options = emit::Options {
            crate_path: name::library(name),
            ..self.input.options.clone()
        };
        let context = Context::new(api, &options);
        let documents = Documents::new(&self.input, sources);
        let prefix = options.crate_path.to_uppercase();
        let draft = Draft {
            name,
            api,
            context: &context,
            sources,
            documents: &documents,
            features: features::ResourceFeatures::of(api, &options.crate_path),
            runtime,
            programs: emit::programs(&context, &prefix),
        };
        let file = |path: &str, text: String| GeneratedFile {
            path: path.into(),
            text,
        };
        let tests = emit::wire_tests(&context);
        let mut files = vec![
            file("Cargo.toml", manifest::text(&draft, !tests.is_empty())),
            file("README.md", readme::text(&draft, !tests.is_empty())),
            file(".gitignore", "/target\n".to_owned()),
            file("src/lib.rs", LIBRARY.to_owned()),
            file(
                "spec/specwright.toml",
                documents.plan(&self.input, sources, &options, &draft.features),
            ),
        ];
        files.extend(documents.files(sources));
        files.extend(draft.programs.iter().map(example));
        files.extend(tests.into_iter().map(|test| GeneratedFile {
            path: Path::new("tests/wire").join(test.path),
            text: test.text,
        }));
        files
    }
}

/// The root of a crate.
const LIBRARY: &str = "\
#![doc = include_str!(\"../README.md\")]

// Generated from the documents in `spec`; its formatter is not rustfmt.
#[rustfmt::skip]
mod api;

pub use api::*;
";

fn example(program: &emit::Program) -> GeneratedFile {
    let emit::Program { name, about, text } = program;
    GeneratedFile {
        path: format!("examples/{name}.rs").into(),
        text: format!("//! {about}\n//!\n//! `cargo run --example {name}`\n\n{text}"),
    }
}

/// The path of the runtime as the manifest of a crate in `folder` says it.
fn runtime_from(folder: &Path, runtime: &Path) -> Result<String, String> {
    let shown = runtime.display();
    if !runtime.join("Cargo.toml").is_file() {
        return Err(format!(
            "there is no crate at `{shown}`; `--runtime` is the folder of specwright-runtime"
        ));
    }
    let absolute = |path: &Path| {
        std::path::absolute(path)
            .map(|path| crate::source::tidy(&path))
            .map_err(|error| format!("`{}` is no path: {error}", path.display()))
    };
    let (from, to) = (absolute(folder)?, absolute(runtime)?);
    let common = from
        .components()
        .zip(to.components())
        .take_while(|(one, other)| one == other)
        .count();
    // Nothing but the root in common: a relative path would say less.
    if common <= 1 {
        return Ok(documents::slashes(&to));
    }
    let up = from.components().skip(common).map(|_| Path::new(".."));
    let down = to.components().skip(common).collect::<PathBuf>();
    Ok(documents::slashes(&up.collect::<PathBuf>().join(down)))
}
