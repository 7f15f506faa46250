"""The front door: HTTP only. How to write a page.

**A room** is a folder `workflow/web/<room>/` with `views.py` (exposes `blueprint = Blueprint("<room>", __name__)`) and
`forms.py`, its templates in `templates/pages/<room>/`, its tests in `tests/web/<room>/`. `workflow/app.py` lists the
rooms. Every
route gets its row in `workflow/web/access.py` (`ACCESS["bids.new"] = SIGNED_IN`); without one the application does
not start.

**A view** is some twelve lines::

    @blueprint.route("/bids/<reference>/sections/title", methods=["GET", "POST"])
    def title(reference: str) -> Response:
        bid = queries.bid_by_reference(read_session(), viewer(), reference)       # raises NotHere → 404
        form = TitleForm(rev=bid.revision, data={"title": bid.title})
        if not form.validate_on_submit():
            return render("pages/bids/title.html", form=form, bid=bid)
        try:
            with work() as opened:                                               # commits when the block ends
                commands.save_title(opened, bid.id, rev=form.revision, key=form.request_key, **form.data_tuple()._asdict())
        except (Refused, Invalid) as error:
            if not form.refuse(error):                                           # beside the field, where it has one
                raise                                                            # else the page of all reasons, 409
            return render("pages/bids/title.html", form=form, bid=bid)
        flash("Title saved")                                                     # shown once on the next page
        return redirect(url_for("bids.tasks", reference=reference), 303)

From `workflow.web.context`: `viewer()` (who is signed in; `current_viewer()` may be None), `read_session()` (for
queries; never
committed, and a test that leaves it changed fails), `work()` (a unit of work of this request; `work(actor)` for the
holder of
a secret link), `now()` (business time, once a request), `real_now()`, `settings()`. From `workflow.web.pages`:
`render(template,
status=200, **context)`. Errors are raised, never answered: `NotHere` → 404, `NotAllowed` → 403, `Refused` → the page
of all reasons,
`Stale` → the conflict page with what was typed. For a GET of an action that is not possible, return
`errors.blocked(reasons, heading="You cannot approve this bid yet", caption=…, lead=…, back=Link(…), ways_on=[Link(…)])`.

**A form** extends `ActionForm` (needs `rev=`, the revision the page was drawn from; carries a one-time key) or `PlainForm`
(neither), and has one method `data_tuple()` that returns a `NamedTuple`. All fields take `label`, and `hint=`,
`required=` (the message when
empty; without it the field is optional), `what=` (its name in messages), `size=` "s|m|l", `checks=` (callables),
`default=`::

    class TitleForm(ActionForm):
        title = TextField("Title", required="Enter a title", longest=120)             # data: str | None, cleaned
        summary = LongTextField("Summary", hint="…", longest=2000, rows=8)            # data: str | None, with a count
        amount = MoneyField("Amount", required="Enter an amount", least=1)            # data: Pence | None; limits in pence
        ends_on = DateField("End date", required="Enter the end date", earliest=…)    # data: date | None
        route = RadiosField("Who leads?", options=[Option("sector_led", "Councils together", "hint")], required="Choose …")
        kinds = CheckboxesField("Kinds of support", options=[…], required="Choose at least one")   # data: list[str]
        council = SelectField("Council", options=[…], required="Choose a council")    # data: str | None
        file = UploadField("File", required="Choose a file")                          # data: FileStorage | None
        row = HiddenField()                                                           # data: str | None, never trusted

`options` may be set by the view before it validates (`form.council.options = …`); values are text, so turn them into
enums in
`data_tuple()`. Form for an action of the definition: decorate with `@form_named("…")` from `workflow.web.actions`.

**A template** extends `layout/staff.html` (dense, 1180px) or `layout/public.html` (bidders, councils, public), or the
variable
`layout` where both read the page, and has exactly one h1::

    {% extends layout %}
    {% import "components/ui.html" as ui %}
    {% import "components/forms.html" as forms %}
    {% block title %}Title{% endblock %}                       {# "Error: " and the service's name are added #}
    {% block back %}{{ ui.back(url_for("bids.tasks", reference=bid.reference), "Back to the task list") }}{% endblock %}
    {% block content %}
      {{ forms.errors(form) }}
      {{ ui.heading("Title", caption=bid.reference) }}         {# or {{ form.title(heading=true) }} as the page's h1 #}
      {% call forms.form(form, "Save and continue") %}
        {{ form.title() }}
        {{ form.amount(hidden_label=true) }}                   {# a box inside a table #}
      {% endcall %}
    {% endblock %}

`components/ui.html` says above each macro what it takes: heading, tag, label, back, link_button, explain, subnav,
chips, facts, counts, stages, timeline, table, grouped, linked, named, over, due, reasons, card, section, pagination, empty,
summary, tasks, success.
`components/bars.html`: legend and bars by year. Layout classes: `app-columns` (main and side), `app-filter-page` with
`<details class="app-filter" open data-closed-on-phone>`, `app-text` (a readable width), `app-cards`, `app-quiet`,
`app-late`, `app-number`.
Filters: `pounds`, `change`, `london_date`, `short_date`, `day_month(this_year)`, `clock_time`, `moment`, `end_of`,
`due_words(verb)`, `year`, `percent(whole)`, `counted("bid")`. Text is always escaped: no `|safe`, no `html`
parameter. For a GOV.UK
component without a macro here, import its macro, and check that its line is in `workflow/assets/app.scss`.

Every template also has `viewer`, `layout`, `service_name`, `settings`, `navigation`. The demonstration sets
`app.extensions["demo_band"]` to a function that returns `{"now": moment, "links": [{"text", "href"}], "note": text}`.

**Tests**: `tests/web/conftest.py` has `client` (parses every page strictly) and `sign_in_as(person)`.
"""
