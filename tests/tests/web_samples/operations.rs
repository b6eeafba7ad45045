//! Replies and refusals, served to the operations they belong to.

use std::fmt::Debug;
use std::future::IntoFuture;

use claude_typed::chat::Refusal;
use claude_typed::claude_ai::{
    ChannelType, Client, CompletionRequest, CreateConversationRequest, Error, MessageLimit,
    RegisterChannelRequest, RenderingMode, Response, TreeMode,
};
use serde::Serialize;
use serde_json::Value;
use specwright_tests::data::Report;
use specwright_tests::recorded::same;
use specwright_tests::wire::{Reply, answers};

use super::{client, conversation};

/// What came of a call: the reply written out again, or the error.
type Outcome = Result<Value, Error>;

pub(crate) async fn check(name: &str, bytes: &[u8], report: &mut Report) {
    let outcome = match name {
        _ if name.starts_with("error-") => refusal(name, bytes).await,
        _ => match operation(name) {
            Some(operation) => reply(operation, name, bytes).await,
            None => return report.skip(name, "it is not known which operation answers so"),
        },
    };
    report.case(name, outcome);
}

/// The operation that answers with a sample of this name.
fn operation(name: &str) -> Option<&'static str> {
    const OPERATIONS: [(&str, &str); 13] = [
        ("conversations-", "listConversations"),
        ("conversation-create", "createConversation"),
        ("conversation-", "retrieveConversation"),
        ("experiences", "listExperiences"),
        ("feature-settings", "retrieveFeatureSettings"),
        ("list-files", "listConversationFiles"),
        ("list-styles", "listStylePresets"),
        ("notification-channel", "registerNotificationChannel"),
        (
            "notification-preferences",
            "retrieveNotificationPreferences",
        ),
        ("payment-method", "retrievePaymentMethod"),
        ("prepaid-credits", "retrievePrepaidCredits"),
        ("projects", "listProjects"),
        ("skills-list", "listSkills"),
    ];
    let found = OPERATIONS.iter().find(|(start, _)| name.starts_with(start));
    found.map(|(_, operation)| *operation)
}

async fn call(client: &Client, operation: &str) -> Outcome {
    let conversations = client.conversations();
    match operation {
        "listConversations" => value(conversations.list()).await,
        "createConversation" => {
            value(conversations.create(CreateConversationRequest::unnamed())).await
        }
        "retrieveConversation" => {
            let request = conversations.retrieve(conversation());
            let request = request.tree(TreeMode::True);
            value(request.rendering_mode(RenderingMode::Messages)).await
        }
        "listExperiences" => value(client.experiences().list()).await,
        "retrieveFeatureSettings" => value(client.features().retrieve()).await,
        "listConversationFiles" => value(conversations.list_files(conversation())).await,
        "listStylePresets" => value(client.styles().list()).await,
        "registerNotificationChannel" => {
            let channel = RegisterChannelRequest::new(ChannelType::Fcm, "fcm-token-of-the-sample");
            value(client.notifications().register_channel(channel)).await
        }
        "retrieveNotificationPreferences" => value(client.notifications().preferences()).await,
        "retrievePaymentMethod" => value(client.billing().payment_method()).await,
        "retrievePrepaidCredits" => value(client.billing().prepaid_credits()).await,
        "listProjects" => value(client.projects().list()).await,
        "listSkills" => value(client.skills().list()).await,
        other => unreachable!("{other} is in no table"),
    }
}

async fn value<T, R>(request: R) -> Outcome
where
    T: Serialize + Debug,
    R: IntoFuture<Output = Result<Response<T>, Error>>,
{
    let reply = request.await?.into_inner();
    let shown = format!("{reply:?}");
    assert!(!shown.contains("Unknown("), "a part is not known: {shown}");
    Ok(serde_json::to_value(&reply).expect("a reply can be written out"))
}

async fn reply(operation: &'static str, name: &str, bytes: &[u8]) -> Result<(), String> {
    let sample: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let status = match name.contains("-201") {
        true => 201,
        false => 200,
    };
    let full: &'static str = Box::leak(format!("claude_ai.{operation}").into_boxed_str());
    let exchange = answers(full, [Reply::json(sample.clone()).status(status)]).await;
    let decoded = call(&client(exchange.url()), operation).await;
    exchange.requests(1).await;
    same(
        "written out again",
        &sample,
        &decoded.map_err(|error| error.to_string())?,
    )
}

/// A refusal has the reason its name says, and its limit is the type the streams have.
async fn refusal(name: &str, bytes: &[u8]) -> Result<(), String> {
    let status = name
        .split(['-', '.'])
        .nth(1)
        .and_then(|word| word.parse().ok());
    let status: u16 = status.ok_or("the name has no status")?;
    let json: Option<Value> = serde_json::from_slice(bytes).ok();
    let reply = match &json {
        Some(body) => Reply::json(body.clone()),
        None => Reply::bytes("text/html", bytes).header("cf-mitigated", "challenge"),
    };
    let exchange = answers("claude_ai.streamCompletion", [reply.status(status)]).await;
    let conversations = client(exchange.url()).conversations();
    let refused = conversations
        .completion(conversation(), CompletionRequest::first("?"))
        .await;
    exchange.requests(1).await;
    let Err(error) = refused else {
        return Err("it is no error".to_owned());
    };
    let found = Refusal::of(&error);
    let as_named = match &found {
        Some(Refusal::Challenge) => json.is_none() && name.contains("cloudflare"),
        Some(Refusal::SessionInvalid) => name.contains("session-invalid"),
        Some(Refusal::LimitExceeded { limit: Some(limit) }) => {
            return limits_agree(json.as_ref(), limit);
        }
        _ => !["cloudflare", "session-invalid", "limit"]
            .iter()
            .any(|word| name.contains(word)),
    };
    match as_named {
        true => Ok(()),
        false => Err(format!("found {found:?}")),
    }
}

fn limits_agree(sample: Option<&Value>, limit: &MessageLimit) -> Result<(), String> {
    let text = sample.and_then(|body| body.pointer("/error/message")?.as_str());
    let said: Value = serde_json::from_str(text.ok_or("no message")?).map_err(|e| e.to_string())?;
    same("the limit", &said, &serde_json::json!(limit))?;
    match (
        limit.is_exceeded(),
        limit.resets_at(),
        limit.highest_utilization(),
    ) {
        (true, Some(_), Some(_)) => Ok(()),
        other => Err(format!("nothing to act on: {other:?}")),
    }
}
