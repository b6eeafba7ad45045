//! Makes Markdown of a document fit for rustdoc: no warnings, no doc tests that are none, no links
//! into nowhere. Lines stay wrapped as they are.

use super::html;

/// `text` as lines of a documentation comment.
pub(crate) fn sanitize(text: &str) -> Vec<String> {
    let text: String = text
        .replace("\r\n", "\n")
        .replace('\t', "    ")
        .chars()
        .filter(|c| is_printable(*c))
        .collect();
    let text = html::to_markdown(&text);
    let mut blocks = Blocks::default();
    for line in text.lines() {
        blocks.line(line.trim_end());
    }
    blocks.finish()
}

/// Control characters say nothing, and those that turn the direction of text are refused by rustc.
fn is_printable(c: char) -> bool {
    c == '\n'
        || !(c.is_control()
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
}

/// Reads lines into blocks: fences as they are, paragraphs with their inline text made safe.
#[derive(Default)]
struct Blocks {
    lines: Vec<String>,
    /// Lines of the paragraph being read, less their indentation, and that indentation.
    paragraph: Vec<String>,
    indent: usize,
    /// Where the text of each open list item begins, outermost first.
    lists: Vec<usize>,
    fence: Option<Fence>,
}

struct Fence {
    mark: String,
    /// Indentation in the document.
    indent: usize,
}

impl Blocks {
    fn line(&mut self, line: &str) {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        if let Some(fence) = &self.fence {
            let closes =
                text.starts_with(&fence.mark) && text.trim_start_matches(['`', '~']).is_empty();
            let content = if closes {
                text
            } else {
                dedent(line, fence.indent)
            };
            self.lines.push(indented(self.indent, content));
            if closes {
                self.fence = None;
            }
        } else if text.is_empty() {
            self.flush();
            self.blank();
        } else if text.starts_with("```") || text.starts_with("~~~") {
            self.open_fence(text, indent);
        } else if let Some(offset) = list_marker(text) {
            self.flush();
            while self.lists.last().is_some_and(|list| *list > indent) {
                self.lists.pop();
            }
            self.indent = indent.min(self.lists.last().copied().unwrap_or(0));
            self.lists.push(self.indent + offset);
            self.paragraph.push(text.to_owned());
        } else {
            self.text(text, indent);
        }
    }

    /// A line of text: the start of a paragraph or the next line of one.
    fn text(&mut self, text: &str, indent: usize) {
        if self.paragraph.is_empty() {
            while self.lists.last().is_some_and(|list| *list > indent) {
                self.lists.pop();
            }
            self.indent = self.lists.last().copied().unwrap_or(0);
        }
        let quoted = self
            .paragraph
            .last()
            .is_some_and(|last| last.starts_with('>'));
        if quoted && !text.starts_with('>') {
            self.paragraph.push(format!("> {text}"));
        } else {
            self.paragraph.push(text.to_owned());
        }
    }

    fn open_fence(&mut self, text: &str, indent: usize) {
        self.flush();
        while self.lists.last().is_some_and(|list| *list > indent) {
            self.lists.pop();
        }
        self.indent = self.lists.last().copied().unwrap_or(0);
        let mark: String = text.chars().take_while(|c| text.starts_with(*c)).collect();
        let language = text.trim_start_matches(['`', '~']).trim();
        self.lines.push(indented(
            self.indent,
            &format!("{mark}{}", plain_language(language)),
        ));
        self.fence = Some(Fence { mark, indent });
    }

    fn blank(&mut self) {
        if self.lines.last().is_some_and(|last| !last.is_empty()) {
            self.lines.push(String::new());
        }
    }

    fn flush(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        let continued = match paragraph.first() {
            Some(first) => self.indent + list_marker(first).unwrap_or(0),
            None => return,
        };
        let text = inline(&paragraph.join("\n"));
        for (number, line) in text.lines().enumerate() {
            self.lines.push(indented(
                if number == 0 { self.indent } else { continued },
                line,
            ));
        }
    }

    fn finish(mut self) -> Vec<String> {
        self.flush();
        if let Some(fence) = self.fence.take() {
            self.lines.push(indented(self.indent, &fence.mark));
        }
        while self.lines.last().is_some_and(String::is_empty) {
            self.lines.pop();
        }
        self.lines
    }
}

fn indented(indent: usize, text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("{:indent$}{text}", "")
    }
}

fn dedent(line: &str, indent: usize) -> &str {
    let spaces = line.len() - line.trim_start_matches(' ').len();
    line.get(spaces.min(indent)..).unwrap_or(line)
}

/// How far the text of a list item is from its marker.
fn list_marker(text: &str) -> Option<usize> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = text.get(digits..)?;
    let marked = if digits == 0 {
        rest.starts_with(['-', '*', '+'])
    } else {
        digits < 10 && rest.starts_with(['.', ')'])
    };
    (marked && rest.get(1..)?.starts_with(' ')).then_some(digits + 2)
}

/// A language rustdoc does not take for Rust, which it would compile.
fn plain_language(language: &str) -> &str {
    const RUST: &[&str] = &[
        "rust",
        "ignore",
        "no_run",
        "should_panic",
        "compile_fail",
        "test_harness",
        "custom",
        "standalone",
    ];
    let word = language.split([' ', ',', '{']).next().unwrap_or("");
    let safe = !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '#'));
    let rust = RUST.contains(&word) || word.starts_with("edition") || word.starts_with("E0");
    if safe && !rust { word } else { "text" }
}

/// Inline text: links and code stay, what only looks like markup is escaped.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let before = out.chars().next_back();
        rest = match c {
            '\\' => escaped(rest, &mut out),
            '`' => code(rest, &mut out),
            '<' => angle(rest, &mut out),
            '[' => bracket(rest, &mut out),
            ']' => {
                out.push_str("\\]");
                rest.get(1..).unwrap_or("")
            }
            'h' if !before.is_some_and(char::is_alphanumeric) && is_url(rest) => {
                url(rest, &mut out)
            }
            c => {
                out.push(c);
                rest.get(c.len_utf8()..).unwrap_or("")
            }
        };
    }
    out
}

fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn escaped<'a>(text: &'a str, out: &mut String) -> &'a str {
    let length: usize = text.chars().take(2).map(char::len_utf8).sum();
    let (pair, rest) = text.split_at_checked(length).unwrap_or((text, ""));
    out.push_str(pair);
    rest
}

/// A code span as it is; backticks without a partner are escaped.
fn code<'a>(text: &'a str, out: &mut String) -> &'a str {
    let length = text.len() - text.trim_start_matches('`').len();
    let (marks, rest) = text.split_at_checked(length).unwrap_or((text, ""));
    match closing_marks(rest, length) {
        Some(end) => {
            let (span, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
            out.push_str(marks);
            out.push_str(span);
            rest
        }
        None => {
            out.push_str(&"\\`".repeat(length));
            rest
        }
    }
}

/// Where a run of exactly `length` backticks ends.
pub(super) fn closing_marks(text: &str, length: usize) -> Option<usize> {
    let mut position = 0;
    while let Some(found) = text.get(position..)?.find('`') {
        let start = position + found;
        let run = text.get(start..)?;
        let run = run.len() - run.trim_start_matches('`').len();
        position = start + run;
        if run == length {
            return Some(position);
        }
    }
    None
}

fn angle<'a>(text: &'a str, out: &mut String) -> &'a str {
    let rest = text.get(1..).unwrap_or("");
    if (is_url(rest) || rest.starts_with("mailto:"))
        && let Some(end) = rest.find(['>', ' ', '\n'])
        && rest.get(end..).is_some_and(|rest| rest.starts_with('>'))
    {
        let (link, rest) = text.split_at_checked(end + 2).unwrap_or((text, ""));
        out.push_str(link);
        return rest;
    }
    if rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '/' | '!' | '?')) {
        out.push('\\');
    }
    out.push('<');
    rest
}

/// A link to somewhere on the web stays; of another link the text stays; other brackets are
/// escaped, for rustdoc would look for an item of that name.
fn bracket<'a>(text: &'a str, out: &mut String) -> &'a str {
    if let Some((label, target, rest)) = link(text) {
        let label = inline(label);
        if is_url(target) || target.starts_with("mailto:") {
            out.push_str(&format!("[{}]({target})", label.replace(['<', '>'], "")));
        } else {
            out.push_str(&label);
        }
        return rest;
    }
    out.push_str("\\[");
    text.get(1..).unwrap_or("")
}

/// `[label](target)`: label, target, and what follows.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let mut depth = 0usize;
    let close = text.char_indices().find_map(|(position, c)| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(position)
    })?;
    let label = text.get(1..close)?;
    let target = text.get(close + 1..)?.strip_prefix('(')?;
    let end = target.find(')')?;
    let (target, rest) = target.split_at_checked(end)?;
    (!target.contains('\n')).then_some((label, target.trim(), rest.get(1..)?))
}

/// A bare url becomes a link.
fn url<'a>(text: &'a str, out: &mut String) -> &'a str {
    let end = text
        .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | ']' | '|'))
        .unwrap_or(text.len());
    let mut link = text.get(..end).unwrap_or(text);
    loop {
        let shorter = link.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_', '\'']);
        let closed = link.matches(')').count() > link.matches('(').count();
        let shorter = if closed {
            shorter.strip_suffix(')').unwrap_or(shorter)
        } else {
            shorter
        };
        if shorter == link {
            break;
        }
        link = shorter;
    }
    if link.ends_with("://") {
        out.push_str(link);
    } else {
        out.push_str(&format!("<{link}>"));
    }
    text.get(link.len()..).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> String {
        sanitize(text).join("\n")
    }

    #[test]
    fn inline_text_is_safe() {
        assert_eq!(
            one("See https://a.example/b_(c)."),
            "See <https://a.example/b_(c)>."
        );
        assert_eq!(one("(https://a.example)"), "(<https://a.example>)");
        assert_eq!(
            one("<https://a.example> and <tag>"),
            "<https://a.example> and \\<tag>"
        );
        assert_eq!(
            one("[docs](https://a.example) [x](/rel) [y]"),
            "[docs](https://a.example) x \\[y\\]"
        );
        assert_eq!(one("`[x]` <b> a < b ``c ` d``"), "`[x]` ** a < b ``c ` d``");
        assert_eq!(one("open ` tick"), "open \\` tick");
        assert_eq!(one("ends in https://"), "ends in https://");
        assert_eq!(one("a\u{202e}b\u{0}"), "ab");
    }

    #[test]
    fn code_blocks_are_no_doc_tests() {
        assert_eq!(one("```\nlet x;\n```"), "```text\nlet x;\n```");
        assert_eq!(one("```rust\nx"), "```text\nx\n```");
        assert_eq!(one("```json\n[1]\n```"), "```json\n[1]\n```");
        assert_eq!(one("Text\n\n    curl x"), "Text\n\ncurl x");
    }

    #[test]
    fn lists_are_indented_as_markdown_wants_it() {
        assert_eq!(
            one("- a\nb\n- c\n    - d\n      e\n\nend"),
            "- a\n  b\n- c\n  - d\n    e\n\nend"
        );
        assert_eq!(
            one("1. a\n   ```\n   x\n   ```"),
            "1. a\n   ```text\n   x\n   ```"
        );
        assert_eq!(one("> a\nb"), "> a\n> b");
    }
}
