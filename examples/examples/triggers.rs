//! Triggers both ways, on loopback: a webhook arrives in axum and is verified, actions of the
//! connector answer it, and a watcher sees what becomes of them.
//!
//! `cargo run --example triggers`

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::post;
use claude_typed::connector::Client;
use claude_typed::connector::webhooks::Trigger;
use claude_typed::triggers::{Inbox, JsonFile, Resource, Verifier, Watcher};
use futures::StreamExt;
use specwright_examples::server::{API_KEY, Server};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Known to the sender of the webhooks and to the receiver.
const SIGNING_KEY: &str = "whsec_b3JjaGFyZCBvcmNoYXJkIG9yY2hhcmQ=";

#[tokio::main]
async fn main() -> Result<()> {
    let service = Server::start().await?;
    let folder = std::env::temp_dir().join(format!("triggers-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let outcome = run(&service, JsonFile::new(folder.join("triggers.json"))).await;
    std::fs::remove_dir_all(&folder)?;
    outcome
}

async fn run(service: &Server, store: JsonFile) -> Result<()> {
    // The inbox keeps what the watcher notices, and the messages that the client creates.
    let inbox = Inbox::open(store).await?;
    let client = Client::builder()
        .api_key(API_KEY)
        .base_url(format!("{}/v1", service.base_url()))
        .middleware(inbox.messages())
        .build()?;
    let mut events = Watcher::new(client.clone(), &inbox)
        .resources([Resource::Models, Resource::MessageBatches])
        .interval(Duration::from_millis(100))
        .events();
    let (triggers, mut webhooks) = mpsc::channel(16);
    let address = receive_webhooks(triggers).await?;
    tokio::spawn(send_webhooks(address));

    loop {
        tokio::select! {
            trigger = webhooks.recv() => answer(&client, &trigger.context("no receiver")?).await?,
            event = events.next() => {
                let event = event.context("the watcher has stopped")??;
                println!("watcher:  {}", event.id());
                event.ack().await?;
                if let Trigger::MessageBatchEnded(batch) = event.trigger() {
                    println!("          its results are at {:?}", batch.results_url);
                    return Ok(());
                }
            }
        }
    }
}

/// What the automation does about a webhook.
async fn answer(client: &Client, trigger: &Trigger) -> Result<()> {
    let Trigger::FileCreated(file) = trigger else {
        println!("webhook:  {}, of no interest", trigger.event());
        return Ok(());
    };
    let name = file.file_name.as_deref().unwrap_or("a file");
    println!("webhook:  {}, {name}", trigger.event());
    let question = format!("What may be in {name}?");
    let message = client
        .messages()
        .create("claude-haiku-5-5", 256, &question)
        .await?;
    println!(
        "action:   {}",
        message.content.as_deref().unwrap_or_default()
    );
    let batch = client
        .message_batches()
        .create("request-1", "claude-haiku-5-5", 256, &question)
        .await?;
    println!(
        "action:   {} was sent",
        batch.id.as_deref().unwrap_or_default()
    );
    Ok(())
}

/// A server for webhooks, on a free port of the loopback interface; its address.
async fn receive_webhooks(triggers: mpsc::Sender<Trigger>) -> Result<String> {
    let verifier = Verifier::new(SIGNING_KEY)?;
    let routes = Router::new()
        .route("/webhooks/claude-api/{event}", post(receive))
        .with_state((verifier, triggers));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}

async fn receive(
    State((verifier, triggers)): State<(Verifier, mpsc::Sender<Trigger>)>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    match Trigger::parse_verified(&verifier, uri.path(), &headers, &body) {
        // Only what was taken is confirmed: the sender repeats the rest.
        Ok(trigger) => match triggers.send(trigger).await {
            Ok(()) => StatusCode::NO_CONTENT,
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
        },
        Err(error) => {
            println!("webhook:  refused: {error}");
            error.status()
        }
    }
}

/// The automation product: one webhook that somebody has tampered with, and one that is right.
async fn send_webhooks(address: String) -> Result<()> {
    let http = reqwest::Client::new();
    let url = format!("{address}/webhooks/claude-api/files.created");
    let signed = r#"{"id": "file_1", "file_name": "harvest.csv"}"#;
    let headers =
        Verifier::new(SIGNING_KEY)?.sign("msg_1", SystemTime::now(), signed.as_bytes())?;
    for body in [signed.replace("harvest", "ransom"), signed.to_owned()] {
        let request = http.post(&url).headers(headers.clone()).body(body);
        println!("sender:   {}", request.send().await?.status());
    }
    Ok(())
}
