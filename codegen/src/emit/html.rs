//! The HTML that documents write in their descriptions, as Markdown.

use super::markdown::closing_marks;

/// Replaces the common tags; what is inside backticks, and any other tag, stays.
pub(super) fn to_markdown(text: &str) -> String {
    if !text.contains('<') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut links = Vec::new();
    let mut rest = text;
    while let Some(position) = rest.find(['<', '`']) {
        let (before, here) = rest.split_at_checked(position).unwrap_or((rest, ""));
        out.push_str(before);
        rest = if here.starts_with('`') {
            code(here, &mut out)
        } else {
            tag(here, &mut out, &mut links)
        };
    }
    out.push_str(rest);
    for link in links.into_iter().flatten() {
        out.push_str(&format!("]({link})"));
    }
    out
}

/// Copies a code span or a fence, or else the backticks.
fn code<'a>(text: &'a str, out: &mut String) -> &'a str {
    let length = text.len() - text.trim_start_matches('`').len();
    let rest = text.get(length..).unwrap_or("");
    let end = length + closing_marks(rest, length).unwrap_or(0);
    let (span, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    out.push_str(span);
    rest
}

/// Writes what stands for the tag at the start of `text`; `links` are the targets of open links.
fn tag<'a>(text: &'a str, out: &mut String, links: &mut Vec<Option<String>>) -> &'a str {
    let whole = text
        .find('>')
        .and_then(|end| text.split_at_checked(end + 1));
    let Some((whole, rest)) = whole else {
        out.push('<');
        return text.get(1..).unwrap_or("");
    };
    let inner = whole.trim_matches(['<', '>']).trim_end_matches('/').trim();
    let (name, attributes) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    let markdown = match name.to_ascii_lowercase().as_str() {
        "p" | "/p" | "ul" | "/ul" | "ol" | "/ol" | "div" | "/div" => "\n\n",
        "br" => "\n",
        "li" => "\n- ",
        "/li" | "span" | "/span" => "",
        "b" | "/b" | "strong" | "/strong" => "**",
        "i" | "/i" | "em" | "/em" => "*",
        "code" | "/code" => "`",
        "a" => {
            links.push(target(attributes));
            if links.last().is_some_and(Option::is_some) {
                "["
            } else {
                ""
            }
        }
        "/a" => {
            if let Some(Some(link)) = links.pop() {
                out.push_str(&format!("]({link})"));
            }
            ""
        }
        _ => {
            out.push('<');
            return text.get(1..).unwrap_or("");
        }
    };
    out.push_str(markdown);
    rest
}

fn target(attributes: &str) -> Option<String> {
    let (_, value) = attributes.split_once("href=")?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (link, _) = value.get(1..)?.split_once(quote)?;
    (!link.contains(['(', ')', ' '])).then(|| link.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_tags_become_markdown() {
        let html = "<p>Use <code>x</code>,<br/>see <a href=\"https://a.example\">here</a>.</p>";
        assert_eq!(
            to_markdown(html).trim(),
            "Use `x`,\nsee [here](https://a.example)."
        );
        assert_eq!(to_markdown("`<b>` and <T>"), "`<b>` and <T>");
        assert_eq!(to_markdown("a < b"), "a < b");
        assert_eq!(to_markdown("<a href='u'>open"), "[open](u)");
    }
}
