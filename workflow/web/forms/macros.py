"""The way from Python to the GOV.UK macros.

Every macro takes one dictionary. A key named `html` is not escaped by the macros, so this module only ever gives `text`.
"""

from typing import Any

from flask import current_app
from markupsafe import Markup

_FOLDER = "govuk_frontend_jinja/components"


def draw(component: str, macro: str, params: dict[str, Any]) -> Markup:
    """Call one GOV.UK macro and return its markup.

    `component` is the folder's name, such as "date-input"; `macro` the macro's, such as "govukDateInput".
    """
    template = current_app.jinja_env.get_template(f"{_FOLDER}/{component}/macro.html")
    return Markup(getattr(template.module, macro)(params).strip())  # noqa: S704  The macro has escaped it.
