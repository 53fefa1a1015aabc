//! The `topicmill` command as users meet it: run as a program, judged by its exit code, its output
//! and the files it leaves.

#![allow(clippy::unwrap_used, reason = "helpers of tests, too")]

mod bad_input;
mod build;
mod demo;
mod edits;
mod expressions;
mod guide;
mod hostile;
mod killed;
mod labels;
mod memory;
mod places;
mod plain_server;
mod previous;
mod real;
mod rebuild;
mod scene;
mod seeds;
mod site;
mod sources;
mod talks;
mod weights;
