"""Reading, measured: pages per second, and readers of different formats held against each other on the same paper."""
