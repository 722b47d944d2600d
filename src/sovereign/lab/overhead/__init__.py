"""The overhead protocol: what each way of adapting a model costs in latency and memory, from 110M to 175B parameters."""
