"""Loading the reference data: all of it once, nothing twice, and nothing at all when a row is broken."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import START
from workflow.accounts.models import Organisation, OrganisationKind, OrganisationSuccessor
from workflow.audit.models import Event
from workflow.bids.models import Outcome, Round
from workflow.db import SYSTEM, Work
from workflow.deadlines.models import BankHoliday
from workflow.funds import set_ceiling
from workflow.funds.models import Fund, FundYear, LedgerEntry
from workflow.reference import BrokenRow, load_reference
from workflow.reference.files import DATA
from workflow.reports.check import check

Spoil = Callable[[str, str, str], Path]


@pytest.fixture
def spoil(tmp_path: Path) -> Spoil:
    """A copy of the data in which one text of one file is another."""

    def made(file: str, old: str, new: str) -> Path:
        folder = tmp_path / "data"
        shutil.copytree(DATA, folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, "the test spoils nothing"
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return made


def test_everything_is_loaded_with_its_counts(session: Session) -> None:
    report = load_reference(session, START)

    assert report.added == {
        "organisations": 397,
        "successors": 50,
        "bank holidays": 157,
        "deadline rules": report.added["deadline rules"],
        "election periods": 2,
        "approval tiers": 12,
        "powers": 6,
        "funds": 6,
        "fund years": 23,
        "prospectuses": 6,
        "outcomes": 15,
        "rounds": 7,
        "reviews": 1,
        "review statements": 7,
        "mapping lines": 9,
        "mapping amounts": 36,
        "programmes": 70,
        "outcome themes": 15,
    }
    assert report.added["deadline rules"] > 20


def test_loading_twice_changes_nothing(session: Session) -> None:
    load_reference(session, START)
    before = _counts(session)

    assert load_reference(session, START).is_unchanged
    assert _counts(session) == before


def test_the_councils_of_2011_are_353_and_152_have_social_care_duties(session: Session) -> None:
    load_reference(session, START)
    day = date(2011, 3, 29)
    live = select(func.count()).where(
        Organisation.kind == OrganisationKind.LOCAL_AUTHORITY,
        func.coalesce(Organisation.valid_from, day) <= day,
        func.coalesce(Organisation.valid_to, day) >= day,
    )

    assert session.scalar(live) == 353
    assert session.scalar(live.where(Organisation.has_social_care_duty)) == 152


def test_the_top_slice_is_116_750_000_pounds_exactly_and_the_ledger_replays(session: Session) -> None:
    load_reference(session, START)
    years = select(func.sum(FundYear.ceiling)).join(Fund).where(Fund.code == "RSG")
    entries = select(func.sum(LedgerEntry.ceiling)).join(FundYear).join(Fund).where(Fund.code == "RSG")

    assert session.scalar(years) == 11_675_000_000
    assert session.scalar(entries) == 11_675_000_000
    assert check(session) == []


def test_an_authority_split_in_two_has_two_successors(session: Session) -> None:
    load_reference(session, START)
    cumbria = session.scalars(select(Organisation).where(Organisation.code == "CMA")).one()
    successors = session.scalars(
        select(Organisation.code)
        .join(OrganisationSuccessor, OrganisationSuccessor.successor_id == Organisation.id)
        .where(OrganisationSuccessor.organisation_id == cumbria.id)
    )

    assert set(successors) == {"CBD", "WAF"}
    assert cumbria.valid_to == date(2023, 3, 31)


def test_the_umbrella_of_the_sector_is_no_legal_person_and_one_body_is_specified(session: Session) -> None:
    load_reference(session, START)
    bodies = {row.code: row for row in session.scalars(select(Organisation))}

    assert not bodies["LGG"].is_legal_person
    assert [code for code, body in bodies.items() if body.specified_from] == ["LGID"]
    assert bodies["LGID"].parent_id == bodies["LGG"].id
    assert bodies["ADASS"].is_charitable


def test_every_invented_figure_keeps_its_mark(session: Session) -> None:
    load_reference(session, START)

    assert all("invented" in row.provenance for row in session.scalars(select(Fund)))
    assert all("invented" in row.provenance for row in session.scalars(select(Round)))


def test_an_allocation_that_was_revised_since_is_left_alone(session: Session) -> None:
    load_reference(session, START)
    fund_id = session.scalars(select(Fund.id).where(Fund.code == "RSG")).one()
    set_ceiling(Work(session, START, START, SYSTEM), fund_id, 2014, 2_000_000_000, key="a cut")

    assert load_reference(session, START).is_unchanged
    kept = select(FundYear.ceiling).where(FundYear.fund_id == fund_id, FundYear.year == 2014)
    assert session.scalar(kept) == 2_000_000_000


BROKEN = [
    ("bank_holidays_england.csv", "2010-04-02", "2010-02-30", 3, "no date of the calendar"),
    ("bank_holidays_england.csv", "2010-04-02", "2 April 2010", 3, "not a date such as"),
    ("bank_holidays_england.csv", "2010-04-02", "2010-01-01", 3, "already on line 2"),
    ("local_authorities_england.csv", "\nALL,", "\nADU,", 3, "ADU is already on line 2"),
    ("local_authorities_england.csv", "2023-03-31,CBD,", "2023-03-31,XYZ,", 3, "'XYZ', which is not known"),
    ("local_authorities_england.csv", "2023-03-31,CBD,", ",CBD,", 3, "no end_date"),
    ("local_authorities_england.csv", "NMD,district", "NMD,parish", 2, "type is 'parish'"),
    ("local_authorities_england.csv", ",WSX,", ",QQQ,", 2, "county_code is 'QQQ'"),
    ("local_authorities_england.csv", "Adur District Council", "", 2, "official_name is empty"),
    ("bodies.csv", "code,name", "code,title", 1, "the column name is missing"),
    ("bodies.csv", "department,GB-GOR-D4", "ministry,GB-GOR-D4", 2, "kind is 'ministry'"),
    ("bodies.csv", "HO,Home Office,", "HO,Home Office,,", 4, "7 values where 6 are expected"),
    ("bodies.csv", "DCLG,", "ADU,", 2, "ADU is already an authority"),
    ("body_attributes.csv", "\nADCS,,1", "\nADCS,,yes", 11, "is_legal_person is 'yes', not 0 or 1"),
    ("topslice_profile.csv", "35000000", "a lot", 2, "not an amount of pounds"),
    ("topslice_profile.csv", "35000000", "-35000000", 2, "not an amount of pounds"),
    ("topslice_profile.csv", "35000000", "35000000.01", 5, "£116,750,000.01, not to £116,750,000"),
    ("topslice_profile.csv", "2011-12", "2011-13", 2, "not a financial year"),
    ("fund_years.csv", "DH-SC,2011-12", "NOPE,2011-12", 6, "fund is 'NOPE'"),
    ("fund_years.csv", "DH-SC,2012-13", "DH-SC,2011-12", 7, "already on line 6"),
    ("funds.csv", "DfE,DfE,", "DfE,XXX,", 3, "holder is 'XXX'"),
    ("baseline_sr10_mapping.csv", "M03,DfE", "M03,XXX", 4, "department is 'XXX'"),
    ("baseline_sr10_mapping.csv", "M04,DfE,", "M03,DfE,", 5, "M03 is already on line 4"),
    ("baseline_sr10_mapping.csv", ",45000000,", ",45m,", 2, "not an amount of pounds"),
    ("baseline_sr10_mapping.csv", "central,40000000", "nobody,40000000", 5, "spend_route is 'nobody'"),
    ("baseline_sr10_mapping.csv", "sr10_2012_13", "sr10_2012", 1, "the column sr10_2012_13 is missing"),
    ("improvement_programmes.csv", "P002,baseline", "P002,guess", 3, "kind is 'guess'"),
    ("improvement_programmes.csv", "2009-10,,real", "2009-11,,real", 2, "not a year such as"),
    ("improvement_programmes.csv", "2009-10,,real", "2009-10,,maybe", 2, "provenance is 'maybe'"),
    ("reviews.csv", "2011-03-29,2011-03-29", "2011-03-29,2011-03-28", 2, "before closed_on"),
    ("review_statements.csv", "SR10-IMPROVEMENT,2,", "SR10,2,", 3, "review is 'SR10'"),
    ("outcome_themes.csv", "RSG,1,RSG2", "RSG,1,RSG9", 3, "no outcome 'RSG9'"),
    ("rounds.csv", "2011-02-14,2011-04-08", "2011-04-14,2011-04-08", 2, "before opens_on"),
    ("outcomes.csv", "RSG,1,RSG2", "RSG,2,RSG2", 3, "no prospectus 2"),
    ("powers.csv", '"Education Act', '"Education" Act', 3, "cannot be read as comma-separated"),
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda row: f"{row[0]}: {row[4]}")
def test_a_broken_row_stops_the_load_with_its_line_and_nothing_is_half_loaded(
    session: Session, spoil: Spoil, broken: tuple[str, str, str, int, str]
) -> None:
    file, old, new, line, problem = broken
    folder = spoil(file, old, new)

    with pytest.raises(BrokenRow) as stopped:
        load_reference(session, START, folder=folder)

    assert (stopped.value.file, stopped.value.line) == (file, line)
    assert problem in str(stopped.value)
    assert f"{file}, line {line}: " in str(stopped.value)
    assert set(_counts(session).values()) == {0}


def test_a_file_that_is_no_text_is_named_with_the_line(session: Session, spoil: Spoil) -> None:
    folder = spoil("bodies.csv", "DCLG", "DCLG")
    data = (folder / "bodies.csv").read_bytes().replace(b"Home Office", b"Home \xff Office")
    (folder / "bodies.csv").write_bytes(data)

    with pytest.raises(BrokenRow, match=r"bodies.csv, line 4: the text is not UTF-8"):
        load_reference(session, START, folder=folder)


def test_a_missing_file_is_named(session: Session, spoil: Spoil) -> None:
    folder = spoil("bodies.csv", "DCLG", "DCLG")
    (folder / "funds.csv").unlink()

    with pytest.raises(BrokenRow, match=r"funds.csv, line 1: the file cannot be read"):
        load_reference(session, START, folder=folder)


def _counts(session: Session) -> dict[str, int]:
    tables = (
        Organisation,
        OrganisationSuccessor,
        BankHoliday,
        Fund,
        FundYear,
        LedgerEntry,
        Outcome,
        Round,
        Event,
    )
    return {
        table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
    }
