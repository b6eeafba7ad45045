//! One case for each code.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use specwright::diagnostics::{Diagnostics, codes, render};
use specwright::emit::Module;
use specwright::plan::FILE_NAME;
use specwright::project::{files, parts};
use specwright::source::Sources;
use specwright::{Input, generate};

/// Where the cases are, relative to the crate, in which tests run: the paths in what is told are
/// the same everywhere.
const FOLDER: &str = "tests/diagnostics";

/// What a case tells, for people and for programs, and the codes in it.
#[derive(Default)]
struct Told {
    text: String,
    json: String,
    codes: BTreeSet<&'static str>,
}

impl Told {
    fn add(&mut self, sources: &Sources, diagnostics: &Diagnostics) {
        self.text += &render::human(sources, diagnostics, false);
        self.json += &render::json(sources, diagnostics);
        self.codes.extend(diagnostics.iter().map(|one| one.code.id));
    }
}

fn tell(folder: &Path) -> Told {
    let mut told = Told::default();
    let plan = folder.join(FILE_NAME);
    if plan.exists() {
        for part in parts(&plan) {
            told.add(&part.sources, &part.diagnostics);
        }
        return told;
    }
    // No document makes what is no Rust, as far as anybody knows.
    if let Ok(text) = std::fs::read_to_string(folder.join("module.rs")) {
        let mut diagnostics = Diagnostics::default();
        assert!(files(&[module(&text)], "", &mut diagnostics).is_none());
        told.add(&Sources::default(), &diagnostics);
        return told;
    }
    let outcome = generate(&input(folder));
    told.add(&outcome.sources, &outcome.diagnostics);
    told
}

fn module(text: &str) -> Module {
    Module {
        path: Vec::new(),
        docs: String::new(),
        undocumented: false,
        public: true,
        gate: None,
        tokens: text.parse().unwrap(),
    }
}

fn input(folder: &Path) -> Input {
    let document = folder.join("openapi.yaml");
    if document.exists() {
        let overlay = Some(folder.join("overlay.yaml")).filter(|path| path.exists());
        return Input {
            overlays: overlay.into_iter().collect(),
            ..Input::file(document)
        };
    }
    let half = |name: &str| {
        let own = folder.join(name);
        if own.exists() {
            own
        } else {
            Path::new(FOLDER).join("good").join(name)
        }
    };
    Input {
        resources: Some(half("resources.yaml")),
        ..Input::file(half("service.yaml"))
    }
}

/// Compares a file with what it should hold, or writes it when that is asked for.
#[track_caller]
pub(crate) fn expect(path: &Path, text: &str) {
    if std::env::var_os("UPDATE_DIAGNOSTICS").is_some() {
        return std::fs::write(path, text).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    let path = path.display();
    assert!(
        expected == text,
        "{path} says\n{expected}\nand this is told:\n{text}\nUPDATE_DIAGNOSTICS=1 writes it"
    );
}

fn folders() -> BTreeSet<String> {
    let entries = std::fs::read_dir(FOLDER).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("SW")).collect()
}

#[test]
fn every_code_has_a_case_and_every_case_a_code() {
    let known: BTreeSet<_> = codes::ALL.iter().map(|code| code.id.to_owned()).collect();
    assert_eq!(folders(), known);
}

#[test]
fn every_case_raises_its_code_and_is_told_as_written() {
    for name in folders() {
        let folder = PathBuf::from(FOLDER).join(&name);
        let told = tell(&folder);
        assert!(
            told.codes.contains(name.as_str()),
            "{name} is not raised:\n{}",
            told.text
        );
        expect(&folder.join("expected.txt"), &told.text);
        expect(&folder.join("expected.json"), &told.json);
    }
}

#[test]
fn what_stands_beside_the_broken_half_is_good() {
    let told = tell(&Path::new(FOLDER).join("good"));
    assert_eq!(told.text, "");
}
