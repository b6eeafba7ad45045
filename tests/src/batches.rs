//! A server for batches that keeps count of what it was sent, and fails in all the ways that a
//! caller cannot tell apart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::socket::{Answer, End, Received, Server};

/// How often, in percent, each thing goes wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// A batch is refused with 529.
    pub refused: u8,
    /// A batch is accepted, and the connection closed without an answer.
    pub accepted_unanswered: u8,
    /// A batch is accepted, and the answer is a 500.
    pub accepted_as_error: u8,
    /// A batch is not accepted, and the answer is a 500.
    pub error: u8,
    /// The connection is closed, and the batch accepted later.
    pub accepted_late: u8,
    /// Another program makes a batch of the same size.
    pub foreign: u8,
    /// The results end early.
    pub results_cut: u8,
}

impl Faults {
    /// A bit of everything.
    pub const ALL: Self = Self {
        refused: 5,
        accepted_unanswered: 10,
        accepted_as_error: 5,
        error: 5,
        accepted_late: 10,
        foreign: 10,
        results_cut: 20,
    };
}

/// Called with the method, once a request has had its effect and before it is answered.
type Hook = Box<dyn Fn(&str) + Send + Sync>;

/// The server. Clones share it.
#[derive(Clone)]
pub struct BatchServer {
    state: Arc<Mutex<State>>,
    hook: Arc<Mutex<Option<Hook>>>,
    server: Arc<Server>,
}

struct State {
    faults: Faults,
    random: fastrand::Rng,
    /// In the order in which they were made.
    batches: Vec<Batch>,
    /// Accepted when batches are listed for the second time from now.
    late: Vec<(u8, Batch)>,
    /// How often each question was accepted.
    questions: HashMap<String, u32>,
    made: u32,
    longest_body: usize,
    /// Batches of which nothing is known any more.
    forgotten: Vec<String>,
    /// How often a batch is looked at before it has ended; at random without it.
    looks: Option<u8>,
}

#[derive(Clone)]
struct Batch {
    id: String,
    created_at: DateTime<Utc>,
    /// The `custom_id` and the question of each request.
    requests: Vec<(String, String)>,
    /// How often it is looked at before it has ended.
    looks: u8,
    foreign: bool,
}

impl BatchServer {
    /// Starts a server whose accidents depend on the seed.
    pub async fn start(seed: u64, faults: Faults) -> Self {
        let state = Arc::new(Mutex::new(State {
            faults,
            random: fastrand::Rng::with_seed(seed),
            batches: Vec::new(),
            late: Vec::new(),
            questions: HashMap::new(),
            made: 0,
            longest_body: 0,
            forgotten: Vec::new(),
            looks: None,
        }));
        let hook: Arc<Mutex<Option<Hook>>> = Arc::default();
        let (shared, hooked) = (Arc::clone(&state), Arc::clone(&hook));
        let server = Server::answering(move |request| {
            let answer = lock(&shared).answer(request);
            if let Some(hook) = &*lock(&hooked) {
                hook(&request.method);
            }
            answer
        });
        Self {
            server: Arc::new(server.await),
            state,
            hook,
        }
    }

    /// The base url.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// Sets what happens once a request has had its effect and before it is answered; it is called
    /// with the method.
    pub fn on_request(&self, hook: impl Fn(&str) + Send + Sync + 'static) {
        *lock(&self.hook) = Some(Box::new(hook));
    }

    /// Sets how often a batch is looked at before it has ended.
    pub fn set_looks(&self, looks: u8) {
        lock(&self.state).looks = Some(looks);
    }

    /// Knows nothing of a batch, once it was accepted.
    pub fn forget(&self, id: &str) {
        lock(&self.state).forgotten.push(id.to_owned());
    }

    /// The length of the longest body of a batch, in bytes.
    pub fn longest_body(&self) -> usize {
        lock(&self.state).longest_body
    }

    /// How often each question was accepted.
    pub fn questions(&self) -> HashMap<String, u32> {
        lock(&self.state).questions.clone()
    }

    /// How many batches were accepted, not counting those of other programs.
    pub fn accepted(&self) -> usize {
        let state = lock(&self.state);
        state.batches.iter().filter(|batch| !batch.foreign).count()
    }

    /// The requests so far, as method and target.
    pub fn requests(&self) -> Vec<String> {
        let received = self.server.received().into_iter();
        received
            .map(|request| format!("{} {}", request.method, request.target))
            .collect()
    }
}

impl State {
    fn answer(&mut self, request: &Received) -> Answer {
        let (path, query) = match request.target.split_once('?') {
            Some((path, query)) => (path, query),
            None => (request.target.as_str(), ""),
        };
        let Some(rest) = path.strip_prefix("/v1/messages/batches") else {
            return error(404, "not_found_error");
        };
        match (request.method.as_str(), rest.trim_start_matches('/')) {
            ("POST", "") => self.create(&request.body),
            ("GET", "") => self.list(query),
            ("GET", rest) => match rest.strip_suffix("/results") {
                Some(id) => self.results(id),
                None => self.retrieve(rest),
            },
            _ => error(404, "not_found_error"),
        }
    }

    fn happens(&mut self, percent: u8) -> bool {
        self.random.u8(..100) < percent
    }

    fn create(&mut self, body: &[u8]) -> Answer {
        self.longest_body = self.longest_body.max(body.len());
        let Ok(body) = serde_json::from_slice::<Value>(body) else {
            return error(400, "invalid_request_error");
        };
        let requests = body["requests"].as_array().into_iter().flatten();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let requests: Vec<(String, String)> = requests
            .map(|request| {
                let question = &request["params"]["messages"][0]["content"];
                (text(&request["custom_id"]), text(question))
            })
            .collect();
        let faults = self.faults;
        if self.happens(faults.foreign) {
            let foreign = requests.iter().enumerate();
            let foreign = foreign.map(|(index, _)| (format!("other-{index}"), String::new()));
            let foreign = self.batch(foreign.collect(), true);
            self.batches.push(foreign);
        }
        if self.happens(faults.refused) {
            return error(529, "overloaded_error");
        }
        if self.happens(faults.error) {
            return error(500, "api_error");
        }
        let batch = self.batch(requests, false);
        if self.happens(faults.accepted_late) {
            let lists = self.random.u8(0..2);
            self.late.push((lists, batch));
            return Answer::nothing(End::Close);
        }
        let answer = Answer::json(200, &batch.json());
        self.accept(batch);
        if self.happens(faults.accepted_unanswered) {
            return Answer::nothing(End::Close);
        }
        if self.happens(faults.accepted_as_error) {
            return error(500, "api_error");
        }
        answer
    }

    fn batch(&mut self, requests: Vec<(String, String)>, foreign: bool) -> Batch {
        self.made += 1;
        Batch {
            id: format!("msgbatch_{:06}", self.made),
            created_at: Utc::now(),
            requests,
            looks: self.looks.unwrap_or_else(|| self.random.u8(0..4)),
            foreign,
        }
    }

    fn accept(&mut self, batch: Batch) {
        for (_, question) in &batch.requests {
            *self.questions.entry(question.clone()).or_default() += 1;
        }
        self.batches.push(batch);
    }

    fn list(&mut self, query: &str) -> Answer {
        for (lists, batch) in std::mem::take(&mut self.late) {
            match lists {
                0 => self.accept(batch),
                _ => self.late.push((lists - 1, batch)),
            }
        }
        let value = |name: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .rev()
                .find(|(have, _)| *have == name)
                .map(|pair| pair.1)
        };
        let limit = value("limit").and_then(|limit| limit.parse().ok());
        let limit: usize = limit.unwrap_or(20);
        // A list that is asked for is a look at each.
        for batch in &mut self.batches {
            batch.looks = batch.looks.saturating_sub(1);
        }
        let newest_first = self.batches.iter().rev();
        let mut rest: Vec<&Batch> = newest_first.collect();
        if let Some(after) = value("after_id") {
            let place = rest.iter().position(|batch| batch.id == after);
            rest.drain(..place.map_or(0, |place| place + 1));
        }
        let page: Vec<Value> = rest.iter().take(limit).map(|batch| batch.json()).collect();
        let body = json!({
            "has_more": rest.len() > page.len(),
            "first_id": page.first().map(|batch| batch["id"].clone()),
            "last_id": page.last().map(|batch| batch["id"].clone()),
            "data": page,
        });
        Answer::json(200, &body)
    }

    fn find(&mut self, id: &str) -> Option<&mut Batch> {
        if self.forgotten.iter().any(|forgotten| forgotten == id) {
            return None;
        }
        self.batches.iter_mut().find(|batch| batch.id == id)
    }

    fn retrieve(&mut self, id: &str) -> Answer {
        match self.find(id) {
            Some(batch) => {
                batch.looks = batch.looks.saturating_sub(1);
                Answer::json(200, &batch.json())
            }
            None => error(404, "not_found_error"),
        }
    }

    /// The results, in another order each time.
    fn results(&mut self, id: &str) -> Answer {
        let Some(batch) = self.find(id) else {
            return error(404, "not_found_error");
        };
        if batch.looks > 0 {
            return error(404, "not_found_error");
        }
        let mut lines: Vec<String> = batch.requests.iter().map(result_line).collect();
        self.random.shuffle(&mut lines);
        let body = lines.concat().into_bytes();
        let answer = Answer::new(200).header("content-type", "application/x-jsonl");
        if self.happens(self.faults.results_cut) {
            let end = self.random.usize(..=body.len());
            let piece = body[..end].to_vec();
            return answer.short_body(body.len() + 1, piece).end(End::Close);
        }
        answer.body(body)
    }
}

/// Even questions are answered, odd ones expire.
fn result_line((custom_id, question): &(String, String)) -> String {
    let result = match question.bytes().last().unwrap_or_default() % 2 {
        0 => json!({"type": "succeeded", "message": {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-5-5",
            "content": [{"type": "text", "text": question}],
            "stop_reason": "end_turn", "stop_sequence": null,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }}),
        _ => json!({"type": "expired"}),
    };
    format!("{}\n", json!({"custom_id": custom_id, "result": result}))
}

impl Batch {
    fn json(&self) -> Value {
        let ended = self.looks == 0;
        let (done, open) = match ended {
            true => (self.requests.len(), 0),
            false => (0, self.requests.len()),
        };
        json!({
            "id": self.id,
            "type": "message_batch",
            "processing_status": if ended { "ended" } else { "in_progress" },
            "request_counts": {
                "processing": open, "succeeded": done, "errored": 0, "canceled": 0, "expired": 0,
            },
            "created_at": self.created_at,
            "expires_at": self.created_at + chrono::Duration::hours(24),
            "ended_at": null,
            "archived_at": null,
            "cancel_initiated_at": null,
            "results_url": null,
        })
    }
}

fn error(status: u16, kind: &str) -> Answer {
    let error = json!({"type": kind, "message": "as it happens"});
    Answer::json(status, &json!({"type": "error", "error": error}))
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
