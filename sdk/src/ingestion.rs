//! Waiting for an ingestion of claude.ai.

use std::time::Duration;

use specwright_runtime::poll::Poller;

use crate::claude_ai::{IngestionProgress, SyncResource};

/// How often an ingestion is asked for; it may take as long as it takes.
const INGESTION: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(30)];

impl SyncResource {
    /// Waits until an ingestion is [over](IngestionProgress::is_over).
    ///
    /// Asks after 2 s at first, at most every 30 s, without a deadline; all of it can be set on the
    /// poller.
    ///
    /// ```no_run
    /// # use claude_typed::claude_ai::Client;
    /// # async fn example(client: Client) -> Result<(), claude_typed::Error> {
    /// let progress = client.sync().poll_ingestion("gdrive").await?;
    /// println!("{:?}", progress.status);
    /// # Ok(())
    /// # }
    /// ```
    pub fn poll_ingestion(&self, ingestion: impl Into<String>) -> Poller<IngestionProgress> {
        self.poll_ingestion_until(ingestion, IngestionProgress::is_over)
    }

    /// As [`poll_ingestion`](Self::poll_ingestion), until `done` says so.
    pub fn poll_ingestion_until(
        &self,
        ingestion: impl Into<String>,
        done: impl Fn(&IngestionProgress) -> bool + Send + 'static,
    ) -> Poller<IngestionProgress> {
        let (sync, ingestion) = (self.clone(), ingestion.into());
        let [first, longest] = INGESTION;
        Poller::new(move || sync.ingestion_progress(&ingestion), done)
            .interval(first)
            .max_interval(longest)
    }
}

impl IngestionProgress {
    /// Whether nothing more will happen, as far as that can be told: the shape of the reply is not
    /// known for certain.
    ///
    /// A status decides that is known to be an end (`completed`, `failed` and the like) or the
    /// contrary (`running` and the like); else the files, when both counts are there; else the
    /// progress: 1 of 1, or 100 percent.
    pub fn is_over(&self) -> bool {
        let status = self.status.as_deref().map(str::to_ascii_lowercase);
        match status.as_deref() {
            Some(
                "done" | "complete" | "completed" | "finished" | "success" | "succeeded" | "failed"
                | "error" | "cancelled" | "canceled",
            ) => return true,
            Some("running" | "pending" | "queued" | "in_progress" | "processing" | "started") => {
                return false;
            }
            _ => {}
        }
        if let (Some(all), Some(done)) = (self.total_files, self.processed_files) {
            return done >= all;
        }
        self.progress
            .is_some_and(|progress| progress >= 100.0 || progress == 1.0)
    }
}
