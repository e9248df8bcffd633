"""`drive workload`: a row per worker."""


def test_a_row_per_worker_most_overdue_first(drive, team) -> None:
    drive("worker add 'Mo Full' --username mo --role case_manager --capacity 3", ok=True)
    drive("worker leave hal", ok=True)
    drive.open_case(manager="ben", opened="2026-02-02")
    drive.open_case(manager="ben", opened="2026-02-02")
    drive("case suspend 2 --reason out_of_area", ok=True)
    drive.open_case(manager="mo", opened="2026-02-24")
    drive("approach 3 --state never --with Fay", ok=True)
    drive.open_case(manager="amina", opened="2025-05-30", today="2025-05-30")
    drive("approach 4 --state agreed --with Fay --on 30/5/2025", ok=True)
    drive("contact log 4 --mode phone --outcome held --on 2/3/2026", ok=True)
    drive("review 4", ok=True)
    drive("review 4 --kind closure_plan", ok=True)
    drive("assign 4 --substance carl", ok=True)
    drive.open_case(manager="amina")
    drive("case close 5 --reason completed", ok=True)

    result = drive("workload")

    assert result.out == (
        "Worker  Role           Open  Suspended  Overdue  Ending in 28 days  Contacts due this week  Capacity\n"
        "ben     case manager   1     1          2        0                  0\n"
        "amina   case manager   1     0          0        1                  0\n"
        "carl    substance      1     0          0        1                  0\n"
        "dana    mental health  0     0          0        0                  0\n"
        "ed      probation      0     0          0        0                  0\n"
        "fay     idva           0     0          0        0                  0\n"
        "gil     admin          0     0          0        0                  0\n"
        "mo      case manager   1     0          0        0                  1                       3\n"
        "sam     team lead      0     0          0        0                  0\n"
    )


def test_a_row_as_data(drive_file, team) -> None:
    drive_file.open_case(manager="amina", opened="2026-02-02")

    assert drive_file("workload --json").json[0] == {
        "username": "amina",
        "name": "Amina Khan",
        "role": "case_manager",
        "open": 1,
        "suspended": 0,
        "overdue": 1,
        "ending": 0,
        "due_this_week": 0,
        "capacity": None,
    }


def test_contacts_due_this_week_are_of_today_and_the_six_days_after(drive_file, team) -> None:
    for opened in ("2026-02-22", "2026-02-23", "2026-03-01", "2026-03-02"):
        drive_file(f"approach {drive_file.open_case(manager='amina', opened=opened)} --state never --with Fay", ok=True)

    row = drive_file("workload --json --fields username,overdue,due_this_week").json[0]

    assert row == {"username": "amina", "overdue": 1, "due_this_week": 2}


def test_windows_ending_are_of_today_and_the_28_days_after(drive_file, team) -> None:
    for opened in ("2025-05-01", "2025-05-02", "2025-05-30", "2025-05-31"):
        drive_file.open_case(manager="amina", opened=opened)

    ends = drive_file("case list --json --fields days_left").json
    row = drive_file("workload --json --fields ending").json[0]

    assert [each["days_left"] for each in ends] == [-1, 0, 28, 29]
    assert row == {"ending": 2}


def test_what_was_corrected_or_withdrawn_is_not_counted(drive_file, team) -> None:
    drive_file.open_case(manager="amina")
    drive_file("assign 1 --substance carl", ok=True)
    drive_file("case correct 1 assignment --withdraw --reason mistyped", ok=True)
    drive_file("case correct 1 assignment --id 1 --to ben --reason mistyped", ok=True)

    held = {row["username"]: row["open"] for row in drive_file("workload --json").json if row["open"]}

    assert held == {"ben": 1}
