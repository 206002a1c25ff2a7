"""Every table is the same in CSV and in Parquet, says what the survey says, and is there whole or not at all."""

from __future__ import annotations

import csv
import itertools
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from surveyed_bundle import add_neighbours, add_survey
from tiny_bundle import CLASS_NAMES, make_tiny_bundle

import kerascope
from exporter.bundle import Bundle, KerascopeError, read_bundle
from scenes.arguments import TABLES as NAMED
from viewer.learned.patches import patch_of
from viewer.learned.read import answers_of, features_of, pass_of, survey_of
from viewer.tables import TABLES, table_of, write, write_table
from viewer.tables.table import Asked, Row, Table

Captured = pytest.CaptureFixture[str]
TRUE = np.array([0, 1, -1, 1, 0, 1, 1, 0, 0, 0, 1, 0])
NAMES = ("=1+1", "+x", "-3", "@a", "'q", 'a, "b"', "two\nlines", "四.png", " plain", "\ttab", "x", "")
PICTURES = np.random.default_rng(5).integers(0, 255, (len(TRUE), 6, 6, 1), np.uint8)


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    path = make_tiny_bundle(tmp_path_factory.mktemp("tables") / "tiny.bundle")
    path = add_survey(path, PICTURES, TRUE, names=NAMES, top=4)
    bundle = read_bundle(path)
    pooled = features_of(bundle, pass_of(bundle, survey_of(bundle)), "pool")
    add_neighbours(path, PICTURES, 3, id_="pixels")
    return read_bundle(add_neighbours(path, pooled, 3, id_="pool", layer="pool", checkpoint="002"))


def asked_for(bundle: Bundle, of: str, **more: Any) -> Asked:
    classes = ("zero", "one") if of == "apart" else ()
    return Asked(bundle, class_names=classes, **more)


def from_csv(path: Path, table: Table) -> list[Row]:
    """The rows of a file, in the types of the table."""
    reads: dict[str, Any] = {"int": int, "float": float, "bool": "true".__eq__, "text": lambda cell: cell}
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream, strict=True)
    assert tuple(header) == tuple(name for name, _ in table.columns)
    kinds = [kind for _, kind in table.columns]

    def value(cell: str, kind: str) -> Any:
        if kind == "text":
            return cell.removeprefix("'")
        return reads[kind](cell) if cell else None

    return [tuple(map(value, row, kinds)) for row in rows]


def plain(rows: list[Row]) -> list[tuple[Any, ...]]:
    """Rows in which what is missing is an empty text, and no number is equal to itself."""
    return [tuple("" if v is None else "nan" if isinstance(v, float) and math.isnan(v) else v for v in r) for r in rows]


@pytest.mark.parametrize("of", TABLES)
def test_both_files_have_the_rows_of_the_table(surveyed: Bundle, of: str, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = list(table_of(of, asked_for(surveyed, of)).rows)
    table = table_of(of, asked_for(surveyed, of))
    assert rows
    for name in ("t.csv", "t.parquet"):
        assert write_table(table_of(of, asked_for(surveyed, of)), tmp_path / name) == len(rows)
    assert plain(from_csv(tmp_path / "t.csv", table)) == plain(rows)
    read = parquet.read_table(tmp_path / "t.parquet")
    types = {"int": "int64", "float": "double", "bool": "bool", "text": "string"}
    assert [(field.name, str(field.type)) for field in read.schema] == [(n, types[k]) for n, k in table.columns]
    assert plain(list(zip(*read.to_pydict().values(), strict=True))) == plain(rows)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv", "t.parquet"]


@pytest.mark.parametrize("of", TABLES)
def test_the_page_tells_the_columns_of_every_table(surveyed: Bundle, of: str) -> None:
    text = (Path(write.__file__).parent / "TABLES.md").read_text(encoding="utf-8")
    told = text.split(f"\n- `{of}`:")[1].split("\n- ")[0].split("\n\n")[0]
    columns = [name for name, _ in table_of(of, asked_for(surveyed, of)).columns]
    said = re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", told))
    assert said == columns
    assert f"| `{of}` |" in text


def test_no_name_of_a_file_is_a_formula(surveyed: Bundle, tmp_path: Path) -> None:
    write_table(table_of("predictions", Asked(surveyed)), tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert not [cell for cell in cells if cell[:1] in tuple("=+@\t\r")]
    assert [cell for cell in cells if cell.startswith("-")] == []
    assert "'=1+1" in cells
    assert b"\r\n" in (tmp_path / "t.csv").read_bytes()


def test_predictions_are_those_of_the_survey(surveyed: Bundle) -> None:
    answers = answers_of(surveyed, pass_of(surveyed, survey_of(surveyed)))
    for row, *_, own, own_name, said, said_name, score, margin, is_right in (
        (r[0], r[1], *r[2:]) for r in table_of("predictions", Asked(surveyed)).rows
    ):
        assert (own, own_name) == ((None, None) if TRUE[row] < 0 else (TRUE[row], CLASS_NAMES[TRUE[row]]))
        assert (said, said_name) == (answers.predicted[row], CLASS_NAMES[answers.predicted[row]])
        assert (score, margin) == (answers.score[row], answers.margin[row])
        assert is_right == (None if TRUE[row] < 0 else TRUE[row] == said)


def test_patches_have_the_box_that_is_seen(surveyed: Bundle) -> None:
    rows = list(table_of("patches", Asked(surveyed, layer="pool", top=2)).rows)
    assert len(rows) == 4 * 2
    for layer, channel, rank, value, image, name, *_, start, stop, left, right in rows:
        patch = patch_of(surveyed, survey_of(surveyed), layer, channel, rank - 1)
        assert (patch.value, patch.image, patch.name) == (value, image, name)
        assert (patch.start, patch.stop) == ((start, left), (stop, right))
        assert 0 < stop - start <= 4


def test_channels_are_ranked_by_layer_and_over_all(surveyed: Bundle) -> None:
    rows = [row for row in table_of("channels", Asked(surveyed, top=99)).rows if row[0] == 1]
    over_all = sorted(rows, key=lambda row: row[5])
    assert [row[5] for row in over_all] == list(range(1, len(rows) + 1))
    assert all(one[7] >= two[7] for one, two in itertools.pairwise(over_all))
    assert len(list(table_of("channels", Asked(surveyed, layer="conv", top=1, class_names=("one",))).rows)) == 1


def test_what_is_asked_for_narrows_a_table(surveyed: Bundle) -> None:
    assert {row[2] for row in table_of("predictions", Asked(surveyed, class_names=("one",))).rows} == {1}
    near = list(table_of("neighbours", Asked(surveyed, layer="pool", class_names=("0",), top=2)).rows)
    assert {(row[0], row[5]) for row in near} == {("pool", 0)}
    assert len(near) == 2 * (TRUE == 0).sum()
    assert {row[1] for row in table_of("neighbours", Asked(surveyed)).rows} == {None, "pool"}
    mistakes = list(table_of("confusion", Asked(surveyed, top=1)).rows)
    assert all(true != said for true, _, said, *_ in mistakes)


@pytest.mark.parametrize(
    ("of", "more", "says"),
    [
        ("predictons", {}, "did you mean predictions"),
        ("predictions", {"layer": "conv"}, "--layer means nothing for predictions"),
        ("predictions", {"class_names": ("two",)}, "no image of the survey counts for class 'two'"),
        ("predictions", {"class_names": ("twp",)}, "did you mean 'two'"),
        ("apart", {"class_names": ("one",)}, "two classes are told apart"),
        ("apart", {"class_names": ("one", "1")}, "cannot be told from itself"),
        ("patches", {"top": 9}, "so many patches of a channel were not kept: expected at most 4, got 9"),
        ("patches", {"top": 0}, "at least one of each"),
        ("neighbours", {"top": 9}, "so many neighbours were not kept: expected at most 3, got 9"),
        ("neighbours", {"layer": "conv"}, "no neighbours by features of conv"),
        ("statistics", {"layer": "con"}, "the survey did not look at this layer"),
        ("statistics", {"survey_id": "009"}, "no such survey"),
        ("statistics", {"checkpoint_id": "001"}, "no such checkpoint in the survey"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(surveyed: Bundle, of: str, more: dict[str, Any], says: str) -> None:
    with pytest.raises(KerascopeError, match=says):
        table_of(of, Asked(surveyed, **more))


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    def failing() -> Iterator[Row]:
        yield (1,)
        raise KerascopeError("no more")

    for name in ("t.csv", "t.parquet"):
        with pytest.raises(KerascopeError, match="no more"):
            write_table(Table((("n", "int"),), failing()), tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(KerascopeError, match=r"expected NAME.csv or NAME.parquet, got t.xlsx"):
        write_table(Table((("n", "int"),), ()), tmp_path / "t.xlsx")
    path = tmp_path / "t.csv"
    write_table(Table((("n", "int"),), [(1,)]), path)
    with pytest.raises(KerascopeError, match="--overwrite"):
        write_table(Table((("n", "int"),), [(2,)]), path)
    assert path.read_bytes() == b"n\r\n1\r\n"
    write_table(Table((("n", "int"),), [(2,)]), path, overwrite=True)
    assert path.read_bytes() == b"n\r\n2\r\n"


def test_numbers_keep_all_their_bits(tmp_path: Path) -> None:
    values = [0.1, 1e-310, -0.0, 2**53 + 2.0, float(np.float32(0.1)), math.inf, -math.inf, math.nan, math.pi]
    write_table(Table((("x", "float"),), [(value,) for value in values]), tmp_path / "t.csv")
    read = [float(line) for line in (tmp_path / "t.csv").read_text().split()[1:]]
    assert np.array_equal(np.array(read).view(np.int64), np.array(values).view(np.int64))


def test_the_command_writes_a_file_or_to_stdout(surveyed: Bundle, tmp_path: Path, capsys: Captured) -> None:
    assert set(NAMED) == set(TABLES)
    command = ["tables", str(surveyed.path), "--of", "classes"]
    assert kerascope.main(command) == 0
    told = capsys.readouterr()
    assert told.out.startswith("class,name,images,")
    assert told.err == ""
    out = tmp_path / "t.csv"
    assert kerascope.main([*command, "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert out.read_bytes() == told.out.encode()
    assert kerascope.main([*command, "--out", str(out)]) == 1
    assert "--overwrite" in capsys.readouterr().err
