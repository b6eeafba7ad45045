//! Tools in a loop: the model calls them, they run, it is told what came of it, and it answers.
//!
//! `cargo run --example tool_runner` needs nothing but this repository: the model of the server
//! that it starts calls every tool with the examples of its input. `-- --live` asks the real API,
//! with the key in `ANTHROPIC_API_KEY`.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Context, Result};
use claude_typed::platform::{
    CreateMessageRequest, MessageParam, MessageRole, Model, ToolResultContent,
};
use claude_typed::streaming::message::MessageEvent;
use claude_typed::tools::{ClientTool, NoInput, RunEvent};
use futures::TryStreamExt;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use specwright_examples::platform_client;

/// Look up the weather in a city of Ecuador.
#[derive(JsonSchema, Deserialize)]
struct GetWeather {
    /// The name of the city.
    city: String,
    /// For how many days.
    #[schemars(range(min = 1, max = 7))]
    days: u8,
}

#[tokio::main]
async fn main() -> Result<()> {
    let (client, _server) = platform_client().await?;
    let question = "What shall I wear in Quito and in Guayaquil the next three days?";
    let question = MessageParam::new(MessageRole::User, question);
    let request = CreateMessageRequest::new(Model::ClaudeSonnet55, 1024, [question]);

    let mut runner = client
        .messages()
        .tool_runner(&request)
        .tools([weather(), calendar()])
        .max_turns(5)
        .streaming(true);
    let mut out = std::io::stdout();
    while let Some(event) = runner.try_next().await? {
        match event {
            RunEvent::Turn(turn) => println!("== turn {turn}"),
            RunEvent::Stream(MessageEvent::Text { text, .. }) => {
                write!(out, "{text}")?;
                out.flush()?;
            }
            RunEvent::Call(call) => println!("{}: {}({})", call.id, call.name, call.input),
            RunEvent::Result { call, result } => {
                let failed = if result.is_error == Some(true) {
                    "failed: "
                } else {
                    ""
                };
                let content = match result.content {
                    Some(ToolResultContent::Text(text)) => text,
                    other => format!("{other:?}"),
                };
                println!("{}: {failed}{content}", call.id);
            }
            RunEvent::End(end) => println!("\n== {end:?} after {} turns", runner.turns()),
            _ => {}
        }
    }
    let usage = runner.usage().context("no turn was complete")?;
    println!("input tokens:  {}", usage.input_tokens);
    println!("output tokens: {}", usage.output_tokens);
    println!(
        "the conversation has {} turns",
        runner.request().messages.len()
    );
    Ok(())
}

fn weather() -> ClientTool {
    ClientTool::new("get_weather", |input: GetWeather| async move {
        match input.city.as_str() {
            "Quito" => Ok(format!(
                "Quito, {} days: 19 °C, showers in the afternoon",
                input.days
            )),
            "Guayaquil" => Ok(format!("Guayaquil, {} days: 31 °C, humid", input.days)),
            city => Err(format!("there is no weather station in {city}")),
        }
    })
    .define(|tool| {
        let example = |city: &str, days: u8| -> BTreeMap<String, Value> {
            [
                ("city".to_owned(), json!(city)),
                ("days".to_owned(), json!(days)),
            ]
            .into()
        };
        // The last two are told to the model as errors.
        tool.input_examples([
            example("Quito", 3),
            example("Guayaquil", 3),
            example("Atlantis", 3),
            example("Quito", 30),
        ])
    })
}

fn calendar() -> ClientTool {
    ClientTool::new("read_calendar", |_: NoInput| async {
        "a hike up Pichincha"
    })
    .define(|tool| tool.description("What the user plans for the next days."))
}
