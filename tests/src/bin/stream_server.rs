//! A server of streams that begin and never end, as a process of its own. It prints its URL, then
//! for every line it reads how many connections are open, and ends with its input.

use std::io::{BufRead, stdin};

use specwright_tests::socket::{Answer, End, Server};
use tokio::runtime::Runtime;

fn main() -> std::io::Result<()> {
    let runtime = Runtime::new()?;
    let answer = Answer::events(["data: 1\n\n"]).end(End::Silence);
    let server = runtime.block_on(Server::start([answer]));
    println!("{}", server.url());
    for line in stdin().lock().lines() {
        line?;
        println!("{}", server.open());
    }
    Ok(())
}
