"""The date in three boxes: a message for the part it belongs to, and never an error page."""

from datetime import date

import pytest

from tests.web.every_field import RIGHT, Send, date_of, draw
from tests.web.strict import check_references, elements


@pytest.mark.parametrize(
    ("typed", "part", "says"),
    [
        (("31", "", "2014"), "month", "End date must include a month"),
        (("", "", "2014"), "day", "End date must include a day and a month"),
        (("30", "2", "2014"), "day", "End date must be a real date: that month has 28 days"),
        (("32", "1", "2014"), "day", "End date: the day must be a number from 1 to 31"),
        (("1", "13", "2014"), "month", "End date: the month must be a number from 1 to 12"),
        (("1", "1", "14"), "year", "End date: the year must be four figures from 1900 to 2199"),
        (
            ("1", "1", "99999999999999999"),
            "year",
            "End date: the year must be four figures from 1900 to 2199",
        ),
        (("\u0661", "1", "2014"), "day", "End date: the day must be a number from 1 to 31"),
        (("1" * 10_000, "1", "2014"), "day", "End date: the day must be a number from 1 to 31"),
        (("31", "3", "2011"), "day", "End date must be on or after 1 April 2011"),
        (("1", "4", "2015"), "day", "End date must be on or before 31 March 2015"),
    ],
)
def test_a_wrong_date_names_the_part_and_links_to_it(
    send: Send, typed: tuple[str, str, str], part: str, says: str
) -> None:
    form = send(**RIGHT, **date_of(*typed))
    assert form.errors == {"ends_on": [says]}
    assert form.error_list() == [{"text": says, "href": f"#ends_on-{part}"}]
    boxes = {box.get("id"): box for box in elements(str(form.ends_on()), is_page=False) if box.tag == "input"}
    assert "govuk-input--error" in boxes[f"ends_on-{part}"].get("class")


@pytest.mark.parametrize("month", ["March", "mar", "3", "03"])
def test_a_month_may_be_typed_in_letters(send: Send, month: str) -> None:
    assert send(**RIGHT, **date_of("31", month, "2014")).ends_on.data == date(2014, 3, 31)


@pytest.mark.parametrize("sent", [{"ends_on-day": "31"}, {"ends_on": "2014-03-31"}, {"ends_on-year": "\x00"}])
def test_a_short_or_odd_date_is_never_an_error_page(send: Send, sent: dict[str, str]) -> None:
    form = send(**RIGHT, **sent)
    check_references(elements(draw(form), is_page=False))
