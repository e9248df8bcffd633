"""One file per noun: Click, and the words users read. A command unpacks, calls one service or query, says it."""
