//! The bulk runner is killed at random points, 50 times, and every request is answered once and
//! submitted once.
//!
//! The runner is this program in a process of its own, ended with SIGKILL: after a random time, or
//! at the moment when the server has done what a request asks for and has not answered yet. The
//! server accepts batches without answering, late, or with an error; other programs make batches
//! of the same size; results come in another order each time and break off. `BULK_KILL_SEED`
//! repeats a run.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use claude_typed::bulk::{Bulk, BulkError};
use claude_typed::platform::{
    Client, CreateMessageRequest, MessageBatchRequest, MessageBatchResult, MessageParam,
    MessageRole, Model,
};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specwright_tests::batches::{BatchServer, Faults};
use tokio::fs::OpenOptions;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

const KILLS: u32 = 50;

/// The variable that makes this program a runner.
const JOB: &str = "BULK_KILL_JOB";

/// Requests to run.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Job {
    number: u32,
    url: String,
    folder: String,
    requests: u32,
    max_requests: u32,
    max_bytes: usize,
    seed: u64,
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Ok(job) = std::env::var(JOB) {
        let job = serde_json::from_str(&job).expect("a job");
        runtime.block_on(run(job)).expect("a run without errors");
        return ExitCode::SUCCESS;
    }
    if std::env::args().any(|argument| argument == "--list") {
        println!("bulk_kill: test");
        return ExitCode::SUCCESS;
    }
    let seed = std::env::var("BULK_KILL_SEED").ok();
    let seed = seed.and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("bulk_kill: BULK_KILL_SEED={seed}");
    match runtime.block_on(kill_again_and_again(seed)) {
        Ok(summary) => {
            println!("bulk_kill: {summary}");
            println!("test bulk_kill ... ok\n");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            println!("bulk_kill: {reason}");
            println!("test bulk_kill ... FAILED\n");
            ExitCode::FAILURE
        }
    }
}

// The runner.

impl Job {
    fn question(&self, index: u32) -> String {
        format!("question {} of job {} .{index}", index, self.number)
    }

    fn request(&self, index: u32) -> MessageBatchRequest {
        let question = MessageParam::new(MessageRole::User, self.question(index));
        let params = CreateMessageRequest::new(Model::ClaudeHaiku55, 16_u64, [question]);
        // Ids need not be unique, nor of the characters the API takes.
        MessageBatchRequest::new(format!("größe/{}", index / 2), params)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        Path::new(&self.folder).join(name)
    }
}

/// Runs a job: odd ones write the results themselves, even ones let the run do it.
async fn run(job: Job) -> Result<(), BulkError> {
    let client = Client::builder().api_key("key").base_url(&job.url);
    let client = client.max_retries(0).build().expect("a client");
    let requests = job.clone();
    let requests = stream::iter(0..job.requests).map(move |index| requests.request(index));
    let mut run = Bulk::new(&client)
        .max_requests(job.max_requests)
        .max_bytes(job.max_bytes)
        .in_flight(3)
        .settle(Duration::from_millis(200))
        .poll_interval(Duration::from_millis(2), Duration::from_millis(20))
        .max_failures(100)
        .start(job.path("journal"), requests)
        .await?;
    let output = job.path("results");
    if job.number.is_multiple_of(2) {
        run.save_to(output).await?;
        return Ok(());
    }
    let mut random = fastrand::Rng::with_seed(job.seed);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    let mut file = options.open(output).await.expect("the file of results");
    // What comes again is written again.
    file.set_len(run.position()).await.expect("a file");
    let end = file.seek(std::io::SeekFrom::End(0)).await;
    let mut length = end.expect("a file");
    while let Some(result) = run.next().await {
        let mut line = serde_json::to_vec(&result?).expect("JSON");
        line.push(b'\n');
        file.write_all(&line).await.expect("a file");
        length += line.len() as u64;
        if random.u8(..20) == 0 {
            file.flush().await.expect("a file");
            run.acknowledge_at(length).await?;
        }
    }
    file.flush().await.expect("a file");
    run.acknowledge_at(length).await
}

// The one that kills it.

type Runner = Arc<Mutex<Option<Child>>>;

async fn kill_again_and_again(seed: u64) -> Result<String, String> {
    let mut random = fastrand::Rng::with_seed(seed);
    let server = BatchServer::start(random.u64(..), Faults::ALL).await;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let runner = Runner::default();
    // Requests until the server kills the runner.
    let countdown: Arc<Mutex<Option<u32>>> = Arc::default();
    let (killed, counted) = (Arc::clone(&runner), Arc::clone(&countdown));
    server.on_request(move |_| {
        let mut countdown = lock(&counted);
        *countdown = countdown.and_then(|requests| requests.checked_sub(1));
        if *countdown == Some(0)
            && let Some(child) = &mut *lock(&killed)
        {
            // Only once it is gone the request is answered.
            child.kill().and_then(|()| child.wait()).expect("a child");
        }
    });

    let (mut kills, mut jobs, mut requests) = (0, 0, 0);
    let mut job = None;
    while kills < KILLS || job.is_some() {
        let current = job.get_or_insert_with(|| {
            jobs += 1;
            new_job(&mut random, jobs, &server, folder.path())
        });
        current.seed = random.u64(..);
        // The last job is left alone once there were enough.
        let spare = kills >= KILLS;
        let by_server = random.bool();
        *lock(&countdown) = (by_server && !spare).then(|| random.u32(1..40));
        *lock(&runner) = Some(spawn(current)?);
        let time = Duration::from_millis(random.u64(..400));
        let time = (!by_server && !spare).then_some(time);
        let status = wait(&runner, time).await?;
        if status.success() {
            verify(current, &server)?;
            requests += current.requests;
            job = None;
        } else if status.code().is_some() {
            return Err(format!("the runner failed: {status}, {current:?}"));
        } else {
            kills += 1;
        }
    }
    Ok(format!(
        "{kills} kills, {jobs} jobs, {requests} requests in {} batches, each answered once",
        server.accepted()
    ))
}

fn new_job(random: &mut fastrand::Rng, number: u32, server: &BatchServer, folder: &Path) -> Job {
    let folder = folder.join(number.to_string());
    std::fs::create_dir(&folder).expect("a folder");
    Job {
        number,
        url: server.url().to_owned(),
        folder: folder.to_string_lossy().into_owned(),
        requests: random.u32(300..600),
        max_requests: random.u32(10..40),
        max_bytes: random.usize(2_000..6_000),
        seed: 0,
    }
}

fn spawn(job: &Job) -> Result<Child, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let job = serde_json::to_string(job).map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    let command = command.env(JOB, job).stdin(Stdio::null());
    command.spawn().map_err(|error| error.to_string())
}

/// Waits for the runner to end, for this long at most, and kills it then.
async fn wait(runner: &Runner, time: Option<Duration>) -> Result<ExitStatus, String> {
    let started = tokio::time::Instant::now();
    loop {
        if let Some(child) = &mut *lock(runner) {
            if time.is_some_and(|time| started.elapsed() >= time) {
                child.kill().map_err(|error| error.to_string())?;
            }
            if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
                return Ok(status);
            }
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Every request of a job was submitted once, and its result is there once.
fn verify(job: &Job, server: &BatchServer) -> Result<(), String> {
    let questions = server.questions();
    let output = std::fs::read_to_string(job.path("results")).map_err(|error| error.to_string())?;
    let mut results: HashMap<u32, Vec<Value>> = HashMap::new();
    for line in output.lines() {
        let result: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let index = result["index"].as_u64().unwrap_or(u64::MAX);
        let index = u32::try_from(index).map_err(|_| format!("a result of no request: {line}"))?;
        results.entry(index).or_default().push(result);
    }
    for index in 0..job.requests {
        let question = job.question(index);
        let submitted = questions.get(&question).copied().unwrap_or(0);
        if submitted != 1 {
            return Err(format!(
                "request {index} was submitted {submitted} times: {job:?}"
            ));
        }
        let results = results.remove(&index).unwrap_or_default();
        let [result] = results.as_slice() else {
            return Err(format!(
                "request {index} has {} results: {job:?}",
                results.len()
            ));
        };
        check(&job.request(index).custom_id, &question, result)?;
    }
    match results.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "there are {} results too many: {job:?}",
            results.len()
        )),
    }
}

/// It is the result of this request and of no other.
fn check(custom_id: &str, question: &str, result: &Value) -> Result<(), String> {
    let outcome = serde_json::from_value(result["result"].clone());
    let outcome: MessageBatchResult = outcome.map_err(|error| error.to_string())?;
    let answered = match &outcome {
        MessageBatchResult::Succeeded(succeeded) => succeeded.message.text() == question,
        MessageBatchResult::Expired(_) => question.ends_with(['1', '3', '5', '7', '9']),
        _ => false,
    };
    match answered && result["custom_id"] == custom_id {
        true => Ok(()),
        false => Err(format!(
            "`{question}` of `{custom_id}` has the result {result}"
        )),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
