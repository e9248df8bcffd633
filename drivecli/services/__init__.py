"""One file per noun: use-cases. (work, plain values) -> frozen result. The only callers of SQLModel."""
