//! A progress bar on standard error, while a person waits.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use specwright::progress::{Stage, Step};

use crate::Format;

/// How often the bar is drawn while nothing begins, so that it is seen to live.
const TICK: Duration = Duration::from_millis(100);

/// A bar with a mark for each stage of each document. Nothing is drawn when standard error is no
/// terminal or programs read the findings; it is gone when this is dropped.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    pub(crate) fn new(format: Format) -> Self {
        if format != Format::Human {
            return Self(None);
        }
        // Draws nothing where standard error is no terminal.
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{spinner} {bar:32} {msg}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self(Some(bar))
    }

    /// A stage begins.
    pub(crate) fn step(&self, step: &Step<'_>) {
        let Some(bar) = &self.0 else { return };
        let stages = Stage::ALL.len();
        let done = Stage::ALL.iter().take_while(|stage| **stage != step.stage);
        bar.set_length((step.parts * stages) as u64);
        bar.set_position((step.index * stages + done.count()) as u64);
        bar.set_message(format!("{}: {}", step.part, step.stage));
    }

    /// A stage of the only document begins.
    pub(crate) fn stage(&self, document: &str, stage: Stage) {
        self.step(&Step {
            part: document,
            index: 0,
            parts: 1,
            stage,
        });
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
