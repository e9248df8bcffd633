"""One file per noun: reads. (connection, plain values) -> frozen rows. SQL text, written once for both engines."""
