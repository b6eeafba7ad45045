//! Calls what is generated, as lines of JSON on standard input ask, and answers each with a line.

mod documents;

use std::error::Error;

use serde::Deserialize;
use specwright_runtime::record::Record;
use specwright_runtime::serde_json::{self, Map, Value, json};

/// What a line asks.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Asked {
    /// To call an operation.
    Call {
        document: String,
        base_url: String,
        secrets: Map<String, Value>,
        operation: String,
        inputs: Value,
    },
    /// To pick a record out of a reply.
    Pick {
        document: String,
        record: String,
        reply: Value,
    },
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build()?;
    for line in std::io::stdin().lines() {
        let answer = match serde_json::from_str(&line?)? {
            Asked::Call {
                document,
                base_url,
                secrets,
                operation,
                inputs,
            } => {
                let secret = |name: &str| secrets[name].as_str().unwrap_or_default().to_owned();
                let call = documents::call(&document, &base_url, &secret, &operation, inputs);
                match call {
                    Ok(call) => match runtime.block_on(call.send()) {
                        Ok(answer) => json!({ "records": answer.len() }),
                        Err(error) => json!({ "error": error.to_string() }),
                    },
                    Err(error) => json!({ "error": error }),
                }
            }
            Asked::Pick {
                document,
                record,
                reply,
            } => documents::pick(&document, &record, reply),
        };
        println!("{answer}");
    }
    Ok(())
}

/// What the selectors of a record find in a reply, and the values that are accepted.
fn picked<T: Record>(reply: Value) -> Value {
    let raw = T::FIELDS.iter().map(|field| {
        let found = field.find(&reply).cloned().unwrap_or_default();
        (field.name.to_owned(), found)
    });
    let raw: Map<String, Value> = raw.collect();
    match T::from_reply(reply) {
        Ok(record) => json!({ "raw": raw, "values": record.values() }),
        Err(error) => json!({ "raw": raw, "field": error.field(), "error": error.to_string() }),
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
