"""Other people's data: what is read of a file, what is learned from it, which columns may have been written later."""

import io
import os
import re
import subprocess
import sys
from math import exp, fsum
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command

from retention.former import former_risk
from retention.others.evaluate import CsvRequest, evaluate_csv
from retention.others.forecast_task import ForecastTask, splits
from retention.others.logistic import fit_logistic
from retention.others.periods import StandingAt, at_risk, standings, tenancy_terms, unit_of, whole_periods
from retention.others.sheet import SheetRefused, read_sheet
from retention.tests.other_files import tenancies, write

DATA = os.environ.get("AKIG_EVALUATION_DATA")


@pytest.fixture
def file(tmp_path):
    def with_rows(rows, separator=","):
        return write(tmp_path / "others.csv", rows, separator)

    return with_rows


def lines(path, **options):
    asked = {"target": "left", "duration": "months", "trusted": (), "learner": "logistic"} | options
    return list(evaluate_csv(CsvRequest(path, **asked)))


def auc_of(found):
    [line] = [line for line in found if line.startswith("AUC")]
    return float(line.split()[1])


def leaks_of(found):
    return {line.split()[1].rstrip(":") for line in found if line.startswith("leak? ") and line != "leak? none"}


@pytest.mark.parametrize("learner", ["logistic", "table"])
def test_tenancies_are_forecast_by_their_age_alone_and_leaks_are_named(file, learner):
    found = lines(file(tenancies()), learner=learner)
    assert found[0] == "others.csv: 1500 rows, 532 events, 0 left out"
    assert 0.65 < auc_of(found) < 0.72
    assert leaks_of(found) == {"keys_handed_back", "on_notice_list", "moved_out_on"}
    assert "Not used, for it may be set at departure (--trust COLUMN): rooms, keys_handed_back, on_notice_list" in found
    assert "Not used, for it tells rows apart, is a date or is empty: ref, moved_out_on" in found


def test_a_column_is_used_only_where_somebody_vouches_for_it(file):
    path = file(tenancies())
    trusted = lines(path, trusted=("on_notice_list", "rooms"))
    assert auc_of(trusted) > auc_of(lines(path)) + 0.03
    assert "Trusted to be known beforehand: rooms, on_notice_list" in trusted
    assert any(line.startswith("leak? on_notice_list: ") for line in trusted)
    assert any(line.startswith("leak? keys_handed_back (not used): ") for line in trusted)


def test_a_value_that_never_meets_the_event_is_a_question_even_without_a_duration(file):
    dice = Random(1)  # noqa: S311 -- the same rows each time
    rows = [["left", "size", "flag"]]
    for number in range(400):
        left = dice.random() < 0.3
        rows.append(["1" if left else "0", dice.gauss(0, 1) + left, "" if left or number % 4 else "current"])
    found = lines(file(rows), duration=None, trusted=("all",))
    assert leaks_of(found) == {"flag"}
    assert any("where it is current, " in line for line in found)


def test_numbers_with_empty_cells_stay_numbers_and_words_become_columns(file):
    rows = [["left", "total", "kind"], ["Yes", "1 200,5", "a"], ["No", "", "b"], ["Yes", "3", "c"], ["No", "4", ""]]
    sheet = read_sheet(file(rows, ";"), target="left", duration=None)
    assert sheet.events == (True, False, True, False)
    assert sheet.columns["total"].numbers == (1200.5, None, 3.0, 4.0)
    assert sheet.columns["kind"].kind == "words"


def test_rows_whose_event_or_duration_is_not_known_are_left_out(file):
    rows = [["left", "days"], ["yes", 10], ["", 20], ["no", ""], ["no", -1], ["no", 5]]
    sheet = read_sheet(file(rows), target="left", duration="days")
    assert (sheet.events, sheet.durations, sheet.left_out) == ((True, False), (10.0, 5.0), 3)


HEAD = [["left", "months"], ["yes", 3], ["no", 4]]
REFUSED = {
    "no such column": (HEAD, {"target": "gone"}, "there is no column gone: there are left, months"),
    "no such duration": (HEAD, {"duration": "weeks"}, "there is no column weeks"),
    "nothing to trust": (HEAD, {"trusted": ("rooms",)}, "there is no column rooms to trust"),
    "nothing to go by": (HEAD, {"duration": None, "trusted": ()}, "there is nothing to forecast from"),
    "no age": (HEAD, {"duration": None, "trusted": ("all",), "learner": "table"}, "the table knows a tenancy by its"),
    "all left": ([["left", "months"], ["yes", 3], ["yes", 4]], {}, "the event came in 2 of 2 rows"),
    "what is yes": ([["left", "months"], ["gone", 3], ["here", 4]], {}, "left is gone, here: say which is the event"),
    "nowhere": (HEAD, {"target": "left=gone"}, "left is nowhere gone"),
    "no rows": ([["left", "months"]], {}, "no rows"),
    "a cell too many": ([*HEAD, ["no", 4, 5]], {}, "row 4 has 3 cells, the head has 2"),
    "a name twice": ([["left", "left"], ["yes", "no"]], {}, "the column left stands twice"),
}


@pytest.mark.parametrize(("rows", "options", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_evaluated_is_refused_with_the_reason(file, rows, options, reason):
    with pytest.raises(SheetRefused, match=re.escape(reason)):
        lines(file(rows), **options)


def test_the_event_may_be_one_value_of_several(file):
    rows = [["status", "months"], ["Past", 3], ["Current", 4], ["past", 9]]
    assert read_sheet(file(rows), target="status=past", duration="months").events == (True, False, True)


def test_what_is_learned_is_where_the_log_loss_is_flat():
    import numpy as np

    dice = Random(2)  # noqa: S311 -- the same rows each time
    rows = [[dice.gauss(0, 1), dice.gauss(40, 12)] for _ in range(500)]
    came = [dice.random() < 1 / (1 + exp(2 - a - 0.02 * b)) for a, b in rows]
    found = fit_logistic(np.array(rows), np.array(came, dtype=float))
    a, b = found.coefficients
    left_over = [
        1 / (1 + exp(-(found.intercept + a * x + b * y))) - here for (x, y), here in zip(rows, came, strict=True)
    ]
    assert abs(fsum(left_over)) < 1e-6
    assert abs(fsum(over * x for over, (x, _y) in zip(left_over, rows, strict=True))) < 1e-4
    assert abs(fsum(over * y for over, (_x, y) in zip(left_over, rows, strict=True))) < 1e-2
    assert found.steps < 12


def test_columns_that_say_the_same_are_no_obstacle():
    import numpy as np

    twice = np.array([[x, x] for x in range(10)], dtype=float)
    found = fit_logistic(twice, np.array([0, 1, 0, 0, 1, 0, 1, 1, 0, 1], dtype=float))
    assert found.coefficients[0] == pytest.approx(found.coefficients[1])


def test_each_person_is_at_risk_in_each_period_until_the_event():
    rows = list(at_risk((2, 1), (True, False), (0, 1)))
    assert [(row.person, row.time, row.came) for row in rows] == [(0, 1, False), (0, 2, True), (1, 1, False)]


def test_who_is_lost_from_sight_within_90_days_is_not_asked_about():
    assert list(standings((7, 3, 2), (True, False, False), 3, (0, 2))) == [
        StandingAt(0, 0, False),
        StandingAt(0, 3, False),
        StandingAt(0, 6, True),
    ]
    # The second begins a month later: two months are known of, and nobody knows the third.
    assert list(standings((7, 3, 2), (True, False, False), 3, (1,))) == []


def test_the_unit_of_a_duration_is_read_from_its_name_or_its_size():
    assert [unit_of("week", [52]), unit_of("tenure_days", [50]), unit_of("jours", [5])] == ["weeks", "days", "days"]
    assert [unit_of("tenure", [72]), unit_of("tenure", [2400])] == ["months", "days"]
    assert whole_periods([1, 30, 31, 61], "days") == [1, 1, 2, 3]
    assert whole_periods([0, 1, 2.5], "months") == [1, 1, 3]


@pytest.mark.parametrize(("months", "window"), [(0, -1), (8, -1), (9, 12), (12, 12), (13, -1), (21, 24), (47, 48)])
def test_a_tenancy_of_some_months_has_its_anniversary_within_120_days_or_not(months, window):
    assert tenancy_terms(months) == {"window": window, "loyalty": months}


def test_the_tests_are_a_quarter_each_alike_and_the_same_each_time():
    task = ForecastTask(tuple(n % 5 == 0 for n in range(103)))
    found = list(splits(task))
    assert found == list(splits(task))
    for learned, tested in found:
        assert sorted(learned + tested) == list(range(103))
        assert (len(tested), sum(task.events[n] for n in tested)) == (26, 5)
    assert len({tuple(sorted(tested)) for _learned, tested in found}) == 3


def test_the_former_formula_ranks_who_pays_late_and_has_come_lately_first():
    class Of:
        def __init__(self, on_time, judged, tenure_months):
            self.on_time, self.judged, self.tenure_months = on_time, judged, tenure_months

    assert [former_risk(Of(*facts)) for facts in [(24, 24, 60), (0, 24, 0), (12, 24, 12), (0, 0, 24)]] == [
        0.0, 1.0, 0.5, 0.25,
    ]  # fmt: skip


def test_boosting_says_what_it_needs_where_it_is_not_installed(file):
    with pytest.raises(SheetRefused, match="make evaluate"):
        lines(file(tenancies(60)), learner="ebm")


def command(**options):
    out = io.StringIO()
    call_command("evaluate_retention", stdout=out, **options)
    return out.getvalue()


def test_the_command_evaluates_a_file_in_a_child_process(file):
    path = file(tenancies(300))
    said = command(csv=path, target="left", duration="months", trust=["rooms,on_notice_list"]).splitlines()
    assert said == lines(path, trusted=("rooms", "on_notice_list"))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"target": None}, "--csv needs --target COLUMN."),
        ({"target": "gone"}, "there is no column gone"),
        ({"csv": Path("nowhere.csv")}, "No such file"),
        ({"learner": "model"}, "neither a site nor the terms"),
        ({"site": "GN_KINDIA"}, "neither a site nor the terms"),
    ],
)
def test_the_command_says_in_one_line_why_a_file_cannot_be_evaluated(file, options, reason):
    with pytest.raises(CommandError) as refused:
        command(**{"csv": file(tenancies(60)), "target": "left", "duration": "months"} | options)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_child_knows_no_django():
    program = (
        "import sys; import retention.others.__main__, ops.science\n"
        "print([name for name in ('django', 'numpy') if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.skipif(DATA is None, reason="real files: AKIG_EVALUATION_DATA=FOLDER with telco_churn.csv and rossi.csv")
def test_the_real_files_come_to_the_published_figures():
    found = lines(Path(DATA) / "telco_churn.csv", target="Churn", duration=None, trusted=("all",))
    assert auc_of(found) == pytest.approx(0.849, abs=0.004)
    found = lines(Path(DATA) / "rossi.csv", target="arrest", duration="week", trusted=("all",))
    [said] = [line for line in found if line.startswith("coefficients")]
    assert said == "coefficients from all 19809 rows, in 10 steps"
    learned = {line.split()[0]: float(line.split()[1]) for line in found if line.startswith("  ")}
    published = {
        "fin": -0.383,
        "age": -0.057,
        "race": 0.317,
        "wexp": -0.151,
        "mar": -0.438,
        "paro": -0.083,
        "prio": 0.092,
    }
    assert {name: round(learned[name], 3) for name in published} == published
