//! A program of the clients that are generated from documents: it makes the calls of the vectors.

use std::path::PathBuf;

use heck::ToSnakeCase;
use serde_json::{Value, json};
use specwright::model::{Api, CredentialKind, Payload, Shape, TypeId, TypeRef};
use specwright::write::{GeneratedFile, tree};
use specwright::{Input, emit, model};
use specwright_tests::krate::{Krate, errors};
use specwright_tests::program::Program;

/// What is generated from a document.
pub(crate) struct Document {
    /// Its name in cases: `good/stripe-like`.
    pub(crate) name: String,
    /// The model it became.
    pub(crate) api: Api,
    files: Vec<GeneratedFile>,
}

impl Document {
    /// Generates from a pair of documents: the name before `.service.json`, with its folder.
    pub(crate) fn generate(name: &str, pair: &str) -> Result<Self, String> {
        let mut input = Input::file(format!("{pair}.service.json"));
        input.resources = Some(format!("{pair}.resources.json").into());
        let (mut sources, mut diagnostics) = Default::default();
        let api = model(&input, &mut sources, &mut diagnostics);
        let Some(api) = api.filter(|_| !diagnostics.has_errors()) else {
            return Err("nothing is generated".to_owned());
        };
        let files = tree(&emit::emit(&api, &input.options), "// @generated")?;
        Ok(Self {
            name: name.to_owned(),
            api,
            files,
        })
    }

    /// The module of the program it is.
    fn module(&self) -> String {
        self.name.to_snake_case()
    }

    /// The name of the record of a resource, or of the payload of an event.
    pub(crate) fn record(&self, resource: &str, event: Option<&str>) -> Option<&str> {
        let ty = match event {
            Some(event) => {
                &self
                    .api
                    .webhooks
                    .iter()
                    .find(|it| it.event == event)?
                    .payload
            }
            None => {
                let mut operations = self.api.operations.iter();
                let operation = operations.find(|it| it.id.split('.').next() == Some(resource))?;
                match &operation.outcomes.success.first()?.payload {
                    Payload::Record(ty) | Payload::Records(ty) => ty,
                    _ => return None,
                }
            }
        };
        match ty {
            TypeRef::Named(id) => Some(&self.api.types.get(*id).name),
            _ => None,
        }
    }

    fn records(&self) -> impl Iterator<Item = TypeId> {
        let usage = |id: &TypeId| self.api.types.get(*id).usage;
        let types = self.api.types.ids().filter(move |id| usage(id).received);
        types.filter(|id| matches!(self.api.types.get(*id).shape, Shape::Record(_)))
    }

    /// The arm of the program that makes a call.
    fn call_arm(&self) -> String {
        let secret = |name: &str| format!("secret({name:?})");
        let credential = self.api.credentials.first().map(|credential| {
            let arguments = match &credential.kind {
                CredentialKind::Basic {
                    user: None,
                    password: None,
                } => format!("{}, {}", secret("user"), secret("password")),
                _ => secret(&credential.name),
            };
            format!(".{}({arguments})", credential.name)
        });
        let besides = self.api.client_parameters.iter().filter(|it| it.required);
        let besides = besides.map(|it| format!(".{}({})", it.name, secret(&it.name)));
        let secrets: String = credential.into_iter().chain(besides).collect();
        let module = self.module();
        format!(
            "{module:?} => crate::{module}::Client::builder().base_url(base_url).max_retries(0)\
             {secrets}.build().map_err(text)?.call(operation, inputs).map_err(text),\n"
        )
    }

    /// The arms of the program that pick records.
    fn pick_arms(&self) -> String {
        let module = self.module();
        let arms = self.records().map(|id| {
            let name = &self.api.types.get(id).name;
            format!("({module:?}, {name:?}) => picked::<crate::{module}::{name}>(reply),\n")
        });
        arms.collect()
    }
}

/// The program, running.
pub(crate) struct Driver {
    program: Program,
}

impl Driver {
    /// Compiles the documents and starts the program; those that do not compile are left out, with
    /// the errors of the compiler.
    pub(crate) fn start(
        documents: &mut Vec<Document>,
    ) -> Result<(Self, Vec<(String, String)>), String> {
        let krate = Krate::new(env!("CARGO_TARGET_TMPDIR"), "connectors");
        let mut failed = Vec::new();
        loop {
            let written = krate.write(DEPENDENCIES, files(documents));
            let output = written.and_then(|()| krate.cargo("build"));
            let output = output.map_err(|error| error.to_string())?;
            if output.status.success() {
                let program = Program::start(&krate.program(), &[]);
                let program = program.map_err(|error| error.to_string())?;
                return Ok((Self { program }, failed));
            }
            let errors = errors(&output);
            let before = documents.len();
            documents.retain(|document| {
                let folder = format!("src/{}/", document.module());
                let own = errors.iter().filter(|line| line.contains(&folder));
                let own: Vec<&str> = own.take(3).map(String::as_str).collect();
                if !own.is_empty() {
                    failed.push((document.name.clone(), own.join("; ")));
                }
                own.is_empty()
            });
            if documents.len() == before {
                return Err(errors.join("; "));
            }
        }
    }

    /// Calls an operation by name. `Err` is the error of the call.
    pub(crate) fn call(
        &mut self,
        document: &Document,
        base_url: &str,
        secrets: &Value,
        operation: &str,
        inputs: &Value,
    ) -> Result<(), String> {
        let answer = self.program.ask(&json!({ "call": {
            "document": document.module(),
            "base_url": base_url,
            "secrets": secrets,
            "operation": operation,
            "inputs": inputs,
        } }))?;
        match answer["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(()),
        }
    }

    /// Picks a record out of a reply: what the selectors find, and what is accepted of it.
    pub(crate) fn pick(
        &mut self,
        document: &Document,
        record: &str,
        reply: &Value,
    ) -> Result<Value, String> {
        let document = document.module();
        self.program
            .ask(&json!({ "pick": { "document": document, "record": record, "reply": reply } }))
    }
}

/// Dependencies of the program beside the runtime.
const DEPENDENCIES: &str = "tokio = { version = \"1\", features = [\"rt\", \"net\", \"time\"] }";

/// The files of the program.
fn files(documents: &[Document]) -> Vec<GeneratedFile> {
    let modules: String = documents
        .iter()
        .map(|it| format!("pub mod {};\n", it.module()))
        .collect();
    let library =
        format!("//! What documents become.\n#![deny(warnings, missing_docs)]\n{modules}");
    let calls: String = documents.iter().map(Document::call_arm).collect();
    let picks: String = documents.iter().map(Document::pick_arms).collect();
    let glue = format!(
        "use specwright_runtime::automation::Call;\n\
         use specwright_runtime::serde_json::{{Value, json}};\n\
         use super::{{picked, text}};\n\
         pub(super) fn call(document: &str, base_url: &str, secret: &dyn Fn(&str) -> String, \
         operation: &str, inputs: Value) -> Result<Call, String> {{\n\
         match document {{\n{calls}_ => {{ let _ = (base_url, secret, operation, inputs); \
         Err(format!(\"no document {{document}}\")) }} }} }}\n\
         pub(super) fn pick(document: &str, record: &str, reply: Value) -> Value {{\n\
         match (document, record) {{\n{picks}_ => json!({{ \"error\": format!(\"no {{record}} in \
         {{document}} for {{reply}}\") }}) }} }}\n"
    );
    let file = |path: &str, text: String| GeneratedFile {
        path: path.into(),
        text,
    };
    let mut files = vec![
        file("lib.rs", library),
        file("main.rs", include_str!("program.rs").to_owned()),
        file("documents.rs", glue.replace("crate::", "generated::")),
    ];
    for document in documents {
        let folder = PathBuf::from(document.module());
        files.extend(document.files.iter().map(|file| GeneratedFile {
            path: folder.join(&file.path),
            text: file.text.clone(),
        }));
    }
    files
}
