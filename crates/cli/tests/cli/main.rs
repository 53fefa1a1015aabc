//! The `topicmill` command as users meet it: run as a program, judged by its exit code, its output
//! and the files it leaves.

mod bad_input;
mod build;
mod demo;
mod expressions;
mod guide;
mod hostile;
mod plain_server;
mod real;
mod scene;
mod site;
mod talks;
