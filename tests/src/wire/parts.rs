//! Parts of a multipart form.

/// A part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// The name of the file it is.
    pub file_name: Option<String>,
    /// Its content type.
    pub content_type: Option<String>,
    /// What is in it.
    pub content: String,
}

impl Part {
    /// A plain value.
    pub fn text(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            file_name: None,
            content_type: None,
            content: value.to_owned(),
        }
    }

    /// A file.
    pub fn file(name: &str, file_name: &str, content_type: &str, content: &str) -> Self {
        Self {
            file_name: Some(file_name.to_owned()),
            content_type: Some(content_type.to_owned()),
            ..Self::text(name, content)
        }
    }

    /// The parts of a body; `None` when it is no multipart form. Bytes that are no UTF-8 come out as replacement characters.
    pub fn read(content_type: &str, body: &[u8]) -> Option<Vec<Self>> {
        let boundary = content_type.strip_prefix("multipart/form-data; boundary=")?;
        let body = String::from_utf8_lossy(body);
        let body = body.strip_prefix(&format!("--{boundary}\r\n"))?;
        let body = body.strip_suffix(&format!("\r\n--{boundary}--\r\n"))?;
        body.split(&format!("\r\n--{boundary}\r\n"))
            .map(Self::read_one)
            .collect()
    }

    fn read_one(text: &str) -> Option<Self> {
        let (head, content) = text.split_once("\r\n\r\n")?;
        let header = |wanted: &str| {
            let mut lines = head.split("\r\n").filter_map(|line| line.split_once(": "));
            lines.find_map(|(name, value)| name.eq_ignore_ascii_case(wanted).then_some(value))
        };
        let disposition = header("content-disposition")?.strip_prefix("form-data; ")?;
        let attribute = |wanted: &str| {
            let mut pairs = disposition
                .split("; ")
                .filter_map(|pair| pair.split_once('='));
            let value = pairs.find_map(|(name, value)| (name == wanted).then_some(value))?;
            Some(value.trim_matches('"').to_owned())
        };
        Some(Self {
            name: attribute("name")?,
            file_name: attribute("filename"),
            content_type: header("content-type").map(str::to_owned),
            content: content.to_owned(),
        })
    }
}
