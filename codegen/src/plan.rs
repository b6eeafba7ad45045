//! The build plan `specwright.toml`: which document becomes which module.
