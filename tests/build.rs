//! Makes progenitor's clients of the documents in `spec/` and lists their operations, for the test
//! target `oracle`; the modules of the target `guides`; the connectors of the targets `connector_places` and `wire_seed`, and the clients
//! of the targets `paging`, `reconnect`, `rules` and `tuples`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use openapiv3::OpenAPI;
use progenitor::Generator;
use serde_json::{Value, json};
use specwright::diagnostics::{Diagnostics, render};
use specwright::lower::lower;
use specwright::model::{Api, Operation, StatusRange};
use specwright::source::Sources;
use specwright::{Build, Input};

/// Name of the API, and its document.
const DOCUMENTS: [(&str, &str); 2] = [
    ("platform", "../spec/claude-platform/openapi.yaml"),
    ("claude_ai", "../spec/claude-ai/openapi.yaml"),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let mut operations = Vec::new();
    for (name, document) in DOCUMENTS {
        println!("cargo::rerun-if-changed={document}");
        let api = read(document)?;
        let lowered = lower(&api);
        let spec: OpenAPI = serde_json::from_value(lowered.document.clone())?;
        let client = Generator::default().generate_tokens(&spec)?.to_string();
        write(&folder.join(format!("oracle_{name}.rs")), &client)?;
        operations.extend(list(name, &api, &lowered.document));
    }
    let operations = Value::Array(operations).to_string();
    write(&folder.join("oracle_operations.json"), &operations)?;
    let places = connector(Path::new("documents/places"));
    places.output(folder.join("places.rs")).generate()?;
    for name in ["depot", "paging", "rules", "tuples"] {
        let module = Build::new(format!("documents/{name}.yaml"));
        module
            .output(folder.join(format!("{name}.rs")))
            .generate()?;
    }
    guides(&folder)?;
    seed(&folder.join("seed.rs"))
}

/// The connector of two documents, by what comes before `.service.json` and `.resources.json`.
fn connector(pair: &Path) -> Build {
    let pair = pair.display();
    Build::new(format!("{pair}.service.json")).resources(format!("{pair}.resources.json"))
}

/// The modules that the guides are about, and the Rust of their pages. `cfg(corpus)` is set when the
/// documents of others are there.
fn guides(folder: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rustc-check-cfg=cfg(corpus)");
    println!("cargo::rerun-if-env-changed=CORPUS");
    println!("cargo::rerun-if-changed=../codegen/guides");
    let guides = Path::new("../codegen/guides");
    let bookshop = Build::new(guides.join("bookshop.yaml"));
    bookshop.output(folder.join("bookshop.rs")).generate()?;
    for page in [
        "a-document-that-says-nothing",
        "from-openapi-generator",
        "from-progenitor",
    ] {
        let text = fs::read_to_string(guides.join(page).with_extension("md"))?;
        let blocks = text.split("```rust\n").skip(1);
        let rust = blocks.filter_map(|block| Some(block.split_once("```")?.0));
        write(
            &folder.join(page).with_extension("rs"),
            &rust.collect::<String>(),
        )?;
    }
    let corpus = env::var_os("CORPUS");
    let corpus = corpus.map_or_else(|| "../../shared/corpus/specs".into(), PathBuf::from);
    let documents = ["groq.yaml", "ollama.yaml", "replicate.json"].map(|it| corpus.join(it));
    if !documents.iter().all(|document| document.exists()) {
        return Ok(());
    }
    println!("cargo::rustc-cfg=corpus");
    println!("cargo::rustc-env=CORPUS_OF_GUIDES={}", corpus.display());
    for document in documents {
        let name = Path::new(document.file_stem().unwrap_or_default());
        let overlay = guides.join("overlays").join(name).with_extension("yaml");
        let module = Build::new(&document).overlay(overlay);
        module
            .output(folder.join(name).with_extension("rs"))
            .generate()?;
    }
    Ok(())
}

/// The connector of the seed's documents, where they are; then `cfg(seed)` is set.
fn seed(output: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rustc-check-cfg=cfg(seed)");
    println!("cargo::rerun-if-env-changed=SEEDS");
    let seeds = env::var_os("SEEDS").map_or_else(|| "../../shared/seeds".into(), PathBuf::from);
    println!("cargo::rerun-if-changed={}", seeds.display());
    if !seeds.exists() {
        return Ok(());
    }
    println!("cargo::rustc-cfg=seed");
    // What is wrong with them is an error of the target that is about them alone.
    match connector(&seeds.join("claude-api"))
        .output(output)
        .generate()
    {
        Ok(_) => Ok(()),
        Err(error) => write(output, &format!("compile_error!({:?});", error.to_string())),
    }
}

fn read(document: &str) -> Result<Api, Box<dyn Error>> {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let api = specwright::model(&Input::file(document), &mut sources, &mut diagnostics);
    match api.filter(|_| !diagnostics.has_errors()) {
        Some(api) => Ok(api),
        None => Err(render::human(&sources, &diagnostics, false).into()),
    }
}

/// The operations that were lowered, with what the document gives as examples.
fn list(name: &str, api: &Api, lowered: &Value) -> Vec<Value> {
    let of_lowered = |operation: &Operation| {
        let method = operation.method.as_str().to_ascii_lowercase();
        lowered["paths"][&operation.path][&method]["operationId"]
            .as_str()
            .map(|id| describe(name, id, operation))
    };
    api.operations.iter().filter_map(of_lowered).collect()
}

fn describe(api: &str, id: &str, operation: &Operation) -> Value {
    let forms = operation.body.iter().flat_map(|body| &body.forms);
    let bodies: Vec<&Value> = forms.flat_map(|form| &form.examples).collect();
    let success = operation.outcomes.success.first();
    let reply = success.and_then(|outcome| outcome.examples.first());
    let status = match success.map(|outcome| outcome.status) {
        Some(StatusRange::Code(code)) => code,
        _ => 200,
    };
    json!({ "api": api, "id": id, "bodies": bodies, "status": status, "reply": reply })
}

fn write(path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()).into())
}
