"""The files that an admin brings and takes away: tables as text, as workbooks and as JSON.

A leaf: it knows no persons and no cases, prints nothing and opens no store. `reading.open_sheet` gives the rows of a
file, `writing` makes files that read back as the same texts, and `template` makes a workbook to fill in.
"""
