"""Which commands can be undone, and what is typed instead where one cannot.

A command that stands in neither table is not undone: whoever writes a new one decides, and names it here.
"""

from collections.abc import Mapping

UNDONE: Mapping[str, str] = {
    "drive case open": "drive case close {ref} --reason opened_in_error",
    "drive case stage": "drive case correct {ref} stage --to STAGE --reason WHY",
    "drive case transfer": "drive case transfer {ref} --to USERNAME --reason WHY",
    "drive case extend": "",
    "drive case correct": "drive case correct {ref} WHAT --reason WHY",
    "drive case close": "drive case open --same-as {ref}",
    "drive contact log": "drive contact correct {contact} --withdraw --reason WHY",
    "drive contact correct": "drive contact correct {contact} --reason WHY",
    "drive assign": "drive assign {ref} --ROLE USERNAME   or: drive unassign {ref} --ROLE --reason WHY",
    "drive review": "drive case correct {ref} review --withdraw --reason WHY",
    "drive seen": "drive seen {ref} --until DAY",
    "drive checklist start": "drive checklist tick NAME {ref} ITEM --state not_appropriate --result WHY",
    "drive checklist tick": "drive checklist tick NAME {ref} ITEM --state CODE",
    "drive checklist record": "drive checklist tick NAME {ref} ITEM --state CODE",
    "drive worker add": "drive worker leave USERNAME",
    "drive worker away": "",
    "drive worker leave": "",
    "drive agency add": "",
}
"""Commands that only add rows, or hand something over; and the line that puts right what can no longer be undone."""

CORRECTED: Mapping[str, str] = {
    "drive approach": "drive approach {ref} --state STATE --with WHO",
    "drive case hold": "drive case hold {ref} --until DAY --by WHO --reason CODE   or: --lift --by WHO",
    "drive case suspend": "drive case resume {ref} --reason CODE",
    "drive case resume": "drive case suspend {ref} --reason CODE",
    "drive case edit": "drive case edit {ref}, with what is right",
    "drive unassign": "drive assign {ref} --ROLE USERNAME",
    "drive person link": "drive person unlink A B --reason WHY",
    "drive person unlink": "drive person link A B --reason WHY",
    "drive practice apply": "drive practice apply PATH --reason WHY",
    "drive worker link": "drive worker link USERNAME",
}
"""Commands that are never undone, and the line that puts right what they did."""

NEVER_TAKEN_OUT = ("approach", "hold", "suspension", "release_date")
"""Tables whose rows keep people safe: whichever command made them, what is wrong is said anew."""

FILLED_IN: Mapping[str, tuple[str, ...]] = {"assignment": ("ended_on", "end_reason"), "worker": ("left_on",)}
"""What a hand-over, a leaving or a closing fills in on rows that were there: to undo it empties them again."""
