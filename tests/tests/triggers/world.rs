//! A server whose lists change while they are walked, and which fails now and then.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// How many items a page has, whatever the client asks for: a list has two or three.
fn page(items: &[Value]) -> usize {
    items.len().div_ceil(3).max(4)
}

/// When the time of a batch is over.
const OVER: &str = "2001-01-01T00:00:00Z";

/// The server. Its clones are the same one.
#[derive(Clone)]
pub struct World(Arc<Mutex<Lists>>);

/// What the server has, and what it has done.
pub struct Lists {
    rng: fastrand::Rng,
    /// Newest first, as everywhere.
    files: Vec<Value>,
    skills: Vec<Value>,
    models: Vec<Value>,
    batches: Vec<Value>,
    /// How many changes are to come.
    changes_left: usize,
    last_id: u64,
    /// The ids of the events for all that has changed, messages among them.
    pub changed: BTreeSet<String>,
    /// Those of messages whose reply nobody has had yet: the client did not create them.
    unanswered: BTreeSet<String>,
    /// The ids of the events that were delivered. What was created is only deleted afterwards:
    /// nobody notices what is created and deleted between two looks.
    pub delivered: BTreeSet<String>,
    /// Whether requests fail now and then.
    faults: bool,
}

impl World {
    /// A server with a few items of each kind, which changes nothing yet.
    pub async fn start(seed: u64) -> (Self, MockServer) {
        let mut lists = Lists {
            rng: fastrand::Rng::with_seed(seed),
            files: Vec::new(),
            skills: Vec::new(),
            models: Vec::new(),
            batches: Vec::new(),
            changes_left: 0,
            last_id: 0,
            changed: BTreeSet::new(),
            unanswered: BTreeSet::new(),
            delivered: BTreeSet::new(),
            faults: false,
        };
        for _ in 0..6 {
            for create in [Lists::create_file, Lists::create_skill, Lists::create_model] {
                create(&mut lists);
            }
            lists.create_batch();
        }
        lists.delivered = std::mem::take(&mut lists.changed);
        let world = Self(Arc::new(Mutex::new(lists)));
        let server = MockServer::start().await;
        let mock = Mock::given(any()).respond_with(world.clone());
        mock.mount(&server).await;
        (world, server)
    }

    pub fn lists(&self) -> MutexGuard<'_, Lists> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on the lists change with the requests, so many times more, and requests fail.
    pub fn stir(&self, changes: usize) {
        let mut lists = self.lists();
        lists.changes_left += changes;
        lists.faults = true;
    }

    /// From now on requests do not fail, and what changes is left to [`settled`](Self::settled).
    pub fn calm(&self) {
        self.lists().faults = false;
    }

    /// The reply with this message has come.
    pub fn answered(&self, message: &str) {
        let id = format!("messages.created:{message}");
        self.lists().unanswered.remove(&id);
    }

    /// Whether all changes have been made and delivered.
    pub fn settled(&self) -> bool {
        let lists = self.lists();
        lists.changes_left == 0 && lists.undelivered().is_empty()
    }
}

impl Respond for World {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.lists().respond(request)
    }
}

impl Lists {
    /// The ids of the events that have to be delivered yet.
    pub fn undelivered(&self) -> Vec<&String> {
        let undelivered = self.changed.difference(&self.delivered);
        undelivered
            .filter(|id| !self.unanswered.contains(*id))
            .collect()
    }

    fn respond(&mut self, request: &Request) -> ResponseTemplate {
        // Between two pages of a walk as well as between two walks.
        if self.changes_left > 0 && self.rng.u8(..100) < 35 {
            self.change();
        }
        if self.faults && self.rng.u8(..100) < 6 {
            return self.fault();
        }
        let path = request.url.path().trim_start_matches("/v1").to_owned();
        match (request.method.as_str(), path.as_str()) {
            ("POST", "/messages") => self.message(),
            ("GET", "/files") => by_token(request, &self.files),
            ("GET", "/skills") => by_token(request, &self.skills),
            ("GET", "/models") => by_id(request, &self.models),
            ("GET", "/messages/batches") => by_id(request, &self.batches),
            ("GET", path) => self.item(path.rsplit('/').next().unwrap_or_default()),
            _ => error(405, "invalid_request_error"),
        }
    }

    fn item(&self, id: &str) -> ResponseTemplate {
        let lists = [&self.files, &self.skills, &self.models, &self.batches];
        let found = lists.into_iter().flatten().find(|item| item["id"] == id);
        match found {
            Some(item) => ResponseTemplate::new(200).set_body_json(item),
            None => error(404, "not_found_error"),
        }
    }

    fn fault(&mut self) -> ResponseTemplate {
        match self.rng.u8(..5) {
            0 => error(500, "api_error"),
            1 => error(529, "overloaded_error").insert_header("retry-after-ms", "2"),
            2 => error(429, "rate_limit_error").insert_header("retry-after-ms", "3"),
            // A proxy that has lost its server: no item is gone for that.
            3 => ResponseTemplate::new(404).set_body_raw("<html>not here</html>", "text/html"),
            _ => ResponseTemplate::new(200).set_body_raw(r#"{"data":[{"id"#, "application/json"),
        }
    }

    fn message(&mut self) -> ResponseTemplate {
        let id = self.id("msg");
        let event = format!("messages.created:{id}");
        self.changed.insert(event.clone());
        self.unanswered.insert(event);
        ResponseTemplate::new(200).set_body_json(json!({
            "id": id, "type": "message", "role": "assistant", "model": "model_1",
            "content": [{"type": "text", "text": "Ripe."}],
            "usage": {"input_tokens": 3, "output_tokens": 1},
        }))
    }

    fn change(&mut self) {
        self.changes_left -= 1;
        match self.rng.u8(..10) {
            0..3 => self.create_file(),
            3 => self.create_skill(),
            4 => self.create_model(),
            5 => self.create_batch(),
            6..8 => self.end_batch(),
            8 => self.delete("files"),
            _ => self.delete("skills"),
        }
    }

    fn create_file(&mut self) {
        let id = self.created("files", "file");
        let file = json!({"id": id, "type": "file", "filename": "harvest.csv", "size_bytes": 7});
        self.files.insert(0, file);
    }

    fn create_skill(&mut self) {
        let id = self.created("skills", "skill");
        let skill = json!({"id": id, "type": "skill", "display_name": "Prune"});
        self.skills.insert(0, skill);
    }

    fn create_model(&mut self) {
        let id = self.created("models", "model");
        let model = json!({"id": id, "type": "model", "display_name": "M"});
        self.models.insert(0, model);
    }

    fn create_batch(&mut self) {
        let id = self.id("msgbatch");
        let batch = json!({
            "id": id, "type": "message_batch", "processing_status": "in_progress",
            "expires_at": "2999-01-01T00:00:00Z", "request_counts": {"expired": 0},
        });
        self.batches.insert(0, batch);
    }

    /// Ends a batch, in time or not; or its time ends before it does.
    fn end_batch(&mut self) {
        let status = |batch: &Value| batch["processing_status"] == "in_progress";
        let running: Vec<usize> = (0..self.batches.len())
            .filter(|&at| status(&self.batches[at]))
            .collect();
        let Some(at) = self.rng.choice(running) else {
            return self.create_batch();
        };
        let batch = &mut self.batches[at];
        let id = batch["id"].as_str().unwrap_or_default().to_owned();
        let (ends, expires) = (self.rng.bool(), self.rng.bool());
        let late = batch["expires_at"] == OVER || expires;
        if late {
            self.changed.insert(format!("message_batches.expired:{id}"));
        }
        match ends {
            true => {
                batch["processing_status"] = json!("ended");
                batch["request_counts"]["expired"] = json!(u8::from(late));
                self.changed.insert(format!("message_batches.ended:{id}"));
            }
            false if late => batch["expires_at"] = json!(OVER),
            false => {}
        }
    }

    /// Deletes one of those whose creation was delivered.
    fn delete(&mut self, list: &str) {
        let delivered = &self.delivered;
        let items = match list {
            "files" => &mut self.files,
            _ => &mut self.skills,
        };
        let known = |item: &Value| {
            let id = item["id"].as_str().unwrap_or_default();
            delivered.contains(&format!("{list}.created:{id}"))
        };
        let known: Vec<usize> = (0..items.len()).filter(|&at| known(&items[at])).collect();
        let Some(at) = self.rng.choice(known) else {
            return self.create_file();
        };
        let item = items.remove(at);
        let id = item["id"].as_str().unwrap_or_default();
        self.changed.insert(format!("{list}.deleted:{id}"));
    }

    fn created(&mut self, list: &str, prefix: &str) -> String {
        let id = self.id(prefix);
        self.changed.insert(format!("{list}.created:{id}"));
        id
    }

    fn id(&mut self, prefix: &str) -> String {
        self.last_id += 1;
        format!("{prefix}_{}", self.last_id)
    }
}

fn parameter(request: &Request, name: &str) -> Option<String> {
    let mut query = request.url.query_pairs();
    query
        .find(|(have, _)| have == name)
        .map(|(_, value)| value.into_owned())
}

/// A page whose token is a number of rows: they move from page to page as the list changes.
fn by_token(request: &Request, items: &[Value]) -> ResponseTemplate {
    let start = parameter(request, "page")
        .and_then(|page| page.parse().ok())
        .unwrap_or(0);
    let start = items.len().min(start);
    let end = items.len().min(start + page(items));
    let next = (end < items.len()).then(|| end.to_string());
    ResponseTemplate::new(200).set_body_json(json!({"data": items[start..end], "next_page": next}))
}

/// A page after the item of an id.
fn by_id(request: &Request, items: &[Value]) -> ResponseTemplate {
    let after = parameter(request, "after_id");
    let start = after.map(|after| items.iter().position(|item| item["id"] == after.as_str()));
    let start = match start {
        None => 0,
        Some(Some(at)) => at + 1,
        Some(None) => return error(400, "invalid_request_error"),
    };
    let end = items.len().min(start + page(items));
    ResponseTemplate::new(200).set_body_json(json!({
        "data": items[start..end],
        "has_more": end < items.len(),
        "last_id": items[..end].last().map(|item| &item["id"]),
    }))
}

fn error(status: u16, kind: &str) -> ResponseTemplate {
    let body = json!({"type": "error", "error": {"type": kind, "message": "no"}});
    ResponseTemplate::new(status).set_body_json(body)
}
