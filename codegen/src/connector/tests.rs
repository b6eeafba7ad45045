//! Whole documents in, the model or diagnostics out.
