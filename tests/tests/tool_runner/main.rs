//! Runs of tools, against a server that answers with turns that were written down.

mod faults;
mod support;

use std::sync::{Arc, Mutex};

use claude_typed::platform::{
    ContentBlock, ImageBlock, Message, ToolChoiceAny, ToolResultContentBlock, ToolUseBlock,
    UrlSource,
};
use claude_typed::tools::{
    BrowserInput, ClientTool, ComputerInput, NoInput, RunEnd, RunEvent, ToolOutput,
};
use futures::TryStreamExt;
use serde_json::{Value, json};
use specwright_tests::turns::{calls, message, text, tool_use};
use tokio::sync::Barrier;

use support::{GetWeather, happened, runner, sent, server, weather};

#[tokio::test]
async fn tools_run_until_the_model_stops() {
    for streaming in [false, true] {
        let content = json!([
            {"type": "thinking", "thinking": "Look it up.", "signature": "EqQB"},
            {"type": "something_new", "data": [1, null], "more": {"a": 0}},
            {"type": "tool_use", "id": "toolu_1", "name": "get_weather",
             "input": {"city": "Quito", "days": 3}, "caller": {"type": "direct"}, "hint": "x"},
        ]);
        let turns = [message("tool_use", content.clone()), text("Sunny.")];
        let server = server(&turns, streaming).await;
        let mut runner = runner(&server)
            .tool(weather().strict())
            .streaming(streaming);
        assert_eq!(
            happened(&mut runner).await,
            [
                "turn 1",
                "message tool_use",
                "call toolu_1",
                "result toolu_1",
                "turn 2",
                "message end_turn",
                "end Stopped",
            ]
        );
        assert_eq!(runner.message().unwrap().text(), "Sunny.");
        assert_eq!(runner.message().unwrap().request_id(), Some("req_011CTurn"));
        assert_eq!((runner.turns(), runner.end()), (2, Some(RunEnd::Stopped)));
        let usage = runner.usage().unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (20, 10));

        let [first, second] = sent(&server).try_into().unwrap();
        assert_eq!(
            first["tools"],
            json!([{
                "name": "get_weather",
                "description": "Look up the weather in a city.",
                "strict": true,
                "input_schema": {
                    "type": "object",
                    "title": "GetWeather",
                    "properties": {
                        "city": {"type": "string", "description": "The city, with its country."},
                        "days": {
                            "type": "integer",
                            "description": "{format: \"uint8\", minimum: 1, maximum: 7, default: 1}",
                        },
                    },
                    "required": ["city"],
                    "additionalProperties": false,
                },
            }])
        );
        // The turn of the model goes back as it came.
        assert_eq!(
            second["messages"],
            json!([
                {"role": "user", "content": "How is the weather?"},
                {"role": "assistant", "content": content},
                {"role": "user", "content": [{
                    "type": "tool_result", "tool_use_id": "toolu_1",
                    "content": "Quito: 3 days of sun",
                }]},
            ])
        );
        assert_eq!(second["tools"], first["tools"]);
        assert_eq!(
            second["stream"],
            if streaming { json!(true) } else { Value::Null }
        );
        // The conversation can go on from here.
        assert_eq!(runner.into_request().messages.len(), 4);
    }
}

#[tokio::test]
async fn until_done_returns_the_last_message() {
    let turn = calls([tool_use("toolu_1", "get_weather", json!({"city": "Quito"}))]);
    let server = server(&[turn, text("Sunny.")], false).await;
    let mut runner = runner(&server).tool(weather());
    let message = runner.until_done().await.unwrap();
    assert_eq!(message.text(), "Sunny.");
    // Once more, there is nothing more to do.
    assert_eq!(runner.until_done().await.unwrap().text(), "Sunny.");
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn tools_and_an_answer_of_a_type_go_together() {
    #[derive(schemars::JsonSchema, serde::Deserialize)]
    struct Advice {
        umbrella: bool,
    }
    let turn = calls([tool_use("toolu_1", "get_weather", json!({"city": "Quito"}))]);
    let server = server(&[turn, text(r#"{"umbrella": false}"#)], false).await;
    let mut runner = runner(&server).tool(weather());
    *runner.request_mut() = runner.request().clone().output_type::<Advice>().unwrap();
    // A run can be moved to another task.
    let run = tokio::spawn(async move { runner.until_done().await });
    let message = run.await.unwrap().unwrap();
    let advice = Message::clone(&message).parse_output::<Advice>().unwrap();
    assert!(!advice.output.umbrella);
    for body in sent(&server) {
        assert_eq!(body["output_config"]["format"]["type"], "json_schema");
    }
}

#[tokio::test]
async fn calls_of_a_turn_run_at_the_same_time_and_are_answered_in_order() {
    let turn = calls([
        tool_use("toolu_1", "meet", json!({})),
        tool_use("toolu_2", "meet", json!({})),
        tool_use("toolu_3", "meet", json!({})),
    ]);
    let server = server(&[turn, text("Done.")], false).await;
    // Nobody passes before all three are there; then the first is the last to finish.
    let barrier = Arc::new(Barrier::new(3));
    let meet = ClientTool::from_definition(
        ClientTool::new("meet", |_: NoInput| async {})
            .definition()
            .unwrap()
            .clone(),
        move |call: ToolUseBlock| {
            let barrier = Arc::clone(&barrier);
            async move {
                barrier.wait().await;
                let yields = if call.id == "toolu_1" { 50 } else { 0 };
                for _ in 0..yields {
                    tokio::task::yield_now().await;
                }
                call.id
            }
        },
    );
    let mut runner = runner(&server).tool(meet);
    let happened = happened(&mut runner).await;
    assert_eq!(
        happened[2..5],
        ["call toolu_1", "call toolu_2", "call toolu_3"]
    );
    assert_eq!(happened[7], "result toolu_1");
    let results = &sent(&server)[1]["messages"][2]["content"];
    let ids: Vec<&Value> = (0..3).map(|index| &results[index]["tool_use_id"]).collect();
    assert_eq!(ids, ["toolu_1", "toolu_2", "toolu_3"]);
}

#[tokio::test]
async fn calls_can_be_made_to_run_one_by_one() {
    let names = ["toolu_1", "toolu_2", "toolu_3"];
    let turn = calls(names.map(|id| tool_use(id, "step", json!({}))));
    let server = server(&[turn, text("Done.")], false).await;
    let log: Arc<Mutex<Vec<String>>> = Arc::default();
    let shared = Arc::clone(&log);
    let definition = claude_typed::platform::CustomTool::new("step", Default::default());
    let step = ClientTool::from_definition(definition, move |call: ToolUseBlock| {
        let log = Arc::clone(&shared);
        async move {
            log.lock().unwrap().push(format!("{} begins", call.id));
            tokio::task::yield_now().await;
            log.lock().unwrap().push(format!("{} ends", call.id));
        }
    });
    runner(&server)
        .tool(step)
        .concurrency(1)
        .until_done()
        .await
        .unwrap();
    let expected = names.map(|id| [format!("{id} begins"), format!("{id} ends")]);
    assert_eq!(*log.lock().unwrap(), expected.concat());
    let result = &sent(&server)[1]["messages"][2]["content"][0];
    assert_eq!(
        *result,
        json!({"type": "tool_result", "tool_use_id": "toolu_1"})
    );
}

#[tokio::test]
async fn a_paused_turn_goes_on() {
    let search = json!([{"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search",
        "input": {"query": "weather"}}]);
    let turns = [message("pause_turn", search.clone()), text("Sunny.")];
    let server = server(&turns, false).await;
    let mut runner = runner(&server);
    let expected = [
        "turn 1",
        "message pause_turn",
        "turn 2",
        "message end_turn",
        "end Stopped",
    ];
    assert_eq!(happened(&mut runner).await, expected);
    let messages = &sent(&server)[1]["messages"];
    assert_eq!(messages.as_array().unwrap().len(), 2);
    assert_eq!(messages[1], json!({"role": "assistant", "content": search}));
}

#[tokio::test]
async fn the_turns_can_be_limited() {
    let turn = calls([tool_use("toolu_1", "get_weather", json!({"city": "Quito"}))]);
    let server = server(&[turn.clone(), turn, text("Sunny.")], false).await;
    let mut runner = runner(&server).tool(weather()).max_turns(2);
    let happened_first = happened(&mut runner).await;
    // The tools of the last turn do not run.
    assert_eq!(
        happened_first[4..],
        ["turn 2", "message tool_use", "end TurnLimit"]
    );
    assert_eq!(runner.end(), Some(RunEnd::TurnLimit));
    assert_eq!(runner.request().messages.len(), 4);

    runner.resume();
    let expected = [
        "call toolu_1",
        "result toolu_1",
        "turn 3",
        "message end_turn",
        "end Stopped",
    ];
    assert_eq!(happened(&mut runner).await, expected);
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn requests_can_be_changed_between_turns() {
    let turn = calls([tool_use("toolu_1", "get_weather", json!({"city": "Quito"}))]);
    let server = server(&[turn, text("Sunny."), text("Warm.")], false).await;
    let mut runner = runner(&server)
        .tool(weather())
        .betas(["some-beta"])
        .header("x-trace", "7")
        .body_field("thread", "t1");
    runner.request_mut().tool_choice = Some(ToolChoiceAny::new().into());
    while let Some(event) = runner.try_next().await.unwrap() {
        if let RunEvent::Turn(2) = event {
            runner.request_mut().tool_choice = None;
        }
    }
    let question = claude_typed::platform::MessageParam::new("user", "And tomorrow?");
    runner.request_mut().messages.push(question);
    runner.resume();
    assert_eq!(runner.until_done().await.unwrap().text(), "Warm.");

    let bodies = sent(&server);
    assert_eq!(bodies[0]["tool_choice"], json!({"type": "any"}));
    assert_eq!(bodies[1]["tool_choice"], Value::Null);
    assert_eq!(bodies[2]["messages"][4]["content"], "And tomorrow?");
    for (request, body) in server.received().iter().zip(&bodies) {
        assert_eq!(request.header("anthropic-beta"), Some("some-beta"));
        assert_eq!(request.header("x-trace"), Some("7"));
        assert_eq!(body["thread"], "t1");
    }
}

#[tokio::test]
async fn a_tool_without_parameters_may_have_an_empty_input() {
    // Streamed, the input is no text at all, or an empty one.
    let call = tool_use("toolu_1", "clock", json!(""));
    let server = server(&[calls([call]), text("Noon.")], true).await;
    let clock = ClientTool::new("clock", |_: NoInput| async { "12:00" }).define(|tool| {
        tool.description("Says what time it is.")
            .eager_input_streaming(true)
    });
    runner(&server)
        .tool(clock)
        .streaming(true)
        .until_done()
        .await
        .unwrap();
    let [first, second] = sent(&server).try_into().unwrap();
    assert_eq!(first["tools"][0]["eager_input_streaming"], true);
    assert_eq!(first["tools"][0]["description"], "Says what time it is.");
    assert_eq!(second["messages"][1]["content"][0]["input"], json!({}));
    assert_eq!(second["messages"][2]["content"][0]["content"], "12:00");
}

#[tokio::test]
async fn toolsets_and_tools_of_the_platform() {
    let member = |id: &str, name: &str, toolset: &str, input: Value| json!({"type": "tool_use", "id": id, "name": name, "toolset_name": toolset, "input": input});
    let turn = calls([
        member(
            "toolu_1",
            "left_click",
            "computer",
            json!({"coordinate": [3, 4]}),
        ),
        member("toolu_2", "screenshot", "browser", json!({})),
        tool_use(
            "toolu_3",
            "str_replace_based_edit_tool",
            json!({"command": "view", "path": "/a"}),
        ),
        tool_use(
            "toolu_4",
            "memory",
            json!({"command": "delete", "path": "/memories/a"}),
        ),
        tool_use("toolu_5", "bash", json!({"command": "ls"})),
        // Not of the toolset, though of the same name.
        tool_use("toolu_6", "left_click", json!({})),
    ]);
    let server = server(&[turn, text("Done.")], false).await;
    let computer = ClientTool::computer(|input: ComputerInput| async move {
        match input {
            ComputerInput::LeftClick(click) => Ok(format!("clicked {:?}", click.coordinate)),
            other => Err(format!("cannot do {other:?}")),
        }
    });
    let browser = ClientTool::browser(|input: BrowserInput| async move {
        assert!(matches!(input, BrowserInput::Screenshot(_)));
        let image = ImageBlock::new(UrlSource::new("https://example.com/a.png"));
        ToolResultContentBlock::from(image)
    });
    let mut runner = runner(&server).tools([
        computer,
        browser,
        ClientTool::text_editor(|_| async { "1: a" }),
        ClientTool::memory(|_| async { ToolOutput::error("nothing to delete") }),
        ClientTool::bash(|input| async move { input.command.unwrap_or_default() }),
    ]);
    runner.until_done().await.unwrap();
    let [first, second] = sent(&server).try_into().unwrap();
    let types: Vec<&Value> = (0..5).map(|index| &first["tools"][index]["type"]).collect();
    assert_eq!(
        types,
        [
            "computer_toolset_20260801",
            "browser_toolset_20260801",
            "text_editor_20250728",
            "memory_20250818",
            "bash_20250124",
        ]
    );
    let results = second["messages"][2]["content"].as_array().unwrap();
    assert_eq!(
        results[..5],
        [
            json!({"type": "tool_result", "tool_use_id": "toolu_1", "toolset_name": "computer",
                "content": "clicked Some([3, 4])"}),
            json!({"type": "tool_result", "tool_use_id": "toolu_2", "toolset_name": "browser",
                "content": [{"type": "image",
                    "source": {"type": "url", "url": "https://example.com/a.png"}}]}),
            json!({"type": "tool_result", "tool_use_id": "toolu_3", "content": "1: a"}),
            json!({"type": "tool_result", "tool_use_id": "toolu_4", "content": "nothing to delete",
                "is_error": true}),
            json!({"type": "tool_result", "tool_use_id": "toolu_5", "content": "ls"}),
        ]
    );
    assert_eq!(results[5]["is_error"], true);
}

#[tokio::test]
async fn the_container_of_a_reply_is_used_again() {
    let mut turn = calls([tool_use("toolu_1", "get_weather", json!({"city": "Quito"}))]);
    turn["container"] = json!({"id": "container_1", "expires_at": "2026-11-25T12:00:00Z"});
    let server = server(&[turn, text("Sunny.")], false).await;
    let mut runner = runner(&server).tool(weather());
    let skills: Value = json!({"skills": [{"type": "anthropic", "skill_id": "pdf"}]});
    runner.request_mut().container =
        serde_json::from_value::<claude_typed::platform::ContainerParam>(skills.clone())
            .unwrap()
            .into();
    runner.until_done().await.unwrap();
    let bodies = sent(&server);
    assert_eq!(bodies[0]["container"], skills);
    assert_eq!(
        bodies[1]["container"],
        json!({"id": "container_1", "skills": skills["skills"]})
    );
}

#[tokio::test]
async fn a_stream_shows_each_delta() {
    let turn = calls([tool_use("toolu_1", "get_weather", json!({"city": "Quito"}))]);
    let server = server(&[turn, text("Sunny.")], true).await;
    let mut runner = runner(&server).tool(weather()).streaming(true);
    let (mut texts, mut inputs) = (Vec::new(), Vec::new());
    while let Some(event) = runner.try_next().await.unwrap() {
        if let Some(stream) = runner.message_stream() {
            inputs.extend(stream.partial_input(0));
        }
        if let RunEvent::Stream(claude_typed::streaming::message::MessageEvent::Text {
            text, ..
        }) = event
        {
            texts.push((text, runner.partial().unwrap().text()));
        }
    }
    let pairs: Vec<(&str, &str)> = texts
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(pairs, [("Sun", "Sun"), ("ny.", "Sunny.")]);
    assert_eq!(inputs.first(), Some(&json!({})));
    assert!(
        inputs.contains(&json!({"city": "Quito"})) || inputs.len() > 1,
        "{inputs:?}"
    );
    assert!(runner.partial().is_none());
    let message = runner.message().unwrap();
    assert!(matches!(message.content[0], ContentBlock::Text(_)));
}

#[tokio::test]
async fn inputs_of_all_types_are_read() {
    // `GetWeather` is also what a caller without a runner reads.
    let call = ToolUseBlock::new("toolu_1", "get_weather", json!({"city": "Quito"}));
    let input: GetWeather = call.input_as().unwrap();
    assert_eq!((input.city.as_str(), input.days), ("Quito", 1));
}
