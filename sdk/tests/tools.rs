//! The inputs of client-run tools, decoded from what a model sends.
#![cfg(feature = "platform")]

use claude_typed::platform::ToolUseBlock;
use claude_typed::tools::inputs::{BrowserClickTarget, ComputerScrollDirection, MemoryView};
use claude_typed::tools::{
    BashInput, BrowserInput, ComputerInput, MemoryInput, TextEditorInput, decode, decode_member,
};
use serde_json::{Value, json};

fn error<T: serde::de::DeserializeOwned + std::fmt::Debug>(input: Value) -> String {
    decode::<T>("tool", &input).unwrap_err().to_string()
}

#[test]
fn bash_runs_or_restarts() {
    let input: BashInput = decode("bash", &json!({ "command": "cargo test -q" })).unwrap();
    assert_eq!(input.command.as_deref(), Some("cargo test -q"));
    assert_eq!(input.restart, None);

    let input: BashInput = decode(
        "bash",
        &json!({ "restart": true, "command": null, "timeout": 5 }),
    )
    .unwrap();
    assert_eq!((input.command, input.restart), (None, Some(true)));
}

#[test]
fn text_editor_commands() {
    let editor = |input: Value| decode::<TextEditorInput>("editor", &input).unwrap();
    let TextEditorInput::View(view) =
        editor(json!({ "command": "view", "path": "/app/main.rs", "view_range": [10, -1] }))
    else {
        panic!("view");
    };
    assert_eq!(
        (view.path.as_str(), view.view_range),
        ("/app/main.rs", Some([10, -1]))
    );

    // The tag need not come first.
    let TextEditorInput::StrReplace(replace) =
        editor(json!({ "path": "/a", "old_str": "x\n", "command": "str_replace" }))
    else {
        panic!("str_replace");
    };
    assert_eq!((replace.old_str.as_str(), replace.new_str), ("x\n", None));

    for key in ["insert_text", "new_str"] {
        let TextEditorInput::Insert(insert) =
            editor(json!({ "command": "insert", "path": "/a", "insert_line": 0, key: "use x;" }))
        else {
            panic!("insert");
        };
        assert_eq!(insert.insert_line, 0);
        assert_eq!(
            insert.insert_text.or(insert.new_str).as_deref(),
            Some("use x;")
        );
    }
    assert!(matches!(
        editor(json!({ "command": "undo_edit", "path": "/a" })),
        TextEditorInput::UndoEdit(_)
    ));
}

#[test]
fn memory_commands_round_trip() {
    for input in [
        json!({ "command": "view", "path": "/memories", "view_range": [1, 20] }),
        json!({ "command": "create", "path": "/memories/a.md", "file_text": "- tea\n" }),
        json!({ "command": "str_replace", "path": "/memories/a.md", "old_str": "tea", "new_str": "mate" }),
        json!({ "command": "insert", "path": "/memories/a.md", "insert_line": 1, "insert_text": "- rice\n" }),
        json!({ "command": "delete", "path": "/memories/a.md" }),
        json!({ "command": "rename", "old_path": "/memories/a", "new_path": "/memories/b" }),
        json!({ "command": "summarize", "path": "/memories", "depth": 2 }),
    ] {
        let decoded: MemoryInput = decode("memory", &input).unwrap();
        let known = !matches!(decoded, MemoryInput::Unknown(_));
        assert_eq!(known, input["command"] != "summarize");
        assert_eq!(serde_json::to_value(&decoded).unwrap(), input);
    }
    let view: MemoryView = decode("memory", &json!({ "path": "/memories" })).unwrap();
    assert!(matches!(MemoryInput::from(view), MemoryInput::View(_)));
}

#[test]
fn computer_actions_by_action_or_by_member() {
    let input = json!({ "coordinate": [512, 40], "scroll_direction": "down", "scroll_amount": 3 });
    let mut tagged = input.clone();
    tagged["action"] = "scroll".into();
    let by_action: ComputerInput = decode("computer", &tagged).unwrap();
    assert_eq!(
        by_action,
        decode_member::<ComputerInput>("scroll", &input).unwrap()
    );
    let ComputerInput::Scroll(scroll) = by_action else {
        panic!("scroll");
    };
    assert_eq!(scroll.scroll_direction, ComputerScrollDirection::Down);
    assert_eq!(
        (scroll.coordinate, scroll.scroll_amount),
        (Some([512, 40]), 3)
    );

    for (member, input) in [
        ("screenshot", json!({})),
        ("cursor_position", json!({})),
        ("mouse_move", json!({ "coordinate": [1, 2] })),
        ("left_click", json!({ "coordinate": null, "text": "shift" })),
        (
            "left_click_drag",
            json!({ "start_coordinate": [1, 2], "coordinate": [3, 4] }),
        ),
        ("left_mouse_down", json!({})),
        ("key", json!({ "text": "ctrl+s", "repeat": 2 })),
        ("hold_key", json!({ "text": "shift", "duration": 1.5 })),
        ("type", json!({ "text": "hello" })),
        ("wait", json!({ "duration": 2 })),
        ("zoom", json!({ "region": [0, 0, 100, 50] })),
    ] {
        let decoded: ComputerInput = decode_member(member, &input).unwrap();
        assert!(!matches!(decoded, ComputerInput::Unknown(_)), "{member}");
        assert_eq!(serde_json::to_value(&decoded).unwrap()["action"], member);
    }
    let unknown: ComputerInput = decode_member("pinch", &json!({ "scale": 2 })).unwrap();
    assert_eq!(
        unknown,
        ComputerInput::Unknown(json!({ "action": "pinch", "scale": 2 }))
    );
}

#[test]
fn errors_say_where() {
    let cases = [
        (
            error::<BashInput>(json!({ "command": ["ls"] })),
            "`command`",
        ),
        (
            error::<TextEditorInput>(
                json!({ "command": "view", "path": "/a", "view_range": [1, "end"] }),
            ),
            "`view_range[1]`",
        ),
        (
            error::<TextEditorInput>(json!({ "path": 7, "command": "create", "file_text": "" })),
            "`path`",
        ),
        (
            error::<MemoryInput>(json!({ "command": "delete" })),
            "missing field `path`",
        ),
        (error::<MemoryInput>(json!(7)), "expected an object"),
        // What a stream could not read as JSON.
        (
            error::<MemoryInput>(json!("{\"command\": vi")),
            "no JSON: expected value at line 1 column 13",
        ),
    ];
    for (message, place) in cases {
        assert!(message.contains(place), "{message}");
        assert!(message.starts_with("the input of `tool`"), "{message}");
    }
    let error =
        decode_member::<ComputerInput>("mouse_move", &json!({ "coordinate": [1] })).unwrap_err();
    assert_eq!(error.tool(), "mouse_move");
    assert!(error.to_string().contains("`coordinate`"), "{error}");
    let error = decode_member::<ComputerInput>("wait", &json!([])).unwrap_err();
    assert!(error.to_string().contains("expected an object"), "{error}");
}

#[test]
fn browser_actions_by_member() {
    let place = json!({ "type": "coordinate", "x": 1, "y": 2 });
    let element = json!({ "type": "ref", "ref": "e7" });
    for (member, input) in [
        ("navigate", json!({ "url": "https://example.com" })),
        ("list_tabs", json!({})),
        ("new_tab", json!({})),
        ("switch_tab", json!({ "tab_id": "t1" })),
        ("close_tab", json!({ "tab_id": "t1" })),
        (
            "read_page",
            json!({ "filter": "interactive", "depth": 3, "ref": null }),
        ),
        ("get_page_text", json!({ "tab_id": null })),
        ("read_console", json!({})),
        ("read_network", json!({})),
        ("find", json!({ "query": "the search box" })),
        ("form_input", json!({ "target": element, "value": true })),
        (
            "file_upload",
            json!({ "target": element, "paths": ["/a.txt"] }),
        ),
        ("scroll_to", json!({ "target": element })),
        ("screenshot", json!({})),
        ("zoom", json!({ "region": [0, 0, 10, 10] })),
        ("left_click", json!({ "target": place })),
        (
            "right_click",
            json!({ "target": element, "modifiers": "ctrl" }),
        ),
        ("middle_click", json!({ "target": place })),
        ("double_click", json!({ "target": place })),
        ("triple_click", json!({ "target": place })),
        ("hover", json!({ "target": element })),
        ("left_click_drag", json!({ "from": place, "target": place })),
        ("left_mouse_down", json!({ "target": place })),
        ("left_mouse_up", json!({ "target": place })),
        ("mouse_move", json!({ "target": place })),
        (
            "scroll",
            json!({ "target": place, "scroll_direction": "up", "scroll_amount": 2 }),
        ),
        ("type", json!({ "text": "hello" })),
        ("key", json!({ "text": "Return", "repeat": 2 })),
        ("hold_key", json!({ "text": "shift", "duration": 0.5 })),
        ("wait", json!({ "duration": 1 })),
        ("javascript_exec", json!({ "text": "1 + 1" })),
    ] {
        let call = ToolUseBlock::new("toolu_1", member, input).toolset_name("browser");
        let decoded: BrowserInput = call.input_as().unwrap();
        assert!(!matches!(decoded, BrowserInput::Unknown(_)), "{member}");
        assert_eq!(serde_json::to_value(&decoded).unwrap()["action"], member);
    }
    let target = json!({ "target": place, "tab_id": "t1" });
    let BrowserInput::LeftClick(click) = decode_member("left_click", &target).unwrap() else {
        panic!("left_click");
    };
    let BrowserClickTarget::Coordinate(at) = click.target else {
        panic!("coordinate");
    };
    assert_eq!((at.x, at.y, click.tab_id.as_deref()), (1, 2, Some("t1")));
    let error =
        decode_member::<BrowserInput>("left_click", &json!({ "target": { "type": "ref" } }));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("missing field `ref`"), "{error}");
}
