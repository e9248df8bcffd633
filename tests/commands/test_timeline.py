"""`drive case timeline`: everything that happened, by day, with what was corrected, and no note."""

from commands.refusals import assert_refused


def test_everything_that_happened_is_told_in_order(drive, team) -> None:
    drive.open_case(manager="amina", area="adur", opened="2026-02-02")
    for line in (
        "approach 1 --state agreed --with Fay --on 3/2/2026",
        "assign 1 --substance carl --on 4/2/2026",
        "contact log 1 --mode phone --outcome held --on 5/2/2026 --by carl --note 'never told'",
        "contact correct 1 --outcome not_in --reason 'wrong box'",
        "case stage 1 not_engaged --on 9/2/2026 --reason 'no answer'",
        "review 1 --on 10/2/2026 --note 'never told'",
        "case suspend 1 --reason custody --on 11/2/2026 --expected-release 1/6/2026",
        "case resume 1 --reason released --on 20/2/2026",
        "unassign 1 --substance --on 21/2/2026 --reason finished",
        "case hold 1 --until 16/3/2026 --by Fay --reason threat",
        "case hold 1 --lift --by Fay",
        "seen 1 --until 6/3/2026 --note 'never told'",
        "case extend 1 --months 2 --reason court --authorised-by sam",
        "case edit 1 --tier high --reason reviewed",
        "case close 1 --reason completed --note 'never told'",
    ):
        drive(line, ok=True)

    rows = drive("case timeline 1 --json").json

    assert [(row["on"], row["words"], row["by"], row["state"], row["reason"]) for row in rows] == [
        ("2026-02-02", "opened, window of 10 months", "sam", "", None),
        ("2026-02-02", "stage information_gathering", "sam", "", None),
        ("2026-02-02", "tier not_assessed", "sam", "", None),
        ("2026-02-02", "area adur", "sam", "", None),
        ("2026-02-02", "case_manager amina", "sam", "", None),
        ("2026-02-03", "approach agreed, with Fay", "sam", "", None),
        ("2026-02-04", "substance carl", "sam", "", None),
        ("2026-02-05", "phone, held, direct", "sam", "corrected", None),
        ("2026-02-05", "phone, not_in, direct", "sam", "", "wrong box"),
        ("2026-02-09", "stage not_engaged", "sam", "", "no answer"),
        ("2026-02-10", "review case", "sam", "", None),
        ("2026-02-11", "suspended, custody", "sam", "", None),
        ("2026-02-11", "release expected 2026-06-01", "sam", "", None),
        ("2026-02-20", "resumed, released", "sam", "", None),
        ("2026-02-21", "substance carl ended", "sam", "", "finished"),
        ("2026-03-02", "case_manager amina ended", "sam", "", "case closed"),
        ("2026-03-02", "hold until 2026-03-16, threat, by Fay", "sam", "", None),
        ("2026-03-02", "hold lifted, by Fay", "sam", "", None),
        ("2026-03-02", "known to be overdue until 2026-03-06", "sam", "", None),
        ("2026-03-02", "extended by 2, authorised by sam", "sam", "", "court"),
        ("2026-03-02", "tier high", "sam", "", "reviewed"),
        ("2026-03-02", "closed, completed", "sam", "", None),
    ]
    assert "never told" not in str(drive("case timeline 1")) + str(drive("case timeline 1 --json"))


def test_the_timeline_looks_like_this(drive_file) -> None:
    drive_file.open_case()
    drive_file("approach 1 --state not_yet --with Fay", ok=True)

    result = drive_file("case timeline 1")

    assert result.out.splitlines()[1:] == [
        "Mon 2 Mar 2026  opening       1    opened, window of 10 months  sam",
        "Mon 2 Mar 2026  stage change  1    stage information gathering  sam",
        "Mon 2 Mar 2026  tier change   1    tier not assessed            sam",
        "Mon 2 Mar 2026  approach      1    approach not yet, with Fay   sam",
    ]


def test_the_number_of_a_fact_is_the_one_that_correct_takes(drive_file, team) -> None:
    drive_file.open_case(manager="amina")
    numbers = {row["words"]: row["id"] for row in drive_file("case timeline 1 --json").json}

    result = drive_file(f"case correct 1 assignment --id {numbers['case_manager amina']} --to ben --reason mistyped")

    assert result.code == 0


def test_a_case_that_is_not_there(drive_file) -> None:
    assert_refused(
        drive_file, "case timeline 9", 4, "There is no case WS-0009.\ndrive case list   or: drive case find NAME"
    )
