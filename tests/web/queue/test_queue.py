"""The queue and the first page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, text

from tests.bids.world import World
from tests.web.strict import text_of
from workflow.accounts.models import Person

SignIn = Callable[[str], None]


@contextmanager
def statements(connection: Connection) -> Iterator[list[str]]:
    """The statements that reach the database while the block runs, savepoints left out."""
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        if "SAVEPOINT" not in statement:
            seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def due(world: World, reference: str, day: date | None) -> None:
    """Set the date that the queue sorts by, as `apply` would."""
    with world.work() as work:
        work.session.execute(
            text('UPDATE "case" SET due_on = :day WHERE reference = :reference'),
            {"day": day, "reference": reference},
        )


def order(page: str, *titles: str) -> list[str]:
    """The titles in the order in which the page's table has them."""
    table = page[page.index("<table") :]
    return sorted((title for title in titles if title in table), key=table.index)


def test_late_comes_first_and_no_date_last(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    for title, day in (("None", None), ("Later", date(2011, 4, 12)), ("Late", date(2011, 3, 24))):
        due(world, world.submitted(title=f"Bid {title}"), day)
    sign_in("officer")
    page = client.get("/queue").text
    assert order(page, "Bid None", "Bid Later", "Bid Late") == ["Bid Late", "Bid Later", "Bid None"]
    assert "Late by 3 working days" in page
    assert "10 working days left" in page


def test_a_row_says_what_waits_for_the_reader(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    world.submitted()
    sign_in("officer")
    assert "You: Take this bid for its first check" in client.get("/queue").text
    sign_in("assessor")
    page = client.get("/queue").text
    assert "You: " not in page
    assert "Case officer" in page


def test_a_reader_of_another_department_sees_an_empty_queue_that_says_why(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    world.submitted()
    sign_in("stranger")
    page = client.get("/queue").text
    assert "0 bids" in page
    assert "A bid appears when its lead body signs and sends it" in page


def test_a_body_sees_only_its_own_bids(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    world.submitted(title="Of LGID")
    sign_in("adass")
    assert "Of LGID" not in client.get("/queue").text
    sign_in("writer")
    assert "Of LGID" in client.get("/queue").text


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("state=submitted", True),
        ("state=screening", False),
        ("state=nonsense", False),
        ("fund=TOPSLICE", True),
        ("fund=nonsense", False),
        ("due=late", False),
        ("due=soon", True),
        ("due=nonsense", False),
        ("text=peer", True),
        ("text=SLI-2011", True),
        ("text=%25", False),
        ("text=zzz", False),
        ("after=nonsense", False),
        ("after=2011-02-30.1", False),
        ("after=2011-01-01.99999999999999999999", False),
        ("after=none.1", False),
        ("after=2011-01-01.1", True),
    ],
)
def test_a_filter_shows_what_fits_and_nothing_for_what_means_nothing(
    client: FlaskClient, world: World, sign_in: SignIn, query: str, seen: bool
) -> None:
    world.submitted()
    sign_in("officer")
    answer = client.get(f"/queue?{query}")
    assert answer.status_code == 200
    assert ("Peer challenge for every council" in answer.text) is seen


def test_each_filter_in_use_can_be_taken_away(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    sign_in("officer")
    page = client.get("/queue?state=submitted&due=late&text=peer").text
    assert 'href="/queue?text=peer&amp;due=late"' in page
    assert 'href="/queue?text=peer&amp;state=submitted"' in page


def test_a_body_reads_neither_roles_nor_stages_of_the_department(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.submitted()
    world.apply("officer", reference, "take_case")
    sign_in("writer")
    words = text_of(client.get("/queue").text)
    assert reference in words
    assert "First check" in words
    for inside in ("Case officer", "Being checked", "Awaiting decision", "Assessor"):
        assert inside not in words
    sign_in("assessor")
    assert "Case officer" in text_of(client.get("/queue").text)


def test_pages_follow_each_other_by_key_without_gap_or_repetition(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.submitted()
    copies(world, reference, 60)
    sign_in("officer")
    seen: list[str] = []
    path = "/queue"
    for _ in range(3):
        page = client.get(path).text
        seen += [piece.split('"')[0] for piece in page.split('href="/bids/')[1:]]
        if 'rel="next"' not in page:
            break
        path = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 61


def copies(world: World, reference: str, number: int) -> None:
    """As many bids like one, half of them without a due date."""
    with world.work() as work:
        work.session.execute(
            text(
                """
                WITH made AS (
                    INSERT INTO "case" (kind, reference, title, workflow_key, workflow_version, state, ended, shared,
                        rev, department_id, proposer_id, fund_id, amount_pence, due_on, opened_at, changed_at, changed_what)
                    SELECT kind, 'COPY-' || n, 'Copy ' || n, workflow_key, workflow_version, state, ended, shared, rev,
                        department_id, proposer_id, fund_id, amount_pence,
                        CASE WHEN n % 2 = 0 THEN due_on + n / 10 END, opened_at, changed_at, changed_what
                    FROM "case", generate_series(1, :number) AS n WHERE reference = :reference
                    RETURNING id
                ), versions AS (
                    INSERT INTO bid_version (bid_id, number, snapshot, sha256, made_at, made_by, note)
                    SELECT made.id, number, snapshot, sha256, made_at, made_by, note
                    FROM made, bid_version v JOIN "case" c ON c.id = v.bid_id WHERE c.reference = :reference
                )
                INSERT INTO bid (id, round_id, lead_id, title, other_support, outcome_codes, area_codes, match_pence,
                        unsent)
                SELECT made.id, round_id, lead_id, bid.title, other_support, outcome_codes, area_codes, match_pence, unsent
                FROM made, bid JOIN "case" c ON c.id = bid.id WHERE c.reference = :reference
                """
            ),
            {"number": number, "reference": reference},
        )


@pytest.mark.parametrize("path", ["/queue", "/", "/bids"])
def test_a_page_costs_as_many_statements_for_many_bids_as_for_one(
    client: FlaskClient, world: World, sign_in: SignIn, connection: Connection, path: str
) -> None:
    reference = world.submitted()
    sign_in("officer")
    client.get(path)
    with statements(connection) as for_one:
        client.get(path)
    copies(world, reference, 60)
    with statements(connection) as for_many:
        assert "Copy" in client.get(path).text
    assert len(for_many) == len(for_one), "\n".join(for_many)


def test_the_queue_stays_within_its_budget_of_statements(
    client: FlaskClient, world: World, sign_in: SignIn, connection: Connection
) -> None:
    world.submitted()
    sign_in("officer")
    client.get("/queue")
    with statements(connection) as seen:
        client.get("/queue")
    assert len(seen) <= 15, "\n---\n".join(seen)


def test_signed_out_the_first_page_shows_open_rounds(client: FlaskClient, world: World) -> None:
    page = client.get("/").text
    assert "Sector-led improvement, first round" in page
    assert "You do not need an account" in page


def test_what_waits_is_sorted_into_late_soon_and_later(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    for title, day in (("One", date(2011, 3, 24)), ("Two", date(2011, 4, 1)), ("Three", date(2011, 5, 3))):
        due(world, world.submitted(title=f"Bid {title}"), day)
    sign_in("officer")
    page = client.get("/").text
    assert page.index('id="late"') < page.index("Bid One") < page.index('id="soon"') < page.index("Bid Two")
    assert page.index("Bid Two") < page.index('id="later"') < page.index("Bid Three")


def test_a_bid_that_is_not_finished_waits_with_what_is_left_of_it(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    world.start()
    for who in ("signatory", "writer"):
        sign_in(who)
        words = text_of(client.get("/").text)
        assert "Finish the bid 11 sections are not finished" in words
        assert "You may not do these" not in words


def test_a_step_of_the_readers_role_that_somebody_else_must_do_is_named_with_its_reason(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    world.submitted()
    with world.work() as work:
        work.session.get_one(Person, world.ids["officer"]).organisation_id = world.ids["LGID"]
    sign_in("officer")
    words = text_of(client.get("/").text)
    assert "For somebody else to do" in words
    assert "You belong to a body that takes part in this bid" in words
    assert "Nothing waits for you" in words


def test_with_nothing_to_do_the_page_says_what_would_bring_something(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    for who in ("kent", "stranger"):
        sign_in(who)
        assert "Nothing waits for you" in client.get("/").text


def test_an_auditor_may_filter_by_every_fund_and_a_body_by_those_it_bids_to(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    world.submitted()
    for who, sees in (("auditor", True), ("writer", True), ("adass", False), ("stranger", False)):
        sign_in(who)
        assert ('value="TOPSLICE"' in client.get("/queue").text) is sees, who


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("view=mine", True),
        ("view=blocked", False),
        ("view=nonsense", False),
        ("route=temporary", False),
        ("route=nonsense", False),
        ("sort=changed", True),
        ("sort=newest", True),
        ("sort=nonsense", True),
        ("sort=changed&after=nonsense", False),
        ("sort=changed&after=99999999999999999999999.1", False),
        ("sort=newest&after=id.1", False),
    ],
)
def test_a_view_or_an_order_shows_what_fits_and_an_order_that_means_nothing_is_the_usual_one(
    client: FlaskClient, world: World, sign_in: SignIn, query: str, seen: bool
) -> None:
    world.submitted()
    sign_in("officer")
    answer = client.get(f"/queue?{query}")
    assert answer.status_code == 200
    assert ("Peer challenge for every council" in answer.text) is seen


@pytest.mark.parametrize("sort", ["changed", "newest"])
def test_every_order_goes_through_all_pages_once(
    client: FlaskClient, world: World, sign_in: SignIn, sort: str
) -> None:
    copies(world, world.submitted(), 60)
    sign_in("officer")
    seen: list[str] = []
    path = f"/queue?sort={sort}"
    for _ in range(3):
        page = client.get(path).text
        seen += [piece.split('"')[0] for piece in page.split('href="/bids/')[1:]]
        if 'rel="next"' not in page:
            break
        path = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 61


def test_what_waits_for_the_reader_is_not_what_waits_for_others(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.submitted()
    for who, waits in (("officer", True), ("assessor", False)):
        sign_in(who)
        assert (reference in client.get("/queue?view=mine").text) is waits, who


def test_temporary_government_support_is_marked_and_can_be_asked_for(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.submitted()
    with world.work() as work:
        work.session.execute(
            text(
                "UPDATE bid SET spend_route = 'central_transitional', transition_ends_on = '2013-03-31',"
                " transition_reason = 'New', exit_plan = 'Then councils'"
            )
        )
    sign_in("officer")
    words = text_of(client.get("/queue?route=temporary").text)
    assert f"{reference} · LGID Temporary support" in words
    assert "Temporary support 1" in words


def test_the_counts_are_of_everything_whatever_is_asked_for(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    for title, day in (("One", date(2011, 3, 24)), ("Two", date(2011, 4, 1)), ("Three", date(2011, 5, 3))):
        due(world, world.submitted(title=f"Bid {title}"), day)
    sign_in("officer")
    words = text_of(client.get("/queue?due=late").text)
    assert "1 of 3 bids" in words
    assert "All live bids 3" in words
    assert "Late 1" in words
    assert "Submitted (3)" in words


def test_the_file_holds_every_bid_that_the_filter_lets_through_and_runs_nothing(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.submitted(title="=HYPERLINK(1)")
    copies(world, reference, 60)
    sign_in("officer")
    answer = client.get("/queue.csv")
    lines = answer.text.splitlines()
    assert answer.mimetype == "text/csv"
    assert lines[0].startswith("Reference,Title,Lead body,Status,Amount in pounds,Due,Fund")
    assert len(lines) == 62
    assert next(line for line in lines if line.startswith(reference)).split(",")[1] == "'=HYPERLINK(1)"
    assert len(client.get("/queue.csv?state=nonsense").text.splitlines()) == 1
    sign_in("stranger")
    assert len(client.get("/queue.csv").text.splitlines()) == 1
