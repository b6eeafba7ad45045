//! Writes the generated modules: formatted, marked, and only where something changed.
