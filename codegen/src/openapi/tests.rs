//! Small documents in, the model out.

mod operations;
mod schemas;
mod streams;
