"""Bringing in what others wrote down: a plan first, then all of it in one unit of work, which can be taken back.

`rows` is a row of the file and what was found about it; `known` what the store knows; a file for each kind of record
says how its rows are found, compared, checked and added; `plan` reads a file against them, `apply` does what the plan
says, `undo` takes a batch back.
"""
