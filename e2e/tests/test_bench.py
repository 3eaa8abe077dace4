"""What `script/bench` promises: its JSON's shape, and verdicts that claim nothing that was not measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT))  # the benches are no installed package

from bench.frame import Goal, Measure, Rounds, alternate, judge, not_measured  # noqa: E402
from bench.parts import statements  # noqa: E402
from bench.parts.marks import MARK  # noqa: E402

AT_LEAST_HALF = Goal(">=", 0.5)
KEYS = {"bench", "name", "unit", "ours", "peer", "limit", "ratio", "goal", "verdict", "why"}
VERDICTS = {"met", "missed", "refused", "not measured"}


def test_the_bench_writes_its_measures_in_the_promised_shape(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    command = [ROOT / "script" / "bench", "start", "--rounds", "2", "--json", out]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(out.read_text(encoding="utf-8"))
    assert set(told) == {"version", "measures"} and told["version"] == 1
    for one in told["measures"]:
        shape_holds(one)
    names = {one["name"]: one for one in told["measures"]}
    assert set(names) == {"eimza --help", "eimza --version", "anahtar --version"}
    assert names["eimza --help"]["goal"] == {"op": "<=", "value": 3.0}
    assert names["eimza --help"]["name"] in done.stdout


def shape_holds(one: dict[str, object]) -> None:
    """Every key is there; figures are numbers or null; what compares says with what."""
    assert set(one) == KEYS
    assert one["verdict"] in VERDICTS
    assert all(isinstance(one[key], float | None) for key in ("ours", "peer", "limit"))
    ratio, goal = one["ratio"], one["goal"]
    assert isinstance(ratio, dict) and set(ratio) == {"to", "median", "min", "max"}
    assert isinstance(goal, dict) and set(goal) == {"op", "value"}
    assert ratio["to"] is None or ratio["min"] <= ratio["median"] <= ratio["max"]


def test_a_bench_that_is_not_there_is_refused() -> None:
    done = subprocess.run([ROOT / "script" / "bench", "nothing"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "no bench nothing" in done.stderr


def test_ours_peer_and_limit_take_turns() -> None:
    order: list[str] = []

    def take(name: str, value: float) -> float:
        order.append(name)
        return value

    taken = alternate(lambda: take("A", 1), lambda: take("B", 2), lambda: take("C", 4), 2)
    assert order == ["A", "B", "C"] * 2
    assert taken == Rounds([1, 1], [2, 2], [4, 4])


def verdict(rounds: Rounds, goal: Goal | None = AT_LEAST_HALF) -> str:
    return judge("b", "n", "u", rounds, to="peer", goal=goal).verdict


def test_the_median_ratio_decides() -> None:
    steady = [100.0, 100.0, 100.0]
    assert verdict(Rounds([60, 49, 51], steady)) == "met"
    assert verdict(Rounds([60, 49, 48], steady)) == "missed"


def test_at_most_is_the_other_way_round() -> None:
    assert verdict(Rounds([300], [100]), Goal("<=", 3)) == "met"
    assert verdict(Rounds([301], [100]), Goal("<=", 3)) == "missed"


def test_a_limit_that_wanders_makes_a_ratio_worthless() -> None:
    assert verdict(Rounds([60, 60, 60], [100, 100, 100], [100, 100, 124])) == "met"
    wandering = judge(
        "b", "n", "u", Rounds([60, 60, 60], [100, 100, 100], [100, 100, 126]), to="peer", goal=AT_LEAST_HALF
    )
    assert wandering.verdict == "refused"
    assert "26%" in wandering.why


def test_without_a_peer_nothing_is_measured() -> None:
    assert verdict(Rounds([60])) == "not measured"
    absent = not_measured("b", "n", "u", "not installed: opensc", AT_LEAST_HALF).as_json()
    assert (absent["ours"], absent["ratio"]["median"], absent["verdict"]) == (None, None, "not measured")


def test_what_has_no_goal_says_so() -> None:
    one = judge("b", "n", "u", Rounds([1.0]), to="peer")
    assert isinstance(one, Measure)
    assert one.why.startswith("for information")
    assert one.as_json()["goal"] == {"op": None, "value": None}


NAME, NONCE, GRANT = "0a" * 16, "1b" * 16, statements.FIRST["unlock_grant"]
LOGGED = [
    f"{MARK}open'",
    "SELECT set_config('TimeZone', 'UTC', false)",
    f"""INSERT INTO "unlock_unlock" ("id", "code_reference") VALUES ('{NAME}'::uuid, 'AB23')""",
    f"{MARK}consent'",
    f"""SELECT 1 WHERE "code_reference" = 'AB23' AND subject = 'unlock:{NAME}'""",
    f"""INSERT INTO "unlock_grant" ("unlock_id") VALUES ('{NAME}'::uuid) RETURNING "unlock_grant"."id\"""",
    f"""INSERT INTO "people_objection" ("digest", "about") VALUES ('\\x{"c3" * 32}'::bytea, 'unlock:{NAME}')""",
    f"""UPDATE "t" SET facts = '{{"grant":{GRANT}}}' WHERE id = {GRANT} AND "card_nonce" = '\\x{NONCE}'::bytea""",
]


def test_logged_statements_become_a_script_whose_runs_never_meet(tmp_path: Path) -> None:
    [unlock] = statements.split(LOGGED)
    steps = statements.write_pgbench(unlock, tmp_path / "one.sql")
    assert steps == ["", "open", "consent", "consent", "consent", "consent"]
    drawn, opened, asked, granted, told, used = (tmp_path / "one.sql").read_text(encoding="utf-8").splitlines()
    assert drawn.endswith("\\gset")
    assert opened.endswith("""VALUES (':zname'::uuid, ':zcode');""")
    assert asked.endswith("""= ':zcode' AND subject = ':zunlock';""")
    assert granted.endswith("\\gset z2_")
    assert told.endswith("""VALUES ('\\x:zname:znonce'::bytea, ':zunlock');""")
    assert used.endswith("""'{"grant": :z2_id}' WHERE id = :z2_id AND "card_nonce" = '\\x:znonce'::bytea;""")


@pytest.mark.parametrize(
    ("literal", "kind", "pieces"),
    [
        (f"'unlock:{NAME}'", "text", ["unlock:", "\0name"]),
        (f"X'{NONCE}'", "blob", ["\0nonce"]),
        (str(GRANT), "number", ["\0z2_id"]),
        ("'Çelik''in'", "text", ["Çelik'in"]),
        ("'AB23'", "text", ["\0code"]),
    ],
)
def test_a_literal_is_bound_with_what_varies_in_it(literal: str, kind: str, pieces: list[str]) -> None:
    [unlock] = statements.split(LOGGED)
    unlock.statements[:] = [statements.Statement("open", f"SELECT {literal}")]
    assert statements.for_sqlite(unlock) == [("SELECT ?", [(kind, pieces)], "")]
