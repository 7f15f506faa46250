"""The forms kit: fields over the GOV.UK macros, and the two base forms every form of the product extends."""

from workflow.web.forms.base import ActionForm, PlainForm
from workflow.web.forms.choices import CheckboxesField, Option, RadiosField, SelectField
from workflow.web.forms.dates import DateField
from workflow.web.forms.texts import (
    HiddenField,
    LongTextField,
    MoneyField,
    PasswordField,
    TextField,
    UploadField,
)

__all__ = [
    "ActionForm",
    "CheckboxesField",
    "DateField",
    "HiddenField",
    "LongTextField",
    "MoneyField",
    "Option",
    "PasswordField",
    "PlainForm",
    "RadiosField",
    "SelectField",
    "TextField",
    "UploadField",
]
