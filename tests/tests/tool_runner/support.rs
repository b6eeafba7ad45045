//! Servers of turns, runners over them, and what happened in a run.

use claude_typed::platform::{Client, CreateMessageRequest, MessageParam, MessageRole};
use claude_typed::tools::{ClientTool, RunEvent, ToolRunner};
use futures::TryStreamExt;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use specwright_tests::socket::Server;
use specwright_tests::turns::{answer, body};

/// Look up the weather in a city.
#[derive(JsonSchema, Deserialize, Debug)]
pub(crate) struct GetWeather {
    /// The city, with its country.
    pub(crate) city: String,
    #[schemars(range(min = 1, max = 7))]
    #[serde(default = "one")]
    pub(crate) days: u8,
}

fn one() -> u8 {
    1
}

pub(crate) fn weather() -> ClientTool {
    ClientTool::new("get_weather", |input: GetWeather| async move {
        match input.city.as_str() {
            "Atlantis" => Err(format!("there is no {}", input.city)),
            city => Ok(format!("{city}: {} days of sun", input.days)),
        }
    })
}

/// A server that answers with these messages, one after the other.
pub(crate) async fn server(turns: &[Value], streaming: bool) -> Server {
    Server::start(turns.iter().map(|turn| answer(turn, streaming))).await
}

pub(crate) fn question() -> CreateMessageRequest {
    let question = MessageParam::new(MessageRole::User, "How is the weather?");
    CreateMessageRequest::new("claude-sonnet-5-5", 1024_u64, [question])
}

/// A runner whose requests are not repeated.
pub(crate) fn runner(server: &Server) -> ToolRunner {
    let builder = Client::builder().api_key("sk-ant-tools");
    let client = builder.base_url(server.url()).build().unwrap();
    client.messages().tool_runner(question()).max_retries(0)
}

/// The bodies of the requests so far.
pub(crate) fn sent(server: &Server) -> Vec<Value> {
    server.received().iter().map(body).collect()
}

/// What happened, in short; deltas of streams are left out.
pub(crate) async fn happened(runner: &mut ToolRunner) -> Vec<String> {
    let mut happened = Vec::new();
    while let Some(event) = runner.try_next().await.unwrap() {
        happened.extend(short(&event));
    }
    happened
}

pub(crate) fn short(event: &RunEvent) -> Option<String> {
    Some(match event {
        RunEvent::Turn(turn) => format!("turn {turn}"),
        RunEvent::Message(message) => match &message.stop_reason {
            Some(reason) => format!("message {reason}"),
            None => "message".to_owned(),
        },
        RunEvent::Call(call) => format!("call {}", call.id),
        RunEvent::Result { call, result } => {
            assert_eq!(call.id, result.tool_use_id);
            let error = if result.is_error == Some(true) {
                " failed"
            } else {
                ""
            };
            format!("result {}{error}", call.id)
        }
        RunEvent::End(end) => format!("end {end:?}"),
        _ => return None,
    })
}
