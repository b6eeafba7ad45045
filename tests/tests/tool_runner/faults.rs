//! What goes wrong in a run: tools, inputs, requests, streams, and callers that leave.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use claude_typed::Error;
use claude_typed::platform::{CustomTool, StopReason, ToolUseBlock};
use claude_typed::tools::{ClientTool, NoInput, RunEnd};
use futures::{FutureExt, StreamExt, TryStreamExt};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use specwright_runtime::StreamCause;
use specwright_tests::socket::{Answer, End, Server};
use specwright_tests::turns::{answer, calls, events, message, sent as sent_event, text, tool_use};
use tokio::sync::Notify;

use crate::support::{happened, runner, sent, server, short, weather};

fn quito() -> Value {
    calls([tool_use("toolu_1", "get_weather", json!({"city": "Quito"}))])
}

fn overloaded() -> Answer {
    let body =
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
    Answer::json(529, &body)
}

/// The results that the second request told.
fn results(server: &Server) -> Vec<Value> {
    let content = &sent(server)[1]["messages"][2]["content"];
    content.as_array().unwrap().clone()
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_told_to_the_model() {
    for streaming in [false, true] {
        let turn = calls([
            tool_use("toolu_1", "get_weather", json!({"city": "Atlantis"})),
            tool_use(
                "toolu_2",
                "get_weather",
                json!({"city": "Quito", "days": 8}),
            ),
            tool_use("toolu_3", "get_weather", json!({"town": "Quito"})),
            tool_use("toolu_4", "get_forecast", json!({})),
        ]);
        let server = server(&[turn, text("Sorry.")], streaming).await;
        let mut runner = runner(&server).tool(weather()).streaming(streaming);
        let happened = happened(&mut runner).await;
        for id in ["toolu_1", "toolu_2", "toolu_3", "toolu_4"] {
            assert!(
                happened.contains(&format!("result {id} failed")),
                "{happened:?}"
            );
        }
        let results = results(&server);
        for (index, told) in [
            "there is no Atlantis",
            "the input of `get_weather` is not what it takes: `/days`: 8 is greater than the maximum of 7",
            "the input of `get_weather` is not what it takes: \"city\" is a required property",
            "there is no tool `get_forecast`; there are `get_weather`",
        ]
        .iter()
        .enumerate()
        {
            assert_eq!(results[index]["content"], *told);
            assert_eq!(results[index]["is_error"], true);
        }
    }
}

#[tokio::test]
async fn input_that_is_no_json_is_kept_and_told() {
    let call = tool_use("toolu_1", "get_weather", json!(r#"{"city": "Qui"#));
    let good = tool_use("toolu_2", "get_weather", json!({"city": "Lima"}));
    let server = server(&[calls([call, good]), text("Sorry.")], true).await;
    let mut runner = runner(&server).tool(weather()).streaming(true);
    let mut whole = None;
    while let Some(event) = runner.try_next().await.unwrap() {
        if let claude_typed::tools::RunEvent::Message(message) = event {
            whole.get_or_insert(message);
        }
    }
    // The message has the text as it came; the API takes only objects.
    let block = whole.unwrap().content[0].as_tool_use().unwrap().clone();
    assert_eq!(block.input, json!(r#"{"city": "Qui"#));
    let turn = &sent(&server)[1]["messages"][1]["content"];
    assert_eq!(
        turn[0]["input"],
        json!({"INVALID_JSON": r#"{"city": "Qui"#})
    );
    assert_eq!(turn[1]["input"], json!({"city": "Lima"}));
    let results = results(&server);
    let told = results[0]["content"].as_str().unwrap();
    assert!(
        told.starts_with("the input of `get_weather` is no JSON: EOF"),
        "{told}"
    );
    assert_eq!(results[0]["is_error"], true);
    assert_eq!(results[1]["content"], "Lima: 1 days of sun");
}

#[tokio::test]
async fn errors_are_told_with_their_sources() {
    #[derive(Debug)]
    struct Outer(std::io::Error);
    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("cannot look it up")
        }
    }
    impl std::error::Error for Outer {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    let tool = ClientTool::new("look", |_: NoInput| async {
        Err::<(), _>(Outer(std::io::Error::other("no network")))
    });
    let output = tool
        .run(ToolUseBlock::new("toolu_1", "look", json!({})))
        .await;
    let output = serde_json::to_value(output.content).unwrap();
    assert_eq!(output, "cannot look it up: no network");
}

#[tokio::test]
async fn calls_of_a_message_that_was_cut_off_do_not_run() {
    for reason in ["max_tokens", "refusal"] {
        let call = tool_use("toolu_1", "get_weather", json!({"city": "Quito"}));
        let server = server(&[message(reason, json!([call]))], false).await;
        let mut runner = runner(&server).tool(weather());
        let last = runner.until_done().await.unwrap();
        assert_eq!(last.stop_reason, Some(StopReason::from(reason)));
        assert_eq!(runner.end(), Some(RunEnd::Stopped));
        assert_eq!(server.received().len(), 1);
        // The conversation can go on: each call has an answer.
        let answers = serde_json::to_value(&runner.request().messages[2]).unwrap();
        assert_eq!(answers["content"][0]["tool_use_id"], "toolu_1");
        assert_eq!(answers["content"][0]["is_error"], true);
    }
}

#[tokio::test]
async fn a_request_that_fails_loses_nothing() {
    let answers = [
        answer(&quito(), false),
        overloaded(),
        answer(&text("Sunny."), false),
    ];
    let server = Server::start(answers).await;
    let mut runner = runner(&server).tool(weather());
    let failure = runner.until_done().await.unwrap_err();
    assert_eq!(failure.error().status().unwrap().as_u16(), 529);
    assert_eq!((runner.turns(), runner.end()), (1, None));
    // What was asked, called and answered is in the conversation.
    assert_eq!(runner.request().messages.len(), 3);
    assert!(runner.next().await.is_none());
    let again = runner.until_done().await.unwrap_err();
    assert!(again.to_string().contains("resume"), "{again}");

    runner.resume();
    assert_eq!(runner.until_done().await.unwrap().text(), "Sunny.");
    let bodies = sent(&server);
    assert_eq!(bodies[1], bodies[2]);
}

#[tokio::test]
async fn a_stream_that_breaks_keeps_the_message_so_far() {
    let broken = events(&text("Sunny."));
    let broken = Answer::events(broken[..3].iter().map(sent_event)).end(End::Close);
    let answers = [
        answer(&quito(), true),
        broken,
        answer(&text("Sunny."), true),
    ];
    let server = Server::start(answers).await;
    let mut runner = runner(&server).tool(weather()).streaming(true);
    let failure = runner.until_done().await.unwrap_err();
    assert!(
        matches!(failure.error(), Error::Transport(_) | Error::Stream(_)),
        "{failure:?}"
    );
    assert_eq!(failure.partial().unwrap().text(), "Sun");
    assert_eq!(runner.partial().unwrap().text(), "Sun");
    // The input of the message that broke was used, too.
    assert_eq!(runner.usage().unwrap().input_tokens, 20);

    runner.resume();
    assert_eq!(runner.until_done().await.unwrap().text(), "Sunny.");
    assert!(runner.partial().is_none());
    assert_eq!(sent(&server)[1], sent(&server)[2]);
}

#[tokio::test]
async fn an_error_event_is_the_error_of_the_run() {
    let mut cut = events(&text("Sunny."));
    cut.truncate(3);
    cut.push(
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
    );
    let server = Server::start([Answer::events(cut.iter().map(sent_event))]).await;
    let mut runner = runner(&server).streaming(true);
    let failure = runner.until_done().await.unwrap_err();
    match failure.error() {
        Error::Stream(error) => assert_eq!(error.cause(), StreamCause::ErrorEvent),
        error => panic!("another error: {error:?}"),
    }
    assert_eq!(runner.partial().unwrap().text(), "Sun");
}

#[tokio::test]
async fn a_definition_that_cannot_be_made_sends_nothing() {
    #[derive(JsonSchema, Deserialize)]
    #[allow(dead_code)]
    struct Tree {
        children: Vec<Tree>,
    }
    #[derive(JsonSchema, Deserialize)]
    #[allow(dead_code)]
    enum Choice {
        A,
    }
    let server = server(&[text("Hello.")], false).await;
    let tree = ClientTool::new("tree", |_: Tree| async {});
    // Recursion is refused by strict tools only.
    assert!(tree.definition().is_ok());
    let choice = ClientTool::new("choice", |_: Choice| async {});
    for (tool, reason) in [
        (tree.strict(), "contains itself"),
        (choice, "a struct with named fields"),
    ] {
        let failure = runner(&server).tool(tool).until_done().await.unwrap_err();
        assert!(matches!(failure.error(), Error::InvalidRequest(_)));
        assert!(failure.to_string().contains(reason), "{failure}");
    }
    assert!(server.received().is_empty());
}

/// A tool that never ends, and how many of its runs are under way.
fn endless() -> (ClientTool, Arc<AtomicUsize>) {
    struct Running(Arc<AtomicUsize>);
    impl Drop for Running {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }
    let running = Arc::new(AtomicUsize::new(0));
    let shared = Arc::clone(&running);
    let tool = ClientTool::from_definition(
        CustomTool::new("endless", Default::default()),
        move |_: ToolUseBlock| {
            shared.fetch_add(1, Ordering::SeqCst);
            let guard = Running(Arc::clone(&shared));
            async move {
                let _guard = guard;
                std::future::pending::<()>().await;
            }
        },
    );
    (tool, running)
}

#[tokio::test]
async fn dropping_a_run_drops_its_tools() {
    let turn = calls([
        tool_use("toolu_1", "endless", json!({})),
        tool_use("toolu_2", "endless", json!({})),
    ]);
    let server = server(&[turn], false).await;
    let (tool, running) = endless();
    let mut runner = runner(&server).tool(tool);
    let mut seen = Vec::new();
    while seen.last().map(String::as_str) != Some("call toolu_2") {
        seen.extend(runner.next().await.and_then(|event| short(&event.unwrap())));
    }
    assert!(runner.next().now_or_never().is_none());
    assert_eq!(running.load(Ordering::SeqCst), 2);
    drop(runner);
    assert_eq!(running.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn dropping_a_run_closes_its_connection() {
    let begun = events(&text("Sunny."));
    let begun = Answer::events(begun[..3].iter().map(sent_event)).end(End::Silence);
    let server = Server::start([begun]).await;
    let mut runner = runner(&server).streaming(true);
    while runner
        .partial()
        .is_none_or(|message| message.text() != "Sun")
    {
        runner.next().await.unwrap().unwrap();
    }
    drop(runner);
    server.client_gone().await;
}

#[tokio::test]
async fn polls_that_are_given_up_lose_nothing() {
    let turn = calls([
        tool_use("toolu_1", "wait", json!({})),
        tool_use("toolu_2", "get_weather", json!({"city": "Quito"})),
    ]);
    let server = server(&[turn, text("Sunny.")], false).await;
    let gate = Arc::new(Notify::new());
    let (opened, runs) = (Arc::clone(&gate), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&runs);
    let wait = ClientTool::from_definition(
        CustomTool::new("wait", Default::default()),
        move |_: ToolUseBlock| {
            counted.fetch_add(1, Ordering::SeqCst);
            let gate = Arc::clone(&gate);
            async move {
                gate.notified().await;
                "waited"
            }
        },
    );
    let mut runner = runner(&server).tools([wait, weather()]);
    let mut happened = Vec::new();
    while happened.last().map(String::as_str) != Some("result toolu_2") {
        match runner.next().now_or_never() {
            Some(event) => happened.extend(event.and_then(|event| short(&event.unwrap()))),
            None => tokio::task::yield_now().await,
        }
    }
    // One of two results is there, and can be seen.
    let there: Vec<_> = runner
        .results()
        .map(|result| result.tool_use_id.as_str())
        .collect();
    assert_eq!(there, ["toolu_2"]);
    assert!(runner.next().now_or_never().is_none());
    opened.notify_one();
    assert_eq!(runner.until_done().await.unwrap().text(), "Sunny.");
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    assert_eq!(results(&server)[0]["content"], "waited");
}

#[tokio::test]
async fn calls_can_be_cancelled_and_the_conversation_goes_on() {
    let turn = calls([
        tool_use("toolu_1", "endless", json!({})),
        tool_use("toolu_2", "get_weather", json!({"city": "Quito"})),
    ]);
    let server = server(&[turn, text("As you like.")], false).await;
    let (tool, running) = endless();
    let mut runner = runner(&server).tools([tool, weather()]);
    while runner.results().next().is_none() {
        runner.next().await.unwrap().unwrap();
    }
    runner.cancel_calls("the user cancelled it");
    assert_eq!(running.load(Ordering::SeqCst), 0);
    assert_eq!(runner.until_done().await.unwrap().text(), "As you like.");
    let results = results(&server);
    assert_eq!(results[0]["content"], "the user cancelled it");
    assert_eq!(results[0]["is_error"], true);
    assert_eq!(results[1]["content"], "Quito: 1 days of sun");
}
