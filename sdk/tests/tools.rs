//! The inputs of client-run tools, decoded from what a model sends.
#![cfg(feature = "platform")]

use claude_typed::tools::inputs::{ComputerScrollDirection, MemoryView};
use claude_typed::tools::{
    BashInput, ComputerInput, MemoryInput, TextEditorInput, decode, decode_member,
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
