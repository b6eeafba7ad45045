//! A watcher that is killed again and again loses nothing, and invents nothing.

use std::collections::BTreeMap;
use std::future::Future;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::task::Poll;
use std::time::Duration;

use claude_typed::connector::Client;
use claude_typed::connector::webhooks::Trigger;
use claude_typed::triggers::{Events, Inbox, JsonFile, WatchError, Watcher};
use futures::StreamExt;

use crate::support::client;
use crate::world::World;

const RESTARTS: usize = 100;

/// Each life of so many is that of a process of its own, which is killed.
const PROCESS_EVERY: usize = 10;

const CHANGES_PER_LIFE: usize = 3;

#[tokio::test]
async fn killed_a_hundred_times() {
    let seed = std::env::var("TRIGGERS_SEED").ok();
    let seed = seed
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_261_125);
    println!("seed {seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let (world, server) = World::start(seed).await;
    let folder = quick_folder();
    let place = Place::new(&server.uri(), &folder.path().join("triggers.json"));
    let mut deliveries = Deliveries::default();

    // The first life sees what is there; nothing of it is an event.
    place.see_each_list().await;
    for life in 0..RESTARTS {
        world.stir(CHANGES_PER_LIFE);
        let seed = rng.u64(..);
        if life % PROCESS_EVERY == 0 {
            let wait = Duration::from_millis(rng.u64(1..60));
            place.live_as_process(seed, wait, |told| deliveries.note(&world, told));
        } else {
            let life = place.live(seed, |told| deliveries.note(&world, told));
            drop_after(rng.usize(1..100), life).await;
        }
    }
    let told = deliveries.0.len();
    world.calm();
    let last = place.live(rng.u64(..), |told| deliveries.note(&world, told));
    let settled = tokio::time::timeout(Duration::from_secs(60), until_settled(&world, last)).await;

    let lists = world.lists();
    assert!(settled.is_ok(), "lost: {:?}", lists.undelivered());
    let repeats = deliveries.0.values().filter(|&&times| times > 1).count();
    println!(
        "{} changes, {told} told of in {RESTARTS} lives that were interrupted, {repeats} more than once",
        lists.changed.len(),
    );
    // Else nothing was interrupted.
    assert!(told > 0 && repeats > 0);
}

async fn until_settled(world: &World, life: impl Future<Output = ()>) {
    let mut life = Box::pin(life);
    while !world.settled() {
        drop_after(50, &mut life).await;
    }
}

/// A folder in memory, where there is one: it is the processes that end here, not the machine.
fn quick_folder() -> tempfile::TempDir {
    let memory = tempfile::tempdir_in("/dev/shm");
    memory.or_else(|_| tempfile::tempdir()).unwrap()
}

/// How often each event was delivered.
#[derive(Default)]
struct Deliveries(BTreeMap<String, usize>);

impl Deliveries {
    fn note(&mut self, world: &World, told: Told) {
        let id = match told {
            Told::Event(id) => id,
            Told::Message(id) => return world.answered(&id),
        };
        let mut lists = world.lists();
        assert!(lists.changed.contains(&id), "`{id}` is invented");
        lists.delivered.insert(id.clone());
        *self.0.entry(id).or_default() += 1;
    }
}

/// Where a watcher lives: all that outlives it.
struct Place {
    url: String,
    path: PathBuf,
    http: reqwest::Client,
}

impl Place {
    fn new(url: &str, path: &Path) -> Self {
        Self {
            url: url.to_owned(),
            path: path.to_owned(),
            http: reqwest::Client::new(),
        }
    }

    async fn inbox(&self) -> Inbox {
        Inbox::open(JsonFile::new(&self.path)).await.unwrap()
    }

    fn watch(&self, inbox: &Inbox) -> (Client, Events) {
        let client = client(&self.url)
            .middleware(inbox.messages())
            .http_client(self.http.clone())
            .build()
            .unwrap();
        let events = Watcher::new(client.clone(), inbox)
            .interval(Duration::from_millis(2))
            .max_interval(Duration::from_millis(8))
            .events();
        (client, events)
    }

    /// Watches until the store has a cursor for each list.
    async fn see_each_list(&self) {
        let (_client, mut events) = self.watch(&self.inbox().await);
        let seen = || {
            let state = std::fs::read_to_string(&self.path).unwrap_or_default();
            let lists = ["models", "files", "skills", "message_batches"];
            lists
                .iter()
                .all(|list| state.contains(&format!("\"{list}\":")))
        };
        while !seen() {
            let event = tokio::time::timeout(Duration::from_millis(20), events.next()).await;
            assert!(event.is_err(), "{event:?}");
        }
    }

    /// Delivers events and acknowledges most of them, and creates messages, until it is dropped.
    async fn live(&self, seed: u64, mut tell: impl FnMut(Told)) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let inbox = self.inbox().await;
        let (client, mut events) = self.watch(&inbox);
        loop {
            match events.next().await.unwrap() {
                Ok(event) => {
                    let (name, item) = (event.trigger().event(), item(event.trigger()));
                    assert_eq!(event.id(), format!("{name}:{item}"));
                    tell(Told::Event(event.id().to_owned()));
                    if rng.u8(..10) > 0 {
                        event.ack().await.unwrap();
                    }
                }
                Err(WatchError::Poll { .. }) => {}
                Err(other) => panic!("{other}"),
            }
            if rng.u8(..12) == 0 {
                let reply = client.messages().create("model_1", 8, "Ripe?").await;
                if let Ok(message) = reply {
                    tell(Told::Message(message.id.clone().unwrap()));
                }
            }
        }
    }

    /// As [`live`](Self::live), in a process of its own, which is killed after a while.
    fn live_as_process(&self, seed: u64, wait: Duration, mut tell: impl FnMut(Told)) {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "restarts::a_life_as_process",
                "--ignored",
                "--nocapture",
            ])
            .env(
                CHILD,
                format!("{} {seed} {}", self.url, self.path.display()),
            )
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let begun = lines.any(|line| line.unwrap() == "begun");
        assert!(begun, "the process did not begin: {:?}", child.wait());
        std::thread::sleep(wait);
        child.kill().unwrap();
        // What it had written is still there.
        for line in lines {
            match line.unwrap().split_once(' ') {
                Some(("event", id)) => tell(Told::Event(id.to_owned())),
                Some(("message", id)) => tell(Told::Message(id.to_owned())),
                _ => {}
            }
        }
        let status = child.wait().unwrap();
        assert_eq!(status.code(), None, "the process ended by itself: {status}");
    }
}

const CHILD: &str = "TRIGGERS_CHILD";

#[tokio::test]
#[ignore = "a part of killed_a_hundred_times, which starts it as a process"]
async fn a_life_as_process() {
    let Ok(given) = std::env::var(CHILD) else {
        return;
    };
    let mut given = given.splitn(3, ' ');
    let url = given.next().unwrap();
    let seed = given.next().unwrap().parse().unwrap();
    let place = Place::new(url, Path::new(given.next().unwrap()));
    let tell = |told| match told {
        Told::Event(id) => println!("event {id}"),
        Told::Message(id) => println!("message {id}"),
    };
    println!("\nbegun");
    place.live(seed, tell).await;
}

/// What a life tells of.
enum Told {
    /// An event was delivered.
    Event(String),
    /// A message was created, and its reply has come.
    Message(String),
}

fn item(trigger: &Trigger) -> &str {
    let id = match trigger {
        Trigger::MessageCreated(message) => &message.id,
        Trigger::MessageBatchEnded(batch) => &batch.id,
        Trigger::MessageBatchExpired(batch) => &batch.id,
        Trigger::ModelCreated(model) => &model.id,
        Trigger::FileCreated(file) => &file.id,
        Trigger::FileDeleted(file) => &file.id,
        Trigger::SkillCreated(skill) => &skill.id,
        Trigger::SkillDeleted(skill) => &skill.id,
        other => panic!("{other:?}"),
    };
    id.as_deref().unwrap()
}

/// Polls a future so many times, and drops it wherever it then waits.
async fn drop_after(polls: usize, work: impl Future<Output = ()>) {
    let mut work = std::pin::pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        work.as_mut().poll(context)
    })
    .await;
}
