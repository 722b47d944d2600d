"""What works report of one thing, and how well our own checks do: what the page of benchmarks is made from."""
