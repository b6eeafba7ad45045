//! Turns API specifications into strongly typed Rust SDK crates.
//!
//! ```
//! use specwright::{Input, generate};
//!
//! let document = "
//! openapi: 3.1.0
//! info: { title: Bookshop, version: '1' }
//! paths:
//!   /books/{id}:
//!     delete:
//!       operationId: deleteBook
//!       parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
//!       responses: { '204': { description: Gone. } }
//! ";
//! let outcome = generate(&Input::text("bookshop.yaml", document));
//! assert!(outcome.diagnostics.is_empty());
//! assert!(outcome.modules.is_some());
//! ```
//!
//! From `build.rs`, use [`Build`]; for several documents and checked-in code, a [`plan`] and the
//! command `specwright`.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

pub mod build;
pub mod connector;
pub mod diagnostics;
pub mod diff;
pub mod emit;
pub mod examples;
pub mod json_schema;
pub mod lower;
pub mod manifest;
pub mod model;
pub mod normalize;
pub mod openapi;
pub mod origin;
pub mod package;
pub mod plan;
pub mod progress;
pub mod project;
pub mod source;
pub mod surface;
pub mod write;

use std::path::{Path, PathBuf};

pub use build::{Build, BuildError};

use diagnostics::{Diagnostic, Diagnostics, codes};
use emit::Module;
use model::{Api, Feature, Features};
use plan::{Examples, Filter};
use progress::Stage;
use source::Sources;

/// What to generate from, and how.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// The document: OpenAPI, or the service document of a connector.
    pub document: PathBuf,
    /// The text of the document, when it is not to be read from `document`.
    pub text: Option<String>,
    /// The resources document of a connector.
    pub resources: Option<PathBuf>,
    /// Overlay documents, applied in this order.
    pub overlays: Vec<PathBuf>,
    /// The part of the document to generate.
    pub only: Filter,
    /// What an example is that breaks its own schema.
    pub examples: Examples,
    /// What the generated code stands on.
    pub options: emit::Options,
}

impl Input {
    /// The document at `path`, with the defaults for documents of others: an example that breaks
    /// its schema is a warning.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self {
            document: path.into(),
            examples: Examples::Warn,
            ..Self::default()
        }
    }

    /// A document from its text; `name` decides what relative references and diagnostics see.
    pub fn text(name: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::file(name)
        }
    }
}

/// What one run made.
#[derive(Debug)]
pub struct Outcome {
    /// The modules, the root first; `None` when there is nothing to generate or something is wrong
    /// enough to write nothing.
    pub modules: Option<Vec<Module>>,
    /// What was found.
    pub diagnostics: Diagnostics,
    /// The documents that were read, to print the findings with.
    pub sources: Sources,
    /// The cargo features of the modules, the one that enables all others first: what belongs
    /// into the `[features]` of the crate they are written to. Empty unless
    /// [`Options::features`](emit::Options::features) asks for them.
    pub features: Vec<Feature>,
    /// Title and version of the document, for the first line of generated files.
    pub title: String,
}

/// Generates the modules of one API.
pub fn generate(input: &Input) -> Outcome {
    generate_watched(input, &|_| {})
}

/// Like [`generate`]; `watch` is told each stage when it begins.
pub fn generate_watched(input: &Input, watch: &dyn Fn(Stage)) -> Outcome {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let api = model_watched(input, &mut sources, &mut diagnostics, watch);
    let title = api
        .as_ref()
        .map(|api| format!("{} {}", api.title, api.version));
    let api = api.filter(|_| !diagnostics.has_errors());
    let modules = api.as_ref().map(|api| {
        watch(Stage::Emit);
        emit::emit(api, &input.options)
    });
    let features = api.and_then(|api| api.features);
    Outcome {
        modules,
        features: features.map(|features| features.list).unwrap_or_default(),
        diagnostics,
        sources,
        title: title.unwrap_or_default(),
    }
}

/// Reads and normalizes one API: what is generated or lowered. Findings go to `diagnostics`, their
/// places are in `sources`; `None` when there is nothing to make anything of.
pub fn model(input: &Input, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Api> {
    model_watched(input, sources, diagnostics, &|_| {})
}

/// Like [`model()`]; `watch` is told each stage when it begins.
pub fn model_watched(
    input: &Input,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
    watch: &dyn Fn(Stage),
) -> Option<Api> {
    watch(Stage::Read);
    let mut api = read(input, sources, diagnostics)?;
    api.features = input.options.features.clone().map(|prefix| Features {
        prefix,
        ..Features::default()
    });
    watch(Stage::Normalize);
    normalize::run(&mut api, diagnostics);
    Some(api)
}

fn read(input: &Input, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Api> {
    match &input.text {
        Some(text) => sources.add_text(&input.document, text.clone(), diagnostics),
        None => sources.add(&input.document, diagnostics),
    }?;
    if openapi::is_openapi(&sources.root()) {
        for overlay in &input.overlays {
            sources.overlay(overlay, diagnostics);
        }
        sources.retain(&input.only, diagnostics);
        examples::check(sources, input.examples, diagnostics);
        let mut api = openapi::read(sources, diagnostics)?;
        openapi::want(&mut api, &input.only);
        return Some(api);
    }
    let root = sources.root();
    let (true, Some(resources)) = (connector::is_connector(&root), &input.resources) else {
        let message = "this is neither an OpenAPI document nor a connector";
        diagnostics.push(
            Diagnostic::error(codes::UNKNOWN_DOCUMENT, root.origin(), message)
                .action("nothing is generated from it"),
        );
        return None;
    };
    sources.add(resources, diagnostics);
    connector::read(sources, diagnostics)
}

/// The first line of the files generated from `document`.
pub fn header(document: &Path, outcome: &Outcome) -> String {
    let hash: String = outcome.sources.hash().chars().take(12).collect();
    let title = outcome
        .title
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let document = document.display().to_string().replace('\\', "/");
    format!(
        "{} from {document} ({title}, sha256 {hash}…). Do not edit.",
        write::MARK
    )
}
