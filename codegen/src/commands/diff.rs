//! `specwright diff`: what a new version of a document changes for users of the SDK.

use std::path::PathBuf;

use anstream::println;
use clap::ValueEnum;
use serde_json::json;

use specwright::diff::{Change, Level, Place, Version, diff, level};
use specwright::source::Sources;
use specwright::{Input, model_watched};

use super::progress::Progress;
use crate::{Failure, Format, print_document_findings};

/// The documents to compare.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The document as it was: OpenAPI, or the service document of a connector.
    old: PathBuf,
    /// The document as it is now.
    new: PathBuf,
    /// The resources document of the old connector.
    #[arg(long)]
    old_resources: Option<PathBuf>,
    /// The resources document of the new connector.
    #[arg(long)]
    new_resources: Option<PathBuf>,
    /// The least change that makes the exit status 1.
    #[arg(long, value_enum, default_value_t = Limit::Major)]
    fail_on: Limit,
}

/// A change that the command fails on.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Limit {
    /// Code of users may not compile any more.
    Major,
    /// Users get something new.
    Minor,
    /// Anything that users can notice.
    Patch,
    /// Nothing.
    Never,
}

impl Limit {
    fn allows(self, found: Option<Level>) -> bool {
        let least = match self {
            Self::Major => Level::Major,
            Self::Minor => Level::Minor,
            Self::Patch => Level::Patch,
            Self::Never => return true,
        };
        found.is_none_or(|found| found < least)
    }
}

/// Compares; whether no change is one to fail on.
pub(crate) fn run(arguments: Arguments, format: Format) -> Result<bool, Failure> {
    let old = version(arguments.old, arguments.old_resources, format)?;
    let new = version(arguments.new, arguments.new_resources, format)?;
    let changes = diff(&old.version, &new.version);
    let found = level(&changes);
    match format {
        Format::Human => print_human(&changes, found, [&old.sources, &new.sources]),
        Format::Json => print_json(&changes, [&old.sources, &new.sources]),
    }
    Ok(arguments.fail_on.allows(found))
}

struct Read {
    version: Version,
    sources: Sources,
}

fn version(document: PathBuf, resources: Option<PathBuf>, format: Format) -> Result<Read, Failure> {
    let shown = document.display().to_string();
    let input = Input {
        resources,
        ..Input::file(document)
    };
    let (mut sources, mut diagnostics) = Default::default();
    let progress = Progress::new(format);
    let watch = |stage| progress.stage(&shown, stage);
    let api = model_watched(&input, &mut sources, &mut diagnostics, &watch);
    drop(progress);
    if diagnostics.has_errors() || api.is_none() {
        print_document_findings(&sources, &diagnostics, format);
    }
    let api = api
        .filter(|_| !diagnostics.has_errors())
        .ok_or_else(|| format!("nothing can be generated from `{shown}`, so it is not compared"))?;
    Ok(Read {
        version: Version::of(&api, &input.options),
        sources,
    })
}

fn print_human(changes: &[Change], found: Option<Level>, sources: [&Sources; 2]) {
    for change in changes {
        let Change {
            level,
            item,
            message,
            ..
        } = change;
        println!("{level}: `{item}` {message}");
        if let Some(place) = place(change, sources) {
            println!("    {place}");
        }
    }
    match found {
        None => println!("nothing changes for users"),
        Some(level) => {
            let of = |level| changes.iter().filter(|it| it.level == level).count();
            let counts = [Level::Major, Level::Minor, Level::Patch].map(|level| (of(level), level));
            let counts = counts.iter().filter(|(count, _)| *count > 0);
            let counts = counts.map(|(count, level)| format!("{count} {level}"));
            let counts = counts.collect::<Vec<_>>().join(", ");
            println!("{counts}: the next version is a {level} one");
        }
    }
}

fn print_json(changes: &[Change], sources: [&Sources; 2]) {
    for change in changes {
        let (level, item, message) = (change.level, &change.item, &change.message);
        let place = place(change, sources);
        println!(
            "{}",
            json!({ "level": level, "item": item, "message": message, "place": place })
        );
    }
}

/// `pets.yaml:12:5`.
fn place(change: &Change, [old, new]: [&Sources; 2]) -> Option<String> {
    let (sources, origin) = match change.place.as_ref()? {
        Place::Old(origin) => (old, origin),
        Place::New(origin) => (new, origin),
    };
    let (path, at) = (sources.path(origin.file()), sources.locate(origin));
    Some(format!("{}:{}:{}", path.display(), at.line, at.column))
}
