//! The `topicmill` command.
fn main() {}
