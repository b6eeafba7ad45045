//! Generating from `build.rs`.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostics::{Diagnostics, Severity, render};
use crate::emit::Serde;
use crate::manifest;
use crate::model::Feature;
use crate::plan::{Examples, Filter};
use crate::source::Sources;
use crate::write::{self, write};
use crate::{Input, generate, header};

/// Warnings that are printed to cargo before the rest is only counted.
const MAX_WARNINGS: usize = 20;

/// Generates one module from `build.rs`.
///
/// ```no_run
/// // build.rs
/// fn main() -> Result<(), specwright::BuildError> {
///     specwright::Build::new("bookshop.yaml").generate()?;
///     Ok(())
/// }
/// ```
/// ```ignore
/// // src/lib.rs
/// mod bookshop {
///     include!(concat!(env!("OUT_DIR"), "/bookshop.rs"));
/// }
/// ```
///
/// The crate depends on `specwright-runtime` and `serde`.
#[derive(Clone, Debug)]
pub struct Build {
    input: Input,
    output: Option<PathBuf>,
}

impl Build {
    /// Generates from the document at `path`, relative to the crate.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            input: Input::file(path),
            output: None,
        }
    }

    /// The resources document, for a connector.
    #[must_use]
    pub fn resources(mut self, path: impl Into<PathBuf>) -> Self {
        self.input.resources = Some(path.into());
        self
    }

    /// An OpenAPI overlay over the document, relative to the crate; several apply in their order.
    #[must_use]
    pub fn overlay(mut self, path: impl Into<PathBuf>) -> Self {
        self.input.overlays.push(path.into());
        self
    }

    /// The part of the document to generate. Default: everything.
    #[must_use]
    pub fn only(mut self, part: Filter) -> Self {
        self.input.only = part;
        self
    }

    /// What an example is that breaks its own schema. Default: a warning.
    #[must_use]
    pub fn examples(mut self, examples: Examples) -> Self {
        self.input.examples = examples;
        self
    }

    /// Path of the runtime crate in the generated code. Default: `specwright_runtime`.
    #[must_use]
    pub fn runtime(mut self, path: impl Into<String>) -> Self {
        self.input.options.runtime = path.into();
        self
    }

    /// Path under which users reach the module, for the examples in its documentation.
    #[must_use]
    pub fn crate_path(mut self, path: impl Into<String>) -> Self {
        self.input.options.crate_path = path.into();
        self
    }

    /// Which of serde's traits types implement. Default: those of the directions they travel in.
    #[must_use]
    pub fn serde(mut self, serde: Serde) -> Self {
        self.input.options.serde = serde;
        self
    }

    /// Gives each resource a cargo feature, whose name begins with `prefix`, as `features` in a
    /// plan does; an empty text makes the names of the resources. The crate has to declare them: an
    /// error says which lines its `Cargo.toml` lacks. Default: no features.
    #[must_use]
    pub fn features(mut self, prefix: impl Into<String>) -> Self {
        self.input.options.features = Some(prefix.into());
        self
    }

    /// The file to write. Default: the document's name with the ending `.rs` in `OUT_DIR`.
    #[must_use]
    pub fn output(mut self, path: impl Into<PathBuf>) -> Self {
        self.output = Some(path.into());
        self
    }

    /// Writes the module and returns its path. Tells cargo, on standard output, which files it
    /// depends on and what was found in the document.
    ///
    /// # Errors
    /// When the document has errors, a feature is not declared, or the file cannot be written.
    pub fn generate(self) -> Result<PathBuf, BuildError> {
        let document = &self.input.document;
        let outcome = generate(&self.input);
        for file in outcome.sources.files() {
            println!(
                "cargo::rerun-if-changed={}",
                outcome.sources.path(file).display()
            );
        }
        let header = header(
            Path::new(document.file_name().unwrap_or_default()),
            &outcome,
        );
        let Some(modules) = outcome.modules else {
            return Err(BuildError::Document(render::human(
                &outcome.sources,
                &outcome.diagnostics,
                false,
            )));
        };
        print_warnings(&outcome.sources, &outcome.diagnostics);
        declared(&outcome.features)?;
        let output = self.output.clone().or_else(|| {
            let folder = PathBuf::from(env::var_os("OUT_DIR")?);
            Some(folder.join(document.file_stem()?).with_extension("rs"))
        });
        let output = output.ok_or(BuildError::NoOutput)?;
        let text = write::single(&modules, &header).map_err(BuildError::Document)?;
        write(&output, &text).map_err(|error| BuildError::Write(output.clone(), error))?;
        Ok(output)
    }
}

/// Fails when the crate does not declare the features: what stands behind them would be missing
/// without a word.
fn declared(features: &[Feature]) -> Result<(), BuildError> {
    let Some(folder) = env::var_os("CARGO_MANIFEST_DIR").filter(|_| !features.is_empty()) else {
        return Ok(());
    };
    let path = PathBuf::from(folder).join("Cargo.toml");
    let text = fs::read_to_string(&path).map_err(|error| error.to_string());
    let lacking =
        text.and_then(|text| manifest::missing(&text, features).map_err(|error| error.to_string()));
    match lacking {
        Ok(lacking) if lacking.is_empty() => Ok(()),
        Ok(lacking) => Err(BuildError::Features(lacking)),
        Err(error) => Err(BuildError::Features(format!("{}: {error}", path.display()))),
    }
}

fn print_warnings(sources: &Sources, diagnostics: &Diagnostics) {
    let mut warnings = diagnostics
        .iter()
        .filter(|one| one.severity == Severity::Warning);
    for warning in warnings.by_ref().take(MAX_WARNINGS) {
        let path = sources.path(warning.origin.file()).display();
        let line = sources.locate(&warning.origin).line;
        println!(
            "cargo::warning={path}:{line}: {} ({})",
            warning.message, warning.code.id
        );
    }
    let rest = warnings.count();
    if rest > 0 {
        println!("cargo::warning=and {rest} more in the same document");
    }
}

/// Why a build generated nothing.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// The document has errors; the text shows all of them.
    Document(String),
    /// The crate does not declare the features of the resources; the text is what its `Cargo.toml`
    /// lacks.
    Features(String),
    /// The file cannot be written.
    Write(PathBuf, std::io::Error),
    /// There is neither an output nor `OUT_DIR`, which cargo sets for `build.rs`.
    NoOutput,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(text) => f.write_str(text),
            Self::Features(lacking) => write!(f, "missing in [features]:\n{lacking}"),
            Self::Write(path, error) => {
                write!(f, "`{}` cannot be written: {error}", path.display())
            }
            Self::NoOutput => f.write_str("no output is given and OUT_DIR is not set"),
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Write(_, error) => Some(error),
            Self::Document(_) | Self::Features(_) | Self::NoOutput => None,
        }
    }
}
