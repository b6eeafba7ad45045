//! An answer of a Rust type: asked for, checked and read, at once and as a stream.
//!
//! `cargo run --example structured` needs nothing but this repository: the model of the server that
//! it starts fills in the format. `-- --live` asks the real API, with the key in
//! `ANTHROPIC_API_KEY`.

use anyhow::Result;
use claude_typed::platform::{CreateMessageRequest, MessageParam, MessageRole, Model};
use claude_typed::structured::Schema;
use futures::TryStreamExt;
use schemars::JsonSchema;
use serde::Deserialize;
use specwright_examples::platform_client;

/// A dish and how to cook it.
#[derive(JsonSchema, Deserialize, Debug)]
struct Recipe {
    title: String,
    course: Course,
    ingredients: Vec<Ingredient>,
    /// How many people it feeds.
    #[schemars(range(min = 1, max = 12))]
    serves: u8,
}

#[derive(JsonSchema, Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
enum Course {
    Main,
    Dessert,
}

#[derive(JsonSchema, Deserialize, Debug)]
struct Ingredient {
    name: String,
    grams: Option<f64>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let (client, _server) = platform_client().await?;
    let question = MessageParam::new(MessageRole::User, "How do I cook a tortilla for four?");
    let request = CreateMessageRequest::new(Model::ClaudeSonnet55, 1024, [question]);

    println!("== the schema that is sent");
    println!(
        "{}",
        serde_json::to_string_pretty(Schema::of::<Recipe>()?.adapted())?
    );

    println!("\n== the answer");
    let reply = client.messages().parse::<Recipe>(&request).await?;
    println!("{:#?}", reply.output);
    println!("output tokens: {}", reply.message.usage.output_tokens);

    println!("\n== the same as a stream");
    let mut stream = client.messages().stream_parsed::<Recipe>(&request).await?;
    let mut shown = None;
    while stream.try_next().await?.is_some() {
        let partial = stream.partial_output();
        if partial != shown {
            shown = partial;
            println!("{}", shown.clone().unwrap_or_default());
        }
    }
    let recipe = stream.final_output().await?.output;
    println!(
        "{}, a {:?} for {}",
        recipe.title, recipe.course, recipe.serves
    );
    for ingredient in &recipe.ingredients {
        println!("- {} ({:?} g)", ingredient.name, ingredient.grams);
    }
    Ok(())
}
