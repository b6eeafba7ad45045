//! The watcher with a service and a store that are under control, on a clock that stands still.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_core::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use serde_json::json;
use specwright_runtime::Error;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use super::resource::Item;
use super::schedule::Pace;
use super::service::{Service, Walk};
use super::state::Change;
use super::*;
use crate::connector::Client;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// A service whose lists the test writes. Each request takes a second.
#[derive(Clone, Default)]
struct Fake(Arc<Mutex<Lists>>);

#[derive(Default)]
struct Lists {
    items: BTreeMap<Resource, Vec<&'static str>>,
    /// There, but not listed: between two pages.
    hidden: BTreeSet<&'static str>,
    pages: usize,
    failing: BTreeSet<Resource>,
    look_ups_fail: bool,
    hold: Option<Duration>,
    walks: Vec<(Resource, Duration)>,
    began: Option<Instant>,
}

impl Fake {
    fn new(items: &[(Resource, &[&'static str])]) -> Self {
        let fake = Self::default();
        for (resource, ids) in items {
            fake.change(|lists| lists.items.insert(*resource, ids.to_vec()));
        }
        fake.change(|lists| lists.began = Some(Instant::now()));
        fake
    }

    fn change<T>(&self, change: impl FnOnce(&mut Lists) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    fn set(&self, resource: Resource, ids: &[&'static str]) {
        self.change(|lists| lists.items.insert(resource, ids.to_vec()));
    }

    /// When a list was walked, in seconds since the beginning.
    fn walks(&self, of: Resource) -> Vec<u64> {
        let walks = self.change(|lists| lists.walks.clone());
        let walks = walks.iter().filter(|(resource, _)| *resource == of);
        walks.map(|(_, at)| at.as_secs()).collect()
    }
}

fn item(resource: Resource, id: &str) -> Item {
    let changes: &[Change] = match (resource, id.split_once(':')) {
        (Resource::MessageBatches, None) => &[],
        (Resource::MessageBatches, Some(_)) => &[Change::Ended],
        _ => &[Change::Created],
    };
    let id = id.split(':').next().unwrap();
    Item {
        id: id.to_owned(),
        changes: changes.iter().copied().collect(),
        payload: json!({ "id": id }),
    }
}

impl Service for Fake {
    fn walk<'a>(
        &'a self,
        resource: Resource,
        pace: &'a mut Pace,
    ) -> BoxFuture<'a, Result<Walk, Error>> {
        async move {
            self.change(|lists| {
                let at = lists.began.unwrap().elapsed();
                lists.walks.push((resource, at));
            });
            sleep(SECOND).await;
            self.change(|lists| {
                pace.hold = lists.hold;
                if lists.failing.contains(&resource) {
                    return Err(Error::invalid_request("no list today"));
                }
                let items = lists.items.get(&resource).into_iter().flatten();
                let shown = items.filter(|id| !lists.hidden.contains(*id));
                Ok(Walk {
                    items: shown.map(|id| item(resource, id)).collect(),
                    pages: lists.pages,
                })
            })
        }
        .boxed()
    }

    fn look_up<'a>(
        &'a self,
        resource: Resource,
        id: &'a str,
        _: &'a mut Pace,
    ) -> BoxFuture<'a, Result<Option<Item>, Error>> {
        async move {
            sleep(SECOND).await;
            self.change(|lists| {
                if lists.look_ups_fail {
                    return Err(Error::invalid_request("no item today"));
                }
                let mut items = lists.items.get(&resource).into_iter().flatten();
                Ok(items.find(|have| **have == id).map(|id| item(resource, id)))
            })
        }
        .boxed()
    }
}

/// A store that takes a second, and can be out of order.
#[derive(Clone, Default)]
struct Slow {
    memory: MemoryStore,
    broken: Arc<Mutex<bool>>,
}

impl Store for Slow {
    fn load(&self) -> BoxFuture<'_, Result<Option<State>, StoreError>> {
        self.memory.load()
    }

    fn save<'a>(&'a self, state: &'a State) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            sleep(SECOND).await;
            if *self.broken.lock().unwrap() {
                return Err(StoreError::Other("the disk is full".into()));
            }
            self.memory.save(state).await
        }
        .boxed()
    }
}

async fn inbox() -> Inbox {
    Inbox::open(MemoryStore::new()).await.unwrap()
}

fn watcher(inbox: &Inbox) -> Watcher {
    let client = Client::builder().api_key("key").build().unwrap();
    Watcher::new(client, inbox).jitter(0.0)
}

fn watch(inbox: &Inbox, fake: &Fake) -> Events {
    let resources: Vec<Resource> = fake.change(|lists| lists.items.keys().copied().collect());
    watcher(inbox)
        .resources(resources)
        .events_of(Arc::new(fake.clone()))
}

/// The ids of what comes until nothing comes for a while, acknowledged; errors as text.
async fn told(events: &mut Events, during: Duration) -> Vec<String> {
    let mut told = Vec::new();
    let end = Instant::now() + during;
    while let Ok(Some(event)) = tokio::time::timeout_at(end, events.next()).await {
        match event {
            Ok(event) => {
                event.ack().await.unwrap();
                told.push(event.id().to_owned());
            }
            Err(error) => told.push(error.to_string()),
        }
    }
    told
}

#[tokio::test(start_paused = true)]
async fn changes_are_told_and_what_was_there_at_first_is_not() {
    use Resource::{Files, MessageBatches, Models};
    let fake = Fake::new(&[
        (Files, &["f2", "f1"]),
        (Models, &["m1"]),
        (MessageBatches, &["b1"]),
    ]);
    let mut events = watch(&inbox().await, &fake);
    assert_eq!(told(&mut events, MINUTE).await, [""; 0]);
    fake.set(Files, &["f4", "f3", "f2"]);
    // A model that is gone and comes back is not new; a batch that is gone is no event.
    fake.set(Models, &[]);
    fake.set(MessageBatches, &["b2:ended", "b1:ended"]);
    let mut first = told(&mut events, 2 * MINUTE).await;
    first.sort();
    let expected = [
        "files.created:f3",
        "files.created:f4",
        "files.deleted:f1",
        "message_batches.ended:b1",
        "message_batches.ended:b2",
    ];
    assert_eq!(first, expected);
    fake.set(Models, &["m2", "m1"]);
    fake.set(MessageBatches, &[]);
    assert_eq!(told(&mut events, 2 * MINUTE).await, ["models.created:m2"]);
}

#[tokio::test(start_paused = true)]
async fn the_oldest_of_a_list_comes_first_and_all_of_it_when_asked_for() {
    let fake = Fake::new(&[(Resource::Skills, &["s3", "s2", "s1"])]);
    let inbox = inbox().await;
    let mut events = watcher(&inbox)
        .resources([Resource::Skills])
        .first_run(FirstRun::Announce)
        .events_of(Arc::new(fake));
    let expected = [
        "skills.created:s1",
        "skills.created:s2",
        "skills.created:s3",
    ];
    assert_eq!(told(&mut events, MINUTE).await, expected);
}

#[tokio::test(start_paused = true)]
async fn lists_are_walked_at_their_interval() {
    let fake = Fake::new(&[(Resource::Files, &[])]);
    let mut events = watch(&inbox().await, &fake);
    assert_eq!(told(&mut events, 200 * SECOND).await, [""; 0]);
    // A walk takes a second.
    assert_eq!(fake.walks(Resource::Files), [0, 61, 122, 183]);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_is_told_and_keeps_no_other() {
    use Resource::{Files, Skills};
    let fake = Fake::new(&[(Files, &["f1"]), (Skills, &["s1"])]);
    let mut events = watch(&inbox().await, &fake);
    told(&mut events, 10 * SECOND).await;
    fake.change(|lists| lists.failing.insert(Files));
    fake.set(Files, &["f2"]);
    fake.set(Skills, &["s2", "s1"]);
    let failure = "cannot look for files: invalid request: no list today";
    let first = told(&mut events, 60 * SECOND).await;
    assert_eq!(first, [failure, "skills.created:s2"]);
    // It waits twice as long each time.
    assert_eq!(told(&mut events, 460 * SECOND).await, [failure, failure]);
    fake.change(|lists| lists.failing.clear());
    let last = told(&mut events, 600 * SECOND).await;
    assert_eq!(last, ["files.created:f2", "files.deleted:f1"]);
}

#[tokio::test(start_paused = true)]
async fn an_item_between_two_pages_is_neither_deleted_nor_created() {
    let fake = Fake::new(&[(Resource::Files, &["f3", "f2", "f1"])]);
    fake.change(|lists| {
        lists.pages = 2;
        lists.hidden.insert("f2");
    });
    let mut events = watch(&inbox().await, &fake);
    let walk = timeout(1500 * Duration::from_millis(1), events.next());
    assert!(walk.await.is_err());
    // The first walk has missed it; the second one, for there are pages, has not.
    fake.change(|lists| lists.hidden.clear());
    assert_eq!(told(&mut events, 2 * MINUTE).await, [""; 0]);
    fake.change(|lists| lists.hidden.insert("f1"));
    assert_eq!(told(&mut events, 2 * MINUTE).await, [""; 0]);
    // What cannot be looked up is not deleted.
    fake.change(|lists| lists.look_ups_fail = true);
    let failure = "cannot look for files: invalid request: no item today";
    assert_eq!(told(&mut events, 62 * SECOND).await, [failure]);
    fake.change(|lists| lists.look_ups_fail = false);
    fake.set(Resource::Files, &["f3", "f2"]);
    assert_eq!(told(&mut events, 5 * MINUTE).await, ["files.deleted:f1"]);
}

#[tokio::test(start_paused = true)]
async fn a_low_rate_limit_holds_all_lists() {
    let fake = Fake::new(&[(Resource::Files, &[]), (Resource::Skills, &[])]);
    fake.change(|lists| lists.hold = Some(100 * SECOND));
    let mut events = watch(&inbox().await, &fake);
    told(&mut events, 210 * SECOND).await;
    assert_eq!(fake.walks(Resource::Files), [0, 202]);
    assert_eq!(fake.walks(Resource::Skills), [101]);
}

#[tokio::test(start_paused = true)]
async fn next_can_be_dropped_at_any_time() {
    let fake = Fake::new(&[(Resource::Files, &["f1"])]);
    let mut events = watch(&Inbox::open(Slow::default()).await.unwrap(), &fake);
    told(&mut events, 10 * SECOND).await;
    fake.set(Resource::Files, &["f2", "f1"]);
    let mut dropped = 0;
    let event = loop {
        match timeout(Duration::from_millis(100), events.next()).await {
            Ok(event) => break event.unwrap().unwrap(),
            Err(_) => dropped += 1,
        }
    };
    assert_eq!(event.id(), "files.created:f2");
    assert!(dropped > 500, "{dropped}");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_stream_that_is_not_polled() {
    let fake = Fake::new(&[(Resource::Files, &["f1"])]);
    let inbox = Inbox::open(Slow::default()).await.unwrap();
    let mut events = watch(&inbox, &fake);
    // The stream is saving.
    assert!(
        timeout(Duration::from_millis(1500), events.next())
            .await
            .is_err()
    );
    for id in ["msg_1", "msg_2"] {
        let added = inbox.add_message(json!({ "id": id }));
        timeout(10 * SECOND, added).await.unwrap().unwrap();
    }
    let expected = ["messages.created:msg_1", "messages.created:msg_2"];
    assert_eq!(told(&mut events, 20 * SECOND).await, expected);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_acknowledged_comes_again_and_what_is_does_not() {
    let fake = Fake::new(&[(Resource::Files, &["f1"])]);
    let store = MemoryStore::new();
    let inbox = Inbox::open(store.clone()).await.unwrap();
    let mut events = watch(&inbox, &fake);
    told(&mut events, 10 * SECOND).await;
    fake.set(Resource::Files, &["f3", "f2"]);
    let first = events.next().await.unwrap().unwrap();
    let second = events.next().await.unwrap().unwrap();
    let third = events.next().await.unwrap().unwrap();
    let ids = [first.id(), second.id(), third.id()];
    assert_eq!(
        ids,
        ["files.created:f2", "files.created:f3", "files.deleted:f1"]
    );
    second.ack().await.unwrap();
    assert_eq!(told(&mut events, 2 * MINUTE).await, [""; 0]);
    drop(events);
    let rest = ["files.created:f2", "files.deleted:f1"];
    // In another process, and in this one.
    let elsewhere = Inbox::open(store).await.unwrap();
    assert_eq!(told(&mut watch(&elsewhere, &fake), 2 * MINUTE).await, rest);
    assert_eq!(told(&mut watch(&inbox, &fake), 2 * MINUTE).await, rest);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_delivered_that_the_store_does_not_have() {
    let fake = Fake::new(&[(Resource::Files, &["f1"])]);
    let store = Slow::default();
    let inbox = Inbox::open(store.clone()).await.unwrap();
    let mut events = watch(&inbox, &fake);
    told(&mut events, 10 * SECOND).await;
    *store.broken.lock().unwrap() = true;
    fake.set(Resource::Files, &["f2", "f1"]);
    let failure = "the state cannot be kept: the disk is full";
    assert_eq!(told(&mut events, 3 * MINUTE).await, [failure, failure]);
    let message = json!({"id": "msg_1", "type": "message"});
    let added = inbox.add_message(message).await;
    assert!(matches!(added, Err(StoreError::Other(_))), "{added:?}");
    *store.broken.lock().unwrap() = false;
    let expected = ["files.created:f2", "messages.created:msg_1"];
    assert_eq!(told(&mut events, 10 * MINUTE).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_message_is_told_at_once() {
    let fake = Fake::new(&[]);
    let inbox = inbox().await;
    let mut events = watch(&inbox, &fake);
    assert_eq!(told(&mut events, MINUTE).await, [""; 0]);
    inbox.add_message(json!({"id": "msg_1"})).await.unwrap();
    let event = timeout(Duration::from_millis(1), events.next()).await;
    assert_eq!(
        event.unwrap().unwrap().unwrap().id(),
        "messages.created:msg_1"
    );
}

#[tokio::test(start_paused = true)]
async fn a_graceful_shutdown_delivers_what_was_noticed() {
    let fake = Fake::new(&[(Resource::Files, &["f1"])]);
    let inbox = inbox().await;
    let (stop, stopped) = oneshot::channel::<()>();
    let mut events = watcher(&inbox)
        .resources([Resource::Files])
        .first_run(FirstRun::Announce)
        .with_graceful_shutdown(stopped.map(|_| ()))
        .events_of(Arc::new(fake.clone()));
    assert_eq!(told(&mut events, 10 * SECOND).await, ["files.created:f1"]);
    inbox.add_message(json!({"id": "msg_1"})).await.unwrap();
    stop.send(()).unwrap();
    let last = events.next().await.unwrap().unwrap();
    assert_eq!(last.id(), "messages.created:msg_1");
    assert!(events.next().await.is_none());
    assert_eq!(fake.walks(Resource::Files).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_payload_that_cannot_be_read_is_located_and_waits() {
    let inbox = inbox().await;
    let message = json!({"id": "msg_1", "usage": {"input_tokens": "many"}});
    inbox.add_message(message).await.unwrap();
    let mut events = watch(&inbox, &Fake::new(&[]));
    let error = events.next().await.unwrap().unwrap_err();
    let WatchError::Payload { id, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(id, "messages.created:msg_1");
    assert!(error.to_string().contains("usage.input_tokens"), "{error}");
    assert_eq!(inbox.pending(), ["messages.created:msg_1"]);
    inbox.acknowledge(id).await.unwrap();
    assert!(inbox.pending().is_empty());
}
