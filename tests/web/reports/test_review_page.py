"""The page of the review, and its file."""

import csv
import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import START
from tests.web.strict import text_of
from workflow.reference import load_reference


@pytest.fixture
def reference(session: Session) -> None:
    load_reference(session, START)
    session.commit()


@pytest.mark.usefixtures("reference")
def test_anybody_reads_three_figures_the_basis_of_the_test_and_the_paper_beside_them(
    client: FlaskClient,
) -> None:
    words = text_of(client.get("/reports/review").text)
    assert "falls by 77.28%" in words
    assert "rises from 62.47% to 81.33%" in words
    assert "10 × (77,800,000,000 − 17,675,000,000) = 601,250,000,000 ≥ 3 × 77,800,000,000" in words
    assert "£67,501,000" in words
    assert "+£1,000" in words
    assert "has been exceeded and the remaining funding has been shifted to sector-led spend" in words
    assert "The paper, paragraph 4" in words


@pytest.mark.usefixtures("reference")
def test_no_invented_figure_is_shown_without_its_mark(client: FlaskClient) -> None:
    words = text_of(client.get("/reports/review").text)
    assert "Part of these figures is invented" in words
    assert (
        "Part invented The amount before is real, of 2009 to 2010; the total for 2011 to 2015 is real; "
        "how it is spread over the years is invented."
    ) in words


@pytest.mark.usefixtures("reference")
def test_why_a_line_is_left_out_is_a_sentence_that_still_says_that_its_figures_are_invented(
    client: FlaskClient,
) -> None:
    words = text_of(client.get("/reports/review").text)
    assert "EXCLUDED" not in words
    assert (
        "Invented for this product; left out: technical policing is one service’s own need, "
        "which the review does not cover."
    ) in words


@pytest.mark.usefixtures("reference")
def test_the_file_holds_every_line_with_its_source(client: FlaskClient) -> None:
    answer = client.get("/reports/review.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["Line"] for row in rows] == ["M01", "M02", "M03", "M04", "M05", "M06", "M07", "M09", "M08"]
    assert rows[0]["2011 to 2012"] == "35000000.00"
    assert all(row["Where this comes from"] for row in rows)


def test_without_a_review_the_page_is_not_there(client: FlaskClient) -> None:
    answer = client.get("/reports/review")
    assert answer.status_code == 404
    assert "You cannot see this page, or it does not exist." in text_of(answer.text)
