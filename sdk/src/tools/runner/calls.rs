//! The calls of one message, and their results.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use crate::platform::{ContentBlockParam, Message, ToolResultBlock, ToolUseBlock};
use crate::tools::client_tool::{Answers, ClientTool};
use crate::tools::output::ToolOutput;

/// The output of a call, by its position.
pub(super) type Outputs = BoxStream<'static, (usize, ToolOutput)>;

/// The calls of a message in order, each with its result once that is there.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<(ToolUseBlock, Option<ToolResultBlock>)>);

impl Calls {
    pub(super) fn of(message: &Message) -> Self {
        let calls = message.tool_uses().cloned();
        Self(calls.map(|call| (call, None)).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The calls without a result.
    pub(super) fn open(&self) -> impl Iterator<Item = &ToolUseBlock> {
        let open = self.0.iter().filter(|(_, result)| result.is_none());
        open.map(|(call, _)| call)
    }

    /// The results that are there.
    pub(super) fn results(&self) -> impl Iterator<Item = &ToolResultBlock> {
        self.0.iter().filter_map(|(_, result)| result.as_ref())
    }

    /// Notes the result of a call, and returns both.
    pub(super) fn answer(
        &mut self,
        position: usize,
        output: ToolOutput,
    ) -> Option<(ToolUseBlock, ToolResultBlock)> {
        let (call, result) = self.0.get_mut(position)?;
        let answer = output.into_result(call);
        *result = Some(answer.clone());
        Some((call.clone(), answer))
    }

    /// Answers the calls without a result with an error.
    pub(super) fn cancel(&mut self, reason: &str) {
        for (call, result) in &mut self.0 {
            result.get_or_insert_with(|| ToolOutput::error(reason).into_result(call));
        }
    }

    /// The results as the content of the next turn; nothing is left.
    pub(super) fn take(&mut self) -> Vec<ContentBlockParam> {
        let calls = std::mem::take(&mut self.0).into_iter();
        let results = calls.filter_map(|(_, result)| result);
        results.map(ContentBlockParam::from).collect()
    }

    /// Runs the calls without a result, when it is polled.
    pub(super) fn run(&self, tools: &Arc<[ClientTool]>, concurrency: Option<usize>) -> Outputs {
        let open = self.0.iter().enumerate();
        let open = open.filter(|(_, (_, result))| result.is_none());
        let runs: Vec<_> = open
            .map(|(position, (call, _))| {
                let (call, tools) = (call.clone(), Arc::clone(tools));
                async move { (position, run(&tools, call).await) }
            })
            .collect();
        let concurrency = concurrency.unwrap_or(runs.len()).max(1);
        stream::iter(runs).buffer_unordered(concurrency).boxed()
    }
}

async fn run(tools: &[ClientTool], call: ToolUseBlock) -> ToolOutput {
    match tools.iter().find(|tool| tool.answers(&call)) {
        Some(tool) => tool.run(call).await,
        None => ToolOutput::error(unknown(tools, &call)),
    }
}

/// What is told to a model that calls a tool that is not there.
fn unknown(tools: &[ClientTool], call: &ToolUseBlock) -> String {
    let known = tools
        .iter()
        .filter_map(|tool| tool.definition.as_ref().ok());
    let known = known.map(|definition| match Answers::of(definition) {
        Answers::Name(name) => format!("`{name}`"),
        Answers::Toolset(name) => format!("the toolset `{name}`"),
    });
    let known: Vec<String> = known.collect();
    let known = match known.as_slice() {
        [] => "there are none".to_owned(),
        known => format!("there are {}", known.join(", ")),
    };
    match call.toolset_name.as_ref() {
        Some(toolset) => {
            format!(
                "there is no tool `{}` of a toolset `{toolset}`; {known}",
                call.name
            )
        }
        None => format!("there is no tool `{}`; {known}", call.name),
    }
}
