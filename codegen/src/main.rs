//! The command `specwright`: generates SDK modules from API documents, as a plan says.
//!
//! Exit status: 0 when all is well, 1 when a document has errors or the checked-in code is not
//! what would be generated, 2 when the command could not do its work.

mod commands;

use std::io::IsTerminal;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::{eprint, eprintln, print, println};
use clap::{Parser, Subcommand, ValueEnum};
use serde_json::json;

use specwright::diagnostics::{Diagnostics, Severity, codes, render};
use specwright::lower::{Lowered, lower};
use specwright::plan;
use specwright::project::{Part, parts_watched};
use specwright::source::{Sources, nearest};
use specwright::write::Difference;
use specwright::{Input, model_watched};

use commands::progress::Progress;

/// Generates strongly typed Rust SDK modules from OpenAPI and connector documents.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How findings are printed: for people on standard error, or as one JSON object a line on
    /// standard output.
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Subcommand)]
enum Command {
    /// Writes what the plan asks for; files that do not change are not touched.
    Generate(PlanArgument),
    /// Tells how the written files differ from what would be generated, and writes nothing.
    Check(PlanArgument),
    /// Makes a complete crate from a document: manifest, README, module, examples and wire tests.
    New(commands::new::Arguments),
    /// Lowers a document to the plain OpenAPI 3.0 that progenitor accepts, and tells what it does
    /// not express.
    Lower {
        /// The document: OpenAPI, or the service document of a connector.
        document: PathBuf,
        /// The resources document of a connector.
        #[arg(long)]
        resources: Option<PathBuf>,
        /// The file to write. Default: standard output.
        #[arg(short, long)]
        output: Option<PathBuf>,
        #[command(flatten)]
        part: commands::part::Part,
    },
    /// Tells what a new version of a document changes for users of the SDK, in Rust terms, and
    /// which level of semantic versioning that is. Exit status 1 when code of users may break.
    Diff(commands::diff::Arguments),
    /// Says more about a kind of finding, `SW0101` for example; without a code, lists all.
    Explain {
        /// The code.
        code: Option<String>,
    },
}

#[derive(clap::Args)]
struct PlanArgument {
    /// The plan. Default: the nearest `spec/specwright.toml` or `specwright.toml` from here
    /// upwards.
    #[arg(long)]
    plan: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text.
    Human,
    /// One JSON object a line.
    Json,
}

/// Why the command could not do its work: exit status 2.
type Failure = String;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Generate(argument) => find(argument).and_then(|plan| generate(&plan, cli.format)),
        Command::Check(argument) => find(argument).and_then(|plan| check(&plan, cli.format)),
        Command::Lower {
            document,
            resources,
            output,
            part,
        } => {
            let input = Input {
                resources,
                only: part.filter(),
                ..Input::file(document)
            };
            lower_document(&input, output, cli.format)
        }
        Command::New(arguments) => commands::new::run(arguments, cli.format),
        Command::Diff(arguments) => commands::diff::run(arguments, cli.format),
        Command::Explain { code } => explain(code.as_deref()),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(2)
        }
    }
}

fn find(argument: PlanArgument) -> Result<PathBuf, Failure> {
    if let Some(plan) = argument.plan {
        return if plan.is_file() {
            Ok(plan)
        } else {
            Err(format!("there is no plan `{}`", plan.display()))
        };
    }
    let here = std::env::current_dir().map_err(|error| error.to_string())?;
    plan::find(&here).ok_or_else(|| {
        let name = plan::FILE_NAME;
        format!("there is no `spec/{name}` or `{name}` here or above; name one with --plan")
    })
}

/// Everything the plan asks for, in memory, with a progress bar meanwhile. The process ends with the
/// command, so nobody spends time on giving all of it back bit by bit.
fn parts(plan: &std::path::Path, format: Format) -> ManuallyDrop<Vec<Part>> {
    let progress = Progress::new(format);
    ManuallyDrop::new(parts_watched(plan, &|step| progress.step(&step)))
}

fn generate(plan: &std::path::Path, format: Format) -> Result<bool, Failure> {
    let parts = parts(plan, format);
    print_findings(&parts, format);
    if !all_good(&parts) {
        eprintln!("error: nothing is written");
        return Ok(false);
    }
    in_the_way(&parts)?;
    for (part, output) in parts
        .iter()
        .filter_map(|part| Some((part, part.output.as_ref()?)))
    {
        let applied = output
            .apply()
            .map_err(|error| format!("`{}` cannot be written: {error}", output.folder.display()))?;
        let (written, removed) = (applied.written, applied.removed);
        let unchanged = applied.unchanged;
        eprintln!(
            "{}: {written} written, {removed} removed, {unchanged} unchanged",
            part.name
        );
    }
    Ok(true)
}

/// Fails when a file that a person wrote stands where one is to be written, before anything is.
fn in_the_way(parts: &[Part]) -> Result<(), Failure> {
    for output in parts.iter().filter_map(|part| part.output.as_ref()) {
        let foreign = output
            .differences()
            .unwrap_or_default()
            .into_iter()
            .find(|(_, difference)| *difference == Difference::Foreign);
        if let Some((path, _)) = foreign {
            let path = output.folder.join(path);
            return Err(format!(
                "`{}` was not generated, so nothing is written; move it, or choose another output",
                path.display()
            ));
        }
    }
    Ok(())
}

fn check(plan: &std::path::Path, format: Format) -> Result<bool, Failure> {
    let parts = parts(plan, format);
    print_findings(&parts, format);
    let mut differ = 0;
    for output in parts.iter().filter_map(|part| part.output.as_ref()) {
        let differences = output
            .differences()
            .map_err(|error| format!("`{}` cannot be read: {error}", output.folder.display()))?;
        differ += differences.len();
        for (path, difference) in differences {
            print_difference(&output.folder.join(path), &difference, format);
        }
    }
    if differ > 0 {
        eprintln!(
            "error: not what the documents say: {}; run `specwright generate`",
            count(differ, "file")
        );
    }
    Ok(differ == 0 && all_good(&parts))
}

fn all_good(parts: &[Part]) -> bool {
    parts.iter().all(|part| part.output.is_some())
}

fn print_findings(parts: &[Part], format: Format) {
    let (mut errors, mut warnings) = (0, 0);
    for part in parts {
        print_document_findings(&part.sources, &part.diagnostics, format);
        let found = |severity| {
            part.diagnostics
                .iter()
                .filter(|one| one.severity == severity)
                .count()
        };
        errors += found(Severity::Error);
        warnings += found(Severity::Warning);
    }
    if format == Format::Human && errors + warnings > 0 {
        let (errors, warnings) = (count(errors, "error"), count(warnings, "warning"));
        eprintln!("{errors}, {warnings}; `specwright explain CODE` says more\n");
    }
}

fn print_document_findings(sources: &Sources, diagnostics: &Diagnostics, format: Format) {
    match format {
        Format::Human => {
            let styled = std::io::stderr().is_terminal();
            eprint!("{}", render::human(sources, diagnostics, styled));
        }
        Format::Json => print!("{}", render::json(sources, diagnostics)),
    }
}

/// `1 error`, `2 errors`.
fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn print_difference(path: &std::path::Path, difference: &Difference, format: Format) {
    let path = path.display().to_string();
    if format == Format::Json {
        let (kind, line, expected, found) = match difference {
            Difference::Missing => ("missing", None, None, None),
            Difference::Stale => ("stale", None, None, None),
            Difference::Foreign => ("foreign", None, None, None),
            Difference::Changed {
                line,
                expected,
                found,
            } => ("changed", Some(*line), expected.as_ref(), found.as_ref()),
        };
        let object = json!({
            "difference": kind, "file": path, "line": line, "expected": expected, "found": found,
        });
        println!("{object}");
        return;
    }
    match difference {
        Difference::Missing => eprintln!("{path} is missing"),
        Difference::Stale => eprintln!("{path} is stale: nothing generates it any more"),
        Difference::Foreign => eprintln!("{path} is in the way: it was not generated"),
        Difference::Changed {
            line,
            expected,
            found,
        } => {
            let show = |line: &Option<String>| line.clone().unwrap_or("(end of file)".to_owned());
            eprintln!("{path}:{line} differs");
            eprintln!("  file:      {}", show(found));
            eprintln!("  generated: {}", show(expected));
        }
    }
}

/// Writes the lowered document; what was found and what was left out goes to standard error, since
/// the document itself may go to standard output.
fn lower_document(input: &Input, output: Option<PathBuf>, format: Format) -> Result<bool, Failure> {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let progress = Progress::new(format);
    let shown = input.document.display().to_string();
    let watch = |stage| progress.stage(&shown, stage);
    let api = model_watched(input, &mut sources, &mut diagnostics, &watch);
    drop(progress);
    let styled = std::io::stderr().is_terminal();
    eprint!("{}", render::human(&sources, &diagnostics, styled));
    let Some(api) = api.filter(|_| !diagnostics.has_errors()) else {
        return Ok(false);
    };
    let Lowered { document, left_out } = lower(&api);
    for part in &left_out {
        eprintln!("left out: {}: {}: {}", part.subject, part.part, part.reason);
    }
    let text = format!("{document:#}\n");
    match output {
        Some(path) => std::fs::write(&path, text)
            .map_err(|error| format!("`{}` cannot be written: {error}", path.display()))?,
        None => print!("{text}"),
    }
    Ok(true)
}

fn explain(code: Option<&str>) -> Result<bool, Failure> {
    let Some(id) = code else {
        for code in codes::ALL {
            println!("{}  {}", code.id, code.title);
        }
        return Ok(true);
    };
    match codes::find(id) {
        Some(code) => {
            print!("{}: {}\n\n{}", code.id, code.title, code.explanation);
            Ok(true)
        }
        None => Err(
            match nearest(&id.to_uppercase(), codes::ALL.iter().map(|code| code.id)) {
                Some(near) => format!("there is no code `{id}`; did you mean `{near}`?"),
                None => format!("there is no code `{id}`; `specwright explain` lists all"),
            },
        ),
    }
}
