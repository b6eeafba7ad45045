//! A compiled program that answers a line of JSON with another.

use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// A program, running.
#[derive(Debug)]
pub struct Program {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Program {
    /// Starts the program at `path`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(path: &Path, arguments: &[&str]) -> io::Result<Self> {
        let mut command = Command::new(path);
        let mut child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (input, output) = pipes.ok_or_else(|| io::Error::other("no pipes"))?;
        Ok(Self {
            child,
            input,
            output: BufReader::new(output),
        })
    }

    /// Writes a line, and reads one.
    ///
    /// # Errors
    /// When the program has ended, or what it writes is no JSON.
    pub fn ask(&mut self, asked: &Value) -> Result<Value, String> {
        let text = |error: io::Error| format!("the program is gone: {error}");
        writeln!(self.input, "{asked}").map_err(text)?;
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(text)?;
        serde_json::from_str(&line).map_err(|error| format!("{error}: {line:?}"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has nothing to lose, and may be waiting for another line.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
