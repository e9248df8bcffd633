"""Pure rules. Standard library, dateutil and `errors` only: no row, no file, no clock, no Click."""
