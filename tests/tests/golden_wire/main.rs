//! Recorded calls of the official client: the same call of ours sends the same request and makes
//! the same of the reply.
//!
//! Calls of `beta.*` are made with our operations of the same name, which need no such prefix: what
//! the official client adds to them, the query `beta=true` and beta names of its own, is not
//! expected of ours.

mod compare;
mod record;
mod replay;

use std::path::Path;
use std::process::ExitCode;

use specwright_tests::data::{self, Report};
use specwright_tests::socket::Server;

use record::Record;

fn main() -> ExitCode {
    data::main("golden_wire", "GOLDEN_WIRE", "golden/wire", run)
}

fn run(folder: &Path, report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for name in record::names(folder) {
        report.case(&name, runtime.block_on(check(folder, &name)));
    }
}

async fn check(folder: &Path, name: &str) -> Result<(), String> {
    let record = Record::read(folder, name)?;
    let server = Server::start_with(|url| record.answers(url)).await;
    let outcome = replay::replay(&record, server.url()).await?;
    compare::requests(&record, &server.received())?;
    compare::outcome(&record, server.url(), outcome)
}
