// The calls of `official-sdks` through the TypeScript SDK. Its argument is the URL of the server.
const assert = require("node:assert");
const { Anthropic } = require("@anthropic-ai/sdk");

const CALLS = 1000;
const STREAMS = 25;

const client = new Anthropic({ apiKey: "sk-ant-bench", baseURL: process.argv[2] });
const request = {
  model: "claude-sonnet-5-5",
  max_tokens: 1024,
  messages: [{ role: "user", content: "What is the capital of France?" }],
};

async function unary(count) {
  for (let call = 0; call < count; call++) {
    assert((await client.messages.create(request)).content.length === 1);
  }
}

async function streams(count) {
  let events = 0;
  for (let stream = 0; stream < count; stream++) {
    for await (const event of await client.messages.create({ ...request, stream: true })) {
      if (event.type === "content_block_delta") assert(event.delta.text);
      events++;
    }
  }
  return events;
}

/** Of this process, in microseconds. */
function cpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function main() {
  await unary(50);
  await streams(1);
  let start = cpu();
  await unary(CALLS);
  const call = (cpu() - start) / CALLS;
  const clock = performance.now();
  start = cpu();
  const events = await streams(STREAMS);
  const event = (cpu() - start) / events;
  const rate = events / ((performance.now() - clock) / 1000);
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(`${call.toFixed(1)} ${event.toFixed(2)} ${rate.toFixed(0)} ${peak.toFixed(1)}`);
}

main();
