"""The calls of `official-sdks` through the Python SDK. Its argument is the URL of the server."""

import resource
import sys
import time

from anthropic import Anthropic

CALLS = 1000
STREAMS = 25

client = Anthropic(api_key="sk-ant-bench", base_url=sys.argv[1])
request = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 1024,
    "messages": [{"role": "user", "content": "What is the capital of France?"}],
}


def unary(count):
    for _ in range(count):
        assert len(client.messages.create(**request).content) == 1


def streams(count):
    events = 0
    for _ in range(count):
        for event in client.messages.create(**request, stream=True):
            if event.type == "content_block_delta":
                assert event.delta.text
            events += 1
    return events


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


unary(50)
streams(1)
start = cpu()
unary(CALLS)
call = (cpu() - start) / CALLS
start, clock = cpu(), time.monotonic()
events = streams(STREAMS)
event, rate = (cpu() - start) / events, events / (time.monotonic() - clock)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{call * 1e6:.1f} {event * 1e6:.2f} {rate:.0f} {peak:.1f}")
