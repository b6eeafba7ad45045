//! JSON that is still being written.

use serde_json::Value;

/// What the beginning of a JSON text says so far: open strings, arrays and objects are closed, a
/// key without its value and a half-written number, literal or escape are left out. `None` when
/// the text cannot become JSON, or says nothing yet.
///
/// ```
/// use claude_typed::streaming::partial_json::parse;
/// use serde_json::json;
///
/// assert_eq!(parse(r#"{"city": "Par"#), Some(json!({"city": "Par"})));
/// assert_eq!(parse(r#"{"city": "Paris", "days": [1, 2, "#), Some(json!({"city": "Paris", "days": [1, 2]})));
/// assert_eq!(parse("}"), None);
/// ```
#[inline]
pub fn parse(text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let scan = Scan::of(text)?;
    // The longest beginning that closes to valid JSON; few cuts are ever needed.
    scan.cuts.iter().rev().find_map(|cut| {
        let head = text.get(..cut.end)?;
        let closed = format!(
            "{head}{}{}",
            if cut.in_string { "\"" } else { "" },
            cut.closers
        );
        serde_json::from_str(&closed).ok()
    })
}

/// A place where the text can be cut, and what closes it there.
struct Cut {
    end: usize,
    in_string: bool,
    closers: String,
}

/// Places to cut: after each value or opening bracket of the innermost levels, and at the end of
/// an open string.
struct Scan {
    cuts: Vec<Cut>,
}

impl Scan {
    #[inline]
    fn of(text: &str) -> Option<Self> {
        let mut open: Vec<char> = Vec::new();
        let mut cuts: Vec<Cut> = Vec::new();
        let mut in_string = false;
        let mut escape: Option<usize> = None;
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            if in_string {
                if let Some(start) = escape {
                    // `\n` is two bytes long, `\u0041` six.
                    let unicode = text.get(start + 1..start + 2) == Some("u");
                    if end - start >= if unicode { 6 } else { 2 } {
                        escape = None;
                    }
                } else if c == '\\' {
                    escape = Some(at);
                } else if c == '"' {
                    in_string = false;
                    cut(&mut cuts, end, false, &open);
                }
                continue;
            }
            match c {
                '"' => in_string = true,
                '{' | '[' => {
                    open.push(if c == '{' { '}' } else { ']' });
                    cut(&mut cuts, end, false, &open);
                }
                '}' | ']' => {
                    if open.pop() != Some(c) {
                        return None;
                    }
                    cut(&mut cuts, end, false, &open);
                }
                ',' => cut(&mut cuts, at, false, &open),
                _ => {}
            }
        }
        let end = escape.unwrap_or(text.len());
        cut(&mut cuts, end, in_string, &open);
        Some(Self { cuts })
    }
}

/// Notes a place to cut. Only the newest are kept: a beginning that needs more of its end removed is
/// not JSON.
#[inline]
fn cut(cuts: &mut Vec<Cut>, end: usize, in_string: bool, open: &[char]) {
    const KEPT: usize = 6;
    if cuts.len() == KEPT {
        cuts.remove(0);
    }
    let closers = open.iter().rev().collect();
    cuts.push(Cut {
        end,
        in_string,
        closers,
    });
}

#[cfg(test)]
mod tests {
    use super::parse;
    use serde_json::{Value, json};

    #[test]
    fn every_beginning_of_a_document_is_a_part_of_it() {
        let text = r#"{"a": [1, true, {"b": "x\n\u00e9\"y", "c": null}], "d": -1.5e3, "e": "é🦀"}"#;
        let mut last = Value::Null;
        for end in (1..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let value = parse(&text[..end]).unwrap_or_else(|| panic!("{:?}", &text[..end]));
            assert!(value.is_object(), "{value}");
            last = value;
        }
        assert_eq!(last, serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn half_written_parts_are_left_out() {
        assert_eq!(parse(r#"{"a": tr"#), Some(json!({})));
        assert_eq!(parse(r#"{"a": 1, "b"#), Some(json!({"a": 1})));
        assert_eq!(parse(r#"{"a": 1, "b": "#), Some(json!({"a": 1})));
        assert_eq!(parse(r#"{"a": "x\u00"#), Some(json!({"a": "x"})));
        assert_eq!(parse(r#"["a\"#), Some(json!(["a"])));
    }

    #[test]
    fn what_cannot_become_json_is_nothing() {
        assert_eq!(parse(""), None);
        assert_eq!(parse("]"), None);
        assert_eq!(parse("{]"), None);
    }
}
