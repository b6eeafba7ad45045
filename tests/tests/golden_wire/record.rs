//! What was recorded of a call.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value};
use specwright_tests::socket::Answer;

#[derive(Deserialize)]
pub(crate) struct Record {
    pub(crate) call: Call,
    request: Sent,
    response: Reply,
    exchanges: Option<Vec<Exchange>>,
    pub(crate) parsed: Value,
}

#[derive(Deserialize)]
pub(crate) struct Call {
    pub(crate) operation: String,
    pub(crate) arguments: Map<String, Value>,
    pub(crate) client: Settings,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) api_key: Option<String>,
    pub(crate) auth_token: Option<String>,
    pub(crate) max_retries: Option<u32>,
    #[serde(default)]
    pub(crate) base_url_suffix: String,
    #[serde(default)]
    pub(crate) default_headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) default_query: BTreeMap<String, String>,
}

#[derive(Clone, Deserialize)]
struct Exchange {
    request: Sent,
    response: Reply,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Query,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Query {
    pub(crate) pairs: Vec<(String, String)>,
}

#[derive(Clone, Deserialize)]
struct Reply {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Value,
}

/// The names of the records in a folder, in order.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let files = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = files
        .filter_map(|file| Some(file.strip_suffix(".json")?.to_owned()))
        .collect();
    names.sort();
    names
}

impl Record {
    pub(crate) fn read(folder: &Path, name: &str) -> Result<Self, String> {
        let text = std::fs::read(folder.join(format!("{name}.json")));
        let text = text.map_err(|error| error.to_string())?;
        serde_json::from_slice(&text).map_err(|error| format!("the record: {error}"))
    }

    /// The name of our operation.
    pub(crate) fn operation(&self) -> &str {
        let operation = &self.call.operation;
        operation.strip_prefix("beta.").unwrap_or(operation)
    }

    pub(crate) fn is_beta(&self) -> bool {
        self.call.operation.starts_with("beta.")
    }

    /// The requests to expect. The results of a batch have an address of their own, which the
    /// official client asks for first; ours follows from the id of the batch.
    pub(crate) fn requests(&self) -> Vec<Sent> {
        self.exchanges()
            .into_iter()
            .map(|exchange| exchange.request)
            .collect()
    }

    /// The replies of the recorded server, which was at another address.
    pub(crate) fn answers(&self, url: &str) -> Vec<Answer> {
        let exchanges = self.exchanges();
        exchanges
            .iter()
            .map(|exchange| exchange.response.answer(url))
            .collect()
    }

    fn exchanges(&self) -> Vec<Exchange> {
        let mut exchanges = self.exchanges.clone().unwrap_or_default();
        if self.operation() == "messages.batches.results" {
            exchanges = exchanges.split_off(exchanges.len().saturating_sub(1));
        }
        if exchanges.is_empty() {
            exchanges.push(Exchange {
                request: self.request.clone(),
                response: self.response.clone(),
            });
        }
        exchanges
    }
}

impl Reply {
    fn answer(&self, url: &str) -> Answer {
        let mut answer = Answer::new(self.status);
        for (name, value) in &self.headers {
            answer = answer.header(name, value);
        }
        let text = |key: &str| self.body.get(key).and_then(Value::as_str);
        match (text("$text"), text("$base64")) {
            (Some(text), _) => answer.body(text.replace("{{base_url}}", url)),
            (None, Some(text)) => answer.body(BASE64_STANDARD.decode(text).unwrap_or_default()),
            (None, None) if self.body.is_null() => answer,
            (None, None) => answer.body(self.body.to_string().replace("{{base_url}}", url)),
        }
    }
}
