//! Where in which document something was said.
//!
//! Values carry no spans: a model node keeps its [`Origin`], a file and a JSON pointer, and the
//! line and column are looked up only when a diagnostic is printed.

use std::fmt;
use std::sync::Arc;

/// A file among the [`Sources`](crate::source::Sources) of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A place in a document: a file and a JSON pointer into it. Cloning is cheap.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Origin {
    file: FileId,
    pointer: Option<Arc<Step>>,
}

#[derive(PartialEq, Eq, Hash)]
struct Step {
    parent: Option<Arc<Step>>,
    token: Token,
}

/// One step of a JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Token {
    /// A member of an object.
    Key(Arc<str>),
    /// An element of an array.
    Index(usize),
}

impl Origin {
    /// The root of a file.
    pub fn root(file: FileId) -> Self {
        Self {
            file,
            pointer: None,
        }
    }

    /// The file.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// The place of member `key` below this place.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.step(Token::Key(key.into()))
    }

    /// The place of element `index` below this place.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.step(Token::Index(index))
    }

    fn step(&self, token: Token) -> Self {
        Self {
            file: self.file,
            pointer: Some(Arc::new(Step {
                parent: self.pointer.clone(),
                token,
            })),
        }
    }

    /// The steps from the root of the file to this place.
    pub fn tokens(&self) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut next = self.pointer.as_ref();
        while let Some(step) = next {
            tokens.push(step.token.clone());
            next = step.parent.as_ref();
        }
        tokens.reverse();
        tokens
    }

    /// The last step, if this is not the root.
    pub fn last(&self) -> Option<&Token> {
        self.pointer.as_ref().map(|step| &step.token)
    }

    /// The place as an RFC 6901 JSON pointer; the root is the empty string.
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        for token in self.tokens() {
            pointer.push('/');
            match token {
                Token::Key(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Token::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.file.0, self.pointer())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointer_escapes_tildes_and_slashes() {
        let origin = Origin::root(FileId(0)).key("paths").key("/a~b").index(3);
        assert_eq!(origin.pointer(), "/paths/~1a~0b/3");
        assert_eq!(Origin::root(FileId(0)).pointer(), "");
    }
}
