//! Small documents in, the model out.

mod extensions;
mod operations;
mod schemas;
mod streams;
