# ruff: noqa: E501
"""A believable old case list, as a service would bring it: invented people, and every mess that such lists have.

One source, two files: `old_cases.csv` as a spreadsheet program of this country saves it (semicolons, cp1252), and
`old_cases.xlsx`, in which a day that the program understood is a day and everything else is text. The contacts and the
staff beside them are short. docs/import.md walks through these files; tests/test_import_page.py holds them to this.
"""

import io
from datetime import date, datetime

TITLE = [["Perpetrator programme: case list"], ["Printed 27/02/2026, page 1 of 1"], []]
"""What stands above the header."""

HEADER = ["Case No", "Surname", "First Name", "D.O.B.", "Gender", "Mobile", "Home Address", "Started", "Source"]
HEADER += ["District", "Risk", "Key Worker", "Stage", "Date Closed", "Reason closed", "Notes", "RAG"]

MOVED, DONE = "moved_out_of_area", "completed"
LINES = "Moved in with a parent.\nNew number given by probation.\n\nRing mornings only."

# fmt: off
ROWS = [
    # closed, from years ago
    ["OLD-1001", "Marlow", "Dean", "14/05/1987", "male", "07700 900101", "Flat 3, 7 Invented Road", "14/01/2024", "MARAC", "Worthing", "High", "keith", "step-down", "08/11/2024", DONE, "", "green"],
    ["OLD-1002", "Penfold", "Chris", "1975-10-12", "female", "07700 900102", "", "22/01/2024", "police", "Adur", "standard", "keith", "", "02/09/2024", MOVED, "Gone to Kent.", "green"],
    ["OLD-1003", "O’Neill", "Siân", "03.09.1990", "female", "07700 900103", "12 Nowhere Lane", "05/02/2024", "MARAC", "Worthing", "high", "keith", "", "05/12/2024", "completed ", "", "green"],
    ["OLD-1004", "Ashdown", "Tom", "02/03/1964", "male", "01632 960104", "1 Sample Street", "19/02/2024", "probation", "Arun", "standard", "keith", "", "11/12/2024", DONE, "Retired.", "green"],
    ["OLD-1005", "Müller", "Kai", "28/02/1981", "", "+44 7700 900105", "", "26/02/2024", "MARAC", "Crawley", "high", "keith", "", "12/08/2024", "long custody", "", "red"],
    ["OLD-1006", "Hartley", "Nadia", "03/07/1991", "female", "07700 900106", "4 Made Up Mews", "11/03/2024", "Housing", "Worthing", "standard", "keith", "", "10/12/2024", DONE, "", "green"],
    ["OLD-1007", "Brook", "Ellis ", "19/11/1979", "male", "", "", "25/03/2024", "police", "Adur", "high", "keith", "", "", "", "Closed in the summer, reason not written down.", "green"],
    ["OLD-1008", "Tuppen", "Karen", "30-06-1968", "female", "07700 900108", "", "08/04/2024", "self", "Horsham", "standard", "keith", "", "04/10/2024", "moved out of area", "", "green"],
    ["OLD-1009", "Quill", "Jordan", "17/01/1993", "other", "07700 900109", "9 Pretend Place", "22/04/2024", "MARAC", "Mid Sussex", "high", "keith", "", "10/02/2025", "window_ended_not_engaged", "", "amber"],
    ["OLD-1010", "Renshaw", "Zoë", "05/12/1984", "female", "07700 900110", "", "13/05/2024", "MARAC", "Worthing", "standard", "keith", "", "12/02/2025", DONE, "", "green"],
    ["OLD-1011", "Sorrell", "Bryn", "31/02/1986", "male", "07700 900111", "2 Fiction Fold", "27/05/2024", "mental health", "Arun", "standard", "keith", "", "06/02/2025", DONE, "", "green"],
    ["OLD-1012", "Vance", "Moira", "21/08/1972", "female", "", "", "10/06/2024", "Health", "Lewes", "standard", "keith", "", "03/03/2025", DONE, "", "green"],
    ["OLD-1013", "Larch", "Pat", "09/04/1969", "not known", "07700 900113", "", "24/06/2024", "court", "Hastings", "high", "keith", "", "07/03/2025", "transferred", "", "amber"],
    ["OLD-1014", "Fenn", "Rowan", "13/10/1996", "male", "+44 7700 900114", "", "08/07/2024", "MATAC", "Eastbourne", "high", "keith", "", "09/04/2025", "died", "", ""],
    ["OLD-1015", "Copeland", "Jess", "26/12/1988", "female", "07700 900115", "6 Imaginary Close", "22/07/2024", "police", "Wealden", "standard", "keith", "", "11/04/2025", DONE, "", "green"],
    # open
    ["OLD-1016", "Dean", "Marlow", "14/05/1987", "male", "07700 900116", "", "02/06/2025", "earlier case", "Worthing", "High", "amina", "engaged", "", "", "Had a case with us before?", "amber"],
    ["OLD-1017", "Idris", "Sam", "08/02/1990", "male", "07700 900117", "", "16/06/2025", "MARAC", "Adur", "high", "amina", "engaged", "", "", "", "amber"],
    ["OLD-1018", "Wren", "Toby", "11/09/1982", "male", "", "15 Unreal Rise", "30/06/2025", "police", "Arun", "standard", "ben", "engaged", "", "", "", "green"],
    ["OLD-1019", "Ashdown", "Tom", "02/03/1989", "male", "07700 900119", "1 Sample Street", "14/07/2025", "childrens social care", "Arun", "high", "ben", "not engaged", "", "", "", "red"],
    ["OLD-1020", "Gale", "Frances", "24/04/1977", "female", "07700 900120", "", "28/07/2025", "probation", "Crawley", "standard", "amina", "engaged", "", "", "", "green"],
    ["OLD-1021", "Hartley", "Nadia", "07/03/1991", "female", "07700 900121", "", "11/08/2025", "MARAC", "Worthing", "standard", "amina", "pre-engagement", "", "", "", "amber"],
    ["OLD-1022", "Birch", "Lindsay", "16/06/1985", "female", "07700 900122", "", "25/08/2025", "MARAC", "Horsham", "medium", "ben", "engaged", "", "", "", "amber"],
    ["OLD-1023", "Stokoe", "Martin", "29/02/1992", "male", "07700 900123", "8 Conjured Court", "08/09/2025", "police", "Mid Sussex", "high", "amina", "engaged", "", "", LINES, "amber"],
    ["OLD-1024", "Pryce", "Gwen", "12/01/1973", "female", "01632 960124", "", "22/09/2025", "housing", "Worthing", "standard", "ben", "engaged", "", "", "", "green"],
    ["OLD-1025", "Nash", "Oliver", "20/10/1995", "male", "07700 900125", "", "10/13/2025", "MARAC", "Adur", "high", "ben", "engaged", "", "", "", "red"],
    ["OLD-1026", "Thorne", "Alex", "18/07/1980", "", "+44 7700 900126", "", "20/10/2025", "substance", "Arun", "standard", "amina", "not engaged", "", "", "", "amber"],
    ["OLD-1027", "Ibbotson", "Ray", "27/03/1966", "male", "", "", "3/11/25", "police", "Crawley", "standard", "ben", "pre-engagement", "", "", "", "amber"],
    ["OLD-1028", "Castle", "Robin", "15/08/1991", "female", "07700 900128", "", "17/11/2025", "MARAC", "Horsham", "high", "amian", "information gathering", "", "", "", "red"],
    ["OLD-1017", "Meadows", "Joan", "22/05/1970", "female", "07700 900129", "", "24/11/2025", "health", "Lewes", "standard", "amina", "pre-engagement", "", "", "Number typed twice?", "amber"],
    ["OLD-1030", "Underhill", "Max", "10/11/1998", "male", "07700 900130", "3 Notional Nook", "01/12/2025", "MARAC", "Worthing", "medium", "ben", "information gathering", "", "", "", "amber"],
    ["OLD-1031", "Keane", "Aoife", "06/06/1986", "female", "07700 900131", "", "08/12/2025", "probation", "Eastbourne", "standard", "amina", "pre-engagement", "", "", "", "amber"],
    ["OLD-1032", "Löwe", "Ben", "23/09/1974", "male", "07700 900132", "", "15/12/2025", "police", "Wealden", "high", "ben", "information gathering", "", "", "", "red"],
    ["OLD-1033", "Dyer", "Sasha", "04/02/1994", "not_known", "", "", "22/12/2025", "MARAC", "Rother", "standard", "amina", "information gathering", "", "", "", ""],
    ["OLD-1034", "Farrow", "Lee", "09/11/1968", "male", "07700 900134", "", "05/01/2026", "MARAC", "Worthing", "high", "ben", "information gathering", "", "", "", "red"],
    ["OLD-1035", "Grange", "Esme", "31/01/2001", "female", "07700 900135", "", "12/01/2026", "Self-referral", "Adur", "standard", "amina", "information gathering", "", "", "", "amber"],
    ["OLD-1036", "Hollis", "Drew", "17/12/1983", "", "07700 900136", "", "19/01/2026", "police", "Arun", "", "ben", "information gathering", "", "", "", "amber"],
    ["OLD-1037", "Pike", "Morgan", "25/07/1999", "female", "07700 900137", "", "26/01/2026", "MARAC", "Chichester", "standard", "", "information gathering", "", "", "Nobody has it yet.", "red"],
    ["OLD-1038", "Rudd", "Cass", "13/03/1978", "male", "07700 900138", "", "02/02/2026", "court", "Worthing", "high", "", "", "", "", "", "red"],
    ["OLD-1039", "Salter", "Wes", "30/09/1989", "male", "07700 900139", "5 Mythical Way", "09/02/2026", "MARAC", "Brighton and Hove", "medium", "", "", "", "", "", "red"],
    ["OLD-1040", "Winter", "Hope", "1 April 1992", "female", "07700 900140", "", "16/02/2026", "police", "Adur", "standard", "", "", "", "", "", "red"],
]

STAFF = [
    ["Username", "Full name", "Job role", "Max cases", "Date left"],
    ["amina", "Amina Khan", "case manager", "15", ""],
    ["ben", "Ben Carter", "case manager", "15", ""],
    ["keith", "Keith Lund", "case manager", "", "30/05/2025"],
]

CONTACTS = [
    ["Case No", "Date", "Type", "Result", "Made by", "Mins", "Comments"],
    ["OLD-1016", "19/02/2026", "in person", "held", "amina", "50", "Talked about work and sleep. Same day next week."],
    ["OLD-1016", "26/02/2026", "phone", "not in", "amina", "", ""],
    ["OLD-1018", "13/02/2026", "in person", "did not attend", "ben", "", ""],
    ["OLD-1018", "20/02/2026", "video", "held", "ben", "30", "A form for housing, filled in together."],
    ["OLD-1023", "24/02/2026", "phone", "held", "amina", "15", "Said that mornings are better."],
]
# fmt: on

DAYS = ("D.O.B.", "Started", "Date Closed")
"""Columns in which a spreadsheet program makes days of what it understands."""


def old_cases_csv() -> bytes:
    """The list as text, with nothing quoted but what must be."""
    return _text([*TITLE, HEADER, *ROWS])


def _text(table: list[list[str]]) -> bytes:
    import csv

    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";").writerows([row + [""] * (len(table[-1]) - len(row)) for row in table])
    return stream.getvalue().encode("cp1252")


def old_cases_xlsx() -> bytes:
    """The list as a workbook."""
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2026, 2, 27)})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet = book.add_worksheet("Case list")
        for number, row in enumerate([*TITLE, HEADER, *ROWS]):
            for place, text in enumerate(row):
                found = understood(text) if number > len(TITLE) and HEADER[place] in DAYS else None
                if found:
                    sheet.write_datetime(number, place, datetime(found.year, found.month, found.day), day)
                elif text:
                    sheet.write_string(number, place, text)
    return stream.getvalue()


def understood(text: str) -> date | None:
    """The day that a spreadsheet program of this country takes a typed text for, if it does."""
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def old_staff_csv() -> bytes:
    """Who works there, and who did."""
    return _text(STAFF)


def old_contacts_csv() -> bytes:
    """A few contacts with the people of the list."""
    return _text(CONTACTS)


FILES = {
    "old_cases.csv": old_cases_csv,
    "old_cases.xlsx": old_cases_xlsx,
    "old_staff.csv": old_staff_csv,
    "old_contacts.csv": old_contacts_csv,
}
"""The files of tests/data that are made here."""
