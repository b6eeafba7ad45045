//! Path templates.

/// A path as the document writes it, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Path {
    /// The template with `{name}` for parameters, beginning with a slash.
    pub(super) template: String,
    /// Names of the parameters, in order, each once.
    pub(super) names: Vec<String>,
    /// What stands after a `?`: pairs every request carries.
    pub(super) query: Vec<(String, String)>,
    /// What stands after a `#`, which is never sent.
    pub(super) fragment: Option<String>,
}

impl Path {
    /// Takes a path apart.
    pub(super) fn parse(written: &str) -> Self {
        let mut path = Self::default();
        let mut rest = written.trim();
        if let Some((before, fragment)) = split_outside(rest, '#') {
            path.fragment = Some(fragment.to_owned());
            rest = before;
        }
        if let Some((before, query)) = split_outside(rest, '?') {
            path.query = query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(pair)
                .collect();
            rest = before;
        }
        if !rest.starts_with('/') {
            path.template.push('/');
        }
        path.read_template(rest);
        path
    }

    /// `/users/:email` is `/users/{email}` when there is a parameter of that name.
    pub(super) fn adopt(&mut self, declared: &str) {
        if self.names.iter().any(|name| name == declared) {
            return;
        }
        let written = format!(":{declared}");
        let segments: Vec<String> = self
            .template
            .split('/')
            .map(|segment| {
                if segment == written {
                    format!("{{{declared}}}")
                } else {
                    segment.to_owned()
                }
            })
            .collect();
        let template = segments.join("/");
        if template != self.template {
            self.template = template;
            self.names.push(declared.to_owned());
        }
    }

    /// Writes a sign before the value of a parameter.
    pub(super) fn put_before(&mut self, name: &str, sign: &str) {
        let placeholder = format!("{{{name}}}");
        let signed = format!("{sign}{placeholder}");
        self.template = self.template.replace(&placeholder, &signed);
    }

    /// `{id:[0-9]+}` and `{path+}` are `{id}` and `{path}`; a brace that is never closed is text.
    fn read_template(&mut self, mut rest: &str) {
        while let Some(open) = rest.find('{') {
            let (before, after) = rest.split_at(open);
            self.template.push_str(before);
            let Some(close) = closing(after) else {
                self.template
                    .push_str(&after.replace('{', "%7B").replace('}', "%7D"));
                return;
            };
            let inside = after.get(1..close).unwrap_or_default();
            let name = inside
                .split(':')
                .next()
                .unwrap_or_default()
                .trim()
                .trim_end_matches(['+', '*']);
            let name = name.trim_start_matches(['+', '*']);
            if !self.names.iter().any(|known| known == name) {
                self.names.push(name.to_owned());
            }
            self.template.push('{');
            self.template.push_str(name);
            self.template.push('}');
            rest = after.get(close + 1..).unwrap_or_default();
        }
        self.template.push_str(rest);
    }
}

/// The index of the brace that closes the one `text` begins with.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

/// Splits at the first `sign` that is not inside braces, where it is part of a regular expression.
fn split_outside(text: &str, sign: char) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (index, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            c if c == sign && depth == 0 => {
                let (before, after) = text.split_at(index);
                return Some((before, after.trim_start_matches(sign)));
            }
            _ => {}
        }
    }
    None
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.to_owned(), value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates() {
        let parse = |written: &str| {
            let path = Path::parse(written);
            (path.template, path.names.join(","))
        };
        assert_eq!(
            parse("/a/{id}/b/{ id }"),
            ("/a/{id}/b/{id}".into(), "id".into())
        );
        assert_eq!(
            parse("a/{x:[a-z]{2}?}/{path+}"),
            ("/a/{x}/{path}".into(), "x,path".into())
        );
        assert_eq!(parse("/a/{id"), ("/a/%7Bid".into(), String::new()));
        assert_eq!(parse("/{a}{b}.json"), ("/{a}{b}.json".into(), "a,b".into()));
    }

    #[test]
    fn colons_are_parameters_only_when_declared() {
        let mut path = Path::parse("/users/:email/:other");
        path.adopt("email");
        assert_eq!(path.template, "/users/{email}/:other");
    }

    #[test]
    fn queries_and_fragments_are_not_part_of_the_template() {
        let path = Path::parse("/{c}?restype=container&comp=list#x");
        assert_eq!(path.template, "/{c}");
        assert_eq!(
            path.query,
            [
                ("restype".into(), "container".into()),
                ("comp".into(), "list".into())
            ]
        );
        assert_eq!(path.fragment.as_deref(), Some("x"));
    }
}
